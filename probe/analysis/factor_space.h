// SPDX-License-Identifier: Apache-2.0
// What an experiment must know of the factors that it varies. So the same engine varies the factors of a connection
// (rdp_space.h) and those of a simulation (plain_rules.h); it names no factor itself.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "analysis/observation.h"
#include "analysis/verdict.h"
#include "trial/factor.h"
#include "trial/trial.h"

struct experiment; // experiment.h: what is known so far

// What the target makes of a level, known without a logon.
enum usability {
    LEVEL_UNKNOWN,
    LEVEL_USABLE,
    LEVEL_REFUSED,  // the target does not accept it: it can be no client's way out
    LEVEL_LOCAL,    // this machine cannot do it
    LEVEL_UNCLEAR,  // neither: it timed out, or the client library died
    LEVEL_POSTPONED // it may have been an accident: asked again later
};

struct level_state {
    enum usability usability;
    uint64_t trial;  // the trial that decided, or 0
    const char *why; // static clause, NULL if usable
};

// How much a level is like the baseline's, as far as is known.
enum likeness {
    LEVEL_DIFFERENT,
    LEVEL_SIMILAR,   // only some of what it stands for differs
    LEVEL_EQUIVALENT // the target sees the same: wire-equivalent
};

// The rules of a domain. Clauses are static.
struct factor_rules {
    // ---- factors and levels ----

    // Bit set of the factors whose level does nothing in a variant, whatever it is: with RDP security there is no TLS
    // handshake. They take level 0 there.
    unsigned (*moot)(const struct variant *variant);
    // Whether a variant does without the very step that fails: true of any failure in that step, so that a pass says
    // nothing of its cause. It counts only where nothing else passes.
    bool (*evades)(const struct experiment *experiment, const struct variant *variant);
    // Why a factor cannot have decided the failure, whatever its level: a clause, or NULL if it may have.
    const char *(*exclusion)(const struct experiment *experiment, enum factor factor);
    enum likeness (*likeness)(const struct experiment *experiment, enum factor factor, unsigned level);
    // Whether what a level takes is there: some take what an earlier trial was given (a licence).
    bool (*obtainable)(const struct experiment *experiment, enum factor factor, unsigned level);

    // Whether a variant has another level than the baseline's of a factor that can do nothing in it: a trial of it says
    // nothing of that level.
    bool (*wasted)(const struct experiment *experiment, const struct variant *variant);
    // Whether a trial shows by itself that its level of a factor cannot be had here, whatever else varies: *factor and
    // *state then say which and why.
    bool (*retires)(const struct trial *trial, enum factor *factor, struct level_state *state);

    // ---- trials ----

    // Where a trial may stop and still show whether the failure occurs: as early as possible.
    enum phase (*until)(const struct experiment *experiment, const struct variant *variant);
    // Whether a trial logs on.
    bool (*logs_on)(const struct variant *variant, enum phase until);
    enum observation (*observe)(const struct experiment *experiment, const struct trial *trial);
    // Whether a trial had its variant; else *which (if given) names a factor that was not in effect. studied: what kept
    // it from being in effect may be the failure itself, and then it was.
    bool (*in_effect)(const struct experiment *experiment, const struct trial *trial, bool studied, enum factor *which);
    // Where what is studied by default is no failure of the target: what it is, and what to do, as a sentence. NULL
    // where it is one.
    const char *(*healthy)(const struct experiment *experiment);
    // Whether a failed trial ended by what the target said.
    bool (*refused)(const struct trial *trial);
    // Whether this program's limit of time ended a trial while the target was still answering.
    bool (*unfinished)(const struct trial *trial);
    // Runs trials that may bring what the baseline's level of a factor takes. False if none can.
    bool (*prime)(struct experiment *experiment, enum factor factor);

    // ---- surveys, which ask the target for a level and do not log on ----

    bool (*surveyed)(enum factor factor); // else all its levels count as usable
    enum phase (*survey_until)(const struct variant *variant);
    // Whether a trial shows that the target accepted its level of the factor, even if it failed later.
    bool (*accepted)(const struct trial *trial, enum factor factor);
    // What a survey says of the one level that it failed with.
    struct level_state (*refusal)(const struct trial *trial);

    // ---- words ----

    // Why a level could not be tried, NULL where there is nothing to say but what its state says: as what is open, and
    // as what the sweep says of it.
    const char *(*open_clause)(enum factor factor, unsigned level);
    const char *(*sweep_clause)(enum factor factor, unsigned level);
    // What to find of a factor whose usable levels (other than the baseline's) were not seen to fail, where that is
    // peculiar to it; NULL where it is not.
    const char *(*peculiar)(const struct experiment *experiment, enum factor factor, const unsigned char *levels,
                            unsigned count, enum finding *finding);
    // Adds to the verdict what only the domain can tell.
    void (*tell)(const struct experiment *experiment, struct verdict *verdict);
};

struct factor_space {
    unsigned (*levels)(enum factor factor);                            // how many, up to LEVELS_MAX; factors up to
                                                                       // FACTOR_COUNT
    bool (*possible)(const struct variant *variant, const char **why); // as variant_possible()
    double (*weight)(enum factor factor);                              // 1: takes part as often as any
    double (*cost)(enum factor factor, unsigned level);                // beyond that of any trial, which is 1
    const struct factor_rules *rules;
};
