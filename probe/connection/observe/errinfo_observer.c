// SPDX-License-Identifier: Apache-2.0
#include <sys/time.h>

#include "connection/observe/observe.h"
#include "connection/outcome_report.h"
#include "knowledge/codes.h"

enum { GRACE_AFTER_REASON_MS = 300 }; // for the ultimatum and the close that follow an error info

static void end_soon(void)
{
    // The reason is known and reported; a server that now says nothing more must not cost the whole deadline.
    struct itimerval grace = {.it_value = {.tv_usec = GRACE_AFTER_REASON_MS * 1000}};
    setitimer(ITIMER_REAL, &grace, NULL);
}

void observe_error_info(struct observer *observer, uint32_t code)
{
    struct trace *trace = observer->trace;
    const struct code_row *row = errinfo_row(code);

    if (code == 0 || trace->error_info_seen)
        return;
    trace->error_info_seen = true;
    trace->error_info = code;
    trace->error_info_phase = trace->phase;
    event_fact(observer->sink, FACT_ERRINFO_CODE, json_integer(code));
    if (row)
        event_fact(observer->sink, FACT_ERRINFO_NAME, json_string(row->name));
    event_fact(observer->sink, FACT_ERRINFO_PHASE, json_string(phase_name(trace->phase)));
    event_fact(observer->sink, FACT_ERRINFO_AFTER, json_real(progress_since_sent(observer->progress)));
    outcome_report(trace, observer->sink);
    end_soon();
}
