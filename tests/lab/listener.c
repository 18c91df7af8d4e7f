// SPDX-License-Identifier: Apache-2.0
#include "listener.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "names.h"

#define LEVELS        (LAB_GATEWAY_WEBSOCKET + 1)
#define LISTENERS_MAX (LAB_ADDRESSES_MAX * LEVELS)
#define PORT_TRIES    50

struct listening {
    int socket;
    enum lab_gateway gateway;
};

// A process that serves a connection
struct child {
    pid_t pid;
    struct timespec start;
    struct lab_record *record; // shared with it
    struct child *next;
};

struct listener {
    const struct lab *lab;
    struct listening listening[LISTENERS_MAX];
    size_t count;
    uint16_t ports[LEVELS];
    bool usable[LAB_ADDRESSES_MAX];
    struct child *children;
    uint32_t connections;
    int signals;
    char *output; // not written yet
    size_t output_length;
    bool over;
};

static int listen_on(const char *address, uint16_t port)
{
    char service[8];
    const struct addrinfo hints = {.ai_flags = AI_PASSIVE | AI_NUMERICHOST | AI_NUMERICSERV,
                                   .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    snprintf(service, sizeof(service), "%u", port);
    if (getaddrinfo(address, service, &hints, &found) != 0) {
        errno = EINVAL;
        return -1;
    }
    const int on = 1;
    const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
        if (found->ai_family == AF_INET6)
            setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
    }
    const bool listens = fd >= 0 && bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, SOMAXCONN) == 0;
    const int error = errno;
    freeaddrinfo(found);
    if (listens)
        return fd;
    if (fd >= 0)
        close(fd);
    errno = error;
    return -1;
}

static uint16_t port_of(int fd)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof(address);
    if (getsockname(fd, (struct sockaddr *)&address, &length) != 0)
        return 0;
    return ntohs(address.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                                               : ((struct sockaddr_in *)&address)->sin_port);
}

// Opens one port on all addresses. Returns false with errno set and *failed the address that did not work.
static bool open_once(struct listener *listener, enum lab_gateway gateway, uint16_t port, const char **failed)
{
    const struct lab_options *options = &listener->lab->options;
    const size_t before = listener->count;
    for (size_t i = 0; i < options->address_count; i++) {
        *failed = options->addresses[i];
        const int fd = listen_on(options->addresses[i], port);
        // The default addresses are those that this machine has: not every one has IPv6.
        if (fd < 0 && !options->addresses_given && (errno == EADDRNOTAVAIL || errno == EAFNOSUPPORT))
            continue;
        if (fd < 0) {
            const int error = errno;
            while (listener->count > before)
                close(listener->listening[--listener->count].socket);
            errno = error;
            return false;
        }
        if (port == 0)
            port = port_of(fd);
        listener->usable[i] = true;
        listener->listening[listener->count++] = (struct listening){fd, gateway};
    }
    listener->ports[gateway] = port;
    return true;
}

static bool open_level(struct listener *listener, enum lab_gateway gateway, uint16_t port)
{
    const char *failed = "";
    for (int i = 0; i < PORT_TRIES; i++) {
        if (open_once(listener, gateway, port, &failed))
            return true;
        if (port != 0 || errno != EADDRINUSE) // a port that is free on one address may be taken on another
            break;
    }
    if (errno == EINVAL)
        fprintf(stderr, "rdplab: cannot listen on %s: not an IP address.\n", failed);
    else
        fprintf(stderr, "rdplab: cannot listen on %s port %u: %s.\n", failed, port, strerror(errno));
    return false;
}

static void queue_line(struct listener *listener, json_t *line)
{
    char *text = line ? json_dumps(line, JSON_COMPACT) : NULL;
    json_decref(line);
    const size_t length = text ? strlen(text) : 0;
    char *grown = text ? realloc(listener->output, listener->output_length + length + 1) : NULL;
    if (grown) {
        memcpy(grown + listener->output_length, text, length);
        grown[listener->output_length + length] = '\n';
        listener->output = grown;
        listener->output_length += length + 1;
    }
    free(text);
}

