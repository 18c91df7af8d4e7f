// SPDX-License-Identifier: Apache-2.0
#include "standard_security.h"

#include <openssl/crypto.h>
#include <string.h>

#define COUNT_MAX 4096

// [MS-RDPBCGR] 5.3.5.1: keys of 40 and 56 bits are keys of 64 bits with known first bytes.
static void weaken(uint32_t method, uint8_t *key)
{
    static const uint8_t salt[3] = {0xD1, 0x26, 0x9E};

    if (method == STANDARD_SECURITY_40BIT)
        memcpy(key, salt, 3);
    else if (method == STANDARD_SECURITY_56BIT)
        memcpy(key, salt, 1);
}

bool client_stream_begin(struct client_stream *stream, uint32_t method, const uint8_t client_random[LEGACY_RANDOM_SIZE],
                         const uint8_t server_random[LEGACY_RANDOM_SIZE])
{
    uint8_t premaster[LEGACY_SECRET_SIZE];
    uint8_t master[LEGACY_SECRET_SIZE];
    uint8_t blob[LEGACY_SECRET_SIZE]; // SessionKeyBlob: for the MAC key, the server's and the client's key
    uint8_t key[LEGACY_MD5_SIZE];

    if (method != STANDARD_SECURITY_40BIT && method != STANDARD_SECURITY_56BIT && method != STANDARD_SECURITY_128BIT)
        return false;
    memset(stream, 0, sizeof(*stream));
    stream->key_size = method == STANDARD_SECURITY_128BIT ? 16 : 8;
    memcpy(premaster, client_random, LEGACY_SECRET_SIZE / 2);
    memcpy(premaster + LEGACY_SECRET_SIZE / 2, server_random, LEGACY_SECRET_SIZE / 2);
    if (!legacy_salted_hashes('A', premaster, client_random, server_random, master) ||
        !legacy_salted_hashes('X', master, client_random, server_random, blob) ||
        !legacy_final_hash(blob + 2 * LEGACY_MD5_SIZE, client_random, server_random, key))
        return false;
    memcpy(stream->mac_key, blob, sizeof(stream->mac_key));
    weaken(method, stream->mac_key);
    weaken(method, key);
    rc4_begin(&stream->rc4, key, stream->key_size);
    return true;
}

bool client_stream_decrypt(struct client_stream *stream, bool salted, const uint8_t mac[STANDARD_SECURITY_MAC_SIZE],
                           uint8_t *data, size_t size)
{
    uint8_t expected[LEGACY_MD5_SIZE];
    bool ok;

    if (stream->count >= COUNT_MAX)
        return false;
    rc4_apply(&stream->rc4, data, data, size);
    ok = legacy_mac(stream->mac_key, stream->key_size, data, size, salted ? &stream->count : NULL, expected) &&
         CRYPTO_memcmp(expected, mac, STANDARD_SECURITY_MAC_SIZE) == 0;
    stream->count++;
    return ok;
}
