// SPDX-License-Identifier: Apache-2.0
// What matrix' own options do with their arguments, as struct option_row's take; each is a row of the table.
#pragma once

#include "commands/options.h"

bool option_take_max_in_flight(struct options *o, const char *text, char *error, size_t size);
bool option_take_rate(struct options *o, const char *text, char *error, size_t size);
bool option_take_gateway_rate(struct options *o, const char *text, char *error, size_t size);
bool option_take_target_rate(struct options *o, const char *text, char *error, size_t size);
bool option_take_shard(struct options *o, const char *text, char *error, size_t size);
bool option_take_own_ledger(struct options *o, const char *text, char *error, size_t size);
bool option_take_resume(struct options *o, const char *text, char *error, size_t size);
bool option_take_dry_run(struct options *o, const char *text, char *error, size_t size);
bool option_take_report(struct options *o, const char *text, char *error, size_t size);