// Writes what a pipe takes without blocking once it is writable; a slow reader must not stop the lab.
static void write_some(struct listener *listener, size_t limit)
{
    const size_t length = listener->output_length < limit ? listener->output_length : limit;
    const ssize_t count = write(STDOUT_FILENO, listener->output, length);
    if (count < 0) {
        listener->over = errno != EINTR && errno != EAGAIN;
        return;
    }
    listener->output_length -= (size_t)count;
    memmove(listener->output, listener->output + count, listener->output_length);
}

static void announce(struct listener *listener)
{
    const struct lab_options *options = &listener->lab->options;
    json_t *line = json_object();
    json_t *gateways = json_object();
    json_t *addresses = json_array();
    for (size_t i = 0; i < options->address_count; i++)
        if (listener->usable[i])
            json_array_append_new(addresses, json_string(options->addresses[i]));
    for (enum lab_gateway level = LAB_GATEWAY_HTTP; level < LEVELS; level++)
        if (listener->ports[level])
            json_object_set_new(gateways, lab_gateway_name(level), json_integer(listener->ports[level]));
    json_object_set_new(line, "record", json_string("ready"));
    json_object_set_new(line, "port", json_integer(listener->ports[LAB_GATEWAY_OFF]));
    json_object_set_new(line, "gateway_ports", gateways);
    json_object_set_new(line, "addresses", addresses);
    json_object_set_new(line, "pid", json_integer(getpid()));
    queue_line(listener, line);
}

// The address as text; an IPv4 address in an IPv6 socket is none here, because sockets are of one family.
static void fill_local(struct lab_record *record, int client)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof(address);
    if (getsockname(client, (struct sockaddr *)&address, &length) != 0)
        return;
    if (address.ss_family == AF_INET6)
        inet_ntop(AF_INET6, &((struct sockaddr_in6 *)&address)->sin6_addr, record->local, sizeof(record->local));
    else
        inet_ntop(AF_INET, &((struct sockaddr_in *)&address)->sin_addr, record->local, sizeof(record->local));
}

static void fill_segment_size(struct lab_record *record, int client)
{
    socklen_t size = sizeof(record->segment_size);
    if (getsockopt(client, IPPROTO_TCP, TCP_MAXSEG, &record->segment_size, &size) != 0)
        record->segment_size = 0;
}

static void fill_peer(struct lab_record *record, const struct sockaddr_storage *address)
{
    struct lab_facts *facts = &record->facts;
    const bool v6 = address->ss_family == AF_INET6;
    facts->family = v6 ? LAB_FAMILY_IPV6 : LAB_FAMILY_IPV4;
    if (v6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
        inet_ntop(AF_INET6, &in6->sin6_addr, facts->peer, sizeof(facts->peer));
        record->peer_port = ntohs(in6->sin6_port);
    } else {
        const struct sockaddr_in *in = (const struct sockaddr_in *)address;
        inet_ntop(AF_INET, &in->sin_addr, facts->peer, sizeof(facts->peer));
        record->peer_port = ntohs(in->sin_port);
    }
    lab_facts_learn(facts, LAB_FACT_FAMILY);
    lab_facts_learn(facts, LAB_FACT_PEER);
    lab_facts_learn(facts, LAB_FACT_GATEWAY);
    lab_facts_learn(facts, LAB_FACT_CONNECTION);
}

__attribute__((noreturn)) static void serve(struct listener *listener, struct lab_record *record, int client, pid_t lab)
{
    sigset_t none;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != lab) // it died before that
        _exit(1);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (size_t i = 0; i < listener->count; i++)
        close(listener->listening[i].socket);
    close(listener->signals);
    dup2(STDERR_FILENO, STDOUT_FILENO); // only the lab itself writes lines
    peer_serve(listener->lab, record, client);
    _exit(0);
}

