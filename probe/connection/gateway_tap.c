// SPDX-License-Identifier: Apache-2.0
#include "connection/gateway_tap.h"

#include <openssl/bio.h>
#include <poll.h>
#include <stdlib.h>

#include "connection/finish.h"
#include "connection/gateway/gateway_channel.h"

// BIO type of FreeRDP's TLS, the same from 3.5.1 to 3.30.0 (libfreerdp/crypto/tls.c).
enum { BIO_RDP_TLS = 68 };

// Who reads again this soon after there was nothing has not waited.
enum { SOON_MS = 5, WAIT_MS = 50 };

// What OpenSSL hands to the hook of a BIO.
struct tapped {
    struct connection *connection;
    struct gateway_channel *channel;
    double dry; // event_clock() when a read found nothing; 0 after one that did
};

// FreeRDP reads in loops that hardly sleep (http.c, websocket.c), or for so long that a step's time is that of the
// sleep (rdg.c): the wait that they lack is here. Until the tunnel stands it has nothing else to do than to wait.
static bool should_wait(const struct tapped *tapped, BIO *bio)
{
    if (tapped->connection->trace.phase == PHASE_GATEWAY)
        return BIO_pending(bio) == 0;
    return tapped->dry > 0 && event_clock() - tapped->dry < SOON_MS;
}

static void before_read(struct tapped *tapped, BIO *bio)
{
    struct pollfd wait = {.fd = tapped->channel->fd, .events = POLLIN};
    if (!should_wait(tapped, bio))
        return;
    event_flush(tapped->connection->sink);
    poll(&wait, 1, WAIT_MS);
}

// The channel is broken: nothing more is read or written. A TLS handshake with the target would not hear of it: its
// last words, or what was read before, leave a flag (rdg.c) that OpenSSL takes for "wait and try again", for ever.
static void broken(struct tapped *tapped)
{
    struct connection *connection = tapped->connection;
    peer_end_note(&connection->trace.peer_end, tapped->channel->fd);
    if (connection->trace.phase == PHASE_TLS)
        finish_if(connection, ENDS_FAILED);
}

static void nothing_read(struct tapped *tapped, BIO *bio)
{
    struct connection *connection = tapped->connection;
    tapped->dry = event_clock();
    if (connection->progress.over)
        return;
    if (!BIO_should_retry(bio))
        broken(tapped);
    finish_if(connection, gateway_channel_idle(tapped->channel));
}

static void take(struct tapped *tapped, bool from_client, const uint8_t *data, size_t size)
{
    finish_if(tapped->connection, gateway_channel_take(tapped->channel, from_client, data, size));
}

static long on_bio(BIO *bio, int operation, const char *data, size_t length, int argi, long argl, int result,
                   size_t *processed)
{
    struct tapped *tapped = (struct tapped *)(void *)BIO_get_callback_arg(bio);
    (void)length, (void)argi, (void)argl;

    switch (operation) {
    case BIO_CB_READ:
        before_read(tapped, bio);
        break;
    case BIO_CB_READ | BIO_CB_RETURN:
        if (result <= 0 || !processed || !*processed) {
            nothing_read(tapped, bio);
            // Not 0, which FreeRDP's reader of chunks takes for success and tries again for ever.
            return -1;
        }
        tapped->dry = 0;
        take(tapped, false, (const uint8_t *)data, *processed);
        break;
    case BIO_CB_WRITE | BIO_CB_RETURN:
        if (result > 0 && processed && *processed)
            take(tapped, true, (const uint8_t *)data, *processed);
        else if (!tapped->connection->progress.over && !BIO_should_retry(bio))
            broken(tapped);
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
    if (BIO_method_type(bio) != BIO_RDP_TLS || connection->progress.over ||
        progress_reached(&connection->progress, PHASE_NEGOTIATE))
        return;
    struct gateway_channel *channel =
        gateway_channel_new(&connection->sockets, &connection->progress, connection->capture);
    struct tapped *tapped = channel ? calloc(1, sizeof *tapped) : NULL; // lives as long as the worker
    if (!tapped)
        return;
    *tapped = (struct tapped){.connection = connection, .channel = channel};
    BIO_set_callback_ex(bio, on_bio);
    BIO_set_callback_arg(bio, (char *)(void *)tapped);
}

void gateway_watch(struct connection *connection)
{
    if (connection->trace.gateway)
        CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_BIO, 0, connection, on_new_bio, NULL, NULL);
}
