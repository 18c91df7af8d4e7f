// SPDX-License-Identifier: Apache-2.0
#include "protocol/tsrequest.h"

#include <string.h>

#include "protocol/der.h"
#include "protocol/little_endian.h"

// An INTEGER of at most 32 bits; a leading zero byte of an unsigned value is allowed.
static bool integer(struct der in, uint32_t *value)
{
    struct der v;
    if (!der_take_tag(&in, DER_INTEGER, &v))
        return false;
    size_t bytes = der_size(v);
    if (bytes == 0 || bytes > 5 || (bytes == 5 && v.at[0] != 0))
        return false;
    *value = v.at[0] & 0x80 ? UINT32_MAX : 0; // DER is signed: leading bytes that only repeat the sign are cut
    for (; v.at < v.end; v.at++)
        *value = *value << 8 | *v.at;
    return true;
}

// NegoData ::= SEQUENCE OF SEQUENCE { negoToken [0] OCTET STRING }
static bool first_token(struct der in, struct tsrequest *request)
{
    struct der list, item, tagged, token;
    if (!der_take_tag(&in, DER_SEQUENCE, &list) || !der_take_tag(&list, DER_SEQUENCE, &item) ||
        !der_take_tag(&item, DER_CONTEXT, &tagged) || !der_take_tag(&tagged, DER_OCTET_STRING, &token))
        return false;
    request->token = token.at;
    request->token_size = der_size(token);
    return true;
}

bool tsrequest_parse(const uint8_t *data, size_t size, struct tsrequest *request)
{
    struct der in = {data, data + size}, body, value;
    uint8_t tag;

    *request = (struct tsrequest){0};
    if (!der_take_tag(&in, DER_SEQUENCE, &body))
        return false;
    if (!der_take_tag(&body, DER_CONTEXT, &value) || !integer(value, &request->version))
        return false;
    while (body.at < body.end) {
        if (!der_take(&body, &tag, &value))
            return false;
        switch (tag) {
        case DER_CONTEXT + 1:
            if (!first_token(value, request))
                return false;
            break;
        case DER_CONTEXT + 2:
            request->has_auth_info = true;
            break;
        case DER_CONTEXT + 3:
            request->has_pub_key_auth = true;
            break;
        case DER_CONTEXT + 4:
            // NTSTATUS as a signed INTEGER.
            if (!integer(value, &request->error))
                return false;
            request->has_error = true;
            break;
        default:
            break;
        }
    }
    return true;
}

uint32_t ntlm_message_type(const uint8_t *token, size_t size)
{
    static const char signature[] = "NTLMSSP"; // with its terminating zero: 8 bytes
    const uint8_t *p = size ? memmem(token, size, signature, sizeof signature) : NULL;
    if (!p || (size_t)(token + size - p) < sizeof signature + 4)
        return 0;
    p += sizeof signature;
    return little32(p);
}
