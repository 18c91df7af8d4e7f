// SPDX-License-Identifier: Apache-2.0
#include "legacy_crypto.h"

#include <openssl/evp.h>
#include <string.h>

#define SHA1_SIZE 20

struct piece {
    const void *data;
    size_t size;
};

void rc4_begin(struct rc4 *rc4, const uint8_t *key, size_t size)
{
    uint8_t j = 0;

    for (unsigned n = 0; n < 256; n++)
        rc4->state[n] = (uint8_t)n;
    for (unsigned n = 0; n < 256; n++) {
        const uint8_t swapped = rc4->state[n];

        j = (uint8_t)(j + swapped + key[n % size]);
        rc4->state[n] = rc4->state[j];
        rc4->state[j] = swapped;
    }
    rc4->i = 0;
    rc4->j = 0;
}

void rc4_apply(struct rc4 *rc4, const uint8_t *from, uint8_t *to, size_t size)
{
    for (size_t n = 0; n < size; n++) {
        const uint8_t swapped = rc4->state[++rc4->i];

        rc4->j = (uint8_t)(rc4->j + swapped);
        rc4->state[rc4->i] = rc4->state[rc4->j];
        rc4->state[rc4->j] = swapped;
        to[n] = from[n] ^ rc4->state[(uint8_t)(rc4->state[rc4->i] + swapped)];
    }
}

static bool digest(const EVP_MD *algorithm, const struct piece *pieces, size_t count, uint8_t *output)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool ok = context && EVP_DigestInit_ex(context, algorithm, NULL) == 1;

    for (size_t i = 0; ok && i < count; i++)
        ok = EVP_DigestUpdate(context, pieces[i].data, pieces[i].size) == 1;
    ok = ok && EVP_DigestFinal_ex(context, output, NULL) == 1;
    EVP_MD_CTX_free(context);
    return ok;
}

bool legacy_final_hash(const uint8_t key[LEGACY_MD5_SIZE], const uint8_t first[LEGACY_RANDOM_SIZE],
                       const uint8_t second[LEGACY_RANDOM_SIZE], uint8_t output[LEGACY_MD5_SIZE])
{
    const struct piece pieces[] = {{key, LEGACY_MD5_SIZE}, {first, LEGACY_RANDOM_SIZE}, {second, LEGACY_RANDOM_SIZE}};

    return digest(EVP_md5(), pieces, 3, output);
}

bool legacy_salted_hashes(char letter, const uint8_t secret[LEGACY_SECRET_SIZE],
                          const uint8_t first[LEGACY_RANDOM_SIZE], const uint8_t second[LEGACY_RANDOM_SIZE],
                          uint8_t output[LEGACY_SECRET_SIZE])
{
    for (size_t i = 0; i < LEGACY_SECRET_SIZE / LEGACY_MD5_SIZE; i++) {
        char input[3];
        uint8_t sha1[SHA1_SIZE];
        const struct piece inner[] = {
            {input, i + 1}, {secret, LEGACY_SECRET_SIZE}, {first, LEGACY_RANDOM_SIZE}, {second, LEGACY_RANDOM_SIZE}};
        const struct piece outer[] = {{secret, LEGACY_SECRET_SIZE}, {sha1, sizeof(sha1)}};

        memset(input, letter + (int)i, sizeof(input));
        if (!digest(EVP_sha1(), inner, 4, sha1) || !digest(EVP_md5(), outer, 2, output + i * LEGACY_MD5_SIZE))
            return false;
    }
    return true;
}

static void put_u32(uint8_t bytes[4], size_t value)
{
    for (unsigned i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
}

bool legacy_mac(const uint8_t *key, size_t key_size, const uint8_t *data, size_t size, const uint32_t *count,
                uint8_t mac[LEGACY_MD5_SIZE])
{
    uint8_t length[4];
    uint8_t counted[4] = {0};
    uint8_t pad1[40];
    uint8_t pad2[48];
    uint8_t sha1[SHA1_SIZE];
    const struct piece inner[] = {
        {key, key_size}, {pad1, sizeof(pad1)}, {length, 4}, {data, size}, {counted, count ? 4 : 0}};
    const struct piece outer[] = {{key, key_size}, {pad2, sizeof(pad2)}, {sha1, sizeof(sha1)}};

    put_u32(length, size);
    if (count)
        put_u32(counted, *count);
    memset(pad1, 0x36, sizeof(pad1));
    memset(pad2, 0x5C, sizeof(pad2));
    return digest(EVP_sha1(), inner, 5, sha1) && digest(EVP_md5(), outer, 3, mac);
}
