// SPDX-License-Identifier: Apache-2.0
// SPNEGO (RFC 4178 4.2, MS-SPNG): which mechanism a security token speaks. A pure function over bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum mechanism {
    MECHANISM_UNKNOWN,
    MECHANISM_NTLM,     // 1.3.6.1.4.1.311.2.2.10 (MS-SPNG 1.9), or a bare NTLM message
    // 1.2.840.113554.1.2.2 (RFC 4121), or 1.2.840.48018.1.2.2 as Windows also writes it; user to user, as a terminal
    // server is asked first by Windows and FreeRDP: 1.2.840.113554.1.2.2.3
    MECHANISM_KERBEROS,
    MECHANISM_NEGOEX    // 1.3.6.1.4.1.311.2.2.30
};

struct spnego {
    enum mechanism mechanism; // of the inner token, else the one selected, else the first one offered
    bool selected;            // a NegTokenResp with supportedMech selected it
    const uint8_t *token;     // mechToken or responseToken, or the whole of a bare token; NULL: none. Points into data
    size_t token_size;
};

// Whether data is NegTokenInit or NegTokenResp with a known mechanism or a token, or a bare token of NTLM or Kerberos.
// Then *spnego is filled.
bool spnego_parse(const uint8_t *data, size_t size, struct spnego *spnego);

// "NTLM", "Kerberos", "NEGOEX"; NULL for MECHANISM_UNKNOWN. Static.
const char *mechanism_name(enum mechanism mechanism);
