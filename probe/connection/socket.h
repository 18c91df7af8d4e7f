// SPDX-License-Identifier: Apache-2.0
// Name resolution and TCP, the probe's own: every address, real errors, and never a second connection behind its back.
#pragma once

#include "connection/connection.h"

// Resolves what the variant wants to connect to, and decides the name that is presented. Reports facts; on failure the
// trial ends here.
void socket_resolve(struct connection *connection);

// FreeRDP's TCPConnect callback: connects to the resolved addresses in turn. -1 for a connection beyond the variant's
// budget (one, or two through a gateway's HTTP transport).
int socket_connect(rdpContext *context, rdpSettings *settings, const char *hostname, int port, DWORD timeout);

// How the peer left the connection, as the kernel knows it.
enum peer_end socket_peer_end(int fd);
