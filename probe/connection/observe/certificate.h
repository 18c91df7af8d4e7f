// SPDX-License-Identifier: Apache-2.0
// The server's certificate: facts, and the verdict of --cert-policy.
#pragma once

#include <stdbool.h>

#include "connection/observe/tls_facts.h"

// Loads the system's trust store once, for all workers that are forked from this process.
void certificate_warm_up(void);

// For FreeRDP's VerifyX509Certificate callback: reports the certificate of the TLS that the present phase is in, which
// is to have this name. Returns whether to go on: false only where that is required, and it is not trusted or has
// another name, which is then in the trace. True where there is none to be seen.
bool certificate_accepted(const struct tls_watch *watch, const char *name, bool required);
