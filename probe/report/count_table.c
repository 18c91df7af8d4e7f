// SPDX-License-Identifier: Apache-2.0
#include "report/count_table.h"

#include <stdlib.h>
#include <string.h>

enum { LIMIT = 4096, FIRST_SLOTS = 64 };

static const char others[] = "(others)";

uint64_t count_hash(const void *bytes, size_t length)
{
    const unsigned char *s = bytes;
    uint64_t hash = 0xCBF29CE484222325;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ s[i]) * 0x100000001B3;
    return hash;
}

static size_t slot_of(const struct count_table *table, uint64_t hash)
{
    size_t slot = hash & (table->slots - 1);
    while (table->index[slot] && table->hashes[table->index[slot] - 1] != hash)
        slot = (slot + 1) & (table->slots - 1);
    return slot;
}

static bool grow(struct count_table *table)
{
    size_t slots = table->slots ? 2 * table->slots : FIRST_SLOTS, capacity = slots / 2;
    uint32_t *index = calloc(slots, sizeof *index);
    struct count_row *rows = realloc(table->rows, capacity * sizeof *rows);
    if (rows)
        table->rows = rows;
    uint64_t *hashes = realloc(table->hashes, capacity * sizeof *hashes);
    if (hashes)
        table->hashes = hashes;
    if (!index || !rows || !hashes) {
        free(index);
        return false;
    }
    free(table->index);
    table->index = index;
    table->slots = slots;
    table->capacity = capacity;
    for (size_t i = 0; i < table->count; i++)
        table->index[slot_of(table, hashes[i])] = (uint32_t)i + 1;
    return true;
}

static struct count_row *add(struct count_table *table, uint64_t hash)
{
    if (table->count == table->capacity && !grow(table))
        return NULL;
    size_t row = table->count++;
    table->hashes[row] = hash;
    table->rows[row] = (struct count_row){0};
    table->index[slot_of(table, hash)] = (uint32_t)row + 1;
    return &table->rows[row];
}

struct count_row *count_table_row(struct count_table *table, const void *key, size_t length, bool *fresh)
{
    size_t limit = table->limit ? table->limit : LIMIT;
    uint64_t hash = count_hash(key, length);
    *fresh = false;
    if (table->slots > 0) {
        uint32_t row = table->index[slot_of(table, hash)];
        if (row)
            return &table->rows[row - 1];
    }
    if (table->overflowed)
        return &table->rows[table->count - 1];
    table->overflowed = table->count == limit;
    struct count_row *row = add(table, table->overflowed ? count_hash(others, sizeof others) : hash);
    if (row && table->overflowed && !count_row_name(row, others))
        return NULL;
    *fresh = row && !table->overflowed;
    return row;
}

bool count_row_name(struct count_row *row, const char *name)
{
    row->name = strdup(name);
    return row->name != NULL;
}

struct count_row *count_table_named(struct count_table *table, const char *name)
{
    bool fresh;
    struct count_row *row = count_table_row(table, name, strlen(name), &fresh);
    return row && fresh && !count_row_name(row, name) ? NULL : row;
}

void count_table_clear(struct count_table *table)
{
    for (size_t i = 0; i < table->count; i++)
        free(table->rows[i].name);
    free(table->rows);
    free(table->index);
    free(table->hashes);
    *table = (struct count_table){.limit = table->limit};
}
