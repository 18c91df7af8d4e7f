// SPDX-License-Identifier: Apache-2.0
#include "report/verdict_record.h"

#include <stdio.h>
#include <string.h>

static const char *text_of(const json_t *json, const char *member)
{
    const char *text = json_string_value(json_object_get(json, member));
    return text ? text : "";
}

static uint64_t number_of(const json_t *json, const char *member)
{
    json_int_t number = json_integer_value(json_object_get(json, member));
    return number > 0 ? (uint64_t)number : 0;
}

static bool read_kind(const char *name, enum verdict_kind *kind)
{
    for (int i = VERDICT_ISOLATED; i <= VERDICT_STOPPED; i++) {
        if (strcmp(name, verdict_name((enum verdict_kind)i)) == 0) {
            *kind = (enum verdict_kind)i;
            return true;
        }
    }
    return false;
}

static bool read_condition(const json_t *json, struct condition *condition)
{
    return factor_from_name(text_of(json, "factor"), &condition->factor) &&
           level_from_name(condition->factor, text_of(json, "level"), &condition->level);
}

static bool read_cause(const json_t *json, struct verdict *verdict)
{
    for (size_t k = 0; k < json_array_size(json) && k < ALTERNATIVES_MAX; k++) {
        const json_t *conditions = json_array_get(json, k);
        struct conjunction *conjunction = &verdict->alternatives[verdict->alternative_count++];
        for (size_t i = 0; i < json_array_size(conditions) && i < FACTOR_COUNT; i++) {
            if (!read_condition(json_array_get(conditions, i), &conjunction->conditions[conjunction->count++]))
                return false;
        }
    }
    return true;
}

static bool read_pairs(const json_t *json, struct verdict *verdict)
{
    for (size_t i = 0; i < json_array_size(json) && i < PAIRS_MAX; i++) {
        const json_t *item = json_array_get(json, i);
        struct minimal_pair *pair = &verdict->pairs[verdict->pair_count++];
        pair->failing = number_of(item, "failing");
        pair->passing = number_of(item, "passing");
        if (!factor_from_name(text_of(item, "factor"), &pair->factor))
            return false;
    }
    return true;
}

static void read_further(const json_t *json, struct verdict *verdict)
{
    for (size_t i = 0; i < json_array_size(json) && i < FURTHER_MAX; i++) {
        json_int_t number = json_integer_value(json_array_get(json, i));
        verdict->further[verdict->further_count++] = number > 0 ? (uint64_t)number : 0;
    }
}

static enum observation observation_of(const char *name)
{
    return strcmp(name, "signature") == 0      ? OBSERVED_SIGNATURE
           : strcmp(name, "no-signature") == 0 ? OBSERVED_NO_SIGNATURE
                                               : OBSERVED_UNRESOLVED;
}

static bool read_sweep(const json_t *json, struct verdict *verdict)
{
    for (size_t i = 0; i < json_array_size(json) && i < SWEEP_MAX; i++) {
        const json_t *item = json_array_get(json, i);
        struct sweep_row *row = &verdict->sweep[verdict->sweep_count++];
        row->observation = observation_of(text_of(item, "observation"));
        row->trial = number_of(item, "trial");
        row->why = json_string_value(json_object_get(item, "why")); // lives as long as the record
        if (!read_condition(item, &row->condition))
            return false;
    }
    return true;
}

static void read_factors(const json_t *json, struct verdict *verdict)
{
    static const struct {
        const char *name;
        enum finding finding;
    } findings[] = {{"cause", FINDING_CAUSE}, {"innocent", FINDING_INNOCENT}, {"undecided", FINDING_UNDECIDED}};
    for (int f = 0; f < FACTOR_COUNT; f++) {
        const json_t *item = json_object_get(json, factor_row((enum factor)f)->name);
        verdict->factors[f].finding = FINDING_NOT_TESTED;
        for (size_t i = 0; i < sizeof findings / sizeof *findings; i++) {
            if (strcmp(text_of(item, "finding"), findings[i].name) == 0)
                verdict->factors[f].finding = findings[i].finding;
        }
        snprintf(verdict->factors[f].why, sizeof verdict->factors[f].why, "%s",
                 item ? text_of(item, "why") : "the journal says nothing of it");
    }
}

