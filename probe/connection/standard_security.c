// SPDX-License-Identifier: Apache-2.0
#include "connection/standard_security.h"

#include <stdlib.h>
#include <string.h>
#include <winpr/crypto.h>

enum { RANDOM = 32, SECRET = 48, UPDATE_AFTER = 4096 }; // 5.3.7: session keys are updated after 4096 packets

enum { METHOD_40BIT = 0x1, METHOD_128BIT = 0x2, METHOD_56BIT = 0x8 }; // 2.2.1.4.3

struct standard_security {
    WINPR_RC4_CTX *rc4[2];
    unsigned packets[2];
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
        return 16;
    }
}

struct standard_security *standard_security_new(const uint8_t *client, const uint8_t *server, uint32_t method)
{
    static const char *const master_salts[3] = {"A", "BB", "CCC"};
    static const char *const blob_salts[3] = {"X", "YY", "ZZZ"};
    uint8_t premaster[SECRET], master[SECRET], blob[SECRET], key[16];

    if (method != METHOD_40BIT && method != METHOD_56BIT && method != METHOD_128BIT)
        return NULL;
    struct standard_security *security = calloc(1, sizeof *security);
    if (!security)
        return NULL;
    memcpy(premaster, client, 24);
    memcpy(premaster + 24, server, 24);
    bool ok =
        triple(premaster, master_salts, client, server, master) && triple(master, blob_salts, client, server, blob);
    // The blob is MAC key, the client's decryption key, the client's encryption key: 16 bytes each.
    for (int i = 0; ok && i < 2; i++) {
        ok = final_hash(blob + 16 * (i + 1), client, server, key);
        security->rc4[i] = ok ? winpr_RC4_New(key, weaken(key, method)) : NULL;
        ok = security->rc4[i] != NULL;
    }
    if (!ok) {
        standard_security_free(security);
        return NULL;
    }
    return security;
}

void standard_security_free(struct standard_security *security)
{
    if (!security)
        return;
    winpr_RC4_Free(security->rc4[FROM_SERVER]);
    winpr_RC4_Free(security->rc4[FROM_CLIENT]);
    free(security);
}

bool standard_security_decrypt(struct standard_security *security, enum standard_direction direction,
                               const uint8_t *data, size_t size, uint8_t *out)
{
    if (security->packets[direction]++ >= UPDATE_AFTER)
        return false;
    return size == 0 || winpr_RC4_Update(security->rc4[direction], size, data, out);
}
