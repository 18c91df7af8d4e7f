// SPDX-License-Identifier: Apache-2.0
#include "report/target_set.h"

#include <stdlib.h>
#include <string.h>

#include "report/count_table.h"

enum { FIRST_SLOTS = 64, WORD = 64 };

static struct target_entry *place_of(struct target_set *set, uint64_t hash)
{
    size_t slot = hash & (set->slots - 1);
    while (set->entries[slot].hash && set->entries[slot].hash != hash)
        slot = (slot + 1) & (set->slots - 1);
    return &set->entries[slot];
}

static bool grow(struct target_set *set)
{
    struct target_set old = *set;
    size_t slots = old.slots ? 2 * old.slots : FIRST_SLOTS;
    struct target_entry *entries = calloc(slots, sizeof *entries);
    if (!entries) {
        set->failed = true;
        return false;
    }
    set->entries = entries;
    set->slots = slots;
    for (size_t i = 0; i < old.slots; i++) {
        if (old.entries[i].hash)
            *place_of(set, old.entries[i].hash) = old.entries[i];
    }
    free(old.entries);
    return true;
}

struct target_entry *target_set_entry(struct target_set *set, const char *target)
{
    uint64_t hash = count_hash(target, strlen(target));
    hash += !hash;
    if (4 * (set->count + 1) > 3 * set->slots && !grow(set))
        return NULL;
    struct target_entry *entry = place_of(set, hash);
    if (!entry->hash) {
        entry->hash = hash;
        set->count++;
    }
    return entry;
}

void target_set_unmet(struct target_set *set, struct target_entry *entry)
{
    set->unmet += !entry->unmet;
    entry->unmet = true;
}

static uint64_t *word_of(struct target_set *set, struct target_entry *entry, size_t bit)
{
    size_t word = bit / WORD;
    if (word == 0)
        return &entry->first;
    if (word > entry->words) {
        uint64_t *more = realloc(entry->more, word * sizeof *more);
        if (!more) {
            set->failed = true;
            return NULL;
        }
        memset(more + entry->words, 0, (word - entry->words) * sizeof *more);
        entry->more = more;
        entry->words = (uint32_t)word;
    }
    return &entry->more[word - 1];
}

bool target_set_again(struct target_set *set, struct target_entry *entry, const struct record *record, size_t variant)
{
    int64_t repeat = json_text_integer(record->member[MEMBER_REPEAT], 1);
    int64_t step = json_text_integer(record->member[MEMBER_STEP], -1);
    size_t bit = (size_t)step;
    if (step >= TARGET_STEPS_MAX)
        return false;
    if (step < 0) {
        if (variant >= TARGET_VARIANTS_MAX || repeat < 1 || repeat > TARGET_REPEATS_MAX)
            return false;
        bit = (size_t)(repeat - 1) * TARGET_VARIANTS_MAX + variant;
    }
    uint64_t *word = word_of(set, entry, bit);
    uint64_t mask = (uint64_t)1 << bit % WORD;
    if (!word)
        return false;
    bool again = *word & mask;
    *word |= mask;
    return again;
}

char *target_key(const struct record *record, char *text, size_t size)
{
    bool has_id = record->member[MEMBER_TARGET_ID].length > 0;
    return json_text_string(record->member[has_id ? MEMBER_TARGET_ID : MEMBER_TARGET], text, size);
}

void target_set_clear(struct target_set *set)
{
    for (size_t i = 0; i < set->slots; i++)
        free(set->entries[i].more);
    free(set->entries);
    *set = (struct target_set){0};
}
