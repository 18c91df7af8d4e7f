// SPDX-License-Identifier: Apache-2.0
#include "connection/capture/redact.h"

#include <string.h>
#include <strings.h>

#include "protocol/der.h"
#include "protocol/licensing.h"
#include "protocol/little_endian.h"
#include "protocol/mcs.h"
#include "protocol/ntlm.h"
#include "protocol/share.h"
#include "protocol/spnego.h"
#include "protocol/tsrequest.h"
#include "protocol/x224.h"

enum {
    IO_CHANNEL = 1003,  // what servers take; MS-RDPBCGR 2.2.1.4.4 leaves it open
    SECURITY_HEADER = 4 // MS-RDPBCGR 2.2.8.1.1.2.1
};

static const char credssp_secrets[] = "NTLM responses, session keys, tickets and encrypted credentials";

static void blank(const uint8_t *within, uint8_t *pdu, const uint8_t *part, size_t size)
{
    memset(pdu + (part - within), 0, size);
}

// ---- NTLM (MS-NLMP 2.2.1.3) ----

enum { LM_RESPONSE = 12, NT_RESPONSE = 20, DOMAIN = 28, USER = 36, WORKSTATION = 44, SESSION_KEY = 52, LEAST = 64 };

static bool field_inside(const uint8_t *message, size_t size, size_t at)
{
    size_t length = little16(message + at), offset = little32(message + at + 4);
    return length == 0 || (offset >= LEAST && offset <= size && length <= size - offset);
}

// Keeps the fixed part, without version and MIC, and the names.
static void blank_authenticate(uint8_t *message, size_t size)
{
    static const size_t names[] = {DOMAIN, USER, WORKSTATION}, secrets[] = {LM_RESPONSE, NT_RESPONSE, SESSION_KEY};
    uint8_t kept[sizeof names / sizeof names[0]][512];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t length = little16(message + names[i]);
        if (!field_inside(message, size, names[i]) || length > sizeof kept[i])
            memset(message + names[i], 0, 8);
        else if (length)
            memcpy(kept[i], message + little32(message + names[i] + 4), length);
    }
    memset(message + LEAST, 0, size - LEAST);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t length = little16(message + names[i]);
        if (length)
            memcpy(message + little32(message + names[i] + 4), kept[i], length);
    }
    for (size_t i = 0; i < sizeof secrets / sizeof secrets[0]; i++)
        memset(message + secrets[i], 0, 8); // Len, MaxLen and BufferOffset
}

// A security token: of NTLM its NEGOTIATE and CHALLENGE stay, and AUTHENTICATE without what proves the password.
static bool redact_token(uint8_t *token, size_t size)
{
    struct spnego spnego;
    uint8_t *inner = token;
    size_t inner_size = size;

    if (spnego_parse(token, size, &spnego)) {
        if (!spnego.token)
            return false; // a choice of mechanisms, or the end of one
        inner = token + (spnego.token - token);
        inner_size = spnego.token_size;
    }
    bool ntlm = inner_size >= 12 && memcmp(inner, "NTLMSSP", 8) == 0;
    uint32_t type = ntlm ? little32(inner + 8) : 0;
    if (type == NTLM_NEGOTIATE || type == NTLM_CHALLENGE)
        return false;
    if (type == NTLM_AUTHENTICATE && inner_size >= LEAST)
        blank_authenticate(inner, inner_size);
    else
        memset(inner, 0, inner_size);
    // What follows the inner token in SPNEGO is mechListMIC [3], made with a key of the session.
    struct der rest = {inner + inner_size, token + size}, value;
    uint8_t tag;
    while (der_take(&rest, &tag, &value)) {
        struct der bytes;
        if (tag == DER_CONTEXT + 3 && der_take_tag(&value, DER_OCTET_STRING, &bytes))
            blank(token, token, bytes.at, der_size(bytes));
        else
            blank(token, token, value.at, der_size(value));
    }
    if (rest.at < rest.end)
        blank(token, token, rest.at, der_size(rest));
    return true;
}

// NegoData: every token of it, not only the first.
static bool redact_tokens(uint8_t *pdu, struct der in, bool *changed)
{
    struct der list, item, tagged, token;
    if (!der_take_tag(&in, DER_SEQUENCE, &list))
        return false;
    while (list.at < list.end) {
        if (!der_take_tag(&list, DER_SEQUENCE, &item) || !der_take_tag(&item, DER_CONTEXT, &tagged) ||
            !der_take_tag(&tagged, DER_OCTET_STRING, &token) || item.at < item.end || tagged.at < tagged.end)
            return false;
        *changed = redact_token(pdu + (token.at - pdu), der_size(token)) || *changed;
    }
    return in.at == in.end;
}

