// SPDX-License-Identifier: Apache-2.0
// Minimal pairs, repeated in both orders.
#pragma once

#include "analysis/cause.h"

// NOT_PROVED with a static clause in *gap if a pair cannot be had, or if the experiment is over; REFUTED if the trials
// now speak for something else.
enum proof { PROVED, REFUTED, NOT_PROVED };
enum proof prove(struct experiment *experiment, const struct cause *cause, struct verdict *verdict, const char **gap);

// Whether it is still as sure with the trials that came after the proof.
bool still_sure(struct experiment *experiment, const struct cause *cause);

// A trial that the cause does not explain; NULL if it explains all.
const struct trial *unexplained(const struct experiment *experiment, const struct cause *cause,
                                const struct verdict *verdict);

// Whether a trial's level of a named factor (a dimension of the cause's cube) triggers as the baseline's does: by the
// cube, else by the sweep.
enum state { STATE_ON, STATE_OFF, STATE_OPEN };
enum state state_of(const struct experiment *experiment, const struct cause *cause, const struct verdict *verdict,
                    unsigned dimension, const struct trial *trial);
