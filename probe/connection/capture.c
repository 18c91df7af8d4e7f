// SPDX-License-Identifier: Apache-2.0
#include "connection/capture.h"

#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "connection/capture_file.h"
#include "connection/mcs.h"
#include "connection/pcapng.h"
#include "connection/redact.h"
#include "connection/share.h"
#include "connection/socket.h"
#include "connection/stream_keep.h"
#include "connection/tcp_segment.h"
#include "connection/upper_pdu.h"
#include "knowledge/codes.h"

enum {
    STREAMS_MAX = 2 * ADDRESSES_MAX + 1,
    BLOCK_MAX = TCP_SEGMENT_MAX + 512,
    // For TLS secrets, ahead of the packets that need them: 5 lines of up to 190 octets for each of 3 connections
    // (two to the gateway, one to the target).
    SECRETS_ROOM = 4096,
    MERGE_NS = 1000000, // FreeRDP reads a record's head and body one after the other: what comes so close was one
    HTTP_HEAD_MAX = 16384,
    MCS_PAYLOAD_MAX = 0x3FFF, // PER length in two octets
    PLAIN_HEADER = 4,         // MS-RDPBCGR 2.2.8.1.1.2.1: flags and flagsHi
    MAC_HEADER = 12           // 2.2.8.1.1.2.2: and a MAC, here zero, which Wireshark looks for under RDP security
};

// BIO type of FreeRDP, the same from 3.5.1 to 3.30.0 (libfreerdp/core/tcp.h).
enum { BIO_GATEWAY_TUNNEL = 65 };

struct stream {
    struct capture *capture;
    uint32_t interface;
    struct tcp_end end[2]; // the client's, the server's
    uint32_t next[2];      // sequence numbers of what each sends next
    struct stream_keep keep[2];
    bool open; // established, and no FIN or RST of the client's yet
    enum peer_end peer_end;
    int fd; // -1 if it cannot be asked any more
};

// An HTTP head that is on its way, in one direction of a TLS connection to a gateway.
struct http_head {
    char text[HTTP_HEAD_MAX];
    size_t used;
};

struct capture_heads {
    struct capture *capture;
    struct stream *stream;
    struct http_head head[2]; // the client's, the gateway's
};

struct capture {
    int fd;
    off_t end; // of the file
    bool redact;
    const struct session *session;
    pthread_mutex_t lock;
    struct stream streams[STREAMS_MAX];
    size_t count;
    struct stream *connection; // the latest to the target or gateway
    struct stream *tunnel;     // inside the gateway's
    bool expected;             // the next BIO is the connection's
    struct bytes encrypted;    // the latest PDU, if capture_decrypted() is due for it
    off_t secrets_at;
    char secrets[SECRETS_ROOM];
    size_t secrets_size;
    // The last block of the file, if it is a segment that was read and more may be added to it.
    struct stream *last;
    off_t last_at;
    uint64_t last_time, last_begun;
    size_t last_size, last_kept;
    bool last_ended; // with a record
    uint8_t last_data[TCP_SEGMENT_MAX];
    uint8_t block[BLOCK_MAX];
};

// A worker makes one trial; OpenSSL's key log callback has no argument to find it by.
static struct capture *key_log;

static uint64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

// ---- blocks ----

// Writes a block at an offset, all or nothing. A capture that cannot be written any more ends and says so; the trial
// goes on.
static void write_block(struct capture *c, const struct pcapng_buffer *block, off_t at)
{
    size_t done = 0;
    while (c->fd >= 0 && done < block->used) {
        ssize_t n = pwrite(c->fd, block->data + done, block->used - done, at + (off_t)done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            const char *name = strerrorname_np(n < 0 ? errno : ENOSPC);
            event_fact(c->session->sink, FACT_CAPTURE_INCOMPLETE, json_string(name ? name : "failed"));
            if (ftruncate(c->fd, at) != 0)
                name = NULL; // then capture_file_repair() cuts it off
            close(c->fd);
            c->fd = -1;
            return;
        }
        done += (size_t)n;
    }
    if (at + (off_t)block->used > c->end)
        c->end = at + (off_t)block->used;
}

