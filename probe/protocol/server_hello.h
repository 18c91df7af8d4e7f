// SPDX-License-Identifier: Apache-2.0
// TLS ServerHello (RFC 8446 4.1.3, RFC 5246 7.4.1.3): which version a server chose, read where the TLS library did not
// go on with it. A pure function over bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct server_hello {
    uint16_t version; // 0x0301 TLS 1.0 … 0x0304 TLS 1.3; the supported_versions extension counts, if there is one
    uint16_t cipher;
};

// Whether data is one whole handshake message (its header of four bytes included) of type ServerHello; then *hello is
// filled.
bool server_hello_parse(const uint8_t *data, size_t size, struct server_hello *hello);