// TSRequest (MS-CSSP 2.2.1): version, error code and nonce stay.
static bool redact_tsrequest(uint8_t *pdu, size_t size, bool *changed)
{
    enum { VERSION = 0, TOKENS = 1, ERROR_CODE = 4, NONCE = 5 };
    struct der in = {pdu, pdu + size}, body, value, bytes;
    uint8_t tag;

    if (!der_take_tag(&in, DER_SEQUENCE, &body) || in.at < in.end)
        return false;
    while (body.at < body.end) {
        if (!der_take(&body, &tag, &value))
            return false;
        switch (tag) {
        case DER_CONTEXT + VERSION:
        case DER_CONTEXT + ERROR_CODE:
        case DER_CONTEXT + NONCE:
            break;
        case DER_CONTEXT + TOKENS:
            if (!redact_tokens(pdu, value, changed))
                return false;
            break;
        default:
            // Where the value is an OCTET STRING, as authInfo and pubKeyAuth are, its head stays readable.
            if (!der_take_tag(&value, DER_OCTET_STRING, &bytes) || value.at < value.end)
                return false;
            blank(pdu, pdu, bytes.at, der_size(bytes));
            *changed = true;
            break;
        }
    }
    return true;
}

// ---- Client Info (MS-RDPBCGR 2.2.1.11.1.1) ----

// Blanks the password, and what an automatic reconnection would prove itself with.
static bool redact_info(uint8_t *info, size_t size)
{
    enum { FLAGS = 4, SIZES = 8, STRINGS = 5, PASSWORD = 2, BODY = 18, UNICODE_INFO = 0x10 };
    enum { TIME_ZONE = 172, SESSION_AND_FLAGS = 8 };
    if (size < BODY)
        return false;
    size_t zero = little32(info + FLAGS) & UNICODE_INFO ? 2 : 1, at = BODY;
    for (size_t i = 0; i < STRINGS; i++) {
        size_t length = little16(info + SIZES + 2 * i) + zero;
        if (length > size - at)
            return false;
        if (i == PASSWORD)
            memset(info + at, 0, length);
        at += length;
    }
    // Extended: address family 2, then address and directory, each after its size.
    if (size - at < 2)
        return at == size;
    at += 2;
    for (int i = 0; i < 2; i++) {
        if (size - at < 2 || little16(info + at) > size - at - 2)
            return false;
        at += 2 + little16(info + at);
    }
    if (size - at > TIME_ZONE + SESSION_AND_FLAGS) {
        at += TIME_ZONE + SESSION_AND_FLAGS;
        memset(info + at, 0, size - at);
    }
    return true;
}

// ---- payloads of the I/O channel ----

// pduType2 of those data PDUs whose contents tell nothing of anybody (MS-RDPBCGR 2.2.8.1.1.1.2).
static bool harmless(uint8_t type2)
{
    enum {
        CONTROL = 20,
        SYNCHRONIZE = 31,
        REFRESH = 33,
        SUPPRESS = 35,
        SHUTDOWN_REQUEST = 36,
        SHUTDOWN_DENIED = 37,
        FONT_LIST = 39,
        FONT_MAP = 40,
        BITMAP_CACHE_LIST = 43,
        BITMAP_CACHE_ERROR = 44,
        SET_ERROR_INFO = 47,
        ARC_STATUS = 50,
        STATUS_INFO = 54
    };
    switch (type2) {
    case CONTROL:
    case SYNCHRONIZE:
    case REFRESH:
    case SUPPRESS:
    case SHUTDOWN_REQUEST:
    case SHUTDOWN_DENIED:
    case FONT_LIST:
    case FONT_MAP:
    case BITMAP_CACHE_LIST:
    case BITMAP_CACHE_ERROR:
    case SET_ERROR_INFO:
    case ARC_STATUS:
    case STATUS_INFO:
        return true;
    default:
        return false;
    }
}

// Share PDUs from at on; returns how many bytes of the payload may be kept.
static size_t redact_shares(uint8_t *payload, size_t size, size_t at, const char **what)
{
    enum { CONTROL_HEADER = 6, DATA_HEADER = 18, TYPE = 2, TYPE_2 = 14, PDUTYPE_DATA = 7, INFO_TYPE = 4 };
    struct share_pdu pdu;
    size_t taken;

    while (share_parse(payload + at, size - at, &pdu, &taken)) {
        uint8_t *p = payload + at;
        size_t keep = taken;
        if (pdu.type == SHARE_REDIRECTION)
            keep = CONTROL_HEADER;
        else if (pdu.type == SHARE_SAVE_SESSION_INFO)
            keep = DATA_HEADER + INFO_TYPE;
        else if ((p[TYPE] & 0x0F) == PDUTYPE_DATA && !harmless(p[TYPE_2]))
            keep = DATA_HEADER;
        if (keep < taken) {
            memset(p + keep, 0, taken - keep);
            *what = pdu.type == SHARE_REDIRECTION         ? "the redirection's contents"
                    : pdu.type == SHARE_SAVE_SESSION_INFO ? "the session's names and reconnection cookie"
                                                          : "input or picture";
        }
        at += taken;
    }
    if (at < size)
        *what = "what is no known PDU";
    return at;
}

