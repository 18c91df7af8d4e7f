// SPDX-License-Identifier: Apache-2.0
// What a redacted capture may keep of the bytes of one direction of a connection: the X.224 connection PDU and TLS'
// handshake, alert and change-cipher-spec records. All else is, or may be, somebody's data. A pure function over bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// How far the stream was followed. Starts as all zero.
struct stream_keep {
    uint8_t head[5];
    size_t have;   // bytes of head
    size_t left;   // bytes of the present record's body that are still to come
    bool keep;     // they are kept
    bool past_pdu; // the connection PDU is over: what looks like another one is data
    bool lost;     // this is no stream of records: nothing is kept any more
};

// How many bytes at the front of the stream's next piece may be kept.
size_t stream_keep(struct stream_keep *stream, const uint8_t *data, size_t size);
