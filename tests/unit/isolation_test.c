// SPDX-License-Identifier: Apache-2.0
// Isolation against a simulated server whose rule is known: what is named must be exactly what the rule makes
// sufficient.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/isolation.h"
#include "simulated_experiment.h"
#include "trial/effect.h"

// Bit sets of what the client did that hold what the baseline does: this alone; this or less; this or more.
static unsigned char condition(const struct server *server, const struct variant *baseline, int factor, unsigned kind)
{
    unsigned did = baseline->level[factor];
    if (factor == FACTOR_TLS)
        did = lab_spoken(server, baseline);
    if (factor == FACTOR_LICENSE)
        did = lab_presented(server, baseline, true);
    if (kind == 0)
        return (unsigned char)(1u << did);
    if (kind == 1)
        return (unsigned char)((2u << did) - 1) & 0x1e;
    return (unsigned char)(0xff << did) & 0x1f;
}

static unsigned kinds(int factor)
{
    return factor == FACTOR_TLS ? 3 : 1;
}

// A factor that the baseline cannot have to do with: TLS without TLS, a licence that is never asked for.
static bool idle(const struct server *server, const struct variant *baseline, int factor)
{
    return (factor == FACTOR_TLS && baseline->level[FACTOR_SECURITY] == SECURITY_RDP) ||
           (factor == FACTOR_LICENSE && server->licensing == LICENSING_OFF) ||
           factor_phase((enum factor)factor) > server->moment;
}

static const struct variant baselines[] = {
    {{SECURITY_NLA, TLS_DEFAULT, ADDRESS_NAME, GATEWAY_OFF, LICENSE_KEEP}},
    {{SECURITY_NLA, TLS_1_2, ADDRESS_NAME, GATEWAY_HTTP, LICENSE_REUSE}},
    {{SECURITY_TLS, TLS_1_3, ADDRESS_IPV4, GATEWAY_WEBSOCKET, LICENSE_CLEAR}},
    {{SECURITY_TLS, TLS_1_1, ADDRESS_IPV6, GATEWAY_OFF, LICENSE_REUSE}},
    {{SECURITY_RDP, TLS_DEFAULT, ADDRESS_NAME, GATEWAY_OFF, LICENSE_REUSE}},
};
static const enum phase moments[] = {PHASE_TCP, PHASE_NEGOTIATE, PHASE_TLS,          PHASE_NLA,
                                     PHASE_MCS, PHASE_LICENSING, PHASE_CAPABILITIES, PHASE_ACTIVE};

static void set_moment(struct server *server, enum phase moment)
{
    server->moment = moment;
    server->family = FAMILY_ERRINFO;
    server->code = 7;
    if (moment == PHASE_TCP) {
        server->family = FAMILY_TCP;
        server->code = 111;
    } else if (moment == PHASE_NEGOTIATE) {
        server->family = FAMILY_NEGOTIATION;
        server->code = 2;
    } else if (moment == PHASE_TLS) {
        server->family = FAMILY_TLS;
        server->code = 40;
    } else if (moment == PHASE_NLA) {
        server->family = FAMILY_CREDSSP;
        server->code = 0xC000006D;
    }
}

enum shape { SHAPE_SINGLE, SHAPE_BOTH, SHAPE_EITHER };

// The sanitizers look for faults of memory, which every eighth of the thousands of experiments shows as well.
static bool sampled(void)
{
#ifdef __SANITIZE_ADDRESS__
    static unsigned count;
    return count++ % 8 == 0;
#else
    return true;
#endif
}

