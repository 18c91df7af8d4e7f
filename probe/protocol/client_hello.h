// SPDX-License-Identifier: Apache-2.0
// TLS ClientHello (RFC 8446 4.1.2, RFC 5246 7.4.1.2): by what a middlebox tells clients apart. A pure function over
// bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CLIENT_HELLO_TEXT_MAX = 1024 }; // room for any ClientHello that a TLS library makes

// Writes what JA3 takes of a ClientHello: version, cipher suites, extensions, groups, formats of points, as decimal
// numbers in the order sent, "771,4866-4865,0-11-10,29-23-24,0"; without the values that only grease (RFC 8701). Its
// MD5 is the JA3 that such boxes log. False, and text "", where data is not one whole handshake message (its header of
// four bytes included) of that type, or text has not the room.
bool client_hello_text(const uint8_t *data, size_t size, char *text, size_t room);
