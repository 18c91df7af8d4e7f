// SPDX-License-Identifier: Apache-2.0
// rdpprobe isolate: finds the factor that triggers a failure.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "analysis/causes.h"
#include "analysis/isolation.h"
#include "analysis/terms_record.h"
#include "commands/base.h"
#include "commands/help.h"
#include "commands/isolate_offline.h"
#include "commands/run.h"
#include "commands/vary.h"
#include "report/causes_text.h"
#include "report/isolate_text.h"
#include "trial/append.h"
#include "trial/journey.h"

// A run, and its trials as they are studied: each with all connections that it took.
struct study {
    struct run *run;
    struct journeys journeys;
    size_t taken; // records that are in journeys
};

static bool take_records(struct study *study)
{
    const struct trial *const *records;
    const size_t count = runner_trials(study->run->runner, &records);
    while (study->taken < count && journeys_add(&study->journeys, records[study->taken]))
        study->taken++;
    return study->taken == count;
}

static const struct trial *run_trial(void *context, const struct variant *variant, enum phase until)
{
    struct study *study = context;
    const struct run *run = study->run;
    const enum phase proof = run->options->until.phase; // active, or what --proof asks for
    const struct trial *last = runner_trial(run->runner, variant, until == PHASE_ACTIVE ? proof : until);
    return take_records(study) && last ? journeys_numbered(&study->journeys, last->number) : NULL;
}

// One line on a terminal, rewritten before each trial: what is tried, why, and how many may follow.
static void announce(void *context, const struct variant *variant, const char *asks, unsigned left)
{
    enum { WIDTH = 79 };
    const struct study *study = context;
    const struct run *run = study->run;
    const struct trial *const *trials;
    const struct variant *baseline = &run->options->profile.levels;
    char line[WIDTH + 1] = "", levels[VARIANT_TEXT_MAX] = "";
    const unsigned changed = variant_distance(variant, baseline);
    for (int f = 0; f < FACTOR_COUNT; f++) {
        if (variant->level[f] != baseline->level[f])
            text_append(levels, sizeof levels, "%s%s=%s", levels[0] ? " " : "", factor_row((enum factor)f)->name,
                        level_name((enum factor)f, variant->level[f]));
    }
    if (changed > 2) // there is no room for all
        snprintf(levels, sizeof levels, "%u factors changed", changed);
    const size_t number = runner_trials(run->runner, &trials) + 1;
    text_append(line, sizeof line, "trial %zu, at most %u left: %s, %s", number, left,
                levels[0] ? levels : "the baseline", asks);
    fprintf(stderr, "\r%s\033[K", line);
}

static bool shows_line(const struct run *run)
{
    return run->progress.terminal && !run->options->json && !run->options->quiet;
}

// One that nobody can foresee, short enough to be typed again.
static uint64_t draw_seed(void)
{
    uint32_t seed = 0;
    if (getrandom(&seed, sizeof seed, 0) != sizeof seed)
        seed = (uint32_t)time(NULL);
    return 1 + seed % 1000000;
}

static void rest(void *context, double ms)
{
    (void)context;
    runner_rest(ms);
}

// Whether the baseline is not given the password that there is.
static bool password_is_withheld(const struct profile *profile)
{
    return profile->levels.level[FACTOR_SECURITY] != SECURITY_NLA && !profile->autologon && profile->account.user[0];
}

static struct isolation make_isolation(struct study *study)
{
    const struct run *run = study->run;
    const struct options *o = run->options;
    struct isolation isolation = {.baseline = o->profile.levels,
                                  .seed = o->has_seed ? o->seed : draw_seed(),
                                  .signature_given = o->has_signature,
                                  .signature = o->signature,
                                  .max_trials = o->profile.max_trials,
                                  .max_logons = o->max_logons,
                                  .max_ms = o->max_seconds * 1000.0,
                                  .run = run_trial,
                                  .rest = rest,
                                  .context = study,
                                  .follows = o->follow_redirect};
    if (shows_line(run))
        isolation.announce = announce;
    struct choice choice = choose_levels(o);
    bool without_nla = leave_out_nla(&run->settings.profile, &choice);
    memcpy(isolation.levels, choice.levels, sizeof isolation.levels);
    memcpy(isolation.untestable, choice.untestable, sizeof isolation.untestable);
    isolation.withheld = choice.withheld;
    isolation.unsought = choice.unsought;
    if (without_nla) {
        isolation.untried = "security=nla was not tried, which takes a user and a password (--user, --password-file)";
        isolation.untried_phase = PHASE_NEGOTIATE;
    } else if (password_is_withheld(&run->settings.profile)) {
        isolation.untried = "the password was withheld, which is sent under tls and rdp security only with --autologon";
        isolation.untried_phase = PHASE_INFO;
    }
    return isolation;
}

