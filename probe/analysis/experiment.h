// SPDX-License-Identifier: Apache-2.0
// The state of one isolation: the trials so far, what they say, and what is known of the levels. Private to analysis/.
#pragma once

#include "analysis/belief.h"
#include "analysis/isolation.h"

enum {
    TRIALS_MAX = 256,          // of one experiment, whatever the budget says
    TRIALS_DEFAULT = 64,       // budget where none is given
    CONFIRMATIONS_DEFAULT = 2, // each trial of a minimal pair is seen twice at least
    UNRESOLVED_MAX = 6         // a trial that is still unresolved after so many attempts cannot be had
};

// What the target makes of a level, known without a logon.
enum usability {
    LEVEL_UNKNOWN,
    LEVEL_USABLE,
    LEVEL_REFUSED, // the target does not accept it: it can be no client's way out
    LEVEL_LOCAL,   // this machine cannot do it
    LEVEL_UNCLEAR  // neither: it timed out, or the client library died
};

struct level_state {
    enum usability usability;
    uint64_t trial;  // the trial that decided, or 0
    const char *why; // static clause, NULL if usable
};

// The cube between the baseline and the passing variant: each factor in it is either at its baseline level (bit set) or
// at its other level.
struct cube {
    enum factor factor[FACTOR_COUNT];
    unsigned char level[FACTOR_COUNT]; // the other level
    unsigned count;
};

// The cause as the hypothesis about the cube that the trials make probable.
struct cause {
    struct cube cube;
    struct hypothesis function;
    unsigned literals;  // conditions in all conjunctions together
    unsigned undecided; // bit set of factors that other functions which fit the trials too would name
};

// Trials on record that are to be had as if they were run.
struct replay {
    const struct trial *const *trials;
    size_t count;
    bool taken[TRIALS_MAX];
};

struct experiment {
    const struct isolation *isolation;
    struct replay *replay; // where the trials come from, if from a record; else NULL
    const struct factor_space *space;
    unsigned budget, confirmations;
    const struct trial *trials[TRIALS_MAX];
    unsigned count;
    unsigned recorded;   // how many of them, the first, were given and not run
    unsigned search_end; // how many trials there were when the hypothesis that is being confirmed was made
    bool only_withheld;  // nothing that was varied decides the failure, what was withheld may
    bool rebased;        // the baseline given works, and this one is another variant, which fails
    bool has_wish;
    struct variant wish; // what was to be tried when no more trials could be run
    enum phase wish_until;
    struct belief belief; // about belief_cube, of the first `learned` trials
    struct cube belief_cube;
    unsigned learned;
    enum phase belief_phase; // failure_phase that it was learned with
    bool has_signature;
    struct signature signature;
    enum phase failure_phase;      // the latest phase in which the signature was seen
    const struct trial *reference; // the first baseline trial with the signature
    struct level_state levels[FACTOR_COUNT][LEVELS_MAX];

    // Why the experiment is over early, if it is.
    bool stopped;                   // run() returned NULL
    const char *exhausted;          // what of the budget is used up ("trials"), or NULL
    bool memory;                    // memory is out
    const struct trial *changed[2]; // before and after the outcome of one variant changed for good
};

// Starts an experiment with the recorded trials, if any. experiment_clear() is due.
void experiment_init(struct experiment *experiment, const struct isolation *isolation);
void experiment_clear(struct experiment *experiment);

// Goes on with a variant that fails as the baseline. *other is set to the terms, and lasts as long as the experiment.
void experiment_rebase(struct experiment *experiment, struct isolation *other, const struct variant *baseline);

// Whether trials can only be looked up: nothing can be surveyed.
bool experiment_offline(const struct experiment *experiment);

// Whether no further trial may or should be run.
bool experiment_over(const struct experiment *experiment);

// Runs a trial and records it. NULL if the experiment is over (now or before).
const struct trial *experiment_run(struct experiment *experiment, const struct variant *variant, enum phase until);

// Takes in a trial that was run, and notes it if it shows that the environment changed.
void experiment_add(struct experiment *experiment, const struct trial *trial);

// Where a trial may stop and still show whether the failure occurs: as early as possible, before any logon.
enum phase experiment_until(const struct experiment *experiment, const struct variant *variant);

// What a recorded trial says.
enum observation experiment_observe(const struct experiment *experiment, const struct trial *trial);

// All trials of one variant together.
struct tally {
    unsigned signature, no_signature, unresolved; // unresolved without the surveys, which were not to decide
    const struct trial *last_unresolved;
    // Numbers of the first and the last trial with the signature, and of those without; 0: none.
    uint64_t first_signature, last_signature, first_no_signature, last_no_signature;
};
struct tally experiment_tally(const struct experiment *experiment, const struct variant *variant);

