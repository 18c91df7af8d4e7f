// SPDX-License-Identifier: Apache-2.0
// rdpprobe matrix: targets x variants, against expectations.
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands/ask.h"
#include "commands/fleet_accounts.h"
#include "commands/fleet_journal.h"
#include "commands/fleet_passwords.h"
#include "commands/help.h"
#include "commands/plan_text.h"
#include "commands/run.h"
#include "commands/shard_accounts.h"
#include "connection/sandbox.h"
#include "report/record.h"
#include "report/report_set.h"
#include "runner/engine.h"

enum { SENTENCE = 1024 };

struct matrix {
    const struct options *options;
    struct scenario *scenario;
    struct plan *plan;
    struct fleet_accounts accounts;
    struct engine *engine;
    struct journal journal;
    struct fleet_progress progress;
    uint32_t *gateways; // of each target of the plan: 1 to gateway_count, 0 for none
    uint32_t gateway_count;
    size_t due;           // trials of the plan that were not done before
    size_t ended;         // of them
    size_t could_not_run; // of those: by this machine's fault
    size_t skipped;       // that accounts' limits forbade
    bool told_stopped;    // …and the first was told
    bool shows_progress, shows_line;
    struct report_set reports;
};

// ---- the plan ----

static bool choose_shard(const struct matrix *matrix, struct shard *shard, char *error, size_t size)
{
    const struct options *o = matrix->options;
    const char *clause;
    *shard = shard_whole();
    if (o->has_shard) {
        *shard = (struct shard){.index = o->shard, .count = o->shards, .source = "--shard"};
        return true;
    }
    if (shard_from_environment(shard, &clause) || !clause)
        return true;
    snprintf(error, size, "%s", clause);
    return false;
}

static bool make_plan(struct matrix *matrix, char *error, size_t size)
{
    const struct options *o = matrix->options;
    struct shard shard;
    matrix->scenario = scenario_read(o->scenario, &o->profile, error, size);
    if (!matrix->scenario || !choose_shard(matrix, &shard, error, size))
        return false;
    // What the command line says about pace counts for the cost, too; the fingerprint does not know of it.
    if (o->max_in_flight)
        matrix->scenario->max_in_flight = o->max_in_flight;
    if (o->rate > 0)
        matrix->scenario->rate = o->rate;
    if (o->gateway_rate > 0)
        matrix->scenario->gateway_rate = o->gateway_rate;
    if (o->target_rate > 0)
        matrix->scenario->target_rate = o->target_rate;
    if (o->profile.max_trials)
        matrix->scenario->profile.max_trials = o->profile.max_trials;
    if (o->has_max_failed_logons)
        matrix->scenario->profile.max_failed_logons = o->profile.max_failed_logons;
    matrix->plan = plan_new(matrix->scenario, shard, error, size);
    return matrix->plan != NULL;
}

static int compare_gateways(const void *a, const void *b, void *context)
{
    const struct matrix *matrix = context;
    const struct scenario_target *targets = matrix->scenario->targets;
    const struct target *x = &targets[matrix->plan->targets[*(const uint32_t *)a]].gateway;
    const struct target *y = &targets[matrix->plan->targets[*(const uint32_t *)b]].gateway;
    int order = strcasecmp(x->host, y->host);
    return order ? order : (int)x->port - (int)y->port;
}

// Numbers the gateways, each of which has a rate of its own.
static bool number_gateways(struct matrix *matrix)
{
    const struct plan *plan = matrix->plan;
    uint32_t count = 0;
    uint32_t *order = calloc(plan->target_count + 1, sizeof *order);
    matrix->gateways = calloc(plan->target_count + 1, sizeof *matrix->gateways);
    if (!order || !matrix->gateways) {
        free(order);
        return false;
    }
    for (size_t i = 0; i < plan->target_count; i++) {
        if (matrix->scenario->targets[plan->targets[i]].has_gateway)
            order[count++] = (uint32_t)i;
    }
    qsort_r(order, count, sizeof *order, compare_gateways, matrix);
    for (uint32_t i = 0; i < count; i++) {
        if (i == 0 || compare_gateways(&order[i - 1], &order[i], matrix) != 0)
            matrix->gateway_count++;
        matrix->gateways[order[i]] = matrix->gateway_count;
    }
    free(order);
    return true;
}

// ---- what the engine asks ----

static const struct scenario_target *target_of(const struct matrix *matrix, size_t target)
{
    return &matrix->scenario->targets[matrix->plan->targets[target]];
}

static unsigned repeats_of(const struct matrix *matrix)
{
    return matrix->scenario->repeats ? matrix->scenario->repeats : 1;
}

