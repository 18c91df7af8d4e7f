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

// Slots of an account are logons that may fail side by side: no more than one bit each in an entry's "pending".
enum { LEDGER_SCHEMA = 1, LEDGER_PATH_MAX = 4096, SLOTS = 30 };

// Slots of an account that this ledger holds.
struct held {
    uint64_t account;
    uint32_t slots;
};

struct ledger {
    char directory[LEDGER_PATH_MAX - 64];
    char path[LEDGER_PATH_MAX];
    int locks; // accounts.lock, in which every slot of every account is one octet with a lock of this open file
    struct held *held;
    size_t held_count, held_capacity;
    // The file as it was read or written last, and which file that was: it is replaced, never changed in place.
    json_t *root;
    struct stat seen;
};

// What the file holds for an account: {"failures":2,"since":"…","last":"…","blocked":false,"pending":1}. "pending" is
// the set of slots whose trials began and were not reported yet. Where nobody holds a slot's lock any more, its process
// died, and its logon may have failed.
struct entry {
    json_int_t failures;
    bool blocked;
    uint32_t pending;
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

// A Boolean in files of before there were slots.
static bool is_pending(const json_t *value)
{
    return json_is_boolean(value) || (json_is_integer(value) && json_integer_value(value) >= 0 &&
                                      json_integer_value(value) < (json_int_t)1 << SLOTS);
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

static void remember(struct ledger *ledger, json_t *root, const struct stat *status)
{
    json_incref(root);
    json_decref(ledger->root);
    ledger->root = root;
    ledger->seen = status ? *status : (struct stat){0};
}

static bool unchanged(const struct ledger *ledger)
{
    struct stat now;
    return ledger->root && stat(ledger->path, &now) == 0 && now.st_ino == ledger->seen.st_ino &&
           now.st_dev == ledger->seen.st_dev && now.st_size == ledger->seen.st_size &&
           now.st_mtim.tv_sec == ledger->seen.st_mtim.tv_sec && now.st_mtim.tv_nsec == ledger->seen.st_mtim.tv_nsec;
}

// The whole ledger (a new reference), an empty one if there is no file yet; NULL with a sentence if it cannot be
// trusted: an account's failures are then unknown, and a guess could lock it.
static json_t *load(struct ledger *ledger, char *error, size_t size)
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
        refuse(error, size, "the logon ledger %s cannot be read: %s", ledger->path, strerror(errno));
        return NULL;
    }
    bool known = fstat(fd, &status) == 0;
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
static bool save(struct ledger *ledger, json_t *root, char *error, size_t size)
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
        const json_t *pending = json_object_get(value, "pending");
        entry.pending = json_is_true(pending) ? 1 : (uint32_t)json_integer_value(pending);
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
                               json_pack("{s:I, s:b, s:I, s:s, s:s}", "failures", entry->failures, "blocked",
                                         (int)entry->blocked, "pending", (json_int_t)entry->pending, "since",
                                         entry->since, "last", entry->last)) == 0;
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

// FNV-1a, 64 bits: the same in every process.
static uint64_t hash(const char *text)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return h;
}

// ---- locks ----

// Takes the lock of the whole file, which the kernel drops should this process die. Waits for it for some seconds.
// Returns the descriptor, or -1 with a sentence.
static int take_file_lock(const struct ledger *ledger, char *error, size_t size)
{
    enum { STEP_MS = 2, PATIENCE_MS = 10000 };
    char path[LEDGER_PATH_MAX + 64];
    snprintf(path, sizeof path, "%s/logons.lock", ledger->directory);
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) {
        refuse(error, size, "the lock file %s cannot be made: %s", path, strerror(errno));
        return -1;
    }
    for (unsigned waited = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; waited += STEP_MS) {
        const struct timespec step = {.tv_nsec = STEP_MS * 1000000L};
        bool taken = errno == EWOULDBLOCK;
        if (taken && waited < PATIENCE_MS && (nanosleep(&step, NULL) == 0 || errno == EINTR))
            continue;
        if (taken)
            refuse(error, size, "another rdpprobe has held the logon ledger for %d seconds", PATIENCE_MS / 1000);
        else
            refuse(error, size, "the lock file %s cannot be locked: %s", path, strerror(errno));
        close(fd);
        return -1;
    }
    return fd;
}

// The octets of accounts.lock that are an account's slots, from first on.
static struct flock octets(uint64_t account, unsigned first, unsigned count, short type)
{
    // Offsets are signed, and SLOTS fit into 32.
    return (struct flock){.l_type = type,
                          .l_whence = SEEK_SET,
                          .l_start = (off_t)((account >> 1 & ~UINT64_C(31)) + first),
                          .l_len = count};
}

// Open file description locks (fcntl(2)): between processes and between ledgers of one process; gone with the process.
static bool lock_slots(const struct ledger *ledger, uint64_t account, unsigned first, unsigned count)
{
    struct flock range = octets(account, first, count, F_WRLCK);
    return fcntl(ledger->locks, F_OFD_SETLK, &range) == 0;
}

