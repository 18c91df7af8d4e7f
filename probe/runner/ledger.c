// SPDX-License-Identifier: Apache-2.0
#include "runner/ledger.h"

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

// The count never overflows: it stays where the file's greatest is.
static void count_failures(struct ledger_entry *entry, unsigned failures)
{
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(entry->last, sizeof entry->last, "%Y-%m-%dT%H:%M:%SZ", &utc);
    if (entry->failures == 0)
        memcpy(entry->since, entry->last, sizeof entry->since);
    entry->failures =
        entry->failures < LEDGER_FAILURES_MAX - (json_int_t)failures ? entry->failures + failures : LEDGER_FAILURES_MAX;
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

// Gives back the slots of a set.
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
    if (!ledger) {
        ledger_refuse(error, size, "memory is out");
        return NULL;
    }
    ledger->locks = -1;
    bool ok = ledger_file_open(&ledger->file, error, size);
    if (ok)
        ok = (ledger->locks = ledger_file_lock(&ledger->file, "accounts.lock", error, size)) >= 0;
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

// ---- all entries that may be one account's ----

static unsigned count_slots(uint32_t slots)
{
    return (unsigned)__builtin_popcount(slots);
}

// Slots whose trials are still under way somewhere.
static uint32_t living(const struct ledger *ledger, uint64_t account, uint32_t pending)
{
    const struct held *own = find_held(ledger, account);
    uint32_t alive = 0;
    for (unsigned i = 0; i < LEDGER_SLOTS; i++) {
        if (pending >> i & 1 && ((own && own->slots >> i & 1) || locked_elsewhere(ledger, account, i)))
            alive |= UINT32_C(1) << i;
    }
    return alive;
}

// Whose entry it is.
static void identify(const char *key, const struct ledger_entry *entry, struct account_identity *identity)
{
    account_identify_key(key, identity);
    identity->place = entry->place;
}

// What is against an account, over all its spellings.
struct standing {
    json_int_t failures;
    unsigned alive;
    bool blocked;
    char since[32], last[32]; // earliest failure, latest answer that blocked
    char names[256];          // spellings with failures
};

static void add_name(struct standing *standing, const char *key)
{
    size_t used = strlen(standing->names);
    if (used + strlen(key) + 3 < sizeof standing->names)
        snprintf(standing->names + used, sizeof standing->names - used, "%s%s", used ? ", " : "", key);
    else if (used + 6 < sizeof standing->names && (used < 3 || strcmp(standing->names + used - 3, "…") != 0))
        snprintf(standing->names + used, sizeof standing->names - used, ", …");
}

static void add_entry(struct standing *standing, const char *key, const struct ledger_entry *entry)
{
    if (entry->failures && (!standing->failures || strcmp(entry->since, standing->since) < 0))
        memcpy(standing->since, entry->since, sizeof standing->since);
    if (entry->blocked && strcmp(entry->last, standing->last) > 0)
        memcpy(standing->last, entry->last, sizeof standing->last);
    if (entry->failures || entry->blocked)
        add_name(standing, key);
    standing->failures += entry->failures;
    standing->blocked = standing->blocked || entry->blocked;
}

// Sums up. Trials whose processes died count as failed; *died, where it is given, says whether entries changed for it.
static struct standing sum_up(const struct ledger *ledger, json_t *accounts, const struct account_identity *account,
                              bool spelled, bool *died)
{
    struct standing standing = {0};
    struct account_identity other;
    const char *key;
    json_t *value;
    void *next;
    json_object_foreach_safe(accounts, next, key, value)
    {
        struct ledger_entry entry = ledger_entry_read(value);
        identify(key, &entry, &other);
        if (!account_may_be_same(account, &other) || (spelled && strcmp(account->key, other.key) != 0))
            continue;
        const uint32_t alive = living(ledger, hash(key), entry.pending);
        const uint32_t dead = entry.pending & ~alive;
        standing.alive += count_slots(alive);
        entry.pending = alive;
        if (dead)
            count_failures(&entry, count_slots(dead));
        add_entry(&standing, key, &entry);
        // Under the key that it has: nothing is added to what is walked through.
        if (dead && died)
            *died = ledger_entry_write(accounts, key, &entry) || *died;
    }
    return standing;
}

static unsigned room_of(const struct standing *standing, const struct ledger_wish *wish)
{
    const json_int_t taken = standing->failures + standing->alive - wish->held;
    return standing->blocked || taken >= (json_int_t)wish->limit ? 0 : wish->limit - (unsigned)taken;
}

static enum permit_decision decide(const struct ledger *ledger, const struct standing *standing,
                                   const struct ledger_wish *wish, char *error, size_t size)
{
    if (standing->blocked)
        ledger_refuse(
            error, size,
            "the server said on %s that %s is locked out, disabled or expired (%s): have the account put right, "
            "then run again with --reset-failed-logons",
            standing->last, standing->names, ledger->file.path);
    else if (standing->failures >= (json_int_t)wish->limit)
        ledger_refuse(error, size,
                      "%" JSON_INTEGER_FORMAT " failed logon%s of %s %s on record since %s (%s), and the limit is %u "
                      "(--max-failed-logons): find out why before the account locks, then run again with "
                      "--reset-failed-logons",
                      standing->failures, standing->failures == 1 ? "" : "s", standing->names,
                      standing->failures == 1 ? "is" : "are", standing->since, ledger->file.path, wish->limit);
    else
        return wish->proved || room_of(standing, wish) ? PERMIT_GRANTED : PERMIT_LATER;
    return PERMIT_DECLINED;
}

// ---- permits ----

enum permit_decision ledger_look(struct ledger *ledger, const struct account_identity *account,
                                 const struct ledger_wish *wish, char *error, size_t size)
{
    json_t *accounts = ledger_file_accounts(&ledger->file, error, size);
    if (!accounts)
        return PERMIT_DECLINED;
    const struct standing standing = sum_up(ledger, accounts, account, wish->spelled, NULL);
    json_decref(accounts);
    return decide(ledger, &standing, wish, error, size);
}

struct begin {
    const struct ledger *ledger;
    const struct account_identity *account;
    const struct ledger_wish *wish;
    struct standing seen;
    uint32_t slots; // that were taken
    bool failed;
};

// Locks free slots of the account, at most so many.
static uint32_t take_slots(const struct ledger *ledger, const char *key, uint32_t pending, unsigned most)
{
    uint32_t slots = 0;
    for (unsigned i = 0; i < LEDGER_SLOTS && count_slots(slots) < most; i++) {
        if (!(pending >> i & 1) && lock_slots(ledger, hash(key), i, 1))
            slots |= UINT32_C(1) << i;
    }
    return slots;
}

static bool begin_trial(json_t *accounts, void *context)
{
    struct begin *begin = context;
    const char *key = begin->account->key;
    unsigned wanted = begin->wish->logons ? begin->wish->logons : 1;
    bool changed = false;
    begin->seen = sum_up(begin->ledger, accounts, begin->account, false, &changed);
    const unsigned room = room_of(&begin->seen, begin->wish);
    // Fewer only where there will never be more.
    if (room && begin->wish->limit - (unsigned)begin->seen.failures < wanted)
        wanted = begin->wish->limit - (unsigned)begin->seen.failures;
    if (room < wanted)
        return changed;
    struct ledger_entry entry = ledger_entry_read(json_object_get(accounts, key));
    begin->slots = take_slots(begin->ledger, key, entry.pending, wanted);
    if (!begin->slots)
        return changed;
    const bool empty = !entry.failures && !entry.blocked && !entry.pending;
    entry.pending |= begin->slots;
    if (empty)
        entry.place = begin->account->place;
    begin->failed = !ledger_entry_write(accounts, key, &entry);
    return !begin->failed;
}

static void unlock_set(const struct ledger *ledger, uint64_t account, uint32_t slots)
{
    for (unsigned i = 0; i < LEDGER_SLOTS; i++) {
        if (slots >> i & 1)
            unlock_slots(ledger, account, i, 1);
    }
}

enum permit_decision ledger_share(struct ledger *ledger, const struct account_identity *account,
                                  const struct ledger_wish *wish, uint32_t *slots, char *error, size_t size)
{
    struct begin begin = {.ledger = ledger, .account = account, .wish = wish};
    const uint64_t key = hash(account->key);
    *slots = 0;
    // Nothing is written for each of thousands of logons with a password that is known to be right.
    if (wish->proved)
        return ledger_look(ledger, account, wish, error, size);
    bool ok = ledger_file_update(&ledger->file, begin_trial, &begin, error, size);
    if (ok && (begin.failed || (begin.slots && !note_held(ledger, key, begin.slots))))
        ok = ledger_refuse(error, size, "memory is out");
    if (!ok) {
        unlock_set(ledger, key, begin.slots);
        return PERMIT_DECLINED;
    }
    *slots = begin.slots;
    if (begin.slots)
        return PERMIT_GRANTED;
    const enum permit_decision decision = decide(ledger, &begin.seen, wish, error, size);
    return decision == PERMIT_GRANTED ? PERMIT_LATER : decision; // all slots that there are are taken
}

enum permit_decision ledger_wait(struct ledger *ledger, const struct account_identity *account,
                                 const struct ledger_wish *wish, uint32_t *slots, char *error, size_t size)
{
    enum { STEP_MS = 20, PATIENCE_SECONDS = 60 };
    const struct timespec step = {.tv_nsec = STEP_MS * 1000000L};
    for (unsigned waited = 0;; waited += STEP_MS) {
        const enum permit_decision decision = ledger_share(ledger, account, wish, slots, error, size);
        if (decision != PERMIT_LATER)
            return decision;
        if (waited >= PATIENCE_SECONDS * 1000) {
            ledger_refuse(error, size,
                          "another rdpprobe has held the account %s for %d seconds: run them one after the other",
                          account->key, PATIENCE_SECONDS);
            return PERMIT_DECLINED;
        }
        if (nanosleep(&step, NULL) != 0) {
            ledger_refuse(error, size, "interrupted while another rdpprobe held the account %s", account->key);
            return PERMIT_DECLINED;
        }
    }
}

// ---- the end of a trial ----

struct report {
    const struct account_identity *account;
    enum logon_result result;
    unsigned failures;
    uint32_t slots; // that are no longer pending
    bool failed;
};

// Forgets the failures of what is surely this account; of what may be it, where the user says so, with trials that
// died.
static bool forget(const struct ledger *ledger, json_t *accounts, const struct account_identity *account,
                   bool (*meant)(const struct account_identity *, const struct account_identity *))
{
    struct account_identity other;
    const char *key;
    json_t *value;
    void *next;
    bool changed = false;
    json_object_foreach_safe(accounts, next, key, value)
    {
        struct ledger_entry entry = ledger_entry_read(value);
        identify(key, &entry, &other);
        if (!meant(account, &other))
            continue;
        const uint32_t pending = ledger ? living(ledger, hash(key), entry.pending) : entry.pending; // of other trials
        if (!entry.failures && !entry.blocked && pending == entry.pending)
            continue;
        entry = (struct ledger_entry){.pending = pending, .place = entry.place};
        changed = ledger_entry_write(accounts, key, &entry) || changed;
    }
    return changed;
}

// Several failures of one entry are of one place, or of none that is known.
static void move(struct ledger_entry *entry, const struct account_place *place, bool empty)
{
    if (empty)
        entry->place = *place;
    else if (strcmp(entry->place.machine, place->machine) != 0 || strcmp(entry->place.forest, place->forest) != 0)
        entry->place = (struct account_place){0};
}

static bool end_trial(json_t *accounts, void *context)
{
    struct report *report = context;
    const char *key = report->account->key;
    const bool bad = report->result == LOGON_FAILED || report->result == LOGON_BLOCKED;
    struct ledger_entry entry = ledger_entry_read(json_object_get(accounts, key));
    entry.pending &= ~report->slots;
    if (bad) {
        move(&entry, &report->account->place, !entry.failures && !entry.blocked && !entry.pending);
        count_failures(&entry, report->failures);
        entry.blocked = entry.blocked || report->result == LOGON_BLOCKED;
    }
    bool changed = bad || report->slots;
    if (changed)
        report->failed = !ledger_entry_write(accounts, key, &entry);
    if (report->result == LOGON_VERIFIED)
        changed = forget(NULL, accounts, report->account, account_is_same) || changed;
    return changed && !report->failed;
}

// Whether there is anything that a proof would clear.
static bool has_failures(struct ledger *ledger, const struct account_identity *account)
{
    char ignored[8];
    json_t *accounts = ledger_file_accounts(&ledger->file, ignored, sizeof ignored);
    struct account_identity other;
    const char *key;
    json_t *value;
    bool found = !accounts; // whoever looks again says why
    json_object_foreach(accounts, key, value)
    {
        const struct ledger_entry entry = ledger_entry_read(value);
        identify(key, &entry, &other);
        found = found || ((entry.failures || entry.blocked) && account_is_same(account, &other));
    }
    json_decref(accounts);
    return found;
}

bool ledger_return(struct ledger *ledger, const struct account_identity *account, uint32_t slots,
                   enum logon_result result, unsigned failures, char *error, size_t size)
{
    struct report report = {account, result, failures, slots, false};
    bool nothing = !slots && (result == LOGON_NOT_SENT || (result == LOGON_VERIFIED && !has_failures(ledger, account)));
    bool ok = nothing || ledger_file_update(&ledger->file, end_trial, &report, error, size);
    if (report.failed)
        ok = ledger_refuse(error, size, "memory is out");
    if (slots)
        release(ledger, hash(account->key), slots);
    return ok;
}

struct reset {
    const struct ledger *ledger;
    const struct account_identity *account;
};

static bool reset(json_t *accounts, void *context)
{
    const struct reset *all = context;
    return forget(all->ledger, accounts, all->account, account_may_be_same);
}

bool ledger_reset(struct ledger *ledger, const struct account_identity *account, char *error, size_t size)
{
    struct reset all = {ledger, account};
    return ledger_file_update(&ledger->file, reset, &all, error, size);
}
