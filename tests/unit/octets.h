// SPDX-License-Identifier: Apache-2.0
// Examples of PDUs for the tests of the decoders, and what every decoder must stand: truncation and damage. Each call
// gets its octets in an allocation of exactly their size, so that AddressSanitizer sees the first octet read beyond.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { OCTETS_MAX = 1024 };

struct octets {
    size_t size;
    uint8_t data[OCTETS_MAX];
};

// The octets of a text such as "03 00 00 0b"; spaces are free. Fails the test where the text is no such thing.
struct octets octets_of(const char *hex);

// Calls the decoder under test; returns what the decoder returns and touches all that the decoder points to.
typedef bool decoder(const uint8_t *data, size_t size);

// Decodes every prefix of the example: those shorter than least octets must be refused, the others and the whole
// accepted.
void check_prefixes(decoder *decode, const char *hex, size_t least);

// Sets the outermost length to what is there, so that damage gets beyond the first check.
typedef void repairer(struct octets *octets);

// Decodes 100,000 seeded random mutations of the examples, every other one repaired (repair may be NULL). What comes
// out does not matter, only that the test survives.
void check_mutations(decoder *decode, const char *const *examples, size_t count, repairer *repair, uint64_t seed);

// The length of a TPKT (RFC 1006 6), two octets from the third on.
void repair_tpkt(struct octets *octets);

// Reads every octet of a part that a decoder handed out, so that a part reaching beyond its allocation is noticed.
void touch(const uint8_t *data, size_t size);
