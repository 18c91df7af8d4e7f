// SPDX-License-Identifier: Apache-2.0
// Which targets a journal has, and which trials of each: in the same memory, however many there are
// (report/bit_table.h).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/bit_table.h"
#include "report/record.h"

// Where records name no step, trials are told apart up to so many variants; beyond, none is known to be there twice.
enum { TARGET_VARIANTS_MAX = 4096 };

// All zero is an empty set.
struct target_set {
    struct bit_table bits;
    size_t count, unmet; // targets, targets with an unmet expectation
};

// Notes a trial of a target: by its step, or, where the record names none, by its variant's number (from 0) and its
// repeat; and whether an expectation is unmet in it. True if the trial was there before. bits.failed says where nothing
// can be said any more.
bool target_set_take(struct target_set *set, const char *target, const struct record *record, size_t variant,
                     bool unmet);

// What tells a trial's target apart, as text: its identity in the plan, else host and port. Returns text.
char *target_key(const struct record *record, char *text, size_t size);

void target_set_clear(struct target_set *set);
