// SPDX-License-Identifier: Apache-2.0
// What TLS shows: versions, ciphers, alerts; through OpenSSL's own hooks, because FreeRDP keeps its SSL private.
#pragma once

#include "connection/session.h"

// Arranges that every TLS connection this process makes from now on is seen. Call once in a worker.
void tls_watch(struct session *session);

// FreeRDP's TLSConnect callback: the handshake with the target.
BOOL tls_connect(rdpTransport *transport);
