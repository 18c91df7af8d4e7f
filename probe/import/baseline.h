// SPDX-License-Identifier: Apache-2.0
// A target's base settings from what people already have: an .rdp file, xfreerdp's arguments, or both.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "trial/profile.h"

enum baseline_use { BASELINE_TAKEN, BASELINE_OVERRIDDEN, BASELINE_UNUSED };

// One setting that has another value than FreeRDP's default, or a line of the file that is none.
struct baseline_row {
    const char *setting; // as FreeRDP names it; "" for none
    const char *key;     // as the .rdp file names it; "" where it came by an argument
    const char *value;   // never a secret
    const char *why;     // a clause, or ""
    enum baseline_use use;
    int factor; // whose level it decided, or -1
};

struct baseline {
    // What the settings say; 0 or "" where they say nothing, a host of "" where they name none. No secret is in it.
    struct profile profile;
    bool has_level[FACTOR_COUNT]; // the settings decide the factor's level
    int secrets[PROFILE_SECRETS]; // pipes to read the secrets from, -1 for none: closed by baseline_clear()
    struct baseline_row *rows;
    size_t row_count;
    const char **warnings; // sentences that the user must see
    size_t warning_count;
    void *memory; // what the strings live in
};

// Has FreeRDP's parsers read the file (NULL for none) and the arguments (argc may be 0), in a process of their own
// that has no terminal and no home directory and is killed after ten seconds. Secrets stay in pipes, and are
// overwritten in argv. False with a sentence in error[size] if they do not take it; then nothing is to be cleared.
bool baseline_read(struct baseline *baseline, const char *file, int argc, char **argv, char *error, size_t size);

// Closes what is left of the pipes and frees all.
void baseline_clear(struct baseline *baseline);
