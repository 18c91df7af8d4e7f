// SPDX-License-Identifier: Apache-2.0
//
// What the unencrypted beginning of a TLS handshake tells: the server name asked for, and what was agreed on.
#pragma once

#include "record.h"

#define HANDSHAKE_RECORD_HEADER 5
#define HANDSHAKE_RECORD_ALERT  21 // [RFC 8446] 5.1

// Total length of the TLS record that begins at `data`, 0 while its header is incomplete, -1 if it is not a handshake.
int handshake_record_length(const uint8_t *data, size_t length);

// Reads the SNI ([RFC 6066] 3) from a record with a ClientHello, and from that and the peer's family whether the client
// connects to a name or to an address. Learns both facts, also where there is no SNI. Counts what else it offers.
void handshake_read_client_hello(const uint8_t *data, size_t length, struct lab_record *record);

// Reads version and cipher from a record with a ServerHello ([RFC 8446] 4.1.3).
void handshake_read_server_hello(const uint8_t *data, size_t length, struct lab_record *record);

// For a connection without TLS: no version, no SNI, and the address by family alone.
void handshake_none(struct lab_facts *facts);
