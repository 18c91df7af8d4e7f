// SPDX-License-Identifier: Apache-2.0
#include "connection/socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "connection/factor_settings.h"

static const char *address_text(const struct sockaddr_storage *address, socklen_t size, char *text, size_t length)
{
    if (getnameinfo((const struct sockaddr *)address, size, text, (socklen_t)length, NULL, 0, NI_NUMERICHOST) != 0)
        snprintf(text, length, "?");
    return text;
}

// Fills sockets->addresses. Returns getaddrinfo's result.
static int look_up(struct sockets *sockets, struct event_sink *sink, const struct target *target, int family)
{
    struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM}, *list, *item;
    char port[8];

    // A literal must not reach a resolver, and AI_ADDRCONFIG would hide ::1 where only loopback has IPv6.
    hints.ai_flags = AI_NUMERICSERV | (target->literal ? AI_NUMERICHOST : 0);
    snprintf(port, sizeof port, "%u", target->port);
    sockets->address_count = 0;
    event_flush(sink); // this may wait
    int error = getaddrinfo(target->host, port, &hints, &list);
    if (error)
        return error;
    for (item = list; item && sockets->address_count < ADDRESSES_MAX; item = item->ai_next) {
        unsigned i = sockets->address_count++;
        memcpy(&sockets->addresses[i], item->ai_addr, item->ai_addrlen);
        sockets->address_sizes[i] = item->ai_addrlen;
    }
    freeaddrinfo(list);
    return 0;
}

static enum ending resolve(struct sockets *sockets, struct progress *progress, const struct target *target, int family)
{
    progress->trace->resolve_error = look_up(sockets, progress->sink, target, family);
    return progress->trace->resolve_error ? ENDS_FAILED : GOES_ON;
}

static const char *nth_address(const struct sockets *sockets, unsigned n, char text[ADDRESS_TEXT])
{
    return address_text(&sockets->addresses[n], sockets->address_sizes[n], text, ADDRESS_TEXT);
}

// Decides what is presented: the name, or the address that it has.
static void present(struct sockets *sockets, struct event_sink *sink, const char *host, unsigned level)
{
    char text[ADDRESS_TEXT];

    if (!address_is_literal(level)) {
        snprintf(sockets->presented, sizeof sockets->presented, "%s", host);
    } else {
        snprintf(sockets->presented, sizeof sockets->presented, "%s", nth_address(sockets, 0, text));
        sockets->address_count = 1; // the one that is presented
        event_fact(sink, FACT_ADDRESS_FAMILY, json_string(level_name(FACTOR_ADDRESS, level)));
    }
    event_fact(sink, FACT_ADDRESS_PRESENTED, json_string(sockets->presented));
}

enum ending socket_resolve(struct sockets *sockets, const struct connection_request *request, struct progress *progress)
{
    struct event_sink *sink = progress->sink;
    bool gateway = progress->trace->gateway;
    unsigned level = request->profile.levels.level[FACTOR_ADDRESS];
    struct target target = request->profile.target;
    char text[ADDRESS_TEXT];

    if (level == ADDRESS_ALIAS) {
        snprintf(target.host, sizeof target.host, "%s", request->profile.operand[FACTOR_ADDRESS]);
        target.literal = false;
    }
    enum ending ending = progress_begin(progress, PHASE_RESOLVE);
    if (ending)
        return ending;
    event_fact(sink, FACT_ADDRESS_ASKED, json_string(request->profile.target.host));
    event_fact(sink, FACT_ADDRESS_PORT, json_integer(request->profile.target.port));

    // Through a gateway the target's name is resolved by the gateway, unless an address is to be presented to it.
    if (!gateway || address_is_literal(level)) {
        int family = level == ADDRESS_IPV4 ? AF_INET : level == ADDRESS_IPV6 ? AF_INET6 : AF_UNSPEC;
        ending = resolve(sockets, progress, &target, family);
        if (ending)
            return ending;
        for (unsigned i = 0; i < sockets->address_count; i++)
            event_append(sink, FACT_ADDRESS_RESOLVED, nth_address(sockets, i, text));
    }
    present(sockets, sink, target.host, level);
    progress->trace->at_gateway = gateway;
    return gateway ? resolve(sockets, progress, &request->profile.gateway, AF_UNSPEC) : GOES_ON;
}

