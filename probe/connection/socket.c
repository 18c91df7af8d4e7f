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

#include "connection/capture/capture.h"
#include "connection/factor_settings.h"
#include "connection/progress.h"

static const char *address_text(const struct sockaddr_storage *address, socklen_t size, char *text, size_t length)
{
    if (getnameinfo((const struct sockaddr *)address, size, text, (socklen_t)length, NULL, 0, NI_NUMERICHOST) != 0)
        snprintf(text, length, "?");
    return text;
}

// Fills connection->addresses. Returns getaddrinfo's result.
static int look_up(struct connection *connection, const struct target *target, int family)
{
    struct addrinfo hints = {.ai_family = family, .ai_socktype = SOCK_STREAM}, *list, *item;
    char port[8];

    // A literal must not reach a resolver, and AI_ADDRCONFIG would hide ::1 where only loopback has IPv6.
    hints.ai_flags = AI_NUMERICSERV | (target->literal ? AI_NUMERICHOST : 0);
    snprintf(port, sizeof port, "%u", target->port);
    connection->address_count = 0;
    event_flush(connection->sink); // this may wait
    int error = getaddrinfo(target->host, port, &hints, &list);
    if (error)
        return error;
    for (item = list; item && connection->address_count < ADDRESSES_MAX; item = item->ai_next) {
        unsigned i = connection->address_count++;
        memcpy(&connection->addresses[i], item->ai_addr, item->ai_addrlen);
        connection->address_sizes[i] = item->ai_addrlen;
    }
    freeaddrinfo(list);
    return 0;
}

static void resolve_or_fail(struct connection *connection, const struct target *target, int family)
{
    int error = look_up(connection, target, family);
    if (error) {
        connection->trace.resolve_error = error;
        connection_fail(connection);
    }
}

static void report_addresses(struct connection *connection)
{
    char text[INET6_ADDRSTRLEN + 16];
    for (unsigned i = 0; i < connection->address_count; i++)
        event_append(connection->sink, FACT_ADDRESS_RESOLVED,
                     address_text(&connection->addresses[i], connection->address_sizes[i], text, sizeof text));
}

void socket_resolve(struct connection *connection)
{
    const struct connection_request *request = connection->request;
    bool gateway = connection->trace.gateway;
    unsigned level = request->profile.levels.level[FACTOR_ADDRESS];
    struct target target = request->profile.target;

    if (level == ADDRESS_ALIAS) {
        snprintf(target.host, sizeof target.host, "%s", request->profile.operand[FACTOR_ADDRESS]);
        target.literal = false;
    }
    progress_begin(connection, PHASE_RESOLVE);
    event_fact(connection->sink, FACT_ADDRESS_ASKED, json_string(request->profile.target.host));
    event_fact(connection->sink, FACT_ADDRESS_PORT, json_integer(request->profile.target.port));

    // Through a gateway the target's name is resolved by the gateway, unless an address is to be presented to it.
    if (!gateway || address_is_literal(level)) {
        int family = level == ADDRESS_IPV4 ? AF_INET : level == ADDRESS_IPV6 ? AF_INET6 : AF_UNSPEC;
        resolve_or_fail(connection, &target, family);
        report_addresses(connection);
    }
    if (!address_is_literal(level)) {
        snprintf(connection->presented, sizeof connection->presented, "%s", target.host);
    } else {
        address_text(&connection->addresses[0], connection->address_sizes[0], connection->presented,
                     sizeof connection->presented);
        connection->address_count = 1; // the one that is presented
        event_fact(connection->sink, FACT_ADDRESS_FAMILY, json_string(level_name(FACTOR_ADDRESS, level)));
    }
    event_fact(connection->sink, FACT_ADDRESS_PRESENTED, json_string(connection->presented));
    connection->trace.at_gateway = gateway;
    if (gateway)
        resolve_or_fail(connection, &request->profile.gateway, AF_UNSPEC);
}