static enum engine_answer answer_step(void *context, uint32_t target, uint32_t step, struct engine_step *set)
{
    const struct matrix *matrix = context;
    const unsigned repeats = repeats_of(matrix);
    if (step >= matrix->progress.steps)
        return STEP_NONE;
    *set = (struct engine_step){.variant = matrix->plan->variants[step / repeats],
                                .until = matrix->scenario->until,
                                .repeat = step % repeats + 1};
    return fleet_progress_done(&matrix->progress, target, step) ||
                   !plan_applies(matrix->scenario, target_of(matrix, target), &set->variant, NULL)
               ? STEP_SKIP
               : STEP_RUN;
}

static void answer_options(void *context, uint32_t target, struct run_options *options)
{
    const struct matrix *matrix = context;
    const struct scenario_target *to = target_of(matrix, target);
    options->profile = scenario_profile(matrix->scenario, to);
    fleet_accounts_of(&matrix->accounts, to, &options->profile);
    if (matrix->options->given.certificate_policy)
        options->profile.certificate_policy = matrix->options->profile.certificate_policy;
    options->at_challenge = matrix->scenario->at_challenge;
}

static uint32_t answer_gateway(void *context, uint32_t target)
{
    return ((const struct matrix *)context)->gateways[target];
}

// ---- results ----

static bool write_record(struct matrix *matrix, json_t *record, char *why, size_t size)
{
    bool ok = record && journal_write(&matrix->journal, record);
    if (ok)
        report_set_json(&matrix->reports, record);
    if (!ok)
        snprintf(why, size, "the journal cannot be written%s%.200s: %s", matrix->journal.path[0] ? " to " : "",
                 matrix->journal.path, record ? strerror(errno) : "memory is out");
    json_decref(record);
    return ok;
}

static void clear_progress_line(struct matrix *matrix)
{
    if (matrix->shows_line)
        fputs("\r\033[K", stderr);
    matrix->shows_line = false;
}

static enum stop take_trial(void *context, uint32_t target, uint32_t step, bool planned, struct trial *trial, char *why,
                            size_t size)
{
    struct matrix *matrix = context;
    char unmet[600];
    const bool could_not_run = record_could_not_run(&trial->outcome);
    json_t *record = fleet_trial(matrix->plan, target, step, planned, trial, unmet, sizeof unmet);
    if (!write_record(matrix, record, why, size))
        return STOP_ENVIRONMENT;
    if (planned) {
        matrix->ended++;
        matrix->progress.trials++;
        matrix->could_not_run += could_not_run;
        matrix->progress.unmet += unmet[0] != '\0';
    }
    return STOP_NONE;
}

static enum stop take_stopped(void *context, uint32_t target, uint32_t step, const struct engine_step *what,
                              const char *sentence, char *why, size_t size)
{
    struct matrix *matrix = context;
    if (!matrix->told_stopped) {
        clear_progress_line(matrix);
        run_complain("matrix", "trials are left out: %s", sentence);
        matrix->told_stopped = true;
    }
    matrix->skipped++;
    json_t *record = fleet_skipped(matrix->plan, target, step, &what->variant, what->repeat, sentence);
    return write_record(matrix, record, why, size) ? STOP_NONE : STOP_ENVIRONMENT;
}

static void show_progress(void *context, const struct engine_state *state)
{
    struct matrix *matrix = context;
    char left[40] = "";
    size_t done = matrix->ended + matrix->skipped;
    if (matrix->ended && done < matrix->due) {
        double seconds = ceil(state->seconds * (double)(matrix->due - done) / (double)matrix->ended);
        if (seconds < 100)
            snprintf(left, sizeof left, ", %.0f s left", seconds);
        else
            snprintf(left, sizeof left, ", %.0f min left", ceil(seconds / 60));
    }
    fprintf(stderr, "\r%zu of %zu done, %zu failing, %u in flight%s\033[K", done, matrix->due, matrix->progress.unmet,
            state->in_flight, left);
    fflush(stderr);
    matrix->shows_line = true;
}

// ---- the run ----

static bool has_licenses(const struct matrix *matrix)
{
    for (size_t i = 0; i < matrix->plan->variant_count; i++) {
        if (license_needs_issue(matrix->plan->variants[i].level[FACTOR_LICENSE]))
            return true;
    }
    return false;
}

