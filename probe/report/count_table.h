// SPDX-License-Identifier: Apache-2.0
// Counts by name, in the order in which the names were first seen. Names beyond a limit share one last row, so that no
// journal can make the table grow without end.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct count_row {
    char *name; // owned
    uint64_t trials, connected, unmet;
    double ms, ms_max; // of the trials: sum, longest
};

struct count_table {
    struct count_row *rows;
    size_t count, limit; // limit 0: 4096
    bool overflowed;     // the last row stands for all further names
    uint32_t *index;     // open addressing: row + 1
    uint64_t *hashes;    // of the rows' keys
    size_t slots, capacity;
};

// Hash of some bytes: FNV-1a, 64 bits.
uint64_t count_hash(const void *bytes, size_t length);

// The row of a key, which is not kept but by its hash; *fresh says that it is new, and its name is yet to be set with
// count_row_name(). NULL if memory is out.
struct count_row *count_table_row(struct count_table *table, const void *key, size_t length, bool *fresh);

// Names a fresh row. False if memory is out.
bool count_row_name(struct count_row *row, const char *name);

// The row of a name, made where there is none. NULL if memory is out.
struct count_row *count_table_named(struct count_table *table, const char *name);

void count_table_clear(struct count_table *table);
