// SPDX-License-Identifier: Apache-2.0
// Examples of PDUs for the tests of the decoders, and what every decoder must stand: truncation and damage. Each call
// gets its bytes in an allocation of exactly their size, so that AddressSanitizer sees the first byte read beyond.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PDU_EXAMPLE_MAX = 1024 };

struct pdu_example {
    size_t size;
    uint8_t data[PDU_EXAMPLE_MAX];
};

// The bytes of a text such as "03 00 00 0b"; spaces are free. Fails the test where the text is no such thing.
struct pdu_example pdu_example(const char *hex);

// Calls the decoder under test; returns what the decoder returns and touches all that the decoder points to.
typedef bool decoder(const uint8_t *data, size_t size);

// Decodes every prefix of the example: those shorter than least bytes must be refused, the others and the whole
// accepted.
void check_prefixes(decoder *decode, const char *hex, size_t least);

// Sets the outermost length to what is there, so that damage gets beyond the first check.
typedef void repairer(struct pdu_example *bytes);

// Decodes 100,000 seeded random mutations of the examples, every other one repaired (repair may be NULL). What comes
// out does not matter, only that the test survives.
void check_mutations(decoder *decode, const char *const *examples, size_t count, repairer *repair, uint64_t seed);

// The length of a TPKT (RFC 1006 6), two bytes from the third on.
void repair_tpkt(struct pdu_example *bytes);

// The length of a TLS handshake message (RFC 8446 4), three bytes from the second on.
void repair_handshake(struct pdu_example *bytes);

// Reads every byte of a part that a decoder handed out, so that a part reaching beyond its allocation is noticed.
void touch(const uint8_t *data, size_t size);
