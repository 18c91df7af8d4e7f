// SPDX-License-Identifier: Apache-2.0
// What was decrypted, as packets of their own: PDUs, and the heads of a gateway's HTTP.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connection/capture/capture_file.h"
#include "connection/capture/capture_stream.h"
#include "connection/capture/redact.h"
#include "connection/capture/upper_pdu.h"
#include "knowledge/codes.h"
#include "protocol/authorization.h"
#include "protocol/mcs.h"
#include "protocol/share.h"

enum {
    HTTP_HEAD_MAX = 16384,
    MCS_PAYLOAD_MAX = 0x3FFF, // PER length in two bytes
    PLAIN_HEADER = 4,         // MS-RDPBCGR 2.2.8.1.1.2.1: flags and flagsHi
    MAC_HEADER = 12           // 2.2.8.1.1.2.2: and a MAC, here zero, which Wireshark looks for under RDP security
};

// An HTTP head that is on its way, in one direction of a TLS connection to a gateway.
struct http_head {
    char text[HTTP_HEAD_MAX];
    size_t used;
};

struct capture_heads {
    struct capture *capture;
    struct capture_stream *stream;
    struct http_head head[2]; // the client's, the gateway's
};

// ---- PDUs ----

static const struct capture_stream *pdu_stream(const struct capture *c)
{
    return c->tunnel ? c->tunnel : c->tcp;
}

// Finds a Set Error Info. Wireshark does not decode its code, and not the PDU where a licence was issued before.
static bool find_error_info(struct bytes pdu, size_t header, uint32_t *code)
{
    struct mcs_pdu mcs;
    struct share_pdu share;
    size_t taken;

    if (!mcs_parse(pdu.data, pdu.size, &mcs) || mcs.type != MCS_SEND_DATA_INDICATION)
        return false;
    if (mcs.size < header)
        return false;
    struct bytes payload = {mcs.payload + header, mcs.size - header};
    for (; share_parse(payload.data, payload.size, &share, &taken); payload.data += taken, payload.size -= taken) {
        *code = share.error_info;
        if (share.type == SHARE_SET_ERROR_INFO)
            return true;
    }
    return false;
}

static void write_pdu(struct capture *c, const struct capture_stream *s, const char *protocol, bool from_client,
                      struct bytes pdu, struct redaction redaction, const char *says)
{
    char comment[300];
    uint8_t tags[UPPER_PDU_MAX];

    snprintf(comment, sizeof comment, "%s%s%s%s", says, says[0] && redaction.what ? "; " : "",
             redaction.what ? "left out: " : "", redaction.what ? redaction.what : "");
    capture_write_packet(c,
                         &(struct pcapng_packet){
                             .interface = CAPTURE_PDUS,
                             .time = capture_now(),
                             .header = tags,
                             .header_size = upper_pdu_tags(protocol, &s->end[!from_client], &s->end[from_client], tags),
                             .data = pdu.data,
                             .size = redaction.kept,
                             .left_out = pdu.size - redaction.kept,
                             .comment = comment[0] ? comment : NULL},
                         c->end);
    c->last = NULL;
}

// Early User Authorization's result, which Wireshark takes for a piece of something else.
static bool find_authorization(const struct capture *c, bool from_client, struct bytes pdu, uint32_t *result)
{
    return !from_client && c->view.trace->authorization_awaited && authorization_parse(pdu.data, pdu.size, result);
}

static void record_pdu(struct capture *c, bool from_client, struct bytes pdu, size_t header)
{
    const struct capture_stream *s = pdu_stream(c);
    struct redaction redaction = {.kept = pdu.size};
    char says[100] = "";
    uint32_t code;
    uint8_t *copy = NULL;

    if (!s || pdu.size == 0 || pdu.size > TCP_SEGMENT_MAX)
        return;
    bool authorization = find_authorization(c, from_client, pdu, &code);
    if (authorization || find_error_info(pdu, header, &code)) {
        const struct code_row *row = authorization ? authorization_row(code) : errinfo_row(code);
        snprintf(says, sizeof says, "%s: 0x%X %s", authorization ? "Early User Authorization Result" : "Set Error Info",
                 code, row ? row->name : "");
    }
    if (c->redact && !authorization) {
        copy = malloc(pdu.size);
        if (!copy)
            return;
        memcpy(copy, pdu.data, pdu.size);
        redaction = redact_pdu(copy, pdu.size, from_client, header);
    }
    pthread_mutex_lock(&c->lock);
    write_pdu(c, s, "tpkt", from_client, (struct bytes){copy ? copy : pdu.data, pdu.size}, redaction, says);
    pthread_mutex_unlock(&c->lock);
    free(copy);
}

