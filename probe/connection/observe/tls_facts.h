// SPDX-License-Identifier: Apache-2.0
// What TLS shows: versions, ciphers, alerts, who ended it; through OpenSSL's own hooks, because FreeRDP keeps its SSL
// private.
#pragma once

#include <openssl/ssl.h>
#include <stdbool.h>

#include "connection/progress.h"

// Starts with progress, fd and variant; all else zero.
struct tls_watch {
    struct progress *progress;
    const int *fd;                 // of the latest TCP connection
    const struct variant *variant; // what its factors change in the target's ClientHello
    SSL *ssl;                      // of the target's TLS
    SSL *gateway_ssl;              // of the gateway's, the later one where there are two
    bool ended[2];                 // who ended the target's ([0]) or the gateway's ([1]) is reported
};

// Arranges that every TLS connection this process makes from now on is seen. Call once in a worker.
void tls_begin_watch(struct tls_watch *watch);

// Reports what the handshake with the target, or with the gateway, agreed on.
void tls_report(const struct tls_watch *watch, bool gateway);

// The handshake with the target has failed: notes that, and what this machine could offer, in the trace.
void tls_note_failure(struct tls_watch *watch);

// The trial has failed: reports who ended the target's TLS, or the gateway's, if that has not shown before. The peer's
// end must be in the trace.
void tls_report_end(struct tls_watch *watch);
