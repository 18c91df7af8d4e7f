// SPDX-License-Identifier: Apache-2.0
#include "trial/outcome.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char *const families[FAMILY_COUNT] = {
    [FAMILY_NONE] = "",           [FAMILY_ERRINFO] = "errinfo",         [FAMILY_NEGOTIATION] = "negotiation",
    [FAMILY_TLS] = "tls",         [FAMILY_CREDSSP] = "credssp",         [FAMILY_LICENSING] = "licensing",
    [FAMILY_LOGON] = "logon",     [FAMILY_GATEWAY] = "gateway",         [FAMILY_DNS] = "dns",
    [FAMILY_TCP] = "tcp",         [FAMILY_CLOSED] = "closed",           [FAMILY_ULTIMATUM] = "ultimatum",
    [FAMILY_TIMEOUT] = "timeout", [FAMILY_PROTOCOL] = "protocol",       [FAMILY_LOCAL] = "local",
    [FAMILY_CRASH] = "crash",     [FAMILY_REDIRECTION] = "redirection", [FAMILY_AUTHORIZATION] = "authorization",
};

const char *family_name(enum family family)
{
    return (unsigned)family < FAMILY_COUNT ? families[family] : "unknown";
}

bool family_from_name(const char *name, enum family *family)
{
    for (int i = FAMILY_NONE + 1; i < FAMILY_COUNT; i++) {
        if (strcmp(name, families[i]) == 0) {
            *family = (enum family)i;
            return true;
        }
    }
    return false;
}

const char *basis_name(enum basis basis)
{
    switch (basis) {
    case BASIS_DOCUMENTED:
        return "documented";
    case BASIS_INFERRED:
        return "inferred";
    case BASIS_NONE:
        break;
    }
    return "";
}

static const char *const sides[SIDE_COUNT] = {
    [SIDE_NONE] = "",
    [SIDE_TARGET] = "target",
    [SIDE_GATEWAY] = "gateway",
    [SIDE_CLIENT] = "client",
};

const char *side_name(enum failing_side side)
{
    return (unsigned)side < SIDE_COUNT ? sides[side] : "";
}

bool side_from_name(const char *name, enum failing_side *side)
{
    for (int i = SIDE_NONE + 1; i < SIDE_COUNT; i++) {
        if (strcmp(name, sides[i]) == 0) {
            *side = (enum failing_side)i;
            return true;
        }
    }
    return false;
}

enum failing_side side_of(enum family family, enum phase phase)
{
    if (family == FAMILY_NONE)
        return SIDE_NONE;
    if (family == FAMILY_LOCAL || family == FAMILY_CRASH)
        return SIDE_CLIENT;
    return family == FAMILY_GATEWAY || phase == PHASE_GATEWAY ? SIDE_GATEWAY : SIDE_TARGET;
}

static bool speaks_in_any_phase(enum family family)
{
    switch (family) {
    case FAMILY_ERRINFO:
    case FAMILY_CREDSSP:
    case FAMILY_AUTHORIZATION:
    case FAMILY_NEGOTIATION:
    case FAMILY_LICENSING:
    case FAMILY_LOGON:
    case FAMILY_REDIRECTION:
    case FAMILY_GATEWAY:
    case FAMILY_DNS:
        return true;
    default:
        return false;
    }
}

// Whether the code leaves open what happened, so that the name is needed.
static bool needs_name(const struct outcome *outcome)
{
    switch (outcome->family) {
    case FAMILY_CLOSED: // whether a close arrives as FIN or RST is a race with unread data, not a cause
    case FAMILY_TIMEOUT:
    case FAMILY_CRASH:
        return false;
    case FAMILY_TCP:
    case FAMILY_DNS:
    case FAMILY_TLS:
    case FAMILY_LOCAL:
    case FAMILY_GATEWAY: // HTTP 401 is a refused password, a restricted account, or no way to log on in common
        return true;
    default:
        return outcome->code == 0;
    }
}

struct signature signature_of(const struct outcome *outcome)
{
    struct signature signature = {.family = outcome->family,
                                  .code = outcome->code,
                                  .phase = outcome->phase,
                                  .any_phase = speaks_in_any_phase(outcome->family),
                                  .side = outcome->side};
    if (needs_name(outcome))
        snprintf(signature.name, sizeof signature.name, "%s", outcome->name);
    return signature;
}

static bool has_number(const struct outcome *outcome, uint32_t number)
{
    bool own = outcome->family == FAMILY_CREDSSP || outcome->family == FAMILY_GATEWAY;
    return (own && outcome->code == number) || outcome->freerdp.code == number ||
           (outcome->mstsc.basis != BASIS_NONE && outcome->mstsc.code == number);
}

bool signature_matches(const struct signature *signature, const struct outcome *outcome)
{
    if (outcome->result != RESULT_FAILED)
        return false;
    switch (signature->by) {
    case BY_MSTSC:
        return outcome->mstsc.basis != BASIS_NONE && outcome->mstsc.code == signature->number;
    case BY_NUMBER:
        return has_number(outcome, signature->number);
    case BY_NAME:
        return strcasecmp(signature->name, outcome->name) == 0 ||
               strcasecmp(signature->name, outcome->freerdp.name) == 0;
    case BY_FAMILY:
        break;
    }
    return outcome->result == RESULT_FAILED && outcome->family == signature->family &&
           (signature->any_code || outcome->code == signature->code || outcome->family == FAMILY_CLOSED) &&
           (!signature->name[0] || strcasecmp(signature->name, outcome->name) == 0) &&
           (signature->any_phase || outcome->phase == signature->phase);
}

