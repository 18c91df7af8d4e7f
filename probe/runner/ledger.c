// SPDX-License-Identifier: Apache-2.0
#include "runner/ledger.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "runner/ledger_file.h"

// Slots of an account that this ledger holds.
struct held {
    uint64_t account;
    uint32_t slots;
};

struct ledger {
    struct ledger_file file;
    int locks; // accounts.lock, in which every slot of every account is one byte with a lock of this open file
    struct held *held;
    size_t held_count, held_capacity;
};

static void count_failures(struct ledger_entry *entry, unsigned failures)
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

// The bytes of accounts.lock that are an account's slots, from first on.
static struct flock bytes(uint64_t account, unsigned first, unsigned count, short type)
{
    // Offsets are signed, and LEDGER_SLOTS fit into 32.
    return (struct flock){.l_type = type,
                          .l_whence = SEEK_SET,
                          .l_start = (off_t)((account >> 1 & ~UINT64_C(31)) + first),
                          .l_len = count};
}

// Open file description locks (fcntl(2)): between processes and between ledgers of one process; gone with the process.
static bool lock_slots(const struct ledger *ledger, uint64_t account, unsigned first, unsigned count)
{
    struct flock range = bytes(account, first, count, F_WRLCK);
    return fcntl(ledger->locks, F_OFD_SETLK, &range) == 0;
}

static void unlock_slots(const struct ledger *ledger, uint64_t account, unsigned first, unsigned count)
{
    struct flock range = bytes(account, first, count, F_UNLCK);
    fcntl(ledger->locks, F_OFD_SETLK, &range);
}

// Whether another ledger holds the slot; where that cannot be told, one is taken to.
static bool locked_elsewhere(const struct ledger *ledger, uint64_t account, unsigned slot)
{
    struct flock range = bytes(account, slot, 1, F_WRLCK);
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
        unlock_slots(ledger, account, 0, LEDGER_SLOTS);
        *held = ledger->held[--ledger->held_count];
        return;
    }
    for (unsigned i = 0; i < LEDGER_SLOTS; i++) {
        if (slots >> i & 1)
            unlock_slots(ledger, account, i, 1);
    }
}

struct ledger *ledger_open(char *error, size_t size)
{
    struct ledger *ledger = calloc(1, sizeof *ledger);
    char path[LEDGER_PATH_MAX + 64];
    if (!ledger) {
        ledger_refuse(error, size, "memory is out");
        return NULL;
    }
    ledger->locks = -1;
    bool ok = ledger_file_open(&ledger->file, error, size);
    if (ok) {
        snprintf(path, sizeof path, "%s/accounts.lock", ledger->file.directory);
        ledger->locks = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        ok = ledger->locks >= 0 ||
             ledger_refuse(error, size, "the lock file %s cannot be made: %s", path, strerror(errno));
    }
    if (ok)
        return ledger;
    ledger_close(ledger);
    return NULL;
}

void ledger_close(struct ledger *ledger)
{
    if (!ledger)
        return;
    if (ledger->locks >= 0)
        close(ledger->locks);
    ledger_file_close(&ledger->file);
    free(ledger->held);
    free(ledger);
}

bool ledger_account_is_local(const char *user, const char *domain)
{
    if (domain[0])
        return strcmp(domain, ".") == 0;
    return strncmp(user, ".\\", 2) == 0 || !strpbrk(user, "\\@");
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
    bool alone; // nobody else holds a slot of the account
    struct ledger_entry seen;
    int slot; // set where the permit was granted
    enum permit_decision decision;
};

// Slots whose trials are still under way somewhere.
static uint32_t living(const struct begin *begin, uint32_t pending)
{
    const struct held *own = find_held(begin->ledger, begin->account);
    uint32_t alive = 0;
    for (unsigned i = 0; i < LEDGER_SLOTS && !begin->alone; i++) {
        if (pending >> i & 1 && ((own && own->slots >> i & 1) || locked_elsewhere(begin->ledger, begin->account, i)))
            alive |= UINT32_C(1) << i;
    }
    return alive;
}

static bool begin_trial(struct ledger_entry *entry, void *context)
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
        begin->decision = PERMIT_DECLINED;
    } else if (entry->failures + count_slots(alive) >= begin->limit) {
        begin->decision = PERMIT_LATER;
    } else {
        begin->decision = PERMIT_LATER;
        for (int i = 0; i < LEDGER_SLOTS && begin->slot < 0; i++) {
            // A slot may be locked and not yet pending, where another process holds the account alone.
            if (!(alive >> i & 1) && (begin->alone || lock_slots(begin->ledger, begin->account, (unsigned)i, 1)))
                begin->slot = i;
        }
        if (begin->slot >= 0) {
            begin->decision = PERMIT_GRANTED;
            entry->pending |= UINT32_C(1) << begin->slot;
        }
    }
    return died || begin->decision == PERMIT_GRANTED;
}

static void explain(const struct ledger *ledger, const char *account, const struct ledger_entry *seen, unsigned limit,
                    char *error, size_t size)
{
    if (seen->blocked)
        ledger_refuse(
            error, size,
            "the server said on %s that %s is locked out, disabled or expired (%s): have the account put right, "
            "then run again with --reset-failed-logons",
            seen->last, account, ledger->file.path);
    else
        ledger_refuse(error, size,
                      "%" JSON_INTEGER_FORMAT " failed logon%s of %s %s on record since %s (%s), and the limit is %u "
                      "(--max-failed-logons): find out why before the account locks, then run again with "
                      "--reset-failed-logons",
                      seen->failures, seen->failures == 1 ? "" : "s", account, seen->failures == 1 ? "is" : "are",
                      seen->since, ledger->file.path, limit);
}