// Runs every rule of a shape for a server and a baseline.
static void every_rule(struct server server, const struct isolation *isolation, enum shape shape,
                       struct statistics *statistics, bool must_decide)
{
    for (int f = 0; f < CORE; f++) {
        for (unsigned k = 0; k < kinds(f); k++) {
            memset(server.term, 0, sizeof server.term);
            server.term_count = 1;
            server.term[0][f] = condition(&server, &isolation->baseline, f, k);
            if (idle(&server, &isolation->baseline, f))
                continue;
            if (shape == SHAPE_SINGLE) {
                if (sampled())
                    experiment(&server, isolation, statistics, must_decide);
                server.seed += 7;
                continue;
            }
            for (int g = f + 1; g < CORE; g++) {
                for (unsigned m = 0; m < kinds(g) && !idle(&server, &isolation->baseline, g); m++) {
                    unsigned term = shape == SHAPE_EITHER;
                    memset(server.term[1], 0, sizeof server.term[1]);
                    for (int h = f + 1; h < CORE; h++)
                        server.term[0][h] = 0;
                    server.term_count = term + 1;
                    server.term[term][g] = condition(&server, &isolation->baseline, g, m);
                    if (sampled())
                        experiment(&server, isolation, statistics, must_decide);
                    server.seed += 7;
                }
            }
        }
    }
}

static void exhaustive(enum shape shape, const char *name)
{
    struct statistics statistics = {.name = name};
    for (size_t b = 0; b < sizeof baselines / sizeof *baselines; b++) {
        for (size_t m = 0; m < sizeof moments / sizeof *moments; m++) {
            for (int licensing = LICENSING_OFF; licensing <= LICENSING_ISSUE; licensing++) {
                struct server server = friendly();
                struct isolation isolation = everything();
                isolation.baseline = baselines[b];
                server.licensing = (enum licensing)licensing;
                server.user_has_license = m % 2;
                set_moment(&server, moments[m]);
                every_rule(server, &isolation, shape, &statistics, true);
            }
        }
    }
    report(&statistics);
}

static void test_single_causes(void **state)
{
    (void)state;
    exhaustive(SHAPE_SINGLE, "one factor");
}

static void test_conjunctions(void **state)
{
    (void)state;
    exhaustive(SHAPE_BOTH, "two together");
}

static void test_alternatives(void **state)
{
    (void)state;
    exhaustive(SHAPE_EITHER, "either of two");
}

// A plan with few levels, as against a server with one name, one TLS version besides the default, and no gateway.
static struct isolation little(void)
{
    struct isolation isolation = everything();
    isolation.levels[FACTOR_SECURITY] = 1u << SECURITY_NLA | 1u << SECURITY_TLS;
    isolation.levels[FACTOR_TLS] = 1u << TLS_DEFAULT | 1u << TLS_1_2;
    isolation.levels[FACTOR_ADDRESS] = 1u << ADDRESS_NAME | 1u << ADDRESS_IPV4;
    isolation.untestable[FACTOR_GATEWAY] = "no gateway was given";
    isolation.levels[FACTOR_LICENSE] = 1u << LICENSE_KEEP | 1u << LICENSE_CLEAR | 1u << LICENSE_REUSE;
    return isolation;
}

static void test_few_levels(void **state)
{
    (void)state;
    static const char *const names[] = {"few levels, one factor", "few levels, two together",
                                        "few levels, either of two"};
    for (int shape = SHAPE_SINGLE; shape <= SHAPE_EITHER; shape++) {
        struct statistics statistics = {.name = names[shape]};
        for (size_t m = 0; m < sizeof moments / sizeof *moments; m++) {
            struct server server = friendly();
            struct isolation isolation = little();
            server.user_has_license = true;
            set_moment(&server, moments[m]);
            // The gateway is not varied, so that a rule about it is about nothing the client can change.
            every_rule(server, &isolation, (enum shape)shape, &statistics, true);
        }
        report(&statistics);
    }
}

