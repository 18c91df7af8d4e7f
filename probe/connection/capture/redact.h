// SPDX-License-Identifier: Apache-2.0
// Takes out of a decrypted PDU what is a credential or could be turned into one, or is somebody's data, so that the
// rest may be shown: what is not known to be harmless goes. A pure function over bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct redaction {
    size_t kept;      // bytes at the front that may be shown; those behind are left out
    const char *what; // what was overwritten with zeros or left out, for people; NULL: nothing
};

// Edits one whole PDU in place: an X.224 or MCS PDU from its TPKT on, a fast-path PDU, or CredSSP's TSRequest. Lengths
// stay as they are, but for the responses' in NTLM's AUTHENTICATE, which becomes one without any. security_header: size
// of the header that Standard RDP Security puts before every payload, 4, or 12 with a MAC; 0 under TLS, where some
// payloads have one of 4.
struct redaction redact_pdu(uint8_t *pdu, size_t size, bool from_client, size_t security_header);

// The same for an HTTP head (request or status line and fields, up to and with its empty line): the values of fields
// that are not known to be harmless are overwritten with 'x'.
struct redaction redact_http(char *head, size_t size);
