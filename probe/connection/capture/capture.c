// SPDX-License-Identifier: Apache-2.0
#include "connection/capture/capture.h"

#include <errno.h>
#include <netinet/in.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "connection/capture/capture_file.h"
#include "connection/capture/capture_stream.h"

// BIO type of FreeRDP, the same from 3.5.1 to 3.30.0 (libfreerdp/core/tcp.h).
enum { BIO_GATEWAY_TUNNEL = 65 };

// A worker makes one trial; OpenSSL's key log callback has no argument to find it by.
static struct capture *key_log;

// ---- OpenSSL's hooks ----

static long on_bio(BIO *bio, int operation, const char *data, size_t length, int argi, long argl, int result,
                   size_t *processed)
{
    struct capture_stream *s = (struct capture_stream *)(void *)BIO_get_callback_arg(bio);
    struct capture *c = s->capture;
    (void)length, (void)argi, (void)argl;

    if (operation == (BIO_CB_READ | BIO_CB_RETURN) || operation == (BIO_CB_WRITE | BIO_CB_RETURN)) {
        bool from_client = operation == (BIO_CB_WRITE | BIO_CB_RETURN);
        if (result > 0 && processed && *processed) {
            capture_carried(c, s, from_client, (const uint8_t *)data, *processed);
        } else if (!from_client) {
            pthread_mutex_lock(&c->lock);
            capture_look_for_end(c, s);
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
        watch(bio, on_bio, c->tcp);
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
        capture_write_secrets(c);
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
static struct capture_stream tunnel_stream(struct capture *c)
{
    enum { CLIENT_PORT = 49152 };
    return (struct capture_stream){.capture = c,
                                   .interface = CAPTURE_TUNNEL,
                                   .fd = -1,
                                   .end = {{.address = {192, 0, 2, 1}, .port = CLIENT_PORT},
                                           {.address = {192, 0, 2, 2}, .port = c->view.request->profile.target.port}}};
}

struct capture *capture_begin(const struct capture_view *view)
{
    struct stat status;
    const struct connection_request *request = view->request;
    int fd = request->capture_fd;

    if (request->capture == CAPTURE_OFF || fd < 0)
        return NULL;
    // The trial before this one may have been killed.
    if (!capture_file_repair(fd) || fstat(fd, &status) != 0) {
        const char *name = strerrorname_np(errno);
        event_fact(view->sink, FACT_CAPTURE_INCOMPLETE, json_string(name ? name : "failed"));
        return NULL;
    }
    struct capture *c = calloc(1, sizeof *c);
    if (!c)
        return NULL;
    *c = (struct capture){.fd = fd,
                          .end = status.st_size,
                          .redact = request->capture == CAPTURE_REDACTED,
                          .view = *view,
                          .secrets_at = status.st_size};
    pthread_mutex_init(&c->lock, NULL);
    key_log = c;
    if (request->profile.levels.level[FACTOR_GATEWAY] != GATEWAY_OFF) {
        c->tunnel = &c->streams[c->count++];
        *c->tunnel = tunnel_stream(c);
    }
    CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_BIO, 0, c, on_new_bio, NULL, NULL);
    if (!c->redact) {
        capture_write_secrets(c);
        CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_CTX, 0, c, on_new_context, NULL, NULL);
    }
    return c;
}

void capture_connecting(struct capture *c, int fd, const struct sockaddr_storage *address)
{
    struct sockaddr_storage local = {.ss_family = address->ss_family};
    socklen_t size = sizeof local;

    if (!c || c->count == STREAMS_MAX || getsockname(fd, (struct sockaddr *)&local, &size) != 0)
        return;
    c->tcp = &c->streams[c->count++];
    *c->tcp = (struct capture_stream){
        .capture = c, .interface = CAPTURE_TCP, .fd = -1, .end = {end_of(&local), end_of(address)}};
    pthread_mutex_lock(&c->lock);
    capture_control(c, c->tcp, true, TCP_FLAG_SYN);
    pthread_mutex_unlock(&c->lock);
}

void capture_connected(struct capture *c, int fd)
{
    if (!c || !c->tcp)
        return;
    pthread_mutex_lock(&c->lock);
    capture_established(c, c->tcp);
    pthread_mutex_unlock(&c->lock);
    c->tcp->fd = fd;
    c->expected = true;
}

void capture_refused(struct capture *c)
{
    if (!c || !c->tcp)
        return;
    pthread_mutex_lock(&c->lock);
    capture_control(c, c->tcp, false, TCP_FLAG_RST | TCP_FLAG_ACK);
    pthread_mutex_unlock(&c->lock);
}

void capture_closing(struct capture *c)
{
    if (!c)
        return;
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < c->count; i++) {
        capture_look_for_end(c, &c->streams[i]);
        c->streams[i].fd = -1;
    }
    pthread_mutex_unlock(&c->lock);
}

void capture_closed(struct capture *c)
{
    if (!c)
        return;
    capture_closing(c);
    pthread_mutex_lock(&c->lock);
    for (size_t i = 0; i < c->count; i++) {
        struct capture_stream *s = &c->streams[i];
        if (s->open && s->interface == CAPTURE_TCP && s->peer_end != PEER_RST)
            capture_control(c, s, true, TCP_FLAG_FIN | TCP_FLAG_ACK);
        s->open = false;
    }
    pthread_mutex_unlock(&c->lock);
}
