// SPDX-License-Identifier: Apache-2.0
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "connection/factor_settings.h"

// Set before connect() it goes out in the SYN, so that the peer sends no larger segments either (tcp(7), TCP_MAXSEG).
// Where it is refused, the socket's own size shows that the level is not in effect.
static void socket_size(int fd, unsigned level, struct event_sink *sink)
{
    int bytes = atoi(level_name(FACTOR_SEGMENT_SIZE, level));
    (void)sink;
    if (level)
        setsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &bytes, sizeof bytes);
}

const struct factor_settings factor_segment_size_settings = {.socket = socket_size};
