// SPDX-License-Identifier: Apache-2.0
// Makes the verdict of an experiment, with its reason in words.
#pragma once

#include "analysis/experiment.h"

// Makes the verdict, with its reason as a format.
void conclude(struct verdict *verdict, enum verdict_kind kind, const char *format, ...);

// Makes the verdict of an experiment that is over early; known: what is known by then, a clause. False if it is not
// over.
bool conclude_early(const struct experiment *experiment, struct verdict *verdict, const char *known);

// What a trial ended with, for people: "a connection", "0x3/0x7 ERRINFO_… in the licensing phase". Always terminated;
// returns text.
const char *outcome_clause(const struct trial *trial, char *text, size_t size);
