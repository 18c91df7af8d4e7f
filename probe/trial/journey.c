// SPDX-License-Identifier: Apache-2.0
#include "trial/journey.h"

#include <stdlib.h>

#include "trial/fact.h"
#include "trial/redirected.h"

static bool make_room(struct journeys *journeys)
{
    if (journeys->count < journeys->capacity)
        return true;
    size_t capacity = journeys->capacity ? journeys->capacity * 2 : 32;
    const struct trial **trials = realloc(journeys->trials, capacity * sizeof *trials);
    if (trials)
        journeys->trials = trials;
    struct trial **joined = realloc(journeys->joined, capacity * sizeof *joined);
    if (joined)
        journeys->joined = joined;
    if (!trials || !joined)
        return false;
    journeys->capacity = capacity;
    return true;
}

// The last connection's, but for what is of each: the gateway's logons, and the licensing that a broker may have done.
static json_t *join_facts(const struct trial *before, const struct trial *record)
{
    static const enum fact licensing[] = {FACT_LICENSING_MESSAGES, FACT_LICENSING_ROLE};
    json_t *facts = json_deep_copy(record->facts);
    int64_t logons = fact_integer(before->facts, FACT_GATEWAY_LOGONS, 0);
    if (!facts)
        return NULL;
    if (logons)
        fact_set(facts, FACT_GATEWAY_LOGONS,
                 json_integer(logons + fact_integer(record->facts, FACT_GATEWAY_LOGONS, 0)));
    for (size_t i = 0; !fact_get(record->facts, FACT_LICENSING_MESSAGES) && i < sizeof licensing / sizeof *licensing;
         i++) {
        const json_t *value = fact_get(before->facts, licensing[i]);
        if (value)
            fact_set(facts, licensing[i], json_deep_copy(value));
    }
    return facts;
}

static bool go_on(struct journeys *journeys, size_t index, const struct trial *record)
{
    const struct trial *before = journeys->trials[index];
    const struct trial *first = before->first ? before->first : before;
    struct trial *whole = malloc(sizeof *whole);
    json_t *facts = whole ? join_facts(before, record) : NULL;
    if (!facts) {
        free(whole);
        return false;
    }
    *whole = *record;
    whole->facts = facts;
    whole->variant = first->variant;
    whole->repeat = first->repeat;
    whole->connections += before->connections;
    whole->logons += before->logons;
    whole->failed_logons += before->failed_logons;
    whole->ms += before->ms;
    whole->first = first;
    whole->redirections = before->redirections + 1;
    whole->redirected_in = trial_reach(before);
    if (journeys->joined[index]) {
        trial_clear(journeys->joined[index]);
        free(journeys->joined[index]);
    }
    journeys->trials[index] = journeys->joined[index] = whole;
    return true;
}

bool journeys_add(struct journeys *journeys, const struct trial *record)
{
    for (size_t i = journeys->count; record->redirected_from && i-- > 0;) {
        if (journeys->trials[i]->number == record->redirected_from)
            return go_on(journeys, i, record);
    }
    if (!make_room(journeys))
        return false;
    journeys->joined[journeys->count] = NULL;
    journeys->trials[journeys->count++] = record;
    return true;
}

const struct trial *journeys_numbered(const struct journeys *journeys, uint64_t number)
{
    return trial_numbered(journeys->trials, journeys->count, number);
}

bool journey_is_cut(const struct trial *trial)
{
    struct target from, to;
    const char *token, *error;
    uint32_t session;
    return trial->redirections < REDIRECTIONS_MAX && target_parse(trial->target, 0, &from, &error) &&
           trial_redirected_to(trial, &from, &to, &token, &session);
}

void journeys_clear(struct journeys *journeys)
{
    for (size_t i = 0; i < journeys->count; i++) {
        if (journeys->joined[i])
            trial_clear(journeys->joined[i]);
        free(journeys->joined[i]);
    }
    free(journeys->trials);
    free(journeys->joined);
    *journeys = (struct journeys){0};
}
