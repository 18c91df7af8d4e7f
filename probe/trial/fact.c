// SPDX-License-Identifier: Apache-2.0
#include "trial/fact.h"

#include <stdio.h>
#include <string.h>

enum { GROUP_MAX = 48 };

static const struct fact_row rows[FACT_COUNT] = {
    [FACT_ADDRESS_ASKED] = {"address", "asked", FACT_TEXT, "name looked up"},
    [FACT_ADDRESS_RESOLVED] = {"address", "resolved", FACT_LIST, "addresses found"},
    [FACT_ADDRESS_FAILED] = {"address", "failed", FACT_LIST, "addresses that failed"},
    [FACT_ADDRESS_USED] = {"address", "used", FACT_TEXT, "address used"},
    [FACT_ADDRESS_FAMILY] = {"address", "family", FACT_TEXT, "address family"},
    [FACT_ADDRESS_PORT] = {"address", "port", FACT_INTEGER, "port"},
    [FACT_ADDRESS_SEGMENT_SIZE] = {"address", "segment_size", FACT_INTEGER, "bytes in a TCP segment"},
    [FACT_ADDRESS_PRESENTED] = {"address", "presented", FACT_TEXT, "name presented (SNI, SPN)"},
    [FACT_GATEWAY_ADDRESS] = {"gateway", "address", FACT_TEXT, "gateway address used"},
    [FACT_GATEWAY_TRANSPORT] = {"gateway", "transport", FACT_TEXT, "gateway transport"},
    [FACT_GATEWAY_STEP] = {"gateway", "step", FACT_TEXT, "furthest step"},
    [FACT_GATEWAY_AUTHENTICATION] = {"gateway", "authentication", FACT_TEXT, "authentication there"},
    [FACT_GATEWAY_CODE] = {"gateway", "code", FACT_INTEGER, "gateway's answer"},
    [FACT_GATEWAY_CODE_NAME] = {"gateway", "code_name", FACT_TEXT, "name of the answer"},
    [FACT_GATEWAY_CLOSE] = {"gateway", "close", FACT_INTEGER, "channel closed with"},
    [FACT_GATEWAY_CLOSE_NAME] = {"gateway", "close_name", FACT_TEXT, "name of the status"},
    [FACT_GATEWAY_LOGONS] = {"gateway", "logons", FACT_INTEGER, "logons at the gateway"},
    [FACT_GATEWAY_CREDENTIALS] = {"gateway", "credentials", FACT_TEXT, "credentials there"},
    [FACT_GATEWAY_CONSENT] = {"gateway", "consent", FACT_TEXT, "consent message"},
    [FACT_GATEWAY_MESSAGES] = {"gateway", "messages", FACT_LIST, "service messages"},
    [FACT_GATEWAY_IDLE_TIMEOUT] = {"gateway", "idle_timeout", FACT_INTEGER, "idle time-out (minutes)"},
    [FACT_GATEWAY_REDIRECTION] = {"gateway", "redirection", FACT_LIST, "policy for devices"},
    [FACT_GATEWAY_QUARANTINE] = {"gateway", "quarantine", FACT_BOOLEAN, "in quarantine"},
    [FACT_GATEWAY_REAUTHENTICATION] = {"gateway", "reauthentication", FACT_BOOLEAN, "renewed logon asked for"},
    [FACT_GATEWAY_HTTP_STATUS] = {"gateway.http", "status", FACT_INTEGER, "HTTP status"},
    [FACT_GATEWAY_HTTP_REASON] = {"gateway.http", "reason", FACT_TEXT, "HTTP reason"},
    [FACT_GATEWAY_HTTP_SCHEMES] = {"gateway.http", "schemes", FACT_LIST, "authentication offered"},
    [FACT_GATEWAY_HTTP_WANTED] = {"gateway.http", "wanted", FACT_TEXT, "authentication wanted"},
    [FACT_GATEWAY_HTTP_SERVER] = {"gateway.http", "server", FACT_TEXT, "HTTP server"},
    [FACT_GATEWAY_HTTP_CHUNKED] = {"gateway.http", "chunked", FACT_BOOLEAN, "answer in chunks"},
    [FACT_GATEWAY_TLS_VERSION] = {"gateway.tls", "version", FACT_TEXT, "TLS version"},
    [FACT_GATEWAY_TLS_CIPHER] = {"gateway.tls", "cipher", FACT_TEXT, "TLS cipher"},
    [FACT_GATEWAY_TLS_GROUP] = {"gateway.tls", "group", FACT_TEXT, "key exchange group"},
    [FACT_GATEWAY_TLS_ALPN] = {"gateway.tls", "alpn", FACT_TEXT, "application protocol (ALPN)"},
    [FACT_GATEWAY_TLS_SNI] = {"gateway.tls", "sni", FACT_TEXT, "server name sent (SNI)"},
    [FACT_GATEWAY_TLS_ALERT_RECEIVED] = {"gateway.tls", "alert_received", FACT_TEXT, "TLS alert received"},
    [FACT_GATEWAY_TLS_ALERT_SENT] = {"gateway.tls", "alert_sent", FACT_TEXT, "TLS alert sent"},
    [FACT_GATEWAY_TLS_ENDED_BY] = {"gateway.tls", "ended_by", FACT_TEXT, "TLS ended by"},
    [FACT_GATEWAY_TLS_ENDED_WITH] = {"gateway.tls", "ended_with", FACT_TEXT, "TLS ended with"},
    [FACT_GATEWAY_CERTIFICATE_SUBJECT] = {"gateway.certificate", "subject", FACT_TEXT, "certificate subject"},
    [FACT_GATEWAY_CERTIFICATE_ISSUER] = {"gateway.certificate", "issuer", FACT_TEXT, "certificate issuer"},
    [FACT_GATEWAY_CERTIFICATE_NOT_BEFORE] = {"gateway.certificate", "not_before", FACT_TEXT, "certificate valid from"},
    [FACT_GATEWAY_CERTIFICATE_NOT_AFTER] = {"gateway.certificate", "not_after", FACT_TEXT, "certificate valid to"},
    [FACT_GATEWAY_CERTIFICATE_DAYS_LEFT] = {"gateway.certificate", "days_left", FACT_INTEGER, "certificate days left"},
    [FACT_GATEWAY_CERTIFICATE_SHA256] = {"gateway.certificate", "sha256", FACT_TEXT, "certificate SHA-256"},
    [FACT_GATEWAY_CERTIFICATE_NAME_MATCH] = {"gateway.certificate", "name_match", FACT_BOOLEAN,
                                             "certificate matches the name"},
    [FACT_GATEWAY_CERTIFICATE_NAME_VERIFICATION] = {"gateway.certificate", "name_verification", FACT_TEXT,
                                                    "check of the name"},
    [FACT_GATEWAY_CERTIFICATE_SELF_SIGNED] = {"gateway.certificate", "self_signed", FACT_BOOLEAN,
                                              "certificate self-signed"},
    [FACT_GATEWAY_CERTIFICATE_TRUSTED] = {"gateway.certificate", "trusted", FACT_BOOLEAN, "certificate trusted here"},
    [FACT_GATEWAY_CERTIFICATE_VERIFICATION] = {"gateway.certificate", "verification", FACT_TEXT, "check of the chain"},
    [FACT_GATEWAY_CERTIFICATE_CHAIN] = {"gateway.certificate", "chain", FACT_OBJECTS, "certificate chain"},
    [FACT_NEGOTIATION_OFFERED] = {"negotiation", "offered", FACT_BOOLEAN, "negotiation offered"},
    [FACT_NEGOTIATION_REQUESTED] = {"negotiation", "requested", FACT_LIST, "protocols requested"},
    [FACT_NEGOTIATION_REQUEST_FLAGS] = {"negotiation", "request_flags", FACT_INTEGER, "flags of the request"},
    [FACT_NEGOTIATION_COOKIE] = {"negotiation", "cookie", FACT_TEXT, "cookie (mstshash)"},
    [FACT_NEGOTIATION_ROUTING_TOKEN] = {"negotiation", "routing_token", FACT_TEXT, "routing token"},
    [FACT_NEGOTIATION_ANSWER] = {"negotiation", "answer", FACT_TEXT, "negotiation answered with"},
    [FACT_NEGOTIATION_SELECTED] = {"negotiation", "selected", FACT_TEXT, "protocol selected"},
    [FACT_NEGOTIATION_FLAGS] = {"negotiation", "flags", FACT_INTEGER, "negotiation flags"},
    [FACT_NEGOTIATION_FLAG_NAMES] = {"negotiation", "flag_names", FACT_LIST, "names of the flags"},
    [FACT_NEGOTIATION_FAILURE] = {"negotiation", "failure", FACT_INTEGER, "negotiation failure"},
    [FACT_NEGOTIATION_FAILURE_NAME] = {"negotiation", "failure_name", FACT_TEXT, "negotiation failure name"},
    [FACT_NEGOTIATION_OTHER] = {"negotiation", "other_protocol", FACT_TEXT, "protocol of the answer"},
    [FACT_NEGOTIATION_TLS_FIRST] = {"negotiation", "tls_first", FACT_BOOLEAN, "TLS from the first octet"},
    [FACT_NEGOTIATION_MIDDLEBOX] = {"negotiation", "middlebox", FACT_BOOLEAN, "request changed on the way"},
    [FACT_TLS_VERSION] = {"tls", "version", FACT_TEXT, "TLS version"},
    [FACT_TLS_CIPHER] = {"tls", "cipher", FACT_TEXT, "TLS cipher"},
    [FACT_TLS_GROUP] = {"tls", "group", FACT_TEXT, "key exchange group"},
    [FACT_TLS_ALPN] = {"tls", "alpn", FACT_TEXT, "application protocol (ALPN)"},
    [FACT_TLS_SNI] = {"tls", "sni", FACT_TEXT, "server name sent (SNI)"},
    [FACT_TLS_ALERT_RECEIVED] = {"tls", "alert_received", FACT_TEXT, "TLS alert received"},
    [FACT_TLS_ALERT_SENT] = {"tls", "alert_sent", FACT_TEXT, "TLS alert sent"},
    [FACT_TLS_ENDED_BY] = {"tls", "ended_by", FACT_TEXT, "TLS ended by"},
    [FACT_TLS_ENDED_WITH] = {"tls", "ended_with", FACT_TEXT, "TLS ended with"},
    [FACT_TLS_HELLO] = {"tls", "hello", FACT_TEXT, "ClientHello"},
    [FACT_TLS_JA3] = {"tls", "ja3", FACT_TEXT, "JA3 of the ClientHello"},
    [FACT_CERTIFICATE_SUBJECT] = {"certificate", "subject", FACT_TEXT, "certificate subject"},
    [FACT_CERTIFICATE_ISSUER] = {"certificate", "issuer", FACT_TEXT, "certificate issuer"},
    [FACT_CERTIFICATE_NOT_BEFORE] = {"certificate", "not_before", FACT_TEXT, "certificate valid from"},
    [FACT_CERTIFICATE_NOT_AFTER] = {"certificate", "not_after", FACT_TEXT, "certificate valid to"},
    [FACT_CERTIFICATE_DAYS_LEFT] = {"certificate", "days_left", FACT_INTEGER, "certificate days left"},
    [FACT_CERTIFICATE_SHA256] = {"certificate", "sha256", FACT_TEXT, "certificate SHA-256"},
    [FACT_CERTIFICATE_NAME_MATCH] = {"certificate", "name_match", FACT_BOOLEAN, "certificate matches the name"},
    [FACT_CERTIFICATE_NAME_VERIFICATION] = {"certificate", "name_verification", FACT_TEXT, "check of the name"},
    [FACT_CERTIFICATE_SELF_SIGNED] = {"certificate", "self_signed", FACT_BOOLEAN, "certificate self-signed"},
    [FACT_CERTIFICATE_TRUSTED] = {"certificate", "trusted", FACT_BOOLEAN, "certificate trusted here"},
    [FACT_CERTIFICATE_VERIFICATION] = {"certificate", "verification", FACT_TEXT, "check of the chain"},
    [FACT_CERTIFICATE_CHAIN] = {"certificate", "chain", FACT_OBJECTS, "certificate chain"},
    [FACT_CREDSSP_VERSION] = {"credssp", "version", FACT_INTEGER, "CredSSP version of the server"},
    [FACT_CREDSSP_ORACLE_REMEDIATION] = {"credssp", "oracle_remediation", FACT_TEXT, "CVE-2018-0886"},
    [FACT_CREDSSP_MECHANISM] = {"credssp", "mechanism", FACT_TEXT, "mechanism"},
    [FACT_CREDSSP_NTSTATUS] = {"credssp", "ntstatus", FACT_INTEGER, "NTSTATUS"},
    [FACT_CREDSSP_STATUS_NAME] = {"credssp", "status_name", FACT_TEXT, "NTSTATUS name"},
    [FACT_CREDSSP_AUTHORIZATION] = {"credssp", "authorization", FACT_INTEGER, "early user authorization"},
    [FACT_CREDSSP_AUTHORIZATION_NAME] = {"credssp", "authorization_name", FACT_TEXT, "its name"},
    [FACT_NTLM_OS_VERSION] = {"ntlm", "os_version", FACT_TEXT, "version of the system"},
    [FACT_NTLM_OS_BUILD] = {"ntlm", "os_build", FACT_INTEGER, "build of the system"},
    [FACT_NTLM_OS_NAME] = {"ntlm", "os_name", FACT_TEXT, "Windows of this build"},
    [FACT_NTLM_COMPUTER] = {"ntlm", "computer", FACT_TEXT, "NetBIOS name"},
    [FACT_NTLM_DOMAIN] = {"ntlm", "domain", FACT_TEXT, "NetBIOS domain or workgroup"},
    [FACT_NTLM_DNS_COMPUTER] = {"ntlm", "dns_computer", FACT_TEXT, "DNS name"},
    [FACT_NTLM_DNS_DOMAIN] = {"ntlm", "dns_domain", FACT_TEXT, "DNS domain"},
    [FACT_NTLM_FOREST] = {"ntlm", "forest", FACT_TEXT, "forest"},
    [FACT_CLOCK_SERVER] = {"clock", "server", FACT_TEXT, "server's clock"},
    [FACT_CLOCK_SKEW] = {"clock", "skew", FACT_REAL, "server ahead by (s)"},
    [FACT_CLOCK_UNCERTAINTY] = {"clock", "uncertainty", FACT_REAL, "uncertainty (s)"},
    [FACT_CLIENT_NAME] = {"client", "name", FACT_TEXT, "client name"},
    [FACT_CLIENT_NAME_GIVEN] = {"client", "name_given", FACT_TEXT, "name given for the client"},
    [FACT_CLIENT_BUILD] = {"client", "build", FACT_INTEGER, "client build"},
    [FACT_CLIENT_VERSION] = {"client", "version", FACT_INTEGER, "RDP version of the client"},
    [FACT_CLIENT_KEYBOARD] = {"client", "keyboard", FACT_INTEGER, "keyboard layout"},
    [FACT_CLIENT_KEYBOARD_GIVEN] = {"client", "keyboard_given", FACT_INTEGER, "keyboard layout given"},
    [FACT_CLIENT_COLOR_DEPTH] = {"client", "color_depth", FACT_INTEGER, "colour depth asked for"},
    [FACT_CLIENT_EARLY_FLAGS] = {"client", "early_flags", FACT_INTEGER, "early capability flags"},
    [FACT_CLIENT_CONNECTION_TYPE] = {"client", "connection_type", FACT_INTEGER, "connection type"},
    [FACT_CLIENT_CLUSTER_FLAGS] = {"client", "cluster_flags", FACT_INTEGER, "cluster flags"},
    [FACT_CLIENT_SESSION] = {"client", "session", FACT_INTEGER, "session asked for"},
    [FACT_CLIENT_ENCRYPTION_METHODS] = {"client", "encryption_methods", FACT_INTEGER, "encryption methods offered"},
    [FACT_CLIENT_CHANNELS] = {"client", "channels", FACT_LIST, "static channels"},
    [FACT_CLIENT_MULTITRANSPORT] = {"client", "multitransport", FACT_INTEGER, "multitransport flags"},
    [FACT_CLIENT_PRODUCT_ID] = {"client", "product_id", FACT_TEXT, "product id of the client"},
    [FACT_CLIENT_INFO_FLAGS] = {"client", "info_flags", FACT_INTEGER, "flags of Client Info"},
    [FACT_CLIENT_CODE_PAGE] = {"client", "code_page", FACT_INTEGER, "code page or input locale"},
    [FACT_CLIENT_PERFORMANCE_FLAGS] = {"client", "performance_flags", FACT_INTEGER, "performance flags"},
    [FACT_CLIENT_SOURCE] = {"client", "source", FACT_TEXT, "kind of client"},
    [FACT_CLIENT_CAPABILITY_SETS] = {"client", "capability_sets", FACT_INTEGER, "capability sets confirmed"},
    [FACT_MCS_RESULT] = {"mcs", "result", FACT_INTEGER, "MCS Connect Response result"},
    [FACT_MCS_RESULT_NAME] = {"mcs", "result_name", FACT_TEXT, "MCS result name"},
    [FACT_SERVER_VERSION] = {"server", "version", FACT_INTEGER, "RDP version"},
    [FACT_SERVER_VERSION_NAME] = {"server", "version_name", FACT_TEXT, "RDP version name"},
    [FACT_SERVER_EARLY_FLAGS] = {"server", "early_flags", FACT_INTEGER, "early capability flags"},
    [FACT_SERVER_EARLY_FLAG_NAMES] = {"server", "early_flag_names", FACT_LIST, "names of the flags"},
    [FACT_SERVER_REQUESTED] = {"server", "requested", FACT_LIST, "protocols it says were requested"},
    [FACT_SERVER_ENCRYPTION_METHOD] = {"server", "encryption_method", FACT_TEXT, "RDP encryption method"},
    [FACT_SERVER_ENCRYPTION_LEVEL] = {"server", "encryption_level", FACT_TEXT, "RDP encryption level"},
    [FACT_SERVER_CHANNELS] = {"server", "channels", FACT_INTEGER, "static channels granted"},
    [FACT_SERVER_MESSAGE_CHANNEL] = {"server", "message_channel", FACT_INTEGER, "message channel"},
    [FACT_SERVER_MULTITRANSPORT] = {"server", "multitransport", FACT_LIST, "multitransport flags"},
    [FACT_AUTODETECT_BASE_RTT] = {"autodetect", "base_rtt", FACT_INTEGER, "base round trip (ms)"},
    [FACT_AUTODETECT_AVERAGE_RTT] = {"autodetect", "average_rtt", FACT_INTEGER, "average round trip (ms)"},
    [FACT_AUTODETECT_BANDWIDTH] = {"autodetect", "bandwidth", FACT_INTEGER, "bandwidth (kbit/s)"},
    [FACT_LICENSING_ROLE] = {"licensing", "role", FACT_TEXT, "licensing role of the server"},
    [FACT_LICENSING_MESSAGES] = {"licensing", "messages", FACT_LIST, "licensing messages"},
    [FACT_LICENSING_COMPANY] = {"licensing", "company", FACT_TEXT, "product's company"},
    [FACT_LICENSING_PRODUCT] = {"licensing", "product", FACT_TEXT, "product"},
    [FACT_LICENSING_VERSION] = {"licensing", "version", FACT_TEXT, "product's version"},
    [FACT_LICENSING_SCOPES] = {"licensing", "scopes", FACT_LIST, "scopes (issuers)"},
    [FACT_LICENSING_KEY_EXCHANGES] = {"licensing", "key_exchanges", FACT_LIST, "key exchanges"},
    [FACT_LICENSING_ERROR] = {"licensing", "error", FACT_INTEGER, "licensing error"},
    [FACT_LICENSING_ERROR_NAME] = {"licensing", "error_name", FACT_TEXT, "licensing error name"},
    [FACT_LICENSING_TRANSITION] = {"licensing", "transition", FACT_TEXT, "state transition"},
    [FACT_REDIRECTION_FLAGS] = {"redirection", "flags", FACT_LIST, "flags"},
    [FACT_REDIRECTION_SESSION] = {"redirection", "session", FACT_INTEGER, "session"},
    [FACT_REDIRECTION_ADDRESS] = {"redirection", "address", FACT_TEXT, "address to go to"},
    [FACT_REDIRECTION_FQDN] = {"redirection", "fqdn", FACT_TEXT, "DNS name to go to"},
    [FACT_REDIRECTION_NETBIOS] = {"redirection", "netbios", FACT_TEXT, "NetBIOS name to go to"},
    [FACT_REDIRECTION_ADDRESSES] = {"redirection", "addresses", FACT_LIST, "addresses of the target"},
    [FACT_REDIRECTION_LOAD_BALANCE] = {"redirection", "load_balance_info", FACT_TEXT, "load-balance info"},
    [FACT_REDIRECTION_USER] = {"redirection", "user", FACT_TEXT, "user"},
    [FACT_REDIRECTION_DOMAIN] = {"redirection", "domain", FACT_TEXT, "domain"},
    [FACT_STATUS_CODES] = {"status", "codes", FACT_LIST, "status of the connection"},
    [FACT_CAPABILITIES_SETS] = {"capabilities", "sets", FACT_LIST, "capability sets of the server"},
    [FACT_CAPABILITIES_DETAILS] = {"capabilities", "details", FACT_OBJECTS, "what they say"},
    [FACT_ERRINFO_ADVERTISED] = {"errinfo", "advertised", FACT_BOOLEAN, "error info asked for"},
    [FACT_ERRINFO_CODE] = {"errinfo", "code", FACT_INTEGER, "error info"},
    [FACT_ERRINFO_NAME] = {"errinfo", "name", FACT_TEXT, "error info name"},
    [FACT_ERRINFO_PHASE] = {"errinfo", "phase", FACT_TEXT, "error info phase"},
    [FACT_ERRINFO_AFTER] = {"errinfo", "after_ms", FACT_REAL, "ms after the client's last PDU"},
    [FACT_DEACTIVATE_PHASE] = {"deactivate", "phase", FACT_TEXT, "session deactivated in phase"},
    [FACT_DEACTIVATE_AFTER] = {"deactivate", "after_ms", FACT_REAL, "ms after the client's last PDU"},
    [FACT_ULTIMATUM_REASON] = {"ultimatum", "reason", FACT_TEXT, "disconnect ultimatum"},
    [FACT_END_BLOCKED_CALL] = {"end", "blocked_call", FACT_TEXT, "system call stopped"},
    [FACT_END_LEFT_OUT] = {"end", "left_out", FACT_INTEGER, "reports left out"},
    [FACT_END_SILENCE] = {"end", "silence_ms", FACT_INTEGER, "ms without a byte of the peer"},
    [FACT_ENDED_BY] = {"end", "by", FACT_TEXT, "ended by"},
    [FACT_CONNECTED_PROOF] = {"connected", "proof", FACT_TEXT, "connected, shown by"},
    [FACT_LOGON_USER] = {"logon", "user", FACT_TEXT, "user sent"},
    [FACT_LOGON_DOMAIN] = {"logon", "domain", FACT_TEXT, "domain sent"},
    [FACT_LOGON_INFO] = {"logon", "info", FACT_LIST, "session info"},
    [FACT_LOGON_SESSION] = {"logon", "session", FACT_INTEGER, "session"},
    [FACT_LOGON_SESSION_USER] = {"logon", "session_user", FACT_TEXT, "user logged on"},
    [FACT_LOGON_SESSION_DOMAIN] = {"logon", "session_domain", FACT_TEXT, "domain logged on"},
    [FACT_LOGON_COOKIE] = {"logon", "reconnect_cookie", FACT_BOOLEAN, "auto-reconnect cookie"},
    [FACT_LOGON_NOTIFICATION] = {"logon", "notification", FACT_TEXT, "logon notification"},
    [FACT_LOGON_ERROR] = {"logon", "error", FACT_TEXT, "what it is about"},
    [FACT_LOGON_WAITED] = {"logon", "waited_ms", FACT_REAL, "waited for leave"},
    [FACT_CREDENTIALS] = {"logon", "credentials", FACT_TEXT, "credentials"},
    [FACT_CREDENTIALS_PROOF] = {"logon", "proof", FACT_TEXT, "verified by"},
    [FACT_CAPTURE_INCOMPLETE] = {"capture", "incomplete", FACT_TEXT, "capture incomplete"},
    [FACT_GRAPHICS_PATH] = {"graphics", "path", FACT_TEXT, "painted by"},
    [FACT_GRAPHICS_FIRST_PAINT] = {"graphics", "first_paint_ms", FACT_REAL, "first paint (ms after active)"},
    [FACT_GRAPHICS_PAINTS] = {"graphics", "paints", FACT_INTEGER, "paints"},
    [FACT_GRAPHICS_WIDTH] = {"graphics", "width", FACT_INTEGER, "width of the desktop"},
    [FACT_GRAPHICS_HEIGHT] = {"graphics", "height", FACT_INTEGER, "height of the desktop"},
    [FACT_GRAPHICS_PAINTED] = {"graphics", "painted_percent", FACT_REAL, "painted of the desktop (%)"},
    [FACT_GRAPHICS_UNIFORM] = {"graphics", "uniform", FACT_BOOLEAN, "painted in one colour"},
    [FACT_GRAPHICS_COLOR] = {"graphics", "color", FACT_TEXT, "which is"},
    [FACT_GRAPHICS_SCREENSHOT] = {"graphics", "screenshot", FACT_TEXT, "screenshot"},
};

