// SPDX-License-Identifier: Apache-2.0
// Finds the factor that triggers a failure by adaptive experiment. Pure: trials come through a callback, so the same
// code isolates a live target, a journal and a simulated oracle. No I/O, no clock.
#pragma once

#include "analysis/terms.h"
#include "analysis/verdict.h"

// Runs the experiment to its end. Never names a factor that a repeated minimal pair does not prove. alternatives, pairs
// and sweep are empty unless a cause was proved: with VERDICT_ISOLATED, or with VERDICT_STOPPED in the sweep after the
// proof.
void isolate(const struct isolation *isolation, struct verdict *verdict);

struct replay; // replay.h

// The same with the trials of an experiment that was run, as_run, by its terms. What is on record after its last trial
// counts against what they led to.
void isolate_again(const struct isolation *terms, struct replay *replay, struct verdict *verdict);
