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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_cause_does_not_explain_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
