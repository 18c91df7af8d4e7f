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
        .profile = {.levels = {{SECURITY_RDP, TLS_1_3, ADDRESS_IPV6, GATEWAY_WEBSOCKET, LICENSE_REUSE}},
                    .target = {.host = "2001:db8::1", .port = 3390, .literal = true},
                    .has_gateway = true,
                    .gateway = {.host = "gw.example", .port = 443},
                    .account = {"alice", "CORP"},
                    .gateway_account = {"gate", "EDGE"},
                    // What JSON and line ends must not spoil.
                    .secret = {[PROFILE_PASSWORD] = "p\"a\\s\ns\tw\x01 \x7f/\u00f6\u20ac\U0001F511",
                               [PROFILE_GATEWAY_PASSWORD] = "{\"}\\n",
                               [PROFILE_GATEWAY_TOKEN] = "token",
                               [PROFILE_GATEWAY_BEARER] = "bearer"},
                    .operand = {[FACTOR_ADDRESS] = "srv",
                                [FACTOR_CLIENT_NAME] = "FRONTDESK7",
                                [FACTOR_LOAD_BALANCE] = "tsv://MS Terminal Services Plugin.1.Sessions"},
                    .redirected_session = 0xFFFFFFFE,
                    .certificate_policy = CERTIFICATE_REQUIRE,
                    .autologon = true,
                    .settle_ms = 300,
                    .deadline_ms = 20000,
                    .pause_ms = 500,
                    .scan_pause_ms = 60,
                    .max_failed_logons = 2,
                    .max_trials = 7},
        .until = PHASE_LICENSING,
        .at_challenge = true,
        .screenshot = "desk \"\u00f6\".png",
        .config_path = "/tmp/scratch/trial-1"};
}

static void check_targets(const struct target *got, const struct target *sent)
{
    assert_string_equal(got->host, sent->host);
    assert_int_equal(got->port, sent->port);
    assert_int_equal(got->literal, sent->literal);
}

static void check_profiles(const struct profile *got, const struct profile *sent)
{
    assert_true(variant_equal(&got->levels, &sent->levels));
    check_targets(&got->target, &sent->target);
    assert_int_equal(got->has_gateway, sent->has_gateway);
    check_targets(&got->gateway, &sent->gateway);
    assert_string_equal(got->account.user, sent->account.user);
    assert_string_equal(got->account.domain, sent->account.domain);
    assert_string_equal(got->gateway_account.user, sent->gateway_account.user);
    assert_string_equal(got->gateway_account.domain, sent->gateway_account.domain);
    for (int i = 0; i < PROFILE_SECRETS; i++)
        assert_string_equal(profile_secret(got, (enum profile_secret)i), profile_secret(sent, (enum profile_secret)i));
    for (int f = 0; f < FACTOR_COUNT; f++)
        assert_string_equal(got->operand[f], sent->operand[f]);
    assert_int_equal(got->redirected_session, sent->redirected_session);
    assert_int_equal(got->certificate_policy, sent->certificate_policy);
    assert_int_equal(got->autologon, sent->autologon);
    assert_int_equal(got->settle_ms, sent->settle_ms);
    assert_int_equal(got->deadline_ms, sent->deadline_ms);
    assert_int_equal(got->pause_ms, sent->pause_ms);
    assert_int_equal(got->scan_pause_ms, sent->scan_pause_ms);
    assert_int_equal(got->max_failed_logons, sent->max_failed_logons);
    assert_int_equal(got->max_trials, sent->max_trials);
}

static void check_equal(const struct connection_request *got, const struct connection_request *sent)
{
    check_profiles(&got->profile, &sent->profile);
    assert_int_equal(got->until, sent->until);
    assert_int_equal(got->at_challenge, sent->at_challenge);
    assert_string_equal(got->screenshot, sent->screenshot ? sent->screenshot : "");
    assert_string_equal(got->config_path, sent->config_path ? sent->config_path : "");
    assert_int_equal(got->requests_permit, sent->requests_permit);
}

static void goes_round(const struct connection_request *sent)
{
    struct connection_request got;
    assert_true(request_send(sent, ends[PARENT]));
    assert_true(request_receive(&got, ends[WORKER]));
    check_equal(&got, sent);
    request_clear(&got);
    assert_null(got.memory);
    assert_null(got.profile.secret[PROFILE_PASSWORD]);
}

static void goes_round_with_its_secrets(void **state)
{
    struct connection_request request = example();
    (void)state;
    goes_round(&request);
    request.profile.target = (struct target){.host = "srv.example", .port = 65535};
    request.profile.certificate_policy = CERTIFICATE_REPORT;
    request.profile.autologon = false;
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
            request.profile.levels = variant_with(request.profile.levels, (enum factor)factor, level);
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
        request.profile.certificate_policy = bits & 1 ? CERTIFICATE_REQUIRE : CERTIFICATE_REPORT;
        request.profile.autologon = bits & 2;
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
    request.profile.secret[PROFILE_PASSWORD] = "caf\xe9";
    errno = 0;
    assert_false(request_send(&request, ends[PARENT]));
    assert_int_equal(errno, EILSEQ);
    request = example();
    strcpy(request.profile.account.user, "\xff");
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
    assert_false(receives("\0\0\0\n", 4));
    assert_false(receives("{\"user\":\"\xff\"}\n", 13));
}

// A request with one member of it, or of its profile or its levels, set to something else (NULL: taken away).
static bool receives_with(const char *object, const char *inner, const char *member, json_t *value)
{
    const struct connection_request good = example();
    json_t *json = json_pack("{s:o, s:i}", "profile", profile_to_json(&good.profile, true), "until", (int)good.until);
    json_t *place = object ? json_object_get(json, object) : json;
    place = inner ? json_object_get(place, inner) : place;
    if (value)
        json_object_set_new(place, member, value);
    else
        json_object_del(place, member);
    char *line = json_dumps(json, JSON_COMPACT);
    size_t length = strlen(line);
    line[length] = '\n'; // in place of the terminator
    bool received = receives(line, length + 1);
    free(line);
    json_decref(json);
    return received;
}

static void refuses_what_is_missing_or_wrong(void **state)
{
    const char *last = factor_row(FACTOR_COUNT - 1)->name;
    (void)state;
    assert_true(receives_with(NULL, NULL, "until", json_integer(12)));
    assert_true(receives_with("profile", "levels", last, json_string(level_name(FACTOR_COUNT - 1, 1))));
    assert_false(receives_with("profile", "levels", last, NULL));
    assert_false(receives_with("profile", "levels", last, json_string("9")));
    assert_false(receives_with("profile", "levels", last, json_integer(0)));
    assert_false(receives_with(NULL, NULL, "until", json_integer(99)));
    assert_false(receives_with(NULL, NULL, "until", json_integer(-1)));
    assert_false(receives_with(NULL, NULL, "until", json_string("active")));
    assert_false(receives_with(NULL, NULL, "until", NULL));
    assert_false(receives_with(NULL, NULL, "profile", NULL));
    assert_false(receives_with("profile", NULL, "levels", NULL));
    assert_false(receives_with("profile", NULL, "operands", NULL));
    assert_false(receives_with("profile", NULL, "target", NULL));
    assert_false(receives_with("profile", NULL, "account", NULL));
    assert_false(receives_with("profile", NULL, "deadline_ms", json_integer(-1)));
    assert_false(receives_with("profile", NULL, "deadline_ms", json_string("20")));
    assert_false(receives_with("profile", "target", "host", json_string("[")));
    assert_false(receives_with("profile", "target", "port", json_integer(65536)));
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
        ON_A_SOCKET(refuses_what_is_missing_or_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