static void write_packet(struct capture *c, const struct pcapng_packet *packet, off_t at)
{
    struct pcapng_buffer buffer = {.data = c->block, .capacity = sizeof c->block};
    if (pcapng_packet(&buffer, packet))
        write_block(c, &buffer, at);
}

static void write_secrets(struct capture *c)
{
    struct pcapng_buffer buffer = {.data = c->block, .capacity = sizeof c->block};
    if (pcapng_secrets(&buffer, c->secrets, c->secrets_size, SECRETS_ROOM))
        write_block(c, &buffer, c->secrets_at);
}

static void write_segment(struct capture *c, struct stream *s, bool from_client, const struct tcp_segment *segment,
                          size_t kept, uint64_t time, off_t at)
{
    uint8_t headers[TCP_HEADERS_MAX];
    struct tcp_segment whole = *segment;
    whole.from = &s->end[!from_client];
    whole.to = &s->end[from_client];
    write_packet(c,
                 &(struct pcapng_packet){.interface = s->interface,
                                         .time = time,
                                         .header = headers,
                                         .header_size = tcp_headers(&whole, headers),
                                         .data = segment->data,
                                         .size = kept,
                                         .left_out = segment->size - kept},
                 at);
}

// ---- TCP ----

static void control(struct capture *c, struct stream *s, bool from_client, uint8_t flags)
{
    struct tcp_segment segment = {.sequence = s->next[!from_client],
                                  .acknowledgment = flags & TCP_FLAG_ACK ? s->next[from_client] : 0,
                                  .flags = flags};
    write_segment(c, s, from_client, &segment, 0, now(), c->end);
    s->next[!from_client] += flags & (TCP_FLAG_SYN | TCP_FLAG_FIN) ? 1 : 0;
    c->last = NULL;
}

static void established(struct capture *c, struct stream *s)
{
    control(c, s, false, TCP_FLAG_SYN | TCP_FLAG_ACK);
    control(c, s, true, TCP_FLAG_ACK);
    s->open = true;
}

static void look_for_end(struct capture *c, struct stream *s)
{
    if (s->fd < 0 || s->peer_end != PEER_OPEN)
        return;
    s->peer_end = socket_peer_end(s->fd);
    if (s->peer_end == PEER_FIN)
        control(c, s, false, TCP_FLAG_FIN | TCP_FLAG_ACK);
    else if (s->peer_end == PEER_RST)
        control(c, s, false, TCP_FLAG_RST | TCP_FLAG_ACK);
}

// Whether what was read is to be added to the last segment, which then is written anew.
static bool goes_on(const struct capture *c, const struct stream *s, bool from_client, size_t size, uint64_t time)
{
    return !from_client && c->last == s && !c->last_ended && time - c->last_time < MERGE_NS &&
           size <= TCP_SEGMENT_MAX - c->last_size;
}

static void piece(struct capture *c, struct stream *s, bool from_client, const uint8_t *data, size_t size)
{
    uint64_t time = now();
    bool more = goes_on(c, s, from_client, size, time);
    struct stream_keep *records = &s->keep[!from_client];
    size_t kept = stream_keep(records, data, size);
    struct tcp_segment segment = {.sequence = s->next[!from_client],
                                  .acknowledgment = s->next[from_client],
                                  .flags = TCP_FLAG_PSH | TCP_FLAG_ACK,
                                  .data = data,
                                  .size = size};

    if (!c->redact)
        kept = size;
    s->next[!from_client] += (uint32_t)size;
    if (from_client) {
        c->last = NULL;
        write_segment(c, s, true, &segment, kept, time, c->end);
        return;
    }
    if (!more) {
        c->last = s;
        c->last_at = c->end;
        c->last_begun = time;
        c->last_size = c->last_kept = 0;
    }
    if (c->last_kept == c->last_size) // nothing is left out before it
        c->last_kept += kept;
    memcpy(c->last_data + c->last_size, data, size);
    segment.sequence -= (uint32_t)c->last_size;
    c->last_size += size;
    c->last_time = time;
    c->last_ended = !records->lost && records->have == 0 && records->left == 0;
    segment.data = c->last_data;
    segment.size = c->last_size;
    write_segment(c, s, false, &segment, c->last_kept, c->last_begun, c->last_at);
}

