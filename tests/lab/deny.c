// SPDX-License-Identifier: Apache-2.0
//
// Denials: which rule fires when, and how the client is told.
#include <stdio.h>

#include "names.h"
#include "peer.h"
#include "random.h"

// MCS Disconnect Provider Ultimatum with reason rn-provider-initiated, [T.125] 7 and [MS-RDPBCGR] 2.2.2.3
static const uint8_t ultimatum[] = {3, 0, 0, 9, 2, 0xF0, 0x80, 0x20, 0x80};

// Whether --flaky holds this rule back on this connection
static bool flakes(const struct connection *connection, size_t index)
{
    const struct lab_options *options = &connection->lab->options;
    const uint64_t value = lab_random(options->seed, connection->record->facts.connection, index);
    return (double)(value >> 11) / (double)(UINT64_C(1) << 53) < options->flaky;
}

static bool send_error_info(struct connection *connection, uint32_t code)
{
    rdpContext *context = connection->peer->context;
    if (connection->relay)
        return upstream_tell(connection, code);
    freerdp_set_error_info(context->rdp, code);
    return freerdp_send_error_info(context->rdp);
}

static void tell(struct connection *connection, const struct lab_rule *rule)
{
    const struct lab_options *options = &connection->lab->options;
    struct lab_record *record = connection->record;
    const bool wanted = !options->strict_errinfo || record->facts.errinfo_advertised;

    if (rule->errinfo && wanted && !options->ultimatum_only) {
        if (send_error_info(connection, rule->errinfo)) {
            record->errinfo_sent = true;
            record->errinfo_code = rule->errinfo;
            if (rule->delay_ms)
                snprintf(record->errinfo_at, sizeof(record->errinfo_at), "active+%u", rule->delay_ms);
            else
                snprintf(record->errinfo_at, sizeof(record->errinfo_at), "%s", lab_moment_name(rule->moment));
        }
    }
    if ((rule->errinfo && options->ultimatum) || options->ultimatum_only)
        connection_write(connection, ultimatum, sizeof(ultimatum));
}

bool deny(struct connection *connection, enum lab_moment moment, bool mentioning_license)
{
    const struct lab_options *options = &connection->lab->options;
    struct lab_record *record = connection->record;
    if (connection->over)
        return true;
    for (size_t i = 0; i < options->rule_count; i++) {
        const struct lab_rule *rule = &options->rules[i];
        if (rule->moment != moment)
            continue;
        if (moment == LAB_MOMENT_LICENSING && rule_mentions(rule->condition, LAB_FACT_LICENSE) != mentioning_license)
            continue;
        if (moment == LAB_MOMENT_ACTIVE && connection_now_ms() - connection->activated_ms < rule->delay_ms)
            continue;
        if (rule_evaluate(rule->condition, &record->facts) != RULE_YES)
            continue;
        if (flakes(connection, i)) {
            record->flaked = true;
            continue;
        }
        snprintf(record->rule, sizeof(record->rule), "%s", rule->text);
        lab_record_end(record, LAB_ENDED_DENIED);
        tell(connection, rule);
        connection_end(connection, SHIM_CLOSE);
        return true;
    }
    return false;
}

int deny_wait_ms(const struct connection *connection)
{
    const struct lab_options *options = &connection->lab->options;
    int64_t wait = -1;
    if (!connection->activated)
        return -1;
    for (size_t i = 0; i < options->rule_count; i++) {
        const struct lab_rule *rule = &options->rules[i];
        if (rule->moment != LAB_MOMENT_ACTIVE || rule->delay_ms == 0)
            continue;
        const int64_t left = connection->activated_ms + rule->delay_ms - connection_now_ms();
        if (left > 0 && (wait < 0 || left < wait))
            wait = left;
    }
    return (int)wait;
}
