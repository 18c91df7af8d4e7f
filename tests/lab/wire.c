// SPDX-License-Identifier: Apache-2.0
#include "wire.h"

#include <stdlib.h>
#include <string.h>
#include <winpr/string.h>

enum { CS_CORE = 0xC001 }; // [MS-RDPBCGR] 2.2.1.3.1

static uint16_t u16(const uint8_t *data)
{
    return (uint16_t)(data[0] | data[1] << 8);
}

static uint32_t u32(const uint8_t *data)
{
    return (uint32_t)u16(data) | (uint32_t)u16(data + 2) << 16;
}

static void put_u32(uint8_t *data, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        data[i] = (uint8_t)(value >> (8 * i));
}

static void set_text(char *field, size_t size, const char *text, size_t length)
{
    lab_record_text(field, size, text, length);
}

void wire_set_utf16(char *field, size_t size, const uint8_t *data, size_t bytes)
{
    WCHAR wide[LAB_TEXT_SIZE] = {0};
    size_t count = 0;
    while (count < bytes / 2 && count < LAB_TEXT_SIZE - 1 && (data[2 * count] || data[2 * count + 1])) {
        wide[count] = u16(data + 2 * count);
        count++;
    }
    size_t length = 0;
    char *text = ConvertWCharNToUtf8Alloc(wide, count, &length);
    set_text(field, size, text ? text : "", length);
    free(text);
}

int wire_tpkt_length(const uint8_t *data, size_t length)
{
    if (length > 0 && data[0] != 3) // version
        return -1;
    if (length < 4)
        return 0;
    const int total = data[2] << 8 | data[3];
    return total < 7 ? -1 : total;
}

// The RDP_NEG_REQ of a Connection Request, behind its cookie or routing token if there is one; NULL if there is none.
// *line gets the size of the cookie's or token's line without its end, or 0.
static const uint8_t *negotiation_request(const uint8_t *data, size_t length, size_t *line)
{
    enum { FIXED_SIZE = 11, REQUEST_SIZE = 8, TYPE_RDP_NEG_REQ = 1 }; // TPKT header 4, X.224 CR 7
    *line = 0;
    if (length < FIXED_SIZE)
        return NULL;
    const uint8_t *rest = data + FIXED_SIZE;
    size_t left = length - FIXED_SIZE;
    // A routing token or cookie is a line; RDP_NEG_REQ begins with its type instead.
    const uint8_t *line_end = left ? memmem(rest, left, "\r\n", 2) : NULL;
    if (left && rest[0] != TYPE_RDP_NEG_REQ && line_end) {
        *line = (size_t)(line_end - rest);
        left -= *line + 2;
        rest = line_end + 2;
    }
    return left >= REQUEST_SIZE && rest[0] == TYPE_RDP_NEG_REQ ? rest : NULL;
}

void wire_limit_protocols(uint8_t *data, size_t length, uint32_t protocols)
{
    size_t line = 0;
    const uint8_t *request = negotiation_request(data, length, &line);
    if (!request)
        return;
    uint8_t *requested = data + (request - data) + 4;
    const uint32_t kept = u32(requested) & protocols;
    for (int i = 0; i < 4; i++)
        requested[i] = (uint8_t)(kept >> (8 * i));
}

void wire_read_request(const uint8_t *data, size_t length, struct lab_record *record)
{
    struct lab_facts *facts = &record->facts;
    static const char mstshash[] = "Cookie: mstshash=";
    size_t size = 0;
    if (length < 11)
        return;
    const uint8_t *request = negotiation_request(data, length, &size);
    if (size) {
        const char *text = (const char *)data + 11;
        if (size >= sizeof(mstshash) - 1 && memcmp(text, mstshash, sizeof(mstshash) - 1) == 0) {
            text += sizeof(mstshash) - 1;
            size -= sizeof(mstshash) - 1;
        }
        set_text(facts->cookie, sizeof(facts->cookie), text, size);
    }
    lab_facts_learn(facts, LAB_FACT_COOKIE);

    record->negotiates = request;
    if (request) {
        record->requested_flags = request[1];
        record->requested = u32(request + 4);
    }
    record->facts.restricted_admin = record->requested_flags & 1; // RESTRICTED_ADMIN_MODE_REQUIRED
    lab_facts_learn(facts, LAB_FACT_RESTRICTED_ADMIN);
    record->requested_known = true;
}