// Connects one socket within ms. Returns the descriptor, blocking, or -1 with errno.
static int connect_within(const struct variant *levels, struct event_sink *sink, struct capture *capture,
                          const struct sockaddr_storage *address, socklen_t size, int ms)
{
    int fd = socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int error = 0, one = 1;
    socklen_t length = sizeof error;

    if (fd < 0)
        return -1;
    factors_socket(levels, fd, sink);
    int begun = connect(fd, (const struct sockaddr *)address, size) == 0 ? 0 : errno;
    capture_connecting(capture, fd, address);
    if (begun != 0) {
        if (begun != EINPROGRESS) {
            error = begun;
        } else {
            struct pollfd wait = {.fd = fd, .events = POLLOUT};
            if (TEMP_FAILURE_RETRY(poll(&wait, 1, ms)) == 0)
                error = ETIMEDOUT;
            else
                getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
        }
    }
    if (error) {
        if (error == ECONNREFUSED)
            capture_refused(capture);
        close(fd);
        errno = error;
        return -1;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    return fd;
}

static void report_segment_size(struct event_sink *sink, int fd)
{
    int bytes = 0;
    socklen_t size = sizeof bytes;
    if (getsockopt(fd, IPPROTO_TCP, TCP_MAXSEG, &bytes, &size) == 0)
        event_fact(sink, FACT_ADDRESS_SEGMENT_SIZE, json_integer(bytes));
}

static void report_used(struct event_sink *sink, bool gateway, int family, const char *address)
{
    event_fact(sink, gateway ? FACT_GATEWAY_ADDRESS : FACT_ADDRESS_USED, json_string(address));
    if (!gateway)
        event_fact(sink, FACT_ADDRESS_FAMILY, json_string(family == AF_INET6 ? "ipv6" : "ipv4"));
}

// Returns the descriptor, or -1 where no address answers.
static int connect_any(struct sockets *sockets, const struct profile *profile, struct progress *progress,
                       struct capture *capture)
{
    const struct variant *levels = &profile->levels;
    struct event_sink *sink = progress->sink;
    char text[ADDRESS_TEXT], attempt[160];

    // The last address may use up the deadline: then the phase it hung in is told by the parent.
    for (unsigned i = 0; i < sockets->address_count; i++) {
        bool last = i + 1 == sockets->address_count;
        int ms = last ? -1 : (int)(profile->deadline_ms / (2 * sockets->address_count));
        event_flush(sink); // this may wait
        int fd = connect_within(levels, sink, capture, &sockets->addresses[i], sockets->address_sizes[i], ms);
        int error = errno;
        nth_address(sockets, i, text);
        if (fd >= 0) {
            sockets->used = i;
            factors_connected(levels, fd, sink);
            report_segment_size(sink, fd);
            report_used(sink, progress->trace->gateway, sockets->addresses[i].ss_family, text);
            return fd;
        }
        progress->trace->connect_error = error;
        const char *name = strerrorname_np(error);
        snprintf(attempt, sizeof attempt, "%s %s", text, name ? name : "failed");
        event_append(sink, FACT_ADDRESS_FAILED, attempt);
    }
    return -1;
}

bool socket_may_connect(const struct sockets *sockets, const struct connection_request *request)
{
    unsigned gateway = request->profile.levels.level[FACTOR_GATEWAY];
    unsigned budget = gateway == GATEWAY_HTTP || gateway == GATEWAY_RPC ? 2 : 1; // an in and an out channel
    return sockets->connections < budget;
}

int socket_connect_again(struct sockets *sockets, const struct connection_request *request, struct event_sink *sink,
                         int ms)
{
    const unsigned i = sockets->used;
    int fd =
        connect_within(&request->profile.levels, sink, NULL, &sockets->addresses[i], sockets->address_sizes[i], ms);
    if (fd < 0)
        return -1;
    sockets->connections++;
    event_connection(sink);
    return fd;
}

static enum ending begin_next_phase(struct sockets *sockets, struct progress *progress)
{
    if (!progress->trace->gateway) // a negotiation that is skipped counts as confirmed
        return progress->trace->confirmed ? GOES_ON : progress_begin(progress, PHASE_NEGOTIATE);
    if (sockets->gateway_fd >= 0)
        close(sockets->gateway_fd);
    sockets->gateway_fd = fcntl(sockets->fd, F_DUPFD_CLOEXEC, 0);
    progress->trace->tunnel.tls_done = false;
    enum ending ending = progress_begin(progress, PHASE_GATEWAY);
    if (!ending)
        progress_step(progress, sockets->connections > 1 ? GATEWAY_STEP_SECOND_TLS : GATEWAY_STEP_TLS);
    return ending;
}

enum ending socket_connect(struct sockets *sockets, const struct connection_request *request, struct progress *progress,
                           struct capture *capture)
{
    _Static_assert(2 * ADDRESSES_MAX <= CAPTURE_CONNECTIONS_MAX, "a capture shows every attempt");
    enum ending ending = progress_begin(progress, PHASE_TCP);
    if (ending)
        return ending;
    progress_step(progress, GATEWAY_STEP_SECOND_TCP); // of a first connection the phase is not there yet
    int fd = connect_any(sockets, &request->profile, progress, capture);
    if (fd < 0)
        return ENDS_FAILED;
    progress->trace->connect_error = 0;
    sockets->connections++;
    progress_sent(progress); // SYN, and
    progress_received(progress);
    event_connection(progress->sink);
    sockets->fd = fd;
    capture_connected(capture, fd);
    return begin_next_phase(sockets, progress);
}
