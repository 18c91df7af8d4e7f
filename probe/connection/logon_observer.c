// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "connection/observe.h"
#include "connection/progress.h"
#include "connection/session_info.h"

// A session id stands where the notification is about a session.
static void notification(struct session *session, const struct session_info *info)
{
    const struct code_row *type = logon_notification_row(info->error_type), *data = logon_data_row(info->error_data);
    struct evidence *evidence = &session->evidence;
    char text[32];

    snprintf(text, sizeof text, "0x%X", info->error_type);
    event_fact(session->sink, FACT_LOGON_NOTIFICATION, json_string(type ? type->name : text));
    snprintf(text, sizeof text, "session %u", info->error_data);
    event_fact(session->sink, FACT_LOGON_ERROR, json_string(data ? data->name : text));
    if (!logon_error_is_failure(info->error_type, info->error_data))
        return;
    // Where the logon goes on, its data is why it failed; else the notification itself is.
    evidence->logon_error = true;
    evidence->logon_code = logon_error_tells_data(info->error_type) ? info->error_data : info->error_type;
    if (session->logon_error_at == 0)
        session->logon_error_at = event_clock();
}

void observe_session_info(struct session *session, struct bytes body)
{
    struct session_info info;

    if (!session_info_parse(body.data, body.size, &info))
        return;
    const struct code_row *row = session_info_row(info.type);
    event_append(session->sink, FACT_LOGON_INFO, row ? row->name : "unknown");
    if (info.has_session)
        event_fact(session->sink, FACT_LOGON_SESSION, json_integer(info.session));
    if (info.user[0])
        event_fact(session->sink, FACT_LOGON_SESSION_USER, json_string(info.user));
    if (info.domain[0])
        event_fact(session->sink, FACT_LOGON_SESSION_DOMAIN, json_string(info.domain));
    if (info.has_cookie)
        event_fact(session->sink, FACT_LOGON_COOKIE, json_true());
    if (info.has_error)
        notification(session, &info);
    if (!session_info_logged_on(&info))
        return;
    session->evidence.logged_on = true;
    event_fact(session->sink, FACT_CREDENTIALS, json_string("verified"));
    if (progress_reached(session, PHASE_ACTIVE))
        progress_begin(session, PHASE_LOGON);
}