bool wire_read_confirm(const uint8_t *data, size_t length, uint32_t *protocol)
{
    if (length < 11 || (data[5] & 0xF0) != 0xD0) // X.224 Connection Confirm
        return false;
    *protocol = WIRE_PROTOCOL_RDP; // a confirm without negotiation data
    if (length < 19)
        return true;
    if (data[11] != 2) // TYPE_RDP_NEG_RSP
        return false;
    *protocol = u32(data + 15);
    return true;
}

void wire_set_confirm(uint8_t *data, size_t length, uint32_t protocol)
{
    if (length >= 19)
        put_u32(data + 15, protocol);
}

uint32_t wire_read_failure(const uint8_t *data, size_t length)
{
    enum { FAILURE_AT = 11, TYPE_RDP_NEG_FAILURE = 3 };
    return length >= WIRE_FAILURE_SIZE && data[FAILURE_AT] == TYPE_RDP_NEG_FAILURE ? u32(data + FAILURE_AT + 4) : 0;
}

void wire_write_failure(uint8_t data[WIRE_FAILURE_SIZE], uint32_t code)
{
    static const uint8_t head[15] = {3,  0,    0, WIRE_FAILURE_SIZE, // TPKT
                                     14, 0xD0, 0, 0,
                                     0,  0,    0,     // X.224 Connection Confirm
                                     3,  0,    8, 0}; // TYPE_RDP_NEG_FAILURE, flags, length
    memcpy(data, head, sizeof(head));
    put_u32(data + 15, code);
}

enum wire_mcs wire_mcs_type(const uint8_t *data, size_t length)
{
    if (length < 9 || data[0] != 3 || data[5] != 0xF0) // X.224 Data
        return WIRE_MCS_NONE;
    if (data[7] == 0x7F && data[8] == WIRE_MCS_CONNECT_INITIAL)
        return WIRE_MCS_CONNECT_INITIAL;
    return (enum wire_mcs)(data[7] >> 2);
}

// Session colour depth that the client asks for, [MS-RDPBCGR] 2.2.1.3.2
static uint32_t color_depth(const uint8_t *core, size_t size, uint32_t early_flags)
{
    enum { WANT_32BPP_SESSION = 0x0002 };
    if (early_flags & WANT_32BPP_SESSION)
        return 32;
    const uint16_t high = size >= 142 ? u16(core + 140) : 0;
    if (high)
        return high;
    switch (size >= 134 ? u16(core + 132) : u16(core + 12)) { // postBeta2ColorDepth, colorDepth
    case 0xCA00:
        return 4;
    case 0xCA02:
        return 15;
    case 0xCA03:
        return 16;
    case 0xCA04:
        return 24;
    default:
        return 8;
    }
}

static void read_core(const uint8_t *core, size_t size, struct lab_record *record)
{
    enum { SUPPORT_ERRINFO_PDU = 0x0001, SUPPORT_NETCHAR_AUTODETECT = 0x0080, SUPPORT_DYNVC_GFX_PROTOCOL = 0x0100 };
    struct lab_facts *facts = &record->facts;
    if (size < 132)
        return;
    record->core_known = true;
    facts->early_flags = size >= 146 ? u16(core + 144) : 0;
    facts->client_version = u32(core + 4);
    facts->keyboard = u32(core + 16);
    facts->client_build = u32(core + 20);
    wire_set_utf16(facts->client_name, sizeof(facts->client_name), core + 24, 32);
    facts->color_depth = color_depth(core, size, facts->early_flags);
    facts->errinfo_advertised = facts->early_flags & SUPPORT_ERRINFO_PDU;
    facts->autodetect = facts->early_flags & SUPPORT_NETCHAR_AUTODETECT;
    facts->gfx = facts->early_flags & SUPPORT_DYNVC_GFX_PROTOCOL;
    lab_facts_learn(facts, LAB_FACT_CLIENT_VERSION);
    lab_facts_learn(facts, LAB_FACT_EARLY_FLAGS);
    lab_facts_learn(facts, LAB_FACT_AUTODETECT);
    lab_facts_learn(facts, LAB_FACT_GRAPHICS);
    lab_facts_learn(facts, LAB_FACT_KEYBOARD);
    lab_facts_learn(facts, LAB_FACT_CLIENT_BUILD);
    lab_facts_learn(facts, LAB_FACT_CLIENT_NAME);
    lab_facts_learn(facts, LAB_FACT_COLOR_DEPTH);
    lab_facts_learn(facts, LAB_FACT_ERRINFO);
}

