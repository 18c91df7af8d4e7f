// SPDX-License-Identifier: Apache-2.0
// The table of commands.
#include <stdio.h>
#include <string.h>

#include "commands/arguments.h"
#include "commands/command.h"
#include "commands/process.h"
#include "connection/sandbox.h"
#include "report/page.h"
#include "runner/runner.h"
#include "runner/zygote.h"
#include "trial/nearest.h"

static const struct {
    const char *name, *summary;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"connect", "one trial, phase by phase", connect_command},
    {"isolate", "find the factor that triggers the failure", isolate_command},
    {"matrix", "targets x variants, against expectations", matrix_command},
    {"report", "journals as text, JUnit XML or JSON; shards joined", report_command},
    {"explain", "what a code means: mstsc's, a server's, a gateway's, FreeRDP's", explain_command},
};

enum { COMMANDS = sizeof commands / sizeof commands[0] };

static int finish(struct page *page)
{
    return page_close(page) ? EXIT_CONNECTED : EXIT_CANNOT_RUN;
}

static int help(void)
{
    struct page page = page_open(stdout);
    page_line(&page, STYLE_PLAIN, "Usage: rdpprobe COMMAND [OPTIONS] TARGET");
    page_newline(&page);
    page_wrap(&page, 0, 0,
              "Finds out why an RDP connection fails (mstsc's \"Error code 0x3, Extended error code 0x7\" above all), "
              "and which client-side setting, if any, decides it.");
    page_newline(&page);
    page_line(&page, STYLE_HEADING, "Commands");
    for (int i = 0; i < COMMANDS; i++)
        page_line(&page, STYLE_PLAIN, "  %-10s%s", commands[i].name, commands[i].summary);
    page_newline(&page);
    page_line(&page, STYLE_PLAIN, "rdpprobe COMMAND --help says more; rdpprobe --version names the libraries.");
    return finish(&page);
}

static int version(void)
{
    struct page page = page_open(stdout);
    page_line(&page, STYLE_PLAIN, "rdpprobe %s (%s)", RDPPROBE_VERSION, runner_versions());
    page_line(&page, STYLE_PLAIN, "Sandbox of trials: %s", sandbox_text());
    return finish(&page);
}

static int unknown(const char *word)
{
    const char *names[COMMANDS + 2] = {[COMMANDS] = "--help", [COMMANDS + 1] = "--version"};
    char clean[80];
    for (int i = 0; i < COMMANDS; i++)
        names[i] = commands[i].name;
    // xfreerdp's arguments, or a target, in the place of a command may hold a password.
    if (strpbrk(word, "/:%@="))
        word = "…";
    const char *near = nearest_word(word, names, COMMANDS + 2);
    fprintf(stderr, "rdpprobe: there is no %s '%s'%s%s%s (rdpprobe --help)\n", word[0] == '-' ? "option" : "command",
            page_clean(word, clean, sizeof clean), near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
    return EXIT_USAGE;
}

int main(int argc, char **argv)
{
    if (!process_begin())
        return EXIT_CANNOT_RUN;
    if (argc >= 3 && strcmp(argv[1], ZYGOTE_WORD) == 0)
        zygote_resume(argv[2], argc == 3);
    argv = arguments_take(argc, argv);
    if (!argv) {
        fprintf(stderr, "rdpprobe: memory is out\n");
        return EXIT_CANNOT_RUN;
    }
    if (argc < 2) {
        fprintf(stderr, "rdpprobe: a command is missing (rdpprobe --help)\n");
        return EXIT_USAGE;
    }
    for (int i = 0; i < COMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 || strcmp(argv[1], "help") == 0)
        return help();
    if (strcmp(argv[1], "--version") == 0)
        return version();
    return unknown(argv[1]);
}
