// SPDX-License-Identifier: Apache-2.0
#include "gateway.h"

#include "channel.h"
#include "front.h"
#include "record.h"
#include "target.h"
#include "tunnel.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CHANNELS_MAX = 1024,
    FIXED = 3 + OPTIONS_MAX_BIND, // signals, records, lookups, listeners
    SLOTS_MAX = FIXED + 2 * CHANNELS_MAX,
    OPEN_MS = 60 * 1000, // from accept to the opened channel
    TICK_MS = 250,       // how late a deadline may be noticed
    FLUSH_MS = 1000,     // how long a slow reader of the records is waited for at the end
    BACKLOG = 128
};

// Whom a polled descriptor belongs to: a channel, or a tunnel (its target).
struct slot {
    struct channel *channel;
    struct tunnel *tunnel;
};

static int listen_at(const char *address, uint16_t port)
{
    char service[8];
    snprintf(service, sizeof service, "%u", port);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
    struct addrinfo *result = NULL;
    if (getaddrinfo(address, service, &hints, &result) != 0) {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    int fd = socket(result->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    int on = 1;
    if (fd >= 0) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        if (result->ai_family == AF_INET6) {
            setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
        }
        if (bind(fd, result->ai_addr, result->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
            int error = errno;
            close(fd);
            errno = error;
            fd = -1;
        }
    }
    freeaddrinfo(result);
    return fd;
}

uint16_t gateway_port(const struct gateway *gateway)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    if (getsockname(gateway->listeners[0], (struct sockaddr *)&address, &size) != 0) {
        return 0;
    }
    return ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                               : ((struct sockaddr_in *)&address)->sin_port);
}

bool gateway_listen(struct gateway *gateway)
{
    const struct options *options = gateway->options;
    // A port that was free at the first address may be taken at the next: try again with another one.
    for (int attempt = 0; attempt < 16; attempt++) {
        uint16_t port = options->port;
        for (unsigned i = 0; i < options->bind_count; i++) {
            int fd = listen_at(options->bind[i], port);
            if (fd < 0) {
                break;
            }
            gateway->listeners[gateway->listener_count++] = fd;
            port = gateway_port(gateway);
        }
        if (gateway->listener_count == options->bind_count) {
            return true;
        }
        if (options->port || gateway->listener_count == 0) {
            break;
        }
        while (gateway->listener_count > 0) {
            close(gateway->listeners[--gateway->listener_count]);
        }
    }
    fprintf(stderr, "labgateway: It cannot listen on %s: %s.\n", options->bind[gateway->listener_count],
            strerror(errno));
    return false;
}

// Whether a pair waits for its second connection: there is one client at a time, so the next one is it.
static bool second_is_due(const struct gateway *gateway)
{
    for (const struct tunnel *tunnel = gateway->tunnels; tunnel; tunnel = tunnel->next) {
        if (!tunnel->over && tunnel->transport == TRANSPORT_HTTP && !tunnel->in) {
            return true;
        }
    }
    return false;
}

static void accept_channel(struct gateway *gateway, int listener)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    int fd = accept4(listener, (struct sockaddr *)&address, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) {
        return;
    }
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    char host[64] = "";
    char port[8] = "";
    char peer[80];
    getnameinfo((struct sockaddr *)&address, size, host, sizeof host, port, sizeof port,
                NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(peer, sizeof peer, strchr(host, ':') ? "[%s]:%s" : "%s:%s", host, port);
    struct channel *channel = channel_new(fd, gateway->tls, peer);
    if (!channel) {
        close(fd);
        return;
    }
    bool second = second_is_due(gateway);
    struct tunnel *tunnel = tunnel_new(gateway, channel);
    if (!tunnel) {
        channel_free(channel);
        return;
    }
    tunnel->second = second;
    channel->deadline = channel_now() + OPEN_MS;
    channel->next = gateway->channels;
    gateway->channels = channel;
    tunnel_fault(tunnel, STEP_TCP);
}

static void take_lookup(struct gateway *gateway)
{
    struct target_lookup *lookup = NULL;
    if (read(gateway->lookups[0], &lookup, sizeof lookup) != (ssize_t)sizeof lookup) {
        return;
    }
    struct tunnel *tunnel = gateway->tunnels;
    while (tunnel && (tunnel->id != lookup->id || !tunnel->target)) {
        tunnel = tunnel->next;
    }
    target_resolved(tunnel ? tunnel->target : NULL, lookup);
    if (tunnel) {
        tunnel_target(tunnel, 0, channel_now());
    }
}

