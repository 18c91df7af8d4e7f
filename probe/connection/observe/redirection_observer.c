// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "connection/observe/flag_fact.h"
#include "connection/observe/observe.h"
#include "protocol/redirection.h"

static void text(struct event_sink *sink, enum fact fact, const char *value)
{
    if (value[0])
        event_fact(sink, fact, json_string(value));
}

enum ending observe_redirection(struct observer *observer, struct bytes data)
{
    struct redirection packet;
    char token[REDIRECTION_TEXT];

    if (!redirection_parse(data.data, data.size, &packet))
        return GOES_ON;
    flag_fact(observer->sink, FACT_REDIRECTION_FLAGS, packet.flags, redirection_flag_at);
    event_fact(observer->sink, FACT_REDIRECTION_SESSION, json_integer(packet.session));
    text(observer->sink, FACT_REDIRECTION_ADDRESS, packet.address);
    text(observer->sink, FACT_REDIRECTION_FQDN, packet.fqdn);
    text(observer->sink, FACT_REDIRECTION_NETBIOS, packet.netbios);
    for (unsigned i = 0; i < packet.address_count; i++)
        event_append(observer->sink, FACT_REDIRECTION_ADDRESSES, packet.addresses[i]);
    text(observer->sink, FACT_REDIRECTION_LOAD_BALANCE, redirection_token(&packet, token, sizeof token));
    text(observer->sink, FACT_REDIRECTION_USER, packet.user);
    text(observer->sink, FACT_REDIRECTION_DOMAIN, packet.domain);
    if (packet.flags & LB_FLAG_NOREDIRECT)
        return GOES_ON;
    observer->trace->redirected = true;
    const char *to = packet.fqdn[0] ? packet.fqdn : packet.address[0] ? packet.address : packet.netbios;
    snprintf(observer->trace->redirected_to, sizeof observer->trace->redirected_to, "%.150s", to);
    return ENDS_FAILED; // FreeRDP would go there by itself
}
