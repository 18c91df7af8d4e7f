// SPDX-License-Identifier: Apache-2.0
#include "protocol/session_info.h"

#include "protocol/little_endian.h"
#include "protocol/utf16.h"

// TS_LOGON_INFO (2.2.10.1.1.1), without infoType.
enum { V1_DOMAIN = 4, V1_DOMAIN_SIZE = 52, V1_USER = 60, V1_USER_SIZE = 512, V1_SESSION = 572, V1_SIZE = 576 };

// TS_LOGON_INFO_VERSION_2 (2.2.10.1.1.2): Version 2, Size 4, SessionId 4, cbDomain 4, cbUserName 4, Pad 558.
enum { V2_SESSION = 6, V2_DOMAIN_SIZE = 10, V2_USER_SIZE = 14, V2_TEXTS = 576 };

// TS_LOGON_INFO_EXTENDED (2.2.10.1.1.4): Length 2, FieldsPresent 4, then a length and the data of each field.
enum {
    EXTENDED_FIELDS = 2,
    EXTENDED_HEADER = 6,
    LOGON_EX_AUTORECONNECTCOOKIE = 1,
    LOGON_EX_LOGONERRORS = 2,
    COOKIE_SIZE = 28, // ARC_SC_PRIVATE_PACKET (2.2.4.2): cbLen, Version, LogonId, 16 random bytes
    COOKIE_LOGON_ID = 8,
    ERRORS_SIZE = 8
};

static bool version_1(const uint8_t *p, size_t size, struct session_info *info)
{
    if (size < V1_SIZE)
        return false;
    uint32_t domain = little32(p), user = little32(p + V1_DOMAIN + V1_DOMAIN_SIZE);
    if (domain > V1_DOMAIN_SIZE || user > V1_USER_SIZE)
        return false;
    utf16_text(p + V1_DOMAIN, domain, info->domain, sizeof info->domain);
    utf16_text(p + V1_USER, user, info->user, sizeof info->user);
    info->has_session = true;
    info->session = little32(p + V1_SESSION);
    return true;
}

static bool version_2(const uint8_t *p, size_t size, struct session_info *info)
{
    if (size < V2_TEXTS)
        return false;
    uint32_t domain = little32(p + V2_DOMAIN_SIZE), user = little32(p + V2_USER_SIZE);
    if (domain > size - V2_TEXTS || user > size - V2_TEXTS - domain)
        return false;
    utf16_text(p + V2_TEXTS, domain, info->domain, sizeof info->domain);
    utf16_text(p + V2_TEXTS + domain, user, info->user, sizeof info->user);
    info->has_session = true;
    info->session = little32(p + V2_SESSION);
    return true;
}

// Takes a field off the front: its length and its data.
static const uint8_t *take_field(const uint8_t **p, const uint8_t *end, size_t least)
{
    if (end - *p < 4)
        return NULL;
    uint32_t length = little32(*p);
    const uint8_t *data = *p + 4;
    if (length < least || length > (size_t)(end - data))
        return NULL;
    *p = data + length;
    return data;
}

static bool extended(const uint8_t *p, size_t size, struct session_info *info)
{
    const uint8_t *end = p + size, *field;
    if (size < EXTENDED_HEADER)
        return false;
    uint32_t present = little32(p + EXTENDED_FIELDS);
    p += EXTENDED_HEADER;
    if (present & LOGON_EX_AUTORECONNECTCOOKIE) {
        field = take_field(&p, end, COOKIE_SIZE);
        if (!field)
            return false;
        info->has_cookie = info->has_session = true;
        info->session = little32(field + COOKIE_LOGON_ID);
    }
    if (present & LOGON_EX_LOGONERRORS) {
        field = take_field(&p, end, ERRORS_SIZE);
        if (!field)
            return false;
        info->has_error = true;
        info->error_type = little32(field);
        info->error_data = little32(field + 4);
    }
    return true;
}

bool session_info_parse(const uint8_t *body, size_t size, struct session_info *info)
{
    *info = (struct session_info){0};
    if (size < 4)
        return false;
    info->type = little32(body);
    switch (info->type) {
    case INFOTYPE_LOGON:
        return version_1(body + 4, size - 4, info);
    case INFOTYPE_LOGON_LONG:
        return version_2(body + 4, size - 4, info);
    case INFOTYPE_LOGON_EXTENDED:
        return extended(body + 4, size - 4, info);
    default:
        return true; // TS_PLAIN_NOTIFY is padding
    }
}

bool session_info_logged_on(const struct session_info *info)
{
    return info->type <= INFOTYPE_LOGON_PLAINNOTIFY;
}
