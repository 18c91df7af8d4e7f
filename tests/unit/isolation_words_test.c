// SPDX-License-Identifier: Apache-2.0
// What a verdict says of its trials: never more than they showed.
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

static struct isolation everything(void)
{
    struct isolation isolation = {.max_trials = 100};
    for (int f = 0; f < CORE; f++)
        isolation.levels[f] = (1u << lab_levels(f)) - 1;
    return isolation;
}

static struct server friendly(void)
{
    return (struct server){.securities = 7,
                           .tls_low = TLS_1_0,
                           .tls_high = TLS_1_3,
                           .ipv6 = true,
                           .licensing = LICENSING_ISSUE,
                           .moment = PHASE_CAPABILITIES,
                           .family = FAMILY_ERRINFO,
                           .code = 7,
                           .seed = 1};
}

// Two causes of which the baseline can show one only: what fails without it is never silent.
static void what_the_cause_does_not_explain_is_told(void **state)
{
    (void)state;
    for (unsigned both = 0; both < 2; both++) {
        struct server server = friendly();
        struct isolation isolation = everything();
        isolation.baseline.level[FACTOR_TLS] = TLS_1_2;
        server.term_count = 1 + both;
        server.term[0][FACTOR_SECURITY] = 1u << SECURITY_NLA;
        server.term[0][FACTOR_TLS] = 1u << TLS_1_2;
        server.term[1][FACTOR_SECURITY] = 1u << SECURITY_TLS;
        server.term[1][FACTOR_TLS] = 1u << TLS_1_3;
        struct verdict verdict = experiment(&server, &isolation, NULL, true);
        assert_int_equal(verdict.kind, VERDICT_ISOLATED);
        json_t *json = verdict_to_json(&verdict);
        if (both) {
            assert_true(verdict.further_count > 0);
            assert_true(json_array_size(json_object_get(json, "unexplained")) > 0);
            assert_true(json_is_null(json_object_get(json, "confidence")));
            assert_non_null(strstr(verdict.reason, "not the whole cause"));
            assert_non_null(strstr(verdict.reason, "(security=tls tls="));
        } else {
            assert_int_equal(verdict.further_count, 0);
            assert_null(json_object_get(json, "unexplained"));
            assert_true(verdict.confidence > 0.98);
        }
        json_decref(json);
    }
}

// The baseline works; another level times out, which no reason of the server's explains: that is said.
static void other_failures_are_told_where_the_baseline_works(void **state)
{
    (void)state;
    struct server server = friendly();
    struct isolation isolation = everything();
    server.family = FAMILY_TIMEOUT;
    server.code = 0;
    server.moment = PHASE_FINALIZE;
    server.term_count = 1;
    server.term[0][FACTOR_SECURITY] = 1u << SECURITY_TLS | 1u << SECURITY_RDP;
    struct verdict verdict = experiment(&server, &isolation, NULL, false);
    assert_int_equal(verdict.kind, VERDICT_INCONCLUSIVE);
    assert_null(strstr(verdict.reason, "nor did any"));
    assert_non_null(strstr(verdict.reason, "timeout 0x0@finalize"));
    assert_non_null(strstr(verdict.reason, "30 of 41 other variants failed"));
}

// Variants are counted once, and only where they ended as active with what they were to have.
static void variants_are_counted_that_were_active(void **state)
{
    (void)state;
    struct lab *lab = calloc(1, sizeof *lab);
    struct isolation isolation = everything();
    struct verdict verdict;
    unsigned variants = 0, told = 0;
    lab->server = friendly();
    isolation.run = lab_run;
    isolation.context = lab;
    isolate(&isolation, &verdict);
    for (unsigned i = 0; i < lab->count; i++) {
        const struct trial *trial = &lab->trials[i];
        bool again = trial->until < PHASE_ACTIVE || variant_equal(&trial->variant, &isolation.baseline);
        for (unsigned k = 0; k < i && !again; k++)
            again = lab->trials[k].until >= PHASE_ACTIVE && variant_equal(&trial->variant, &lab->trials[k].variant);
        variants += !again;
    }
    assert_int_equal(verdict.kind, VERDICT_NOT_REPRODUCED);
    assert_int_equal(sscanf(strstr(verdict.reason, "nor did any of"), "nor did any of %u other", &told), 1);
    assert_int_equal(told, variants);
    lab_clear(lab);
    free(lab);
}

struct accident {
    struct lab lab;
    unsigned at; // number of the trial that the peer closes
};

static const struct trial *run_with_accident(void *context, const struct variant *variant, enum phase until)
{
    struct accident *accident = context;
    struct trial *trial = (struct trial *)lab_run(&accident->lab, variant, until);
    if (trial->number == accident->at)
        trial->outcome = (struct outcome){.result = RESULT_FAILED, .phase = PHASE_MCS, .family = FAMILY_CLOSED};
    return trial;
}

// A single connection that is lost is looked at again before it is called a failure.
static void an_accident_is_looked_at_again(void **state)
{
    (void)state;
    for (unsigned at = 13; at < 30; at += 2) {
        struct accident *accident = calloc(1, sizeof *accident);
        struct isolation isolation = everything();
        struct verdict verdict;
        *accident = (struct accident){.lab = {.server = friendly()}, .at = at};
        isolation.run = run_with_accident;
        isolation.context = accident;
        isolate(&isolation, &verdict);
        assert_true(accident->lab.count > at);
        assert_int_equal(verdict.kind, VERDICT_NOT_REPRODUCED);
        lab_clear(&accident->lab);
        free(accident);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_cause_does_not_explain_is_told),
        cmocka_unit_test(other_failures_are_told_where_the_baseline_works),
        cmocka_unit_test(variants_are_counted_that_were_active),
        cmocka_unit_test(an_accident_is_looked_at_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
