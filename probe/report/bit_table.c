// SPDX-License-Identifier: Apache-2.0
// A hash table with open addressing, never more than three quarters full.
#include "report/bit_table.h"

#include <stdlib.h>
#include <unistd.h>

#include "report/output.h"

enum { FIRST_SLOTS = 64, WINDOW = 8, FILE_GROWTH = 4 };

struct bit_slot {
    uint64_t key, bits; // bits 0: the slot is free
};

_Static_assert(sizeof(struct bit_slot) == BIT_TABLE_SLOT_BYTES, "what the header says");

static off_t offset(size_t slot)
{
    return (off_t)(slot * sizeof(struct bit_slot));
}

static uint64_t set_in_memory(struct bit_table *table, uint64_t key, uint64_t mask)
{
    size_t at = key & (table->slots - 1);
    while (table->memory[at].bits && table->memory[at].key != key)
        at = (at + 1) & (table->slots - 1);
    struct bit_slot *slot = &table->memory[at];
    uint64_t before = slot->bits;
    *slot = (struct bit_slot){key, before | mask};
    return before;
}

static uint64_t fail(struct bit_table *table)
{
    table->failed = true;
    return 0;
}

// Slots are read a few at a time, and one is written.
static uint64_t set_in_file(struct bit_table *table, uint64_t key, uint64_t mask)
{
    const int fd = fileno(table->file);
    struct bit_slot window[WINDOW];
    size_t at = key & (table->slots - 1), first = table->slots;
    for (;; at = (at + 1) & (table->slots - 1)) {
        if (at / WINDOW * WINDOW != first) {
            first = at / WINDOW * WINDOW;
            if (pread(fd, window, sizeof window, offset(first)) != sizeof window)
                return fail(table);
        }
        struct bit_slot *slot = &window[at - first];
        if (slot->bits && slot->key != key)
            continue;
        uint64_t before = slot->bits;
        if ((before | mask) == before)
            return before;
        *slot = (struct bit_slot){key, before | mask};
        return pwrite(fd, slot, sizeof *slot, offset(at)) == sizeof *slot ? before : fail(table);
    }
}

static uint64_t set(struct bit_table *table, uint64_t key, uint64_t mask)
{
    return table->file ? set_in_file(table, key, mask) : set_in_memory(table, key, mask);
}

// A file with holes, which cost nothing and read as zeros.
static FILE *make_file(size_t slots)
{
    FILE *file = output_spool();
    if (file && ftruncate(fileno(file), offset(slots)) != 0) {
        fclose(file);
        return NULL;
    }
    return file;
}

// Copies all slots of another table.
static bool copy(struct bit_table *table, const struct bit_table *from)
{
    struct bit_slot window[256];
    enum { STEP = sizeof window / sizeof *window };
    for (size_t i = 0; i < from->slots && !table->failed; i++) {
        const struct bit_slot *slot = from->memory ? &from->memory[i] : &window[i % STEP];
        if (!from->memory && i % STEP == 0 &&
            pread(fileno(from->file), window, sizeof window, offset(i)) != sizeof window)
            return false;
        if (slot->bits)
            set(table, slot->key, slot->bits);
    }
    return !table->failed;
}

static bool grow(struct bit_table *table)
{
    struct bit_table larger = {.slots = table->slots ? 2 * table->slots : FIRST_SLOTS, .used = table->used};
    if (larger.slots > BIT_TABLE_MEMORY_SLOTS) {
        larger.file = make_file(FILE_GROWTH * table->slots);
        if (larger.file)
            larger.slots = FILE_GROWTH * table->slots;
    }
    if (!larger.file && !table->file) // also where there is no room for files: better much memory than no report
        larger.memory = calloc(larger.slots, sizeof *larger.memory);
    if ((!larger.file && !larger.memory) || !copy(&larger, table)) {
        bit_table_clear(&larger);
        return false;
    }
    bit_table_clear(table);
    *table = larger;
    return true;
}

uint64_t bit_table_set(struct bit_table *table, uint64_t key, uint64_t mask)
{
    if (!table->failed && 4 * (table->used + 1) > 3 * table->slots && !grow(table))
        table->failed = true;
    if (table->failed)
        return 0;
    uint64_t before = set(table, key, mask);
    table->used += before == 0;
    return before;
}

void bit_table_clear(struct bit_table *table)
{
    free(table->memory);
    if (table->file)
        fclose(table->file);
    *table = (struct bit_table){0};
}
