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
    assert_non_null(strstr(verdict.reason, "timeout in the finalize phase"));
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

// A server that is a simulated one but for what `spoil` makes of its trials.
struct spoiled {
    struct lab lab;
    void (*spoil)(struct spoiled *spoiled, struct trial *trial);
    unsigned at;
};

static const struct trial *run_spoiled(void *context, const struct variant *variant, enum phase until)
{
    struct spoiled *spoiled = context;
    struct trial *trial = (struct trial *)lab_run(&spoiled->lab, variant, until);
    spoiled->spoil(spoiled, trial);
    return trial;
}

static void end(struct trial *trial, enum phase phase, enum family family, uint32_t code)
{
    trial->outcome = (struct outcome){.result = RESULT_FAILED, .phase = phase, .family = family, .code = code};
}

static struct spoiled *spoiled_server(struct server server, void (*spoil)(struct spoiled *, struct trial *))
{
    struct spoiled *spoiled = calloc(1, sizeof *spoiled);
    assert_non_null(spoiled);
    *spoiled = (struct spoiled){.lab = {.server = server}, .spoil = spoil};
    return spoiled;
}

static struct verdict isolate_spoiled(struct spoiled *spoiled, struct isolation isolation)
{
    struct verdict verdict;
    isolation.run = run_spoiled;
    isolation.context = spoiled;
    isolate(&isolation, &verdict);
    return verdict;
}

static void forget(struct spoiled *spoiled)
{
    lab_clear(&spoiled->lab);
    free(spoiled);
}

static struct server denies_nla(void)
{
    struct server server = friendly();
    server.moment = PHASE_LICENSING;
    server.term_count = 1;
    server.term[0][FACTOR_SECURITY] = 1u << SECURITY_NLA;
    return server;
}

static bool is_session(const struct trial *trial)
{
    return trial->until >= PHASE_ACTIVE && trial->outcome.result == RESULT_CONNECTED;
}

static void end_tls_after_activation(struct spoiled *spoiled, struct trial *trial)
{
    (void)spoiled;
    if (is_session(trial) && trial->variant.level[FACTOR_SECURITY] == SECURITY_TLS)
        end(trial, PHASE_ACTIVE, FAMILY_ERRINFO, 5);
}

// With tls another failure follows, with rdp there is a session: that one proves.
static void what_has_a_session_proves(void **state)
{
    (void)state;
    struct spoiled *spoiled = spoiled_server(denies_nla(), end_tls_after_activation);
    struct verdict verdict = isolate_spoiled(spoiled, everything());
    assert_int_equal(verdict.kind, VERDICT_ISOLATED);
    assert_int_equal(verdict.pair_count, 1);
    const struct trial *passing = &spoiled->lab.trials[verdict.pairs[0].passing - 1];
    assert_int_equal(passing->variant.level[FACTOR_SECURITY], SECURITY_RDP);
    assert_true(is_session(passing));
    forget(spoiled);
}

static void end_all_after_activation(struct spoiled *spoiled, struct trial *trial)
{
    (void)spoiled;
    if (is_session(trial))
        end(trial, PHASE_ACTIVE, FAMILY_ERRINFO, 5);
}

static void cut_after_some_bytes(struct spoiled *spoiled, struct trial *trial)
{
    bool nla = trial->variant.level[FACTOR_SECURITY] == SECURITY_NLA;
    (void)spoiled;
    if (is_session(trial))
        end(trial, nla ? PHASE_NLA : PHASE_MCS, FAMILY_CLOSED, 0);
}

// Every way ends in some failure: no cause is named, and it is said that nothing connected.
static void where_nothing_connects_nothing_is_named(void **state)
{
    (void)state;
    struct spoiled *spoiled = spoiled_server(denies_nla(), end_all_after_activation);
    struct verdict verdict = isolate_spoiled(spoiled, everything());
    assert_int_equal(verdict.kind, VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict.pair_count, 0);
    assert_non_null(strstr(verdict.reason, "another failure follows"));
    assert_non_null(strstr(verdict.reason, "Nothing connected"));
    assert_true(verdict.trials <= 40);
    forget(spoiled);

    spoiled = spoiled_server(friendly(), cut_after_some_bytes);
    verdict = isolate_spoiled(spoiled, everything());
    assert_int_equal(verdict.kind, VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict.alternative_count, 0);
    assert_non_null(strstr(verdict.reason, "Nothing connected"));
    forget(spoiled);
}

