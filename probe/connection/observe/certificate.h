// SPDX-License-Identifier: Apache-2.0
// The server's certificate: facts, and the verdict of --cert-policy.
#pragma once

#include "connection/connection.h"

// Loads the system's trust store once, for all workers that are forked from this process.
void certificate_warm_up(void);

// FreeRDP's VerifyX509Certificate callback; data is PEM, the leaf first. Returns 2 (accept for this session, store
// nothing) or 0 (refuse).
int certificate_verify(freerdp *instance, const BYTE *data, size_t length, const char *hostname, UINT16 port,
                       DWORD flags);