static void unlock_slots(const struct ledger *ledger, uint64_t account, unsigned first, unsigned count)
{
    struct flock range = octets(account, first, count, F_UNLCK);
    fcntl(ledger->locks, F_OFD_SETLK, &range);
}

// Whether another ledger holds the slot; where that cannot be told, one is taken to.
static bool locked_elsewhere(const struct ledger *ledger, uint64_t account, unsigned slot)
{
    struct flock range = octets(account, slot, 1, F_WRLCK);
    return fcntl(ledger->locks, F_OFD_GETLK, &range) != 0 || range.l_type != F_UNLCK;
}

static struct held *find_held(const struct ledger *ledger, uint64_t account)
{
    for (size_t i = 0; i < ledger->held_count; i++) {
        if (ledger->held[i].account == account)
            return &ledger->held[i];
    }
    return NULL;
}

static bool note_held(struct ledger *ledger, uint64_t account, uint32_t slots)
{
    struct held *held = find_held(ledger, account);
    if (!held && ledger->held_count == ledger->held_capacity) {
        size_t capacity = ledger->held_capacity ? ledger->held_capacity * 2 : 8;
        struct held *more = realloc(ledger->held, capacity * sizeof *more);
        if (!more)
            return false;
        ledger->held = more;
        ledger->held_capacity = capacity;
    }
    if (!held) {
        held = &ledger->held[ledger->held_count++];
        *held = (struct held){.account = account};
    }
    held->slots |= slots;
    return true;
}

// Gives back the slots of a set, which are all that there are where the account was held alone.
static void release(struct ledger *ledger, uint64_t account, uint32_t slots)
{
    struct held *held = find_held(ledger, account);
    if (!held)
        return;
    held->slots &= ~slots;
    if (held->slots == 0) {
        unlock_slots(ledger, account, 0, SLOTS);
        *held = ledger->held[--ledger->held_count];
        return;
    }
    for (unsigned i = 0; i < SLOTS; i++) {
        if (slots >> i & 1)
            unlock_slots(ledger, account, i, 1);
    }
}

// ---- the file ----

// Changes one account's entry under the lock of the whole file, which other accounts' processes share.
static bool update(struct ledger *ledger, const char *account, bool (*change)(struct entry *entry, void *context),
                   void *context, char *error, size_t size)
{
    int lock = take_file_lock(ledger, error, size);
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
    if (!ok) // what was changed in memory only is not what the file says
        remember(ledger, NULL, NULL);
    json_decref(root);
    close(lock);
    return ok;
}

struct ledger *ledger_open(char *error, size_t size)
{
    struct ledger *ledger = calloc(1, sizeof *ledger);
    char path[LEDGER_PATH_MAX + 64];
    if (!ledger) {
        refuse(error, size, "memory is out");
        return NULL;
    }
    ledger->locks = -1;
    json_t *root = NULL;
    if (find_directory(ledger, error, size) && make_directories(ledger->directory, error, size)) {
        snprintf(path, sizeof path, "%s/accounts.lock", ledger->directory);
        ledger->locks = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        if (ledger->locks < 0)
            refuse(error, size, "the lock file %s cannot be made: %s", path, strerror(errno));
        else
            root = load(ledger, error, size);
    }
    if (!root) {
        ledger_close(ledger);
        return NULL;
    }
    json_decref(root);
    return ledger;
}

