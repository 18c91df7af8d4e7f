// SPDX-License-Identifier: Apache-2.0
#include "runner/ledger.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// A trial sends the password of the target's account and perhaps that of a gateway's.
enum { LEDGER_SCHEMA = 1, LEDGER_PATH_MAX = 4096, HELD_MAX = 4 };

struct ledger {
    char directory[LEDGER_PATH_MAX - 64];
    char path[LEDGER_PATH_MAX];
    struct {
        int fd; // with the flock of an account under trial, -1 for none
        uint64_t account;
    } held[HELD_MAX];
};

// What the file holds for an account: {"failures":2,"since":"…","last":"…","blocked":false,"pending":true}. "pending"
// marks a trial that began and never was reported: its process died, and its logon may have failed.
struct entry {
    json_int_t failures;
    bool blocked, pending;
    char since[32], last[32];
};

__attribute__((format(printf, 3, 4))) static bool refuse(char *error, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error, size, format, arguments);
    va_end(arguments);
    return false;
}

static bool make_directories(const char *path, char *error, size_t size)
{
    char part[LEDGER_PATH_MAX];
    snprintf(part, sizeof part, "%s", path);
    for (char *slash = strchr(part + 1, '/');; slash = strchr(slash + 1, '/')) {
        if (slash)
            *slash = '\0';
        if (mkdir(part, 0700) != 0 && errno != EEXIST)
            return refuse(error, size, "the logon ledger's directory %s cannot be made: %s", part, strerror(errno));
        if (!slash)
            return true;
        *slash = '/';
    }
}

// The directory by the XDG Base Directory Specification, which says that a relative path is to be ignored.
static bool find_directory(struct ledger *ledger, char *error, size_t size)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    int n;
    if (state && state[0] == '/')
        n = snprintf(ledger->directory, sizeof ledger->directory, "%s/rdpprobe", state);
    else if (home && home[0] == '/')
        n = snprintf(ledger->directory, sizeof ledger->directory, "%s/.local/state/rdpprobe", home);
    else
        return refuse(error, size, "the logon ledger has no place: set XDG_STATE_HOME or HOME to an absolute path");
    if ((size_t)n >= sizeof ledger->directory)
        return refuse(error, size, "the logon ledger's path is too long: shorten XDG_STATE_HOME");
    snprintf(ledger->path, sizeof ledger->path, "%s/logons.json", ledger->directory);
    return true;
}

static bool is_entry(const json_t *value)
{
    return json_is_integer(json_object_get(value, "failures")) &&
           json_integer_value(json_object_get(value, "failures")) >= 0 &&
           json_is_boolean(json_object_get(value, "blocked")) && json_is_boolean(json_object_get(value, "pending")) &&
           json_is_string(json_object_get(value, "since")) && json_is_string(json_object_get(value, "last"));
}

static bool is_ledger(const json_t *root)
{
    const json_t *accounts = json_object_get(root, "accounts");
    const char *name;
    json_t *value;
    if (json_integer_value(json_object_get(root, "schema")) != LEDGER_SCHEMA || !json_is_object(accounts))
        return false;
    json_object_foreach((json_t *)accounts, name, value)
    {
        if (!is_entry(value))
            return false;
    }
    return true;
}

// The whole ledger, an empty one if there is no file yet; NULL with a sentence if it cannot be trusted: an account's
// failures are then unknown, and a guess could lock it.
static json_t *load(const struct ledger *ledger, char *error, size_t size)
{
    json_error_t problem;
    int fd = open(ledger->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        if (errno == ENOENT)
            return json_pack("{s:i, s:{}}", "schema", LEDGER_SCHEMA, "accounts");
        refuse(error, size, "the logon ledger %s cannot be read: %s", ledger->path, strerror(errno));
        return NULL;
    }
    json_t *root = json_loadfd(fd, JSON_REJECT_DUPLICATES, &problem);
    close(fd);
    if (!is_ledger(root)) {
        json_decref(root);
        refuse(error, size,
               "the logon ledger %s is damaged, so nobody knows how many logons failed: check the account, then move "
               "the file away",
               ledger->path);
        return NULL;
    }
    return root;
}

static bool write_all(int fd, const char *text)
{
    for (size_t left = strlen(text); left > 0;) {
        ssize_t n = write(fd, text, left);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0) {
            text += n;
            left -= (size_t)n;
        }
    }
    return true;
}

