// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "connection/observe/observe.h"
#include "protocol/licensing.h"

static void request(struct observer *observer, struct bytes message)
{
    struct licensing_request request;
    char text[32];

    observer->trace->license_requested = true;
    event_fact(observer->sink, FACT_LICENSING_ROLE, json_string("license-server"));
    if (!licensing_parse_request(message.data, message.size, &request))
        return;
    snprintf(text, sizeof text, "%u.%u", request.major, request.minor);
    event_fact(observer->sink, FACT_LICENSING_COMPANY, json_string(request.company));
    event_fact(observer->sink, FACT_LICENSING_PRODUCT, json_string(request.product));
    event_fact(observer->sink, FACT_LICENSING_VERSION, json_string(text));
    for (unsigned i = 0; i < request.scope_count; i++)
        event_append(observer->sink, FACT_LICENSING_SCOPES, request.scopes[i]);
    for (unsigned i = 0; i < request.key_exchange_count; i++) {
        const struct code_row *row = licensing_key_exchange_row(request.key_exchanges[i]);
        snprintf(text, sizeof text, "%u", request.key_exchanges[i]);
        event_append(observer->sink, FACT_LICENSING_KEY_EXCHANGES, row ? row->name : text);
    }
}

static void alert(struct observer *observer, const struct licensing_message *message)
{
    const struct code_row *transition = licensing_transition_row(message->transition);
    struct trace *trace = observer->trace;

    event_fact(observer->sink, FACT_LICENSING_TRANSITION, json_string(transition ? transition->name : "unknown"));
    if (licensing_succeeds(message)) {
        // A server without the Session Host role says so at once; one with it says the same after a licence request.
        if (!trace->license_requested)
            event_fact(observer->sink, FACT_LICENSING_ROLE, json_string("valid-client"));
        return;
    }
    const struct code_row *error = licensing_error_row(message->error);
    trace->licensing_error = true;
    trace->licensing_code = message->error;
    event_fact(observer->sink, FACT_LICENSING_ERROR, json_integer(message->error));
    if (error)
        event_fact(observer->sink, FACT_LICENSING_ERROR_NAME, json_string(error->name));
}

enum ending observe_licensing(struct observer *observer, struct bytes data)
{
    struct licensing_message message;

    if (!licensing_parse(data.data, data.size, &message))
        return GOES_ON;
    const struct code_row *row = licensing_message_row(message.type);
    event_append(observer->sink, FACT_LICENSING_MESSAGES, row ? row->name : "UNKNOWN");
    if (message.type == LICENSING_REQUEST)
        request(observer, data);
    else if (message.type == LICENSING_ERROR_ALERT)
        alert(observer, &message);
    return licensing_succeeds(&message) ? progress_begin(observer->progress, PHASE_CAPABILITIES) : GOES_ON;
}