// What is known of a variant without a further trial; where its trials disagree, what most of them say, and unresolved
// while that is not clear.
enum observation experiment_known(const struct experiment *experiment, const struct variant *variant);

// Whether an unresolved trial may have been an accident, so that the same trial may yet give a result.
bool experiment_accident(const struct trial *trial);

// Whether a further trial of an unresolved variant is worth it: none yet, or one that failed by an accident.
bool experiment_worth(const struct experiment *experiment, const struct variant *variant);

// What is known of a variant, by a trial if it takes one (two if the first meets an accident).
enum observation experiment_ask(struct experiment *experiment, const struct variant *variant);

// Number of the latest trial of a variant with this observation; 0 if there is none.
uint64_t experiment_trial(const struct experiment *experiment, const struct variant *variant,
                          enum observation observation);

// The trial with a number; NULL if there is none.
const struct trial *experiment_numbered(const struct experiment *experiment, uint64_t number);

// Why a factor cannot have decided the failure, whatever its level: a static clause, or NULL if it may have.
const char *experiment_exclusion(const struct experiment *experiment, enum factor factor);

// Whether the factor is varied: neither untestable nor excluded, and with another level that may be tried.
bool experiment_varies(const struct experiment *experiment, enum factor factor);

// Whether a level may be tried at all: the baseline's, or one in the experiment's bit set.
bool experiment_allows(const struct experiment *experiment, enum factor factor, unsigned level);

// The levels of a factor other than the baseline's that can work, most different from the baseline first. Returns how
// many.
unsigned experiment_levels(const struct experiment *experiment, enum factor factor, unsigned char levels[LEVELS_MAX]);

// Whether a variant has the baseline's level of a factor, as far as it matters on the wire: with RDP security there is
// no TLS handshake, so no TLS level holds there.
bool experiment_holds(const struct experiment *experiment, const struct variant *variant, enum factor factor);

// Whether the variant evades a failure of the TLS handshake by having no handshake: true of any such failure, so it
// says nothing of its cause. It counts only where nothing else passes.
bool experiment_evades(const struct experiment *experiment, const struct variant *variant);

// Whether a licence was issued that can be presented again: the message says so, or licensing that began with a request
// for a new licence came to its end.
bool experiment_license_issued(const struct experiment *experiment);

// Whether the wire shows the same for this level as for the baseline's, as far as is known (the same TLS version, no
// licence presented either time).
bool experiment_twin(const struct experiment *experiment, enum factor factor, unsigned level);

// Finds the variant with the highest positive score among all possible ones with the given levels; the first of equals
// in the order of levels. Where there are too many to look at, a good one. Returns false if none scores.
struct choices {
    const struct factor_space *space;
    unsigned char level[FACTOR_COUNT][LEVELS_MAX];
    unsigned count[FACTOR_COUNT];
};
bool choose_variant(const struct choices *choices, long (*score)(const struct variant *variant, void *context),
                    void *context, struct variant *best);

// Makes the verdict, with its reason as a format (isolation.c).
void conclude(struct verdict *verdict, enum verdict_kind kind, const char *format, ...);
// Makes the verdict of an experiment that is over early; known: what is known by then, a clause. False if it is not
// over.
bool conclude_early(const struct experiment *experiment, struct verdict *verdict, const char *known);

// Reproduction (reproduction.c): sees the failure twice. False if the verdict is made, or with *restart set if
// *failing is another variant to start from, since the baseline works.
bool reproduce(struct experiment *experiment, struct variant *failing, bool *restart, struct verdict *verdict);

// Replay (replay.c): the callback of struct isolation; its context is a struct replay. The same trials in the order of
// the experiment give the verdict again that they gave when they were run.
const struct trial *replay_run(void *context, const struct variant *variant, enum phase until);
// Adds what was not asked for, so that nothing on record is left out of the verdict.
void replay_rest(struct experiment *experiment);

// Survey (survey.c): learns without logons which levels of the varied factors the target accepts.
void survey_levels(struct experiment *experiment);

// Search (search.c): finds a variant without the signature. False if there is none left to try, or the experiment is
// over.
bool search_passing(struct experiment *experiment, struct variant *passing);
// Where the baseline works, as its trial `working` shows: finds a variant that fails, as the signature says where one
// is given, else with an error of the server's (Set Error Info, licensing, a disconnect ultimatum). False if there is
// none left to try, or the experiment is over.
bool search_failing(struct experiment *experiment, const struct trial *working, struct variant *failing);
// Whether something that was to be tried gave no result and could still take the failure away: a clause in text.
bool search_gap(const struct experiment *experiment, char *text, size_t size);