const struct fact_row *fact_row(enum fact fact)
{
    return &rows[fact];
}

bool fact_from_path(const char *path, enum fact *fact)
{
    char text[96];
    for (int i = 0; i < FACT_COUNT; i++) {
        snprintf(text, sizeof text, "%s.%s", rows[i].group, rows[i].name);
        if (strcmp(path, text) == 0) {
            *fact = (enum fact)i;
            return true;
        }
    }
    return false;
}

static bool has_type(const json_t *value, enum fact_type type)
{
    switch (type) {
    case FACT_TEXT:
        return json_is_string(value);
    case FACT_INTEGER:
        return json_is_integer(value);
    case FACT_BOOLEAN:
        return json_is_boolean(value);
    case FACT_LIST:
    case FACT_OBJECTS:
        return json_is_array(value);
    case FACT_REAL:
        return json_is_number(value);
    }
    return false;
}

// Takes the name up to the next dot off the path, which is NULL after the last one. Facts are asked for in every loop
// of the analysis: a name is copied only where it is not the whole path.
static const char *take_name(const char **path, char room[GROUP_MAX])
{
    const char *name = *path, *dot = strchr(name, '.');
    *path = dot ? dot + 1 : NULL;
    if (!dot)
        return name;
    size_t length = (size_t)(dot - name) < GROUP_MAX ? (size_t)(dot - name) : GROUP_MAX - 1;
    memcpy(room, name, length);
    room[length] = '\0';
    return room;
}

