// SPDX-License-Identifier: Apache-2.0
#include "import/baseline.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "connection/worker.h"
#include "import/baseline_parser.h"
#include "import/client_arguments.h"
#include "import/rdp_text.h"

enum { PATIENCE_MS = 10000, ANSWER_MAX = 16 << 20, SENTENCE = 1024, PIPES = PROFILE_SECRETS + 1 };

// ---- the parser's process ----

static bool read_file(const char *file, char **text, char *error, size_t size)
{
    uint8_t *data = malloc(RDP_TEXT_MAX + 1);
    struct stat status;
    const char *clause = NULL;
    size_t length = 0;
    ssize_t n = 1;
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    if (fd < 0 || fstat(fd, &status) != 0)
        clause = strerror(errno);
    else if (!S_ISREG(status.st_mode))
        clause = "is no plain file";
    while (data && !clause && n > 0 && length <= RDP_TEXT_MAX) {
        n = read(fd, data + length, RDP_TEXT_MAX + 1 - length);
        if (n < 0)
            clause = strerror(errno);
        length += n > 0 ? (size_t)n : 0;
    }
    if (fd >= 0)
        close(fd);
    bool ok = data && !clause && rdp_text_decode(data, length, text, &clause);
    if (!ok)
        snprintf(error, size, "%s", clause ? clause : "does not fit into memory");
    free(data);
    return ok;
}

// A parser needs no terminal, no home, no file to write to.
static void confine(void)
{
    struct rlimit none = {0, 0};
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_DUMPABLE, 0);
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_FSIZE, &none);
    signal(SIGXFSZ, SIG_IGN);
    setsid();
    for (int fd = 0; null >= 0 && fd < 3; fd++)
        dup2(null, fd);
    setenv("HOME", "/dev/null", 1); // nothing can be made below it
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("XDG_CACHE_HOME");
    unsetenv("XDG_RUNTIME_DIR");
}

// Members of the parser's answer that say which secrets are in their pipes.
static const char *const secret_members[PROFILE_SECRETS] = {[PROFILE_PASSWORD] = "has_password",
                                                            [PROFILE_GATEWAY_PASSWORD] = "has_gateway_password",
                                                            [PROFILE_GATEWAY_TOKEN] = "has_gateway_token",
                                                            [PROFILE_GATEWAY_BEARER] = "has_gateway_bearer"};