static struct engine_work make_work(struct matrix *matrix)
{
    const struct scenario *s = matrix->scenario;
    return (struct engine_work){
        .mode = GUARD_FLEET,
        .targets = (uint32_t)matrix->plan->target_count,
        .gateways = matrix->gateway_count,
        .rate = s->rate,
        .gateway_rate = s->gateway_rate,
        .target_rate = s->target_rate,
        .max_in_flight = s->max_in_flight ? s->max_in_flight : PLAN_IN_FLIGHT,
        .max_trials = s->profile.max_trials,
        .max_option = "",
        .first_number = matrix->progress.number + 1,
        .logons = fleet_accounts_log_on(&matrix->accounts),
        .licenses = has_licenses(matrix),
        .context = matrix,
        .step = answer_step,
        .options = answer_options,
        .gateway = answer_gateway,
        .ended = take_trial,
        .stopped = take_stopped,
        .progress = matrix->shows_progress ? show_progress : NULL,
    };
}

static const char *stop_name(enum stop stop)
{
    static const char *const names[] = {[STOP_NONE] = "",
                                        [STOP_SAFETY] = "safety",
                                        [STOP_BUDGET] = "budget",
                                        [STOP_INTERRUPT] = "interrupt",
                                        [STOP_ENVIRONMENT] = "environment"};
    return names[stop];
}

static enum exit_status run_engine(struct matrix *matrix)
{
    enum stop stop = STOP_ENVIRONMENT;
    char unready[SENTENCE], problem[SENTENCE];
    const char *why = unready;
    const struct engine_work work = make_work(matrix);
    matrix->due = matrix->plan->trials > matrix->progress.trials ? matrix->plan->trials - matrix->progress.trials : 0;
    if (!write_record(matrix, fleet_header(matrix->plan, runner_versions(), matrix->options->resume != NULL), problem,
                      sizeof problem)) {
        run_complain("matrix", "%s", problem);
        return EXIT_CANNOT_RUN;
    }
    if (engine_configure(matrix->engine, &work, unready, sizeof unready)) {
        engine_run(matrix->engine);
        stop = engine_stop(matrix->engine, &why);
    }
    clear_progress_line(matrix);
    const bool goes_on = (stop == STOP_INTERRUPT || stop == STOP_BUDGET) && matrix->journal.file;
    if (stop != STOP_NONE)
        run_complain("matrix", "no more trials: %s%s%s", why, goes_on ? "; the rest is run with --resume " : "",
                     goes_on ? matrix->journal.path : "");
    if (!matrix->journal.failed &&
        !write_record(matrix,
                      fleet_end(&matrix->progress, matrix->skipped, engine_state(matrix->engine)->withdrawn,
                                stop_name(stop), why),
                      problem, sizeof problem)) {
        run_complain("matrix", "%s", problem);
        stop = STOP_ENVIRONMENT;
    }
    if (stop == STOP_ENVIRONMENT)
        return EXIT_CANNOT_RUN;
    if (stop == STOP_INTERRUPT)
        return EXIT_INTERRUPTED;
    if (matrix->skipped)
        return EXIT_SAFETY;
    if (matrix->progress.unmet)
        return EXIT_FAILURE_FOUND;
    return matrix->could_not_run ? EXIT_CANNOT_RUN : EXIT_CONNECTED;
}

// The reports asked for, and the one for people on standard output.
static bool open_reports(struct matrix *matrix, char *error, size_t size)
{
    const struct options *o = matrix->options;
    const struct format *format;
    const char *path;
    bool to_stdout = o->json || o->quiet;
    for (size_t i = 0; i < o->report_count; i++) {
        if (!report_parse(o->reports[i], &format, &path, error, size) ||
            !report_set_add(&matrix->reports, format, path, error, size))
            return false;
        to_stdout = to_stdout || strcmp(path, "-") == 0;
    }
    return to_stdout || report_set_add(&matrix->reports, format_find("text"), NULL, error, size);
}

static void take_recorded(void *context, const json_t *record)
{
    struct matrix *matrix = context;
    report_set_json(&matrix->reports, record);
}

// Nobody answers a pipeline's questions, and --json is for one.
static bool can_ask(const struct matrix *matrix)
{
    return !matrix->options->json && ask_possible();
}

static enum exit_status read_passwords(struct matrix *matrix)
{
    char error[SENTENCE] = "", warning[SENTENCE];
    if (!fleet_accounts_read(&matrix->accounts, warning, sizeof warning, error, sizeof error)) {
        run_complain("matrix", "%s", error);
        return EXIT_USAGE;
    }
    if (warning[0])
        run_complain("matrix", "warning: %s", warning);
    enum exit_status status =
        fleet_passwords_complete(&matrix->accounts, matrix->plan, can_ask(matrix), error, sizeof error);
    if (error[0])
        run_complain("matrix", "%s", error);
    return status;
}

// Failed logons of an account that other shards use, too.
static bool share_limit(struct matrix *matrix, char *error, size_t size)
{
    struct profile *profile = &matrix->scenario->profile;
    if (!profile->max_failed_logons)
        profile->max_failed_logons = profile_default().max_failed_logons;
    return shard_accounts_check(matrix->plan, matrix->options->own_ledger, &profile->max_failed_logons, error, size);
}

