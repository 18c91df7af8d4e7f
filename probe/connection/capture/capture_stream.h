// SPDX-License-Identifier: Apache-2.0
// The inside of a capture: the state that its parts share, and the writing of packets: TCP segments made up around the
// bytes that were sent and read. Callers of what takes a stream hold the capture's lock.
#pragma once

#include <pthread.h>
#include <sys/types.h>

#include "connection/capture/capture.h"
#include "connection/capture/pcapng.h"
#include "connection/capture/stream_keep.h"
#include "connection/capture/tcp_segment.h"
#include "connection/peer_end.h"

enum {
    STREAMS_MAX = CAPTURE_CONNECTIONS_MAX + 1, // and the tunnel
    BLOCK_MAX = TCP_SEGMENT_MAX + 512,
    // For TLS secrets, ahead of the packets that need them: 5 lines of up to 190 bytes for each of 3 connections
    // (two to the gateway, one to the target).
    SECRETS_ROOM = 4096
};

struct capture_stream {
    struct capture *capture;
    uint32_t interface;
    struct tcp_end end[2]; // the client's, the server's
    uint32_t next[2];      // sequence numbers of what each sends next
    struct stream_keep keep[2];
    bool open; // established, and no FIN or RST of the client's yet
    enum peer_end peer_end;
    int fd; // -1 if it cannot be asked any more
};

struct capture {
    int fd;
    off_t end; // of the file
    bool redact;
    struct capture_view view;
    pthread_mutex_t lock;
    struct capture_stream streams[STREAMS_MAX];
    size_t count;
    struct capture_stream *tcp;    // the latest to the target or gateway
    struct capture_stream *tunnel; // inside the gateway's
    bool expected;                 // the next BIO is the connection's
    struct bytes encrypted;        // the latest PDU, if capture_decrypted() is due for it
    off_t secrets_at;
    char secrets[SECRETS_ROOM];
    size_t secrets_size;
    // The last block of the file, if it is a segment that was read and more may be added to it.
    struct capture_stream *last;
    off_t last_at;
    uint64_t last_time, last_begun;
    size_t last_size, last_kept;
    bool last_ended; // with a record
    uint8_t last_data[TCP_SEGMENT_MAX];
    uint8_t block[BLOCK_MAX];
};

// The time for a packet: nanoseconds since 1970.
uint64_t capture_now(void);

// Writes a packet at an offset of the file; its end for a new one. A capture that cannot be written any more ends and
// says so; the trial goes on.
void capture_write_packet(struct capture *c, const struct pcapng_packet *packet, off_t at);

// Writes the TLS secrets so far, in the room that was kept for them.
void capture_write_secrets(struct capture *c);

// A segment without data, and the rest of a handshake that began with the client's SYN.
void capture_control(struct capture *c, struct capture_stream *s, bool from_client, uint8_t flags);
void capture_established(struct capture *c, struct capture_stream *s);

// Writes the server's FIN or RST, once, where the socket has it.
void capture_look_for_end(struct capture *c, struct capture_stream *s);

// Bytes that a connection carried, as segments. Takes the lock itself.
void capture_carried(struct capture *c, struct capture_stream *s, bool from_client, const uint8_t *data, size_t size);
