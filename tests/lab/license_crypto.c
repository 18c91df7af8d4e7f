// SPDX-License-Identifier: Apache-2.0
#include "license_crypto.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stdlib.h>
#include <string.h>

bool license_derive_keys(const uint8_t premaster[LICENSE_PREMASTER_SIZE],
                         const uint8_t client_random[LICENSE_RANDOM_SIZE],
                         const uint8_t server_random[LICENSE_RANDOM_SIZE], struct license_keys *keys)
{
    uint8_t master[LEGACY_SECRET_SIZE];
    uint8_t blob[LEGACY_SECRET_SIZE]; // SessionKeyBlob

    // The order of the two randoms changes from the first to the second step.
    if (!legacy_salted_hashes('A', premaster, client_random, server_random, master) ||
        !legacy_salted_hashes('A', master, server_random, client_random, blob))
        return false;
    memcpy(keys->mac_salt, blob, LICENSE_KEY_SIZE);
    return legacy_final_hash(blob + LICENSE_KEY_SIZE, client_random, server_random, keys->encryption);
}

bool license_mac(const struct license_keys *keys, const uint8_t *data, size_t size, uint8_t mac[LICENSE_MAC_SIZE])
{
    return legacy_mac(keys->mac_salt, LICENSE_KEY_SIZE, data, size, NULL, mac);
}

void license_rc4(const struct license_keys *keys, const uint8_t *from, uint8_t *to, size_t size)
{
    struct rc4 rc4;

    rc4_begin(&rc4, keys->encryption, LICENSE_KEY_SIZE);
    rc4_apply(&rc4, from, to, size);
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