static bool is_encrypted(const struct capture *c, struct bytes pdu)
{
    struct mcs_pdu mcs;
    uint16_t flags;
    return *c->view.security_headers && mcs_parse(pdu.data, pdu.size, &mcs) &&
           (mcs.type == MCS_SEND_DATA_REQUEST || mcs.type == MCS_SEND_DATA_INDICATION) &&
           security_flags(mcs.payload, mcs.size, &flags) && flags & SEC_ENCRYPT;
}

void capture_prepare(struct capture *c, struct bytes pdu)
{
    if (c)
        c->encrypted = is_encrypted(c, pdu) ? pdu : (struct bytes){NULL, 0};
}

void capture_pdu(struct capture *c, bool from_client, struct bytes pdu)
{
    uint32_t code;

    if (!c || is_encrypted(c, pdu))
        return;
    bool rdp = c->view.request->profile.levels.level[FACTOR_SECURITY] == SECURITY_RDP;
    size_t header = *c->view.security_headers ? PLAIN_HEADER : 0;
    // Within TLS the segments hold it all, unless nobody is to decrypt them.
    if (c->redact || !c->view.trace->confirmed || rdp || find_error_info(pdu, header, &code) ||
        find_authorization(c, from_client, pdu, &code))
        record_pdu(c, from_client, pdu, header);
}

void capture_decrypted(struct capture *c, bool from_client, uint16_t flags, struct bytes plain)
{
    enum { PER_SHORT = 0x80 };
    struct mcs_pdu mcs;
    uint8_t *made = NULL;

    if (!c || !c->encrypted.data || !mcs_parse(c->encrypted.data, c->encrypted.size, &mcs))
        return;
    struct bytes pdu = c->encrypted;
    c->encrypted = (struct bytes){NULL, 0};
    // The headers up to the length of the payload, which is of one byte or two; then payload without encryption.
    size_t before = (size_t)(mcs.payload - pdu.data) - (mcs.size < PER_SHORT && mcs.payload[-1] == mcs.size ? 1 : 2);
    size_t payload = MAC_HEADER + plain.size, size = before + (payload < PER_SHORT ? 1 : 2) + payload;
    if (plain.data && payload <= MCS_PAYLOAD_MAX && (made = malloc(size))) {
        uint8_t *p = made + before;
        memcpy(made, pdu.data, before);
        made[2] = (uint8_t)(size >> 8);
        made[3] = (uint8_t)size;
        if (payload >= PER_SHORT)
            *p++ = (uint8_t)(0x80 | payload >> 8);
        *p++ = (uint8_t)payload;
        *p++ = (uint8_t)(flags & ~SEC_ENCRYPT);
        *p++ = (uint8_t)(flags >> 8);
        memset(p, 0, MAC_HEADER - 2);
        p += MAC_HEADER - 2;
        memcpy(p, plain.data, plain.size);
        pdu = (struct bytes){made, size};
    }
    record_pdu(c, from_client, pdu, pdu.data == made ? MAC_HEADER : PLAIN_HEADER);
    free(made);
}

// ---- a gateway's HTTP ----

static bool begins(const struct http_head *head, const char *text)
{
    size_t length = strlen(text), compared = head->used < length ? head->used : length;
    return memcmp(head->text, text, compared) == 0;
}

static bool may_be_head(const struct http_head *head, bool from_client)
{
    return from_client ? begins(head, "RDG_") || begins(head, "GET ") || begins(head, "RPC_") : begins(head, "HTTP/");
}

struct capture_heads *capture_gateway(struct capture *c)
{
    struct capture_heads *heads = c && c->redact && c->tcp ? calloc(1, sizeof *heads) : NULL;
    if (heads) {
        heads->capture = c;
        heads->stream = c->tcp;
    }
    return heads; // lives as long as the worker
}

// A redacted capture has no more of the tunnel than this.
void capture_gateway_text(struct capture_heads *heads, bool from_client, const uint8_t *data, size_t size)
{
    struct http_head *head = heads ? &heads->head[!from_client] : NULL;

    for (size_t i = 0; head && i < size; i++) {
        head->text[head->used++] = (char)data[i];
        if (!may_be_head(head, from_client) || head->used == sizeof head->text) {
            head->used = 0;
            if (from_client)
                return; // a request is written in one piece
        } else if (head->used > 4 && memcmp(head->text + head->used - 4, "\r\n\r\n", 4) == 0) {
            struct redaction redaction = redact_http(head->text, head->used);
            pthread_mutex_lock(&heads->capture->lock);
            // Wireshark's HTTP does not know the methods RDG_OUT_DATA and RDG_IN_DATA.
            write_pdu(heads->capture, heads->stream, from_client ? "data-text-lines" : "http", from_client,
                      (struct bytes){(const uint8_t *)head->text, head->used}, redaction, "");
            pthread_mutex_unlock(&heads->capture->lock);
            head->used = 0;
        }
    }
}
