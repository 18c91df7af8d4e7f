// SPDX-License-Identifier: Apache-2.0
// rdpprobe connect: one trial, or N of the same, phase by phase.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "commands/base.h"
#include "commands/help.h"
#include "commands/run.h"
#include "report/connect_text.h"

static enum exit_status report(const struct run *run)
{
    const struct trial *const *trials;
    size_t count = runner_trials(run->runner, &trials), shown = 0;
    struct page page = page_open(stdout);
    if (count == 0 || run->options->json || run->options->quiet)
        return EXIT_CONNECTED;
    if (trials[count - 1]->redirected_from)
        shown = count - 1;
    for (size_t i = count; i-- > 0;) { // the first failure says more than the successes around it
        bool followed = i + 1 < count && trials[i + 1]->redirected_from == trials[i]->number;
        if (trials[i]->outcome.result == RESULT_FAILED && !followed)
            shown = i;
    }
    if (count > 1) {
        connect_text_summary(&page, trials, count);
        page_newline(&page);
        page_put(&page, STYLE_FAINT, "trial %zu: ", shown + 1);
    }
    connect_text(&page, trials[shown]);
    run_tell_sandbox(&page);
    if (page_close(&page))
        return EXIT_CONNECTED;
    run_complain(run->command, "the report cannot be written: %s", strerror(errno));
    return EXIT_CANNOT_RUN;
}

static enum exit_status run_trials(struct run *run)
{
    enum exit_status status = EXIT_CONNECTED;
    for (unsigned i = 0; i < run->options->repeat; i++) {
        const struct trial *trial = runner_trial(run->runner, &run->options->profile.levels, run->options->until.phase);
        if (!trial)
            return run_stop_status(run, status);
        if (trial->outcome.result == RESULT_FAILED)
            status = EXIT_FAILURE_FOUND;
    }
    return status;
}

int connect_command(int argc, char **argv)
{
    struct options options;
    struct run run;
    char error[1024];

    if (!options_parse(&options, COMMAND_CONNECT, argc, argv, error, sizeof error)) {
        run_complain(argv[0], "%s (rdpprobe %s --help)", error, argv[0]);
        return EXIT_USAGE;
    }
    if (options.help) {
        struct page page = page_open(stdout);
        help_command(&page, COMMAND_CONNECT);
        return page_close(&page) ? EXIT_CONNECTED : EXIT_CANNOT_RUN;
    }
    if (options.explain_base) {
        enum exit_status explained = base_explain(&options);
        options_clear(&options);
        return explained;
    }
    enum exit_status status = run_begin(&run, &options, argv[0]);
    if (status == EXIT_CONNECTED)
        status = run_configure(&run, NULL);
    if (status == EXIT_CONNECTED) {
        status = run_trials(&run);
        enum exit_status reported = report(&run);
        if (status <= EXIT_FAILURE_FOUND && reported != EXIT_CONNECTED)
            status = reported;
    }
    status = run_end(&run, status);
    options_clear(&options);
    return status;
}
