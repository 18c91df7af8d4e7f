// SPDX-License-Identifier: Apache-2.0
// The terms of an experiment in the journal, so that its trials can be had again as they were run.
#pragma once

#include <jansson.h>

#include "analysis/terms.h"

// The member `experiment` of a run's record (probe/journal.md), a new object; NULL if memory is out. Caller owns it.
// What runs trials is no part of it.
json_t *terms_to_json(const struct isolation *terms);

// Reads such an object into *terms, which borrows texts of json: it must live as long. False with a static clause in
// *error where it names what this version does not know.
bool terms_from_json(const json_t *json, struct isolation *terms, const char **error);
