// SPDX-License-Identifier: Apache-2.0
// What the parent makes of a worker that does not keep to what workers do.
#include "runner/attempt.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection/event.h"
#include "trial/fact.h"

struct case_of {
    struct run_options options;
    struct attempt attempt;
    int worker;
};

static void begin(struct case_of *c)
{
    int pair[2];
    const struct variant none = {0};
    *c = (struct case_of){.options = run_options_default()};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_true(attempt_init(&c->attempt, &c->options, "/nonexistent", 1, &none, PHASE_NEGOTIATE, 1));
    c->attempt.fd = pair[0];
    c->worker = pair[1];
    c->attempt.start = event_clock();
}

static void end(struct case_of *c)
{
    close(c->worker);
    attempt_clear(&c->attempt, NULL);
}

static void test_a_flood_is_cut_off(void **state)
{
    static const char line[] = "{\"append\":2,\"value\":\"10.0.0.1 ECONNREFUSED\"}\n";
    struct case_of c;
    size_t sent = 0;
    (void)state;
    begin(&c);
    while (attempt_read(&c.attempt)) {
        assert_int_equal(send(c.worker, line, sizeof line - 1, MSG_NOSIGNAL), sizeof line - 1);
        sent += sizeof line - 1;
        assert_true(sent <= 2 * EVENT_STREAM_MAX);
    }
    const struct worker_end ended = {.status = SIGKILL};
    attempt_reap(&c.attempt, &ended);
    attempt_finish(&c.attempt);
    assert_int_equal(c.attempt.trial.outcome.family, FAMILY_CRASH);
    assert_string_equal(c.attempt.trial.outcome.name, "FLOOD");
    end(&c);
}

static void test_a_line_without_an_end_is_cut_off(void **state)
{
    char piece[1024];
    struct case_of c;
    size_t sent = 0;
    (void)state;
    memset(piece, 'x', sizeof piece);
    begin(&c);
    while (attempt_read(&c.attempt) && sent <= 2 * EVENT_LINE_MAX)
        sent += send(c.worker, piece, sizeof piece, MSG_NOSIGNAL) == sizeof piece ? sizeof piece : 0;
    assert_int_equal(c.attempt.fd, -1);
    end(&c);
}

static void test_a_stopped_call_has_its_name(void **state)
{
    static const char line[] = "{\"fact\":%d,\"value\":\"execve\"}\n";
    char text[64];
    struct case_of c;
    (void)state;
    begin(&c);
    const int length = snprintf(text, sizeof text, line, (int)FACT_END_BLOCKED_CALL);
    assert_int_equal(send(c.worker, text, (size_t)length, MSG_NOSIGNAL), length);
    shutdown(c.worker, SHUT_WR);
    assert_false(attempt_read(&c.attempt));
    const struct worker_end ended = {.status = SIGSYS};
    attempt_reap(&c.attempt, &ended);
    attempt_finish(&c.attempt);
    assert_int_equal(c.attempt.trial.outcome.family, FAMILY_CRASH);
    assert_string_equal(c.attempt.trial.outcome.name, "SANDBOX");
    assert_non_null(strstr(c.attempt.trial.outcome.detail, "execve()"));
    end(&c);
}

static void test_overdue_after_the_grace(void **state)
{
    struct case_of c;
    (void)state;
    begin(&c);
    const double due = c.attempt.start + c.options.profile.deadline_ms;
    assert_false(attempt_overdue(&c.attempt, due + 1000));
    assert_true(attempt_overdue(&c.attempt, due + 2000));
    c.attempt.asking = true; // its clock stands still
    assert_false(attempt_overdue(&c.attempt, due + 2000));
    end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_flood_is_cut_off), cmocka_unit_test(test_a_line_without_an_end_is_cut_off),
        cmocka_unit_test(test_a_stopped_call_has_its_name), cmocka_unit_test(test_overdue_after_the_grace)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
