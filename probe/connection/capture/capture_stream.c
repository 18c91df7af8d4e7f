// SPDX-License-Identifier: Apache-2.0
#include "connection/capture/capture_stream.h"

#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MERGE_NS = 1000000 }; // FreeRDP reads a record's head and body one after the other: what comes so close was one

uint64_t capture_now(void)
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
            event_fact(c->view.sink, FACT_CAPTURE_INCOMPLETE, json_string(name ? name : "failed"));
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

void capture_write_packet(struct capture *c, const struct pcapng_packet *packet, off_t at)
{
    struct pcapng_buffer buffer = {.data = c->block, .capacity = sizeof c->block};
    if (pcapng_packet(&buffer, packet))
        write_block(c, &buffer, at);
}

void capture_write_secrets(struct capture *c)
{
    struct pcapng_buffer buffer = {.data = c->block, .capacity = sizeof c->block};
    if (pcapng_secrets(&buffer, c->secrets, c->secrets_size, SECRETS_ROOM))
        write_block(c, &buffer, c->secrets_at);
}

static void write_segment(struct capture *c, struct capture_stream *s, bool from_client,
                          const struct tcp_segment *segment, size_t kept, uint64_t time, off_t at)
{
    uint8_t headers[TCP_HEADERS_MAX];
    struct tcp_segment whole = *segment;
    whole.from = &s->end[!from_client];
    whole.to = &s->end[from_client];
    capture_write_packet(c,
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

void capture_control(struct capture *c, struct capture_stream *s, bool from_client, uint8_t flags)
{
    struct tcp_segment segment = {.sequence = s->next[!from_client],
                                  .acknowledgment = flags & TCP_FLAG_ACK ? s->next[from_client] : 0,
                                  .flags = flags};
    write_segment(c, s, from_client, &segment, 0, capture_now(), c->end);
    s->next[!from_client] += flags & (TCP_FLAG_SYN | TCP_FLAG_FIN) ? 1 : 0;
    c->last = NULL;
}

void capture_established(struct capture *c, struct capture_stream *s)
{
    capture_control(c, s, false, TCP_FLAG_SYN | TCP_FLAG_ACK);
    capture_control(c, s, true, TCP_FLAG_ACK);
    s->open = true;
}

void capture_look_for_end(struct capture *c, struct capture_stream *s)
{
    if (s->fd < 0 || s->peer_end != PEER_OPEN)
        return;
    s->peer_end = peer_end_of(s->fd);
    if (s->peer_end == PEER_FIN)
        capture_control(c, s, false, TCP_FLAG_FIN | TCP_FLAG_ACK);
    else if (s->peer_end == PEER_RST)
        capture_control(c, s, false, TCP_FLAG_RST | TCP_FLAG_ACK);
}

// Whether what was read is to be added to the last segment, which then is written anew.
static bool goes_on(const struct capture *c, const struct capture_stream *s, bool from_client, size_t size,
                    uint64_t time)
{
    return !from_client && c->last == s && !c->last_ended && time - c->last_time < MERGE_NS &&
           size <= TCP_SEGMENT_MAX - c->last_size;
}

static void piece(struct capture *c, struct capture_stream *s, bool from_client, const uint8_t *data, size_t size)
{
    uint64_t time = capture_now();
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

void capture_carried(struct capture *c, struct capture_stream *s, bool from_client, const uint8_t *data, size_t size)
{
    pthread_mutex_lock(&c->lock);
    if (s == c->tunnel && !s->open) {
        capture_control(c, s, true, TCP_FLAG_SYN);
        capture_established(c, s);
    }
    while (size > 0) {
        size_t step = size < TCP_SEGMENT_MAX ? size : TCP_SEGMENT_MAX;
        piece(c, s, from_client, data, step);
        data += step;
        size -= step;
    }
    pthread_mutex_unlock(&c->lock);
}