// Connects one socket within ms. Returns the descriptor, blocking, or -1 with errno.
static int connect_within(struct connection *connection, const struct sockaddr_storage *address, socklen_t size, int ms)
{
    int fd = socket(address->ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int error = 0, one = 1;
    socklen_t length = sizeof error;

    if (fd < 0)
        return -1;
    factors_socket(&connection->request->profile.levels, fd, connection->sink);
    int begun = connect(fd, (const struct sockaddr *)address, size) == 0 ? 0 : errno;
    capture_connecting(connection, fd, address);
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
            capture_refused(connection);
        close(fd);
        errno = error;
        return -1;
    }
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK);
    return fd;
}

static int connect_any(struct connection *connection)
{
    char text[INET6_ADDRSTRLEN + 16], attempt[160];

    // The last address may use up the deadline: then the phase it hung in is told by the parent.
    for (unsigned i = 0; i < connection->address_count; i++) {
        bool last = i + 1 == connection->address_count;
        int ms = last ? -1 : (int)(connection->request->profile.deadline_ms / (2 * connection->address_count));
        event_flush(connection->sink); // this may wait
        int fd = connect_within(connection, &connection->addresses[i], connection->address_sizes[i], ms);
        address_text(&connection->addresses[i], connection->address_sizes[i], text, sizeof text);
        if (fd >= 0) {
            factors_connected(&connection->request->profile.levels, fd, connection->sink);
            enum fact used = connection->trace.gateway ? FACT_GATEWAY_ADDRESS : FACT_ADDRESS_USED;
            event_fact(connection->sink, used, json_string(text));
            if (!connection->trace.gateway)
                event_fact(connection->sink, FACT_ADDRESS_FAMILY,
                           json_string(connection->addresses[i].ss_family == AF_INET6 ? "ipv6" : "ipv4"));
            return fd;
        }
        connection->trace.connect_error = errno;
        const char *name = strerrorname_np(errno);
        snprintf(attempt, sizeof attempt, "%s %s", text, name ? name : "failed");
        event_append(connection->sink, FACT_ADDRESS_FAILED, attempt);
    }
    connection_fail(connection);
}

int socket_connect(rdpContext *context, rdpSettings *settings, const char *hostname, int port, DWORD timeout)
{
    struct connection *connection = connection_of(context);
    unsigned gateway = connection->request->profile.levels.level[FACTOR_GATEWAY];
    unsigned budget = gateway == GATEWAY_HTTP || gateway == GATEWAY_RPC ? 2 : 1; // an in and an out channel
    (void)hostname;
    (void)port;

    // FreeRDP reconnects behind its caller's back when a connection breaks: that would be another trial.
    if (connection->over || connection->connections >= budget)
        return -1;
    progress_begin(connection, PHASE_TCP);
    progress_step(connection, GATEWAY_STEP_SECOND_TCP); // of a first connection the phase is not there yet
    int fd = connect_any(connection);
    connection->trace.connect_error = 0;
    connection->connections++;
    progress_sent(connection); // SYN, and
    progress_received(connection);
    event_connection(connection->sink);
    connection->fd = fd;
    capture_connected(connection, fd);
    if (connection->trace.gateway) {
        if (connection->gateway_fd >= 0)
            close(connection->gateway_fd);
        connection->gateway_fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
        connection->trace.tunnel.tls_done = false;
        progress_begin(connection, PHASE_GATEWAY);
        progress_step(connection, connection->connections > 1 ? GATEWAY_STEP_SECOND_TLS : GATEWAY_STEP_TLS);
    } else {
        progress_begin(connection, PHASE_NEGOTIATE);
    }
    // A host name of "|" hands FreeRDP a connected descriptor in place of the port.
    return connection->io.TCPConnect(context, settings, "|", fd, timeout);
}

enum peer_end socket_peer_end(int fd)
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
