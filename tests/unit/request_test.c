// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection/request.h"

enum { PARENT, WORKER };

static int ends[2];

static int set_up(void **state)
{
    (void)state;
    return socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
}

static void hang_up(int end)
{
    if (ends[end] >= 0)
        close(ends[end]);
    ends[end] = -1;
}

static int tear_down(void **state)
{
    (void)state;
    hang_up(PARENT);
    hang_up(WORKER);
    return 0;
}

static struct connection_request example(void)
{
    return (struct connection_request){
        .variant = {{SECURITY_RDP, TLS_1_3, ADDRESS_IPV6, GATEWAY_WEBSOCKET, LICENSE_REUSE}},
        .until = PHASE_LICENSING,
        .at_challenge = true,
        .target = {.host = "2001:db8::1", .port = 3390, .literal = true},
        .gateway = {.host = "gw.example", .port = 443},
        .user = "alice",
        .domain = "CORP",
        // What JSON and line ends must not spoil.
        .password = "p\"a\\s\ns\tw\x01 \x7f/\u00f6\u20ac\U0001F511",
        .gateway_user = "gate",
        .gateway_domain = "EDGE",
        .gateway_password = "{\"}\\n",
        .gateway_token = "token",
        .gateway_bearer = "bearer",
        .alias = "srv",
        .client_name = "FRONTDESK7",
        .redirected_session = 0xFFFFFFFE,
        .load_balance_info = "tsv://MS Terminal Services Plugin.1.Sessions",
        .screenshot = "desk \"\u00f6\".png",
        .config_path = "/tmp/scratch/trial-1",
        .require_certificate = true,
        .autologon = true,
        .settle_ms = 300,
        .deadline_ms = 20000};
}

static void check_equal(const struct connection_request *got, const struct connection_request *sent)
{
    assert_true(variant_equal(&got->variant, &sent->variant));
    assert_int_equal(got->until, sent->until);
    assert_int_equal(got->at_challenge, sent->at_challenge);
    assert_string_equal(got->target.host, sent->target.host);
    assert_int_equal(got->target.port, sent->target.port);
    assert_int_equal(got->target.literal, sent->target.literal);
    assert_string_equal(got->gateway.host, sent->gateway.host);
    assert_int_equal(got->gateway.port, sent->gateway.port);
    assert_int_equal(got->gateway.literal, sent->gateway.literal);
    assert_string_equal(got->user, sent->user ? sent->user : "");
    assert_string_equal(got->domain, sent->domain ? sent->domain : "");
    assert_string_equal(got->password, sent->password ? sent->password : "");
    assert_string_equal(got->gateway_user, sent->gateway_user ? sent->gateway_user : "");
    assert_string_equal(got->gateway_domain, sent->gateway_domain ? sent->gateway_domain : "");
    assert_string_equal(got->gateway_password, sent->gateway_password ? sent->gateway_password : "");
    assert_string_equal(got->gateway_token, sent->gateway_token ? sent->gateway_token : "");
    assert_string_equal(got->gateway_bearer, sent->gateway_bearer ? sent->gateway_bearer : "");
    assert_string_equal(got->client_name, sent->client_name ? sent->client_name : "");
    assert_string_equal(got->alias, sent->alias ? sent->alias : "");
    assert_string_equal(got->screenshot, sent->screenshot ? sent->screenshot : "");
    assert_int_equal(got->redirected_session, sent->redirected_session);
    assert_string_equal(got->load_balance_info, sent->load_balance_info ? sent->load_balance_info : "");
    assert_string_equal(got->config_path, sent->config_path ? sent->config_path : "");
    assert_int_equal(got->require_certificate, sent->require_certificate);
    assert_int_equal(got->autologon, sent->autologon);
    assert_int_equal(got->requests_permit, sent->requests_permit);
    assert_int_equal(got->settle_ms, sent->settle_ms);
    assert_int_equal(got->deadline_ms, sent->deadline_ms);
}

static void goes_round(const struct connection_request *sent)
{
    struct connection_request got;
    assert_true(request_send(sent, ends[PARENT]));
    assert_true(request_receive(&got, ends[WORKER]));
    check_equal(&got, sent);
    request_clear(&got);
    assert_null(got.memory);
    assert_null(got.password);
}

static void goes_round_with_its_secrets(void **state)
{
    struct connection_request request = example();
    (void)state;
    goes_round(&request);
    request.target = (struct target){.host = "srv.example", .port = 65535};
    request.require_certificate = request.autologon = false;
    goes_round(&request); // the same socket takes another
}

static void goes_round_with_nothing_in_it(void **state)
{
    struct connection_request request = {0};
    (void)state;
    goes_round(&request);
}

static void every_level_goes_round(void **state)
{
    struct connection_request request = example();
    (void)state;
    for (int factor = 0; factor < FACTOR_COUNT; factor++) {
        for (unsigned level = 0; level < factor_levels((enum factor)factor); level++) {
            request.variant = variant_with(request.variant, (enum factor)factor, level);
            goes_round(&request);
        }
    }
    for (int phase = 0; phase < PHASE_COUNT; phase++) {
        request.until = (enum phase)phase;
        goes_round(&request);
    }
}

