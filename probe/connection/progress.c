// SPDX-License-Identifier: Apache-2.0
#include "connection/progress.h"

void progress_begin(struct session *session, enum phase phase)
{
    if (session->over || progress_reached(session, phase))
        return;
    if (phase > session->request->until)
        session_succeed(session);
    session->evidence.phase = phase;
    session->begun = true;
    event_phase(session->sink, phase);
}

bool progress_reached(const struct session *session, enum phase phase)
{
    return session->begun && session->evidence.phase >= phase;
}
