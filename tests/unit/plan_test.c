// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "made_scenario.h"
#include "scenario/plan.h"
#include "scenario/plan_identity.h"

static struct made_scenario made, kept; // kept: as it was before a change

static struct shard shard(unsigned index, unsigned count)
{
    return (struct shard){.index = index, .count = count, .source = "--shard"};
}

static struct plan *plan_of(struct shard part)
{
    char error[256] = "";
    struct plan *plan = plan_new(&made.scenario, part, error, sizeof error);
    if (!plan)
        fail_msg("%s", error);
    return plan;
}

static uint64_t fingerprint(void)
{
    struct plan *plan = plan_of(shard_whole());
    uint64_t value = plan->fingerprint;
    plan_free(plan);
    return value;
}

static void make_fleet(unsigned targets)
{
    made_init(&made, DESIGN_ONE_AT_A_TIME);
    made_vary(&made, "tls=1.2");
    made.scenario.target_count = 0;
    for (unsigned i = 0; i < targets; i++) {
        char text[64];
        snprintf(text, sizeof text, "host-%u.example", i);
        made_target(&made, text);
    }
}

static void every_target_is_in_one_shard(void **state)
{
    (void)state;
    static const unsigned counts[] = {1, 2, 3, 7, 16, 100};
    make_fleet(1000);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        unsigned char seen[1000] = {0};
        uint64_t same = fingerprint();
        size_t trials = 0;
        for (unsigned n = 1; n <= counts[i]; n++) {
            struct plan *plan = plan_of(shard(n, counts[i]));
            assert_int_equal(plan->fingerprint, same);
            assert_int_equal(plan->variant_count, 2);
            for (size_t j = 0; j < plan->target_count; j++) {
                assert_int_equal(seen[plan->targets[j]]++, 0);
                assert_int_equal(plan_shard_of(&made.scenario, &made.targets[plan->targets[j]], counts[i]), n);
            }
            // A fair share: five standard deviations of a binomial distribution are far below this.
            assert_true(plan->target_count < 1000 / counts[i] * 2 + 25);
            trials += plan->trials;
            plan_free(plan);
        }
        assert_null(memchr(seen, 0, sizeof seen));
        assert_int_equal(trials, 2000);
    }
}

static void further_targets_move_none(void **state)
{
    (void)state;
    static unsigned before[200];
    make_fleet(200);
    for (size_t i = 0; i < 200; i++)
        before[i] = plan_shard_of(&made.scenario, &made.targets[i], 8);
    // In front of the others, which also get another group.
    memmove(made.targets + 50, made.targets, 200 * sizeof *made.targets);
    made.scenario.target_count = 50;
    for (size_t i = 0; i < 50; i++)
        made.targets[i] = made.targets[50 + i], made.targets[i].target.port = 3390;
    made.scenario.target_count = 250;
    for (size_t i = 0; i < 200; i++) {
        made.targets[50 + i].group = made.scenario.name;
        assert_int_equal(plan_shard_of(&made.scenario, &made.targets[50 + i], 8), before[i]);
    }
}

static void identity_is_host_port_gateway_and_account(void **state)
{
    (void)state;
    static char probe[] = "probe", example[] = "example", upper[] = "Example\\PROBE";
    made_init(&made, DESIGN_ONE_AT_A_TIME);
    struct scenario_target *target = &made.targets[0];
    const uint64_t same = target_identity(&made.scenario, target);
    // As it is on every machine, in every release: shards of a run may be on different ones.
    assert_true(same == UINT64_C(0x0dcdebf3d2e554ef));

    strcpy(target->target.host, "SRV.Example");
    assert_true(target_identity(&made.scenario, target) == same);
    made.credentials[0].user = upper;
    assert_true(target_identity(&made.scenario, target) == same);
    made.credentials[0].user = probe;
    assert_true(target_identity(&made.scenario, target) != same);
    made.credentials[0].domain = example;
    assert_true(target_identity(&made.scenario, target) == same);
    target->group = example;
    target->gateway_credentials = 1;
    made.credentials[0].source = SECRET_FILE;
    assert_true(target_identity(&made.scenario, target) == same);

    target->credentials = 1;
    assert_true(target_identity(&made.scenario, target) != same);
    target->credentials = -1;
    assert_true(target_identity(&made.scenario, target) != same);
    target->credentials = 0;
    target->target.port = 3390;
    assert_true(target_identity(&made.scenario, target) != same);
    target->target.port = 3389;
    target->gateway.port = 444;
    assert_true(target_identity(&made.scenario, target) != same);
    target->has_gateway = false;
    assert_true(target_identity(&made.scenario, target) != same);
}

