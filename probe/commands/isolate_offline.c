// SPDX-License-Identifier: Apache-2.0
#include "commands/isolate_offline.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/causes.h"
#include "analysis/isolation.h"
#include "analysis/replay.h"
#include "analysis/terms_record.h"
#include "commands/run.h"
#include "report/causes_text.h"
#include "report/isolate_text.h"
#include "trial/append.h"
#include "trial/journal.h"
#include "trial/journey.h"

enum { TARGETS_NAMED = 30 };

// The trials of one target, as a journal has them.
struct recorded {
    char target[sizeof((struct trial *)NULL)->target]; // "" until the first trial names it
    struct trial **trials;
    uint64_t *numbers; // beside it: as the journal has them
    size_t count;
    struct journeys journeys; // the trials as they are studied
    char error[256];
    bool failed;
    bool asked_for;                                                  // target was given
    char names[TARGETS_NAMED][sizeof((struct trial *)NULL)->target]; // of the targets on record, where none was given
    size_t targets;                                                  // how many there are, at least
    json_t *terms;                                                   // of the experiment, owned; NULL: not on record
    unsigned experiments;
};

// One more target of the journal, if it is another one. Those that are not named are only known to be there.
static void note_target(struct recorded *recorded, const char *target)
{
    for (size_t i = 0; i < recorded->targets && i < TARGETS_NAMED; i++) {
        if (strcmp(recorded->names[i], target) == 0)
            return;
    }
    if (recorded->targets < TARGETS_NAMED)
        snprintf(recorded->names[recorded->targets], sizeof recorded->names[0], "%s", target);
    recorded->targets += recorded->targets <= TARGETS_NAMED;
}

// Which of several is meant is the user's to say: the first would be a guess.
static void ask_for_target(const struct recorded *recorded, const struct options *options, const char *command)
{
    char names[800] = "";
    for (size_t i = 0; i < recorded->targets && i < TARGETS_NAMED; i++)
        text_append(names, sizeof names, "%s%s", i ? ", " : "", recorded->names[i]);
    run_complain(command, "the journal %s has trials of several targets: %s%s; name one as TARGET", options->from,
                 names, recorded->targets > TARGETS_NAMED ? " and more" : "");
}

// The terms of an experiment on the target, which come before its trials.
static void take_terms(struct recorded *recorded, const json_t *record)
{
    const char *target = json_string_value(json_object_get(record, "target"));
    json_t *terms = json_object_get(record, "experiment");
    if (!terms || !target || (recorded->target[0] && strcmp(recorded->target, target) != 0))
        return;
    recorded->experiments++;
    json_decref(recorded->terms);
    recorded->terms = json_incref(terms);
}

static bool make_room(struct recorded *recorded)
{
    struct trial **trials = realloc(recorded->trials, (recorded->count + 1) * sizeof *trials);
    if (trials)
        recorded->trials = trials;
    uint64_t *numbers = realloc(recorded->numbers, (recorded->count + 1) * sizeof *numbers);
    if (numbers)
        recorded->numbers = numbers;
    return trials && numbers;
}

// Which of the trials so far a redirection was followed from, counted from 1; 0: none of them. Journals of several runs
// have each number more than once.
static uint64_t origin(const struct recorded *recorded, const struct trial *trial)
{
    for (size_t i = recorded->count; trial->redirected_from && i-- > 0;) {
        if (recorded->numbers[i] == trial->redirected_from)
            return i + 1;
    }
    return 0;
}

// Keeps a trial of the target, or one that went on from there to where a broker had sent it. False where it is another
// target's.
static bool keep(struct recorded *recorded, struct trial *trial)
{
    const uint64_t from = origin(recorded, trial);
    if (!from) {
        if (!recorded->target[0])
            memcpy(recorded->target, trial->target, sizeof recorded->target);
        if (!recorded->asked_for)
            note_target(recorded, trial->target);
        if (strcmp(recorded->target, trial->target) != 0)
            return false;
    }
    recorded->numbers[recorded->count] = trial->number;
    recorded->trials[recorded->count++] = trial;
    trial->number = recorded->count;
    trial->redirected_from = from;
    return true;
}

static bool take_record(const json_t *record, size_t line, void *context)
{
    struct recorded *recorded = context;
    const char *kind = json_string_value(json_object_get(record, "record"));
    char clause[200];
    if (kind && strcmp(kind, "run") == 0)
        take_terms(recorded, record);
    if (!kind || strcmp(kind, "trial") != 0)
        return true;
    struct trial *trial = calloc(1, sizeof *trial);
    const bool room = make_room(recorded);
    if (!trial || !room || !trial_from_json(record, trial, clause, sizeof clause)) {
        snprintf(recorded->error, sizeof recorded->error, "line %zu: %s", line,
                 trial && room ? clause : "memory is out");
        recorded->failed = true;
        free(trial);
        return false;
    }
    if (!keep(recorded, trial)) {
        trial_clear(trial);
        free(trial);
        return true;
    }
    if (journeys_add(&recorded->journeys, trial))
        return true;
    snprintf(recorded->error, sizeof recorded->error, "line %zu: memory is out", line);
    recorded->failed = true;
    return false;
}

static void recorded_clear(struct recorded *recorded)
{
    journeys_clear(&recorded->journeys);
    for (size_t i = 0; i < recorded->count; i++) {
        trial_clear(recorded->trials[i]);
        free(recorded->trials[i]);
    }
    free(recorded->trials);
    free(recorded->numbers);
    json_decref(recorded->terms);
}