// The connection is cut where it has come far; the third session gets by before that.
static void cut_nearly_all(struct spoiled *spoiled, struct trial *trial)
{
    const unsigned security = trial->variant.level[FACTOR_SECURITY];
    if (!is_session(trial))
        return;
    if (security == SECURITY_NLA)
        end(trial, PHASE_NLA, FAMILY_CLOSED, 0);
    else if (security == SECURITY_TLS)
        end(trial, PHASE_MCS, FAMILY_CLOSED, 0);
    else if (++spoiled->at != 3)
        end(trial, PHASE_ACTIVE, FAMILY_CLOSED, 0);
}

// A level that another failure follows nearly always does not work, though it once led to a session.
static void one_session_among_other_failures_proves_nothing(void **state)
{
    (void)state;
    struct spoiled *spoiled = spoiled_server(friendly(), cut_nearly_all);
    struct isolation isolation = everything();
    for (int f = 0; f < FACTOR_COUNT; f++)
        isolation.levels[f] = f == FACTOR_SECURITY ? isolation.levels[f] : 1;
    struct verdict verdict = isolate_spoiled(spoiled, isolation);
    assert_int_equal(verdict.kind, VERDICT_INCONCLUSIVE);
    assert_int_equal(verdict.alternative_count, 0);
    assert_non_null(strstr(verdict.reason, "trials only: with security=rdp another failure follows"));
    forget(spoiled);
}

static void ask_for_a_logon(struct spoiled *spoiled, struct trial *trial)
{
    end_all_after_activation(spoiled, trial);
    trial->until = trial->until >= PHASE_ACTIVE ? PHASE_LOGON : trial->until;
}

// Where a logon was asked for (--proof), it is a logon that was not reached.
static void what_was_not_reached_is_what_was_asked_for(void **state)
{
    (void)state;
    struct spoiled *spoiled = spoiled_server(denies_nla(), ask_for_a_logon);
    struct verdict verdict = isolate_spoiled(spoiled, everything());
    assert_int_equal(verdict.kind, VERDICT_INCONCLUSIVE);
    assert_non_null(strstr(verdict.reason, "whole trials reached a logon."));
    assert_null(strstr(verdict.reason, "was active"));
    forget(spoiled);
}

static void close_nla_and_then_tls(struct spoiled *spoiled, struct trial *trial)
{
    const unsigned security = trial->variant.level[FACTOR_SECURITY];
    (void)spoiled;
    if (security == SECURITY_NLA)
        end(trial, PHASE_NEGOTIATE, FAMILY_CLOSED, 0);
    else if (security == SECURITY_TLS && is_session(trial))
        end(trial, PHASE_MCS, FAMILY_CLOSED, 0);
}

// NLA is closed on at once, and scans of TLS pass; its whole trials fail after all, later. Narrowing goes on with that.
static void a_pass_that_fails_after_all_is_weighed(void **state)
{
    (void)state;
    struct isolation isolation = everything();
    isolation.signature_given = true;
    isolation.signature = (struct signature){.family = FAMILY_CLOSED, .any_phase = true};
    struct spoiled *spoiled = spoiled_server(friendly(), close_nla_and_then_tls);
    struct verdict verdict = isolate_spoiled(spoiled, isolation);
    assert_int_equal(verdict.kind, VERDICT_ISOLATED);
    assert_int_equal(verdict.failure_phase, PHASE_MCS);
    const struct trial *passing = &spoiled->lab.trials[verdict.pairs[0].passing - 1];
    assert_int_equal(passing->variant.level[FACTOR_SECURITY], SECURITY_RDP);
    assert_true(is_session(passing));
    forget(spoiled);
}

static void lose_one(struct spoiled *spoiled, struct trial *trial)
{
    if (trial->number == spoiled->at)
        end(trial, PHASE_MCS, FAMILY_CLOSED, 0);
}

// A single connection that is lost is looked at again before it is called a failure.
static void an_accident_is_looked_at_again(void **state)
{
    (void)state;
    for (unsigned at = 13; at < 30; at += 2) {
        struct spoiled *spoiled = spoiled_server(friendly(), lose_one);
        spoiled->at = at;
        struct verdict verdict = isolate_spoiled(spoiled, everything());
        assert_true(spoiled->lab.count > at);
        assert_int_equal(verdict.kind, VERDICT_NOT_REPRODUCED);
        forget(spoiled);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_cause_does_not_explain_is_told),
        cmocka_unit_test(other_failures_are_told_where_the_baseline_works),
        cmocka_unit_test(variants_are_counted_that_were_active),
        cmocka_unit_test(an_accident_is_looked_at_again),
        cmocka_unit_test(what_has_a_session_proves),
        cmocka_unit_test(where_nothing_connects_nothing_is_named),
        cmocka_unit_test(one_session_among_other_failures_proves_nothing),
        cmocka_unit_test(what_was_not_reached_is_what_was_asked_for),
        cmocka_unit_test(a_pass_that_fails_after_all_is_weighed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
