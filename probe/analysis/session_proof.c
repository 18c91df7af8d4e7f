// SPDX-License-Identifier: Apache-2.0
#include "analysis/session_proof.h"

#include <inttypes.h>
#include <stdio.h>

#include "analysis/conclusion.h"

enum { ATTEMPTS = 3 }; // at a session, since a trial may fail by accident

// The whole trials of a variant.
struct sessions {
    const struct trial *active;          // the first that was; NULL: none
    const struct trial *last, *last_odd; // the last that was not, and the last of those that ended in another failure
    unsigned count, tried, odd;          // active; not; and those of them that ended in another failure
};

static struct sessions sessions_of(const struct experiment *experiment, const struct variant *variant)
{
    struct sessions sessions = {0};
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        if (trial->until < PHASE_ACTIVE || !variant_equal(&trial->variant, variant))
            continue;
        bool passed = experiment_observe(experiment, trial) == OBSERVED_NO_SIGNATURE;
        if (passed && trial->outcome.result == RESULT_CONNECTED) {
            sessions.active = sessions.count++ ? sessions.active : trial;
            continue;
        }
        sessions.last = trial;
        sessions.tried++;
        sessions.odd += passed;
        sessions.last_odd = passed ? trial : sessions.last_odd;
    }
    return sessions;
}

// A session proves nothing where another failure follows more often.
static bool proved(const struct sessions *sessions)
{
    return sessions->active && sessions->count >= sessions->odd;
}

// Whether a further trial is worth it: none yet, or the last was an accident; or showed the failure, in an earlier
// call.
static bool worth(const struct experiment *experiment, const struct sessions *sessions, bool fresh)
{
    if (!sessions->last || sessions->tried >= ATTEMPTS)
        return !sessions->last;
    return experiment_observe(experiment, sessions->last) == OBSERVED_SIGNATURE ? !fresh
                                                                                : experiment_accident(sessions->last);
}

// Runs the variant as far as a session, again where an accident may have kept it from one.
static struct sessions reach_a_session(struct experiment *experiment, const struct variant *variant)
{
    bool fresh = false;
    for (;;) {
        struct sessions sessions = sessions_of(experiment, variant);
        if (proved(&sessions) || !worth(experiment, &sessions, fresh) ||
            !experiment_run(experiment, variant, PHASE_ACTIVE))
            return sessions;
        fresh = true;
    }
}

// Why a pair is not proved.
static enum session_proof refuse(const struct experiment *experiment, const struct sessions *sessions,
                                 const struct variant *variant, enum factor factor, char *text, size_t size)
{
    const char *name = factor_row(factor)->name, *level = level_name(factor, variant->level[factor]);
    const struct trial *last = sessions->active ? sessions->last_odd : sessions->last;
    char ended[160];
    if (!last) {
        snprintf(text, size, "no trial with %s=%s went as far as a session", name, level);
        return SESSIONS_OTHERWISE;
    }
    outcome_clause(last, ended, sizeof ended);
    if (sessions->active)
        snprintf(text, size,
                 "a session came of it in %u of %u trials only: with %s=%s another failure follows, %s (trial %" PRIu64
                 ")",
                 sessions->count, sessions->count + sessions->tried, name, level, ended, last->number);
    else
        snprintf(text, size, "no session came of it: with %s=%s another failure follows, %s (trial %" PRIu64 ")", name,
                 level, ended, last->number);
    return experiment_observe(experiment, last) == OBSERVED_SIGNATURE ? SESSIONS_FAILED : SESSIONS_OTHERWISE;
}

enum session_proof sessions_prove(struct experiment *experiment, struct verdict *verdict, char *text, size_t size)
{
    experiment->asks = "does a session come of it?";
    for (unsigned i = 0; i < verdict->pair_count; i++) {
        const struct trial *passing = experiment_numbered(experiment, verdict->pairs[i].passing);
        if (!passing)
            continue;
        struct sessions sessions = reach_a_session(experiment, &passing->variant);
        if (!proved(&sessions))
            return refuse(experiment, &sessions, &passing->variant, verdict->pairs[i].factor, text, size);
        if (passing->until < PHASE_ACTIVE || passing->outcome.result != RESULT_CONNECTED)
            verdict->pairs[i].passing = sessions.active->number;
    }
    return SESSIONS_PROVED;
}

bool ends_otherwise(const struct experiment *experiment, const struct variant *variant)
{
    enum { ACCIDENT = 1, FAILURE = 2 };
    unsigned otherwise = 0, sessions = 0;
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        if (trial->until < PHASE_ACTIVE || !variant_equal(&trial->variant, variant) ||
            experiment_observe(experiment, trial) != OBSERVED_NO_SIGNATURE)
            continue;
        if (trial->outcome.result == RESULT_CONNECTED)
            sessions++;
        else
            otherwise += experiment_accident(trial) ? ACCIDENT : FAILURE;
    }
    return otherwise >= FAILURE && otherwise > FAILURE * sessions;
}
