// SPDX-License-Identifier: Apache-2.0
//
// The obsolete cryptography that Standard RDP Security ([MS-RDPBCGR] 5.3) and licensing ([MS-RDPELE] 5.1) share.
// RC4 is written out because OpenSSL 3 has it only in its legacy provider, which need not be installed.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LEGACY_MD5_SIZE    16
#define LEGACY_RANDOM_SIZE 32 // ClientRandom, ServerRandom
#define LEGACY_SECRET_SIZE 48 // premaster secret, master secret, session key blob

struct rc4 {
    uint8_t state[256];
    uint8_t i, j;
};

// Begins a key stream.
void rc4_begin(struct rc4 *rc4, const uint8_t *key, size_t size);

// Encrypts or decrypts the next `size` bytes. `from` and `to` may be the same.
void rc4_apply(struct rc4 *rc4, const uint8_t *from, uint8_t *to, size_t size);

// MD5(key + first + second), for keys of 16 bytes and two randoms. Returns false if OpenSSL fails.
bool legacy_final_hash(const uint8_t key[LEGACY_MD5_SIZE], const uint8_t first[LEGACY_RANDOM_SIZE],
                       const uint8_t second[LEGACY_RANDOM_SIZE], uint8_t output[LEGACY_MD5_SIZE]);

// SaltedHash(I) = MD5(secret + SHA1(I + secret + first + second)) for I = "A", "BB", "CCC" where `letter` is 'A' and so
// on, one after the other. Returns false if OpenSSL fails.
bool legacy_salted_hashes(char letter, const uint8_t secret[LEGACY_SECRET_SIZE],
                          const uint8_t first[LEGACY_RANDOM_SIZE], const uint8_t second[LEGACY_RANDOM_SIZE],
                          uint8_t output[LEGACY_SECRET_SIZE]);

// MD5(key + pad2 + SHA1(key + pad1 + length + data + count)); `count` NULL: without it. [MS-RDPBCGR] 5.3.6.1 takes the
// first eight bytes, [MS-RDPELE] 5.1.6 all. Returns false if OpenSSL fails.
bool legacy_mac(const uint8_t *key, size_t key_size, const uint8_t *data, size_t size, const uint32_t *count,
                uint8_t mac[LEGACY_MD5_SIZE]);
