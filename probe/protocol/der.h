// SPDX-License-Identifier: Apache-2.0
// Reading DER (X.690): one element after the other, from the front. Pure functions over bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Identifier bytes, X.690 8.1.2; of context-specific tags the constructed [0].
enum {
    DER_INTEGER = 0x02,
    DER_OCTET_STRING = 0x04,
    DER_OBJECT_IDENTIFIER = 0x06,
    DER_ENUMERATED = 0x0A,
    DER_SEQUENCE = 0x30,
    DER_APPLICATION = 0x60,
    DER_CONTEXT = 0xA0
};

// What is left to read.
struct der {
    const uint8_t *at;
    const uint8_t *end;
};

// Takes one element off the front of *in: its identifier byte and its contents, which point into the input. False at
// the end, or where the length does not fit or is indefinite (X.690 8.1.3).
bool der_take(struct der *in, uint8_t *tag, struct der *value);

// The same, and the identifier byte must be the wanted one.
bool der_take_tag(struct der *in, uint8_t wanted, struct der *value);

// Bytes of contents.
static inline size_t der_size(struct der value)
{
    return (size_t)(value.end - value.at);
}
