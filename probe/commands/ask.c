// SPDX-License-Identifier: Apache-2.0
#include "commands/ask.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <termios.h>
#include <unistd.h>

enum { ANSWER_MAX = 4096 }; // what a terminal's line holds

static const int signals[] = {SIGALRM, SIGHUP, SIGINT, SIGPIPE, SIGQUIT, SIGTERM, SIGTSTP, SIGTTIN, SIGTTOU};
enum { SIGNALS = sizeof signals / sizeof signals[0] };

static volatile sig_atomic_t caught;

static void on_signal(int number)
{
    caught = number;
}

static bool in_pipeline(void)
{
    const char *ci = getenv("CI");
    return ci && ci[0] && strcmp(ci, "0") != 0 && strcasecmp(ci, "false") != 0;
}

// A terminal's descriptors, to read from and to write to; -1 for none. In the background nobody is asked: the read
// would only stop the process.
struct terminal {
    int in, out;
    bool opened;
};

static struct terminal open_terminal(void)
{
    struct terminal none = {-1, -1, false};
    if (in_pipeline())
        return none;
    int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0 && tcgetpgrp(fd) == getpgrp())
        return (struct terminal){fd, fd, true};
    if (fd >= 0) {
        close(fd);
        return none;
    }
    return isatty(STDIN_FILENO) && isatty(STDERR_FILENO) ? (struct terminal){STDIN_FILENO, STDERR_FILENO, false} : none;
}

static void close_terminal(const struct terminal *terminal)
{
    if (terminal->opened)
        close(terminal->in);
}

bool ask_possible(void)
{
    struct terminal terminal = open_terminal();
    close_terminal(&terminal);
    return terminal.in >= 0;
}

static void say(int fd, const char *text)
{
    size_t length = strlen(text);
    ssize_t n;
    while (length > 0 && (n = write(fd, text, length)) > 0) {
        text += n;
        length -= (size_t)n;
    }
}

// Reads up to the end of the line. False at the end of input with nothing read, on an error, or on a signal.
static bool read_line(int fd, char line[ANSWER_MAX])
{
    size_t length = 0;
    char c = '\0';
    ssize_t n = 0;
    while (!caught && (n = read(fd, &c, 1)) == 1 && c != '\n' && c != '\r') {
        if (length + 1 < ANSWER_MAX)
            line[length++] = c;
    }
    line[length] = '\0';
    return !caught && n >= 0 && (n == 1 || length > 0);
}

// One question; a signal that came is left in `caught`.
static bool ask_once(const struct terminal *terminal, const char *prompt, char line[ANSWER_MAX])
{
    struct sigaction catching = {.sa_handler = on_signal}, before[SIGNALS];
    struct termios shown, hidden;
    caught = 0;
    if (tcgetattr(terminal->in, &shown) != 0)
        return false;
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &catching, &before[i]);
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    bool ok = tcsetattr(terminal->in, TCSAFLUSH, &hidden) == 0; // what was typed before was not meant for this
    if (ok) {
        say(terminal->out, prompt);
        say(terminal->out, ": ");
        ok = read_line(terminal->in, line);
        tcsetattr(terminal->in, TCSAFLUSH, &shown);
        say(terminal->out, "\n");
    }
    for (int i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &before[i], NULL);
    return ok;
}

static bool stops(int number)
{
    return number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
}

enum asked ask_secret(const char *prompt, char **secret)
{
    char line[ANSWER_MAX] = "";
    struct terminal terminal = open_terminal();
    bool ok = false;
    int number = 0;
    *secret = NULL;
    if (terminal.in < 0)
        return ASKED_NOBODY;
    do {
        ok = ask_once(&terminal, prompt, line);
        number = caught;
        if (number)
            kill(getpid(), number); // now as it would have been without the question
    } while (number && stops(number));
    close_terminal(&terminal);
    if (ok)
        *secret = strdup(line);
    explicit_bzero(line, sizeof line);
    if (number)
        return ASKED_INTERRUPTED;
    return *secret ? ASKED_ANSWERED : ASKED_NOBODY;
}
