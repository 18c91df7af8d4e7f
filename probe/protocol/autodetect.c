// SPDX-License-Identifier: Apache-2.0
#include "protocol/autodetect.h"

#include "protocol/little_endian.h"

enum { HEADER = 6 }; // headerLength, headerTypeId, sequenceNumber, requestType or responseType

enum { TYPE_ID_AUTODETECT_REQUEST = 0, TYPE_ID_AUTODETECT_RESPONSE = 1 };

// requestType (2.2.14.1) and responseType (2.2.14.2).
enum {
    RTT_REQUEST = 0x0001,
    RTT_REQUEST_CONNECTING = 0x1001,
    NETCHAR_BASE_AVERAGE = 0x0840,      // baseRTT, averageRTT
    NETCHAR_BANDWIDTH_AVERAGE = 0x0880, // bandwidth, averageRTT
    NETCHAR_ALL = 0x08C0,               // baseRTT, bandwidth, averageRTT
    BW_RESULTS_CONNECTING = 0x0003,     // timeDelta, byteCount
    BW_RESULTS = 0x000B
};

static bool request(unsigned type, const uint8_t *p, size_t size, struct autodetect *message)
{
    bool base = type == NETCHAR_BASE_AVERAGE || type == NETCHAR_ALL;
    bool bandwidth = type == NETCHAR_BANDWIDTH_AVERAGE || type == NETCHAR_ALL;

    message->rtt_request = type == RTT_REQUEST || type == RTT_REQUEST_CONNECTING;
    if (!base && !bandwidth)
        return true;
    if (size < (size_t)4 * (1 + base + bandwidth))
        return false;
    if (base) {
        message->has_base_rtt = true;
        message->base_rtt = little32(p);
        p += 4;
    }
    if (bandwidth) {
        message->has_bandwidth = true;
        message->bandwidth = little32(p);
        p += 4;
    }
    message->has_average_rtt = true;
    message->average_rtt = little32(p);
    return true;
}

// The client counts bytes and milliseconds; a burst that took no millisecond measured nothing.
static bool response(unsigned type, const uint8_t *p, size_t size, struct autodetect *message)
{
    if (type != BW_RESULTS && type != BW_RESULTS_CONNECTING)
        return true;
    if (size < 8)
        return false;
    uint64_t ms = little32(p), bytes = little32(p + 4);
    uint64_t kilobits = ms ? bytes * 8 / ms : 0;
    message->has_bandwidth = ms != 0 && bytes != 0;
    message->bandwidth = kilobits > UINT32_MAX ? UINT32_MAX : (uint32_t)kilobits;
    return true;
}

bool autodetect_parse(const uint8_t *data, size_t size, struct autodetect *message)
{
    *message = (struct autodetect){0};
    if (size < HEADER || data[0] < HEADER || data[0] > size)
        return false;
    unsigned type = (unsigned)(data[4] | data[5] << 8);
    switch (data[1]) {
    case TYPE_ID_AUTODETECT_REQUEST:
        return request(type, data + HEADER, data[0] - (size_t)HEADER, message);
    case TYPE_ID_AUTODETECT_RESPONSE:
        return response(type, data + HEADER, data[0] - (size_t)HEADER, message);
    default:
        return true;
    }
}
