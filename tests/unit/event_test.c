// SPDX-License-Identifier: Apache-2.0
// What a worker reports, through a real socket to what its parent makes of it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "connection/event.h"

enum { STREAM_MAX = 65536, GARBLED = 20000 };

struct line {
    const char *text;
    size_t length;
};

struct wire {
    struct event_sink sink;
    int parent;
    char stream[STREAM_MAX];
    size_t used, read;
    struct trial trial;
};

static int set_up(void **state)
{
    static struct wire wire;
    int fds[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
        return -1;
    wire = (struct wire){.sink = {.fd = fds[0], .start = event_clock()}, .parent = fds[1]};
    *state = &wire;
    return trial_init(&wire.trial) ? 0 : -1;
}

static int tear_down(void **state)
{
    struct wire *wire = *state;
    close(wire->sink.fd);
    close(wire->parent);
    trial_clear(&wire->trial);
    return 0;
}

// The next line that was sent, without its newline; what it points to stays. No line: length 0.
static struct line next_line(struct wire *wire)
{
    event_flush(&wire->sink);
    ssize_t n = recv(wire->parent, wire->stream + wire->used, STREAM_MAX - wire->used, MSG_DONTWAIT);
    wire->used += n > 0 ? (size_t)n : 0;
    char *text = wire->stream + wire->read;
    char *end = memchr(text, '\n', wire->used - wire->read);
    if (!end)
        return (struct line){text, 0};
    wire->read += (size_t)(end - text) + 1;
    return (struct line){text, (size_t)(end - text)};
}

// Applies a line from an allocation of exactly its size.
static enum event_kind apply_kind(struct trial *trial, const char *text, size_t length)
{
    char *copy = malloc(length);
    if (length)
        memcpy(copy, text, length);
    enum event_kind kind = event_apply(trial, copy, length);
    free(copy);
    return kind;
}

static bool apply(struct trial *trial, const char *text, size_t length)
{
    return apply_kind(trial, text, length) != EVENT_UNKNOWN;
}

static bool apply_text(struct trial *trial, const char *text)
{
    return apply(trial, text, strlen(text));
}

static void apply_all(struct wire *wire)
{
    for (struct line line = next_line(wire); line.length; line = next_line(wire))
        assert_true(apply(&wire->trial, line.text, line.length));
}

static struct outcome denied(void)
{
    return (struct outcome){.result = RESULT_FAILED,
                            .phase = PHASE_LICENSING,
                            .family = FAMILY_ERRINFO,
                            .side = SIDE_GATEWAY,
                            .code = 0x800010D3,
                            .name = "ERRINFO_\"QUOTED\"\\",
                            .detail = "the server gave its reason: d\u00e9ni\u00e9",
                            .mstsc = {.basis = BASIS_INFERRED, .code = 3, .extended = UINT32_MAX},
                            .freerdp = {.code = 0xFFFFFFFE, .name = "ERRCONNECT_CONNECT_TRANSPORT_FAILED"}};
}

// The answer lies in the socket already, so that nobody waits.
static void a_permit_is_requested_and_named_unused(void **state)
{
    struct wire *wire = *state;
    const char yes = EVENT_PERMIT;
    const double start = wire->sink.start;
    event_append(&wire->sink, FACT_NEGOTIATION_REQUESTED, "SSL"); // goes before the question
    assert_int_equal(send(wire->parent, &yes, 1, 0), 1);
    const double waited = event_request_permit(&wire->sink);
    assert_true(waited >= 0 && wire->sink.start - start >= waited - 0.001 &&
                wire->sink.start - start <= waited + 0.001);
    event_permit_unused(&wire->sink);
    struct line line = next_line(wire);
    assert_int_equal(apply_kind(&wire->trial, line.text, line.length), EVENT_OBSERVED);
    line = next_line(wire);
    assert_int_equal(apply_kind(&wire->trial, line.text, line.length), EVENT_PERMIT_REQUESTED);
    assert_false(apply_text(&wire->trial, "{\"leave\":\"asked\""));
    line = next_line(wire);
    assert_int_equal(apply_kind(&wire->trial, line.text, line.length), EVENT_PERMIT_UNUSED);
}

static void phases_come_with_their_times(void **state)
{
    struct wire *wire = *state;
    wire->sink.start -= 100; // the trial began 100 ms ago
    event_phase(&wire->sink, PHASE_RESOLVE);
    wire->sink.start -= 20;
    event_phase(&wire->sink, PHASE_TCP);
    wire->sink.start -= 30;
    event_phase(&wire->sink, PHASE_NEGOTIATE);
    apply_all(wire);
    const struct phase_time *phases = wire->trial.phases;
    assert_int_equal(wire->trial.phase_count, 3);
    assert_int_equal(phases[0].phase, PHASE_RESOLVE);
    assert_int_equal(phases[1].phase, PHASE_TCP);
    assert_int_equal(phases[2].phase, PHASE_NEGOTIATE);
    assert_true(phases[0].start >= 100);
    assert_true(phases[0].ms >= 20);
    assert_true(phases[1].start >= 120 && phases[1].start == phases[0].start + phases[0].ms);
    assert_true(phases[1].ms >= 30);
    assert_true(phases[2].ms == 0); // still in it
    assert_int_equal(wire->trial.outcome.phase, PHASE_NEGOTIATE);
    // The parent closes the last phase of a worker that it killed.
    event_finish(&wire->trial, 400);
    assert_true(phases[2].start + phases[2].ms == 400);
    assert_true(wire->trial.ms == 400);
}

static void round_trips_belong_to_the_phase_they_end_in(void **state)
{
    struct wire *wire = *state;
    event_phase(&wire->sink, PHASE_TCP);
    event_round_trip(&wire->sink);
    event_phase(&wire->sink, PHASE_TLS);
    event_round_trip(&wire->sink);
    event_round_trip(&wire->sink);
    event_phase(&wire->sink, PHASE_MCS);
    apply_all(wire);
    assert_int_equal(wire->trial.phases[0].round_trips, 1);
    assert_int_equal(wire->trial.phases[1].round_trips, 2);
    assert_int_equal(wire->trial.phases[2].round_trips, 0);
}

static void a_round_trip_before_every_phase_is_no_event(void **state)
{
    struct wire *wire = *state;
    assert_false(apply_text(&wire->trial, "{\"round_trip\":true}"));
}

static void finish_needs_no_phase(void **state)
{
    struct wire *wire = *state;
    event_finish(&wire->trial, 5);
    assert_int_equal(wire->trial.phase_count, 0);
    assert_true(wire->trial.ms == 5);
}

static void facts_keep_their_values(void **state)
{
    struct wire *wire = *state;
    event_fact(&wire->sink, FACT_TLS_VERSION, json_string("1.2"));
    event_fact(&wire->sink, FACT_TLS_VERSION, json_string("1.3")); // a later one replaces an earlier
    event_fact(&wire->sink, FACT_CREDSSP_NTSTATUS, json_integer(0xC000006D));
    event_fact(&wire->sink, FACT_CERTIFICATE_DAYS_LEFT, json_integer(-3));
    event_fact(&wire->sink, FACT_CERTIFICATE_TRUSTED, json_boolean(false));
    event_fact(&wire->sink, FACT_CERTIFICATE_SUBJECT, json_string("CN = \"a\nb\" \u00fc"));
    apply_all(wire);
    const json_t *facts = wire->trial.facts;
    assert_string_equal(fact_text(facts, FACT_TLS_VERSION, ""), "1.3");
    assert_true(fact_integer(facts, FACT_CREDSSP_NTSTATUS, 0) == 0xC000006D);
    assert_int_equal(fact_integer(facts, FACT_CERTIFICATE_DAYS_LEFT, 0), -3);
    assert_false(fact_boolean(facts, FACT_CERTIFICATE_TRUSTED, true));
    assert_string_equal(fact_text(facts, FACT_CERTIFICATE_SUBJECT, ""), "CN = \"a\nb\" \u00fc");
    assert_null(fact_get(facts, FACT_TLS_CIPHER));
}

static void every_fact_has_a_way_through(void **state)
{
    struct wire *wire = *state;
    for (int i = 0; i < FACT_COUNT; i++) {
        switch (fact_row((enum fact)i)->type) {
        case FACT_TEXT:
            event_fact(&wire->sink, (enum fact)i, json_string("text"));
            break;
        case FACT_INTEGER:
            event_fact(&wire->sink, (enum fact)i, json_integer(i));
            break;
        case FACT_BOOLEAN:
            event_fact(&wire->sink, (enum fact)i, json_true());
            break;
        case FACT_LIST:
            event_append(&wire->sink, (enum fact)i, "item");
            break;
        case FACT_REAL:
            event_fact(&wire->sink, (enum fact)i, json_real(0.5));
            break;
        case FACT_OBJECTS:
            event_fact(&wire->sink, (enum fact)i, json_pack("[{s:i}]", "number", i));
            break;
        }
        apply_all(wire);
        assert_non_null(fact_get(wire->trial.facts, (enum fact)i));
    }
}

static void lists_grow(void **state)
{
    struct wire *wire = *state;
    event_append(&wire->sink, FACT_LICENSING_MESSAGES, "LICENSE_REQUEST");
    event_append(&wire->sink, FACT_ADDRESS_FAILED, "::1 ECONNREFUSED");
    event_append(&wire->sink, FACT_LICENSING_MESSAGES, "ERROR_ALERT");
    apply_all(wire);
    const json_t *list = fact_get(wire->trial.facts, FACT_LICENSING_MESSAGES);
    assert_int_equal(json_array_size(list), 2);
    assert_string_equal(json_string_value(json_array_get(list, 0)), "LICENSE_REQUEST");
    assert_string_equal(json_string_value(json_array_get(list, 1)), "ERROR_ALERT");
    assert_true(fact_has(wire->trial.facts, FACT_ADDRESS_FAILED, "::1 ECONNREFUSED"));
}

static void counts_add_up(void **state)
{
    struct wire *wire = *state;
    event_connection(&wire->sink);
    event_connection(&wire->sink);
    event_logon(&wire->sink);
    event_failed_logon(&wire->sink);
    apply_all(wire);
    assert_int_equal(wire->trial.connections, 2);
    assert_int_equal(wire->trial.logons, 1);
    assert_int_equal(wire->trial.failed_logons, 1);
}

static void the_outcome_arrives_whole(void **state)
{
    struct wire *wire = *state;
    struct outcome sent = denied();
    wire->sink.start -= 250;
    event_phase(&wire->sink, PHASE_LICENSING);
    event_outcome(&wire->sink, &sent);
    apply_all(wire);
    const struct outcome *got = &wire->trial.outcome;
    assert_int_equal(got->result, sent.result);
    assert_int_equal(got->phase, sent.phase);
    assert_int_equal(got->family, sent.family);
    assert_int_equal(got->side, sent.side);
    assert_true(got->code == sent.code);
    assert_string_equal(got->name, sent.name);
    assert_string_equal(got->detail, sent.detail);
    assert_int_equal(got->mstsc.basis, sent.mstsc.basis);
    assert_true(got->mstsc.code == sent.mstsc.code && got->mstsc.extended == sent.mstsc.extended);
    assert_true(got->freerdp.code == sent.freerdp.code);
    assert_string_equal(got->freerdp.name, sent.freerdp.name);
    assert_true(wire->trial.ms >= 250);
    assert_true(wire->trial.phases[0].start + wire->trial.phases[0].ms == wire->trial.ms);
}

static void a_later_outcome_replaces_an_earlier(void **state)
{
    struct wire *wire = *state;
    struct outcome first = denied(), second = {.result = RESULT_CONNECTED, .phase = PHASE_ACTIVE};
    event_outcome(&wire->sink, &first);
    event_outcome(&wire->sink, &second);
    apply_all(wire);
    assert_int_equal(wire->trial.outcome.result, RESULT_CONNECTED);
    assert_int_equal(wire->trial.outcome.family, FAMILY_NONE);
    assert_string_equal(wire->trial.outcome.name, "");
    assert_int_equal(wire->trial.outcome.mstsc.basis, BASIS_NONE);
}

static void the_longest_texts_fit(void **state)
{
    struct wire *wire = *state;
    struct outcome sent = denied();
    memset(sent.name, 'n', sizeof sent.name - 1);
    memset(sent.detail, 'd', sizeof sent.detail - 1);
    memset(sent.freerdp.name, 'f', sizeof sent.freerdp.name - 1);
    sent.name[sizeof sent.name - 1] = sent.detail[sizeof sent.detail - 1] = '\0';
    sent.freerdp.name[sizeof sent.freerdp.name - 1] = '\0';
    event_outcome(&wire->sink, &sent);
    apply_all(wire);
    assert_string_equal(wire->trial.outcome.name, sent.name);
    assert_string_equal(wire->trial.outcome.detail, sent.detail);
    assert_string_equal(wire->trial.outcome.freerdp.name, sent.freerdp.name);
}

static void longer_texts_are_cut(void **state)
{
    struct trial *trial = &((struct wire *)*state)->trial;
    char text[1000], line[2000];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    snprintf(line, sizeof line,
             "{\"outcome\":{\"result\":1,\"phase\":1,\"family\":1,\"side\":1,\"basis\":0,\"name\":\"%s\"},\"t\":1}",
             text);
    assert_true(apply_text(trial, line));
    assert_int_equal(strlen(trial->outcome.name), sizeof trial->outcome.name - 1);
    assert_string_equal(trial->outcome.detail, "");
}

// A name that is no UTF-8 cannot be told in JSON; the event is lost, not the worker.
static void what_json_cannot_hold_is_left_out(void **state)
{
    struct wire *wire = *state;
    event_fact(&wire->sink, FACT_ADDRESS_ASKED, json_string("\xff"));
    event_append(&wire->sink, FACT_ADDRESS_RESOLVED, "\xff");
    event_connection(&wire->sink);
    apply_all(wire);
    assert_int_equal(wire->trial.connections, 1);
    assert_null(fact_get(wire->trial.facts, FACT_ADDRESS_ASKED));
}

static size_t all_kinds(struct wire *wire, struct line lines[8])
{
    struct outcome outcome = denied();
    size_t count = 0;
    event_phase(&wire->sink, PHASE_LICENSING);
    event_fact(&wire->sink, FACT_TLS_VERSION, json_string("1.2"));
    event_append(&wire->sink, FACT_LICENSING_MESSAGES, "LICENSE_REQUEST");
    event_connection(&wire->sink);
    event_logon(&wire->sink);
    event_failed_logon(&wire->sink);
    event_outcome(&wire->sink, &outcome);
    while ((lines[count] = next_line(wire)).length)
        count++;
    return count;
}

static void truncated_lines_change_nothing(void **state)
{
    struct wire *wire = *state;
    struct line lines[8];
    struct trial *trial = &wire->trial;
    size_t count = all_kinds(wire, lines);
    assert_int_equal(count, 7);
    for (size_t i = 0; i < count; i++)
        for (size_t length = 0; length < lines[i].length; length++)
            assert_false(apply(trial, lines[i].text, length));
    assert_int_equal(trial->phase_count, 0);
    assert_int_equal(trial->connections + trial->logons + trial->failed_logons, 0);
    assert_int_equal(json_object_size(trial->facts), 0);
    assert_int_equal(trial->outcome.family, FAMILY_NONE);
    for (size_t i = 0; i < count; i++)
        assert_true(apply(trial, lines[i].text, lines[i].length));
}

static void other_lines_are_refused(void **state)
{
    static const char *const lines[] = {
        "",
        "null",
        "7",
        "[]",
        "{}",
        "[{\"phase\":\"tcp\",\"t\":1}]",
        "{\"phase\":\"tcp\",\"t\":1} trailing",
        "malloc(): corrupted top size",
        "{\"phase\":\"nowhere\",\"t\":1}",
        "{\"phase\":3,\"t\":1}",
        "{\"fact\":-1,\"value\":\"x\"}",
        "{\"fact\":1000,\"value\":\"x\"}",
        "{\"fact\":4294967296,\"value\":\"x\"}", // 0 in 32 bits
        "{\"fact\":\"x\",\"value\":\"x\"}",
        "{\"fact\":0}",
        "{\"fact\":0,\"value\":7}", // not the fact's type
        "{\"append\":1000,\"value\":\"x\"}",
        "{\"append\":0,\"value\":\"x\"}", // no list
        "{\"append\":1}",
        "{\"append\":1,\"value\":7}",
        "{\"connection\":false}",
        "{\"logon\":0}",
        "{\"failed_logon\":null}",
        "{\"outcome\":{},\"t\":1}",
        "{\"outcome\":\"connected\",\"t\":1}",
        "{\"outcome\":{\"result\":2,\"phase\":0,\"family\":0,\"side\":1,\"basis\":0},\"t\":1}",
        "{\"outcome\":{\"result\":1,\"phase\":99,\"family\":1,\"side\":1,\"basis\":0},\"t\":1}",
        "{\"outcome\":{\"result\":1,\"phase\":-1,\"family\":1,\"side\":1,\"basis\":0},\"t\":1}",
        "{\"outcome\":{\"result\":1,\"phase\":1,\"family\":99,\"side\":1,\"basis\":0},\"t\":1}",
        "{\"outcome\":{\"result\":1,\"phase\":1,\"family\":1,\"side\":1,\"basis\":7},\"t\":1}",
        "{\"outcome\":{\"result\":1,\"phase\":1,\"family\":1,\"side\":4,\"basis\":0},\"t\":1}",
    };
    struct trial *trial = &((struct wire *)*state)->trial;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (apply_text(trial, lines[i]))
            fail_msg("taken for an event: %s", lines[i]);
    assert_int_equal(trial->phase_count, 0);
    assert_int_equal(trial->connections + trial->logons + trial->failed_logons, 0);
    assert_int_equal(json_object_size(trial->facts), 0);
    assert_int_equal(trial->outcome.family, FAMILY_NONE);
    assert_true(trial->ms == 0);
}

static void garbled_lines_leave_a_sound_record(void **state)
{
    struct wire *wire = *state;
    struct line lines[8];
    struct trial *trial = &wire->trial;
    size_t count = all_kinds(wire, lines);
    char text[1024];

    srand(1);
    for (int i = 0; i < GARBLED; i++) {
        struct line line = lines[(size_t)i % count];
        memcpy(text, line.text, line.length);
        for (int times = 1 + rand() % 3; times; times--)
            text[(size_t)rand() % line.length] = rand() % 2 ? (char)rand() : "0123456789\"{}[]:,-"[rand() % 18];
        apply(trial, text, line.length);
        assert_true(trial->phase_count <= PHASE_COUNT);
        assert_true((unsigned)trial->outcome.result <= RESULT_FAILED);
        assert_true((unsigned)trial->outcome.phase < PHASE_COUNT);
        assert_true((unsigned)trial->outcome.family < FAMILY_COUNT);
        assert_true((unsigned)trial->outcome.mstsc.basis <= BASIS_INFERRED);
        assert_true(strnlen(trial->outcome.name, sizeof trial->outcome.name) < sizeof trial->outcome.name);
        assert_true(strnlen(trial->outcome.detail, sizeof trial->outcome.detail) < sizeof trial->outcome.detail);
    }
}

static void phases_beyond_the_table_are_not_kept(void **state)
{
    struct trial *trial = &((struct wire *)*state)->trial;
    for (int i = 0; i < 3 * PHASE_COUNT; i++)
        assert_true(apply_text(trial, "{\"phase\":\"tcp\",\"t\":7}"));
    assert_int_equal(trial->phase_count, PHASE_COUNT);
}

static void steps_come_with_their_times(void **state)
{
    struct wire *wire = *state;
    struct trial *trial = &wire->trial;
    const struct step_time *steps = trial->steps;

    assert_true(apply_text(trial, "{\"phase\":\"tcp\",\"t\":1}"));
    assert_true(apply_text(trial, "{\"phase\":\"gateway\",\"t\":2}"));
    event_step(&wire->sink, GATEWAY_STEP_TLS);
    struct line line = next_line(wire);
    assert_true(apply(trial, line.text, line.length));
    assert_int_equal(trial->step_count, 1);
    assert_int_equal(steps[0].step, GATEWAY_STEP_TLS);
    assert_true(apply_text(trial, "{\"step\":\"http\",\"t\":10}"));
    assert_true(steps[0].start + steps[0].ms == 10 && steps[1].start == 10 && steps[1].ms == 0);
    assert_true(apply_text(trial, "{\"step\":\"handshake\",\"t\":11.5}"));
    assert_true(steps[1].ms == 1.5);
    // The phase after it ends the last step, and nothing later does.
    assert_true(apply_text(trial, "{\"phase\":\"negotiate\",\"t\":20}"));
    assert_true(steps[2].ms == 8.5 && trial->phases[1].ms == 18);
    event_finish(trial, 100);
    assert_true(steps[2].ms == 8.5 && trial->phases[2].ms == 80);
}

static void a_killed_worker_leaves_its_step(void **state)
{
    struct trial *trial = &((struct wire *)*state)->trial;

    assert_true(apply_text(trial, "{\"phase\":\"gateway\",\"t\":2}"));
    assert_true(apply_text(trial, "{\"step\":\"authorize\",\"t\":3}"));
    event_finish(trial, 2000);
    assert_true(trial->steps[0].ms == 1997 && trial->phases[0].ms == 1998);
    assert_false(apply_text(trial, "{\"step\":\"lunch\",\"t\":3}"));
    assert_false(apply_text(trial, "{\"step\":7,\"t\":3}"));
    for (int i = 0; i < 2 * GATEWAY_STEP_COUNT; i++)
        assert_true(apply_text(trial, "{\"step\":\"tls\",\"t\":7}"));
    assert_int_equal(trial->step_count, GATEWAY_STEP_COUNT);
}

#define ON_A_WIRE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

static void a_flood_is_bounded_and_said(void **state)
{
    struct wire *wire = *state;
    const struct outcome outcome = denied();
    for (unsigned i = 0; i < EVENT_LIST_MAX + 1000; i++) {
        event_append(&wire->sink, FACT_LICENSING_MESSAGES, "ERROR_ALERT");
        apply_all(wire);
        wire->used = wire->read = 0;
    }
    assert_int_equal(json_array_size(fact_get(wire->trial.facts, FACT_LICENSING_MESSAGES)), EVENT_LIST_MAX);
    for (unsigned i = 0; i < EVENT_BYTES_MAX / 16; i++) {
        event_fact(&wire->sink, FACT_ADDRESS_PORT, json_integer(i));
        apply_all(wire);
        wire->used = wire->read = 0;
    }
    assert_true(wire->sink.reported <= EVENT_BYTES_MAX && wire->sink.left_out > 1000);
    event_phase(&wire->sink, PHASE_LICENSING);
    event_outcome(&wire->sink, &outcome);
    apply_all(wire);
    assert_int_equal(fact_integer(wire->trial.facts, FACT_END_LEFT_OUT, 0), wire->sink.left_out);
    assert_int_equal(wire->trial.outcome.code, outcome.code);
}

static void an_overlong_event_is_left_out(void **state)
{
    struct wire *wire = *state;
    char *text = malloc(EVENT_LINE_MAX + 1);
    memset(text, 'x', EVENT_LINE_MAX);
    text[EVENT_LINE_MAX] = '\0';
    event_fact(&wire->sink, FACT_ADDRESS_ASKED, json_string(text));
    free(text);
    assert_int_equal(next_line(wire).length, 0);
    assert_int_equal(wire->sink.left_out, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_A_WIRE(a_permit_is_requested_and_named_unused),
        ON_A_WIRE(phases_come_with_their_times),
        ON_A_WIRE(round_trips_belong_to_the_phase_they_end_in),
        ON_A_WIRE(a_round_trip_before_every_phase_is_no_event),
        ON_A_WIRE(finish_needs_no_phase),
        ON_A_WIRE(facts_keep_their_values),
        ON_A_WIRE(every_fact_has_a_way_through),
        ON_A_WIRE(lists_grow),
        ON_A_WIRE(counts_add_up),
        ON_A_WIRE(the_outcome_arrives_whole),
        ON_A_WIRE(a_later_outcome_replaces_an_earlier),
        ON_A_WIRE(the_longest_texts_fit),
        ON_A_WIRE(longer_texts_are_cut),
        ON_A_WIRE(what_json_cannot_hold_is_left_out),
        ON_A_WIRE(truncated_lines_change_nothing),
        ON_A_WIRE(other_lines_are_refused),
        ON_A_WIRE(garbled_lines_leave_a_sound_record),
        ON_A_WIRE(phases_beyond_the_table_are_not_kept),
        ON_A_WIRE(steps_come_with_their_times),
        ON_A_WIRE(a_flood_is_bounded_and_said),
        ON_A_WIRE(an_overlong_event_is_left_out),
        ON_A_WIRE(a_killed_worker_leaves_its_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