static void accept_one(struct listener *listener, const struct listening *from)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof(address);
    const int client = accept4(from->socket, (struct sockaddr *)&address, &length, SOCK_CLOEXEC);
    if (client < 0)
        return;
    struct child *child = calloc(1, sizeof(*child));
    struct lab_record *record = mmap(NULL, sizeof(*record), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!child || record == MAP_FAILED) {
        free(child);
        close(client);
        return;
    }
    const int on = 1;
    setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    record->facts.connection = ++listener->connections;
    record->facts.gateway = from->gateway;
    fill_peer(record, &address);
    fill_local(record, client);
    fill_segment_size(record, client);
    clock_gettime(CLOCK_MONOTONIC, &child->start);
    record->began_ms = (double)child->start.tv_sec * 1e3 + (double)child->start.tv_nsec / 1e6;
    child->record = record;
    const pid_t lab = getpid();
    child->pid = fork();
    if (child->pid == 0)
        serve(listener, record, client, lab);
    close(client);
    child->next = listener->children;
    listener->children = child;
}

static void finish_child(struct listener *listener, struct child *child, bool died)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const double ms =
        (double)(now.tv_sec - child->start.tv_sec) * 1e3 + (double)(now.tv_nsec - child->start.tv_nsec) / 1e6;
    if (died)
        child->record->ended = LAB_ENDED_ERROR;
    queue_line(listener, lab_record_json(child->record, ms));
    munmap(child->record, sizeof(*child->record));
    free(child);
}

static void reap(struct listener *listener)
{
    struct child **link = &listener->children;
    while (*link) {
        struct child *child = *link;
        int status = 0;
        const pid_t pid = child->pid < 0 ? -1 : waitpid(child->pid, &status, WNOHANG);
        if (pid == 0) {
            link = &child->next;
            continue;
        }
        *link = child->next;
        finish_child(listener, child, pid < 0 || !WIFEXITED(status) || WEXITSTATUS(status) != 0);
    }
}

static void read_signals(struct listener *listener)
{
    struct signalfd_siginfo info;
    while (read(listener->signals, &info, sizeof(info)) == (ssize_t)sizeof(info))
        if (info.ssi_signo != SIGCHLD)
            listener->over = true;
}

// Ends what is still served; its connections were ended by the server.
static void stop(struct listener *listener)
{
    while (listener->children) {
        struct child *child = listener->children;
        listener->children = child->next;
        if (child->pid > 0) {
            kill(child->pid, SIGKILL);
            waitpid(child->pid, NULL, 0);
        }
        lab_record_end(child->record, LAB_ENDED_SERVER);
        finish_child(listener, child, false);
    }
    bool failed = false;
    while (listener->output_length > 0 && !failed) {
        listener->over = false;
        write_some(listener, SIZE_MAX);
        failed = listener->over;
    }
    free(listener->output);
}

static void step(struct listener *listener)
{
    enum { OUTPUT, SIGNALS, FIRST };
    struct pollfd fds[FIRST + LISTENERS_MAX] = {
        // A pipe whose reader is gone reports an error even if nothing is asked.
        [OUTPUT] = {.fd = STDOUT_FILENO, .events = listener->output_length ? POLLOUT : 0},
        [SIGNALS] = {.fd = listener->signals, .events = POLLIN},
    };
    for (size_t i = 0; i < listener->count; i++)
        fds[FIRST + i] = (struct pollfd){.fd = listener->listening[i].socket, .events = POLLIN};
    if (poll(fds, FIRST + listener->count, -1) < 0)
        return;
    if (fds[OUTPUT].revents & (POLLERR | POLLHUP | POLLNVAL))
        listener->over = true;
    else if (fds[OUTPUT].revents & POLLOUT)
        write_some(listener, PIPE_BUF);
    if (fds[SIGNALS].revents & POLLIN)
        read_signals(listener);
    for (size_t i = 0; i < listener->count && !listener->over; i++)
        if (fds[FIRST + i].revents & POLLIN)
            accept_one(listener, &listener->listening[i]);
    reap(listener);
}

int listener_run(const struct lab *lab)
{
    struct listener listener = {.lab = lab};
    bool open = open_level(&listener, LAB_GATEWAY_OFF, lab->options.port);
    for (enum lab_gateway level = LAB_GATEWAY_HTTP; open && level < LEVELS; level++)
        if (lab->options.gateway_ports[level])
            open = open_level(&listener, level, 0);
    if (!open)
        return 3;

    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGCHLD);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    listener.signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    if (listener.signals < 0)
        return 3;
    announce(&listener);
    while (!listener.over)
        step(&listener);
    stop(&listener);
    return 0;
}