static json_t *group_of(json_t *facts, enum fact fact)
{
    char room[GROUP_MAX];
    const char *rest = rows[fact].group;
    while (facts && rest) {
        const char *name = take_name(&rest, room);
        json_t *group = json_object_get(facts, name);
        if (!json_is_object(group)) {
            group = json_object();
            if (json_object_set_new(facts, name, group) != 0)
                return NULL;
        }
        facts = group;
    }
    return facts;
}

bool fact_set(json_t *facts, enum fact fact, json_t *value)
{
    json_t *group = has_type(value, rows[fact].type) ? group_of(facts, fact) : NULL;
    if (!group) {
        json_decref(value);
        return false;
    }
    return json_object_set_new(group, rows[fact].name, value) == 0;
}

void fact_remove(json_t *facts, enum fact fact)
{
    json_t *group = group_of(facts, fact);
    json_object_del(group, rows[fact].name);
    if (json_object_size(group) == 0)
        json_object_del(facts, rows[fact].group);
}

bool fact_append(json_t *facts, enum fact fact, const char *text)
{
    json_t *group = group_of(facts, fact);
    json_t *list = json_object_get(group, rows[fact].name);
    if (!json_is_array(list)) {
        list = json_array();
        if (json_object_set_new(group, rows[fact].name, list) != 0)
            return false;
    }
    return json_array_append_new(list, json_string(text)) == 0;
}

