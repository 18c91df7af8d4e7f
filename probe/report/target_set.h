// SPDX-License-Identifier: Apache-2.0
// Which targets a journal has, and which trials of each: less than 100 bytes a target, however many trials there are.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "report/record.h"

// Trials are told apart up to these; beyond, none is known to be there twice.
enum { TARGET_VARIANTS_MAX = 1024, TARGET_REPEATS_MAX = 64, TARGET_STEPS_MAX = 65536 };

struct target_entry {
    uint64_t hash; // of the target's text; 0: the place is free
    uint64_t *more;
    uint64_t first; // the first 64 trials; further ones are in more[words]
    uint32_t words;
    bool unmet;
};

struct target_set {
    struct target_entry *entries;
    size_t count, slots, unmet; // targets, places, targets with an unmet expectation
    bool failed;                // sticky: memory is out
};

// The entry of a target, made where there is none; valid until the next call. NULL if memory is out.
struct target_entry *target_set_entry(struct target_set *set, const char *target);

// Notes that an expectation of the target is unmet.
void target_set_unmet(struct target_set *set, struct target_entry *entry);

// Notes a trial: by its step, or, where the record names none, by its variant's number (from 0) and its repeat. True if
// it was there before.
bool target_set_again(struct target_set *set, struct target_entry *entry, const struct record *record, size_t variant);

// What tells a trial's target apart, as text: its identity in the plan, else host and port. Returns text.
char *target_key(const struct record *record, char *text, size_t size);

void target_set_clear(struct target_set *set);
