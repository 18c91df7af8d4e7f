// SPDX-License-Identifier: Apache-2.0
//
// A small licensing client written from [MS-RDPELE], to test the lab's server: honest, or lying in one way.
#pragma once

#include <sys/types.h>

#include "license.h"
#include "license_crypto.h"

#define CLIENT_PDU_MAX 8192

enum lie {
    HONEST = 0,
    BAD_INFO_MAC,
    BAD_RESPONSE_MAC,
    OTHER_CHALLENGE,
    OTHER_HARDWARE,
    OTHER_ALGORITHM,
    OTHER_VERSION,
    HUGE_PREMASTER,
    WRONG_SIZE,
    EMPTY_PDU,
    CLIENT_ALERT,
    GONE,
    GONE_LATER,
    NOISE,
    TRUNCATE,
    FLIP
};

struct license_client {
    enum lie lie;
    unsigned where; // TRUNCATE, FLIP: which message and byte
    uint8_t stored[CLIENT_PDU_MAX];
    size_t stored_size; // 0: no licence
    uint8_t hardware_id[LICENSE_HARDWARE_ID_SIZE];
    bool deny;

    uint8_t random[LICENSE_RANDOM_SIZE];
    uint8_t premaster[LICENSE_PREMASTER_SIZE];
    struct license_keys keys;
    uint8_t next[CLIENT_PDU_MAX]; // the answer to be received
    size_t next_size;
    unsigned received_types[8]; // of the server's messages
    unsigned received;
    unsigned answers; // calls of `answered`
    enum lab_license answer;
    unsigned sent;
    uint32_t alert;
};

// The functions of struct license_io for a client; `context` is a struct license_client.
bool client_gets(void *context, const uint8_t *pdu, size_t size);
ssize_t client_sends(void *context, uint8_t *pdu, size_t room);
bool client_answered(void *context, const struct license_report *report);

// An honest client with a hardware id and no licence.
struct license_client client_new(void);
