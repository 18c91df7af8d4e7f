// SPDX-License-Identifier: Apache-2.0
#include "record.h"

#include <string.h>

#include "names.h"

// [MS-RDPBCGR] 2.2.1.1.1 requestedProtocols
static const struct {
    uint32_t bit;
    const char *name;
} protocols[] = {{0x01, "SSL"}, {0x02, "HYBRID"}, {0x04, "RDSTLS"}, {0x08, "HYBRID_EX"}, {0x10, "RDSAAD"}};

static const char *const ended_names[] = {"error", "client", "denied", "fault", "server", "error"};

void lab_record_reach(struct lab_record *record, enum lab_phase phase)
{
    if (phase > record->reached)
        record->reached = phase;
}

void lab_record_end(struct lab_record *record, enum lab_ended ended)
{
    enum lab_ended expected = LAB_ENDED_UNKNOWN;
    __atomic_compare_exchange_n(&record->ended, &expected, ended, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

// Length of the UTF-8 sequence at `text` ([RFC 3629] 4), 0 if it is none.
static size_t utf8_length(const unsigned char *text, size_t length)
{
    const unsigned char first = text[0];
    size_t count = 0;
    if (first < 0x80)
        return 1;
    if (first >= 0xC2 && first <= 0xDF)
        count = 2;
    else if (first >= 0xE0 && first <= 0xEF)
        count = 3;
    else if (first >= 0xF0 && first <= 0xF4)
        count = 4;
    if (count == 0 || count > length)
        return 0;
    for (size_t i = 1; i < count; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    if ((first == 0xE0 && text[1] < 0xA0) || (first == 0xED && text[1] > 0x9F) || (first == 0xF0 && text[1] < 0x90) ||
        (first == 0xF4 && text[1] > 0x8F))
        return 0;
    return count;
}

void lab_record_text(char *field, size_t size, const char *text, size_t length)
{
    size_t used = 0;
    for (size_t i = 0; i < length && text[i];) {
        const size_t count = utf8_length((const unsigned char *)text + i, length - i);
        if (used + (count ? count : 1) >= size)
            break;
        if (count)
            memcpy(field + used, text + i, count);
        else
            field[used] = '?';
        used += count ? count : 1;
        i += count ? count : 1;
    }
    field[used] = 0;
}

static json_t *text_or_null(bool known, const char *text)
{
    return known ? json_string(text) : json_null();
}

static json_t *number_or_null(bool known, uint32_t value)
{
    return known ? json_integer(value) : json_null();
}

static json_t *boolean_or_null(bool known, bool value)
{
    return known ? json_boolean(value) : json_null();
}

static json_t *requested_json(const struct lab_record *record)
{
    if (!record->requested_known)
        return json_null();
    json_t *list = json_array();
    if (record->requested == 0)
        json_array_append_new(list, json_string("RDP"));
    for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
        if (record->requested & protocols[i].bit)
            json_array_append_new(list, json_string(protocols[i].name));
    return list;
}

static json_t *channels_json(const struct lab_facts *facts)
{
    if (!lab_facts_known(facts, LAB_FACT_CHANNEL))
        return json_null();
    json_t *list = json_array();
    for (size_t i = 0; i < facts->channel_count; i++)
        json_array_append_new(list, json_string(facts->channels[i]));
    return list;
}

static void add_facts(json_t *line, const struct lab_facts *facts)
{
#define KNOWN(fact) lab_facts_known(facts, LAB_FACT_##fact)
    json_object_set_new(line, "cookie", text_or_null(KNOWN(COOKIE), facts->cookie));
    json_object_set_new(line, "security", text_or_null(KNOWN(SECURITY), lab_security_name(facts->security)));
    json_object_set_new(line, "tls", text_or_null(KNOWN(TLS), lab_tls_name(facts->tls)));
    json_object_set_new(line, "sni", text_or_null(KNOWN(SNI), facts->sni));
    json_object_set_new(line, "address", text_or_null(KNOWN(ADDRESS), lab_address_name(facts->address)));
    json_object_set_new(line, "client_name", text_or_null(KNOWN(CLIENT_NAME), facts->client_name));
    json_object_set_new(line, "client_version", number_or_null(KNOWN(CLIENT_VERSION), facts->client_version));
    json_object_set_new(line, "hello_groups", number_or_null(KNOWN(TLS_GROUPS), facts->groups));
    json_object_set_new(line, "source", text_or_null(KNOWN(SOURCE), facts->source));
    json_object_set_new(line, "client_build", number_or_null(KNOWN(CLIENT_BUILD), facts->client_build));
    json_object_set_new(line, "color_depth", number_or_null(KNOWN(COLOR_DEPTH), facts->color_depth));
    json_object_set_new(line, "keyboard", number_or_null(KNOWN(KEYBOARD), facts->keyboard));
    json_object_set_new(line, "errinfo",
                        text_or_null(KNOWN(ERRINFO), facts->errinfo_advertised ? "advertised" : "silent"));
    json_object_set_new(line, "channels", channels_json(facts));
    json_object_set_new(line, "admin", text_or_null(KNOWN(ADMIN), facts->admin ? "on" : "off"));
    json_object_set_new(line, "graphics", text_or_null(KNOWN(GRAPHICS), facts->gfx ? "gfx" : "bitmap"));
    json_object_set_new(line, "autodetect", text_or_null(KNOWN(AUTODETECT), facts->autodetect ? "on" : "off"));
    json_object_set_new(line, "multitransport",
                        text_or_null(KNOWN(MULTITRANSPORT), facts->multitransport ? "on" : "off"));
    json_object_set_new(line, "restricted_admin",
                        text_or_null(KNOWN(RESTRICTED_ADMIN), facts->restricted_admin ? "on" : "off"));
    json_object_set_new(line, "user", text_or_null(KNOWN(USER), facts->user));
    json_object_set_new(line, "domain", text_or_null(KNOWN(DOMAIN), facts->domain));
    json_object_set_new(line, "license", text_or_null(KNOWN(LICENSE), lab_license_name(facts->license)));
#undef KNOWN
}

static void add_offers(json_t *line, const struct lab_record *record)
{
    json_object_set_new(line, "requested", requested_json(record));
    json_object_set_new(line, "negotiation_offered", boolean_or_null(record->requested_known, record->negotiates));
    json_object_set_new(line, "requested_flags", number_or_null(record->requested_known, record->requested_flags));
    json_object_set_new(line, "negotiation_failure", number_or_null(record->failure_sent, record->failure_code));
    json_object_set_new(line, "hello_suites", number_or_null(record->hello_known, record->hello_suites));
    json_object_set_new(line, "hello_extensions", number_or_null(record->hello_known, record->hello_extensions));
    json_object_set_new(line, "cipher", text_or_null(record->cipher[0], record->cipher));
}

json_t *lab_record_json(const struct lab_record *record, double ms)
{
    const struct lab_facts *facts = &record->facts;
    json_t *line = json_object();
    if (!line)
        return NULL;
    json_object_set_new(line, "record", json_string("connection"));
    json_object_set_new(line, "connection", json_integer(facts->connection));
    json_object_set_new(line, "peer", json_string(facts->peer));
    json_object_set_new(line, "peer_port", json_integer(record->peer_port));
    json_object_set_new(line, "segment_size", json_integer(record->segment_size));
    json_object_set_new(line, "local", json_string(record->local));
    json_object_set_new(line, "began_ms", json_real((double)(int64_t)(record->began_ms * 1000) / 1000));
    json_object_set_new(line, "family", json_string(lab_family_name(facts->family)));
    json_object_set_new(line, "gateway", json_string(lab_gateway_name(facts->gateway)));
    add_offers(line, record);
    add_facts(line, facts);
    json_object_set_new(line, "early_flags", number_or_null(record->core_known, facts->early_flags));
    json_object_set_new(line, "encryption_methods", number_or_null(record->methods_known, record->encryption_methods));
    json_object_set_new(line, "session_asked", number_or_null(record->session_asked, record->session));
    json_object_set_new(line, "authenticated", boolean_or_null(record->authenticated_known, record->authenticated));
    json_object_set_new(line, "credssp_version", number_or_null(record->credssp_version != 0, record->credssp_version));
    json_object_set_new(line, "ntlm_authenticates", json_integer(record->ntlm_authenticates));
    json_object_set_new(line, "authorization_sent", number_or_null(record->authorization_sent, record->authorization));
    json_object_set_new(line, "client_info_password", boolean_or_null(record->info_known, record->info_password));
    json_object_set_new(line, "info_flags", number_or_null(record->info_flags_known, record->info_flags));
    json_object_set_new(line, "capability_sets", number_or_null(record->confirm_known, record->capability_sets));
    json_object_set_new(line, "logon_reported",
                        text_or_null(record->logon_reported, record->authenticated ? "logged-on" : "refused"));
    json_object_set_new(line, "license_id", text_or_null(record->license_presented[0], record->license_presented));
    json_object_set_new(line, "license_issued", text_or_null(record->license_issued[0], record->license_issued));
    json_object_set_new(line, "license_alert_sent",
                        number_or_null(record->license_alert_sent != 0, record->license_alert_sent));
    json_object_set_new(line, "reached", json_string(lab_phase_name(record->reached)));
    json_object_set_new(line, "ended", json_string(ended_names[record->ended]));
    json_object_set_new(line, "rule", text_or_null(record->rule[0], record->rule));
    json_object_set_new(line, "flaked", json_boolean(record->flaked));
    json_object_set_new(line, "errinfo_sent", number_or_null(record->errinfo_sent, record->errinfo_code));
    json_object_set_new(line, "errinfo_at", text_or_null(record->errinfo_sent, record->errinfo_at));
    json_object_set_new(line, "fault", text_or_null(record->fault[0], record->fault));
    json_t *status = json_array();
    for (size_t i = 0; i < record->status_count; i++)
        json_array_append_new(status, json_integer(record->status[i]));
    json_object_set_new(line, "status_sent", status);
    json_object_set_new(line, "network_told", json_boolean(record->network_told));
    json_object_set_new(line, "measured_ms", number_or_null(record->network_measured, record->measured_ms));
    json_object_set_new(line, "measured_bytes", number_or_null(record->network_measured, record->measured_bytes));
    json_object_set_new(line, "deactivated_after_ms",
                        record->deactivated_after_ms > 0 ? json_real(record->deactivated_after_ms) : json_null());
    json_object_set_new(line, "redirected", text_or_null(record->redirected[0], record->redirected));
    json_object_set_new(line, "upstream", text_or_null(record->upstream[0], record->upstream));
    json_object_set_new(line, "upstream_error", text_or_null(record->upstream_error[0], record->upstream_error));
    json_object_set_new(line, "ntstatus_sent", number_or_null(record->ntstatus_sent, record->ntstatus));
    json_object_set_new(line, "ms", json_real((double)(int64_t)(ms * 1000) / 1000));
    return line;
}
