// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/tally.h"

static void add(struct tally *tally, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct tally *tally, const char *format, ...)
{
    char line[2000];
    struct record record;
    struct tally_trial trial;
    const char *error;
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    assert_true(record_read(line, (size_t)length, &record, &error));
    tally_add(tally, &record, &trial, NULL, NULL);
}

static void add_trial(struct tally *tally, unsigned target, unsigned step, bool met)
{
    add(tally,
        "{\"record\":\"trial\",\"schema\":1,\"target\":\"h:1\",\"target_id\":\"%x\",\"step\":%u,\"repeat\":1,\"ms\":2,"
        "\"variant\":{\"security\":\"nla\"},\"outcome\":{\"result\":\"connected\",\"phase\":\"active\"},"
        "\"logons\":1,\"expectations\":[{\"text\":\"connected\",\"met\":%s}]}",
        target, step, met ? "true" : "false");
}

static void add_header(struct tally *tally, unsigned shard, unsigned trials)
{
    add(tally,
        "{\"record\":\"run\",\"schema\":1,\"command\":\"matrix\",\"fingerprint\":\"f\",\"trials\":%u,"
        "\"shard\":{\"index\":%u,\"count\":3}}",
        trials, shard);
}

static void add_end(struct tally *tally, const char *stop)
{
    add(tally, "{\"record\":\"end\",\"schema\":1%s%s%s}", *stop ? ",\"stop\":\"" : "", stop,
        *stop ? "\",\"why\":\"w\"" : "");
}

static void test_targets_of_one_host_and_trials_again(void **state)
{
    struct tally tally;
    (void)state;
    tally_init(&tally);
    for (unsigned target = 0; target < 1000; target++) {
        for (unsigned step = 0; step < 3; step++)
            add_trial(&tally, target, step * 1000, target % 10 || step);
    }
    assert_int_equal(tally.targets.count, 1000);
    assert_int_equal(tally.targets.unmet, 100);
    assert_int_equal(tally.trials, 3000);
    assert_int_equal(tally.again, 0);
    add_trial(&tally, 7, 2000, true);
    assert_int_equal(tally.again, 1);
    assert_int_equal(tally.unmet, 100);
    assert_true(tally_complains(&tally));
    assert_false(tally.failed);
    tally_clear(&tally);
}

// More targets than memory is kept for, in an order that finds none twice in a row.
static void test_many_targets_count_exactly(void **state)
{
    enum { TARGETS = 60000 };
    struct tally tally;
    (void)state;
    tally_init(&tally);
    for (unsigned step = 60; step < 66; step++) { // across what is kept with the target itself
        for (unsigned target = 0; target < TARGETS; target++)
            add_trial(&tally, target, step, target % 3 || step != 64);
    }
    for (unsigned target = 0; target < TARGETS; target += 6)
        add_trial(&tally, target, target % 12 ? 61 : 65, false);
    assert_int_equal(tally.targets.count, TARGETS);
    assert_int_equal(tally.targets.unmet, TARGETS / 3);
    assert_int_equal(tally.again, TARGETS / 6);
    assert_true(tally.targets.bits.file != NULL);
    assert_false(tally.failed);
    tally_clear(&tally);
}

static void test_runs_that_did_not_end(void **state)
{
    struct tally tally;
    char text[200];
    (void)state;
    tally_init(&tally);
    add_header(&tally, 1, 4);
    add_trial(&tally, 1, 0, true);
    add_end(&tally, "");
    add_header(&tally, 3, 5);
    assert_int_equal(tally_unended(&tally), 1);
    assert_string_equal(tally_unended_text(&tally, text, sizeof text),
                        "the runs of 1 of 2 shards did not end: 1 of 9 planned trials are recorded");
    add_header(&tally, 3, 5); // goes on
    add_end(&tally, "interrupt");
    assert_int_equal(tally_unended(&tally), 0);
    assert_int_equal(tally.planned, 9);
    assert_string_equal(tally.stop, "interrupt");
    add_header(&tally, 2, 1); // another shard does not make it good
    add_end(&tally, "");
    assert_string_equal(tally.stop, "interrupt");
    add_header(&tally, 3, 5); // the same does
    add_end(&tally, "");
    assert_string_equal(tally.stop, "");
    tally_clear(&tally);
}

static void test_connections_that_were_no_trials(void **state)
{
    struct tally tally;
    (void)state;
    tally_init(&tally);
    for (unsigned shard = 1; shard <= 2; shard++) {
        add_header(&tally, shard, 1);
        add(&tally, "{\"record\":\"end\",\"schema\":1,\"withdrawn\":%u}", 3 * shard);
    }
    assert_int_equal(tally.withdrawn, 9);
    assert_int_equal(tally.trials, 0);
    tally_clear(&tally);
}

static void test_what_was_left_out_is_due_again(void **state)
{
    struct tally tally;
    (void)state;
    tally_init(&tally);
    for (unsigned shard = 1; shard <= 2; shard++) {
        add_header(&tally, shard, 1);
        add(&tally, "{\"record\":\"skipped\",\"schema\":1,\"target\":\"h\",\"why\":\"w\"}");
        add_end(&tally, "");
    }
    assert_int_equal(tally.skipped, 2);
    add_header(&tally, 1, 1);
    assert_int_equal(tally.skipped, 1);
    tally_clear(&tally);
}

static void test_auxiliary_trials_count_no_expectation(void **state)
{
    struct tally tally;
    (void)state;
    tally_init(&tally);
    add(&tally,
        "{\"record\":\"trial\",\"schema\":1,\"target\":\"h\",\"purpose\":\"have a licence issued\",\"logons\":1,"
        "\"outcome\":{\"result\":\"failed\",\"phase\":\"tls\",\"family\":\"tls\",\"code\":70}}");
    assert_int_equal(tally.trials, 0);
    assert_int_equal(tally.auxiliary, 1);
    assert_int_equal(tally.logons, 1);
    assert_false(tally_complains(&tally));
    tally_clear(&tally);
}

static void test_names_without_end_share_a_row(void **state)
{
    struct count_table table = {.limit = 10};
    char name[20];
    (void)state;
    for (unsigned i = 0; i < 5000; i++) {
        snprintf(name, sizeof name, "n%u", i % 1000);
        struct count_row *row = count_table_named(&table, name);
        assert_non_null(row);
        row->trials++;
    }
    assert_int_equal(table.count, 11);
    assert_string_equal(table.rows[0].name, "n0");
    assert_int_equal(table.rows[0].trials, 5);
    assert_string_equal(table.rows[10].name, "(others)");
    assert_int_equal(table.rows[10].trials, 5000 - 10 * 5);
    count_table_clear(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_targets_of_one_host_and_trials_again),
        cmocka_unit_test(test_many_targets_count_exactly),
        cmocka_unit_test(test_runs_that_did_not_end),
        cmocka_unit_test(test_connections_that_were_no_trials),
        cmocka_unit_test(test_what_was_left_out_is_due_again),
        cmocka_unit_test(test_auxiliary_trials_count_no_expectation),
        cmocka_unit_test(test_names_without_end_share_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
