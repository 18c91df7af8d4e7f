// SPDX-License-Identifier: Apache-2.0
#include "connection/progress.h"

void progress_begin(struct session *session, enum phase phase)
{
    if (session->over || progress_reached(session, phase))
        return;
    // What comes after the activation comes in no fixed order: the session waits for it (session.c).
    if (phase > session->request->until && phase <= PHASE_ACTIVE)
        session_succeed(session);
    session->evidence.phase = phase;
    session->begun = true;
    session->phase_at = event_clock();
    event_phase(session->sink, phase);
    // From here on the picture is waited for.
    if (phase == PHASE_ACTIVE && session->request->until == PHASE_GRAPHICS)
        progress_begin(session, PHASE_GRAPHICS);
}

void progress_step(struct session *session, enum gateway_step step)
{
    struct tunnel_evidence *tunnel = &session->evidence.tunnel;
    if (session->over || session->evidence.phase != PHASE_GATEWAY || (tunnel->begun && tunnel->step >= step))
        return;
    tunnel->begun = true;
    tunnel->step = step;
    event_fact(session->sink, FACT_GATEWAY_STEP, json_string(gateway_step_name(step)));
    event_step(session->sink, step);
}

void progress_sent(struct session *session)
{
    session->asked = true;
    session->last_sent = event_clock();
}

double progress_since_sent(const struct session *session)
{
    return (double)(long long)((event_clock() - session->last_sent) * 1000 + 0.5) / 1000;
}

void progress_received(struct session *session)
{
    if (session->asked && !session->over)
        event_round_trip(session->sink);
    session->asked = false;
}

bool progress_reached(const struct session *session, enum phase phase)
{
    return session->begun && session->evidence.phase >= phase;
}