static void test_everyone_is_denied(void **state)
{
    (void)state;
    struct statistics statistics = {.name = "everyone is denied"};
    for (size_t b = 0; b < sizeof baselines / sizeof *baselines; b++) {
        for (size_t m = 0; m < sizeof moments / sizeof *moments; m++) {
            for (int licensing = LICENSING_OFF; licensing <= LICENSING_NEVER; licensing++) {
                struct server server = friendly();
                struct isolation isolation = everything();
                bool whole = moments[m] != PHASE_TLS && moments[m] != PHASE_NLA;
                isolation.baseline = baselines[b];
                server.term_count = 1;
                server.licensing = (enum licensing)licensing;
                set_moment(&server, moments[m]);
                struct verdict verdict = experiment(&server, &isolation, &statistics, true);
                assert_true(!whole || verdict.kind == VERDICT_NOT_CLIENT_SIDE || verdict.kind == VERDICT_INCONCLUSIVE);
                if (whole && licensing == LICENSING_OFF)
                    assert_int_equal(verdict.kind, VERDICT_NOT_CLIENT_SIDE);
                // A licence that cannot be had may be what is missing, unless the server decided before it looked.
                if (licensing == LICENSING_NEVER && moments[m] == PHASE_CAPABILITIES)
                    assert_int_equal(verdict.kind, VERDICT_INCONCLUSIVE);
                if (licensing == LICENSING_NEVER && moments[m] == PHASE_LICENSING)
                    assert_int_equal(verdict.kind, VERDICT_NOT_CLIENT_SIDE);
            }
        }
    }
    report(&statistics);
}

static void test_nothing_fails(void **state)
{
    (void)state;
    struct server server = friendly();
    struct isolation isolation = everything();
    struct verdict verdict = experiment(&server, &isolation, NULL, true);
    assert_int_equal(verdict.kind, VERDICT_NOT_REPRODUCED);
    assert_non_null(strstr(verdict.reason, "every pair of levels"));
    assert_true(verdict.trials - verdict.surveys > 3 + 5 * 3); // all pairs of five TLS levels and three of another

    isolation.max_trials = 12;
    verdict = experiment(&server, &isolation, NULL, true);
    assert_int_equal(verdict.kind, VERDICT_NOT_REPRODUCED);
    assert_int_equal(verdict.trials, 12);
    assert_non_null(strstr(verdict.reason, "budget of trials"));
    isolation.max_trials = 100;

    // Another failure than the one that was asked for.
    isolation.signature_given = true;
    isolation.signature = (struct signature){.family = FAMILY_ERRINFO, .code = 7, .any_phase = true};
    server.term_count = 1;
    server.code = 5;
    verdict = experiment(&server, &isolation, NULL, false);
    assert_int_equal(verdict.kind, VERDICT_INCONCLUSIVE);
    assert_non_null(strstr(verdict.reason, "0x3/0x5"));
}

// The baseline works, and what fails is found among the variants.
static void test_only_another_variant_fails(void **state)
{
    (void)state;
    struct server server = friendly();
    struct isolation isolation = everything();
    server.term_count = 1;
    for (unsigned pair = 0; pair < 2; pair++) {
        struct lab *lab = calloc(1, sizeof *lab);
        struct verdict verdict;
        server.term[0][FACTOR_SECURITY] = 1u << SECURITY_TLS;
        server.term[0][FACTOR_ADDRESS] = pair ? 1u << ADDRESS_IPV6 : 0;
        lab->server = server;
        isolation.run = lab_run;
        isolation.context = lab;
        isolate(&isolation, &verdict);
        assert_int_equal(verdict.kind, VERDICT_ISOLATED);
        assert_int_equal(verdict.baseline.level[FACTOR_SECURITY], SECURITY_TLS);
        assert_int_equal(named_sets(&verdict, &verdict.baseline),
                         1u << (1u << FACTOR_SECURITY | (pair ? 1u << FACTOR_ADDRESS : 0)));
        assert_non_null(strstr(verdict.reason, "The baseline given connects"));
        assert_true(verdict.trials <= 100);
        lab_clear(lab);
        free(lab);
    }
}

