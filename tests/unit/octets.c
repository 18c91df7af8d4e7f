// SPDX-License-Identifier: Apache-2.0
#include "octets.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

enum { MUTATIONS = 100000, DAMAGE_MAX = 8 };

struct octets octets_of(const char *hex)
{
    struct octets octets = {0};
    while (*hex) {
        char pair[3] = {0}, *end;
        if (*hex == ' ') {
            hex++;
            continue;
        }
        memcpy(pair, hex, 2);
        assert_true(octets.size < OCTETS_MAX);
        octets.data[octets.size++] = (uint8_t)strtoul(pair, &end, 16);
        assert_true(end == pair + 2);
        hex += 2;
    }
    return octets;
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
    struct octets example = octets_of(hex);
    for (size_t size = 0; size <= example.size; size++) {
        bool accepted = decode_exactly(decode, example.data, size);
        if (accepted != (size >= least))
            fail_msg("%zu of the octets %.60s... are %s", size, hex, accepted ? "accepted" : "refused");
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

static void damage(struct octets *octets, uint64_t *random)
{
    // Values at which lengths and signs turn over.
    static const uint8_t edges[] = {0x00, 0x01, 0x02, 0x7F, 0x80, 0x81, 0x82, 0x84, 0xFE, 0xFF};
    size_t at;

    switch (octets->size ? below(random, 6) : 5) {
    case 0: // a bit flips
        octets->data[below(random, octets->size)] ^= (uint8_t)(1u << below(random, 8));
        break;
    case 1: // an octet becomes another
        octets->data[below(random, octets->size)] = (uint8_t)next(random);
        break;
    case 2: // or one of the edges
        octets->data[below(random, octets->size)] = edges[below(random, sizeof edges)];
        break;
    case 3: // the end is missing
        octets->size = below(random, octets->size + 1);
        break;
    case 4: // an octet is missing
        at = below(random, octets->size);
        memmove(octets->data + at, octets->data + at + 1, octets->size - at - 1);
        octets->size--;
        break;
    default: // there is one too many
        if (octets->size == OCTETS_MAX)
            break;
        at = below(random, octets->size + 1);
        memmove(octets->data + at + 1, octets->data + at, octets->size - at);
        octets->data[at] = (uint8_t)next(random);
        octets->size++;
        break;
    }
}

void repair_tpkt(struct octets *octets)
{
    if (octets->size < 4)
        return;
    octets->data[2] = (uint8_t)(octets->size >> 8);
    octets->data[3] = (uint8_t)octets->size;
}

void check_mutations(decoder *decode, const char *const *examples, size_t count, repairer *repair, uint64_t seed)
{
    for (unsigned i = 0; i < MUTATIONS; i++) {
        struct octets octets = octets_of(examples[i % count]);
        for (size_t times = 1 + below(&seed, DAMAGE_MAX); times; times--)
            damage(&octets, &seed);
        if (repair && next(&seed) % 2)
            repair(&octets);
        decode_exactly(decode, octets.data, octets.size);
    }
}
