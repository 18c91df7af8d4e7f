// SPDX-License-Identifier: Apache-2.0
#include "connection/tls_first.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection/event.h"

enum { RECORD_ALERT = 21, RECORD_HANDSHAKE = 22, MAJOR_VERSION = 3, SERVER_HELLO = 2, HEADER = 5 }; // RFC 8446 5.1, 4

bool tls_first_answers(const unsigned char *data, unsigned long size)
{
    if (size <= HEADER || data[1] != MAJOR_VERSION)
        return false;
    return data[0] == RECORD_ALERT || (data[0] == RECORD_HANDSHAKE && data[HEADER] == SERVER_HELLO);
}

// The ClientHello that OpenSSL would send. False where it has none.
static bool send_hello(int fd, SSL *ssl, const char *name)
{
    BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
    char *data = NULL;

    if (!in || !out) {
        BIO_free(in);
        BIO_free(out);
        return false;
    }
    SSL_set_bio(ssl, in, out); // they are the SSL's now
    if (name)
        SSL_set_tlsext_host_name(ssl, name);
    SSL_connect(ssl); // stops where the answer is due
    long size = BIO_get_mem_data(out, &data);
    return size > 0 && send(fd, data, (size_t)size, MSG_NOSIGNAL) == size;
}

static bool answered(int fd, int ms)
{
    unsigned char head[HEADER + 1];
    unsigned long size = 0;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    const double end = event_clock() + ms;

    for (double left = ms; size < sizeof head && left > 0; left = end - event_clock()) {
        if (TEMP_FAILURE_RETRY(poll(&wait, 1, (int)left + 1)) <= 0)
            break;
        ssize_t n = TEMP_FAILURE_RETRY(recv(fd, head + size, sizeof head - size, MSG_DONTWAIT));
        if (n <= 0)
            break;
        size += (unsigned long)n;
    }
    return tls_first_answers(head, size);
}

bool tls_first_ask(int fd, const char *name, int ms)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *ssl = context ? SSL_new(context) : NULL;
    // As in a trial, only the version is what may not fit.
    if (ssl)
        SSL_set_security_level(ssl, 0);
    bool yes = ssl && send_hello(fd, ssl, name) && answered(fd, ms);
    SSL_free(ssl);
    SSL_CTX_free(context);
    return yes;
}
