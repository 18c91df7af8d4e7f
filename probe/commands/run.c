// SPDX-License-Identifier: Apache-2.0
#include "commands/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "commands/capture.h"
#include "commands/passwords.h"
#include "commands/secret.h"
#include "connection/picture/image.h"
#include "connection/sandbox.h"
#include "report/trial_line.h"
#include "runner/ledger.h"

enum { SENTENCE_MAX = 1024 };

static void on_trial(void *context, const struct trial *trial)
{
    struct run *run = context;
    trial_line(&run->progress, trial, &run->options->profile.levels);
    page_close(&run->progress);
}

// Reads one secret; "" where there is none.
static bool read_secret(const struct run *run, const char *file, int stash, char **secret)
{
    char error[SENTENCE_MAX];
    const char *warning;
    if (!secret_read(file, stash, secret, &warning, error, sizeof error)) {
        run_complain(run->command, "%s", error);
        return false;
    }
    if (warning)
        run_complain(run->command, "warning: %s %s", file, warning);
    return true;
}

// A secret of the .rdp file or xfreerdp's arguments stands before one of the environment.
static int choose_stash(const struct options *o, enum profile_secret secret, int stash)
{
    int own = o->has_base ? o->base.secrets[secret] : -1;
    if (own < 0)
        return stash;
    if (stash != SECRET_NOT_STASHED)
        close(stash);
    return fcntl(own, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
}

// environment: where the passwords of target and gateway were put that came by the environment.
static bool read_secrets(struct run *run, const int environment[2])
{
    const struct options *o = run->options;
    const struct {
        const char *file;
        int stash;
    } sources[PROFILE_SECRETS] = {
        [PROFILE_PASSWORD] = {o->password_file, choose_stash(o, PROFILE_PASSWORD, environment[0])},
        [PROFILE_GATEWAY_PASSWORD] = {o->gateway_password_file,
                                      choose_stash(o, PROFILE_GATEWAY_PASSWORD, environment[1])},
        [PROFILE_GATEWAY_TOKEN] = {o->gateway_token_file, choose_stash(o, PROFILE_GATEWAY_TOKEN, SECRET_NOT_STASHED)},
        [PROFILE_GATEWAY_BEARER] = {o->gateway_bearer_file,
                                    choose_stash(o, PROFILE_GATEWAY_BEARER, SECRET_NOT_STASHED)},
    };
    for (int i = 0; i < PROFILE_SECRETS; i++) {
        if (!read_secret(run, sources[i].file, sources[i].stash, &run->secrets[i]))
            return false;
        run->settings.profile.secret[i] = run->secrets[i];
    }
    return true;
}

static bool forget(const struct run *run, const struct account *account, const char *host)
{
    char error[SENTENCE_MAX];
    struct account_identity identity;
    struct ledger *ledger = ledger_open(error, sizeof error);
    account_identify(account, host, &identity);
    bool ok = ledger && ledger_reset(ledger, &identity, error, sizeof error);
    if (!ok)
        run_complain(run->command, "%s", error);
    ledger_close(ledger);
    return ok;
}

// With a gateway the target's account may be its account, too, under the gateway's name.
static bool reset_failed_logons(const struct run *run)
{
    const struct profile *p = &run->options->profile;
    const struct account *at_gateway = profile_gateway_account(p);
    return forget(run, &p->account, p->target.host) && (!p->has_gateway || forget(run, at_gateway, p->gateway.host));
}

void run_tell_sandbox(struct page *page)
{
    if (!sandbox_disabled())
        return;
    page_newline(page);
    page_wrap(page, 0, 0, "%s", run_without_sandbox());
}

const char *run_without_sandbox(void)
{
    return "Trials ran without a sandbox (--no-sandbox): do not do that with servers that you do not trust.";
}

static void settle(struct run *run)
{
    const struct options *o = run->options;
    run->settings = run_options_default();
    run->settings.profile = o->profile;
    run->settings.screenshot = o->screenshot;
    run->settings.at_challenge = o->until.at_challenge;
    run->settings.follow_redirect = o->follow_redirect;
    run->settings.journal = &run->journal;
    bool many = o->command == COMMAND_CONNECT && o->repeat > 1; // isolate has a line of its own
    if (many && run->progress.terminal && !o->json && !o->quiet) {
        run->settings.on_trial = on_trial;
        run->settings.context = run;
    }
}

enum exit_status run_begin(struct run *run, const struct options *options, const char *command)
{
    char error[SENTENCE_MAX];
    int stash[2];
    *run = (struct run){.options = options, .command = command, .progress = page_open(stderr)};
    settle(run);
    if (options->has_base)
        baseline_not_done(&options->base, run->not_done, sizeof run->not_done);
    for (size_t i = 0; options->has_base && i < options->base.warning_count; i++)
        run_complain(command, "warning: %s", options->base.warnings[i]);
    enum exit_status status = passwords_check(options, command);
    if (status != EXIT_CONNECTED)
        return status;
    if (!journal_open(&run->journal, options->journal, options->json ? stdout : NULL)) {
        run_complain(command, "the journal %s cannot be opened: %s", options->journal, strerror(errno));
        return EXIT_CANNOT_RUN;
    }
    if (options->screenshot && !image_can_save(options->screenshot)) {
        run_complain(command, "the screenshot %s cannot be made: %s", options->screenshot,
                     errno == EEXIST ? "there is something that is no plain file" : strerror(errno));
        return EXIT_CANNOT_RUN;
    }
    if (options->no_sandbox) {
        sandbox_disable();
        run_complain(command, "warning: trials run without a sandbox (--no-sandbox)");
    }
    if (!secret_stash("RDPPROBE_PASSWORD", &stash[0], error, sizeof error) ||
        !secret_stash("RDPPROBE_GATEWAY_PASSWORD", &stash[1], error, sizeof error) ||
        !(run->runner = runner_start(error, sizeof error))) {
        run_complain(command, "%s", error);
        return EXIT_CANNOT_RUN;
    }
    if (!read_secrets(run, stash))
        return EXIT_USAGE;
    status = passwords_complete(options, command, &run->settings.profile, run->secrets);
    if (status != EXIT_CONNECTED)
        return status;
    if (options->reset_failed_logons && !reset_failed_logons(run))
        return EXIT_CANNOT_RUN;
    return capture_start(run) ? EXIT_CONNECTED : EXIT_CANNOT_RUN;
}

enum exit_status run_configure(struct run *run, json_t *experiment)
{
    char error[SENTENCE_MAX];
    run->settings.experiment = experiment;
    run->settings.not_done = run->not_done[0] ? run->not_done : NULL;
    bool ok = runner_configure(run->runner, &run->settings, run->command, error, sizeof error);
    run->settings.experiment = NULL;
    if (ok)
        return EXIT_CONNECTED;
    run_complain(run->command, "%s", error);
    return EXIT_CANNOT_RUN;
}

enum exit_status run_stop_status(const struct run *run, enum exit_status otherwise)
{
    const char *why = "";
    enum stop stop = runner_stop(run->runner, &why);
    if (stop != STOP_NONE)
        run_complain(run->command, "no more trials: %s", why);
    switch (stop) {
    case STOP_SAFETY:
        return EXIT_SAFETY;
    case STOP_INTERRUPT:
        return EXIT_INTERRUPTED;
    case STOP_ENVIRONMENT:
        return EXIT_CANNOT_RUN;
    case STOP_NONE:
    case STOP_BUDGET:
        break;
    }
    return otherwise;
}

enum exit_status run_end(struct run *run, enum exit_status status)
{
    if (!capture_finish(run) && status <= EXIT_FAILURE_FOUND)
        status = EXIT_CANNOT_RUN;
    runner_end(run->runner);
    for (int i = 0; i < PROFILE_SECRETS; i++)
        secret_wipe(run->secrets[i]);
    bool had_failed = run->journal.failed; // then the runner has stopped for it and said so
    if (!journal_close(&run->journal) && !had_failed) {
        run_complain(run->command, "the journal is not complete: %s", strerror(errno));
        return EXIT_CANNOT_RUN;
    }
    return status;
}
