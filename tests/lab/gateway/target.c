// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include "channel.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECT_MS = 10000 };

__attribute__((format(printf, 2, 3))) static void unreachable(struct target *target, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(target->error, sizeof target->error, format, arguments);
    va_end(arguments);
    target->state = TARGET_UNREACHABLE;
}

// Binds the source address; false when it is of another family or not this machine's.
static bool bind_source(int fd, int family, const char *source)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};
    if (family == AF_INET) {
        return inet_pton(AF_INET, source, &v4.sin_addr) == 1 && bind(fd, (struct sockaddr *)&v4, sizeof v4) == 0;
    }
    return inet_pton(AF_INET6, source, &v6.sin6_addr) == 1 && bind(fd, (struct sockaddr *)&v6, sizeof v6) == 0;
}

static void describe(struct target *target, const struct addrinfo *address)
{
    char host[64];
    char port[8];
    if (getnameinfo(address->ai_addr, address->ai_addrlen, host, sizeof host, port, sizeof port,
                    NI_NUMERICHOST | NI_NUMERICSERV) == 0) {
        snprintf(target->peer, sizeof target->peer, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
    }
}

// Starts with the next address that lets itself be started with.
static void try_next(struct target *target)
{
    while (target->next) {
        struct addrinfo *address = target->next;
        target->next = address->ai_next;
        int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        if (fd < 0) {
            unreachable(target, "%s", strerror(errno));
            continue;
        }
        if (target->source && !bind_source(fd, address->ai_family, target->source)) {
            unreachable(target, "The source address cannot be used.");
            close(fd);
            continue;
        }
        int on = 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (connect(fd, address->ai_addr, address->ai_addrlen) == 0 || errno == EINPROGRESS) {
            describe(target, address);
            target->fd = fd;
            target->state = TARGET_CONNECTING;
            return;
        }
        unreachable(target, "%s", strerror(errno));
        close(fd);
    }
    target->state = TARGET_UNREACHABLE;
}

static void use(struct target *target, int error, struct addrinfo *addresses)
{
    if (error) {
        unreachable(target, "%s", gai_strerror(error));
        return;
    }
    target->addresses = addresses;
    target->next = addresses;
    try_next(target);
}

static int look_up(const char *host, uint16_t port, int flags, struct addrinfo **addresses)
{
    char service[8];
    snprintf(service, sizeof service, "%u", port);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV | flags};
    return getaddrinfo(host, service, &hints, addresses);
}

static void *resolve(void *argument)
{
    struct target_lookup *lookup = argument;
    lookup->error = look_up(lookup->host, lookup->port, 0, &lookup->addresses);
    // Less than PIPE_BUF: whole or not at all. Not at all means that the gateway is ending.
    if (write(lookup->pipe, &lookup, sizeof lookup) != (ssize_t)sizeof lookup) {
        return NULL;
    }
    return NULL;
}

struct target *target_new(uint64_t id, const char *host, uint16_t port, const char *source, int pipe)
{
    struct target *target = calloc(1, sizeof *target);
    if (!target) {
        return NULL;
    }
    target->fd = -1;
    target->source = source;
    target->deadline = channel_now() + CONNECT_MS;
    target->state = TARGET_RESOLVING;
    struct addrinfo *addresses = NULL;
    if (look_up(host, port, AI_NUMERICHOST, &addresses) == 0) {
        use(target, 0, addresses);
        return target;
    }
    struct target_lookup *lookup = calloc(1, sizeof *lookup);
    if (!lookup) {
        free(target);
        return NULL;
    }
    lookup->id = id;
    lookup->port = port;
    lookup->pipe = pipe;
    snprintf(lookup->host, sizeof lookup->host, "%s", host);
    pthread_t thread;
    if (pthread_create(&thread, NULL, resolve, lookup) != 0) {
        free(lookup);
        unreachable(target, "No thread for the name resolution.");
        return target;
    }
    pthread_detach(thread);
    return target;
}

void target_resolved(struct target *target, struct target_lookup *lookup)
{
    if (target && target->state == TARGET_RESOLVING) {
        use(target, lookup->error, lookup->addresses);
    } else if (lookup->addresses) {
        freeaddrinfo(lookup->addresses);
    }
    free(lookup);
}

short target_events(const struct target *target, bool paused)
{
    switch (target->state) {
    case TARGET_CONNECTING:
        return POLLOUT;
    case TARGET_CONNECTED:
        return (short)((paused ? 0 : POLLIN) | (target->out.length > 0 ? POLLOUT : 0));
    default:
        return 0;
    }
}

void target_connect(struct target *target, bool writable, int64_t now)
{
    if (target->state == TARGET_CONNECTING && writable) {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(target->fd, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error == 0) {
            target->state = TARGET_CONNECTED;
            return;
        }
        close(target->fd);
        target->fd = -1;
        unreachable(target, "%s", strerror(error));
        try_next(target);
    }
    if ((target->state == TARGET_RESOLVING || target->state == TARGET_CONNECTING) && now >= target->deadline) {
        unreachable(target, "Timed out.");
    }
}

int target_read(struct target *target, unsigned char *bytes, int size)
{
    ssize_t length = read(target->fd, bytes, (size_t)size);
    if (length > 0) {
        return (int)length;
    }
    if (length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
        return 0;
    }
    target->fin = true;
    return -1;
}

enum target_result target_write(struct target *target)
{
    while (target->out.length > 0) {
        ssize_t length = send(target->fd, buffer_bytes(&target->out), target->out.length, MSG_NOSIGNAL);
        if (length < 0) {
            return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR ? TARGET_OK : TARGET_CLOSED;
        }
        buffer_consume(&target->out, (size_t)length);
    }
    return TARGET_OK;
}

void target_free(struct target *target)
{
    if (!target) {
        return;
    }
    if (target->fd >= 0) {
        close(target->fd);
    }
    if (target->addresses) {
        freeaddrinfo(target->addresses);
    }
    buffer_clear(&target->out);
    free(target);
}
