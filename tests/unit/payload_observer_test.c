// SPDX-License-Identifier: Apache-2.0
// What is made of user data of MCS on each kind of channel.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection/observe/observe.h"
#include "pdu_example.h"

enum { IO = 1003, DRDYNVC = 1007, MESSAGE = 1008 };

// SEC_LICENSE_PKT with ERROR_ALERT STATUS_VALID_CLIENT, and NEW_LICENSE, MS-RDPBCGR 2.2.1.12.
#define VALID_CLIENT "80 00 00 00 ff 03 10 00 07 00 00 00 02 00 00 00 28 14 00 00"
#define NEW_LICENSE  "80 00 00 00 03 03 04 00"
// Share PDUs: Save Session Info of a plain logon, and Set Error Info.
#define LOGON      "16 00 17 00 ea 03 ea 03 01 00 00 02 16 00 26 00 00 00 02 00 00 00"
#define ERROR_INFO "16 00 17 00 00 00 ea 03 01 00 00 01 16 00 2f 00 00 00 07 00 00 00"
// Under TLS a broker's pduType has no version; then pad and a packet of session 6 that names 192.0.2.1.
// Logon errors, 2.2.10.1.1.4.1.1: SESSION_CONTINUE with session 1, which is no LOGON_FAILED_UPDATE_PASSWORD.
#define CONTINUES                                                                                                      \
    "28 00 17 00 ea 03 ea 03 01 00 00 02 28 00 26 00 00 00 03 00 00 00 12 00 02 00 00 00 08 00 00 00 "                 \
    "fe ff ff ff 01 00 00 00"
#define REDIRECTION                                                                                                    \
    "2e 00 0a 00 ea 03 00 00 00 04 26 00 06 00 00 00 01 00 00 00 14 00 00 00 "                                         \
    "31 00 39 00 32 00 2e 00 30 00 2e 00 32 00 2e 00 31 00 00 00 00 00"
// Auto-detection on the message channel: RTT request; network characteristics with base RTT 7, average 9.
#define RTT_REQUEST "00 10 00 00 06 00 01 00 01 00"
#define NETCHAR     "00 10 00 00 0e 00 01 00 40 08 07 00 00 00 09 00 00 00"

struct made {
    struct event_sink sink;
    struct trace trace;
    struct progress progress;
    struct connection_request request;
    struct observer observer;
    int parent;
};

static int set_up(void **state)
{
    static struct made made;
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
        return -1;
    made = (struct made){.sink = {.fd = fds[0]}, .parent = fds[1]};
    made.progress = (struct progress){.trace = &made.trace, .sink = &made.sink, .until = PHASE_ACTIVE};
    made.observer = (struct observer){.request = &made.request,
                                      .sink = &made.sink,
                                      .trace = &made.trace,
                                      .progress = &made.progress,
                                      .io_channel = IO,
                                      .message_channel = MESSAGE};
    *state = &made;
    return 0;
}

static int tear_down(void **state)
{
    struct made *made = *state;
    close(made->sink.fd);
    close(made->parent);
    return 0;
}

static enum ending server(struct made *made, uint16_t channel, const char *hex)
{
    struct pdu_example bytes = pdu_example(hex);
    return observe_server_payload(&made->observer, channel, (struct bytes){bytes.data, bytes.size});
}

static void reach(struct made *made, enum phase phase)
{
    assert_int_equal(progress_begin(&made->progress, phase), GOES_ON);
}

// Whether what was reported since the last call has this text in it; "": whether anything was reported.
static bool tells(struct made *made, const char *text)
{
    char events[4096];
    event_flush(&made->sink);
    ssize_t n = recv(made->parent, events, sizeof events, MSG_DONTWAIT);
    return n > 0 && memmem(events, (size_t)n, text, strlen(text));
}

