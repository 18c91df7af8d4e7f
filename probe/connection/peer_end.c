// SPDX-License-Identifier: Apache-2.0
#include "connection/peer_end.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

enum peer_end peer_end_of(int fd)
{
    struct tcp_info info;
    socklen_t size = sizeof info;

    if (fd < 0 || getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &size) != 0)
        return PEER_OPEN;
    switch (info.tcpi_state) {
    case TCP_CLOSE:
        return PEER_RST;
    case TCP_CLOSE_WAIT:
    case TCP_LAST_ACK:
    case TCP_CLOSING:
        return PEER_FIN;
    default:
        return PEER_OPEN;
    }
}

void peer_end_note(enum peer_end *end, int fd)
{
    if (*end == PEER_OPEN)
        *end = peer_end_of(fd);
}
