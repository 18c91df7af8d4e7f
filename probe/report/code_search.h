// SPDX-License-Identifier: Apache-2.0
// What a code may mean that somebody holds, without knowing whose it is: every row of every kind that fits.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "knowledge/code_kind.h"

enum { CODE_MEANINGS_MAX = 32 };

struct code_meaning {
    const struct code_kind *kind;
    const struct code_row *row;
    uint32_t code; // as its source writes it: an HRESULT that wraps the row's is whole
};

// Reads a number: hexadecimal with 0x, decimal, or negative as Windows' logs write a code of 32 bits. False if it is
// none.
bool code_number(const char *text, uint32_t *number);

// Looks a word up: a number, or a name in either case of letters, with or without what all names of its table begin
// with (ERRINFO_, STATUS_, SEC_E_, …). kind: only in this one; NULL: in all, those first whose numbers are told bare.
// Returns how many were written to found[max].
size_t code_search(const char *word, const struct code_kind *kind, struct code_meaning *found, size_t max);

// What was probably meant by a word that code_search() does not find: the nearest name, or the nearest of the large
// numbers (from 0x100), at most 16 away. False if there is none.
bool code_nearest(const char *word, struct code_meaning *nearest);
