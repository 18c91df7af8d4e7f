// SPDX-License-Identifier: Apache-2.0
// Whether a target begins with TLS, where RDP begins with X.224: then it is not RDP, or RDP behind a TLS wrapper. One
// more connection tells, which begins with a ClientHello.
#pragma once

#include <stdbool.h>

// Whether what came first on a connection that began with a ClientHello is TLS: a record with ServerHello or an alert
// (RFC 8446 5.1).
bool tls_first_answers(const unsigned char *data, unsigned long size);

// Sends a ClientHello, with SNI unless name is NULL, on a connected socket and waits up to ms for what comes. Whether
// that is TLS. The socket stays the caller's; nothing else is sent.
bool tls_first_ask(int fd, const char *name, int ms);
