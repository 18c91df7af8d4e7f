// SPDX-License-Identifier: Apache-2.0
// The whole: listeners, channels, tunnels, and the one loop that serves them.
#pragma once

#include "ntlm.h"
#include "options.h"

#include <openssl/ssl.h>
#include <stdbool.h>
#include <stdint.h>

struct channel;
struct tunnel;

struct gateway {
    const struct options *options;
    struct ntlm_account account; // for NTLM; all NULL lets everybody in
    SSL_CTX *tls;
    struct channel *channels;
    struct tunnel *tunnels;
    unsigned tunnel_count; // tunnels that have a number
    uint64_t id_count;     // tunnels ever made, numbered or not
    unsigned refusals;     // requests refused by --http-status and --second-status
    int listeners[OPTIONS_MAX_BIND];
    unsigned listener_count;
    int lookups[2]; // pipe of finished name resolutions
    bool over;      // the reader of the records is gone
};

// Opens the listeners on one and the same port. False with one sentence on standard error.
bool gateway_listen(struct gateway *gateway);

// The port they listen on.
uint16_t gateway_port(const struct gateway *gateway);

// Serves until `signals` (a signalfd) is readable or the reader of `records` is gone, then ends every tunnel.
void gateway_run(struct gateway *gateway, int signals, int records);
