// SPDX-License-Identifier: Apache-2.0
#include "report/outcome_text.h"

#include <stdio.h>
#include <string.h>

#include "knowledge/codes.h"
#include "knowledge/mstsc.h"
#include "trial/fact.h"

enum notation { NOTATION_NONE, NOTATION_HEX, NOTATION_DECIMAL, NOTATION_ERRNO, NOTATION_GATEWAY };

static const struct {
    const struct code_row *(*row)(uint32_t code); // NULL: the family has no table
    enum notation notation;
    const char *meaning; // where the code says nothing
} families[FAMILY_COUNT] = {
    [FAMILY_ERRINFO] = {errinfo_row, NOTATION_HEX, "the server gave a reason that is not known here"},
    [FAMILY_NEGOTIATION] = {negotiation_failure_row, NOTATION_DECIMAL, "the server did not take the security protocol"},
    [FAMILY_TLS] = {tls_alert_row, NOTATION_DECIMAL, "the TLS handshake failed"},
    [FAMILY_CREDSSP] = {credssp_row, NOTATION_HEX, "CredSSP failed"},
    [FAMILY_AUTHORIZATION] = {authorization_row, NOTATION_HEX, "the server did not authorize the user"},
    [FAMILY_LICENSING] = {licensing_error_row, NOTATION_HEX, "licensing failed"},
    [FAMILY_REDIRECTION] = {NULL, NOTATION_NONE, "a broker sent the client elsewhere"},
    [FAMILY_LOGON] = {logon_error_row, NOTATION_HEX, "the logon failed in the session"},
    [FAMILY_GATEWAY] = {gateway_row, NOTATION_GATEWAY, "the gateway refused"},
    [FAMILY_DNS] = {NULL, NOTATION_DECIMAL, "the name could not be resolved"},
    [FAMILY_TCP] = {NULL, NOTATION_ERRNO, "no TCP connection could be made"},
    [FAMILY_CLOSED] = {NULL, NOTATION_NONE, "the peer closed the connection and gave no reason"},
    [FAMILY_ULTIMATUM] = {ultimatum_row, NOTATION_DECIMAL, "the server ended the session and gave no reason"},
    [FAMILY_TIMEOUT] = {NULL, NOTATION_NONE, "no answer before the deadline"},
    [FAMILY_PROTOCOL] = {NULL, NOTATION_NONE, "the peer sent what the protocol does not allow"},
    [FAMILY_LOCAL] = {NULL, NOTATION_NONE, "this machine could not do it"},
    [FAMILY_CRASH] = {NULL, NOTATION_DECIMAL, "the client library crashed"},
};

// Elsewhere 0 says that no code was given (TLS alert 0 is close_notify).
static bool zero_is_a_code(enum family family)
{
    return family == FAMILY_ULTIMATUM || family == FAMILY_LOGON;
}

static const struct code_row *row_of(enum family family, uint32_t code)
{
    bool absent = code == 0 && !zero_is_a_code(family);
    return families[family].row && !absent ? families[family].row(code) : NULL;
}

char *outcome_code(enum family family, uint32_t code, char *text, size_t size)
{
    text[0] = '\0';
    if (code == 0 && !zero_is_a_code(family))
        return text;
    switch (families[family].notation) {
    case NOTATION_NONE:
        break;
    case NOTATION_GATEWAY: // an HTTP status is decimal, a result is not
        snprintf(text, size, code >= 300 && code < 600 ? "%u" : "0x%X", (unsigned)code);
        break;
    case NOTATION_HEX:
        snprintf(text, size, "0x%X", (unsigned)code);
        break;
    case NOTATION_ERRNO: {
        const char *name = strerrorname_np((int)code);
        if (name) {
            snprintf(text, size, "%s", name);
            break;
        }
    }
        __attribute__((fallthrough));
    case NOTATION_DECIMAL:
        snprintf(text, size, "%u", (unsigned)code);
        break;
    }
    return text;
}

