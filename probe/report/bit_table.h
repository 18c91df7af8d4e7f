// SPDX-License-Identifier: Apache-2.0
// Bits by number, for any number of numbers: a fixed part is kept in memory, and what grows beyond it in a temporary
// file without a name.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct bit_slot;

// All zero is an empty table.
struct bit_table {
    struct bit_slot *memory; // of all slots, where there is no file
    FILE *file;
    size_t slots, used;
    bool failed; // sticky: memory is out, or the file cannot be written
};

enum { BIT_TABLE_MEMORY_SLOTS = 1 << 16, BIT_TABLE_SLOT_BYTES = 16 }; // 1 MiB

// Sets the bits of mask, which is not 0, under a key, which is spread evenly as a hash is. Returns the bits that were
// set under it before; 0 where none was, or where the table has failed.
uint64_t bit_table_set(struct bit_table *table, uint64_t key, uint64_t mask);

void bit_table_clear(struct bit_table *table);
