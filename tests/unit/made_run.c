// SPDX-License-Identifier: Apache-2.0
#include "made_run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

enum { DENIED = 7, HYBRID_REQUIRED = 5, NAME_UNKNOWN = 2 };
static const uint32_t logon_failure = 0xC000006D;

void made_run_begin(struct made_run *run)
{
    *run = (struct made_run){.verdict = {.kind = VERDICT_NOT_REPRODUCED}};
    for (int f = 0; f < FACTOR_COUNT; f++)
        run->verdict.factors[f].finding = FINDING_NOT_TESTED;
}

void made_run_end(struct made_run *run)
{
    while (run->count > 0)
        trial_clear(&run->trials[--run->count]);
}

static void add_facts(struct trial *trial)
{
    static const char *const selected[] = {[SECURITY_NLA] = "HYBRID", [SECURITY_TLS] = "SSL", [SECURITY_RDP] = "RDP"};
    static const char *const spoken[] = {"1.3", "1.0", "1.1", "1.2", "1.3"};
    const struct outcome *outcome = &trial->outcome;
    unsigned security = trial->variant.level[FACTOR_SECURITY];
    if (outcome->phase > PHASE_NEGOTIATE)
        fact_set(trial->facts, FACT_NEGOTIATION_SELECTED, json_string(selected[security]));
    else if (outcome->family == FAMILY_NEGOTIATION)
        fact_set(trial->facts, FACT_NEGOTIATION_FAILURE, json_integer(outcome->code));
    if (outcome->phase > PHASE_TLS && security != SECURITY_RDP)
        fact_set(trial->facts, FACT_TLS_VERSION, json_string(spoken[trial->variant.level[FACTOR_TLS]]));
    trial->logons = security == SECURITY_NLA && outcome->phase >= PHASE_NLA;
    if (trial->logons)
        fact_set(trial->facts, FACT_CREDENTIALS, json_string(outcome->phase > PHASE_NLA ? "verified" : "refused"));
    if (outcome->family == FAMILY_CREDSSP)
        fact_set(trial->facts, FACT_CREDSSP_NTSTATUS, json_integer(outcome->code));
    if (outcome->phase > PHASE_MCS)
        fact_set(trial->facts, FACT_MCS_RESULT, json_integer(0));
    if (outcome->family == FAMILY_ERRINFO) {
        fact_set(trial->facts, FACT_ERRINFO_CODE, json_integer(outcome->code));
        fact_set(trial->facts, FACT_ERRINFO_PHASE, json_string(phase_name(outcome->phase)));
        fact_set(trial->facts, FACT_ERRINFO_AFTER, json_real(2.5));
    }
    if (outcome->phase > PHASE_LICENSING) {
        fact_append(trial->facts, FACT_LICENSING_MESSAGES, "ERROR_ALERT");
        fact_set(trial->facts, FACT_LICENSING_ROLE, json_string("valid-client"));
    }
}

struct trial *made_trial(struct made_run *run, enum factor factor, unsigned level, enum family family, uint32_t code,
                         enum phase phase)
{
    assert_true(run->count < MADE_TRIALS_MAX);
    struct trial *trial = &run->trials[run->count];
    assert_true(trial_init(trial));
    run->list[run->count++] = trial;
    trial->number = run->count;
    trial->until = PHASE_ACTIVE;
    trial->connections = 1;
    trial->variant.level[factor] = (unsigned char)level;
    trial->outcome = (struct outcome){.result = family == FAMILY_NONE ? RESULT_CONNECTED : RESULT_FAILED,
                                      .phase = phase,
                                      .family = family,
                                      .code = code};
    add_facts(trial);
    return trial;
}

void made_verdict(struct made_run *run, enum verdict_kind kind)
{
    run->verdict.kind = kind;
    run->verdict.has_signature = true;
    run->verdict.signature = signature_of(&run->trials[0].outcome);
    run->verdict.failure_phase = run->trials[0].outcome.phase;
    run->verdict.baseline = run->trials[0].variant;
}