// Writes under a temporary name and renames, so that the file is whole at any moment.
static bool save(const struct ledger *ledger, const json_t *root, char *error, size_t size)
{
    char name[LEDGER_PATH_MAX + 8];
    snprintf(name, sizeof name, "%s.XXXXXX", ledger->path);
    char *text = json_dumps(root, JSON_INDENT(1) | JSON_SORT_KEYS);
    int fd = text ? mkostemp(name, O_CLOEXEC) : -1; // mode 0600
    bool ok = fd >= 0 && write_all(fd, text) && write_all(fd, "\n");
    int problem = errno;
    if (fd >= 0 && close(fd) != 0 && ok) {
        problem = errno;
        ok = false;
    }
    if (ok && rename(name, ledger->path) != 0) {
        problem = errno;
        ok = false;
    }
    free(text);
    if (!ok) {
        if (fd >= 0)
            unlink(name);
        refuse(error, size, "the logon ledger %s cannot be written: %s", ledger->path, strerror(problem));
    }
    return ok;
}

static struct entry read_entry(const json_t *root, const char *account)
{
    const json_t *value = json_object_get(json_object_get(root, "accounts"), account);
    struct entry entry = {0};
    if (value) {
        entry.failures = json_integer_value(json_object_get(value, "failures"));
        entry.blocked = json_is_true(json_object_get(value, "blocked"));
        entry.pending = json_is_true(json_object_get(value, "pending"));
        snprintf(entry.since, sizeof entry.since, "%s", json_string_value(json_object_get(value, "since")));
        snprintf(entry.last, sizeof entry.last, "%s", json_string_value(json_object_get(value, "last")));
    }
    return entry;
}

// An account with nothing against it has no entry.
static bool write_entry(json_t *root, const char *account, const struct entry *entry)
{
    json_t *accounts = json_object_get(root, "accounts");
    if (entry->failures == 0 && !entry->blocked && !entry->pending) {
        json_object_del(accounts, account);
        return true;
    }
    return json_object_set_new(accounts, account,
                               json_pack("{s:I, s:b, s:b, s:s, s:s}", "failures", entry->failures, "blocked",
                                         (int)entry->blocked, "pending", (int)entry->pending, "since", entry->since,
                                         "last", entry->last)) == 0;
}

static void count_failures(struct entry *entry, unsigned failures)
{
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(entry->last, sizeof entry->last, "%Y-%m-%dT%H:%M:%SZ", &utc);
    if (entry->failures == 0)
        memcpy(entry->since, entry->last, sizeof entry->since);
    entry->failures += failures;
}

// FNV-1a, 64 bits: a file name of any account's name, the same in every process.
static uint64_t hash(const char *text)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return h;
}

// Takes an exclusive flock, which the kernel drops should this process die. Waits for up to seconds. Returns the
// descriptor, or -1 with a sentence about what is locked.
static int take_lock(const struct ledger *ledger, const char *name, unsigned seconds, const char *what, char *error,
                     size_t size)
{
    enum { STEP_MS = 20 };
    char path[LEDGER_PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/%s", ledger->directory, name);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        refuse(error, size, "the lock file %s cannot be made: %s", path, strerror(errno));
        return -1;
    }
    for (unsigned waited = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; waited += STEP_MS) {
        const struct timespec step = {.tv_nsec = STEP_MS * 1000000L};
        if (errno == EWOULDBLOCK && waited < seconds * 1000 && nanosleep(&step, NULL) == 0)
            continue;
        if (errno == EINTR)
            refuse(error, size, "interrupted while another rdpprobe held %s", what);
        else if (errno == EWOULDBLOCK)
            refuse(error, size, "another rdpprobe has held %s for %u seconds: run them one after the other", what,
                   seconds);
        else
            refuse(error, size, "the lock file %s cannot be locked: %s", path, strerror(errno));
        close(fd);
        return -1;
    }
    return fd;
}

// Changes one account's entry under the lock of the whole file, which other accounts' processes share.
static bool update(const struct ledger *ledger, const char *account,
                   bool (*change)(struct entry *entry, void *context), void *context, char *error, size_t size)
{
    int lock = take_lock(ledger, "logons.lock", 10, "the logon ledger", error, size);
    if (lock < 0)
        return false;
    json_t *root = load(ledger, error, size);
    bool ok = root != NULL;
    if (ok) {
        struct entry entry = read_entry(root, account);
        if (change(&entry, context)) {
            ok = write_entry(root, account, &entry);
            if (!ok)
                refuse(error, size, "memory is out");
            ok = ok && save(ledger, root, error, size);
        }
    }
    json_decref(root);
    close(lock);
    return ok;
}

struct ledger *ledger_open(char *error, size_t size)
{
    struct ledger *ledger = calloc(1, sizeof *ledger);
    if (!ledger) {
        refuse(error, size, "memory is out");
        return NULL;
    }
    for (int i = 0; i < HELD_MAX; i++)
        ledger->held[i].fd = -1;
    json_t *root = NULL;
    if (find_directory(ledger, error, size) && make_directories(ledger->directory, error, size))
        root = load(ledger, error, size);
    if (!root) {
        free(ledger);
        return NULL;
    }
    json_decref(root);
    return ledger;
}

