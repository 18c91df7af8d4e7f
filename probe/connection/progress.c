// SPDX-License-Identifier: Apache-2.0
#include "connection/progress.h"

static void begin(struct progress *progress, enum phase phase)
{
    progress->trace->phase = phase;
    progress->begun = true;
    progress->phase_at = event_clock();
    event_phase(progress->sink, phase);
}

enum ending progress_begin(struct progress *progress, enum phase phase)
{
    if (progress->over || progress_reached(progress, phase))
        return GOES_ON;
    // What comes after the activation comes in no fixed order: the session waits for it (connection.c).
    if (phase > progress->until && phase <= PHASE_ACTIVE)
        return ENDS_SUCCEEDED;
    begin(progress, phase);
    // From here on the picture is waited for.
    if (phase == PHASE_ACTIVE && progress->until == PHASE_GRAPHICS)
        begin(progress, PHASE_GRAPHICS);
    return GOES_ON;
}

void progress_step(struct progress *progress, enum gateway_step step)
{
    struct tunnel_trace *tunnel = &progress->trace->tunnel;
    if (progress->over || progress->trace->phase != PHASE_GATEWAY || (tunnel->begun && tunnel->step >= step))
        return;
    tunnel->begun = true;
    tunnel->step = step;
    event_fact(progress->sink, FACT_GATEWAY_STEP, json_string(gateway_step_name(step)));
    event_step(progress->sink, step);
}

void progress_sent(struct progress *progress)
{
    progress->asked = true;
    progress->last_sent = event_clock();
}

double progress_since_sent(const struct progress *progress)
{
    return (double)(long long)((event_clock() - progress->last_sent) * 1000 + 0.5) / 1000;
}

void progress_received(struct progress *progress)
{
    if (progress->asked && !progress->over)
        event_round_trip(progress->sink);
    progress->asked = false;
}

bool progress_reached(const struct progress *progress, enum phase phase)
{
    return progress->begun && progress->trace->phase >= phase;
}
