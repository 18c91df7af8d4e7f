// SPDX-License-Identifier: Apache-2.0
// A fact that lists the flags of a field by their names.
#pragma once

#include "connection/event.h"
#include "knowledge/codes.h"

// Reports the names of the flags that are set; what has no name is given as a number.
void flag_fact(struct event_sink *sink, enum fact list, uint32_t flags, const struct code_row *(*row_at)(size_t index));
