// SPDX-License-Identifier: Apache-2.0
#include "connection/capture/stream_keep.h"

enum {
    TPKT_VERSION = 3, // RFC 1006 6
    TPKT_HEAD = 4,
    TLS_HEAD = 5, // RFC 8446 5.1
    TLS_CHANGE_CIPHER_SPEC = 20,
    TLS_HANDSHAKE = 22,
    TLS_APPLICATION_DATA = 23,
    TLS_MAJOR = 3
};

static bool is_tpkt(const struct stream_keep *s)
{
    return s->head[0] == TPKT_VERSION && !s->past_pdu;
}

static bool is_tls(const struct stream_keep *s)
{
    return s->head[0] >= TLS_CHANGE_CIPHER_SPEC && s->head[0] <= TLS_APPLICATION_DATA &&
           (s->have < 2 || s->head[1] == TLS_MAJOR);
}

// Called with the whole head of a record.
static void open_record(struct stream_keep *s)
{
    size_t size;
    s->have = 0;
    if (is_tpkt(s)) {
        size = (size_t)s->head[2] << 8 | s->head[3];
        s->lost = size < TPKT_HEAD;
        s->left = s->lost ? 0 : size - TPKT_HEAD;
        s->keep = true;
    } else {
        s->left = (size_t)s->head[3] << 8 | s->head[4];
        s->keep = s->head[0] <= TLS_HANDSHAKE;
    }
    s->past_pdu = true;
}

size_t stream_keep(struct stream_keep *s, const uint8_t *data, size_t size)
{
    size_t kept = 0, at = 0;
    bool keeping = true;

    while (at < size && !s->lost) {
        if (s->left == 0) {
            // What begins like no record must not be kept for its first bytes either.
            s->head[s->have++] = data[at++];
            s->lost = !is_tpkt(s) && !is_tls(s);
            if (!s->lost && s->have == (is_tpkt(s) ? TPKT_HEAD : TLS_HEAD))
                open_record(s);
            if (s->lost)
                break;
        } else {
            size_t step = s->left < size - at ? s->left : size - at;
            s->left -= step;
            at += step;
            keeping = keeping && s->keep;
        }
        if (keeping)
            kept = at;
    }
    return kept;
}