static bool number(const char *text, uint32_t *value)
{
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    errno = 0;
    unsigned long long n = strtoull(text, &end, 0);
    if (*end != '\0' || errno || n > UINT32_MAX)
        return false;
    *value = (uint32_t)n;
    return true;
}

// A letter, and then letters, digits, '_' and '-': as codes are called.
static bool is_name(const char *text)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    static const char others[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    return strspn(text, letters) > 0 && strlen(text) > 1 && strspn(text, others) == strlen(text);
}

// "FAMILY", "FAMILY CODE", "FAMILY CODE@PHASE". Takes copy apart.
static bool parse_of_family(char *copy, struct signature s, struct signature *signature, const char **error)
{
    char *at = strchr(copy, '@');
    if (at) {
        *at = '\0';
        if (!phase_from_name(at + 1, &s.phase)) {
            *error = "names no phase after '@'";
            return false;
        }
        s.any_phase = false;
    }
    char *code = strpbrk(copy, " :");
    if (code) {
        *code++ = '\0';
        s.any_code = is_name(code);
        if (s.any_code) {
            snprintf(s.name, sizeof s.name, "%.63s", code);
        } else if (!number(code, &s.code)) {
            *error = "has a code that is neither a number nor a name";
            return false;
        }
    }
    if (!family_from_name(copy, &s.family)) {
        *error = "starts with no outcome family (such as errinfo, credssp, closed)";
        return false;
    }
    *signature = s;
    return true;
}

bool signature_parse(const char *text, struct signature *signature, const char **error)
{
    enum { OTHER_CODES = 0x100 }; // below, a number alone may be anything
    char copy[96];
    struct signature s = {.any_phase = true};

    if (strlen(text) >= sizeof copy) {
        *error = "is too long";
        return false;
    }
    strcpy(copy, text);

    char *slash = strchr(copy, '/');
    if (slash) {
        uint32_t primary;
        *slash = '\0';
        if (!number(copy, &primary) || !number(slash + 1, &s.code) || (primary != 3 && primary < OTHER_CODES)) {
            *error = "is not mstsc's pair 0x3/EXTENDED or CODE/EXTENDED with a code of 0x100 or more";
            return false;
        }
        s.family = primary == 3 ? FAMILY_ERRINFO : FAMILY_NONE;
        s.by = primary == 3 ? BY_FAMILY : BY_MSTSC;
        s.number = primary;
        *signature = s;
        return true;
    }
    if (number(copy, &s.number) && s.number >= OTHER_CODES) {
        s.by = BY_NUMBER;
        *signature = s;
        return true;
    }
    if (is_name(copy) && strchr(copy, '_')) {
        s.by = BY_NAME;
        snprintf(s.name, sizeof s.name, "%.63s", copy);
        *signature = s;
        return true;
    }

    return parse_of_family(copy, s, signature, error);
}

char *signature_text(const struct signature *signature, char *text, size_t size)
{
    bool named = signature->any_code || (signature->code == 0 && signature->name[0]);
    if (signature->by == BY_MSTSC)
        snprintf(text, size, "0x%X/0x0", signature->number);
    else if (signature->by == BY_NUMBER)
        snprintf(text, size, "0x%X", signature->number);
    else if (signature->by == BY_NAME)
        snprintf(text, size, "%s", signature->name);
    else if (named && signature->family != FAMILY_CLOSED && signature->family != FAMILY_TIMEOUT)
        snprintf(text, size, "%s %s%s%s", family_name(signature->family), signature->name,
                 signature->any_phase ? "" : "@", signature->any_phase ? "" : phase_name(signature->phase));
    else if (signature->family == FAMILY_ERRINFO && signature->any_phase)
        snprintf(text, size, "0x3/0x%X", signature->code);
    else if (signature->any_phase)
        snprintf(text, size, "%s 0x%X", family_name(signature->family), signature->code);
    else
        snprintf(text, size, "%s 0x%X@%s", family_name(signature->family), signature->code,
                 phase_name(signature->phase));
    return text;
}

char *signature_words(const struct signature *signature, const struct outcome *shown, char *text, size_t size)
{
    const char *name = signature->name[0] ? signature->name : shown ? shown->name : "";
    const char *at = signature->any_phase ? "" : "@", *phase = signature->any_phase ? "" : phase_name(signature->phase);
    if (signature->by != BY_FAMILY || signature->family == FAMILY_ERRINFO)
        return signature_text(signature, text, size);
    if (signature->family == FAMILY_TIMEOUT || (!is_name(name) && signature->code == 0))
        snprintf(text, size, "%s%s%s", family_name(signature->family), at, phase);
    else if (is_name(name))
        snprintf(text, size, "%s %s%s%s", family_name(signature->family), name, at, phase);
    else
        return signature_text(signature, text, size);
    return text;
}

bool outcome_is_of_this_machine(const struct outcome *outcome)
{
    return outcome->result == RESULT_FAILED && outcome->family == FAMILY_LOCAL &&
           strcmp(outcome->name, "CERTIFICATE_REJECTED") != 0;
}
