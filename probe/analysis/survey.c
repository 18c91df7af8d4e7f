// SPDX-License-Identifier: Apache-2.0
// What the target accepts, learned without a logon: each survey trial ends with the TLS handshake (with the negotiation
// where there is none). One trial tries new levels of several factors at once; only where it fails, and the wire does
// not show at which factor, the levels are tried one by one.
#include "analysis/experiment.h"
#include "trial/effect.h"
#include "trial/fact.h"

static bool surveyed(enum factor factor)
{
    // Others are only looked at with the logon or after it: a licence, the form of the user's name.
    return factor_phase(factor) <= PHASE_TLS;
}

static bool unknown(const struct experiment *experiment, enum factor factor, unsigned level)
{
    return surveyed(factor) && experiment_varies(experiment, factor) && experiment_allows(experiment, factor, level) &&
           experiment->levels[factor][level].usability == LEVEL_UNKNOWN;
}

static enum phase survey_until(const struct variant *variant)
{
    return variant->level[FACTOR_SECURITY] == SECURITY_RDP ? PHASE_NEGOTIATE : PHASE_TLS;
}

// Whether the wire shows that the target accepted the trial's level of the factor, even if the trial failed later.
static bool accepted(const struct trial *trial, enum factor factor)
{
    enum effect effect = factor_effect(factor, trial);
    switch (factor) {
    case FACTOR_SECURITY:
        return effect == EFFECT_YES;
    case FACTOR_TLS:
        return effect == EFFECT_YES && fact_get(trial->facts, FACT_TLS_VERSION);
    default:
        return effect == EFFECT_YES && trial->outcome.phase >= PHASE_NEGOTIATE;
    }
}

// MS-TSGU 2.2.6: the high word may be missing.
static const char *gateway_refusal(uint32_t code)
{
    enum { RAP_ACCESSDENIED = 0x59DA, NAP_ACCESSDENIED = 0x59DB, TS_CONNECTFAILED = 0x59DD };
    switch (code & 0xFFFF) {
    case RAP_ACCESSDENIED:
        return "the gateway's resource policy (RAP) refuses the target or its name";
    case NAP_ACCESSDENIED:
        return "the gateway's connection policy (CAP) refuses the user or client";
    case TS_CONNECTFAILED:
        return "the gateway cannot reach the target with it";
    default:
        return "the gateway refuses it";
    }
}

static struct level_state refusal(const struct trial *trial)
{
    const struct outcome *outcome = &trial->outcome;
    struct level_state state = {LEVEL_REFUSED, trial->number, NULL};
    if (outcome->result == RESULT_CONNECTED) {
        state.why = "the target answered with another level";
        return state;
    }
    switch (outcome->family) {
    case FAMILY_NEGOTIATION:
        state.why = "the target refuses it in the negotiation";
        break;
    case FAMILY_TLS:
        state.why = "the TLS handshake fails with it";
        break;
    case FAMILY_DNS:
        state.why = outcome->side == SIDE_GATEWAY ? "the gateway's name is not found" : "no such address is found";
        break;
    case FAMILY_TCP:
        state.why = outcome->side == SIDE_GATEWAY ? "no TCP connection to the gateway can be made"
                                                  : "no TCP connection can be made with it";
        break;
    case FAMILY_GATEWAY:
        state.why = gateway_refusal(outcome->code);
        break;
    case FAMILY_CLOSED:
        state.why = "the target closes the connection on it";
        break;
    case FAMILY_LOCAL:
        state.usability = LEVEL_LOCAL;
        state.why = "this machine cannot do it";
        break;
    default:
        state.usability = LEVEL_UNCLEAR;
        state.why = "its survey ended neither way";
        break;
    }
    return state;
}

static void accept(struct experiment *experiment, enum factor factor, const struct trial *trial)
{
    unsigned level = trial->variant.level[factor];
    if (experiment->levels[factor][level].usability != LEVEL_USABLE)
        experiment->levels[factor][level] = (struct level_state){LEVEL_USABLE, trial->number, NULL};
}

// Accidents (a time-out, a lost connection) are seen twice before they count.
static bool accident(const struct trial *trial)
{
    return trial->outcome.result == RESULT_FAILED &&
           (trial->outcome.family == FAMILY_TIMEOUT || trial->outcome.family == FAMILY_CRASH ||
            trial->outcome.family == FAMILY_CLOSED);
}

// Learns what a survey trial says. Returns false if it failed and the wire does not show which of several new levels it
// was.
static bool learn(struct experiment *experiment, const struct trial *trial)
{
    bool whole = experiment_observe(experiment, trial) == OBSERVED_SIGNATURE ||
                 (trial->outcome.result == RESULT_CONNECTED && trial_in_effect(trial, NULL));
    unsigned blamed = 0;
    enum factor blame = FACTOR_COUNT;
    for (int f = 0; f < FACTOR_COUNT; f++) {
        enum factor factor = (enum factor)f;
        if (!surveyed(factor) || trial->variant.level[f] == experiment->isolation->baseline.level[f])
            continue;
        if (whole || accepted(trial, factor)) {
            accept(experiment, factor, trial);
        } else if (experiment->levels[f][trial->variant.level[f]].usability != LEVEL_USABLE) {
            blamed++;
            blame = factor;
        }
    }
    if (blamed == 1)
        experiment->levels[blame][trial->variant.level[blame]] = refusal(trial);
    return blamed <= 1;
}

