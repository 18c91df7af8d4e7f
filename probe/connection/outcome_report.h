// SPDX-License-Identifier: Apache-2.0
// Reports the outcome of a failing connection, as its trace gives it by now.
#pragma once

#include "connection/event.h"
#include "connection/trace.h"

// Reports outcome and who ended the connection. The trial may go on, and a later report replaces this one.
void outcome_report(const struct trace *trace, struct event_sink *sink);