#define CHANGES(statement)                                                                                             \
    do {                                                                                                               \
        kept = made;                                                                                                   \
        statement;                                                                                                     \
        if (fingerprint() == before)                                                                                   \
            fail_msg("the fingerprint does not see: %s", #statement);                                                  \
        made = kept;                                                                                                   \
    } while (0)
#define CHANGES_NOT(statement)                                                                                         \
    do {                                                                                                               \
        kept = made;                                                                                                   \
        statement;                                                                                                     \
        if (fingerprint() != before)                                                                                   \
            fail_msg("the fingerprint sees: %s", #statement);                                                          \
        made = kept;                                                                                                   \
    } while (0)

static void the_fingerprint_sees_all_that_matters(void **state)
{
    (void)state;
    static char other[] = "other";
    made_init(&made, DESIGN_PAIRWISE);
    made_vary(&made, "security tls=1.2 license=clear");
    made_target(&made, "second.example");
    const uint64_t before = fingerprint();
    assert_true(before != 0);
    assert_true(fingerprint() == before);

    CHANGES(made.scenario.name = other);
    CHANGES(made.scenario.seed++);
    CHANGES(made.scenario.repeats++);
    CHANGES(made.scenario.until = PHASE_NLA);
    CHANGES(made.scenario.profile.deadline_ms = 5000);
    CHANGES(made.scenario.profile.settle_ms = 5000);
    CHANGES(made.scenario.has_settle = true);
    CHANGES((made.scenario.until = PHASE_NLA, made.scenario.at_challenge = true));
    CHANGES(made.scenario.profile.certificate_policy = CERTIFICATE_REQUIRE);
    CHANGES(made.scenario.profile.autologon = true);
    CHANGES(strcpy(made.scenario.profile.operand[FACTOR_CLIENT_NAME], other));
    CHANGES(strcpy(made.scenario.profile.operand[FACTOR_LOAD_BALANCE], other));
    CHANGES(made.scenario.design = DESIGN_FULL);
    CHANGES(made_vary(&made, "tls=1.3"));
    CHANGES(made_base(&made, "address=ipv4"));
    CHANGES(made.expectations[0].text = other);
    CHANGES(made.expectations[0].group = other);
    CHANGES(made.scenario.expectation_count = 0);
    CHANGES(made_target(&made, "third.example"));
    CHANGES(made.scenario.target_count--);
    CHANGES(made.targets[0].target.port++);
    CHANGES(made.targets[0].group = other);
    CHANGES(made.targets[0].credentials = 1);
    CHANGES(made.targets[0].gateway_credentials = 1);
    CHANGES(made.targets[0].has_gateway = false);
    CHANGES(made.credentials[0].source = SECRET_NONE);
    made_never(&made, "security=tls & tls=1.2");
    assert_true(fingerprint() != before);
    made.scenario.never_count = 0;
    made.expectations[0].when = made.rules[0];
    assert_true(fingerprint() != before);
    made.expectations[0].when = NULL;

    CHANGES_NOT(made.scenario.max_in_flight = 7);
    CHANGES_NOT(made.scenario.rate = 7);
    CHANGES_NOT(made.scenario.gateway_rate = 7);
    CHANGES_NOT(made.scenario.target_rate = 7);
    CHANGES_NOT(made.scenario.profile.pause_ms = 7);
    CHANGES_NOT(made.scenario.profile.max_failed_logons = 7);
    CHANGES_NOT(made.scenario.file = other);
    CHANGES_NOT(made.credentials[0].reference = other);
    CHANGES_NOT(made.credentials[0].source = SECRET_FILE);
    CHANGES_NOT(made.credentials[0].name = other);
    struct scenario_target first = made.targets[0];
    made.targets[0] = made.targets[1];
    made.targets[1] = first;
    assert_true(fingerprint() == before);
    made.scenario.never_count = 1;
    made_clear(&made);
}

static void counts_connections_and_logons(void **state)
{
    (void)state;
    made_init(&made, DESIGN_LIST);
    struct variant list[] = {made_variant(""), made_variant("security=tls"), made_variant("gateway=http"),
                             made_variant("gateway=websocket security=rdp"), made_variant("license=reuse")};
    made.scenario.list = list;
    made.scenario.list_count = sizeof list / sizeof *list;
    made.scenario.repeats = 3;
    struct plan *plan = plan_of(shard_whole());
    assert_int_equal(plan->trials, 3 * 5);
    assert_int_equal(plan->skipped, 0);
    // A licence to reuse is first got by another trial; the gateway's HTTP transport has two connections.
    assert_int_equal(plan->connections, 3 * (1 + 1 + 2 + 1 + 2));
    // NLA; none; NLA and gateway; gateway; NLA twice.
    assert_int_equal(plan->logons, 3 * (1 + 0 + 2 + 1 + 2));
    plan_free(plan);

    // A target without gateway and password; one whose gateway has its own password.
    made_target(&made, "plain.example")->credentials = -1;
    struct scenario_target *own = made_target(&made, "own.example");
    own->has_gateway = true;
    own->gateway = made.targets[0].gateway;
    own->credentials = -1;
    own->gateway_credentials = 1;
    plan = plan_of(shard_whole());
    assert_int_equal(plan->trials, 3 * (5 + 3 + 5));
    assert_int_equal(plan->skipped, 3 * 2);
    assert_int_equal(plan->connections, 3 * (7 + 4 + 7));
    assert_int_equal(plan->logons, 3 * (6 + 0 + 2));
    plan_free(plan);

    // Nothing logs on before NLA, except at the gateway; no licence is asked for.
    made.scenario.until = PHASE_TLS;
    plan = plan_of(shard_whole());
    assert_int_equal(plan->connections, 3 * (6 + 3 + 6));
    assert_int_equal(plan->logons, 3 * (2 + 0 + 2));
    plan_free(plan);

    made.scenario.profile.max_trials = 4;
    plan = plan_of(shard_whole());
    assert_int_equal(plan->trials, 4);
    assert_int_equal(plan->connections, 8);
    assert_int_equal(plan->logons, 8);
    plan_free(plan);
}

static double longest(void)
{
    struct plan *plan = plan_of(shard_whole());
    double seconds = plan->longest_s;
    plan_free(plan);
    return seconds;
}

static void expect_seconds(double seen, double expected)
{
    if (seen < expected - 1e-6 || seen > expected + 1e-6)
        fail_msg("%g s, not %g s", seen, expected);
}

static void knows_the_longest_duration(void **state)
{
    (void)state;
    make_fleet(10);
    made.scenario.repeats = 2;
    made.scenario.profile.deadline_ms = 10000;
    made.scenario.profile.pause_ms = 1000;
    made.scenario.has_pause = true;
    made.scenario.max_in_flight = 10;
    // All targets at once: four trials one after the other, with three pauses.
    expect_seconds(longest(), 4 * 10 + 3);
    // One at a time: the trials of nine others besides.
    made.scenario.max_in_flight = 1;
    expect_seconds(longest(), 4 * 10 + 3 + 36 * 10);
    made.scenario.max_in_flight = 4;
    expect_seconds(longest(), 4 * 10 + 3 + 36 * 10 / 4.0);
    made.scenario.rate = 0.5;
    expect_seconds(longest(), 4 * 10 + 3 + 36 * 10 / 4.0 + 80);
    made.scenario.rate = 0;
    made.scenario.target_rate = 0.1; // sooner than the deadline and the pause let them begin
    expect_seconds(longest(), 4 * 10 + 3 + 36 * 10 / 4.0);
    made.scenario.target_rate = 0.02;
    expect_seconds(longest(), 3 * 50 + 10 + 36 * 10 / 4.0);
    made.scenario.target_rate = 0;
    made.scenario.profile.max_trials = 8;
    expect_seconds(longest(), 4 * 10 + 3 + 4 * 10 / 4.0);
    // No pause, and what is not given.
    make_fleet(1);
    made.scenario.has_pause = true;
    expect_seconds(longest(), 2 * PLAN_DEADLINE_MS / 1000.0);
    made.scenario.has_pause = false;
    expect_seconds(longest(), 2 * PLAN_DEADLINE_MS / 1000.0 + PLAN_PAUSE_MS / 1000.0);
    made.scenario.target_count = 0;
    expect_seconds(longest(), 0);
}

static bool applies(const char *target, const char *words, const char *said)
{
    const struct variant variant = made_variant(words);
    const char *why = NULL;
    made_init(&made, DESIGN_FULL);
    bool can = plan_applies(&made.scenario, made_target(&made, target), &variant, &why);
    assert_int_equal(can, plan_applies(&made.scenario, &made.targets[1], &variant, NULL));
    assert_true(can ? why == NULL : strstr(why, said) != NULL);
    return can;
}

static void skips_what_a_target_cannot_have(void **state)
{
    (void)state;
    assert_true(applies("srv.example", "", ""));
    assert_true(applies("srv.example", "address=ipv6", ""));
    assert_false(applies("srv.example", "gateway=http", "no gateway"));
    assert_true(applies("192.0.2.1", "address=ipv4", ""));
    assert_false(applies("192.0.2.1", "address=ipv6", "IPv4 address"));
    assert_true(applies("2001:db8::1", "address=ipv6", ""));
    assert_false(applies("2001:db8::1", "address=ipv4", "IPv6 address"));
}

static void says_what_is_no_plan(void **state)
{
    (void)state;
    char error[256] = "";
    made_init(&made, DESIGN_FULL);
    assert_null(plan_new(&made.scenario, shard(0, 2), error, sizeof error));
    assert_string_equal(error, "there is no shard 0 of 2");
    assert_null(plan_new(&made.scenario, shard(3, 2), error, sizeof error));
    assert_string_equal(error, "there is no shard 3 of 2");
    made_never(&made, "security=nla");
    assert_null(plan_new(&made.scenario, shard_whole(), error, sizeof error));
    assert_string_equal(error, "the constraints allow nothing at all (excluded by never: security=nla)");
    made_clear(&made);
    plan_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_target_is_in_one_shard),
        cmocka_unit_test(further_targets_move_none),
        cmocka_unit_test(identity_is_host_port_gateway_and_account),
        cmocka_unit_test(the_fingerprint_sees_all_that_matters),
        cmocka_unit_test(counts_connections_and_logons),
        cmocka_unit_test(knows_the_longest_duration),
        cmocka_unit_test(skips_what_a_target_cannot_have),
        cmocka_unit_test(says_what_is_no_plan),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
