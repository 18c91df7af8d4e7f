// SPDX-License-Identifier: Apache-2.0
// What the server announces of itself: in its Connect Response, and in the capability sets of Demand Active.
#include <stdio.h>

#include "connection/observe/flag_fact.h"
#include "connection/observe/observe.h"
#include "protocol/capability.h"
#include "protocol/gcc_server.h"

static void named(struct event_sink *sink, enum fact fact, const struct code_row *row, uint32_t value)
{
    char number[16];
    snprintf(number, sizeof number, "0x%X", value);
    event_fact(sink, fact, json_string(row ? row->name : number));
}

static void core_data(struct event_sink *sink, uint32_t requested, const struct gcc_server_core *core)
{
    static const uint32_t protocols[] = {PROTOCOL_SSL, PROTOCOL_HYBRID, PROTOCOL_RDSTLS, PROTOCOL_HYBRID_EX,
                                         PROTOCOL_RDSAAD};
    const struct code_row *row = rdp_version_row(core->version);

    event_fact(sink, FACT_SERVER_VERSION, json_integer(core->version));
    if (row)
        event_fact(sink, FACT_SERVER_VERSION_NAME, json_string(row->name));
    if (core->has_early_flags) {
        event_fact(sink, FACT_SERVER_EARLY_FLAGS, json_integer(core->early_flags));
        flag_fact(sink, FACT_SERVER_EARLY_FLAG_NAMES, core->early_flags, server_early_flag_at);
    }
    if (!core->has_requested)
        return;
    json_t *names = json_array();
    for (size_t i = 0; i < sizeof protocols / sizeof protocols[0]; i++)
        if (core->requested & protocols[i])
            json_array_append_new(names, json_string(x224_protocol_name(protocols[i])));
    if (core->requested == PROTOCOL_RDP)
        json_array_append_new(names, json_string(x224_protocol_name(PROTOCOL_RDP)));
    event_fact(sink, FACT_SERVER_REQUESTED, names);
    // A middlebox that changed the request is seen here.
    event_fact(sink, FACT_NEGOTIATION_MIDDLEBOX, json_boolean(core->requested != requested));
}

void observe_server_settings(struct event_sink *sink, uint32_t requested, struct bytes pdu)
{
    struct gcc_blocks blocks;
    struct gcc_block block;
    struct gcc_server_core core;
    struct gcc_server_security security;
    struct gcc_server_network network;
    uint32_t flags;
    uint16_t channel;

    if (!gcc_open(pdu.data, pdu.size, &blocks))
        return;
    while (gcc_next(&blocks, &block)) {
        if (gcc_read_server_core(&block, &core)) {
            core_data(sink, requested, &core);
        } else if (gcc_read_server_security(&block, &security)) {
            named(sink, FACT_SERVER_ENCRYPTION_METHOD, encryption_method_row(security.method), security.method);
            named(sink, FACT_SERVER_ENCRYPTION_LEVEL, encryption_level_row(security.level), security.level);
        } else if (gcc_read_server_network(&block, &network)) {
            event_fact(sink, FACT_SERVER_CHANNELS, json_integer(network.granted));
        } else if (gcc_read_message_channel(&block, &channel)) {
            event_fact(sink, FACT_SERVER_MESSAGE_CHANNEL, json_integer(channel));
        } else if (gcc_read_flags(&block, GCC_SC_MULTITRANSPORT, &flags)) {
            flag_fact(sink, FACT_SERVER_MULTITRANSPORT, flags, multitransport_flag_at);
        }
    }
}

// An object of the fields that this set has, or NULL where none of them is in the table.
static json_t *fields_of(const struct capability *set, const char *name)
{
    const struct capability_field *field;
    json_t *object = NULL;
    uint32_t value;

    for (size_t i = 0; (field = capability_field_at(i)); i++) {
        if (!capability_read(set, field, &value))
            continue;
        const struct code_row *row = field->row ? field->row(value) : NULL;
        if (!object)
            object = json_pack("{s:s}", "set", name);
        json_object_set_new(object, field->name, row ? json_string(row->name) : json_integer(value));
    }
    return object;
}

bool observe_capabilities(struct event_sink *sink, struct bytes body)
{
    struct capabilities sets;
    struct capability set;
    char number[16];

    if (!capabilities_open(body.data, body.size, &sets))
        return false;
    json_t *names = json_array(), *details = json_array();
    while (capabilities_next(&sets, &set)) {
        const struct code_row *row = capability_row(set.type);
        snprintf(number, sizeof number, "0x%X", set.type);
        const char *name = row ? row->name : number;
        json_array_append_new(names, json_string(name));
        json_t *fields = fields_of(&set, name);
        if (fields)
            json_array_append_new(details, fields);
    }
    event_fact(sink, FACT_CAPABILITIES_SETS, names);
    event_fact(sink, FACT_CAPABILITIES_DETAILS, details);
    return true;
}
