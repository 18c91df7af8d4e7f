// SPDX-License-Identifier: Apache-2.0
#include "channel.h"

#include "ntlm.h"

#include <errno.h>
#include <openssl/err.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { READ_SIZE = 16384, LINGER_MS = 5000 };

int64_t channel_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct channel *channel_new(int fd, SSL_CTX *context, const char *peer)
{
    struct channel *channel = calloc(1, sizeof *channel);
    if (!channel) {
        return NULL;
    }
    channel->ssl = SSL_new(context);
    if (!channel->ssl || SSL_set_fd(channel->ssl, fd) != 1) {
        SSL_free(channel->ssl);
        free(channel);
        return NULL;
    }
    SSL_set_accept_state(channel->ssl);
    channel->fd = fd;
    channel->state = CHANNEL_TLS;
    snprintf(channel->peer, sizeof channel->peer, "%s", peer);
    return channel;
}

void channel_free(struct channel *channel)
{
    ntlm_free(channel->ntlm);
    SSL_free(channel->ssl);
    if (channel->fd >= 0) {
        close(channel->fd);
    }
    buffer_clear(&channel->in);
    buffer_clear(&channel->out);
    free(channel);
}

static enum channel_result result_of(struct channel *channel, int status)
{
    switch (SSL_get_error(channel->ssl, status)) {
    case SSL_ERROR_WANT_READ:
        return CHANNEL_AGAIN;
    case SSL_ERROR_WANT_WRITE:
        channel->want_write = true;
        return CHANNEL_AGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return CHANNEL_LEFT;
    case SSL_ERROR_SYSCALL:
        // ECONNRESET and the like: the client went without a goodbye.
        return CHANNEL_LEFT;
    default:
        return CHANNEL_FAILED;
    }
}

enum channel_result channel_handshake(struct channel *channel)
{
    channel->want_write = false;
    ERR_clear_error();
    int status = SSL_do_handshake(channel->ssl);
    return status == 1 ? CHANNEL_OK : result_of(channel, status);
}

enum channel_result channel_read(struct channel *channel)
{
    while (channel->in.length < CHANNEL_QUEUE) {
        size_t length = 0;
        ERR_clear_error();
        int status = SSL_read_ex(channel->ssl, buffer_reserve(&channel->in, READ_SIZE), READ_SIZE, &length);
        if (status != 1) {
            enum channel_result result = result_of(channel, status);
            return result == CHANNEL_AGAIN ? CHANNEL_OK : result;
        }
        buffer_grow(&channel->in, length);
    }
    return CHANNEL_OK;
}

enum channel_result channel_write(struct channel *channel)
{
    channel->want_write = false;
    while (channel->out.length > 0) {
        size_t length = 0;
        ERR_clear_error();
        int status = SSL_write_ex(channel->ssl, buffer_bytes(&channel->out), channel->out.length, &length);
        if (status != 1) {
            enum channel_result result = result_of(channel, status);
            return result == CHANNEL_AGAIN ? CHANNEL_OK : CHANNEL_FAILED;
        }
        buffer_consume(&channel->out, length);
    }
    return CHANNEL_OK;
}

void channel_linger(struct channel *channel)
{
    if (channel->state == CHANNEL_OVER || channel->state == CHANNEL_LINGERING) {
        return;
    }
    channel->state = CHANNEL_LINGERING;
    channel->deadline = channel_now() + LINGER_MS;
    channel_lingering(channel);
}

void channel_lingering(struct channel *channel)
{
    if (!channel->shut) {
        if (SSL_is_init_finished(channel->ssl)) {
            if (channel_write(channel) != CHANNEL_OK) {
                channel->state = CHANNEL_OVER;
                return;
            }
            if (channel->out.length > 0) {
                return;
            }
            ERR_clear_error();
            SSL_shutdown(channel->ssl);
        }
        shutdown(channel->fd, SHUT_WR);
        channel->shut = true;
    }
    // Unread bytes would turn the close into a reset, which could overtake what was sent.
    unsigned char dropped[READ_SIZE];
    ssize_t length = 0;
    do {
        length = read(channel->fd, dropped, sizeof dropped);
    } while (length > 0);
    if (length == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) {
        channel->state = CHANNEL_OVER;
    }
}

void channel_reset(struct channel *channel)
{
    if (channel->state == CHANNEL_OVER) {
        return;
    }
    struct linger linger = {.l_onoff = 1, .l_linger = 0};
    setsockopt(channel->fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    close(channel->fd);
    channel->fd = -1;
    channel->state = CHANNEL_OVER;
}

short channel_events(const struct channel *channel, bool paused)
{
    short writing = channel->want_write || channel->out.length > 0 ? POLLOUT : 0;
    switch (channel->state) {
    case CHANNEL_OVER:
        return 0;
    case CHANNEL_HELD:
        return POLLRDHUP;
    case CHANNEL_LINGERING:
        return (short)(POLLIN | (channel->shut ? 0 : writing));
    default:
        return (short)((paused || channel->in.length >= CHANNEL_QUEUE ? 0 : POLLIN) | writing);
    }
}

bool channel_pending(const struct channel *channel)
{
    return channel->state >= CHANNEL_REQUESTS && channel->state <= CHANNEL_IN && SSL_has_pending(channel->ssl);
}
