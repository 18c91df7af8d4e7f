// SPDX-License-Identifier: Apache-2.0
// What this client announces of itself, read from what it really sends.
#include "connection/observe/observe.h"
#include "protocol/client_info.h"
#include "protocol/confirm_active.h"
#include "protocol/gcc.h"
#include "protocol/sent_names.h"
#include "trial/keyboard_layout.h"
#include "trial/profile.h"

static void observe_core(struct event_sink *sink, const struct gcc_client_core *core)
{
    event_fact(sink, FACT_CLIENT_NAME, json_string(core->name));
    event_fact(sink, FACT_CLIENT_BUILD, json_integer(core->build));
    event_fact(sink, FACT_CLIENT_VERSION, json_integer(core->version));
    event_fact(sink, FACT_CLIENT_KEYBOARD, json_integer(core->keyboard));
    event_fact(sink, FACT_CLIENT_COLOR_DEPTH, json_integer(core->color_depth));
    event_fact(sink, FACT_CLIENT_EARLY_FLAGS, json_integer(core->early_flags));
    if (core->connection_type)
        event_fact(sink, FACT_CLIENT_CONNECTION_TYPE, json_integer(core->connection_type));
    if (core->product_id[0])
        event_fact(sink, FACT_CLIENT_PRODUCT_ID, json_string(core->product_id));
    event_fact(sink, FACT_ERRINFO_ADVERTISED, json_boolean(core->early_flags & GCC_EARLY_ERRINFO));
}

// What the user gave, to hold against what was sent.
static void observe_given(struct event_sink *sink, const struct profile *profile)
{
    const char *name = profile->operand[FACTOR_CLIENT_NAME];
    if (name[0])
        event_fact(sink, FACT_CLIENT_NAME_GIVEN, json_string(name));
    if (profile->operand[FACTOR_KEYBOARD][0])
        event_fact(sink, FACT_CLIENT_KEYBOARD_GIVEN, json_integer(keyboard_layout(profile, KEYBOARD_GIVEN)));
}

void observe_client_settings(struct event_sink *sink, const struct profile *profile, struct bytes pdu)
{
    struct gcc_blocks blocks;
    struct gcc_block block;
    struct gcc_client_core core;
    struct gcc_client_cluster cluster;
    struct gcc_client_security security;
    struct gcc_client_network network;
    uint32_t flags;

    if (!gcc_open(pdu.data, pdu.size, &blocks))
        return;
    json_t *channels = json_array(); // a client without static channels sends no block for them
    while (gcc_next(&blocks, &block)) {
        if (gcc_read_client_core(&block, &core)) {
            observe_core(sink, &core);
        } else if (gcc_read_client_cluster(&block, &cluster)) {
            event_fact(sink, FACT_CLIENT_CLUSTER_FLAGS, json_integer(cluster.flags));
            if (cluster.flags & GCC_CLUSTER_SESSION_VALID)
                event_fact(sink, FACT_CLIENT_SESSION, json_integer(cluster.session));
        } else if (gcc_read_client_security(&block, &security)) {
            event_fact(sink, FACT_CLIENT_ENCRYPTION_METHODS, json_integer(security.methods));
        } else if (gcc_read_client_network(&block, &network)) {
            for (unsigned i = 0; i < network.count; i++)
                json_array_append_new(channels, json_string(network.names[i]));
        } else if (gcc_read_flags(&block, GCC_CS_MULTITRANSPORT, &flags)) {
            event_fact(sink, FACT_CLIENT_MULTITRANSPORT, json_integer(flags));
        }
    }
    event_fact(sink, FACT_CLIENT_CHANNELS, channels);
    observe_given(sink, profile);
}

static void observe_names(struct event_sink *sink, const struct sent_names *names)
{
    event_fact(sink, FACT_LOGON_USER, json_string(names->user));
    event_fact(sink, FACT_LOGON_DOMAIN, json_string(names->domain));
}

void observe_authenticate(struct event_sink *sink, struct bytes token)
{
    struct sent_names names;
    if (sent_names_ntlm(token.data, token.size, &names))
        observe_names(sink, &names);
}

void observe_client_info(struct event_sink *sink, struct bytes info)
{
    struct sent_names names;
    struct client_info told;
    if (sent_names_info(info.data, info.size, &names))
        observe_names(sink, &names);
    if (!client_info_parse(info.data, info.size, &told))
        return;
    event_fact(sink, FACT_CLIENT_INFO_FLAGS, json_integer(told.flags));
    event_fact(sink, FACT_CLIENT_CODE_PAGE, json_integer(told.code_page));
    if (told.has_performance)
        event_fact(sink, FACT_CLIENT_PERFORMANCE_FLAGS, json_integer(told.performance));
}

void observe_confirm_active(struct event_sink *sink, struct bytes body)
{
    struct confirm_active confirm;
    if (!confirm_active_parse(body.data, body.size, &confirm))
        return;
    size_t size = confirm.source_size;
    while (size && !confirm.source[size - 1])
        size--;
    event_fact(sink, FACT_CLIENT_SOURCE, json_stringn((const char *)confirm.source, size));
    event_fact(sink, FACT_CLIENT_CAPABILITY_SETS, json_integer(confirm.sets));
}
