// SPDX-License-Identifier: Apache-2.0
// How the kernel tells a peer's end, on real loopback connections.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection/peer_end.h"

enum { WAIT_MS = 5000 };

struct pair {
    int client, server;
};

static int set_up(void **state)
{
    static struct pair pair;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 1) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        return -1;
    pair.client = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(pair.client, (struct sockaddr *)&address, size) != 0)
        return -1;
    pair.server = accept(listener, NULL, NULL);
    close(listener);
    *state = &pair;
    return pair.server < 0 ? -1 : 0;
}

static int tear_down(void **state)
{
    struct pair *pair = *state;
    close(pair->client);
    if (pair->server >= 0)
        close(pair->server);
    return 0;
}

static void close_server(struct pair *pair)
{
    close(pair->server);
    pair->server = -1;
}

static void wait_for(int fd, short events)
{
    struct pollfd wait = {.fd = fd, .events = events};
    assert_int_equal(poll(&wait, 1, WAIT_MS), 1);
}

static void open_while_it_is_open(void **state)
{
    struct pair *pair = *state;
    assert_int_equal(peer_end_of(pair->client), PEER_OPEN);
    assert_int_equal(write(pair->server, "x", 1), 1);
    wait_for(pair->client, POLLIN);
    assert_int_equal(peer_end_of(pair->client), PEER_OPEN);
    // This side's own farewell says nothing about the peer.
    assert_int_equal(shutdown(pair->client, SHUT_WR), 0);
    wait_for(pair->server, POLLIN | POLLRDHUP);
    assert_int_equal(peer_end_of(pair->client), PEER_OPEN);
}

static void fin_where_the_peer_closed(void **state)
{
    struct pair *pair = *state;
    close_server(pair);
    wait_for(pair->client, POLLRDHUP);
    assert_int_equal(peer_end_of(pair->client), PEER_FIN);
}

static void fin_although_data_is_left_to_read(void **state)
{
    struct pair *pair = *state;
    assert_int_equal(write(pair->server, "goodbye", 7), 7);
    close_server(pair);
    wait_for(pair->client, POLLRDHUP);
    assert_int_equal(peer_end_of(pair->client), PEER_FIN);
}

static void fin_where_the_peer_only_stopped_sending(void **state)
{
    struct pair *pair = *state;
    assert_int_equal(shutdown(pair->server, SHUT_WR), 0);
    wait_for(pair->client, POLLRDHUP);
    assert_int_equal(peer_end_of(pair->client), PEER_FIN);
}

static void rst_where_the_peer_aborted(void **state)
{
    struct pair *pair = *state;
    struct linger abort_at_once = {.l_onoff = 1, .l_linger = 0};
    assert_int_equal(setsockopt(pair->server, SOL_SOCKET, SO_LINGER, &abort_at_once, sizeof abort_at_once), 0);
    close_server(pair);
    wait_for(pair->client, POLLIN);
    assert_int_equal(peer_end_of(pair->client), PEER_RST);
}

static void rst_where_the_peer_closed_with_data_unread(void **state)
{
    struct pair *pair = *state;
    assert_int_equal(write(pair->client, "client info", 11), 11);
    wait_for(pair->server, POLLIN);
    close_server(pair);
    wait_for(pair->client, POLLIN);
    assert_int_equal(peer_end_of(pair->client), PEER_RST);
}

static void rst_where_this_side_wrote_after_the_fin(void **state)
{
    struct pair *pair = *state;
    close_server(pair);
    wait_for(pair->client, POLLRDHUP);
    assert_int_equal(send(pair->client, "x", 1, MSG_NOSIGNAL), 1);
    wait_for(pair->client, POLLHUP);
    assert_int_equal(peer_end_of(pair->client), PEER_RST);
}

static void open_where_there_is_no_tcp(void **state)
{
    int fds[2];
    (void)state;
    assert_int_equal(peer_end_of(-1), PEER_OPEN);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    close(fds[1]);
    assert_int_equal(peer_end_of(fds[0]), PEER_OPEN);
    close(fds[0]);
    assert_int_equal(peer_end_of(fds[0]), PEER_OPEN); // no descriptor any more
}

#define WITH_A_PAIR(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_A_PAIR(open_while_it_is_open),
        WITH_A_PAIR(fin_where_the_peer_closed),
        WITH_A_PAIR(fin_although_data_is_left_to_read),
        WITH_A_PAIR(fin_where_the_peer_only_stopped_sending),
        WITH_A_PAIR(rst_where_the_peer_aborted),
        WITH_A_PAIR(rst_where_the_peer_closed_with_data_unread),
        WITH_A_PAIR(rst_where_this_side_wrote_after_the_fin),
        cmocka_unit_test(open_where_there_is_no_tcp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