char *outcome_short(const struct outcome *outcome, char *text, size_t size)
{
    char code[32];
    if (outcome->result == RESULT_CONNECTED)
        snprintf(text, size, "%s", outcome->phase < PHASE_ACTIVE ? "reached" : "connected");
    else if (outcome->family == FAMILY_DNS && outcome->name[0]) // EAI_NONAME says more than 2
        snprintf(text, size, "%s %s", family_name(outcome->family), outcome->name);
    else if (*outcome_code(outcome->family, outcome->code, code, sizeof code))
        snprintf(text, size, "%s %s", family_name(outcome->family), code);
    else
        snprintf(text, size, "%s", family_name(outcome->family));
    return text;
}

char *outcome_named(const struct outcome *outcome, char *text, size_t size)
{
    const char *name = outcome_code_name(outcome->family, outcome->code);
    if (outcome->result == RESULT_CONNECTED || families[outcome->family].notation != NOTATION_DECIMAL || !name[0])
        return outcome_short(outcome, text, size);
    snprintf(text, size, "%s %s", family_name(outcome->family), name);
    return text;
}

const char *outcome_meaning(enum family family, uint32_t code)
{
    const struct code_row *row = row_of(family, code);
    return row ? row->meaning : families[family].meaning ? families[family].meaning : "";
}

const char *outcome_code_name(enum family family, uint32_t code)
{
    const struct code_row *row = row_of(family, code);
    return row ? row->name : "";
}

char *outcome_mstsc(const struct outcome *outcome, char *text, size_t size)
{
    // 0x3 means "by the server", and why is said by the error info already.
    const char *meaning = outcome->mstsc.code == MSTSC_BY_SERVER ? NULL : mstsc_meaning(outcome->mstsc.code);
    if (outcome->mstsc.basis == BASIS_NONE) {
        snprintf(text, size, "nothing can be claimed: no source gives mstsc's codes for this outcome");
        return text;
    }
    int n = snprintf(text, size, "Error code 0x%X", (unsigned)outcome->mstsc.code);
    size_t used = n > 0 && (size_t)n < size ? (size_t)n : 0;
    if (outcome->mstsc.code == MSTSC_BY_SERVER)
        n = snprintf(text + used, size - used, ", Extended error code 0x%X", (unsigned)outcome->mstsc.extended);
    else if (outcome->mstsc.code == MSTSC_SOCKET_CLOSED)
        n = snprintf(text + used, size - used, " (extended code 0x0 or 0x7 in field reports)");
    else
        n = 0;
    used += n > 0 && used + (size_t)n < size ? (size_t)n : 0;
    snprintf(text + used, size - used, " - %s%s%s", basis_name(outcome->mstsc.basis), meaning ? ": " : "",
             meaning ? meaning : "");
    return text;
}

char *outcome_mstsc_pair(const struct outcome *outcome, char *text, size_t size)
{
    text[0] = '\0';
    if (outcome->mstsc.basis != BASIS_NONE && outcome->mstsc.code == MSTSC_BY_SERVER)
        snprintf(text, size, " (mstsc 0x%X/0x%X)", (unsigned)outcome->mstsc.code, (unsigned)outcome->mstsc.extended);
    else if (outcome->mstsc.basis != BASIS_NONE)
        snprintf(text, size, " (mstsc 0x%X)", (unsigned)outcome->mstsc.code);
    return text;
}

const char *outcome_behind_gateway(const struct trial *trial)
{
    const struct outcome *o = &trial->outcome;
    if (o->result == RESULT_CONNECTED || o->phase <= PHASE_GATEWAY || !fact_get(trial->facts, FACT_GATEWAY_TRANSPORT))
        return NULL;
    switch (o->family) {
    case FAMILY_LOCAL:
    case FAMILY_CRASH:
        return NULL;
    case FAMILY_GATEWAY:
        return "the tunnel worked, and then the gateway itself ended it";
    case FAMILY_ERRINFO:
        return "the tunnel worked, the far host refused: look at the target, and at what it allows to connections that "
               "come from the gateway's address";
    case FAMILY_CLOSED:
    case FAMILY_TIMEOUT:
        return "the tunnel worked; who went silent or closed behind it, target or gateway, does not show";
    default:
        return "the tunnel worked; what failed lies behind it, at the target";
    }
}
