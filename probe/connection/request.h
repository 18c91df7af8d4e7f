// SPDX-License-Identifier: Apache-2.0
// What a worker is to do: one connection. It reaches the worker over a socket, secrets included, and nowhere else.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trial/factor.h"
#include "trial/phase.h"
#include "trial/target.h"

// What a capture holds (connection/capture.h).
enum capture_form {
    CAPTURE_OFF,
    CAPTURE_REDACTED, // decrypted PDUs without credentials, and of the segments what is no data
    CAPTURE_WHOLE     // all segments, and the TLS secrets that open them
};

struct connection_request {
    struct variant variant;
    enum phase until;
    bool at_challenge; // until is PHASE_NLA: end at NTLM's CHALLENGE, send no AUTHENTICATE
    struct target target;
    struct target gateway; // used where the variant's gateway level is not off
    const char *user, *domain, *password;
    const char *gateway_user, *gateway_domain, *gateway_password;
    const char *alias;             // the target's other name, for address=alias, or ""
    const char *gateway_token;     // PAA token, or ""
    const char *gateway_bearer;    // bearer token, or ""
    const char *client_name;       // for client-name=given, or ""
    const char *load_balance_info; // routing token for load-balance=token, or ""
    uint32_t redirected_session;   // to ask for in the cluster data (MS-RDPBCGR 2.2.1.3.5); 0: none
    const char *screenshot;        // file to save the desktop in, or ""; until is PHASE_GRAPHICS then
    const char *config_path;       // absolute scratch directory; FreeRDP's ConfigPath
    bool require_certificate;      // end the trial where the certificate is not trusted or has another name
    bool requests_permit;          // before the password is sent (event_request_permit())
    bool autologon;                // send the password in Client Info under tls and rdp security
    unsigned settle_ms;            // how long `active` must last
    unsigned deadline_ms;          // enforced by the parent; the worker only sets FreeRDP's own time-outs beyond it
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