// Nothing that was varied decides: that is no word about what was withheld.
static void test_withheld_factors(void **state)
{
    (void)state;
    struct server server = friendly();
    struct isolation isolation = little();
    server.term_count = 1;
    struct verdict verdict = experiment(&server, &isolation, NULL, true);
    assert_int_equal(verdict.kind, VERDICT_NOT_CLIENT_SIDE);
    isolation.untestable[FACTOR_SECURITY] = "not asked for (--vary)";
    isolation.withheld = 1u << FACTOR_SECURITY;
    verdict = experiment(&server, &isolation, NULL, true);
    assert_int_equal(verdict.kind, VERDICT_INCONCLUSIVE);
    assert_non_null(strstr(verdict.reason, "security, which may decide it, was not varied"));

    // The failure comes before what is withheld can matter.
    isolation.withheld = 1u << FACTOR_LICENSE;
    isolation.untestable[FACTOR_LICENSE] = "not asked for (--vary)";
    isolation.untestable[FACTOR_SECURITY] = NULL;
    set_moment(&server, PHASE_MCS);
    verdict = experiment(&server, &isolation, NULL, true);
    assert_int_equal(verdict.kind, VERDICT_NOT_CLIENT_SIDE);
}

// Servers that leave little to vary.
static void test_narrow_servers(void **state)
{
    (void)state;
    struct statistics statistics = {.name = "narrow servers"};
    for (int shape = SHAPE_SINGLE; shape <= SHAPE_EITHER; shape++) {
        for (size_t m = 0; m < sizeof moments / sizeof *moments; m++) {
            for (unsigned kind = 0; kind < 4; kind++) {
                struct server server = friendly();
                struct isolation isolation = everything();
                if (kind == 0)
                    server.securities = 1u << SECURITY_NLA;
                if (kind == 1)
                    server.tls_low = server.tls_high = TLS_1_2;
                if (kind == 2)
                    server.licensing = LICENSING_NEVER;
                if (kind == 3)
                    server.securities = 1u << SECURITY_NLA | 1u << SECURITY_RDP;
                server.ipv6 = kind != 1;
                set_moment(&server, moments[m]);
                every_rule(server, &isolation, (enum shape)shape, &statistics, false);
            }
        }
    }
    report(&statistics);
    assert_true(statistics.exact * 10 > statistics.expected * 9);
}

// Seeds of the noise; RDPPROBE_SEEDS=N takes more of them.
static unsigned seeds(void)
{
    const char *text = getenv("RDPPROBE_SEEDS");
    return text ? (unsigned)strtoul(text, NULL, 10) : 1;
}

static void noisy(const char *name, unsigned flaky, unsigned unresolved)
{
    struct statistics statistics = {.name = name};
    for (unsigned seed = 1; seed <= seeds(); seed++) {
        for (int shape = SHAPE_SINGLE; shape <= SHAPE_EITHER; shape++) {
            for (size_t b = 0; b < 3; b++) {
                for (size_t m = 0; m < sizeof moments / sizeof *moments; m++) {
                    struct server server = friendly();
                    struct isolation isolation = everything();
                    isolation.baseline = baselines[b];
                    server.flaky = flaky;
                    server.unresolved = unresolved;
                    server.seed = seed * 7919u + (unsigned)m * 104729u + (unsigned)b * 15485863u;
                    set_moment(&server, moments[m]);
                    every_rule(server, &isolation, (enum shape)shape, &statistics, false);
                    server.term_count = 1;
                    memset(server.term, 0, sizeof server.term);
                    experiment(&server, &isolation, &statistics, false);
                }
            }
        }
    }
    report(&statistics);
}

static void test_unresolved_trials(void **state)
{
    (void)state;
    noisy("20 % of the trials end otherwise", 0, 20);
}

static void test_flaky_denials(void **state)
{
    (void)state;
    noisy("10 % of the denials do not come", 10, 0);
}

static void test_stopped_anywhere(void **state)
{
    (void)state;
    for (unsigned stop = 1; stop < 40; stop++) {
        struct server server = friendly();
        struct isolation isolation = everything();
        server.stop_after = stop;
        server.term_count = 1;
        server.term[0][FACTOR_SECURITY] = 1u << SECURITY_NLA;
        server.term[0][FACTOR_TLS] = 1u << TLS_1_3;
        struct verdict verdict = experiment(&server, &isolation, NULL, false);
        assert_true(verdict.kind == VERDICT_STOPPED || verdict.kind == VERDICT_ISOLATED);
        assert_int_equal(verdict.kind == VERDICT_STOPPED, verdict.trials == stop && verdict.kind != VERDICT_ISOLATED);
        assert_true(verdict.reason[0]);
    }
}

