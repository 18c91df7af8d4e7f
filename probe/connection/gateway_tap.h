// SPDX-License-Identifier: Apache-2.0
// Sees what goes through the TLS connections to an RD Gateway, which FreeRDP makes beyond its transport's callbacks: at
// the BIO that it reads and writes, through OpenSSL's hook for new ones. Also keeps it from spinning there.
#pragma once

#include "connection/connection.h"

// Arranges it where the trial has a gateway. Call before FreeRDP connects, once in a worker.
void gateway_watch(struct connection *connection);
