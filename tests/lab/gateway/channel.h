// SPDX-License-Identifier: Apache-2.0
// One TCP connection of a client, with TLS on it, never blocking.
#pragma once

#include "buffer.h"

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

enum channel_state {
    CHANNEL_TLS,       // the TLS handshake
    CHANNEL_REQUESTS,  // HTTP requests
    CHANNEL_WEBSOCKET, // frames both ways
    CHANNEL_OUT,       // plain HTTP, to the client: what it sends here is dropped
    CHANNEL_IN,        // plain HTTP, from the client: a chunked body
    CHANNEL_HELD,      // neither read nor written: a hang
    CHANNEL_LINGERING, // all is said; dropped when the client has left or after a while
    CHANNEL_OVER
};

enum channel_result { CHANNEL_OK, CHANNEL_AGAIN, CHANNEL_LEFT, CHANNEL_FAILED };

enum {
    CHANNEL_QUEUE = 256 * 1024, // where reading pauses until the other side has taken some
    CHANNEL_USER = 256
};

struct ntlm;
struct tunnel;

struct channel {
    struct channel *next;
    struct tunnel *tunnel; // NULL once that has ended
    struct ntlm *ntlm;     // a logon under way
    int fd;
    SSL *ssl;
    enum channel_state state;
    bool want_write; // TLS waits for the socket to take more
    bool shut;       // lingering: the end was sent
    int64_t deadline;
    struct buffer in;
    struct buffer out;
    uint64_t body;   // bytes of the request body or of the chunk that are still to come
    bool chunk_over; // the line end behind a chunk is still to come
    unsigned requests;
    bool authenticated; // may go on to a tunnel
    bool challenged;    // was answered 401 and has not logged on
    char peer[80];      // ADDR:PORT
};

// Monotonic milliseconds.
int64_t channel_now(void);

// Takes over an accepted, non-blocking socket. NULL when memory or OpenSSL fails (the socket stays the caller's).
struct channel *channel_new(int fd, SSL_CTX *context, const char *peer);

// Closes the socket and frees all.
void channel_free(struct channel *channel);

// Goes on with the TLS handshake: OK when done, AGAIN, LEFT (the client closed), FAILED.
enum channel_result channel_handshake(struct channel *channel);

// Reads what is there into `in`, up to CHANNEL_QUEUE: OK (perhaps nothing), LEFT or FAILED.
enum channel_result channel_read(struct channel *channel);

// Writes what the socket takes from `out`: OK or FAILED.
enum channel_result channel_write(struct channel *channel);

// Ends the connection in order: sends what is queued, then TLS close_notify and FIN, then waits for the client's FIN.
void channel_linger(struct channel *channel);

// Goes on with that; the state becomes CHANNEL_OVER when it is done.
void channel_lingering(struct channel *channel);

// Ends the connection with a TCP reset, now.
void channel_reset(struct channel *channel);

// The events to poll for. `paused` = the other side must take some first.
short channel_events(const struct channel *channel, bool paused);

// True when bytes wait inside TLS that no poll will announce.
bool channel_pending(const struct channel *channel);
