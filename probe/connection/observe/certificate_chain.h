// SPDX-License-Identifier: Apache-2.0
// What certificates say, as JSON. Everything in them is the server's word: texts are cut and lists are capped.
#pragma once

#include <jansson.h>
#include <openssl/x509.h>

// Subject or issuer in the form of RFC 2253, plain UTF-8. A new JSON string.
json_t *certificate_name(const X509_NAME *name);

// ISO 8601, UTC; NULL if it is no time.
json_t *certificate_time(const ASN1_TIME *when);

// SHA-256 of the whole certificate, as `openssl x509 -fingerprint -sha256` writes it. A new JSON string.
json_t *certificate_fingerprint(X509 *certificate);

// One object for each certificate, in their order, without those that are repeated: subject, issuer, names (DNS:… and
// IP:…), not_before, not_after, key_type, key_bits, signature, eku, ca, self_signed, sha256. Where the whole would
// become too long the rest is left out and the last object has "more": how many. A new JSON array.
json_t *certificate_chain(STACK_OF(X509) * chain);
