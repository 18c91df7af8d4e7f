// SPDX-License-Identifier: Apache-2.0
#include "report/target_set.h"

#include <string.h>

#include "report/count_table.h"

// A target's first bits are those of its first trials and the two below; further trials have keys of their own.
enum { FIRST_TRIALS = 62, WORD = 64 };

static const uint64_t there = (uint64_t)1 << 62, has_unmet = (uint64_t)1 << 63;

// The finaliser of MurmurHash3, 64 bits: spreads what hash and number hold over all bits.
static uint64_t key_of(const char *target, uint64_t number)
{
    uint64_t key = count_hash(target, strlen(target)) + number * 0x9E3779B97F4A7C15;
    key = (key ^ key >> 33) * 0xFF51AFD7ED558CCD;
    key = (key ^ key >> 33) * 0xC4CEB9FE1A85EC53;
    return key ^ key >> 33;
}

// The trial's number among those of its target; false where it cannot be told from others.
static bool number_of(const struct record *record, size_t variant, uint64_t *number)
{
    int64_t step = json_text_integer(record->member[MEMBER_STEP], -1);
    int64_t repeat = json_text_integer(record->member[MEMBER_REPEAT], 1);
    if (step >= 0) {
        *number = (uint64_t)step;
        return true;
    }
    if (variant >= TARGET_VARIANTS_MAX || repeat < 1 || repeat > INT32_MAX)
        return false;
    *number = (uint64_t)(repeat - 1) * TARGET_VARIANTS_MAX + variant;
    return true;
}

bool target_set_take(struct target_set *set, const char *target, const struct record *record, size_t variant,
                     bool unmet)
{
    uint64_t number = 0, mask = there | (unmet ? has_unmet : 0);
    bool known = number_of(record, variant, &number);
    const uint64_t bit = known && number < FIRST_TRIALS ? (uint64_t)1 << number : 0;
    const uint64_t before = bit_table_set(&set->bits, key_of(target, 0), mask | bit);
    if (set->bits.failed)
        return false;
    set->count += before == 0;
    set->unmet += unmet && !(before & has_unmet);
    if (!known || bit)
        return before & bit;
    number -= FIRST_TRIALS;
    mask = (uint64_t)1 << number % WORD;
    return bit_table_set(&set->bits, key_of(target, 1 + number / WORD), mask) & mask;
}

char *target_key(const struct record *record, char *text, size_t size)
{
    bool has_id = record->member[MEMBER_TARGET_ID].length > 0;
    return json_text_string(record->member[has_id ? MEMBER_TARGET_ID : MEMBER_TARGET], text, size);
}

void target_set_clear(struct target_set *set)
{
    bit_table_clear(&set->bits);
    *set = (struct target_set){0};
}