// Returns how many bytes of the payload may be kept.
static size_t redact_payload(uint8_t *payload, size_t size, bool from_client, size_t security_header, const char **what)
{
    struct licensing_message license;
    uint16_t flags;

    size_t header = security_header ? security_header : SECURITY_HEADER;

    if (!security_header && share_starts(payload, size))
        return redact_shares(payload, size, 0, what);
    if (size < header || !security_flags(payload, size, &flags)) {
        *what = "what is no known PDU";
        return 0;
    }
    uint8_t *body = payload + header;
    size_t left = size - header;
    if (flags & SEC_ENCRYPT) {
        *what = "what is encrypted";
        return header;
    }
    if (flags & SEC_LICENSE_PKT && licensing_parse(body, left, &license))
        return size;
    if (from_client && flags & SEC_INFO_PKT) {
        *what = "the password";
        if (redact_info(body, left))
            return size;
        *what = "Client Info: it could not be read";
        return header;
    }
    if (flags & (SEC_EXCHANGE_PKT | SEC_REDIRECTION_PKT)) {
        memset(body, 0, left);
        *what = flags & SEC_EXCHANGE_PKT ? "the encrypted client random" : "the redirection's contents";
        return size;
    }
    if (security_header && share_starts(body, left))
        return redact_shares(payload, size, header, what);
    *what = "what is no known PDU";
    return header;
}

struct redaction redact_pdu(uint8_t *pdu, size_t size, bool from_client, size_t security_header)
{
    struct redaction result = {0, NULL};
    struct mcs_pdu mcs;
    struct x224_request request;
    struct x224_confirm confirm;
    bool changed = false;

    if (size && pdu[0] == DER_SEQUENCE) {
        bool known = redact_tsrequest(pdu, size, &changed);
        return (struct redaction){known ? size : 0, !known ? "what is no known PDU" : changed ? credssp_secrets : NULL};
    }
    if (x224_parse_request(pdu, size, &request) || x224_parse_confirm(pdu, size, &confirm)) {
        result.kept = size;
    } else if (!mcs_parse(pdu, size, &mcs)) {
        result.what = "picture or input, or what is no known PDU";
    } else if (mcs.type != MCS_SEND_DATA_REQUEST && mcs.type != MCS_SEND_DATA_INDICATION) {
        result.kept = mcs.type == MCS_OTHER ? 0 : (size_t)pdu[2] << 8 | pdu[3]; // without what follows the TPKT
        result.what = mcs.type == MCS_OTHER ? "what is no known PDU" : NULL;
    } else if (mcs.channel != IO_CHANNEL) {
        result.kept = (size_t)(mcs.payload - pdu);
        result.what = "data of a virtual channel";
    } else {
        result.kept = (size_t)(mcs.payload - pdu);
        result.kept += redact_payload(pdu + (mcs.payload - pdu), mcs.size, from_client, security_header, &result.what);
    }
    return result;
}

// ---- HTTP ----

static bool is_word(const char *text, size_t size, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (size == strlen(words[i]) && strncasecmp(text, words[i], size) == 0)
            return true;
    }
    return false;
}

// Where in a field the part begins that must not be shown; end if all of it may be.
static char *hidden_part(char *line, char *end)
{
    static const char *const shown[] = {"Host",
                                        "Connection",
                                        "Upgrade",
                                        "Content-Length",
                                        "Content-Type",
                                        "User-Agent",
                                        "Accept",
                                        "Cache-Control",
                                        "Pragma",
                                        "Server",
                                        "Date",
                                        "Transfer-Encoding",
                                        "RDG-Auth-Scheme",
                                        "Sec-WebSocket-Version"};
    static const char *const logons[] = {"Authorization", "Proxy-Authorization", "WWW-Authenticate",
                                         "Proxy-Authenticate"};
    static const char *const schemes[] = {"NTLM", "Negotiate", "Basic", "Digest", "Bearer", "Kerberos"};
    char *colon = memchr(line, ':', (size_t)(end - line));

    if (!colon)
        return line; // goes on with the value of the line before it (RFC 9112 5.2)
    if (is_word(line, (size_t)(colon - line), shown, sizeof shown / sizeof shown[0]))
        return end;
    char *word = colon + 1;
    while (word < end && *word == ' ')
        word++;
    char *stop = word;
    while (stop < end && *stop != ' ' && *stop != '\r')
        stop++;
    bool scheme = is_word(line, (size_t)(colon - line), logons, sizeof logons / sizeof logons[0]) &&
                  is_word(word, (size_t)(stop - word), schemes, sizeof schemes / sizeof schemes[0]);
    return scheme ? stop : word;
}

struct redaction redact_http(char *head, size_t size)
{
    struct redaction result = {size, NULL};
    char *line = memchr(head, '\n', size), *end = head + size;

    while (line && ++line < end) {
        char *next = memchr(line, '\n', (size_t)(end - line)), *stop = next ? next : end;
        for (char *p = hidden_part(line, stop); p < stop; p++) {
            if (*p != '\r' && *p != ' ') {
                *p = 'x';
                result.what = "values of HTTP fields: credentials and cookies may be among them";
            }
        }
        line = next;
    }
    return result;
}