static void a_static_channel_has_no_headers(void **state)
{
    static const char *const payloads[] = {VALID_CLIENT,
                                           NEW_LICENSE,
                                           LOGON,
                                           ERROR_INFO,
                                           REDIRECTION,
                                           NETCHAR,
                                           "40 00 00 00 03 00 00 00",
                                           "01 00 00 00 03 00 00 00 20"};
    struct made *made = *state;
    bool client_info = false;

    reach(made, PHASE_LICENSING);
    assert_true(tells(made, ""));
    for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++) {
        struct pdu_example bytes = pdu_example(payloads[i]);
        assert_int_equal(server(made, DRDYNVC, payloads[i]), GOES_ON);
        assert_int_equal(
            observe_client_payload(&made->observer, DRDYNVC, (struct bytes){bytes.data, bytes.size}, &client_info),
            GOES_ON);
        assert_false(client_info);
    }
    assert_int_equal(made->trace.phase, PHASE_LICENSING);
    assert_false(made->trace.redirected || made->trace.logged_on || made->trace.error_info_seen);
    assert_false(made->observer.encryption.headers); // nor was the length 1 a Security Exchange
    assert_false(tells(made, ""));
}

static void the_message_channel_has_auto_detection(void **state)
{
    static const char *const payloads[] = {VALID_CLIENT, NEW_LICENSE, LOGON, ERROR_INFO, REDIRECTION, RTT_REQUEST};
    struct made *made = *state;

    reach(made, PHASE_LICENSING);
    assert_true(tells(made, ""));
    for (size_t i = 0; i < sizeof payloads / sizeof payloads[0]; i++)
        assert_int_equal(server(made, MESSAGE, payloads[i]), GOES_ON);
    assert_int_equal(made->trace.phase, PHASE_LICENSING);
    assert_false(made->trace.redirected || made->trace.logged_on || made->trace.error_info_seen);
    assert_false(tells(made, ""));
    assert_int_equal(server(made, MESSAGE, NETCHAR), GOES_ON);
    assert_true(tells(made, "\"value\":9") || tells(made, "\"value\": 9"));
}

static void licensing_ends_once(void **state)
{
    struct made *made = *state;

    reach(made, PHASE_LICENSING);
    assert_int_equal(server(made, IO, VALID_CLIENT), GOES_ON);
    assert_int_equal(made->trace.phase, PHASE_CAPABILITIES);
    assert_true(tells(made, "ERROR_ALERT"));
    assert_int_equal(server(made, IO, NEW_LICENSE), GOES_ON);
    assert_false(tells(made, ""));
}

static void an_io_channel_of_another_id(void **state)
{
    struct made *made = *state;
    made->observer.io_channel = 1010;
    reach(made, PHASE_ACTIVE);
    assert_int_equal(server(made, IO, LOGON), GOES_ON);
    assert_false(made->trace.logged_on);
    assert_int_equal(server(made, 1010, LOGON), GOES_ON);
    assert_true(made->trace.logged_on);
}

static void a_logon_that_goes_on_is_no_failure(void **state)
{
    struct made *made = *state;
    reach(made, PHASE_ACTIVE);
    assert_int_equal(server(made, IO, CONTINUES), GOES_ON);
    assert_true(made->observer.logon_begun_at > 0);
    assert_false(made->trace.logon_error || made->trace.logged_on);
    assert_true(tells(made, "SESSION_CONTINUE"));
}

static void a_broker_redirects_under_tls(void **state)
{
    struct made *made = *state;
    reach(made, PHASE_CAPABILITIES);
    assert_int_equal(server(made, IO, REDIRECTION), ENDS_FAILED);
    assert_true(made->trace.redirected);
    assert_string_equal(made->trace.redirected_to, "192.0.2.1");
}

#define with_observer(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        with_observer(a_static_channel_has_no_headers),
        with_observer(the_message_channel_has_auto_detection),
        with_observer(licensing_ends_once),
        with_observer(an_io_channel_of_another_id),
        with_observer(a_logon_that_goes_on_is_no_failure),
        with_observer(a_broker_redirects_under_tls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
