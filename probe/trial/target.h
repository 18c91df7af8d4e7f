// SPDX-License-Identifier: Apache-2.0
// What is connected to: a host and a port.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HOST_MAX = 256 };

struct target {
    char host[HOST_MAX]; // name or address literal, without brackets
    uint16_t port;
    bool literal; // the host is an IPv4 or IPv6 address
};

// Reads HOST[:PORT], V4[:PORT], V6 or [V6][:PORT]; port is used where none is given. Returns false with a static clause
// in *error ("has the port …").
bool target_parse(const char *text, uint16_t port, struct target *target, const char **error);

// The part of a text, which target_parse() refused, that may be repeated: what other programs take for a password, as
// in USER:PASSWORD@HOST and USER%PASSWORD, is left out ("…"). Always terminated; returns shown.
char *target_shown(const char *text, char *shown, size_t size);

// Writes "host:port" or "[v6]:port". Always terminated; returns text.
char *target_text(const struct target *target, char *text, size_t size);