static void release(struct ledger *ledger, int slot)
{
    if (ledger->held[slot].fd >= 0)
        close(ledger->held[slot].fd);
    ledger->held[slot].fd = -1;
}

static void release_account(struct ledger *ledger, const char *account)
{
    for (int i = 0; i < HELD_MAX; i++) {
        if (ledger->held[i].fd >= 0 && ledger->held[i].account == hash(account))
            release(ledger, i);
    }
}

void ledger_close(struct ledger *ledger)
{
    if (!ledger)
        return;
    for (int i = 0; i < HELD_MAX; i++)
        release(ledger, i);
    free(ledger);
}

char *ledger_account(const char *user, const char *domain, const char *host, char *text, size_t size)
{
    const char *backslash = strchr(user, '\\');
    bool here = !domain[0] && backslash == user + 1 && user[0] == '.'; // .\user: the target's own account
    if (here || strcmp(domain, ".") == 0)
        snprintf(text, size, "%s\\%s", host, here ? backslash + 1 : user);
    else if (domain[0])
        snprintf(text, size, "%s\\%s", domain, user);
    else if (backslash || strchr(user, '@'))
        snprintf(text, size, "%s", user);
    else
        snprintf(text, size, "%s\\%s", host, user);
    for (char *c = text; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return text;
}

struct begin {
    struct entry seen;
    unsigned limit;
    bool allowed;
};

static bool begin_trial(struct entry *entry, void *context)
{
    struct begin *begin = context;
    bool died = entry->pending;
    if (died)
        count_failures(entry, 1);
    entry->pending = false;
    begin->allowed = !entry->blocked && entry->failures < begin->limit;
    begin->seen = *entry;
    entry->pending = begin->allowed;
    return begin->allowed || died;
}

bool ledger_begin(struct ledger *ledger, const char *account, unsigned limit, char *error, size_t size)
{
    enum { WAIT_SECONDS = 60 };
    struct begin begin = {.limit = limit};
    char name[40], what[300];

    int slot = 0;
    release_account(ledger, account); // an earlier trial that was never reported
    while (slot < HELD_MAX && ledger->held[slot].fd >= 0)
        slot++;
    if (slot == HELD_MAX)
        return refuse(error, size, "a trial cannot send the passwords of more than %d accounts", HELD_MAX);
    snprintf(name, sizeof name, "account-%016" PRIx64 ".lock", hash(account));
    snprintf(what, sizeof what, "the account %s", account);
    ledger->held[slot].account = hash(account);
    ledger->held[slot].fd = take_lock(ledger, name, WAIT_SECONDS, what, error, size);
    if (ledger->held[slot].fd < 0)
        return false;
    if (update(ledger, account, begin_trial, &begin, error, size)) {
        if (begin.allowed)
            return true;
        const struct entry *seen = &begin.seen;
        if (seen->blocked)
            refuse(error, size,
                   "the server said on %s that %s is locked out, disabled or expired (%s): have the account put right, "
                   "then run again with --reset-failed-logons",
                   seen->last, account, ledger->path);
        else
            refuse(error, size,
                   "%" JSON_INTEGER_FORMAT " failed logon%s of %s %s on record since %s (%s), and the limit is %u "
                   "(--max-failed-logons): find out why before the account locks, then run again with "
                   "--reset-failed-logons",
                   seen->failures, seen->failures == 1 ? "" : "s", account, seen->failures == 1 ? "is" : "are",
                   seen->since, ledger->path, limit);
    }
    release(ledger, slot);
    return false;
}

struct report {
    enum logon_result result;
    unsigned failures;
};

static bool end_trial(struct entry *entry, void *context)
{
    const struct report *report = context;
    entry->pending = false;
    switch (report->result) {
    case LOGON_NOT_SENT:
        break;
    case LOGON_VERIFIED:
        *entry = (struct entry){0};
        break;
    case LOGON_FAILED:
        count_failures(entry, report->failures);
        break;
    case LOGON_BLOCKED:
        count_failures(entry, report->failures);
        entry->blocked = true;
        break;
    }
    return true;
}

bool ledger_report(struct ledger *ledger, const char *account, enum logon_result result, unsigned failures, char *error,
                   size_t size)
{
    struct report report = {result, failures};
    bool ok = update(ledger, account, end_trial, &report, error, size);
    release_account(ledger, account);
    return ok;
}

static bool forget(struct entry *entry, void *context)
{
    (void)context;
    *entry = (struct entry){0};
    return true;
}

bool ledger_reset(struct ledger *ledger, const char *account, char *error, size_t size)
{
    return update(ledger, account, forget, NULL, error, size);
}
