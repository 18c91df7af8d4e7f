// SPDX-License-Identifier: Apache-2.0
#include "connection/permit.h"

#include <poll.h>

enum ending permit_request(struct permit *permit, struct event_sink *sink, int fd)
{
    enum { LONG_MS = 100 }; // a server that ends the connection sooner does so without being kept waiting
    if (!permit->wanted || permit->has)
        return GOES_ON;
    permit->has = true;
    const double waited = event_request_permit(sink);
    struct pollfd server = {.fd = fd, .events = POLLIN};
    // It is this client's turn: what comes now, bytes or the end, is the server's impatience.
    if (waited >= LONG_MS && fd >= 0 && poll(&server, 1, 0) == 1) {
        event_permit_unused(sink);
        return ENDS_UNDECIDED;
    }
    event_fact(sink, FACT_LOGON_WAITED, json_real((double)(long long)(waited * 1000 + 0.5) / 1000));
    return GOES_ON;
}
