// SPDX-License-Identifier: Apache-2.0
#include "upstream.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "wire.h"

enum { PATIENCE_SECONDS = 10, REQUEST_MAX = 1024 };

// The host and port of a target, as texts that the caller frees through *host.
static bool split(const char *target, char **host, char **port)
{
    const char *colon = strrchr(target, ':');
    const bool bracketed = target[0] == '[';
    if (!colon || colon == target || !colon[1] || strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
        strtoul(colon + 1, NULL, 10) > UINT16_MAX)
        return false;
    if (bracketed ? colon[-1] != ']' : memchr(target, ':', (size_t)(colon - target)) != NULL)
        return false;
    char *copy = strdup(bracketed ? target + 1 : target);
    if (!copy)
        return false;
    char *end = copy + (colon - target) - (bracketed ? 1 : 0);
    *port = end + 1;
    end[bracketed ? -1 : 0] = 0;
    *host = copy;
    return **host != 0;
}

bool upstream_target_valid(const char *target)
{
    char *host = NULL, *port = NULL;
    const bool valid = split(target, &host, &port);
    free(host);
    return valid;
}

static int open_one(const struct addrinfo *address)
{
    const struct timeval patience = {.tv_sec = PATIENCE_SECONDS};
    const int on = 1;
    const int fd = socket(address->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)); // of connect(), too
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (connect(fd, address->ai_addr, address->ai_addrlen) == 0)
        return fd;
    const int error = errno;
    close(fd);
    errno = error;
    return -1;
}

static int open_any(const char *target, char *error, size_t error_size)
{
    char *host = NULL, *port = NULL;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int fd = -1;
    if (!split(target, &host, &port))
        return -1;
    const int failed = getaddrinfo(host, port, &hints, &found);
    for (const struct addrinfo *address = found; address && fd < 0; address = address->ai_next)
        fd = open_one(address);
    if (fd < 0)
        snprintf(error, error_size, "%s", failed ? gai_strerror(failed) : strerror(errno));
    if (found)
        freeaddrinfo(found);
    free(host);
    return fd;
}

static bool receive(int fd, uint8_t *data, size_t length)
{
    for (size_t got = 0; got < length;) {
        const ssize_t count = read(fd, data + got, length - got);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        got += (size_t)count;
    }
    return true;
}

void upstream_leave(struct upstream *upstream)
{
    uint8_t dropped[4096];
    struct timespec begin, now;
    struct pollfd poll_upstream = {.fd = atomic_load(&upstream->socket), .events = POLLIN};
    if (poll_upstream.fd == 0)
        return;
    clock_gettime(CLOCK_MONOTONIC, &begin);
    for (now = begin;; clock_gettime(CLOCK_MONOTONIC, &now)) {
        const long spent = (now.tv_sec - begin.tv_sec) * 1000 + (now.tv_nsec - begin.tv_nsec) / 1000000;
        if (spent >= UPSTREAM_FAREWELL_MS || poll(&poll_upstream, 1, (int)(UPSTREAM_FAREWELL_MS - spent)) <= 0 ||
            read(poll_upstream.fd, dropped, sizeof(dropped)) <= 0)
            break;
    }
    close(poll_upstream.fd);
}

bool upstream_negotiate(struct upstream *upstream, const char *target, const uint8_t *request, size_t length,
                        uint32_t protocols, char *error, size_t error_size)
{
    enum { TPKT_SIZE = 4 };
    uint8_t packet[REQUEST_MAX];
    if (length > sizeof(packet)) {
        snprintf(error, error_size, "the client's X.224 request is too long");
        return false;
    }
    memcpy(packet, request, length);
    wire_limit_protocols(packet, length, protocols);
    const int fd = open_any(target, error, error_size);
    if (fd < 0)
        return false;
    uint8_t *confirm = upstream->confirm;
    int total = 0;
    if (send(fd, packet, length, MSG_NOSIGNAL) == (ssize_t)length && receive(fd, confirm, TPKT_SIZE))
        total = wire_tpkt_length(confirm, TPKT_SIZE);
    if (total <= TPKT_SIZE || total > UPSTREAM_CONFIRM_MAX ||
        !receive(fd, confirm + TPKT_SIZE, (size_t)total - TPKT_SIZE)) {
        snprintf(error, error_size, "no answer to the X.224 request");
        close(fd);
        return false;
    }
    upstream->confirm_length = (size_t)total;
    upstream->selected = wire_read_confirm(confirm, (size_t)total, &upstream->protocol);
    if (!upstream->selected)
        upstream->failure = wire_read_failure(confirm, (size_t)total);
    atomic_store(&upstream->socket, fd);
    return true;
}
