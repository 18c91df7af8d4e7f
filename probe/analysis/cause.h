// SPDX-License-Identifier: Apache-2.0
// What an experiment holds for the cause: the hypothesis about a cube that the trials make probable.
#pragma once

#include "analysis/cube.h"

struct cause {
    struct cube cube;
    struct hypothesis function;
    unsigned literals;  // conditions in all conjunctions together
    unsigned undecided; // bit set of factors that other functions which fit the trials too would name
};

// Whether the cause names the factor.
bool names_factor(const struct cause *cause, enum factor factor);

// Whether the alternative `term` of the cause holds at the point, and no other one, which would show the failure
// whatever this one does.
bool holds_alone(const struct cause *cause, unsigned term, unsigned point);

// Whether the failure was seen with this level of a factor while the alternative `term` held alone; cause NULL: at all.
bool seen_with(const struct experiment *experiment, const struct cause *cause, unsigned term, enum factor factor,
               unsigned level);

// Whether it was with any alternative.
bool shown_idle(const struct experiment *experiment, const struct cause *cause, enum factor factor, unsigned level);