static void every_switch_goes_round_alone(void **state)
{
    struct connection_request request = example();
    (void)state;
    for (unsigned bits = 0; bits < 8; bits++) {
        request.require_certificate = bits & 1;
        request.autologon = bits & 2;
        request.requests_permit = bits & 4;
        goes_round(&request);
    }
}

// A password that cannot be told must not become another one: the server would count a failed logon.
static void refuses_what_is_no_utf8(void **state)
{
    struct connection_request request = example();
    char byte;
    (void)state;
    request.password = "caf\xe9";
    errno = 0;
    assert_false(request_send(&request, ends[PARENT]));
    assert_int_equal(errno, EILSEQ);
    request = example();
    request.user = "\xff";
    assert_false(request_send(&request, ends[PARENT]));
    assert_int_equal(recv(ends[WORKER], &byte, 1, MSG_DONTWAIT), -1); // nothing was sent
}

static void send_notices_that_the_worker_is_gone(void **state)
{
    struct connection_request request = example();
    (void)state;
    hang_up(WORKER);
    assert_false(request_send(&request, ends[PARENT])); // and no SIGPIPE
    assert_int_equal(errno, EPIPE);
}

static bool receives(const char *text, size_t length)
{
    struct connection_request request;
    assert_int_equal(send(ends[PARENT], text, length, MSG_NOSIGNAL), length);
    bool received = request_receive(&request, ends[WORKER]);
    if (received)
        request_clear(&request);
    return received;
}

static void receive_notices_that_the_parent_is_gone(void **state)
{
    struct connection_request request;
    (void)state;
    hang_up(PARENT);
    assert_false(request_receive(&request, ends[WORKER]));
    assert_null(request.memory);
}

static void receive_notices_that_the_parent_died_in_the_middle(void **state)
{
    struct connection_request request = example();
    char line[4096];
    (void)state;
    assert_true(request_send(&request, ends[PARENT]));
    ssize_t n = recv(ends[WORKER], line, sizeof line, 0);
    assert_true(n > 100 && line[n - 1] == '\n');
    assert_int_equal(send(ends[PARENT], line, (size_t)n - 1, 0), n - 1); // all but the newline
    hang_up(PARENT);
    assert_false(request_receive(&request, ends[WORKER]));
}

static void receives_what_comes_in_pieces(void **state)
{
    struct connection_request request = example(), got;
    char line[4096];
    int status;
    (void)state;
    assert_true(request_send(&request, ends[PARENT]));
    ssize_t n = recv(ends[WORKER], line, sizeof line, 0);
    // Datagrams arrive one at a time, as a stream's pieces may.
    hang_up(PARENT);
    hang_up(WORKER);
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends), 0);
    for (ssize_t at = 0; at < n; at += 100)
        assert_true(send(ends[PARENT], line + at, (size_t)(n - at < 100 ? n - at : 100), 0) > 0);
    status = request_receive(&got, ends[WORKER]);
    assert_true(status);
    check_equal(&got, &request);
    request_clear(&got);
}

static void refuses_garbage(void **state)
{
    static const char *const lines[] = {
        "\n", "garbage\n", "{\n", "null\n", "7\n", "[]\n", "{}\n", "{\"phase\":\"tcp\",\"t\":1}\n", "{}\n{}\n",
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (receives(lines[i], strlen(lines[i])))
            fail_msg("taken for a request: %s", lines[i]);
    // The first factors at level 0, then what is given; and the phase.
    static const struct {
        unsigned zeros;
        const char *last, *until;
    } variants[] = {
        {FACTOR_COUNT - 2, "0", "12"},   {FACTOR_COUNT, "0", "12"},      {FACTOR_COUNT - 1, "9", "12"},
        {FACTOR_COUNT - 1, "256", "12"}, {FACTOR_COUNT - 1, "-1", "12"}, {FACTOR_COUNT - 1, "\"off\"", "12"},
        {FACTOR_COUNT - 1, "0", "99"},   {FACTOR_COUNT - 1, "0", "-1"},  {FACTOR_COUNT - 1, "0", "\"active\""},
    };
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
        char line[256] = "{\"variant\":[";
        for (unsigned zero = 0; zero < variants[i].zeros; zero++)
            strcat(line, "0,");
        snprintf(line + strlen(line), sizeof line - strlen(line), "%s],\"until\":%s}\n", variants[i].last,
                 variants[i].until);
        if (receives(line, strlen(line)))
            fail_msg("taken for a request: %s", line);
    }
    assert_false(receives("\0\0\0\n", 4));
    assert_false(receives("{\"user\":\"\xff\"}\n", 13));
}

#define ON_A_SOCKET(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_SOCKET(goes_round_with_its_secrets),
        ON_A_SOCKET(goes_round_with_nothing_in_it),
        ON_A_SOCKET(every_level_goes_round),
        ON_A_SOCKET(every_switch_goes_round_alone),
        ON_A_SOCKET(refuses_what_is_no_utf8),
        ON_A_SOCKET(send_notices_that_the_worker_is_gone),
        ON_A_SOCKET(receive_notices_that_the_parent_is_gone),
        ON_A_SOCKET(receive_notices_that_the_parent_died_in_the_middle),
        ON_A_SOCKET(receives_what_comes_in_pieces),
        ON_A_SOCKET(refuses_garbage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
