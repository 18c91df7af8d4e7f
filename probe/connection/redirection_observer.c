// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "connection/observe.h"
#include "connection/redirection.h"

static void text(struct session *session, enum fact fact, const char *value)
{
    if (value[0])
        event_fact(session->sink, fact, json_string(value));
}

void observe_redirection(struct session *session, struct bytes data)
{
    struct redirection packet;
    char token[REDIRECTION_TEXT];

    if (!redirection_parse(data.data, data.size, &packet))
        return;
    observe_flags(session, FACT_REDIRECTION_FLAGS, packet.flags, redirection_flag_at);
    event_fact(session->sink, FACT_REDIRECTION_SESSION, json_integer(packet.session));
    text(session, FACT_REDIRECTION_ADDRESS, packet.address);
    text(session, FACT_REDIRECTION_FQDN, packet.fqdn);
    text(session, FACT_REDIRECTION_NETBIOS, packet.netbios);
    for (unsigned i = 0; i < packet.address_count; i++)
        event_append(session->sink, FACT_REDIRECTION_ADDRESSES, packet.addresses[i]);
    text(session, FACT_REDIRECTION_LOAD_BALANCE, redirection_token(&packet, token, sizeof token));
    text(session, FACT_REDIRECTION_USER, packet.user);
    text(session, FACT_REDIRECTION_DOMAIN, packet.domain);
    if (packet.flags & LB_FLAG_NOREDIRECT)
        return;
    session->evidence.redirected = true;
    const char *to = packet.fqdn[0] ? packet.fqdn : packet.address[0] ? packet.address : packet.netbios;
    snprintf(session->evidence.redirected_to, sizeof session->evidence.redirected_to, "%.150s", to);
    session_fail(session); // FreeRDP would go there by itself
}
