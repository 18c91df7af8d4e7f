// SPDX-License-Identifier: Apache-2.0
// Which account a spelling of it means, for whoever counts its failed logons: however user, domain and host are
// written, what may be one account is told as such.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "trial/profile.h"

enum { ACCOUNT_TEXT_MAX = 320, ACCOUNT_KEY_MAX = 2 * ACCOUNT_TEXT_MAX + 1 };

// The names that a host told in NTLM's CHALLENGE (MS-NLMP 2.2.2.1); "" for none.
struct host_names {
    const char *computer, *domain, *dns_computer, *dns_domain, *forest;
};

// Where an account is at home, as far as a host's names show it. At most one of the first two is there.
struct account_place {
    char machine[ACCOUNT_TEXT_MAX]; // a machine outside every domain, of which the account is
    char forest[ACCOUNT_TEXT_MAX];  // the forest of the account's domain
    char address[64];               // the peer that told the machine
};

struct account_identity {
    char key[ACCOUNT_KEY_MAX]; // "domain\user", of an account without a domain "host\user"; folded
    struct account_place place;
};

// Folds a name as a directory compares it: without case, compatibility forms and diacritics (Unicode, by libunistring),
// without blanks around it and dots behind it. What is no UTF-8 is folded in ASCII. Always terminated; returns folded.
char *account_fold(const char *text, char *folded, size_t size);

// Who logs on at a host, of which nothing else is known: the place is empty. DOMAIN\user in the user, USER@DOMAIN and a
// domain apart are one; .\user is a user without a domain.
void account_identify(const struct account *account, const char *host, struct account_identity *identity);

// Reads a key back, also as earlier releases wrote it: a UPN as it is, and folded in ASCII only.
void account_identify_key(const char *key, struct account_identity *identity);

// Sets the place from what the host told and the peer's address. A user without a domain is one of the machine where
// its names say that it is in no domain; a user of the host's own domain is one of its forest. All else stays open: a
// machine takes an unknown domain for its own, and a name without one may be the domain's.
void account_place(struct account_identity *identity, bool bare, const struct host_names *names, const char *address);

// Whether the account was spelled without a domain.
bool account_is_bare(const struct account *account);

// Whether the host's names say that it is a machine outside every domain.
bool host_is_alone(const struct host_names *names);

// The user's part of a key, which alone decides as long as nothing is known of the places. Points into key.
const char *account_user_part(const char *key);

// Whether both may be one account: only places that differ show that they are not, and of machines also addresses, as
// one host may tell a new name each time.
bool account_may_be_same(const struct account_identity *a, const struct account_identity *b);

// Whether both are surely one account, so that what proves the one proves the other.
bool account_is_same(const struct account_identity *a, const struct account_identity *b);

// Why a user's name is none, or may hold a password: a static clause; NULL where it is one.
const char *account_user_fault(const char *user);
