// SPDX-License-Identifier: Apache-2.0
//
// Keys and checksums of RDP licensing, [MS-RDPELE] 5.1.
#pragma once

#include <openssl/types.h>

#include "legacy_crypto.h"

#define LICENSE_RANDOM_SIZE    LEGACY_RANDOM_SIZE
#define LICENSE_PREMASTER_SIZE LEGACY_SECRET_SIZE
#define LICENSE_KEY_SIZE       LEGACY_MD5_SIZE
#define LICENSE_MAC_SIZE       LEGACY_MD5_SIZE

struct license_keys {
    uint8_t mac_salt[LICENSE_KEY_SIZE];
    uint8_t encryption[LICENSE_KEY_SIZE];
};

// Decrypts an EncryptedPreMasterSecret ([MS-RDPELE] 5.1.2.1): RSA without padding, little-endian, with up to eight zero
// bytes behind it. Returns false if it cannot be one for `key`.
bool license_decrypt_premaster(EVP_PKEY *key, const uint8_t *encrypted, size_t size,
                               uint8_t premaster[LICENSE_PREMASTER_SIZE]);

// Derives the keys of an exchange ([MS-RDPELE] 5.1.3, 5.1.4). Returns false if OpenSSL fails.
bool license_derive_keys(const uint8_t premaster[LICENSE_PREMASTER_SIZE],
                         const uint8_t client_random[LICENSE_RANDOM_SIZE],
                         const uint8_t server_random[LICENSE_RANDOM_SIZE], struct license_keys *keys);

// Encrypts or decrypts `size` bytes; each message begins with a fresh RC4 state. `from` and `to` may be the same.
void license_rc4(const struct license_keys *keys, const uint8_t *from, uint8_t *to, size_t size);

// MACData over unencrypted data ([MS-RDPELE] 5.1.6). Returns false if OpenSSL fails.
bool license_mac(const struct license_keys *keys, const uint8_t *data, size_t size, uint8_t mac[LICENSE_MAC_SIZE]);
