// SPDX-License-Identifier: Apache-2.0
//
// What a client sends under Standard RDP Security ([MS-RDPBCGR] 5.3), read beside libfreerdp: the lab plays licensing
// itself, and clients encrypt their licensing PDUs (FreeRDP always does, see SEC_LICENSE_ENCRYPT_SC).
//
// Both randoms and the method are public settings of the peer once the Security Exchange PDU has been processed:
// FreeRDP_ClientRandom, FreeRDP_ServerRandom, FreeRDP_EncryptionMethods. FIPS (3DES) is not read.
#pragma once

#include "legacy_crypto.h"

// encryptionMethods, [MS-RDPBCGR] 2.2.1.4.3
#define STANDARD_SECURITY_40BIT  0x1
#define STANDARD_SECURITY_128BIT 0x2
#define STANDARD_SECURITY_56BIT  0x8

#define STANDARD_SECURITY_MAC_SIZE 8

// One direction: client to server. The stream has to see every encrypted PDU of the client in order, from Client Info
// on, and ends where the protocol would change keys, after 4096 of them ([MS-RDPBCGR] 5.3.7).
struct client_stream {
    uint8_t mac_key[16];
    size_t key_size; // 8 or 16
    struct rc4 rc4;
    uint32_t count; // PDUs decrypted
};

// Begins the stream ([MS-RDPBCGR] 5.3.5). Returns false for an unknown method or if OpenSSL fails.
bool client_stream_begin(struct client_stream *stream, uint32_t method, const uint8_t client_random[LEGACY_RANDOM_SIZE],
                         const uint8_t server_random[LEGACY_RANDOM_SIZE]);

// Decrypts the next PDU in place: `data` is what follows the MAC of its security header. `salted` says whether the
// header has SEC_SECURE_CHECKSUM. Returns false if the MAC is wrong, or after 4096 PDUs.
bool client_stream_decrypt(struct client_stream *stream, bool salted, const uint8_t mac[STANDARD_SECURITY_MAC_SIZE],
                           uint8_t *data, size_t size);
