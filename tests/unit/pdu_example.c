// SPDX-License-Identifier: Apache-2.0
#include "pdu_example.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

enum { MUTATIONS = 100000, DAMAGE_MAX = 8 };

struct pdu_example pdu_example(const char *hex)
{
    struct pdu_example bytes = {0};
    while (*hex) {
        char pair[3] = {0}, *end;
        if (*hex == ' ') {
            hex++;
            continue;
        }
        memcpy(pair, hex, 2);
        assert_true(bytes.size < PDU_EXAMPLE_MAX);
        bytes.data[bytes.size++] = (uint8_t)strtoul(pair, &end, 16);
        assert_true(end == pair + 2);
        hex += 2;
    }
    return bytes;
}

void touch(const uint8_t *data, size_t size)
{
    static volatile uint8_t sum;
    for (size_t i = 0; i < size; i++)
        sum = (uint8_t)(sum + data[i]);
}

static bool decode_exactly(decoder *decode, const uint8_t *data, size_t size)
{
    uint8_t *copy = malloc(size);
    if (size) {
        assert_non_null(copy);
        memcpy(copy, data, size);
    }
    bool accepted = decode(copy, size);
    free(copy);
    return accepted;
}

void check_prefixes(decoder *decode, const char *hex, size_t least)
{
    struct pdu_example example = pdu_example(hex);
    for (size_t size = 0; size <= example.size; size++) {
        bool accepted = decode_exactly(decode, example.data, size);
        if (accepted != (size >= least))
            fail_msg("%zu of the bytes %.60s... are %s", size, hex, accepted ? "accepted" : "refused");
    }
}

// xorshift64 (Marsaglia 2003): the same mutations on every machine.
static uint64_t next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static size_t below(uint64_t *state, size_t limit)
{
    return (size_t)(next(state) % limit);
}

static void damage(struct pdu_example *bytes, uint64_t *random)
{
    // Values at which lengths and signs turn over.
    static const uint8_t edges[] = {0x00, 0x01, 0x02, 0x7F, 0x80, 0x81, 0x82, 0x84, 0xFE, 0xFF};
    size_t at;

    switch (bytes->size ? below(random, 6) : 5) {
    case 0: // a bit flips
        bytes->data[below(random, bytes->size)] ^= (uint8_t)(1u << below(random, 8));
        break;
    case 1: // a byte becomes another
        bytes->data[below(random, bytes->size)] = (uint8_t)next(random);
        break;
    case 2: // or one of the edges
        bytes->data[below(random, bytes->size)] = edges[below(random, sizeof edges)];
        break;
    case 3: // the end is missing
        bytes->size = below(random, bytes->size + 1);
        break;
    case 4: // a byte is missing
        at = below(random, bytes->size);
        memmove(bytes->data + at, bytes->data + at + 1, bytes->size - at - 1);
        bytes->size--;
        break;
    default: // there is one too many
        if (bytes->size == PDU_EXAMPLE_MAX)
            break;
        at = below(random, bytes->size + 1);
        memmove(bytes->data + at + 1, bytes->data + at, bytes->size - at);
        bytes->data[at] = (uint8_t)next(random);
        bytes->size++;
        break;
    }
}

void repair_tpkt(struct pdu_example *bytes)
{
    if (bytes->size < 4)
        return;
    bytes->data[2] = (uint8_t)(bytes->size >> 8);
    bytes->data[3] = (uint8_t)bytes->size;
}

void repair_handshake(struct pdu_example *bytes)
{
    if (bytes->size < 4)
        return;
    bytes->data[1] = 0;
    bytes->data[2] = (uint8_t)((bytes->size - 4) >> 8);
    bytes->data[3] = (uint8_t)(bytes->size - 4);
}

void check_mutations(decoder *decode, const char *const *examples, size_t count, repairer *repair, uint64_t seed)
{
    for (unsigned i = 0; i < MUTATIONS; i++) {
        struct pdu_example bytes = pdu_example(examples[i % count]);
        for (size_t times = 1 + below(&seed, DAMAGE_MAX); times; times--)
            damage(&bytes, &seed);
        if (repair && next(&seed) % 2)
            repair(&bytes);
        decode_exactly(decode, bytes.data, bytes.size);
    }
}
