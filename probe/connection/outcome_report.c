// SPDX-License-Identifier: Apache-2.0
#include "connection/outcome_report.h"

#include "connection/classify.h"

void outcome_report(const struct trace *trace, struct event_sink *sink)
{
    struct outcome outcome = classify(trace);
    const char *by = ended_by(trace, &outcome);

    if (by)
        event_fact(sink, FACT_ENDED_BY, json_string(by));
    event_outcome(sink, &outcome);
}
