// SPDX-License-Identifier: Apache-2.0
// What a worker is to do: one connection. It reaches the worker over a socket, secrets included, and nowhere else.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trial/phase.h"
#include "trial/profile.h"

// What a capture holds (connection/capture/capture.h).
enum capture_form {
    CAPTURE_OFF,
    CAPTURE_REDACTED, // decrypted PDUs without credentials, and of the segments what is no data
    CAPTURE_WHOLE     // all segments, and the TLS secrets that open them
};

struct connection_request {
    struct profile profile; // its levels are the trial's variant
    enum phase until;
    bool at_challenge; // until is PHASE_NLA: end at NTLM's CHALLENGE, send no AUTHENTICATE
    // file in config_path that does not exist yet, to save the desktop in, or ""; until is PHASE_GRAPHICS then
    const char *screenshot;
    const char *config_path; // absolute scratch directory; FreeRDP's ConfigPath
    bool looks_for_tls;      // where the target answers X.224 with its end or no X.224 (tls_first.h)
    bool requests_permit;    // before the password is sent (event_request_permit())
    bool one_gateway_logon;  // the gateway is sent no second password before a first one is proved
    enum capture_form capture;
    int capture_fd; // the file, where capture is not off; the worker gets a descriptor of its own
    void *memory;   // what the strings live in once decoded; NULL otherwise
};

// Sends a request as one line. False with errno set if the socket does not take it; EILSEQ if a text in it is no UTF-8.
bool request_send(const struct connection_request *request, int fd);

// Reads a request that request_send() wrote; request_clear() frees it. False if the peer went away or sent something
// else.
bool request_receive(struct connection_request *request, int fd);

// Frees a received request.
void request_clear(struct connection_request *request);