static bool read_journal(const struct options *options, struct recorded *recorded, const char *command)
{
    char error[256];
    FILE *file = fopen(options->from, "re");
    if (!file) {
        run_complain(command, "the journal %s cannot be opened: %s", options->from, strerror(errno));
        return false;
    }
    bool ok = journal_read(file, take_record, recorded, error, sizeof error);
    fclose(file);
    if (!ok || recorded->failed)
        run_complain(command, "the journal %s cannot be read: %s", options->from, ok ? recorded->error : error);
    else if (recorded->count == 0)
        run_complain(command, "the journal %s has no trial%s%s", options->from, recorded->target[0] ? " of " : "",
                     recorded->target);
    return ok && !recorded->failed && recorded->count > 0;
}

// What is varied is what was varied on record; the baseline is the one given, else the first whole trial's.
static struct isolation make_isolation(const struct options *options, const struct recorded *recorded)
{
    const struct trial *const *trials = recorded->journeys.trials;
    const size_t count = recorded->journeys.count;
    struct isolation isolation = {.baseline = options->profile.levels,
                                  .signature_given = options->has_signature,
                                  .signature = options->signature,
                                  .recorded = trials,
                                  .recorded_count = count};
    bool given = false;
    for (int f = 0; f < FACTOR_COUNT; f++)
        given = given || options->was_set[f];
    for (size_t i = count; i-- > 0 && !given;) {
        if (trials[i]->until >= PHASE_ACTIVE)
            isolation.baseline = trials[i]->variant;
    }
    for (int f = 0; f < FACTOR_COUNT; f++) {
        isolation.levels[f] = 1u << isolation.baseline.level[f];
        for (size_t i = 0; i < count; i++)
            isolation.levels[f] |= 1u << trials[i]->variant.level[f];
        if (isolation.levels[f] & (isolation.levels[f] - 1))
            continue;
        isolation.untestable[f] = "no trial on record has another level";
        // Whether there is a gateway at all is not on record.
        isolation.withheld |= f < FACTOR_CORE_END && f != FACTOR_GATEWAY ? 1u << f : 0;
    }
    return isolation;
}

// The experiment as it was run, trial by trial. False where the record is none of one experiment, where something else
// is asked of it, or where this version would have run another trial; that is said.
static bool run_again(const struct options *options, const struct recorded *recorded, const char *command,
                      struct isolation *isolation, struct verdict *verdict)
{
    const size_t count = recorded->journeys.count;
    struct replay replay = {.trials = recorded->journeys.trials, .count = count, .as_run = true};
    const char *error = "";
    if (recorded->experiments != 1 || count > TRIALS_MAX || options->has_signature)
        return false;
    if (!terms_from_json(recorded->terms, isolation, &error)) {
        run_complain(command,
                     "warning: the journal's experiment cannot be read again, it %s; the verdict is made of its "
                     "trials alone",
                     error);
        return false;
    }
    for (int f = 0; f < FACTOR_COUNT; f++) {
        if (options->was_set[f] && options->profile.levels.level[f] != isolation->baseline.level[f])
            return false;
    }
    if (isolation->follows && count && journey_is_cut(replay.trials[count - 1]))
        replay.count--; // the run was stopped there, so that nothing was learned from it
    isolate_again(isolation, &replay, verdict);
    if (replay.differs)
        run_complain(command,
                     "warning: this version would have run another trial after trial %zu; the verdict is made "
                     "of the trials on record, and may differ from the one that they led to",
                     replay.next);
    isolation->baseline = verdict->baseline;
    verdict_count(verdict, replay.trials, count);
    return !replay.differs;
}

enum exit_status isolate_offline(const struct options *options, const char *command)
{
    struct recorded recorded = {.count = 0};
    struct verdict verdict;
    enum exit_status status = EXIT_CANNOT_RUN;
    recorded.asked_for = options->profile.target.host[0];
    if (recorded.asked_for)
        target_text(&options->profile.target, recorded.target, sizeof recorded.target);
    bool is_read = read_journal(options, &recorded, command);
    if (is_read && recorded.targets > 1) {
        ask_for_target(&recorded, options, command);
        status = EXIT_USAGE;
    } else if (is_read) {
        struct isolation isolation;
        struct cause_finding findings[CAUSE_COUNT];
        const struct trial *const *trials = recorded.journeys.trials;
        const size_t count = recorded.journeys.count;
        if (!run_again(options, &recorded, command, &isolation, &verdict)) {
            isolation = make_isolation(options, &recorded);
            isolate(&isolation, &verdict);
        }
        find_causes(&verdict, trials, count, findings);
        bool ok = true;
        if (options->json) {
            json_t *json = verdict_to_json(&verdict);
            struct journal journal;
            ok = json && verdict_set_causes(json, findings) && journal_open(&journal, NULL, stdout) &&
                 journal_write(&journal, json) && journal_close(&journal);
            json_decref(json);
        } else if (!options->quiet) {
            struct page page = page_open(stdout);
            isolate_text(&page, recorded.target, &isolation, &verdict, trials, count, findings);
            if (options->causes)
                causes_text_all(&page, findings);
            ok = page_close(&page);
        }
        status = !ok ? EXIT_CANNOT_RUN : verdict.kind == VERDICT_NOT_REPRODUCED ? EXIT_CONNECTED : EXIT_FAILURE_FOUND;
    }
    recorded_clear(&recorded);
    return status;
}
