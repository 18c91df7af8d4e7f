// SPDX-License-Identifier: Apache-2.0
#include "license_crypto.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

#define MD5_SIZE  16
#define SHA1_SIZE 20

struct piece {
    const void *data;
    size_t size;
};

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

// SaltedHash(S, I, R1, R2) = MD5(S + SHA1(I + S + R1 + R2)), for I = 'A', 'BB' and 'CCC': 48 bytes.
static bool salted_hashes(const uint8_t salt[LICENSE_PREMASTER_SIZE], const uint8_t *first, const uint8_t *second,
                          uint8_t output[3 * MD5_SIZE])
{
    static const char *const inputs[] = {"A", "BB", "CCC"};

    for (size_t i = 0; i < 3; i++) {
        uint8_t sha1[SHA1_SIZE];
        const struct piece inner[] = {{inputs[i], i + 1},
                                      {salt, LICENSE_PREMASTER_SIZE},
                                      {first, LICENSE_RANDOM_SIZE},
                                      {second, LICENSE_RANDOM_SIZE}};
        const struct piece outer[] = {{salt, LICENSE_PREMASTER_SIZE}, {sha1, sizeof(sha1)}};

        if (!digest(EVP_sha1(), inner, 4, sha1) || !digest(EVP_md5(), outer, 2, output + i * MD5_SIZE))
            return false;
    }
    return true;
}

bool license_derive_keys(const uint8_t premaster[LICENSE_PREMASTER_SIZE],
                         const uint8_t client_random[LICENSE_RANDOM_SIZE],
                         const uint8_t server_random[LICENSE_RANDOM_SIZE], struct license_keys *keys)
{
    uint8_t master[3 * MD5_SIZE];
    uint8_t blob[3 * MD5_SIZE]; // SessionKeyBlob
    const struct piece pieces[] = {{blob + LICENSE_KEY_SIZE, LICENSE_KEY_SIZE},
                                   {client_random, LICENSE_RANDOM_SIZE},
                                   {server_random, LICENSE_RANDOM_SIZE}};

    // The order of the two randoms changes from the first to the second step.
    if (!salted_hashes(premaster, client_random, server_random, master) ||
        !salted_hashes(master, server_random, client_random, blob))
        return false;
    memcpy(keys->mac_salt, blob, LICENSE_KEY_SIZE);
    return digest(EVP_md5(), pieces, 3, keys->encryption);
}

bool license_mac(const struct license_keys *keys, const uint8_t *data, size_t size, uint8_t mac[LICENSE_MAC_SIZE])
{
    const uint8_t length[4] = {(uint8_t)size, (uint8_t)(size >> 8), (uint8_t)(size >> 16), (uint8_t)(size >> 24)};
    uint8_t pad1[40];
    uint8_t pad2[48];
    uint8_t sha1[SHA1_SIZE];
    const struct piece inner[] = {{keys->mac_salt, LICENSE_KEY_SIZE}, {pad1, sizeof(pad1)}, {length, 4}, {data, size}};
    const struct piece outer[] = {{keys->mac_salt, LICENSE_KEY_SIZE}, {pad2, sizeof(pad2)}, {sha1, sizeof(sha1)}};

    memset(pad1, 0x36, sizeof(pad1));
    memset(pad2, 0x5C, sizeof(pad2));
    return digest(EVP_sha1(), inner, 4, sha1) && digest(EVP_md5(), outer, 3, mac);
}

// RC4 is written out because OpenSSL 3 has it only in its legacy provider, which need not be installed.
void license_rc4(const struct license_keys *keys, const uint8_t *from, uint8_t *to, size_t size)
{
    uint8_t state[256];
    uint8_t i = 0;
    uint8_t j = 0;

    for (unsigned n = 0; n < 256; n++)
        state[n] = (uint8_t)n;
    for (unsigned n = 0; n < 256; n++) {
        const uint8_t swapped = state[n];

        j = (uint8_t)(j + swapped + keys->encryption[n % LICENSE_KEY_SIZE]);
        state[n] = state[j];
        state[j] = swapped;
    }
    j = 0;
    for (size_t n = 0; n < size; n++) {
        const uint8_t swapped = state[++i];

        j = (uint8_t)(j + swapped);
        state[i] = state[j];
        state[j] = swapped;
        to[n] = from[n] ^ state[(uint8_t)(state[i] + swapped)];
    }
}

static void reverse(const uint8_t *from, uint8_t *to, size_t size)
{
    for (size_t i = 0; i < size; i++)
        to[i] = from[size - 1 - i];
}

bool license_decrypt_premaster(EVP_PKEY *key, const uint8_t *encrypted, size_t size,
                               uint8_t premaster[LICENSE_PREMASTER_SIZE])
{
    const int key_size = EVP_PKEY_get_size(key);
    const size_t modulus = key_size > 0 ? (size_t)key_size : 0;
    uint8_t *number = NULL;
    uint8_t *plain = NULL;
    size_t plain_size = modulus;
    EVP_PKEY_CTX *context = NULL;
    bool ok = false;

    if (modulus < LICENSE_PREMASTER_SIZE || size > modulus + 8)
        return false;
    for (size_t i = modulus; i < size; i++) {
        if (encrypted[i])
            return false;
    }
    if (size > modulus)
        size = modulus;
    number = calloc(1, modulus);
    plain = calloc(1, modulus);
    context = EVP_PKEY_CTX_new(key, NULL);
    if (number && plain && context) {
        reverse(encrypted, number + (modulus - size), size);
        ok = EVP_PKEY_decrypt_init(context) == 1 && EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) == 1 &&
             EVP_PKEY_decrypt(context, plain, &plain_size, number, modulus) == 1 && plain_size == modulus;
        if (ok)
            reverse(plain + (modulus - LICENSE_PREMASTER_SIZE), premaster, LICENSE_PREMASTER_SIZE);
    }
    ERR_clear_error();
    EVP_PKEY_CTX_free(context);
    free(plain);
    free(number);
    return ok;
}
