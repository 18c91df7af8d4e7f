// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "report/levels_text.h"
#include "trial/fact.h"

enum { TRIALS_MAX = 8 };

static struct trial trials[TRIALS_MAX];
static const struct trial *list[TRIALS_MAX];
static size_t count;

static int forget_trials(void **state)
{
    (void)state;
    while (count > 0)
        trial_clear(&trials[--count]);
    return 0;
}

// A trial that was connected, or stopped on purpose.
static struct trial *add(unsigned security, enum phase until)
{
    static const char *const selected[] = {"HYBRID", "SSL", "RDP"};
    struct trial *trial = &trials[count];
    assert_true(trial_init(trial));
    list[count++] = trial;
    trial->number = count;
    trial->until = until;
    trial->variant.level[FACTOR_SECURITY] = (unsigned char)security;
    trial->outcome = (struct outcome){.result = RESULT_CONNECTED, .phase = until};
    fact_set(trial->facts, FACT_NEGOTIATION_SELECTED, json_string(selected[security]));
    if (security != SECURITY_RDP)
        fact_set(trial->facts, FACT_TLS_VERSION, json_string("1.3"));
    return trial;
}

static void add_failed(unsigned security, enum phase phase, uint32_t code)
{
    struct trial *trial = add(security, PHASE_ACTIVE);
    trial->outcome = (struct outcome){.result = RESULT_FAILED, .phase = phase, .family = FAMILY_ERRINFO, .code = code};
}

// NLA fails with errinfo 7; sweep rows for tls and rdp that name the trials 2 and 3.
static struct verdict denied_in(enum phase phase)
{
    struct verdict verdict = {.kind = VERDICT_ISOLATED,
                              .has_signature = true,
                              .signature = {.family = FAMILY_ERRINFO, .code = 7, .any_phase = true},
                              .failure_phase = phase,
                              .pair_count = 1,
                              .sweep_count = 2};
    verdict.pairs[0] = (struct minimal_pair){FACTOR_SECURITY, 1, 2};
    verdict.sweep[0] = (struct sweep_row){{FACTOR_SECURITY, SECURITY_TLS}, OBSERVED_NO_SIGNATURE, 2, NULL};
    verdict.sweep[1] = (struct sweep_row){{FACTOR_SECURITY, SECURITY_RDP}, OBSERVED_NO_SIGNATURE, 3, NULL};
    add_failed(SECURITY_NLA, phase, 7);
    return verdict;
}

static const char *said(const struct verdict *verdict)
{
    static char text[1000];
    return levels_text(verdict, list, count, FACTOR_SECURITY, text, sizeof text);
}

static void a_level_works_where_a_trial_was_active(void **state)
{
    (void)state;
    struct verdict verdict = denied_in(PHASE_LICENSING);
    add(SECURITY_TLS, PHASE_ACTIVE);
    add(SECURITY_RDP, PHASE_ACTIVE);
    assert_string_equal(said(&verdict), "fails with nla, works with tls and rdp");
    verdict.sweep[1] = (struct sweep_row){{FACTOR_SECURITY, SECURITY_RDP}, OBSERVED_UNRESOLVED, 0, "it is refused"};
    assert_string_equal(said(&verdict), "fails with nla, works with tls, rdp was not tried: it is refused");
    verdict.sweep[1] = (struct sweep_row){{FACTOR_SECURITY, SECURITY_RDP}, OBSERVED_UNRESOLVED, 3, "another failure"};
    assert_string_equal(said(&verdict), "fails with nla, works with tls, nothing can be said of rdp");
}

static void what_was_stopped_only_reached(void **state)
{
    (void)state;
    struct verdict verdict = denied_in(PHASE_NEGOTIATE);
    add(SECURITY_TLS, PHASE_MCS);
    add(SECURITY_RDP, PHASE_NEGOTIATE);
    assert_string_equal(said(&verdict), "fails with nla, reached mcs with tls, reached negotiate with rdp");
}

static void another_failure_is_told(void **state)
{
    (void)state;
    struct verdict verdict = denied_in(PHASE_LICENSING);
    add_failed(SECURITY_TLS, PHASE_ACTIVE, 5);
    add_failed(SECURITY_RDP, PHASE_CAPABILITIES, 5);
    assert_string_equal(said(&verdict),
                        "fails with nla, with tls another failure follows: errinfo 0x5 after activation, "
                        "with rdp another failure follows: errinfo 0x5 in capabilities");
}

// The whole trials of a level know more than a scan of it.
static void the_furthest_trial_speaks(void **state)
{
    (void)state;
    struct verdict verdict = denied_in(PHASE_NEGOTIATE);
    add(SECURITY_TLS, PHASE_TLS);
    add(SECURITY_RDP, PHASE_MCS);
    add_failed(SECURITY_TLS, PHASE_ACTIVE, 5);
    add(SECURITY_RDP, PHASE_ACTIVE);
    assert_string_equal(said(&verdict), "fails with nla, works with rdp, with tls another failure follows: errinfo 0x5 "
                                        "after activation");
}

static void what_a_passing_trial_did(void **state)
{
    (void)state;
    char text[64];
    assert_string_equal(passing_text(add(SECURITY_TLS, PHASE_ACTIVE), text, sizeof text), "works");
    assert_string_equal(passing_text(add(SECURITY_TLS, PHASE_TLS), text, sizeof text), "reached tls");
    add_failed(SECURITY_TLS, PHASE_ACTIVE, 5);
    assert_string_equal(passing_text(list[2], text, sizeof text), "ends otherwise");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(a_level_works_where_a_trial_was_active, forget_trials),
        cmocka_unit_test_teardown(what_was_stopped_only_reached, forget_trials),
        cmocka_unit_test_teardown(another_failure_is_told, forget_trials),
        cmocka_unit_test_teardown(the_furthest_trial_speaks, forget_trials),
        cmocka_unit_test_teardown(what_a_passing_trial_did, forget_trials),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