void made_cause(struct made_run *run, enum factor factor, unsigned level, uint64_t failing, uint64_t passing)
{
    struct verdict *verdict = &run->verdict;
    verdict->factors[factor].finding = FINDING_CAUSE;
    verdict->alternatives[verdict->alternative_count++] =
        (struct conjunction){.conditions = {{factor, level}}, .count = 1};
    verdict->pairs[verdict->pair_count++] = (struct minimal_pair){factor, failing, passing};
}

void find_made_causes(struct made_run *run)
{
    find_causes(&run->verdict, run->list, run->count, run->findings);
}

const struct cause_finding *made_finding(const struct made_run *run, const char *id)
{
    for (size_t i = 0; i < CAUSE_COUNT; i++) {
        if (strcmp(run->findings[i].cause->id, id) == 0)
            return &run->findings[i];
    }
    fail_msg("there is no cause %s", id);
    return NULL;
}

void made_denial_of_everybody(struct made_run *run)
{
    made_run_begin(run);
    made_trial(run, FACTOR_SECURITY, SECURITY_NLA, FAMILY_ERRINFO, DENIED, PHASE_LICENSING);
    made_trial(run, FACTOR_SECURITY, SECURITY_TLS, FAMILY_ERRINFO, DENIED, PHASE_LICENSING);
    made_trial(run, FACTOR_TLS, TLS_1_2, FAMILY_ERRINFO, DENIED, PHASE_LICENSING);
    made_trial(run, FACTOR_LICENSE, LICENSE_CLEAR, FAMILY_ERRINFO, DENIED, PHASE_LICENSING);
    made_verdict(run, VERDICT_NOT_CLIENT_SIDE);
    run->verdict.factors[FACTOR_SECURITY].finding = FINDING_INNOCENT;
    run->verdict.factors[FACTOR_TLS].finding = FINDING_INNOCENT;
    run->verdict.factors[FACTOR_LICENSE].finding = FINDING_INNOCENT;
    find_made_causes(run);
}

void made_tls_cause(struct made_run *run)
{
    made_run_begin(run);
    made_trial(run, FACTOR_TLS, TLS_1_2, FAMILY_ERRINFO, DENIED, PHASE_LICENSING);
    made_trial(run, FACTOR_TLS, TLS_1_3, FAMILY_NONE, 0, PHASE_ACTIVE);
    made_trial(run, FACTOR_TLS, TLS_1_2, FAMILY_ERRINFO, DENIED, PHASE_LICENSING);
    made_verdict(run, VERDICT_ISOLATED);
    made_cause(run, FACTOR_TLS, TLS_1_2, 1, 2);
    find_made_causes(run);
}

void made_wrong_password(struct made_run *run)
{
    made_run_begin(run);
    made_trial(run, FACTOR_SECURITY, SECURITY_NLA, FAMILY_CREDSSP, logon_failure, PHASE_NLA);
    made_trial(run, FACTOR_TLS, TLS_1_2, FAMILY_CREDSSP, logon_failure, PHASE_NLA);
    made_verdict(run, VERDICT_STOPPED);
    find_made_causes(run);
}

void made_unknown_name(struct made_run *run)
{
    made_run_begin(run);
    struct trial *trial = made_trial(run, FACTOR_ADDRESS, ADDRESS_NAME, FAMILY_DNS, NAME_UNKNOWN, PHASE_RESOLVE);
    fact_set(trial->facts, FACT_ADDRESS_ASKED, json_string("srv.example"));
    made_verdict(run, VERDICT_NOT_CLIENT_SIDE);
    find_made_causes(run);
}

void made_nla_only(struct made_run *run)
{
    made_run_begin(run);
    made_trial(run, FACTOR_SECURITY, SECURITY_TLS, FAMILY_NEGOTIATION, HYBRID_REQUIRED, PHASE_NEGOTIATE);
    made_trial(run, FACTOR_SECURITY, SECURITY_NLA, FAMILY_NONE, 0, PHASE_ACTIVE);
    made_trial(run, FACTOR_SECURITY, SECURITY_TLS, FAMILY_NEGOTIATION, HYBRID_REQUIRED, PHASE_NEGOTIATE);
    made_verdict(run, VERDICT_ISOLATED);
    made_cause(run, FACTOR_SECURITY, SECURITY_TLS, 1, 2);
    find_made_causes(run);
}
