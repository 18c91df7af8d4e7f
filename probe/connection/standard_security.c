// SPDX-License-Identifier: Apache-2.0
#include "connection/standard_security.h"

#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <winpr/crypto.h>

enum { RANDOM = 32, SECRET = 48, KEY_MAX = 16 };
enum { UPDATE_AFTER = 4096 };                                                             // 5.3.7: packets
enum { METHOD_40BIT = 0x1, METHOD_128BIT = 0x2, METHOD_56BIT = 0x8, METHOD_FIPS = 0x10 }; // 2.2.1.4.3
enum { MAC = 8, FIPS_HEADER = 4, FIPS_LENGTH = 0x10 };                                    // 2.2.8.1.1.2.3
enum { DES_BLOCK = 8, TRIPLE_DES_KEY = 24 };

// One direction.
struct stream {
    uint8_t first[KEY_MAX], key[KEY_MAX]; // of RC4: the session's, and as last updated
    unsigned packets;                     // since then
    WINPR_RC4_CTX *rc4;
    EVP_CIPHER_CTX *triple_des;
};

struct standard_security {
    uint32_t method;
    struct stream streams[2];
};

// SaltedHash(S, I) = MD5(S + SHA1(I + S + ClientRandom + ServerRandom)), 5.3.5.1.
static bool salted_hash(const uint8_t *secret, const char *salt, size_t salt_size, const uint8_t *client,
                        const uint8_t *server, uint8_t *out)
{
    uint8_t inner[WINPR_SHA1_DIGEST_LENGTH];
    WINPR_DIGEST_CTX *sha1 = winpr_Digest_New();
    WINPR_DIGEST_CTX *md5 = winpr_Digest_New();
    bool ok = sha1 && md5 && winpr_Digest_Init(sha1, WINPR_MD_SHA1) &&
              winpr_Digest_Update(sha1, (const BYTE *)salt, salt_size) && winpr_Digest_Update(sha1, secret, SECRET) &&
              winpr_Digest_Update(sha1, client, RANDOM) && winpr_Digest_Update(sha1, server, RANDOM) &&
              winpr_Digest_Final(sha1, inner, sizeof inner) && winpr_Digest_Init(md5, WINPR_MD_MD5) &&
              winpr_Digest_Update(md5, secret, SECRET) && winpr_Digest_Update(md5, inner, sizeof inner) &&
              winpr_Digest_Final(md5, out, WINPR_MD5_DIGEST_LENGTH);
    winpr_Digest_Free(sha1);
    winpr_Digest_Free(md5);
    return ok;
}

static bool triple(const uint8_t *secret, const char *const salts[3], const uint8_t *client, const uint8_t *server,
                   uint8_t *out)
{
    for (int i = 0; i < 3; i++)
        if (!salted_hash(secret, salts[i], strlen(salts[i]), client, server, out + i * WINPR_MD5_DIGEST_LENGTH))
            return false;
    return true;
}

// FinalHash(K) = MD5(K + ClientRandom + ServerRandom), 5.3.5.1.
static bool final_hash(const uint8_t *key, const uint8_t *client, const uint8_t *server, uint8_t *out)
{
    WINPR_DIGEST_CTX *md5 = winpr_Digest_New();
    bool ok = md5 && winpr_Digest_Init(md5, WINPR_MD_MD5) && winpr_Digest_Update(md5, key, 16) &&
              winpr_Digest_Update(md5, client, RANDOM) && winpr_Digest_Update(md5, server, RANDOM) &&
              winpr_Digest_Final(md5, out, WINPR_MD5_DIGEST_LENGTH);
    winpr_Digest_Free(md5);
    return ok;
}

// 40- and 56-bit keys are 8 bytes whose first bytes are a fixed salt (5.3.5.1).
static size_t weaken(uint8_t *key, uint32_t method)
{
    switch (method) {
    case METHOD_40BIT:
        memcpy(key, "\xD1\x26\x9E", 3);
        return 8;
    case METHOD_56BIT:
        key[0] = 0xD1;
        return 8;
    default:
        return KEY_MAX;
    }
}

// ---- RC4 ----

static bool begin_rc4(struct stream *stream, uint32_t method)
{
    winpr_RC4_Free(stream->rc4);
    stream->packets = 0;
    size_t size = weaken(stream->key, method);
    stream->rc4 = winpr_RC4_New(stream->key, size);
    return stream->rc4 != NULL;
}

static bool rc4_keys(struct standard_security *security, const uint8_t *client, const uint8_t *server)
{
    static const char *const master_salts[3] = {"A", "BB", "CCC"};
    static const char *const blob_salts[3] = {"X", "YY", "ZZZ"};
    uint8_t premaster[SECRET], master[SECRET], blob[SECRET];

    memcpy(premaster, client, 24);
    memcpy(premaster + 24, server, 24);
    bool ok =
        triple(premaster, master_salts, client, server, master) && triple(master, blob_salts, client, server, blob);
    // The blob is MAC key, the client's decryption key, the client's encryption key: 16 bytes each.
    for (int i = 0; ok && i < 2; i++) {
        struct stream *stream = &security->streams[i];
        ok = final_hash(blob + 16 * (i + 1), client, server, stream->key) && begin_rc4(stream, security->method);
        memcpy(stream->first, stream->key, KEY_MAX);
    }
    return ok;
}

