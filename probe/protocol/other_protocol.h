// SPDX-License-Identifier: Apache-2.0
// Which other service answered where an X.224 Connection Confirm was due, by the first bytes of what it sent. A pure
// function over bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct other_protocol {
    const char *outcome; // name of the outcome: "ANSWER_IS_SSH"
    const char *name;    // "SSH"
};

// Whether it is TLS, or not known.
bool other_protocol_may_be_tls(const struct other_protocol *protocol);

// The service; NULL where the bytes are of none that is known here. Static.
const struct other_protocol *other_protocol(const uint8_t *data, size_t size);