static void test_budget(void **state)
{
    (void)state;
    for (unsigned budget = 1; budget < 40; budget++) {
        struct server server = friendly();
        struct isolation isolation = everything();
        isolation.max_trials = budget;
        server.term_count = 1;
        server.term[0][FACTOR_ADDRESS] = 1u << ADDRESS_NAME;
        struct verdict verdict = experiment(&server, &isolation, NULL, false);
        assert_true(verdict.trials <= budget);
        assert_true(verdict.kind == VERDICT_INCONCLUSIVE || verdict.kind == VERDICT_ISOLATED);
    }
}

// Seconds by the trials' own time, and logons: no trial is begun that is beyond them.
static void test_budget_of_seconds_and_logons(void **state)
{
    (void)state;
    for (unsigned budget = 1; budget < 20; budget++) {
        struct server server = friendly();
        struct isolation isolation = everything();
        server.ms = 250;
        isolation.max_ms = budget * 500;
        server.term_count = 1;
        struct verdict verdict = experiment(&server, &isolation, NULL, false);
        assert_true(verdict.trials <= 2 * budget);
        if (verdict.trials == 2 * budget && verdict.kind == VERDICT_INCONCLUSIVE)
            assert_non_null(strstr(verdict.reason, "The budget of seconds is used up"));
        assert_true(budget > 8 || verdict.kind == VERDICT_INCONCLUSIVE);
        assert_true(verdict.kind != VERDICT_INCONCLUSIVE || verdict.suggestion_count > 0);

        isolation.max_ms = 0;
        isolation.max_logons = budget;
        verdict = experiment(&server, &isolation, NULL, false);
        assert_true(verdict.logons <= budget);
    }
}

// The server is mended in the middle of the run.
// One lucky pass, wherever in the experiment, has no level called working that triggers the failure.
static void test_one_lucky_pass(void **state)
{
    (void)state;
    unsigned swept = 0;
    for (unsigned spared = 1; spared < 40; spared++) {
        struct server server = friendly();
        struct isolation isolation = everything();
        isolation.baseline.level[FACTOR_ADDRESS] = ADDRESS_IPV4;
        server.spared = spared;
        server.term_count = 1;
        server.term[0][FACTOR_ADDRESS] = 1u << ADDRESS_IPV4 | 1u << ADDRESS_IPV6;
        struct verdict verdict = experiment(&server, &isolation, NULL, false);
        for (unsigned i = 0; i < verdict.sweep_count; i++) {
            const struct sweep_row *row = &verdict.sweep[i];
            if (row->condition.factor != FACTOR_ADDRESS || row->condition.level != ADDRESS_IPV6)
                continue;
            assert_int_not_equal(row->observation, OBSERVED_NO_SIGNATURE);
            swept++;
        }
    }
    assert_true(swept > 20);
}

static void test_change_of_the_target(void **state)
{
    (void)state;
    unsigned isolated = 0, noticed = 0;
    for (unsigned change = 2; change < 3 * 40; change++) {
        struct server server = friendly();
        struct isolation isolation = everything();
        server.change_after = 2 + change / 3;
        server.licensing = (enum licensing)(change % 3);
        server.term_count = 1;
        struct verdict verdict = experiment(&server, &isolation, NULL, false);
        isolated += verdict.kind == VERDICT_ISOLATED;
        noticed += strstr(verdict.reason, "The environment changed") != NULL;
    }
    assert_int_equal(isolated, 0);
    assert_true(noticed > 10);
}

static void test_not_in_effect(void **state)
{
    (void)state;
    struct server server = friendly();
    struct isolation isolation = everything();
    isolation.baseline.level[FACTOR_LICENSE] = LICENSE_REUSE;
    server.licensing = LICENSING_NEVER;
    server.term_count = 1;
    struct verdict verdict = experiment(&server, &isolation, NULL, false);
    assert_int_equal(verdict.kind, VERDICT_INCONCLUSIVE);
    assert_non_null(strstr(verdict.reason, "license=reuse"));
}