static void read_channels(const uint8_t *block, size_t size, struct lab_facts *facts)
{
    enum { CHANNEL_DEF_SIZE = 12, NAME_SIZE = 8 };
    size_t count = size >= 8 ? u32(block + 4) : 0;
    if (count > (size - 8) / CHANNEL_DEF_SIZE || size < 8)
        count = size < 8 ? 0 : (size - 8) / CHANNEL_DEF_SIZE;
    for (size_t i = 0; i < count && facts->channel_count < LAB_CHANNELS_MAX; i++)
        set_text(facts->channels[facts->channel_count++], sizeof(facts->channels[0]),
                 (const char *)block + 8 + i * CHANNEL_DEF_SIZE, NAME_SIZE);
}

// Offset of the first client data block of a Connect Initial, 0 if it has none.
static size_t first_block(const uint8_t *data, size_t length)
{
    // "Duca" is the client-to-server H.221 key of the GCC Conference Create Request; a PER length follows.
    const uint8_t *key = memmem(data, length, "Duca", 4);
    if (!key || length - (size_t)(key - data) < 6)
        return 0;
    return (size_t)(key - data) + 4 + (key[4] & 0x80 ? 2 : 1);
}

void wire_set_selected(uint8_t *data, size_t length, uint32_t protocol)
{
    enum { SERVER_SELECTED_PROTOCOL = 212 };
    size_t at = first_block(data, length);
    while (at && length - at >= 4) {
        const size_t size = u16(data + at + 2);
        if (size < 4 || size > length - at)
            return;
        if (u16(data + at) == CS_CORE && size >= SERVER_SELECTED_PROTOCOL + 4)
            put_u32(data + at + SERVER_SELECTED_PROTOCOL, protocol);
        at += size;
    }
}

void wire_read_connect_initial(const uint8_t *data, size_t length, struct lab_record *record)
{
    enum { CS_SECURITY = 0xC002, CS_NET = 0xC003, CS_CLUSTER = 0xC004, CS_MULTITRANSPORT = 0xC00A };
    enum { REDIRECTED_SESSIONID_FIELD_VALID = 0x2 };
    struct lab_facts *facts = &record->facts;
    const size_t first = first_block(data, length);
    if (!first)
        return;
    const uint8_t *block = data + first;
    const uint8_t *end = data + length;
    while (block < end && end - block >= 4) {
        const size_t size = u16(block + 2);
        if (size < 4 || size > (size_t)(end - block))
            break;
        switch (u16(block)) {
        case CS_CORE:
            read_core(block, size, record);
            break;
        case CS_SECURITY:
            record->methods_known = size >= 8;
            record->encryption_methods = size >= 8 ? u32(block + 4) : 0;
            break;
        case CS_NET:
            read_channels(block, size, facts);
            break;
        case CS_CLUSTER:
            if (size >= 12 && u32(block + 4) & REDIRECTED_SESSIONID_FIELD_VALID) {
                record->session_asked = true;
                record->session = u32(block + 8);
                facts->admin = record->session == 0;
            }
            break;
        case CS_MULTITRANSPORT:
            facts->multitransport = size >= 8 && u32(block + 4);
            break;
        default:
            break;
        }
        block += size;
    }
    lab_facts_learn(facts, LAB_FACT_CHANNEL);
    lab_facts_learn(facts, LAB_FACT_ADMIN);
    lab_facts_learn(facts, LAB_FACT_MULTITRANSPORT);
}

size_t wire_user_data(const uint8_t *data, size_t length, uint16_t *channel)
{
    const enum wire_mcs type = wire_mcs_type(data, length);
    if ((type != WIRE_MCS_SEND_DATA_REQUEST && type != WIRE_MCS_SEND_DATA_INDICATION) || length < 14)
        return 0;
    *channel = (uint16_t)(data[10] << 8 | data[11]);
    const size_t offset = data[13] & 0x80 ? 15 : 14; // the PER length has one or two bytes
    return offset <= length ? offset : 0;
}

