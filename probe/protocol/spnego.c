// SPDX-License-Identifier: Apache-2.0
#include "protocol/spnego.h"

#include <string.h>

#include "protocol/der.h"

enum { NEG_TOKEN_INIT = DER_CONTEXT, NEG_TOKEN_RESP = DER_CONTEXT + 1 };

struct identifier {
    enum mechanism mechanism;
    size_t size;
    uint8_t bytes[10];
};

static const struct identifier mechanisms[] = {
    {MECHANISM_NTLM, 10, {0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x0A}},
    {MECHANISM_NEGOEX, 10, {0x2B, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37, 0x02, 0x02, 0x1E}},
    {MECHANISM_KERBEROS, 9, {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12, 0x01, 0x02, 0x02}},
    {MECHANISM_KERBEROS, 9, {0x2A, 0x86, 0x48, 0x82, 0xF7, 0x12, 0x01, 0x02, 0x02}},
    {MECHANISM_KERBEROS, 10, {0x2A, 0x86, 0x48, 0x86, 0xF7, 0x12, 0x01, 0x02, 0x02, 0x03}},
};
static const uint8_t spnego_identifier[] = {0x2B, 0x06, 0x01, 0x05, 0x05, 0x02}; // 1.3.6.1.5.5.2
static const uint8_t ntlm_signature[8] = "NTLMSSP";                              // MS-NLMP 2.2.1

const char *mechanism_name(enum mechanism mechanism)
{
    switch (mechanism) {
    case MECHANISM_NTLM:
        return "NTLM";
    case MECHANISM_KERBEROS:
        return "Kerberos";
    case MECHANISM_NEGOEX:
        return "NEGOEX";
    case MECHANISM_UNKNOWN:
        break;
    }
    return NULL;
}

static enum mechanism identify(struct der oid)
{
    for (size_t i = 0; i < sizeof mechanisms / sizeof mechanisms[0]; i++) {
        if (der_size(oid) == mechanisms[i].size && memcmp(oid.at, mechanisms[i].bytes, mechanisms[i].size) == 0)
            return mechanisms[i].mechanism;
    }
    return MECHANISM_UNKNOWN;
}

// The mechanism of a token that is no SPNEGO: NTLM's own signature, or the framing of RFC 2743 3.1. *inside is what
// follows the framing's identifier, if that is SPNEGO's.
static enum mechanism bare(struct der in, struct der *inside)
{
    struct der body, oid;
    *inside = (struct der){NULL, NULL};
    if (der_size(in) >= sizeof ntlm_signature && memcmp(in.at, ntlm_signature, sizeof ntlm_signature) == 0)
        return MECHANISM_NTLM;
    if (!der_take_tag(&in, DER_APPLICATION, &body) || !der_take_tag(&body, DER_OBJECT_IDENTIFIER, &oid))
        return MECHANISM_UNKNOWN;
    if (der_size(oid) == sizeof spnego_identifier && memcmp(oid.at, spnego_identifier, sizeof spnego_identifier) == 0)
        *inside = body;
    return identify(oid);
}

static bool byte_string(struct der in, struct spnego *spnego)
{
    struct der value;
    if (!der_take_tag(&in, DER_OCTET_STRING, &value))
        return false;
    spnego->token = value.at;
    spnego->token_size = der_size(value);
    return true;
}

// NegTokenInit ::= SEQUENCE { mechTypes [0] SEQUENCE OF OID, reqFlags [1], mechToken [2] OCTET STRING, … }
static bool init(struct der in, struct spnego *spnego)
{
    struct der body, value, list, oid;
    uint8_t tag;
    if (!der_take_tag(&in, DER_SEQUENCE, &body))
        return false;
    while (body.at < body.end) {
        if (!der_take(&body, &tag, &value))
            return false;
        if (tag == DER_CONTEXT) {
            if (!der_take_tag(&value, DER_SEQUENCE, &list) || !der_take_tag(&list, DER_OBJECT_IDENTIFIER, &oid))
                return false;
            spnego->mechanism = identify(oid);
        } else if (tag == DER_CONTEXT + 2 && !byte_string(value, spnego)) {
            return false;
        }
    }
    return true;
}

// NegTokenResp ::= SEQUENCE { negState [0], supportedMech [1] OID, responseToken [2] OCTET STRING, … }
static bool response(struct der in, struct spnego *spnego)
{
    struct der body, value, oid;
    uint8_t tag;
    if (!der_take_tag(&in, DER_SEQUENCE, &body))
        return false;
    while (body.at < body.end) {
        if (!der_take(&body, &tag, &value))
            return false;
        if (tag == DER_CONTEXT + 1) {
            if (!der_take_tag(&value, DER_OBJECT_IDENTIFIER, &oid))
                return false;
            spnego->mechanism = identify(oid);
            spnego->selected = true;
        } else if (tag == DER_CONTEXT + 2 && !byte_string(value, spnego)) {
            return false;
        }
    }
    return true;
}

bool spnego_parse(const uint8_t *data, size_t size, struct spnego *spnego)
{
    struct der in = {data, data + size}, value, inside;
    uint8_t tag;

    *spnego = (struct spnego){0};
    if (size == 0)
        return false;
    spnego->mechanism = bare(in, &inside);
    if (spnego->mechanism != MECHANISM_UNKNOWN) {
        spnego->token = data;
        spnego->token_size = size;
        return true;
    }
    if (inside.at)
        in = inside;
    if (!der_take(&in, &tag, &value) || !(tag == NEG_TOKEN_INIT   ? init(value, spnego)
                                          : tag == NEG_TOKEN_RESP ? response(value, spnego)
                                                                  : false))
        return false;
    if (spnego->token) {
        enum mechanism inner = bare((struct der){spnego->token, spnego->token + spnego->token_size}, &inside);
        if (inner != MECHANISM_UNKNOWN)
            spnego->mechanism = inner;
    }
    return spnego->mechanism != MECHANISM_UNKNOWN || spnego->token != NULL;
}
