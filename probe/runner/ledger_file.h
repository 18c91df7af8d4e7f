// SPDX-License-Identifier: Apache-2.0
// The file of the logon ledger: one entry for each account with something against it; whole at any moment.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include "trial/account_name.h"

// Slots of an account are logons that may fail side by side: no more than one bit each in an entry's "pending".
enum { LEDGER_PATH_MAX = 4096, LEDGER_SLOTS = 30 };

// What the file holds for an account: {"failures":2,"since":"…","last":"…","blocked":false,"pending":1}. "pending" is
// the set of slots whose trials began and were not reported yet. Where nobody holds a slot's lock any more, its process
// died, and its logon may have failed. Where the account is at home is there as far as it is known: "machine" with
// "address", or "forest".
struct ledger_entry {
    json_int_t failures;
    bool blocked;
    uint32_t pending;
    char since[32], last[32];
    struct account_place place;
};

// No file that was written here counts so far; what would overflow is no count.
enum { LEDGER_FAILURES_MAX = 1000000 };

struct ledger_file {
    char directory[LEDGER_PATH_MAX - 64];
    char path[LEDGER_PATH_MAX];
    // The file as it was read or written last, and which file that was: it is replaced, never changed in place.
    json_t *root;
    struct stat seen;
};

// Writes the sentence into error[size] and returns false, for the return statements of this file's and its users'
// errors.
bool ledger_refuse(char *error, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

// Finds its place, makes the directories and reads it. False with a sentence in error[size].
bool ledger_file_open(struct ledger_file *ledger, char *error, size_t size);

// Opens a lock file of the ledger's directory, which is made where there is none. -1 with a sentence in error[size],
// also where it is no regular file.
int ledger_file_lock(const struct ledger_file *ledger, const char *name, char *error, size_t size);

// Changes entries under the lock of the whole file, which other processes share. change gets all accounts, by key, and
// returns whether there is anything to write. False with a sentence in error[size] if the file cannot be trusted or
// written.
bool ledger_file_update(struct ledger_file *ledger, bool (*change)(json_t *accounts, void *context), void *context,
                        char *error, size_t size);

// All accounts by key, from memory where the file is still the same; a new reference. NULL with a sentence in
// error[size].
json_t *ledger_file_accounts(struct ledger_file *ledger, char *error, size_t size);

// An account's entry: with nothing against it where it has none, or value is NULL.
struct ledger_entry ledger_entry_read(const json_t *value);

// Sets it; one with nothing against it is removed. False if memory is out.
bool ledger_entry_write(json_t *accounts, const char *key, const struct ledger_entry *entry);

// Frees what it holds.
void ledger_file_close(struct ledger_file *ledger);
