// SPDX-License-Identifier: Apache-2.0
// The variants that the design of a scenario asks for.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "scenario/scenario.h"

enum { FULL_VARIANTS_MAX = 100000 }; // a full design may not have more

struct design_variants {
    struct variant *variants; // allowed ones, each once, in the order in which to try them; owned
    size_t count;
    struct variant *excluded; // asked for by a full, one-at-a-time or listed design, but not allowed; owned
    size_t excluded_count;    // scenario_allows() says why
    size_t impossible;        // covering designs: combinations of levels that no allowed variant has
};

// Makes them:
//   one-at-a-time        the base, and the base with one factor at another level
//   pairwise, three-way  a covering array over the levels in play; the base is in it wherever it is allowed
//   full                 every combination of the levels in play
//   list                 as listed
// Those that send a password to nobody come first, then those that send the target's, those through a gateway last
// (up to the NTLM challenge nothing counts as a logon). Among these a listed design keeps its order; else
// variants that differ from the base only in what matters before a logon come first, then those that differ in fewer
// factors. False with a sentence in error[size] where nothing is left, or the design is too large; *made is then
// zeroed.
bool design_variants_make(const struct scenario *scenario, struct design_variants *made, char *error, size_t size);

// Frees. Safe on a zeroed one.
void design_variants_clear(struct design_variants *made);
