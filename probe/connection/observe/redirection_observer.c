// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "connection/observe/observe.h"
#include "protocol/redirection.h"

static void text(struct connection *connection, enum fact fact, const char *value)
{
    if (value[0])
        event_fact(connection->sink, fact, json_string(value));
}

void observe_redirection(struct connection *connection, struct bytes data)
{
    struct redirection packet;
    char token[REDIRECTION_TEXT];

    if (!redirection_parse(data.data, data.size, &packet))
        return;
    observe_flags(connection, FACT_REDIRECTION_FLAGS, packet.flags, redirection_flag_at);
    event_fact(connection->sink, FACT_REDIRECTION_SESSION, json_integer(packet.session));
    text(connection, FACT_REDIRECTION_ADDRESS, packet.address);
    text(connection, FACT_REDIRECTION_FQDN, packet.fqdn);
    text(connection, FACT_REDIRECTION_NETBIOS, packet.netbios);
    for (unsigned i = 0; i < packet.address_count; i++)
        event_append(connection->sink, FACT_REDIRECTION_ADDRESSES, packet.addresses[i]);
    text(connection, FACT_REDIRECTION_LOAD_BALANCE, redirection_token(&packet, token, sizeof token));
    text(connection, FACT_REDIRECTION_USER, packet.user);
    text(connection, FACT_REDIRECTION_DOMAIN, packet.domain);
    if (packet.flags & LB_FLAG_NOREDIRECT)
        return;
    connection->trace.redirected = true;
    const char *to = packet.fqdn[0] ? packet.fqdn : packet.address[0] ? packet.address : packet.netbios;
    snprintf(connection->trace.redirected_to, sizeof connection->trace.redirected_to, "%.150s", to);
    connection_fail(connection); // FreeRDP would go there by itself
}