// What is due without an event: deadlines, bytes that had to wait, queued output.
static void serve_due(struct gateway *gateway, int64_t now)
{
    for (struct tunnel *tunnel = gateway->tunnels; tunnel; tunnel = tunnel->next) {
        if (tunnel->target && tunnel->target->state != TARGET_CONNECTED) {
            tunnel_target(tunnel, 0, now);
        }
    }
    for (struct channel *channel = gateway->channels; channel; channel = channel->next) {
        if (channel->deadline && now >= channel->deadline) {
            if (channel->tunnel) {
                tunnel_end(channel->tunnel, ENDED_ERROR, "Timed out.");
            } else {
                channel->state = CHANNEL_OVER;
            }
        } else if (channel_pending(channel)) {
            front_serve(gateway, channel, 0);
        } else if (channel->in.length > 0) {
            front_resume(gateway, channel);
        }
        if (channel->out.length > 0 && !channel->want_write && channel->state >= CHANNEL_REQUESTS &&
            channel->state <= CHANNEL_IN) {
            channel_write(channel); // a failure shows up in the next poll
        }
    }
}

static void sweep(struct gateway *gateway)
{
    for (struct channel **link = &gateway->channels; *link;) {
        struct channel *channel = *link;
        if (channel->state == CHANNEL_OVER && !channel->tunnel) {
            *link = channel->next;
            channel_free(channel);
        } else {
            link = &channel->next;
        }
    }
    for (struct tunnel **link = &gateway->tunnels; *link;) {
        struct tunnel *tunnel = *link;
        if (tunnel->over) {
            *link = tunnel->next;
            tunnel_free(tunnel);
        } else {
            link = &tunnel->next;
        }
    }
}

// Fills the slots behind the fixed ones; returns how many there are in all. `busy`: something is due at once.
static nfds_t fill(const struct gateway *gateway, struct pollfd *polled, struct slot *slots, bool *busy)
{
    nfds_t count = FIXED;
    unsigned channels = 0;
    for (struct channel *channel = gateway->channels; channel; channel = channel->next) {
        bool paused = channel->tunnel && tunnel_client_paused(channel->tunnel);
        *busy = *busy || (channel_pending(channel) && !paused && channel->in.length < CHANNEL_QUEUE);
        polled[count] = (struct pollfd){channel->fd, channel_events(channel, paused), 0};
        slots[count++] = (struct slot){channel, NULL};
        channels++;
    }
    for (struct tunnel *tunnel = gateway->tunnels; tunnel; tunnel = tunnel->next) {
        if (tunnel->target && tunnel->target->fd >= 0 && !tunnel->faulted) {
            short events = target_events(tunnel->target, tunnel_target_paused(tunnel));
            // A target that hung up is reported whatever is asked for: not to spin, a paused one is left out.
            polled[count] = (struct pollfd){events ? tunnel->target->fd : -1, events, 0};
            slots[count++] = (struct slot){NULL, tunnel};
        }
    }
    for (unsigned i = 0; i < OPTIONS_MAX_BIND; i++) {
        bool listening = i < gateway->listener_count && channels < CHANNELS_MAX;
        polled[3 + i] = (struct pollfd){listening ? gateway->listeners[i] : -1, POLLIN, 0};
    }
    return count;
}

void gateway_run(struct gateway *gateway, int signals, int records)
{
    static struct pollfd polled[SLOTS_MAX];
    static struct slot slots[SLOTS_MAX];
    while (!gateway->over) {
        bool busy = false;
        nfds_t count = fill(gateway, polled, slots, &busy);
        polled[0] = (struct pollfd){signals, POLLIN, 0};
        polled[1] = (struct pollfd){records, record_waiting() ? POLLOUT : 0, 0};
        polled[2] = (struct pollfd){gateway->lookups[0], POLLIN, 0};
        if (poll(polled, count, busy ? 0 : count > FIXED ? TICK_MS : -1) < 0) {
            continue;
        }
        if (polled[0].revents || (polled[1].revents & (POLLERR | POLLHUP))) {
            break;
        }
        if (!record_flush(0)) {
            break;
        }
        int64_t now = channel_now();
        for (nfds_t i = FIXED; i < count; i++) {
            if (polled[i].revents && slots[i].channel) {
                front_serve(gateway, slots[i].channel, polled[i].revents);
            } else if (polled[i].revents) {
                tunnel_target(slots[i].tunnel, polled[i].revents, now);
            }
        }
        if (polled[2].revents) {
            take_lookup(gateway);
        }
        for (unsigned i = 0; i < gateway->listener_count; i++) {
            if (polled[3 + i].revents) {
                accept_channel(gateway, gateway->listeners[i]);
            }
        }
        serve_due(gateway, now);
        sweep(gateway);
    }
    for (struct tunnel *tunnel = gateway->tunnels; tunnel; tunnel = tunnel->next) {
        tunnel_end(tunnel, ENDED_GATEWAY, NULL);
    }
    sweep(gateway);
    record_flush(FLUSH_MS);
}