// MD5(first + pad2 + SHA1(first + pad1 + key)), encrypted with itself (5.3.7.1).
static bool update_rc4(struct stream *stream, uint32_t method)
{
    uint8_t pad1[40], pad2[48], inner[WINPR_SHA1_DIGEST_LENGTH];
    size_t size = method == METHOD_128BIT ? KEY_MAX : 8;
    WINPR_DIGEST_CTX *sha1 = winpr_Digest_New();
    WINPR_DIGEST_CTX *md5 = winpr_Digest_New();

    memset(pad1, 0x36, sizeof pad1); // 5.3.6.1
    memset(pad2, 0x5C, sizeof pad2);
    bool ok = sha1 && md5 && winpr_Digest_Init(sha1, WINPR_MD_SHA1) && winpr_Digest_Update(sha1, stream->first, size) &&
              winpr_Digest_Update(sha1, pad1, sizeof pad1) && winpr_Digest_Update(sha1, stream->key, size) &&
              winpr_Digest_Final(sha1, inner, sizeof inner) && winpr_Digest_Init(md5, WINPR_MD_MD5) &&
              winpr_Digest_Update(md5, stream->first, size) && winpr_Digest_Update(md5, pad2, sizeof pad2) &&
              winpr_Digest_Update(md5, inner, sizeof inner) && winpr_Digest_Final(md5, stream->key, KEY_MAX);
    winpr_Digest_Free(sha1);
    winpr_Digest_Free(md5);
    WINPR_RC4_CTX *rc4 = ok ? winpr_RC4_New(stream->key, size) : NULL;
    ok = rc4 && winpr_RC4_Update(rc4, size, stream->key, stream->key) && begin_rc4(stream, method);
    winpr_RC4_Free(rc4);
    return ok;
}

static bool open_rc4(struct stream *stream, uint32_t method, const uint8_t *data, size_t size, uint8_t *out,
                     size_t *length)
{
    if (size < MAC || (stream->packets == UPDATE_AFTER && !update_rc4(stream, method)))
        return false;
    stream->packets++;
    *length = size - MAC;
    return *length == 0 || winpr_RC4_Update(stream->rc4, *length, data + MAC, out);
}

// ---- FIPS ----

// 160 bits and the first eight of them again, seven to each byte of the key, the lowest first (5.3.5.2). Of each byte
// DES takes the lowest bit for parity, and does not look at it.
static bool triple_des_key(const uint8_t *client_half, const uint8_t *server_half, uint8_t *key)
{
    uint8_t hash[WINPR_SHA1_DIGEST_LENGTH + 2] = {0};
    WINPR_DIGEST_CTX *sha1 = winpr_Digest_New();
    bool ok = sha1 && winpr_Digest_Init(sha1, WINPR_MD_SHA1) && winpr_Digest_Update(sha1, client_half, RANDOM / 2) &&
              winpr_Digest_Update(sha1, server_half, RANDOM / 2) &&
              winpr_Digest_Final(sha1, hash, WINPR_SHA1_DIGEST_LENGTH);
    winpr_Digest_Free(sha1);
    hash[WINPR_SHA1_DIGEST_LENGTH] = hash[0];
    for (int i = 0; i < TRIPLE_DES_KEY; i++) {
        int bit = 7 * i;
        key[i] = (uint8_t)((hash[bit / 8] | hash[bit / 8 + 1] << 8) >> bit % 8 & 0x7F);
    }
    return ok;
}

static bool fips_keys(struct standard_security *security, const uint8_t *client, const uint8_t *server)
{
    static const uint8_t iv[DES_BLOCK] = {0x12, 0x34, 0x56, 0x78, 0x90, 0xAB, 0xCD, 0xEF}; // 5.3.6.2
    uint8_t key[TRIPLE_DES_KEY];
    bool ok = true;

    for (int i = 0; ok && i < 2; i++) {
        struct stream *stream = &security->streams[i];
        size_t half = i == FROM_CLIENT ? RANDOM / 2 : 0;
        stream->triple_des = EVP_CIPHER_CTX_new();
        ok = stream->triple_des && triple_des_key(client + half, server + half, key) &&
             EVP_DecryptInit_ex(stream->triple_des, EVP_des_ede3_cbc(), NULL, key, iv) == 1 &&
             EVP_CIPHER_CTX_set_padding(stream->triple_des, 0) == 1;
    }
    return ok;
}

static bool open_fips(struct stream *stream, const uint8_t *data, size_t size, uint8_t *out, size_t *length)
{
    int written = 0;
    if (size < FIPS_HEADER + MAC || size - FIPS_HEADER - MAC > INT32_MAX || data[0] != FIPS_LENGTH || data[1] != 0)
        return false;
    size_t padding = data[3], text = size - FIPS_HEADER - MAC;
    if (text % DES_BLOCK != 0 || padding > text ||
        EVP_DecryptUpdate(stream->triple_des, out, &written, data + FIPS_HEADER + MAC, (int)text) != 1)
        return false;
    *length = text - padding;
    return (size_t)written == text;
}

// ---- both ----

struct standard_security *standard_security_new(const uint8_t *client, const uint8_t *server, uint32_t method)
{
    if (method != METHOD_40BIT && method != METHOD_56BIT && method != METHOD_128BIT && method != METHOD_FIPS)
        return NULL;
    struct standard_security *security = calloc(1, sizeof *security);
    if (!security)
        return NULL;
    security->method = method;
    if (!(method == METHOD_FIPS ? fips_keys : rc4_keys)(security, client, server)) {
        standard_security_free(security);
        return NULL;
    }
    return security;
}

void standard_security_free(struct standard_security *security)
{
    for (int i = 0; security && i < 2; i++) {
        winpr_RC4_Free(security->streams[i].rc4);
        EVP_CIPHER_CTX_free(security->streams[i].triple_des);
    }
    free(security);
}

bool standard_security_open(struct standard_security *security, enum standard_direction direction, const uint8_t *data,
                            size_t size, uint8_t *out, size_t *length)
{
    struct stream *stream = &security->streams[direction];
    return security->method == METHOD_FIPS ? open_fips(stream, data, size, out, length)
                                           : open_rc4(stream, security->method, data, size, out, length);
}