static void carried(struct capture *c, struct stream *s, bool from_client, const uint8_t *data, size_t size)
{
    pthread_mutex_lock(&c->lock);
    if (s == c->tunnel && !s->open) {
        control(c, s, true, TCP_FLAG_SYN);
        established(c, s);
    }
    while (size > 0) {
        size_t step = size < TCP_SEGMENT_MAX ? size : TCP_SEGMENT_MAX;
        piece(c, s, from_client, data, step);
        data += step;
        size -= step;
    }
    pthread_mutex_unlock(&c->lock);
}

// ---- PDUs ----

static const struct stream *pdu_stream(const struct capture *c)
{
    return c->tunnel ? c->tunnel : c->connection;
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

static void write_pdu(struct capture *c, const struct stream *s, const char *protocol, bool from_client,
                      struct bytes pdu, struct redaction redaction, const char *says)
{
    char comment[300];
    uint8_t tags[UPPER_PDU_MAX];

    snprintf(comment, sizeof comment, "%s%s%s%s", says, says[0] && redaction.what ? "; " : "",
             redaction.what ? "left out: " : "", redaction.what ? redaction.what : "");
    write_packet(c,
                 &(struct pcapng_packet){
                     .interface = CAPTURE_PDUS,
                     .time = now(),
                     .header = tags,
                     .header_size = upper_pdu_tags(protocol, &s->end[!from_client], &s->end[from_client], tags),
                     .data = pdu.data,
                     .size = redaction.kept,
                     .left_out = pdu.size - redaction.kept,
                     .comment = comment[0] ? comment : NULL},
                 c->end);
    c->last = NULL;
}

static void record_pdu(struct capture *c, bool from_client, struct bytes pdu, size_t header)
{
    const struct stream *s = pdu_stream(c);
    struct redaction redaction = {.kept = pdu.size};
    char says[100] = "";
    uint32_t code;
    uint8_t *copy = NULL;

    if (!s || pdu.size == 0 || pdu.size > TCP_SEGMENT_MAX)
        return;
    if (find_error_info(pdu, header, &code)) {
        const struct code_row *row = errinfo_row(code);
        snprintf(says, sizeof says, "Set Error Info: 0x%X %s", code, row ? row->name : "");
    }
    if (c->redact) {
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

static bool is_encrypted(const struct session *session, struct bytes pdu)
{
    struct mcs_pdu mcs;
    uint16_t flags;
    return session->security_headers && mcs_parse(pdu.data, pdu.size, &mcs) &&
           (mcs.type == MCS_SEND_DATA_REQUEST || mcs.type == MCS_SEND_DATA_INDICATION) &&
           security_flags(mcs.payload, mcs.size, &flags) && flags & SEC_ENCRYPT;
}

void capture_prepare(struct session *session, struct bytes pdu)
{
    if (session->capture)
        session->capture->encrypted = is_encrypted(session, pdu) ? pdu : (struct bytes){NULL, 0};
}

void capture_pdu(struct session *session, bool from_client, struct bytes pdu)
{
    struct capture *c = session->capture;
    bool rdp = session->request->variant.level[FACTOR_SECURITY] == SECURITY_RDP;
    size_t header = session->security_headers ? PLAIN_HEADER : 0;
    uint32_t code;
    // Within TLS the segments hold it all, unless nobody is to decrypt them.
    if (c && !is_encrypted(session, pdu) &&
        (c->redact || !session->evidence.confirmed || rdp || find_error_info(pdu, header, &code)))
        record_pdu(c, from_client, pdu, header);
}

void capture_decrypted(struct session *session, bool from_client, uint16_t flags, struct bytes plain)
{
    enum { PER_SHORT = 0x80 };
    struct capture *c = session->capture;
    struct mcs_pdu mcs;
    uint8_t *made = NULL;

    if (!c || !c->encrypted.data || !mcs_parse(c->encrypted.data, c->encrypted.size, &mcs))
        return;
    struct bytes pdu = c->encrypted;
    c->encrypted = (struct bytes){NULL, 0};
    // The headers up to the length of the payload, which is of one octet or two; then payload without encryption.
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

struct capture_heads *capture_gateway(struct session *session)
{
    struct capture *c = session->capture;
    struct capture_heads *heads = c && c->redact && c->connection ? calloc(1, sizeof *heads) : NULL;
    if (heads) {
        heads->capture = c;
        heads->stream = c->connection;
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

// ---- OpenSSL's hooks ----

static long on_bio(BIO *bio, int operation, const char *data, size_t length, int argi, long argl, int result,
                   size_t *processed)
{
    struct stream *s = (struct stream *)(void *)BIO_get_callback_arg(bio);
    struct capture *c = s->capture;
    (void)length, (void)argi, (void)argl;

    if (operation == (BIO_CB_READ | BIO_CB_RETURN) || operation == (BIO_CB_WRITE | BIO_CB_RETURN)) {
        bool from_client = operation == (BIO_CB_WRITE | BIO_CB_RETURN);
        if (result > 0 && processed && *processed) {
            carried(c, s, from_client, (const uint8_t *)data, *processed);
        } else if (!from_client) {
            pthread_mutex_lock(&c->lock);
            look_for_end(c, s);
            pthread_mutex_unlock(&c->lock);
        }
    }
    return result;
}

static void watch(BIO *bio, BIO_callback_fn_ex callback, void *argument)
{
    BIO_set_callback_ex(bio, callback);
    BIO_set_callback_arg(bio, argument);
}

static void on_new_bio(void *parent, void *pointer, CRYPTO_EX_DATA *data, int index, long number, void *argument)
{
    struct capture *c = argument;
    BIO *bio = parent;
    int type = BIO_method_type(bio);
    (void)pointer, (void)data, (void)index, (void)number;

    if (c->expected && !(type & BIO_TYPE_SOURCE_SINK)) {
        // The first BIO after TCPConnect is the socket's (FreeRDP below 3.9), or the layer's that stands for it.
        c->expected = false;
        watch(bio, on_bio, c->connection);
    } else if (type == BIO_GATEWAY_TUNNEL && c->tunnel) {
        watch(bio, on_bio, c->tunnel);
    }
}

static void on_key(const SSL *ssl, const char *line)
{
    struct capture *c = key_log;
    size_t length = strlen(line);
    (void)ssl;

    pthread_mutex_lock(&c->lock);
    if (c->secrets_size + length + 1 > sizeof c->secrets) { // a block more, for what comes from now on
        c->secrets_at = c->end;
        c->secrets_size = 0;
    }
    if (length < sizeof c->secrets) {
        memcpy(c->secrets + c->secrets_size, line, length);
        c->secrets_size += length;
        c->secrets[c->secrets_size++] = '\n';
        if (c->secrets_at == c->end)
            c->last = NULL;
        write_secrets(c);
    }
    pthread_mutex_unlock(&c->lock);
}

static void on_new_context(void *parent, void *pointer, CRYPTO_EX_DATA *data, int index, long number, void *argument)
{
    (void)pointer, (void)data, (void)index, (void)number, (void)argument;
    SSL_CTX_set_keylog_callback(parent, on_key);
}

// ---- the session's side ----

static struct tcp_end end_of(const struct sockaddr_storage *address)
{
    struct tcp_end end = {.ipv6 = address->ss_family == AF_INET6};
    if (end.ipv6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
        memcpy(end.address, &in6->sin6_addr, 16);
        end.port = ntohs(in6->sin6_port);
    } else {
        const struct sockaddr_in *in = (const struct sockaddr_in *)address;
        memcpy(end.address, &in->sin_addr, 4);
        end.port = ntohs(in->sin_port);
    }
    return end;
}

// What is inside a tunnel: the target's name is the gateway's to resolve, so both addresses are from those for
// documentation (RFC 5737 3).
static struct stream tunnel_stream(struct capture *c, const struct session *session)
{
    enum { CLIENT_PORT = 49152 };
    return (struct stream){.capture = c,
                           .interface = CAPTURE_TUNNEL,
                           .fd = -1,
                           .end = {{.address = {192, 0, 2, 1}, .port = CLIENT_PORT},
                                   {.address = {192, 0, 2, 2}, .port = session->request->target.port}}};
}

void capture_begin(struct session *session)
{
    struct stat status;
    int fd = session->request->capture_fd;

    if (session->request->capture == CAPTURE_OFF || fd < 0)
        return;
    // The trial before this one may have been killed.
    if (!capture_file_repair(fd) || fstat(fd, &status) != 0) {
        const char *name = strerrorname_np(errno);
        event_fact(session->sink, FACT_CAPTURE_INCOMPLETE, json_string(name ? name : "failed"));
        return;
    }
    struct capture *c = calloc(1, sizeof *c);
    if (!c)
        return;
    *c = (struct capture){.fd = fd,
                          .end = status.st_size,
                          .redact = session->request->capture == CAPTURE_REDACTED,
                          .session = session,
                          .secrets_at = status.st_size};
    pthread_mutex_init(&c->lock, NULL);
    session->capture = key_log = c;
    if (session->evidence.gateway) {
        c->tunnel = &c->streams[c->count++];
        *c->tunnel = tunnel_stream(c, session);
    }
    CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_BIO, 0, c, on_new_bio, NULL, NULL);
    if (!c->redact) {
        write_secrets(c);
        CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_CTX, 0, c, on_new_context, NULL, NULL);
    }
}

void capture_connecting(struct session *session, int fd, const struct sockaddr_storage *address)
{
    struct capture *c = session->capture;
    struct sockaddr_storage local = {.ss_family = address->ss_family};
    socklen_t size = sizeof local;

    if (!c || c->count == STREAMS_MAX || getsockname(fd, (struct sockaddr *)&local, &size) != 0)
        return;
    c->connection = &c->streams[c->count++];
    *c->connection =
        (struct stream){.capture = c, .interface = CAPTURE_TCP, .fd = -1, .end = {end_of(&local), end_of(address)}};
    pthread_mutex_lock(&c->lock);
    control(c, c->connection, true, TCP_FLAG_SYN);
    pthread_mutex_unlock(&c->lock);
}

void capture_connected(struct session *session, int fd)
{
    struct capture *c = session->capture;
    if (!c || !c->connection)
        return;
    pthread_mutex_lock(&c->lock);
    established(c, c->connection);
    pthread_mutex_unlock(&c->lock);
    c->connection->fd = fd;
    c->expected = true;
}

void capture_refused(struct session *session)
{
    struct capture *c = session->capture;
    if (!c || !c->connection)
        return;
    pthread_mutex_lock(&c->lock);
    control(c, c->connection, false, TCP_FLAG_RST | TCP_FLAG_ACK);
    pthread_mutex_unlock(&c->lock);
}

void capture_closing(struct session *session)
{
    struct capture *c = session->capture;
    if (!c)
        return;
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < c->count; i++) {
        look_for_end(c, &c->streams[i]);
        c->streams[i].fd = -1;
    }
    pthread_mutex_unlock(&c->lock);
}

void capture_closed(struct session *session)
{
    struct capture *c = session->capture;
    if (!c)
        return;
    capture_closing(session);
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < c->count; i++) {
        struct stream *s = &c->streams[i];
        if (s->open && s->interface == CAPTURE_TCP && s->peer_end != PEER_RST)
            control(c, s, true, TCP_FLAG_FIN | TCP_FLAG_ACK);
        s->open = false;
    }
    pthread_mutex_unlock(&c->lock);
}
