// SPDX-License-Identifier: Apache-2.0
#include "analysis/verdict.h"

#include <string.h>

#include "trial/journal.h"

const char *verdict_name(enum verdict_kind kind)
{
    static const char *const names[] = {[VERDICT_ISOLATED] = "isolated",
                                        [VERDICT_NOT_CLIENT_SIDE] = "not-client-side",
                                        [VERDICT_NOT_REPRODUCED] = "not-reproduced",
                                        [VERDICT_INCONCLUSIVE] = "inconclusive",
                                        [VERDICT_STOPPED] = "stopped"};
    return (unsigned)kind < sizeof names / sizeof *names ? names[kind] : "unknown";
}

static const char *const worlds[] = {
    [WORLD_NOT_SUSPECTED] = "",    [WORLD_IN_TURN] = "in-turn", [WORLD_RATE] = "rate",
    [WORLD_DEADLINE] = "deadline", [WORLD_CHANGED] = "changed", [WORLD_CHANCE] = "chance"};

const char *world_name(enum world world)
{
    return worlds[world];
}

enum world world_from_name(const char *name)
{
    for (int i = 0; i <= WORLD_CHANCE; i++) {
        if (strcmp(name, worlds[i]) == 0)
            return (enum world)i;
    }
    return WORLD_NOT_SUSPECTED;
}

static const char *finding_name(enum finding finding)
{
    static const char *const names[] = {[FINDING_CAUSE] = "cause",
                                        [FINDING_INNOCENT] = "innocent",
                                        [FINDING_UNDECIDED] = "undecided",
                                        [FINDING_NOT_TESTED] = "not-tested"};
    return names[finding];
}

static const char *observation_name(enum observation observation)
{
    static const char *const names[] = {[OBSERVED_SIGNATURE] = "signature",
                                        [OBSERVED_NO_SIGNATURE] = "no-signature",
                                        [OBSERVED_UNRESOLVED] = "unresolved"};
    return names[observation];
}

static json_t *condition_json(const struct condition *condition)
{
    return json_pack("{s:s, s:s}", "factor", factor_row(condition->factor)->name, "level",
                     level_name(condition->factor, condition->level));
}

static json_t *cause_json(const struct verdict *verdict)
{
    json_t *alternatives = json_array();
    for (unsigned k = 0; k < verdict->alternative_count; k++) {
        const struct conjunction *conjunction = &verdict->alternatives[k];
        json_t *conditions = json_array();
        for (unsigned i = 0; i < conjunction->count; i++)
            json_array_append_new(conditions, condition_json(&conjunction->conditions[i]));
        json_array_append_new(alternatives, conditions);
    }
    return alternatives;
}

static json_t *pairs_json(const struct verdict *verdict)
{
    json_t *pairs = json_array();
    for (unsigned i = 0; i < verdict->pair_count; i++) {
        const struct minimal_pair *pair = &verdict->pairs[i];
        json_array_append_new(pairs, json_pack("{s:s, s:I, s:I}", "factor", factor_row(pair->factor)->name, "failing",
                                               (json_int_t)pair->failing, "passing", (json_int_t)pair->passing));
    }
    return pairs;
}

static json_t *sweep_json(const struct verdict *verdict)
{
    json_t *rows = json_array();
    for (unsigned i = 0; i < verdict->sweep_count; i++) {
        const struct sweep_row *row = &verdict->sweep[i];
        json_t *json = condition_json(&row->condition);
        json_object_set_new(json, "observation", json_string(observation_name(row->observation)));
        if (row->trial)
            json_object_set_new(json, "trial", json_integer((json_int_t)row->trial));
        if (row->why)
            json_object_set_new(json, "why", json_string(row->why));
        json_array_append_new(rows, json);
    }
    return rows;
}

static json_t *further_json(const struct verdict *verdict)
{
    json_t *numbers = json_array();
    for (unsigned i = 0; i < verdict->further_count; i++)
        json_array_append_new(numbers, json_integer((json_int_t)verdict->further[i]));
    return numbers;
}

static json_t *factors_json(const struct verdict *verdict)
{
    json_t *factors = json_object();
    for (int f = 0; f < FACTOR_COUNT; f++)
        json_object_set_new(factors, factor_row((enum factor)f)->name,
                            json_pack("{s:s, s:s}", "finding", finding_name(verdict->factors[f].finding), "why",
                                      verdict->factors[f].why));
    return factors;
}

static json_t *suggestions_json(const struct verdict *verdict)
{
    json_t *suggestions = json_array();
    for (unsigned i = 0; i < verdict->suggestion_count; i++) {
        const struct suggested_trial *trial = &verdict->suggestions[i];
        json_array_append_new(suggestions, json_pack("{s:o, s:s, s:s}", "variant", variant_to_json(&trial->variant),
                                                     "until", phase_name(trial->until), "why", trial->why));
    }
    return suggestions;
}

void verdict_count(struct verdict *verdict, const struct trial *const *trials, size_t count)
{
    verdict->trials = (unsigned)count;
    verdict->surveys = verdict->logons = 0;
    for (size_t i = 0; i < count; i++) {
        verdict->surveys += trials[i]->until < PHASE_ACTIVE;
        verdict->logons += trials[i]->logons;
    }
}

json_t *verdict_to_json(const struct verdict *verdict)
{
    char text[96];
    json_t *json = json_pack("{s:s, s:i, s:s}", "record", "verdict", "schema", JOURNAL_SCHEMA, "verdict",
                             verdict_name(verdict->kind));
    if (!json)
        return NULL;
    // The setters of jansson refuse a NULL value, so that a member that found no memory shows here.
    int failed = json_object_set_new(
        json, "signature",
        verdict->has_signature ? json_string(signature_text(&verdict->signature, text, sizeof text)) : json_null());
    failed |= json_object_set_new(json, "cause", cause_json(verdict));
    failed |= json_object_set_new(json, "minimal_pairs", pairs_json(verdict));
    failed |= json_object_set_new(json, "sweep", sweep_json(verdict));
    failed |= json_object_set_new(json, "factors", factors_json(verdict));
    failed |= json_object_set_new(json, "causes", json_array());
    failed |=
        json_object_set_new(json, "confidence", verdict->confidence > 0 ? json_real(verdict->confidence) : json_null());
    failed |= json_object_set_new(json, "next_trials", suggestions_json(verdict));
    failed |= json_object_set_new(json, "trials", json_integer(verdict->trials));
    failed |= json_object_set_new(json, "surveys", json_integer(verdict->surveys));
    failed |= json_object_set_new(json, "search_trials", json_integer(verdict->search));
    failed |= json_object_set_new(json, "confirming_trials", json_integer(verdict->confirming));
    failed |= json_object_set_new(json, "logons", json_integer(verdict->logons));
    failed |= json_object_set_new(json, "reason", json_string(verdict->reason));
    if (verdict->rebased) // else it is that of the first trial
        failed |= json_object_set_new(json, "baseline", variant_to_json(&verdict->baseline));
    if (verdict->further_count)
        failed |= json_object_set_new(json, "unexplained", further_json(verdict));
    if (verdict->world)
        failed |= json_object_set_new(json, "world", json_string(world_name(verdict->world)));
    if (verdict->gateway[0])
        failed |= json_object_set_new(json, "gateway", json_string(verdict->gateway));
    if (failed) {
        json_decref(json);
        return NULL;
    }
    return json;
}
