// SPDX-License-Identifier: Apache-2.0
#include "connection/progress.h"

void progress_begin(struct connection *connection, enum phase phase)
{
    if (connection->over || progress_reached(connection, phase))
        return;
    // What comes after the activation comes in no fixed order: the session waits for it (connection.c).
    if (phase > connection->request->until && phase <= PHASE_ACTIVE)
        connection_succeed(connection);
    connection->trace.phase = phase;
    connection->begun = true;
    connection->phase_at = event_clock();
    event_phase(connection->sink, phase);
    // From here on the picture is waited for.
    if (phase == PHASE_ACTIVE && connection->request->until == PHASE_GRAPHICS)
        progress_begin(connection, PHASE_GRAPHICS);
}

void progress_step(struct connection *connection, enum gateway_step step)
{
    struct tunnel_trace *tunnel = &connection->trace.tunnel;
    if (connection->over || connection->trace.phase != PHASE_GATEWAY || (tunnel->begun && tunnel->step >= step))
        return;
    tunnel->begun = true;
    tunnel->step = step;
    event_fact(connection->sink, FACT_GATEWAY_STEP, json_string(gateway_step_name(step)));
    event_step(connection->sink, step);
}

void progress_sent(struct connection *connection)
{
    connection->asked = true;
    connection->last_sent = event_clock();
}

double progress_since_sent(const struct connection *connection)
{
    return (double)(long long)((event_clock() - connection->last_sent) * 1000 + 0.5) / 1000;
}

void progress_received(struct connection *connection)
{
    if (connection->asked && !connection->over)
        event_round_trip(connection->sink);
    connection->asked = false;
}

bool progress_reached(const struct connection *connection, enum phase phase)
{
    return connection->begun && connection->trace.phase >= phase;
}
