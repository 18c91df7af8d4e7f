// SPDX-License-Identifier: Apache-2.0
#include "runner/ledger_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

enum { LEDGER_SCHEMA = 1 };

bool ledger_refuse(char *error, size_t size, const char *format, ...)
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
            return ledger_refuse(error, size, "the logon ledger's directory %s cannot be made: %s", part,
                                 strerror(errno));
        if (!slash)
            return true;
        *slash = '/';
    }
}

// The directory by the XDG Base Directory Specification, which says that a relative path is to be ignored.
static bool find_directory(struct ledger_file *ledger, char *error, size_t size)
{
    const char *state = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    int n;
    if (state && state[0] == '/')
        n = snprintf(ledger->directory, sizeof ledger->directory, "%s/rdpprobe", state);
    else if (home && home[0] == '/')
        n = snprintf(ledger->directory, sizeof ledger->directory, "%s/.local/state/rdpprobe", home);
    else
        return ledger_refuse(error, size,
                             "the logon ledger has no place: set XDG_STATE_HOME or HOME to an absolute path");
    if ((size_t)n >= sizeof ledger->directory)
        return ledger_refuse(error, size, "the logon ledger's path is too long: shorten XDG_STATE_HOME");
    snprintf(ledger->path, sizeof ledger->path, "%s/logons.json", ledger->directory);
    return true;
}

// A Boolean in files of before there were slots.
static bool is_pending(const json_t *value)
{
    return json_is_boolean(value) || (json_is_integer(value) && json_integer_value(value) >= 0 &&
                                      json_integer_value(value) < (json_int_t)1 << LEDGER_SLOTS);
}