struct aim {
    const struct experiment *experiment;
    enum factor factor; // with this level, as near to the baseline as possible; FACTOR_COUNT: with many new levels
    unsigned level;
    bool fresh[FACTOR_COUNT][LEVELS_MAX]; // not known yet
};

static long score(const struct variant *variant, void *context)
{
    const struct aim *aim = context;
    long distance = (long)variant_distance(variant, &aim->experiment->isolation->baseline);
    if (aim->factor != FACTOR_COUNT)
        return variant->level[aim->factor] == aim->level ? 100 - distance : 0;
    long fresh = 0;
    for (int f = 0; f < FACTOR_COUNT; f++)
        fresh += aim->fresh[f][variant->level[f]];
    return fresh ? 100 * fresh - distance : 0;
}

// Without gaps a variant far from the baseline may be needed: security=rdp with a baseline of tls=1.2 takes
// tls=default.
static struct choices all_levels(const struct experiment *experiment)
{
    struct choices choices = {.space = experiment->space};
    for (int f = 0; f < FACTOR_COUNT; f++) {
        choices.level[f][choices.count[f]++] = experiment->isolation->baseline.level[f];
        // From the newest TLS version down: the newer is the likelier to be accepted together with the others.
        for (unsigned level = surveyed((enum factor)f) ? experiment->space->levels((enum factor)f) : 0; level-- > 0;) {
            enum usability usability = experiment->levels[f][level].usability;
            if (level != experiment->isolation->baseline.level[f] && experiment_varies(experiment, (enum factor)f) &&
                experiment_allows(experiment, (enum factor)f, level) &&
                (usability == LEVEL_UNKNOWN || usability == LEVEL_USABLE))
                choices.level[f][choices.count[f]++] = (unsigned char)level;
        }
    }
    return choices;
}

static void survey_one(struct experiment *experiment, enum factor factor, unsigned level)
{
    struct aim aim = {.experiment = experiment, .factor = factor, .level = level};
    struct choices choices = all_levels(experiment);
    struct variant variant;
    if (!choose_variant(&choices, score, &aim, &variant)) {
        experiment->levels[factor][level] =
            (struct level_state){LEVEL_LOCAL, 0, "no possible variant with the levels to be tried has it"};
        return;
    }
    for (int attempt = 0; attempt < 2; attempt++) {
        const struct trial *trial = experiment_run(experiment, &variant, survey_until(&variant));
        if (!trial)
            return;
        if (accident(trial) && attempt == 0 && experiment_observe(experiment, trial) != OBSERVED_SIGNATURE)
            continue;
        if (!learn(experiment, trial))
            experiment->levels[factor][level] = refusal(trial);
        return;
    }
}

// What trials on record say, which were not run to survey anything.
static void learn_recorded(struct experiment *experiment)
{
    for (unsigned i = 0; i < experiment->recorded; i++) {
        const struct trial *trial = experiment->trials[i];
        if (trial->outcome.result == RESULT_CONNECTED || trial->outcome.phase > PHASE_TLS) {
            for (int f = 0; f < FACTOR_COUNT; f++) {
                if (surveyed((enum factor)f) && accepted(trial, (enum factor)f))
                    accept(experiment, (enum factor)f, trial);
            }
        } else if (!accident(trial)) {
            learn(experiment, trial);
        }
    }
}

void survey_levels(struct experiment *experiment)
{
    if (!experiment->space->wire)
        return;
    learn_recorded(experiment);
    for (int f = 0; experiment_offline(experiment) && f < FACTOR_COUNT; f++) {
        for (unsigned level = 0; level < experiment->space->levels((enum factor)f); level++) {
            if (unknown(experiment, (enum factor)f, level))
                experiment->levels[f][level] =
                    (struct level_state){LEVEL_UNCLEAR, 0, "no trial on record shows whether the target accepts it"};
        }
    }
    while (!experiment_over(experiment)) {
        struct aim many = {.experiment = experiment, .factor = FACTOR_COUNT};
        for (int f = 0; f < FACTOR_COUNT; f++) {
            for (unsigned level = 0; level < experiment->space->levels((enum factor)f); level++)
                many.fresh[f][level] = unknown(experiment, (enum factor)f, level);
        }
        struct choices choices = all_levels(experiment);
        struct variant variant;
        if (!choose_variant(&choices, score, &many, &variant))
            break;
        const struct trial *trial = experiment_run(experiment, &variant, survey_until(&variant));
        if (!trial)
            return;
        if (!(accident(trial) && experiment_observe(experiment, trial) != OBSERVED_SIGNATURE) &&
            learn(experiment, trial))
            continue;
        for (int f = 0; f < FACTOR_COUNT; f++) {
            if (unknown(experiment, (enum factor)f, variant.level[f]))
                survey_one(experiment, (enum factor)f, variant.level[f]);
        }
    }
    // What no possible variant has was not surveyed.
    for (int f = 0; f < FACTOR_COUNT && !experiment_over(experiment); f++) {
        for (unsigned level = 0; level < experiment->space->levels((enum factor)f); level++) {
            if (unknown(experiment, (enum factor)f, level))
                survey_one(experiment, (enum factor)f, level);
        }
    }
}
