// SPDX-License-Identifier: Apache-2.0
// What TLS shows: versions, ciphers, alerts, who ended it; through OpenSSL's own hooks, because FreeRDP keeps its SSL
// private.
#pragma once

#include "connection/connection.h"

// Arranges that every TLS connection this process makes from now on is seen. Call once in a worker.
void tls_watch(struct connection *connection);

// FreeRDP's TLSConnect callback: the handshake with the target.
BOOL tls_connect(rdpTransport *transport);

// Reports what the handshake with the target, or with the gateway, agreed on.
void tls_report(struct connection *connection, bool gateway);

// The trial has failed: reports who ended the target's TLS, or the gateway's, if that has not shown before. The peer's
// end must be in the trace.
void tls_report_end(struct connection *connection);
