// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "connection/observe/observe.h"
#include "protocol/session_info.h"

static void notification(struct observer *observer, const struct session_info *info)
{
    const struct code_row *type = logon_notification_row(info->error_type), *data = logon_data_row(info->error_data);
    const bool session = logon_data_is_session(info->error_type);
    struct trace *trace = observer->trace;
    char text[32];

    snprintf(text, sizeof text, "0x%X", info->error_type);
    event_fact(observer->sink, FACT_LOGON_NOTIFICATION, json_string(type ? type->name : text));
    if (session)
        event_fact(observer->sink, FACT_LOGON_SESSION, json_integer(info->error_data));
    if (logon_notification_begins(info->error_type) && observer->logon_begun_at == 0)
        observer->logon_begun_at = event_clock();
    snprintf(text, sizeof text, session ? "session %u" : "0x%X", info->error_data);
    if (!logon_notification_begins(info->error_type))
        event_fact(observer->sink, FACT_LOGON_ERROR, json_string(data && !session ? data->name : text));
    if (!logon_error_is_failure(info->error_type, info->error_data))
        return;
    trace->logon_error = true;
    trace->logon_code = logon_error_code(info->error_type, info->error_data);
    if (observer->logon_error_at == 0)
        observer->logon_error_at = event_clock();
}

enum ending observe_session_info(struct observer *observer, struct bytes body)
{
    struct session_info info;

    if (!session_info_parse(body.data, body.size, &info))
        return GOES_ON;
    const struct code_row *row = session_info_row(info.type);
    event_append(observer->sink, FACT_LOGON_INFO, row ? row->name : "unknown");
    if (info.has_session)
        event_fact(observer->sink, FACT_LOGON_SESSION, json_integer(info.session));
    if (info.user[0])
        event_fact(observer->sink, FACT_LOGON_SESSION_USER, json_string(info.user));
    if (info.domain[0])
        event_fact(observer->sink, FACT_LOGON_SESSION_DOMAIN, json_string(info.domain));
    if (info.has_cookie)
        event_fact(observer->sink, FACT_LOGON_COOKIE, json_true());
    if (info.has_error)
        notification(observer, &info);
    if (!session_info_logged_on(&info))
        return GOES_ON;
    observer->trace->logged_on = true;
    event_fact(observer->sink, FACT_CREDENTIALS, json_string("verified"));
    if (!observer->trace->nla_passed)
        event_fact(observer->sink, FACT_CREDENTIALS_PROOF, json_string("server's word"));
    if (!progress_reached(observer->progress, PHASE_ACTIVE))
        return GOES_ON;
    return progress_begin(observer->progress, PHASE_LOGON);
}