static bool is_entry(const json_t *value)
{
    return json_is_integer(json_object_get(value, "failures")) &&
           json_integer_value(json_object_get(value, "failures")) >= 0 &&
           json_is_boolean(json_object_get(value, "blocked")) && is_pending(json_object_get(value, "pending")) &&
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

static void remember(struct ledger_file *ledger, json_t *root, const struct stat *status)
{
    json_incref(root);
    json_decref(ledger->root);
    ledger->root = root;
    ledger->seen = status ? *status : (struct stat){0};
}

static bool unchanged(const struct ledger_file *ledger)
{
    struct stat now;
    return ledger->root && stat(ledger->path, &now) == 0 && now.st_ino == ledger->seen.st_ino &&
           now.st_dev == ledger->seen.st_dev && now.st_size == ledger->seen.st_size &&
           now.st_mtim.tv_sec == ledger->seen.st_mtim.tv_sec && now.st_mtim.tv_nsec == ledger->seen.st_mtim.tv_nsec;
}

// The whole ledger (a new reference), an empty one if there is no file yet; NULL with a sentence if it cannot be
// trusted: an account's failures are then unknown, and a guess could lock it.
static json_t *load(struct ledger_file *ledger, char *error, size_t size)
{
    json_error_t problem;
    struct stat status;
    if (unchanged(ledger))
        return json_incref(ledger->root);
    remember(ledger, NULL, NULL);
    int fd = open(ledger->path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        if (errno == ENOENT)
            return json_pack("{s:i, s:{}}", "schema", LEDGER_SCHEMA, "accounts");
        ledger_refuse(error, size, "the logon ledger %s cannot be read: %s", ledger->path, strerror(errno));
        return NULL;
    }
    bool known = fstat(fd, &status) == 0;
    json_t *root = json_loadfd(fd, JSON_REJECT_DUPLICATES, &problem);
    close(fd);
    if (!is_ledger(root)) {
        json_decref(root);
        ledger_refuse(
            error, size,
            "the logon ledger %s is damaged, so nobody knows how many logons failed: check the account, then move "
            "the file away",
            ledger->path);
        return NULL;
    }
    if (known)
        remember(ledger, root, &status);
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
static bool save(struct ledger_file *ledger, json_t *root, char *error, size_t size)
{
    struct stat status;
    char name[LEDGER_PATH_MAX + 8];
    snprintf(name, sizeof name, "%s.XXXXXX", ledger->path);
    char *text = json_dumps(root, JSON_INDENT(1) | JSON_SORT_KEYS);
    int fd = text ? mkostemp(name, O_CLOEXEC) : -1; // mode 0600
    bool ok = fd >= 0 && write_all(fd, text) && write_all(fd, "\n");
    int problem = errno;
    bool known = ok && fstat(fd, &status) == 0;
    if (fd >= 0 && close(fd) != 0 && ok) {
        problem = errno;
        ok = false;
    }
    if (ok && rename(name, ledger->path) != 0) {
        problem = errno;
        ok = false;
    }
    free(text);
    remember(ledger, ok && known ? root : NULL, ok && known ? &status : NULL);
    if (!ok) {
        if (fd >= 0)
            unlink(name);
        ledger_refuse(error, size, "the logon ledger %s cannot be written: %s", ledger->path, strerror(problem));
    }
    return ok;
}

static struct ledger_entry read_entry(const json_t *root, const char *account)
{
    const json_t *value = json_object_get(json_object_get(root, "accounts"), account);
    struct ledger_entry entry = {0};
    if (value) {
        entry.failures = json_integer_value(json_object_get(value, "failures"));
        entry.blocked = json_is_true(json_object_get(value, "blocked"));
        const json_t *pending = json_object_get(value, "pending");
        entry.pending = json_is_true(pending) ? 1 : (uint32_t)json_integer_value(pending);
        snprintf(entry.since, sizeof entry.since, "%s", json_string_value(json_object_get(value, "since")));
        snprintf(entry.last, sizeof entry.last, "%s", json_string_value(json_object_get(value, "last")));
    }
    return entry;
}

// An account with nothing against it has no entry.
static bool write_entry(json_t *root, const char *account, const struct ledger_entry *entry)
{
    json_t *accounts = json_object_get(root, "accounts");
    if (entry->failures == 0 && !entry->blocked && !entry->pending) {
        json_object_del(accounts, account);
        return true;
    }
    return json_object_set_new(accounts, account,
                               json_pack("{s:I, s:b, s:I, s:s, s:s}", "failures", entry->failures, "blocked",
                                         (int)entry->blocked, "pending", (json_int_t)entry->pending, "since",
                                         entry->since, "last", entry->last)) == 0;
}

// Takes the lock of the whole file, which the kernel drops should this process die. Waits for it for some seconds.
// Returns the descriptor, or -1 with a sentence.
static int take_file_lock(const struct ledger_file *ledger, char *error, size_t size)
{
    enum { STEP_MS = 2, PATIENCE_MS = 10000 };
    char path[LEDGER_PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/logons.lock", ledger->directory);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        ledger_refuse(error, size, "the lock file %s cannot be made: %s", path, strerror(errno));
        return -1;
    }
    for (unsigned waited = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; waited += STEP_MS) {
        const struct timespec step = {.tv_nsec = STEP_MS * 1000000L};
        bool taken = errno == EWOULDBLOCK;
        if (taken && waited < PATIENCE_MS && (nanosleep(&step, NULL) == 0 || errno == EINTR))
            continue;
        if (taken)
            ledger_refuse(error, size, "another rdpprobe has held the logon ledger for %d seconds", PATIENCE_MS / 1000);
        else
            ledger_refuse(error, size, "the lock file %s cannot be locked: %s", path, strerror(errno));
        close(fd);
        return -1;
    }
    return fd;
}

bool ledger_file_open(struct ledger_file *ledger, char *error, size_t size)
{
    *ledger = (struct ledger_file){0};
    if (!find_directory(ledger, error, size) || !make_directories(ledger->directory, error, size))
        return false;
    json_t *root = load(ledger, error, size);
    json_decref(root);
    return root != NULL;
}

bool ledger_file_update(struct ledger_file *ledger, const char *account,
                        bool (*change)(struct ledger_entry *entry, void *context), void *context, char *error,
                        size_t size)
{
    int lock = take_file_lock(ledger, error, size);
    if (lock < 0)
        return false;
    json_t *root = load(ledger, error, size);
    bool ok = root != NULL;
    if (ok) {
        struct ledger_entry entry = read_entry(root, account);
        if (change(&entry, context)) {
            ok = write_entry(root, account, &entry);
            if (!ok)
                ledger_refuse(error, size, "memory is out");
            ok = ok && save(ledger, root, error, size);
        }
    }
    if (!ok) // what was changed in memory only is not what the file says
        remember(ledger, NULL, NULL);
    json_decref(root);
    close(lock);
    return ok;
}

bool ledger_file_look(struct ledger_file *ledger, const char *account, struct ledger_entry *entry, char *error,
                      size_t size)
{
    json_t *root = load(ledger, error, size);
    if (root)
        *entry = read_entry(root, account);
    json_decref(root);
    return root != NULL;
}

bool ledger_file_clean(const struct ledger_file *ledger, const char *account)
{
    return unchanged(ledger) && !json_object_get(json_object_get(ledger->root, "accounts"), account);
}

void ledger_file_close(struct ledger_file *ledger)
{
    json_decref(ledger->root);
    ledger->root = NULL;
}
