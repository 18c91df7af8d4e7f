// SPDX-License-Identifier: Apache-2.0
#include "analysis/rdp_space.h"

#include <string.h>

#include "analysis/experiment.h"
#include "analysis/gateway_path.h"
#include "analysis/rdp_license.h"
#include "analysis/rdp_observation.h"
#include "analysis/rdp_redirection.h"
#include "analysis/rdp_survey.h"
#include "knowledge/codes.h"
#include "trial/effect.h"
#include "trial/fact.h"

static double weight(enum factor factor)
{
    return factor_row(factor)->weight;
}

static double cost(enum factor factor, unsigned level)
{
    return level ? factor_row(factor)->cost : 0;
}

static bool without_tls(const struct variant *variant)
{
    return variant->level[FACTOR_SECURITY] == SECURITY_RDP;
}

// RDP security has no TLS handshake.
static unsigned moot(const struct variant *variant)
{
    return without_tls(variant) ? 1u << FACTOR_TLS : 0;
}

static bool evades(const struct experiment *experiment, const struct variant *variant)
{
    return experiment->failure_phase == PHASE_TLS && without_tls(variant);
}

static const char *exclusion(const struct experiment *experiment, enum factor factor)
{
    static const char *const earlier[FACTOR_COUNT] = {
        [FACTOR_SECURITY] = "the failure comes before the security protocol is negotiated",
        [FACTOR_TLS] = "the failure comes before the TLS handshake",
        [FACTOR_LICENSE] = "the failure comes before licensing"};
    if (factor_phase(factor) > experiment->failure_phase)
        return earlier[factor] ? earlier[factor] : "the failure is decided before it is spoken of";
    if (factor == FACTOR_TLS && without_tls(&experiment->isolation->baseline))
        return "RDP security has no TLS handshake";
    return factor == FACTOR_LICENSE ? license_exclusion(experiment) : NULL;
}

static bool tls_equivalent(const struct experiment *experiment, unsigned level)
{
    const char *spoken = fact_text(experiment->reference->facts, FACT_TLS_VERSION, NULL);
    if (!spoken)
        return false;
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        const char *other = fact_text(trial->facts, FACT_TLS_VERSION, NULL);
        if (other && trial->variant.level[FACTOR_TLS] == level)
            return strcmp(spoken, other) == 0;
    }
    return strcmp(spoken, level_name(FACTOR_TLS, level)) == 0;
}

static enum likeness likeness(const struct experiment *experiment, enum factor factor, unsigned level)
{
    switch (factor) {
    case FACTOR_TLS:
        return tls_equivalent(experiment, level) ? LEVEL_EQUIVALENT : LEVEL_DIFFERENT;
    case FACTOR_LICENSE:
        return license_equivalent(experiment, level) ? LEVEL_EQUIVALENT : LEVEL_DIFFERENT;
    case FACTOR_ADDRESS:
        // By address, the other family differs in the peer as well as in the presented name.
        return strcmp(fact_text(trial_first(experiment->reference)->facts, FACT_ADDRESS_FAMILY, ""),
                      level_name(factor, level)) == 0
                   ? LEVEL_SIMILAR
                   : LEVEL_DIFFERENT;
    default:
        return LEVEL_DIFFERENT;
    }
}

static bool takes_a_license(enum factor factor, unsigned level)
{
    return factor == FACTOR_LICENSE && license_needs_issue(level);
}

static bool obtainable(const struct experiment *experiment, enum factor factor, unsigned level)
{
    return !takes_a_license(factor, level) || license_issued(experiment);
}

// How NLA authenticates matters to nothing else.
static bool wasted(const struct experiment *experiment, const struct variant *variant)
{
    return variant->level[FACTOR_SECURITY] != SECURITY_NLA &&
           variant->level[FACTOR_AUTH] != experiment->isolation->baseline.level[FACTOR_AUTH];
}

// Without a ticket there is no Kerberos on this machine, whatever the target; and who picks a cipher that RDP security
// did not offer takes none of those that it did, whatever else varies.
static bool retires(const struct trial *trial, enum factor *factor, struct level_state *state)
{
    if (trial->outcome.family == FAMILY_PROTOCOL && strcmp(trial->outcome.name, ENCRYPTION_NOT_OFFERED) == 0) {
        *factor = FACTOR_RDP_ENCRYPTION;
        *state = (struct level_state){LEVEL_REFUSED, trial->number, "the target picks a cipher that was not offered"};
        return trial->variant.level[FACTOR_RDP_ENCRYPTION] != RDP_ENCRYPTION_ANY;
    }
    if (trial->outcome.family != FAMILY_LOCAL || strcmp(trial->outcome.name, LOCAL_NO_TICKET) != 0 ||
        trial->variant.level[FACTOR_AUTH] != AUTH_LEVEL_KERBEROS)
        return false;
    *factor = FACTOR_AUTH;
    *state = (struct level_state){LEVEL_LOCAL, trial->number, "no Kerberos ticket can be had on this machine"};
    return true;
}

