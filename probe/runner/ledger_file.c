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

enum { LEDGER_SCHEMA = 1, FILE_MAX = 16 << 20 }; // the second in bytes: some fifty thousand accounts

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

// A text that this program could have written there.
static bool is_text(const json_t *value, size_t most)
{
    const char *text = json_string_value(value);
    if (!text || json_string_length(value) != strlen(text) || strlen(text) >= most)
        return false;
    for (; *text; text++) {
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return false;
    }
    return true;
}

static bool is_place(const json_t *value, const char *member, size_t most)
{
    const json_t *text = json_object_get(value, member);
    return !text || is_text(text, most);
}

static bool is_entry(const json_t *value)
{
    const json_t *failures = json_object_get(value, "failures");
    return json_is_integer(failures) && json_integer_value(failures) >= 0 &&
           json_integer_value(failures) <= LEDGER_FAILURES_MAX && json_is_boolean(json_object_get(value, "blocked")) &&
           is_pending(json_object_get(value, "pending")) &&
           is_text(json_object_get(value, "since"), sizeof((struct ledger_entry){0}.since)) &&
           is_text(json_object_get(value, "last"), sizeof((struct ledger_entry){0}.last)) &&
           is_place(value, "machine", ACCOUNT_TEXT_MAX) && is_place(value, "forest", ACCOUNT_TEXT_MAX) &&
           is_place(value, "address", sizeof((struct account_place){0}.address));
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
    return ledger->root && lstat(ledger->path, &now) == 0 && now.st_ino == ledger->seen.st_ino &&
           now.st_dev == ledger->seen.st_dev && now.st_size == ledger->seen.st_size &&
           now.st_mtim.tv_sec == ledger->seen.st_mtim.tv_sec && now.st_mtim.tv_nsec == ledger->seen.st_mtim.tv_nsec;
}

// A file of the ledger's directory. Neither a link nor a pipe, where somebody else would be read, or nobody: -1 with a
// sentence.
static int open_plain(const char *path, int flags, struct stat *status, char *error, size_t size)
{
    int fd = open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0600);
    if (fd < 0 && errno == ENOENT)
        return -1;
    if (fd >= 0 && fstat(fd, status) == 0 && S_ISREG(status->st_mode))
        return fd;
    if (fd >= 0 || errno == ELOOP || errno == ENXIO || errno == EISDIR)
        ledger_refuse(error, size, "the logon ledger's file %s is no regular file: move it away", path);
    else
        ledger_refuse(error, size, "the logon ledger's file %s cannot be opened: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    errno = EINVAL;
    return -1;
}

int ledger_file_lock(const struct ledger_file *ledger, const char *name, char *error, size_t size)
{
    char path[LEDGER_PATH_MAX + 64];
    struct stat status;
    snprintf(path, sizeof path, "%s/%s", ledger->directory, name);
    int fd = open_plain(path, O_RDWR | O_CREAT, &status, error, size);
    if (fd < 0 && errno == ENOENT)
        ledger_refuse(error, size, "the logon ledger's file %s cannot be made: %s", path, strerror(errno));
    return fd;
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
    int fd = open_plain(ledger->path, O_RDONLY, &status, error, size);
    if (fd < 0 && errno == ENOENT)
        return json_pack("{s:i, s:{}}", "schema", LEDGER_SCHEMA, "accounts");
    if (fd < 0)
        return NULL;
    json_t *root = status.st_size <= FILE_MAX ? json_loadfd(fd, JSON_REJECT_DUPLICATES, &problem) : NULL;
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

static void copy_text(char *to, size_t size, const json_t *value, const char *member)
{
    const char *text = json_string_value(json_object_get(value, member));
    snprintf(to, size, "%s", text ? text : "");
}

struct ledger_entry ledger_entry_read(const json_t *value)
{
    struct ledger_entry entry = {0};
    if (!value)
        return entry;
    const json_t *pending = json_object_get(value, "pending");
    entry.failures = json_integer_value(json_object_get(value, "failures"));
    entry.blocked = json_is_true(json_object_get(value, "blocked"));
    entry.pending = json_is_true(pending) ? 1 : (uint32_t)json_integer_value(pending);
    copy_text(entry.since, sizeof entry.since, value, "since");
    copy_text(entry.last, sizeof entry.last, value, "last");
    copy_text(entry.place.machine, sizeof entry.place.machine, value, "machine");
    copy_text(entry.place.forest, sizeof entry.place.forest, value, "forest");
    copy_text(entry.place.address, sizeof entry.place.address, value, "address");
    return entry;
}

static bool put_text(json_t *value, const char *member, const char *text)
{
    return !text[0] || json_object_set_new(value, member, json_string(text)) == 0;
}

bool ledger_entry_write(json_t *accounts, const char *key, const struct ledger_entry *entry)
{
    if (entry->failures == 0 && !entry->blocked && !entry->pending) {
        json_object_del(accounts, key);
        return true;
    }
    json_t *value = json_pack("{s:I, s:b, s:I, s:s, s:s}", "failures", entry->failures, "blocked", (int)entry->blocked,
                              "pending", (json_int_t)entry->pending, "since", entry->since, "last", entry->last);
    if (value && put_text(value, "machine", entry->place.machine) && put_text(value, "forest", entry->place.forest) &&
        put_text(value, "address", entry->place.address))
        return json_object_set_new(accounts, key, value) == 0;
    json_decref(value);
    return false;
}

// Takes the lock of the whole file, which the kernel drops should this process die. Waits for it for some seconds.
// Returns the descriptor, or -1 with a sentence.
static int take_file_lock(const struct ledger_file *ledger, char *error, size_t size)
{
    enum { STEP_MS = 2, PATIENCE_MS = 10000 };
    int fd = ledger_file_lock(ledger, "logons.lock", error, size);
    if (fd < 0)
        return -1;
    for (unsigned waited = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; waited += STEP_MS) {
        const struct timespec step = {.tv_nsec = STEP_MS * 1000000L};
        bool taken = errno == EWOULDBLOCK;
        if (taken && waited < PATIENCE_MS && (nanosleep(&step, NULL) == 0 || errno == EINTR))
            continue;
        if (taken)
            ledger_refuse(error, size, "another rdpprobe has held the logon ledger for %d seconds", PATIENCE_MS / 1000);
        else
            ledger_refuse(error, size, "the lock file of %s cannot be locked: %s", ledger->path, strerror(errno));
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

bool ledger_file_update(struct ledger_file *ledger, bool (*change)(json_t *accounts, void *context), void *context,
                        char *error, size_t size)
{
    int lock = take_file_lock(ledger, error, size);
    if (lock < 0)
        return false;
    json_t *root = load(ledger, error, size);
    bool ok = root != NULL;
    if (ok && change(json_object_get(root, "accounts"), context))
        ok = save(ledger, root, error, size);
    if (!ok) // what was changed in memory only is not what the file says
        remember(ledger, NULL, NULL);
    json_decref(root);
    close(lock);
    return ok;
}

json_t *ledger_file_accounts(struct ledger_file *ledger, char *error, size_t size)
{
    json_t *root = load(ledger, error, size);
    json_t *accounts = json_incref(json_object_get(root, "accounts"));
    json_decref(root);
    return accounts;
}

void ledger_file_close(struct ledger_file *ledger)
{
    json_decref(ledger->root);
    ledger->root = NULL;
}