static void read_variant(const json_t *json, struct variant *variant)
{
    for (int f = 0; f < FACTOR_COUNT; f++) {
        unsigned level;
        if (level_from_name((enum factor)f, text_of(json, factor_row((enum factor)f)->name), &level))
            variant->level[f] = (unsigned char)level;
    }
}

static void read_wishes(const json_t *json, struct verdict *verdict)
{
    for (size_t i = 0; i < json_array_size(json) && i < SUGGESTIONS_MAX; i++) {
        const json_t *item = json_array_get(json, i);
        struct suggested_trial *trial = &verdict->suggestions[verdict->suggestion_count++];
        trial->until = PHASE_ACTIVE;
        phase_from_name(text_of(item, "until"), &trial->until);
        read_variant(json_object_get(item, "variant"), &trial->variant);
        snprintf(trial->why, sizeof trial->why, "%s", text_of(item, "why"));
    }
}

// The latest phase in which the signature was seen, as in the experiment.
static enum phase failure_phase(const struct signature *signature, const struct trial *const *trials, size_t count)
{
    enum phase phase = PHASE_RESOLVE;
    for (size_t i = 0; i < count; i++) {
        if (signature_matches(signature, &trials[i]->outcome) && trial_reach(trials[i]) > phase)
            phase = trial_reach(trials[i]);
    }
    return phase;
}

bool verdict_from_json(const json_t *json, const struct trial *const *trials, size_t count, struct verdict *verdict,
                       const char **error)
{
    const char *signature = json_string_value(json_object_get(json, "signature"));
    *verdict = (struct verdict){0};
    *error = "names a factor or level that there is not";
    if (!read_kind(text_of(json, "verdict"), &verdict->kind)) {
        *error = "has no verdict that there is";
        return false;
    }
    if (signature && !signature_parse(signature, &verdict->signature, error))
        return false;
    verdict->has_signature = signature != NULL;
    verdict->failure_phase = failure_phase(&verdict->signature, trials, count);
    verdict->trials = (unsigned)number_of(json, "trials");
    verdict->surveys = (unsigned)number_of(json, "surveys");
    verdict->logons = (unsigned)number_of(json, "logons");
    verdict->search = (unsigned)number_of(json, "search_trials");
    verdict->confirming = (unsigned)number_of(json, "confirming_trials");
    verdict->confidence = json_number_value(json_object_get(json, "confidence"));
    verdict->baseline = verdict_baseline(trials, count);
    verdict->world = world_from_name(text_of(json, "world"));
    read_variant(json_object_get(json, "baseline"), &verdict->baseline);
    read_wishes(json_object_get(json, "next_trials"), verdict);
    read_further(json_object_get(json, "unexplained"), verdict);
    snprintf(verdict->reason, sizeof verdict->reason, "%s", text_of(json, "reason"));
    snprintf(verdict->gateway, sizeof verdict->gateway, "%s", text_of(json, "gateway"));
    read_factors(json_object_get(json, "factors"), verdict);
    return read_cause(json_object_get(json, "cause"), verdict) &&
           read_pairs(json_object_get(json, "minimal_pairs"), verdict) &&
           read_sweep(json_object_get(json, "sweep"), verdict);
}

struct variant verdict_baseline(const struct trial *const *trials, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct variant *variant = &trials[i]->variant;
        if (trials[i]->until < PHASE_ACTIVE)
            continue;
        if (variant->level[FACTOR_LICENSE] == LICENSE_CLEAR && i + 1 < count &&
            license_needs_issue(trials[i + 1]->variant.level[FACTOR_LICENSE]) &&
            variant_distance(variant, &trials[i + 1]->variant) == 1)
            return trials[i + 1]->variant;
        return *variant;
    }
    return count ? trials[0]->variant : (struct variant){0};
}