// Whether the baseline failed, or any variant where that is what the verdict leaves open.
static bool has_failed(const struct study *study, const struct verdict *verdict)
{
    const bool any = verdict->kind == VERDICT_INCONCLUSIVE;
    const struct trial *const *trials = study->journeys.trials;
    for (size_t i = 0; i < study->journeys.count; i++) {
        if (trials[i]->until >= PHASE_ACTIVE && trials[i]->outcome.result == RESULT_FAILED &&
            !outcome_is_of_this_machine(&trials[i]->outcome) &&
            (any || variant_equal(&trials[i]->variant, &study->run->options->profile.levels)))
            return true;
    }
    return false;
}

static bool record(struct run *run, const struct verdict *verdict, const struct cause_finding *findings)
{
    json_t *json = verdict_to_json(verdict);
    bool ok = json && verdict_set_causes(json, findings) && journal_write(&run->journal, json);
    json_decref(json);
    return ok;
}

// The first record of the journal has the terms, so that --from can have the same trials again.
static enum exit_status tell_terms(struct run *run, const struct isolation *isolation)
{
    json_t *terms = terms_to_json(isolation);
    enum exit_status status = run_configure(run, terms);
    json_decref(terms);
    return status;
}

static bool report(const struct study *study, const struct isolation *isolation, const struct verdict *verdict,
                   const struct cause_finding *findings)
{
    const struct run *run = study->run;
    char target[HOST_MAX + 16];
    struct page page = page_open(stdout);
    if (run->options->json || run->options->quiet)
        return true;
    isolate_text(&page, target_text(&run->options->profile.target, target, sizeof target), isolation, verdict,
                 study->journeys.trials, study->journeys.count, findings);
    if (run->options->causes)
        causes_text_all(&page, findings);
    run_tell_sandbox(&page);
    return page_close(&page);
}

static enum exit_status study_failure(struct study *study)
{
    struct run *run = study->run;
    struct isolation isolation = make_isolation(study);
    struct verdict verdict;
    struct cause_finding findings[CAUSE_COUNT];
    enum exit_status told = tell_terms(run, &isolation);
    if (told != EXIT_CONNECTED)
        return told;
    isolate(&isolation, &verdict);
    if (shows_line(run))
        fputs("\r\033[K", stderr);
    isolation.baseline = verdict.baseline; // another one than was given, if that connects
    take_records(
        study); // what it did not ask for counts too: the runner had a licence issued, or was stopped on the way
    verdict_count(&verdict, study->journeys.trials, study->journeys.count);
    find_causes(&verdict, study->journeys.trials, study->journeys.count, findings);

    bool found = verdict.kind == VERDICT_ISOLATED || verdict.kind == VERDICT_NOT_CLIENT_SIDE;
    found = found || has_failed(study, &verdict);
    enum exit_status status = run_stop_status(run, found ? EXIT_FAILURE_FOUND : EXIT_CONNECTED);
    if (verdict.kind == VERDICT_STOPPED && status == EXIT_CONNECTED)
        status = EXIT_CANNOT_RUN; // out of trials before anything was seen
    bool recorded = record(run, &verdict, findings);
    bool reported = report(study, &isolation, &verdict, findings);
    if (!recorded || !reported) {
        run_complain(run->command, "the %s cannot be written: %s", recorded ? "report" : "verdict's record",
                     strerror(errno));
        return EXIT_CANNOT_RUN;
    }
    return status;
}

static enum exit_status run_experiment(struct run *run)
{
    struct study study = {.run = run};
    enum exit_status status = study_failure(&study);
    journeys_clear(&study.journeys);
    return status;
}

int isolate_command(int argc, char **argv)
{
    struct options options;
    struct run run;
    char error[1024];

    if (!options_parse(&options, COMMAND_ISOLATE, argc, argv, error, sizeof error)) {
        run_complain(argv[0], "%s (rdpprobe %s --help)", error, argv[0]);
        return EXIT_USAGE;
    }
    if (options.help) {
        struct page page = page_open(stdout);
        help_command(&page, COMMAND_ISOLATE);
        return page_close(&page) ? EXIT_CONNECTED : EXIT_CANNOT_RUN;
    }
    if (options.explain_base) {
        enum exit_status explained = base_explain(&options);
        options_clear(&options);
        return explained;
    }
    if (options.from)
        return isolate_offline(&options, argv[0]);
    enum exit_status status = run_begin(&run, &options, argv[0]);
    if (status == EXIT_CONNECTED)
        status = run_experiment(&run);
    status = run_end(&run, status);
    options_clear(&options);
    return status;
}