static bool write_whole(int fd, const char *data, size_t size)
{
    while (size) {
        ssize_t n = write(fd, data, size);
        if (n < 0 && errno != EINTR)
            return false;
        data += n > 0 ? n : 0;
        size -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

static _Noreturn void parser_main(const char *file, int argc, char **argv, const int pipes[PIPES])
{
    char error[SENTENCE] = "";
    char *secrets[PROFILE_SECRETS] = {0};
    struct baseline_source source = {.argc = argc, .argv = argv};
    char *text = NULL;
    json_t *json = NULL;

    confine();
    bool ok = worker_warm_up(error, sizeof error) && (!file || read_file(file, &text, error, sizeof error));
    source.text = text;
    if (ok)
        json = baseline_parse(&source, secrets, error, sizeof error);
    for (int i = 0; json && i < PROFILE_SECRETS; i++) {
        // The pipe holds 64 KiB, and its reader comes later.
        if (secrets[i] && (strlen(secrets[i]) > 60000 || !write_whole(pipes[i], secrets[i], strlen(secrets[i])))) {
            snprintf(error, sizeof error, "a password or token in it is too long");
            json_decref(json);
            json = NULL;
        } else if (secrets[i]) {
            json_object_set_new(json, secret_members[i], json_true());
        }
    }
    char *answer = json_dumps(json ? json : json_pack("{s:s}", "error", error), JSON_COMPACT);
    _exit(answer && write_whole(pipes[PROFILE_SECRETS], answer, strlen(answer)) ? 0 : 1);
}

// ---- the caller's process ----

static double clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

// The answer up to the end of the pipe; NULL if it does not come in time.
static json_t *read_answer(int fd)
{
    size_t room = 1 << 16, length = 0;
    char *answer = malloc(room);
    double end = clock_ms() + PATIENCE_MS;
    ssize_t n = 1;
    while (answer && n != 0) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        double left = end - clock_ms();
        if (left <= 0 || length > ANSWER_MAX || (poll(&wait, 1, (int)left + 1) < 0 && errno != EINTR))
            break;
        if (!wait.revents)
            continue;
        if (length == room) {
            char *more = realloc(answer, room *= 2);
            if (!more)
                break;
            answer = more;
        }
        n = read(fd, answer + length, room - length);
        if (n < 0 && errno != EINTR)
            break;
        length += n > 0 ? (size_t)n : 0;
    }
    json_t *json = answer && n == 0 ? json_loadb(answer, length, 0, NULL) : NULL;
    free(answer);
    return json;
}

static const char *member(const json_t *json, const char *name)
{
    const char *text = json_string_value(json_object_get(json, name));
    return text ? text : "";
}

static bool take_lists(struct baseline *baseline, const json_t *json)
{
    const json_t *rows = json_object_get(json, "rows"), *warnings = json_object_get(json, "warnings"), *item;
    size_t i;
    baseline->rows = calloc(json_array_size(rows) + 1, sizeof *baseline->rows);
    baseline->warnings = calloc(json_array_size(warnings) + 1, sizeof *baseline->warnings);
    if (!baseline->rows || !baseline->warnings)
        return false;
    json_array_foreach(rows, i, item)
    {
        baseline->rows[baseline->row_count++] =
            (struct baseline_row){.setting = member(item, "setting"),
                                  .key = member(item, "key"),
                                  .value = member(item, "value"),
                                  .why = member(item, "why"),
                                  .use = (enum baseline_use)json_integer_value(json_object_get(item, "use")),
                                  .factor = (int)json_integer_value(json_object_get(item, "factor"))};
    }
    json_array_foreach(warnings, i, item)
    {
        if (json_string_value(item))
            baseline->warnings[baseline->warning_count++] = json_string_value(item);
    }
    return true;
}

static bool take_answer(struct baseline *baseline, json_t *json)
{
    const json_t *levels = json_object_get(json, "levels"), *factor;
    size_t i;
    baseline->memory = json;
    json_array_foreach(levels, i, factor)
    {
        if (json_integer_value(factor) >= 0 && json_integer_value(factor) < FACTOR_COUNT)
            baseline->has_level[json_integer_value(factor)] = true;
    }
    return profile_from_json(json_object_get(json, "profile"), &baseline->profile) && take_lists(baseline, json);
}

static void close_all(int ends[PIPES])
{
    for (int i = 0; i < PIPES; i++) {
        if (ends[i] >= 0)
            close(ends[i]);
        ends[i] = -1;
    }
}

static void keep_secrets(struct baseline *baseline, const json_t *json, int ends[PIPES])
{
    for (int i = 0; i < PROFILE_SECRETS; i++) {
        baseline->secrets[i] = -1;
        if (json_is_true(json_object_get(json, secret_members[i]))) {
            baseline->secrets[i] = ends[i];
            ends[i] = -1;
        }
    }
}

static bool read_with(struct baseline *baseline, const char *file, int argc, char **argv, int ends[2][PIPES],
                      char *error, size_t size)
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        close_all(ends[0]);
        parser_main(file, argc, argv, ends[1]);
    }
    close_all(ends[1]);
    json_t *json = pid > 0 ? read_answer(ends[0][PROFILE_SECRETS]) : NULL;
    if (pid > 0) {
        kill(pid, SIGKILL); // it has answered, or will not
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
    }
    const char *what = file ? file : "the arguments after --";
    const char *refused = json_string_value(json_object_get(json, "error"));
    if (!json && (pid < 0 || (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)))
        snprintf(error, size, "%s: FreeRDP's parser did not end", what);
    else if (!json)
        snprintf(error, size, "%s: FreeRDP's parser crashed on it", what);
    else if (refused && file)
        snprintf(error, size, "%s: %s", file, refused);
    else if (refused)
        snprintf(error, size, "%s", refused);
    if (!json || refused) {
        json_decref(json);
        return false;
    }
    keep_secrets(baseline, json, ends[0]);
    if (take_answer(baseline, json))
        return true;
    snprintf(error, size, "memory is out");
    baseline_clear(baseline);
    return false;
}

bool baseline_read(struct baseline *baseline, const char *file, int argc, char **argv, char *error, size_t size)
{
    int ends[2][PIPES];
    bool ok = client_arguments_allowed(argc, argv, error, size);

    *baseline = (struct baseline){.secrets = {-1, -1, -1}};
    memset(ends, 0xff, sizeof ends);
    for (int i = 0; ok && i < PIPES; i++) {
        int pair[2];
        ok = pipe2(pair, O_CLOEXEC) == 0;
        if (ok) {
            ends[0][i] = pair[0];
            ends[1][i] = pair[1];
        } else {
            snprintf(error, size, "no process for FreeRDP's parser can be made: %s", strerror(errno));
        }
    }
    ok = ok && read_with(baseline, file, argc, argv, ends, error, size);
    close_all(ends[0]);
    close_all(ends[1]);
    client_arguments_hide_secrets(argc, argv);
    return ok;
}

void baseline_clear(struct baseline *baseline)
{
    for (int i = 0; i < PROFILE_SECRETS; i++) {
        if (baseline->secrets[i] >= 0)
            close(baseline->secrets[i]);
    }
    free(baseline->rows);
    free(baseline->warnings);
    json_decref(baseline->memory);
    *baseline = (struct baseline){.secrets = {-1, -1, -1}};
}