static enum permit_decision begin_slot(struct ledger *ledger, const char *account, unsigned limit, bool alone,
                                       int *slot, char *error, size_t size)
{
    struct begin begin = {.ledger = ledger, .account = hash(account), .limit = limit, .alone = alone, .slot = -1};
    bool ok = ledger_file_update(&ledger->file, account, begin_trial, &begin, error, size);
    if (ok && begin.decision == PERMIT_GRANTED && !note_held(ledger, begin.account, UINT32_C(1) << begin.slot))
        ok = ledger_refuse(error, size, "memory is out");
    *slot = begin.slot;
    if (!ok) {
        if (begin.slot >= 0 && !alone)
            unlock_slots(ledger, begin.account, (unsigned)begin.slot, 1);
        return PERMIT_DECLINED;
    }
    if (begin.decision == PERMIT_DECLINED)
        explain(ledger, account, &begin.seen, limit, error, size);
    return begin.decision;
}

enum permit_decision ledger_look(struct ledger *ledger, const char *account, unsigned limit, char *error, size_t size)
{
    const struct begin begin = {.ledger = ledger, .account = hash(account)};
    struct ledger_entry entry;
    if (!ledger_file_look(&ledger->file, account, &entry, error, size))
        return PERMIT_DECLINED;
    const unsigned alive = count_slots(living(&begin, entry.pending));
    entry.failures += count_slots(entry.pending) - alive; // as begin_trial() will count them
    if (!entry.blocked && entry.failures < limit)
        return entry.failures + alive < limit ? PERMIT_GRANTED : PERMIT_LATER;
    explain(ledger, account, &entry, limit, error, size);
    return PERMIT_DECLINED;
}

enum permit_decision ledger_share(struct ledger *ledger, const char *account, unsigned limit, bool proved, int *slot,
                                  char *error, size_t size)
{
    *slot = LEDGER_NO_SLOT;
    if (!proved)
        return begin_slot(ledger, account, limit, false, slot, error, size);
    // Nothing is written for each of thousands of logons with a password that is known to be right.
    struct ledger_entry entry;
    if (!ledger_file_look(&ledger->file, account, &entry, error, size))
        return PERMIT_DECLINED;
    if (!entry.blocked && entry.failures < limit)
        return PERMIT_GRANTED;
    explain(ledger, account, &entry, limit, error, size);
    return PERMIT_DECLINED;
}

bool ledger_begin(struct ledger *ledger, const char *account, unsigned limit, char *error, size_t size)
{
    enum { STEP_MS = 20, PATIENCE_SECONDS = 60 };
    uint64_t key = hash(account);
    int slot;

    release(ledger, key, UINT32_MAX); // an earlier trial that was never reported
    for (unsigned waited = 0; !lock_slots(ledger, key, 0, LEDGER_SLOTS); waited += STEP_MS) {
        const struct timespec step = {.tv_nsec = STEP_MS * 1000000L};
        if (errno != EAGAIN && errno != EACCES)
            return ledger_refuse(error, size, "the account %s cannot be locked in %s: %s", account,
                                 ledger->file.directory, strerror(errno));
        if (waited >= PATIENCE_SECONDS * 1000)
            return ledger_refuse(
                error, size, "another rdpprobe has held the account %s for %d seconds: run them one after the other",
                account, PATIENCE_SECONDS);
        if (nanosleep(&step, NULL) != 0)
            return ledger_refuse(error, size, "interrupted while another rdpprobe held the account %s", account);
    }
    enum permit_decision decision = begin_slot(ledger, account, limit, true, &slot, error, size);
    if (decision != PERMIT_GRANTED)
        unlock_slots(ledger, key, 0, LEDGER_SLOTS);
    return decision == PERMIT_GRANTED;
}

struct report {
    enum logon_result result;
    unsigned failures;
    uint32_t slots; // that are no longer pending
};

static bool end_trial(struct ledger_entry *entry, void *context)
{
    const struct report *report = context;
    entry->pending &= ~report->slots;
    switch (report->result) {
    case LOGON_NOT_SENT:
        break;
    case LOGON_VERIFIED:
        *entry = (struct ledger_entry){.pending = entry->pending}; // of other processes
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

bool ledger_return(struct ledger *ledger, const char *account, int slot, enum logon_result result, unsigned failures,
                   char *error, size_t size)
{
    uint32_t slots = slot == LEDGER_NO_SLOT ? 0 : UINT32_C(1) << slot;
    struct report report = {result, failures, slots};
    bool nothing =
        !slots && (result == LOGON_NOT_SENT || (result == LOGON_VERIFIED && ledger_file_clean(&ledger->file, account)));
    bool ok = nothing || ledger_file_update(&ledger->file, account, end_trial, &report, error, size);
    if (slots)
        release(ledger, hash(account), slots);
    return ok;
}

bool ledger_report(struct ledger *ledger, const char *account, enum logon_result result, unsigned failures, char *error,
                   size_t size)
{
    // Held alone: whatever is pending is this trial, or died before it.
    struct report report = {result, failures, UINT32_MAX};
    bool ok = ledger_file_update(&ledger->file, account, end_trial, &report, error, size);
    release(ledger, hash(account), UINT32_MAX);
    return ok;
}

static bool forget(struct ledger_entry *entry, void *context)
{
    (void)context;
    *entry = (struct ledger_entry){0};
    return true;
}

bool ledger_reset(struct ledger *ledger, const char *account, char *error, size_t size)
{
    return ledger_file_update(&ledger->file, account, forget, NULL, error, size);
}
