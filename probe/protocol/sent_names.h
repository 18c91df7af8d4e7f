// SPDX-License-Identifier: Apache-2.0
// The account's names as a client sends them: in an NTLM AUTHENTICATE (MS-NLMP 2.2.1.3) and in Client Info (MS-RDPBCGR
// 2.2.1.11.1.1). Pure functions over bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SENT_NAME_MAX = 1024 };

// As UTF-8; longer names are cut.
struct sent_names {
    char user[SENT_NAME_MAX];
    char domain[SENT_NAME_MAX]; // "" for none
};

// From a security token that holds an AUTHENTICATE, raw or inside SPNEGO. False where it holds none, or is malformed.
bool sent_names_ntlm(const uint8_t *token, size_t size, struct sent_names *names);

// From Client Info behind its security header, decrypted. False where it is malformed.
bool sent_names_info(const uint8_t *info, size_t size, struct sent_names *names);
