// SPDX-License-Identifier: Apache-2.0
// Lookup in a table of codes: the tables are small and asked once a trial, so they are searched from the top.
#pragma once

#include <stddef.h>

#include "knowledge/codes.h"

// The row of a code among count rows, or NULL.
static inline const struct code_row *code_row_find(const struct code_row *rows, size_t count, uint32_t code)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].code == code)
            return &rows[i];
    }
    return NULL;
}

// The row at an index among count rows, or NULL.
static inline const struct code_row *code_row_at(const struct code_row *rows, size_t count, size_t index)
{
    return index < count ? &rows[index] : NULL;
}

#define CODE_ROW_FIND(rows, code) code_row_find(rows, sizeof(rows) / sizeof((rows)[0]), code)
#define CODE_ROW_AT(rows, index)  code_row_at(rows, sizeof(rows) / sizeof((rows)[0]), index)
