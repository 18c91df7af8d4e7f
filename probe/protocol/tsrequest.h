// SPDX-License-Identifier: Apache-2.0
// CredSSP's TSRequest (MS-CSSP 2.2.1): the elements a probe looks at. A pure function over bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tsrequest {
    uint32_t version;
    bool has_error;
    uint32_t error;       // errorCode [4]: NTSTATUS
    const uint8_t *token; // first negoToken, pointing into the data; NULL if there is none
    size_t token_size;
    bool has_auth_info;    // authInfo [2]: the encrypted credentials
    bool has_pub_key_auth; // pubKeyAuth [3]
};

// Whether the bytes are one DER-encoded TSRequest; then *request is filled. Unknown elements are skipped; anything
// truncated gives false.
bool tsrequest_parse(const uint8_t *data, size_t size, struct tsrequest *request);

// NTLM message type (MS-NLMP 2.2.1: 1 NEGOTIATE, 2 CHALLENGE, 3 AUTHENTICATE) of a security token, raw or inside
// SPNEGO; 0 if the token holds none.
uint32_t ntlm_message_type(const uint8_t *token, size_t size);
