// SPDX-License-Identifier: Apache-2.0
#include "runner/known_accounts.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// A hash table with open addressing, never more than half full.
struct known_accounts {
    struct known_account **places;
    size_t capacity, count;
};

enum { FIRST_CAPACITY = 16 };

struct known_accounts *known_accounts_new(void)
{
    struct known_accounts *accounts = calloc(1, sizeof *accounts);
    if (accounts)
        accounts->places = calloc(FIRST_CAPACITY, sizeof *accounts->places);
    if (!accounts || !accounts->places) {
        free(accounts);
        return NULL;
    }
    accounts->capacity = FIRST_CAPACITY;
    return accounts;
}

// FNV-1a, 64 bits.
static uint64_t hash(const char *text)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return h;
}

static struct known_account **place_of(struct known_account **places, size_t capacity, const char *name)
{
    size_t i = (size_t)hash(name) & (capacity - 1);
    while (places[i] && strcmp(places[i]->name, name) != 0)
        i = (i + 1) & (capacity - 1);
    return &places[i];
}

static bool grow(struct known_accounts *accounts)
{
    size_t capacity = accounts->capacity * 2;
    struct known_account **places = calloc(capacity, sizeof *places);
    if (!places)
        return false;
    for (size_t i = 0; i < accounts->capacity; i++) {
        if (accounts->places[i])
            *place_of(places, capacity, accounts->places[i]->name) = accounts->places[i];
    }
    free(accounts->places);
    accounts->places = places;
    accounts->capacity = capacity;
    return true;
}

struct known_account *known_accounts_get(struct known_accounts *accounts, const char *name)
{
    struct known_account **place = place_of(accounts->places, accounts->capacity, name);
    if (*place)
        return *place;
    if (2 * accounts->count >= accounts->capacity) {
        if (!grow(accounts))
            return NULL;
        place = place_of(accounts->places, accounts->capacity, name);
    }
    struct known_account *account = calloc(1, sizeof *account);
    if (account)
        account->name = strdup(name);
    if (!account || !account->name) {
        free(account);
        return NULL;
    }
    *place = account;
    accounts->count++;
    return account;
}

void known_account_stop(struct known_account *account, const char *why)
{
    account->stopped = true;
    if (!account->why)
        account->why = strdup(why);
}

void known_accounts_free(struct known_accounts *accounts)
{
    if (!accounts)
        return;
    for (size_t i = 0; i < accounts->capacity; i++) {
        if (!accounts->places[i])
            continue;
        free(accounts->places[i]->name);
        free(accounts->places[i]->why);
        free(accounts->places[i]);
    }
    free(accounts->places);
    free(accounts);
}