static enum phase until(const struct experiment *experiment, const struct variant *variant)
{
    enum phase last = without_tls(variant) ? PHASE_NEGOTIATE : PHASE_TLS; // before any logon
    return experiment->failure_phase <= last ? last : PHASE_ACTIVE;
}

// A gateway wants a logon of its own.
static bool logs_on(const struct variant *variant, enum phase last)
{
    return last >= PHASE_NLA || variant->level[FACTOR_GATEWAY] != GATEWAY_OFF;
}

// Through a gateway the target's name is looked up there; only for an address it is looked up here before. Where that
// fails, as it does without the gateway, the trial says nothing of the gateway.
static bool address_not_found(const struct experiment *experiment, const struct trial *trial)
{
    return experiment->isolation->baseline.level[FACTOR_ADDRESS] == ADDRESS_NAME &&
           address_is_literal(trial->variant.level[FACTOR_ADDRESS]) &&
           trial->variant.level[FACTOR_GATEWAY] != GATEWAY_OFF && trial->outcome.family == FAMILY_DNS &&
           trial->outcome.side != SIDE_GATEWAY;
}

static enum observation observe_trial(const struct experiment *experiment, const struct trial *trial)
{
    return address_not_found(experiment, trial) ? OBSERVED_UNRESOLVED
                                                : observe(trial, &experiment->signature, experiment->failure_phase);
}

// A failure of the negotiation is in effect where it is what is studied.
static bool in_effect(const struct experiment *experiment, const struct trial *trial, bool studied, enum factor *which)
{
    if (trial_in_effect(trial, which))
        return true;
    const struct signature own = signature_of(&trial->outcome);
    return studied && own.family == FAMILY_NEGOTIATION && experiment_fails(experiment, trial) &&
           observe(trial, &own, trial_reach(trial)) == OBSERVED_SIGNATURE;
}

static bool refused(const struct trial *trial)
{
    return trial->outcome.family == FAMILY_ERRINFO || trial->outcome.family == FAMILY_LICENSING ||
           trial->outcome.family == FAMILY_ULTIMATUM;
}

// Of who went on answering nobody knows whether it would have been in time: who was silent for less than a quarter of
// it, or than two of its answers took so far.
static bool unfinished(const struct trial *trial)
{
    double silence = fact_real(trial->facts, FACT_END_SILENCE, trial->ms), trips = 0;
    if (trial->outcome.family != FAMILY_TIMEOUT)
        return false;
    for (unsigned i = 0; i < trial->phase_count; i++)
        trips += trial->phases[i].round_trips;
    return silence < trial->ms / 4 || (trips > 0 && silence < 2 * (trial->ms - silence) / trips);
}

static const char *open_clause(enum factor factor, unsigned level)
{
    return factor == FACTOR_LICENSE && level == LICENSE_REUSE
               ? "the server issued no licence that it would take again; a client that holds one would decide it"
               : NULL;
}

static const char *sweep_clause(enum factor factor, unsigned level)
{
    (void)level;
    return factor == FACTOR_LICENSE ? "the server issued no licence that could be presented again" : NULL;
}

static const char *peculiar(const struct experiment *experiment, enum factor factor, const unsigned char *levels,
                            unsigned count, enum finding *finding)
{
    if (factor == FACTOR_SECURITY && count == 1 && levels[0] == SECURITY_RDP &&
        experiment->failure_phase == PHASE_TLS) {
        *finding = FINDING_NOT_TESTED;
        return "besides the baseline's only security=rdp can be used, which has no TLS handshake that could fail";
    }
    if (factor == FACTOR_LICENSE) {
        *finding = FINDING_UNDECIDED;
        return "no licence could be had that differs from the one presented, so its part is open";
    }
    return NULL;
}

static void tell(const struct experiment *experiment, struct verdict *verdict)
{
    tell_redirections(experiment, verdict);
    tell_gateway_path(experiment, verdict);
}

const struct factor_space *rdp_space(void)
{
    static const struct factor_rules rules = {
        .moot = moot,
        .evades = evades,
        .exclusion = exclusion,
        .likeness = likeness,
        .obtainable = obtainable,
        .wasted = wasted,
        .retires = retires,
        .until = until,
        .logs_on = logs_on,
        .observe = observe_trial,
        .in_effect = in_effect,
        .healthy = healthy_redirection,
        .refused = refused,
        .unfinished = unfinished,
        .prime = license_prime,
        .surveyed = rdp_surveyed,
        .survey_until = rdp_survey_until,
        .accepted = rdp_accepted,
        .refusal = rdp_refusal,
        .open_clause = open_clause,
        .sweep_clause = sweep_clause,
        .peculiar = peculiar,
        .tell = tell,
    };
    static const struct factor_space space = {factor_levels, variant_possible, weight, cost, &rules};
    return &space;
}
