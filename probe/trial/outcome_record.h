// SPDX-License-Identifier: Apache-2.0
// The outcome of a trial in its record, {"result":"failed","phase":"tcp","family":"tcp","code":111,…}: written and read
// here only, whether the reader has the record built or goes through its text.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trial/outcome.h"

// A new JSON object, or NULL if memory is out. Caller owns it. Connected has result and phase only.
json_t *outcome_to_json(const struct outcome *outcome);

// Reads what outcome_to_json() wrote, of this release or an earlier one, into *outcome. On error returns false with a
// clause in error[size].
bool outcome_from_json(const json_t *json, struct outcome *outcome, char *error, size_t size);

// For a reader that finds the members one after the other, in any order: each sets what the member says. Members that
// an outcome does not have are passed over. The text is false where the member has words of its own and this is none of
// them; the outcome then is as it was.
bool outcome_take_text(struct outcome *outcome, const char *member, const char *text);
void outcome_take_number(struct outcome *outcome, const char *member, int64_t number);

// …and after the last member: what follows from them, the side in records that do not tell it included.
void outcome_settle(struct outcome *outcome);
