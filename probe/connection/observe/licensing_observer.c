// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "connection/observe/observe.h"
#include "connection/progress.h"
#include "protocol/licensing.h"

static void request(struct connection *connection, struct bytes message)
{
    struct licensing_request request;
    char text[32];

    connection->trace.license_requested = true;
    event_fact(connection->sink, FACT_LICENSING_ROLE, json_string("license-server"));
    if (!licensing_parse_request(message.data, message.size, &request))
        return;
    snprintf(text, sizeof text, "%u.%u", request.major, request.minor);
    event_fact(connection->sink, FACT_LICENSING_COMPANY, json_string(request.company));
    event_fact(connection->sink, FACT_LICENSING_PRODUCT, json_string(request.product));
    event_fact(connection->sink, FACT_LICENSING_VERSION, json_string(text));
    for (unsigned i = 0; i < request.scope_count; i++)
        event_append(connection->sink, FACT_LICENSING_SCOPES, request.scopes[i]);
    for (unsigned i = 0; i < request.key_exchange_count; i++) {
        const struct code_row *row = licensing_key_exchange_row(request.key_exchanges[i]);
        snprintf(text, sizeof text, "%u", request.key_exchanges[i]);
        event_append(connection->sink, FACT_LICENSING_KEY_EXCHANGES, row ? row->name : text);
    }
}

static void alert(struct connection *connection, const struct licensing_message *message)
{
    const struct code_row *transition = licensing_transition_row(message->transition);
    struct trace *trace = &connection->trace;

    event_fact(connection->sink, FACT_LICENSING_TRANSITION, json_string(transition ? transition->name : "unknown"));
    if (licensing_succeeds(message)) {
        // A server without the Session Host role says so at once; one with it says the same after a licence request.
        if (!trace->license_requested)
            event_fact(connection->sink, FACT_LICENSING_ROLE, json_string("valid-client"));
        return;
    }
    const struct code_row *error = licensing_error_row(message->error);
    trace->licensing_error = true;
    trace->licensing_code = message->error;
    event_fact(connection->sink, FACT_LICENSING_ERROR, json_integer(message->error));
    if (error)
        event_fact(connection->sink, FACT_LICENSING_ERROR_NAME, json_string(error->name));
}

void observe_licensing(struct connection *connection, struct bytes data)
{
    struct licensing_message message;

    if (!licensing_parse(data.data, data.size, &message))
        return;
    const struct code_row *row = licensing_message_row(message.type);
    event_append(connection->sink, FACT_LICENSING_MESSAGES, row ? row->name : "UNKNOWN");
    if (message.type == LICENSING_REQUEST)
        request(connection, data);
    else if (message.type == LICENSING_ERROR_ALERT)
        alert(connection, &message);
    if (licensing_succeeds(&message))
        progress_begin(connection, PHASE_CAPABILITIES);
}