// Everything before the first trial, in the order that keeps secrets from the zygote.
static enum exit_status prepare(struct matrix *matrix)
{
    const struct options *o = matrix->options;
    char error[SENTENCE];
    bool usage;
    if (!share_limit(matrix, error, sizeof error) ||
        !fleet_accounts_stash(&matrix->accounts, matrix->plan, error, sizeof error) ||
        fleet_passwords_check(&matrix->accounts, matrix->plan, can_ask(matrix), error, sizeof error) !=
            EXIT_CONNECTED) {
        run_complain("matrix", "%s", error);
        return EXIT_USAGE;
    }
    if (!number_gateways(matrix) || !fleet_progress_init(&matrix->progress, matrix->plan)) {
        run_complain("matrix", "memory is out");
        return EXIT_CANNOT_RUN;
    }
    if (!open_reports(matrix, error, sizeof error)) {
        run_complain("matrix", "%s", error);
        return EXIT_CANNOT_RUN;
    }
    if (!fleet_journal_open(&matrix->journal, o->resume ? o->resume : o->journal, o->json ? stdout : NULL,
                            o->resume != NULL, matrix->plan, &matrix->progress, take_recorded, matrix, &usage, error,
                            sizeof error)) {
        run_complain("matrix", "%s", error);
        return usage ? EXIT_USAGE : EXIT_CANNOT_RUN;
    }
    if (matrix->options->no_sandbox) {
        sandbox_disable();
        run_complain("matrix", "warning: trials run without a sandbox (--no-sandbox)");
    }
    if (!(matrix->engine = engine_start(error, sizeof error))) {
        run_complain("matrix", "%s", error);
        return EXIT_CANNOT_RUN;
    }
    enum exit_status status = read_passwords(matrix);
    if (status != EXIT_CONNECTED)
        return status;
    if (o->reset_failed_logons && !fleet_accounts_forget(&matrix->accounts, matrix->plan, error, sizeof error)) {
        run_complain("matrix", "%s", error);
        return EXIT_CANNOT_RUN;
    }
    return EXIT_CONNECTED;
}

static enum exit_status run_matrix(struct matrix *matrix)
{
    char error[SENTENCE];
    enum exit_status status = prepare(matrix);
    bool began = status == EXIT_CONNECTED;
    if (began)
        status = run_engine(matrix);
    if (began && sandbox_disabled())
        report_set_note(&matrix->reports, run_without_sandbox());
    if (!report_set_close(&matrix->reports, began, error, sizeof error) && began) {
        run_complain("matrix", "%s", error);
        status = EXIT_CANNOT_RUN;
    }
    engine_end(matrix->engine);
    fleet_accounts_clear(&matrix->accounts);
    bool had_failed = matrix->journal.failed;
    if (!journal_close(&matrix->journal) && !had_failed) {
        run_complain("matrix", "the journal is not complete: %s", strerror(errno));
        status = EXIT_CANNOT_RUN;
    }
    fleet_progress_clear(&matrix->progress);
    free(matrix->gateways);
    return status;
}

static enum exit_status show_plan(struct matrix *matrix)
{
    struct page page = page_open(stdout);
    if (!matrix->options->json)
        plan_text(&page, matrix->plan);
    bool ok = matrix->options->json ? plan_json(stdout, matrix->plan) : page_close(&page);
    if (!ok)
        run_complain("matrix", "the plan cannot be written: %s", strerror(errno));
    return ok ? EXIT_CONNECTED : EXIT_CANNOT_RUN;
}

int matrix_command(int argc, char **argv)
{
    struct options options;
    char error[SENTENCE];
    struct matrix matrix = {.options = &options};

    if (!options_parse(&options, COMMAND_MATRIX, argc, argv, error, sizeof error)) {
        run_complain(argv[0], "%s (rdpprobe %s --help)", error, argv[0]);
        return EXIT_USAGE;
    }
    if (options.help) {
        struct page page = page_open(stdout);
        help_command(&page, COMMAND_MATRIX);
        return page_close(&page) ? EXIT_CONNECTED : EXIT_CANNOT_RUN;
    }
    matrix.shows_progress = isatty(STDERR_FILENO) && !options.quiet && !options.json;
    enum exit_status status = EXIT_USAGE;
    if (!make_plan(&matrix, error, sizeof error))
        run_complain(argv[0], "%s", error);
    else
        status = options.dry_run ? show_plan(&matrix) : run_matrix(&matrix);
    plan_free(matrix.plan);
    scenario_free(matrix.scenario);
    return status;
}