// Narrowing (narrowing.c): from the baseline and a passing variant to the cause.
enum narrowing {
    NARROWED,           // to a cause
    NARROWED_TO_NONE,   // the failure does not depend on what was varied: the pass was an accident
    NARROWED_TO_CHANCE, // the same variants fail and pass, whatever is varied
    NARROWED_TO_NOTHING // no cause of the family fits the trials, or the experiment is over
};
// *passing is replaced where another variant tells more.
enum narrowing narrow(struct experiment *experiment, struct variant *passing, struct cause *cause);
// How probable it is, by the trials, that nothing that was varied decides the failure.
double none_probability(struct experiment *experiment);
// Brings the belief about the cube up to date. False if memory is out; the experiment is then over.
bool experiment_believe(struct experiment *experiment, const struct cube *cube);
// What may be asked about the cube of the belief; valid until the next trial. impossible: leave out only what no
// connection can realise, not what gave no result either.
struct asking {
    const struct experiment *experiment;
    bool impossible_only;
    bool resolved[FACTOR_COUNT][LEVELS_MAX], suspect[FACTOR_COUNT][LEVELS_MAX];
    unsigned preferred[2 * PAIRS_MAX], preferred_count; // points to be asked where they teach nearly as much as any
};
struct questions experiment_questions(const struct experiment *experiment, struct asking *asking);
// The cause as the belief's hypothesis, NULL if the trials have refuted it.
const struct hypothesis *cause_hypothesis(const struct experiment *experiment, const struct cause *cause);
// Whether trials of some variant were seen to disagree: a single trial may then be noise.
bool experiment_disagreed(const struct experiment *experiment);
// Whether the trials show that the target fails and works by chance, whatever the client does.
bool experiment_by_chance(const struct experiment *experiment);
// A variant that several trials agree about, against the hypothesis; NULL if there is none. any: a single trial will
// do.
const struct variant *contradicting(const struct experiment *experiment, const struct hypothesis *hypothesis, bool any);
// Whether the failure was seen with this level of a factor while a conjunction of the cause held (cause NULL: at all).
bool shown_idle(const struct experiment *experiment, const struct cause *cause, enum factor factor, unsigned level);
// Whether the cause names the factor.
bool names_factor(const struct cause *cause, enum factor factor);
// The variant of a point: its factors at the baseline's level, all others at the cube's. RDP security takes
// tls=default.
struct variant cube_variant(const struct experiment *experiment, const struct cube *cube, unsigned point);
// The point where a variant lies: the factors of the cube that it holds. What other levels it has does not matter.
unsigned cube_point(const struct experiment *experiment, const struct cube *cube, const struct variant *variant);
// Whether the cube's other security level is RDP security.
bool cube_evades(const struct cube *cube);
// Whether the point's variant lies there and is possible.
bool cube_possible(const struct experiment *experiment, const struct cube *cube, unsigned point);

// Proof (proof.c): minimal pairs, repeated in both orders.
// NOT_PROVED with a static clause in *gap if a pair cannot be had, or if the experiment is over; REFUTED if the trials
// now speak for something else.
enum proof { PROVED, REFUTED, NOT_PROVED };
enum proof prove(struct experiment *experiment, const struct cause *cause, struct verdict *verdict, const char **gap);
// Whether it is still as sure with the trials that came after the proof.
bool still_sure(struct experiment *experiment, const struct cause *cause);
// A trial that the cause does not explain; NULL if it explains all.
const struct trial *unexplained(const struct experiment *experiment, const struct cause *cause,
                                const struct verdict *verdict);

// Sweep (sweep.c): what the other levels of the named factors do. Where trials were seen to disagree, as often as makes
// an accident rare.
void sweep(struct experiment *experiment, const struct cause *cause, struct verdict *verdict);

// Findings (finding.c): what to say of each factor. cause is NULL where none is proved.
void find_factors(const struct experiment *experiment, const struct cause *cause, struct verdict *verdict);
// "security=nla together with tls=1.2, or license=reuse". Always terminated; returns text.
char *cause_text(const struct verdict *verdict, char *text, size_t size);

// Way (way.c): what the gateway had to do with it.
void tell_way(const struct experiment *experiment, struct verdict *verdict);

// Wishes (wish.c): the trials that would decide what is open, best first; none where nothing is, or nothing is known
// yet.
void make_wishes(struct experiment *experiment, struct verdict *verdict);