void wire_read_client_data(const uint8_t *data, size_t length, struct lab_record *record)
{
    enum { CONFIRM_ACTIVE = 0x13, SOURCE_SIZE = 12, SOURCE = 16, INFO_FLAGS = 8 };
    if (length < SOURCE)
        return;
    // A share control header has the version of the protocol where a security header has zeros.
    if (u16(data + 2) == CONFIRM_ACTIVE) {
        const size_t size = u16(data + SOURCE_SIZE);
        if (size + 2 > length - SOURCE)
            return;
        set_text(record->facts.source, sizeof(record->facts.source), (const char *)data + SOURCE,
                 strnlen((const char *)data + SOURCE, size));
        lab_facts_learn(&record->facts, LAB_FACT_SOURCE);
        record->confirm_known = true;
        record->capability_sets = u16(data + SOURCE + size);
    } else if (u16(data + 2) == 0 && (u16(data) & (WIRE_SEC_INFO_PKT | WIRE_SEC_ENCRYPT)) == WIRE_SEC_INFO_PKT) {
        record->info_flags_known = true;
        record->info_flags = u32(data + INFO_FLAGS);
    }
}

static void read_authenticate(const uint8_t *message, size_t size, struct lab_facts *facts)
{
    enum { DOMAIN_FIELD = 28, USER_FIELD = 36, FLAGS = 60, NEGOTIATE_UNICODE = 0x1 };
    if (size < 64)
        return;
    const bool unicode = u32(message + FLAGS) & NEGOTIATE_UNICODE;
    const struct {
        size_t field;
        char *text;
        enum lab_fact fact;
    } names[] = {{DOMAIN_FIELD, facts->domain, LAB_FACT_DOMAIN}, {USER_FIELD, facts->user, LAB_FACT_USER}};
    for (size_t i = 0; i < 2; i++) {
        const size_t bytes = u16(message + names[i].field);
        const size_t offset = u32(message + names[i].field + 4);
        if (offset > size || bytes > size - offset)
            continue;
        if (unicode)
            wire_set_utf16(names[i].text, LAB_TEXT_SIZE, message + offset, bytes);
        else
            set_text(names[i].text, LAB_TEXT_SIZE, (const char *)message + offset, bytes);
        lab_facts_learn(facts, names[i].fact);
    }
}

// Offset of a TSRequest's version, 0 if it is not there.
static size_t credssp_version_offset(const uint8_t *data, size_t length)
{
    static const uint8_t version[] = {0xA0, 3, 2, 1}; // [0] INTEGER of one byte
    if (length < 8 || data[0] != 0x30)
        return 0;
    const size_t offset = (data[1] & 0x80 ? 2 + (size_t)(data[1] & 0x7F) : 2) + sizeof(version);
    return length > offset && memcmp(data + offset - sizeof(version), version, sizeof(version)) == 0 ? offset : 0;
}

bool wire_has_auth_info(const uint8_t *data, size_t length)
{
    const size_t offset = credssp_version_offset(data, length);
    return offset && length > offset + 1 && data[offset + 1] == 0xA2; // it comes alone, right after the version
}

void wire_set_credssp_version(uint8_t *data, size_t length, uint8_t version)
{
    const size_t offset = credssp_version_offset(data, length);
    if (offset)
        data[offset] = version;
}

bool wire_read_tsrequest(const uint8_t *data, size_t length, struct lab_record *record)
{
    static const uint8_t authenticate[] = {'N', 'T', 'L', 'M', 'S', 'S', 'P', 0, 3, 0, 0, 0};
    if (length < 8 || data[0] != 0x30)
        return false;
    const size_t offset = credssp_version_offset(data, length);
    if (record->credssp_version == 0 && offset)
        record->credssp_version = data[offset];

    const uint8_t *message = memmem(data, length, authenticate, sizeof(authenticate));
    if (!message)
        return false;
    record->ntlm_authenticates++;
    read_authenticate(message, length - (size_t)(message - data), &record->facts);
    return true;
}