// A server that wants NLA: the refusal is the failure, and the level that is refused its cause.
static void test_refused_protocol(void **state)
{
    (void)state;
    struct server server = friendly();
    struct isolation isolation = everything();
    isolation.baseline.level[FACTOR_SECURITY] = SECURITY_TLS;
    server.securities = 1u << SECURITY_NLA;
    struct lab *lab = calloc(1, sizeof *lab);
    struct verdict verdict;
    lab->server = server;
    isolation.run = lab_run;
    isolation.context = lab;
    isolate(&isolation, &verdict);
    assert_int_equal(verdict.kind, VERDICT_ISOLATED);
    assert_int_equal(named_sets(&verdict, &isolation.baseline), 1u << (1u << FACTOR_SECURITY));
    assert_int_equal(verdict.logons, 1); // that what is accepted works shows in a session alone
    assert_int_equal(verdict.factors[FACTOR_LICENSE].finding, FINDING_INNOCENT);
    lab_clear(lab);
    free(lab);
}

static void test_record(void **state)
{
    (void)state;
    struct server server = friendly();
    struct isolation isolation = little();
    server.user_has_license = true;
    server.term_count = 1;
    server.term[0][FACTOR_LICENSE] = 1u << LICENSE_STORED;
    server.term[0][FACTOR_SECURITY] = 1u << SECURITY_NLA;
    struct verdict verdict = experiment(&server, &isolation, NULL, true);
    assert_string_equal(verdict.reason, "security=nla together with license=keep triggers 0x3/0x7.");
    assert_int_equal(verdict.factors[FACTOR_SECURITY].finding, FINDING_CAUSE);
    assert_int_equal(verdict.factors[FACTOR_TLS].finding, FINDING_INNOCENT);
    assert_int_equal(verdict.factors[FACTOR_ADDRESS].finding, FINDING_INNOCENT);
    assert_int_equal(verdict.factors[FACTOR_GATEWAY].finding, FINDING_NOT_TESTED);
    assert_int_equal(verdict.factors[FACTOR_LICENSE].finding, FINDING_CAUSE);

    json_t *json = verdict_to_json(&verdict);
    assert_non_null(json);
    assert_string_equal(json_string_value(json_object_get(json, "record")), "verdict");
    assert_int_equal(json_integer_value(json_object_get(json, "schema")), 1);
    assert_string_equal(json_string_value(json_object_get(json, "verdict")), "isolated");
    assert_string_equal(json_string_value(json_object_get(json, "signature")), "0x3/0x7");
    json_t *cause = json_pack("[[{s:s, s:s}, {s:s, s:s}]]", "factor", "security", "level", "nla", "factor", "license",
                              "level", "keep");
    assert_true(json_equal(json_object_get(json, "cause"), cause));
    json_decref(cause);
    assert_int_equal(json_array_size(json_object_get(json, "minimal_pairs")), 2);
    assert_int_equal(json_integer_value(json_object_get(json, "trials")), (int)verdict.trials);
    if (getenv("SHOW")) {
        json_dumpf(json, stderr, JSON_INDENT(1));
        fputs("\n", stderr);
    }
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single_causes),
        cmocka_unit_test(test_conjunctions),
        cmocka_unit_test(test_alternatives),
        cmocka_unit_test(test_few_levels),
        cmocka_unit_test(test_everyone_is_denied),
        cmocka_unit_test(test_nothing_fails),
        cmocka_unit_test(test_only_another_variant_fails),
        cmocka_unit_test(test_withheld_factors),
        cmocka_unit_test(test_narrow_servers),
        cmocka_unit_test(test_unresolved_trials),
        cmocka_unit_test(test_flaky_denials),
        cmocka_unit_test(test_stopped_anywhere),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_budget_of_seconds_and_logons),
        cmocka_unit_test(test_one_lucky_pass),
        cmocka_unit_test(test_change_of_the_target),
        cmocka_unit_test(test_not_in_effect),
        cmocka_unit_test(test_refused_protocol),
        cmocka_unit_test(test_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
