// SPDX-License-Identifier: Apache-2.0
//
// Reads the encrypted licensing PDUs of a client under Standard RDP Security in libfreerdp's place, and lets libfreerdp
// read them later: its RC4 state and its count of PDUs must go on as the client's do.
#pragma once

#include <freerdp/freerdp.h>

#include "standard_security.h"

#define CLIENT_READER_KEPT_MAX 4

struct client_reader {
    bool begun;
    struct client_stream stream;
    struct {
        uint8_t *data;
        size_t length;
    } kept[CLIENT_READER_KEPT_MAX];
    size_t kept_count;
    size_t replayed;
};

// Decrypts an encrypted PDU of the client in place. `data` is the user data of a SendDataRequest, from its security
// header on. From Client Info to the last licensing PDU each has to come through here, in order. Returns the offset of
// what was encrypted, or 0 if it is not encrypted, or cannot be decrypted (FIPS, or a wrong MAC).
size_t client_reader_decrypt(struct client_reader *reader, const rdpSettings *settings, uint8_t *data, size_t length);

// Keeps a copy of a TPKT, as it came, for libfreerdp. It will read it as a PDU of a virtual channel that does not exist
// and must ignore it (freerdp_peer.ReceiveChannelData). Returns false if it is no SendDataRequest, or one too many.
bool client_reader_keep(struct client_reader *reader, const uint8_t *packet, size_t length);

// Gives the next kept TPKT to `stream` as a ReadPdu callback does. Returns its length; 0 if there is none left.
int client_reader_replay(struct client_reader *reader, wStream *stream);