void ledger_close(struct ledger *ledger)
{
    if (!ledger)
        return;
    if (ledger->locks >= 0)
        close(ledger->locks);
    json_decref(ledger->root);
    free(ledger->held);
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

// ---- trials ----

static unsigned count_slots(uint32_t slots)
{
    return (unsigned)__builtin_popcount(slots);
}

struct begin {
    const struct ledger *ledger;
    uint64_t account;
    unsigned limit;
    bool alone;        // nobody else holds a slot of the account
    struct entry seen;
    int slot;          // set where leave was given
    enum leave leave;
};

// Slots whose trials are still under way somewhere.
static uint32_t living(const struct begin *begin, uint32_t pending)
{
    const struct held *own = find_held(begin->ledger, begin->account);
    uint32_t alive = 0;
    for (unsigned i = 0; i < SLOTS && !begin->alone; i++) {
        if (pending >> i & 1 &&
            ((own && own->slots >> i & 1) || locked_elsewhere(begin->ledger, begin->account, i)))
            alive |= UINT32_C(1) << i;
    }
    return alive;
}

static bool begin_trial(struct entry *entry, void *context)
{
    struct begin *begin = context;
    uint32_t alive = living(begin, entry->pending);
    uint32_t died = entry->pending & ~alive;
    if (died)
        count_failures(entry, count_slots(died));
    entry->pending = alive;
    begin->seen = *entry;
    begin->slot = -1;
    if (entry->blocked || entry->failures >= begin->limit) {
        begin->leave = LEAVE_REFUSED;
    } else if (entry->failures + count_slots(alive) >= begin->limit) {
        begin->leave = LEAVE_LATER;
    } else {
        begin->leave = LEAVE_LATER;
        for (int i = 0; i < SLOTS && begin->slot < 0; i++) {
            // A slot may be locked and not yet pending, where another process holds the account alone.
            if (!(alive >> i & 1) && (begin->alone || lock_slots(begin->ledger, begin->account, (unsigned)i, 1)))
                begin->slot = i;
        }
        if (begin->slot >= 0) {
            begin->leave = LEAVE_GRANTED;
            entry->pending |= UINT32_C(1) << begin->slot;
        }
    }
    return died || begin->leave == LEAVE_GRANTED;
}

static void explain(const struct ledger *ledger, const char *account, const struct entry *seen, unsigned limit,
                    char *error, size_t size)
{
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

static enum leave begin_slot(struct ledger *ledger, const char *account, unsigned limit, bool alone, int *slot,
                             char *error, size_t size)
{
    struct begin begin = {.ledger = ledger, .account = hash(account), .limit = limit, .alone = alone, .slot = -1};
    bool ok = update(ledger, account, begin_trial, &begin, error, size);
    if (ok && begin.leave == LEAVE_GRANTED && !note_held(ledger, begin.account, UINT32_C(1) << begin.slot))
        ok = refuse(error, size, "memory is out");
    *slot = begin.slot;
    if (!ok) {
        if (begin.slot >= 0 && !alone)
            unlock_slots(ledger, begin.account, (unsigned)begin.slot, 1);
        return LEAVE_REFUSED;
    }
    if (begin.leave == LEAVE_REFUSED)
        explain(ledger, account, &begin.seen, limit, error, size);
    return begin.leave;
}

enum leave ledger_share(struct ledger *ledger, const char *account, unsigned limit, bool proved, int *slot, char *error,
                        size_t size)
{
    *slot = LEDGER_NO_SLOT;
    if (!proved)
        return begin_slot(ledger, account, limit, false, slot, error, size);
    // Nothing is written for each of thousands of logons with a password that is known to be right.
    json_t *root = load(ledger, error, size);
    if (!root)
        return LEAVE_REFUSED;
    struct entry entry = read_entry(root, account);
    json_decref(root);
    if (!entry.blocked && entry.failures < limit)
        return LEAVE_GRANTED;
    explain(ledger, account, &entry, limit, error, size);
    return LEAVE_REFUSED;
}

bool ledger_begin(struct ledger *ledger, const char *account, unsigned limit, char *error, size_t size)
{
    enum { STEP_MS = 20, PATIENCE_SECONDS = 60 };
    uint64_t key = hash(account);
    int slot;

    release(ledger, key, UINT32_MAX); // an earlier trial that was never reported
    for (unsigned waited = 0; !lock_slots(ledger, key, 0, SLOTS); waited += STEP_MS) {
        const struct timespec step = {.tv_nsec = STEP_MS * 1000000L};
        if (errno != EAGAIN && errno != EACCES)
            return refuse(error, size, "the account %s cannot be locked in %s: %s", account, ledger->directory,
                          strerror(errno));
        if (waited >= PATIENCE_SECONDS * 1000)
            return refuse(error, size,
                          "another rdpprobe has held the account %s for %d seconds: run them one after the other",
                          account, PATIENCE_SECONDS);
        if (nanosleep(&step, NULL) != 0)
            return refuse(error, size, "interrupted while another rdpprobe held the account %s", account);
    }
    enum leave leave = begin_slot(ledger, account, limit, true, &slot, error, size);
    if (leave != LEAVE_GRANTED)
        unlock_slots(ledger, key, 0, SLOTS);
    return leave == LEAVE_GRANTED;
}

struct report {
    enum logon_result result;
    unsigned failures;
    uint32_t slots; // that are no longer pending
};

static bool end_trial(struct entry *entry, void *context)
{
    const struct report *report = context;
    entry->pending &= ~report->slots;
    switch (report->result) {
    case LOGON_NOT_SENT:
        break;
    case LOGON_VERIFIED:
        *entry = (struct entry){.pending = entry->pending}; // of other processes
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

static bool on_record(const struct ledger *ledger, const char *account)
{
    return json_object_get(json_object_get(ledger->root, "accounts"), account) != NULL;
}

bool ledger_return(struct ledger *ledger, const char *account, int slot, enum logon_result result, unsigned failures,
                   char *error, size_t size)
{
    uint32_t slots = slot == LEDGER_NO_SLOT ? 0 : UINT32_C(1) << slot;
    struct report report = {result, failures, slots};
    bool nothing = !slots && (result == LOGON_NOT_SENT ||
                              (result == LOGON_VERIFIED && unchanged(ledger) && !on_record(ledger, account)));
    bool ok = nothing || update(ledger, account, end_trial, &report, error, size);
    if (slots)
        release(ledger, hash(account), slots);
    return ok;
}

bool ledger_report(struct ledger *ledger, const char *account, enum logon_result result, unsigned failures, char *error,
                   size_t size)
{
    // Held alone: whatever is pending is this trial, or died before it.
    struct report report = {result, failures, UINT32_MAX};
    bool ok = update(ledger, account, end_trial, &report, error, size);
    release(ledger, hash(account), UINT32_MAX);
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