const json_t *fact_get(const json_t *facts, enum fact fact)
{
    char room[GROUP_MAX];
    const char *rest = rows[fact].group;
    while (facts && rest)
        facts = json_object_get(facts, take_name(&rest, room));
    return json_object_get(facts, rows[fact].name);
}

const char *fact_text(const json_t *facts, enum fact fact, const char *fallback)
{
    const char *text = json_string_value(fact_get(facts, fact));
    return text ? text : fallback;
}

int64_t fact_integer(const json_t *facts, enum fact fact, int64_t fallback)
{
    const json_t *value = fact_get(facts, fact);
    return json_is_integer(value) ? json_integer_value(value) : fallback;
}

bool fact_boolean(const json_t *facts, enum fact fact, bool fallback)
{
    const json_t *value = fact_get(facts, fact);
    return json_is_boolean(value) ? json_boolean_value(value) : fallback;
}

double fact_real(const json_t *facts, enum fact fact, double fallback)
{
    const json_t *value = fact_get(facts, fact);
    return json_is_number(value) ? json_number_value(value) : fallback;
}

bool fact_has(const json_t *facts, enum fact fact, const char *text)
{
    const json_t *list = fact_get(facts, fact);
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *item = json_string_value(json_array_get(list, i));
        if (item && strcmp(item, text) == 0)
            return true;
    }
    return false;
}
