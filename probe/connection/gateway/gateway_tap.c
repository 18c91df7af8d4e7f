// SPDX-License-Identifier: Apache-2.0
#include "connection/gateway/gateway_tap.h"

#include <openssl/bio.h>
#include <poll.h>

#include "connection/gateway/gateway_channel.h"
#include "connection/progress.h"
#include "connection/socket.h"

// BIO type of FreeRDP's TLS, the same from 3.5.1 to 3.30.0 (libfreerdp/crypto/tls.c).
enum { BIO_RDP_TLS = 68 };

// Who reads again this soon after there was nothing has not waited.
enum { SOON_MS = 5, WAIT_MS = 50 };

// FreeRDP reads in loops that hardly sleep (http.c, websocket.c), or for so long that a step's time is that of the
// sleep (rdg.c): the wait that they lack is here. Until the tunnel stands it has nothing else to do than to wait.
static bool should_wait(const struct gateway_channel *channel, BIO *bio)
{
    if (channel->connection->trace.phase == PHASE_GATEWAY)
        return BIO_pending(bio) == 0;
    return channel->dry > 0 && event_clock() - channel->dry < SOON_MS;
}

static void before_read(struct gateway_channel *channel, BIO *bio)
{
    struct pollfd wait = {.fd = channel->fd, .events = POLLIN};
    if (!should_wait(channel, bio))
        return;
    event_flush(channel->connection->sink);
    poll(&wait, 1, WAIT_MS);
}

static void nothing_read(struct gateway_channel *channel, BIO *bio)
{
    struct connection *connection = channel->connection;
    channel->dry = event_clock();
    if (!connection->over && !BIO_should_retry(bio) && connection->trace.peer_end == PEER_OPEN)
        connection->trace.peer_end = socket_peer_end(channel->fd);
    gateway_channel_idle(channel);
}

static long on_bio(BIO *bio, int operation, const char *data, size_t length, int argi, long argl, int result,
                   size_t *processed)
{
    struct gateway_channel *channel = (struct gateway_channel *)(void *)BIO_get_callback_arg(bio);
    (void)length, (void)argi, (void)argl;

    switch (operation) {
    case BIO_CB_READ:
        before_read(channel, bio);
        break;
    case BIO_CB_READ | BIO_CB_RETURN:
        if (result <= 0 || !processed || !*processed) {
            nothing_read(channel, bio);
            // Not 0, which FreeRDP's reader of chunks takes for success and tries again for ever.
            return -1;
        }
        channel->dry = 0;
        gateway_channel_take(channel, false, (const uint8_t *)data, *processed);
        break;
    case BIO_CB_WRITE | BIO_CB_RETURN:
        if (result > 0 && processed && *processed)
            gateway_channel_take(channel, true, (const uint8_t *)data, *processed);
        break;
    default:
        break;
    }
    return result;
}

static void on_new_bio(void *parent, void *pointer, CRYPTO_EX_DATA *data, int index, long number, void *argument)
{
    struct connection *connection = argument;
    BIO *bio = parent;
    (void)pointer, (void)data, (void)index, (void)number;

    // The target's TLS begins when the tunnel stands.
    if (BIO_method_type(bio) != BIO_RDP_TLS || connection->over || progress_reached(connection, PHASE_NEGOTIATE))
        return;
    struct gateway_channel *channel = gateway_channel_new(connection);
    if (!channel)
        return;
    BIO_set_callback_ex(bio, on_bio);
    BIO_set_callback_arg(bio, (char *)(void *)channel);
}

void gateway_watch(struct connection *connection)
{
    if (connection->trace.gateway)
        CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_BIO, 0, connection, on_new_bio, NULL, NULL);
}
