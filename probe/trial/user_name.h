// SPDX-License-Identifier: Apache-2.0
// A user's name in its forms: USER with a domain apart (down-level), or USER@DOMAIN (user principal name).
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "trial/factor.h"

enum { USER_NAME_MAX = 520 }; // two names of 256 bytes with a sign between

struct user_name {
    char user[USER_NAME_MAX];
    char domain[USER_NAME_MAX]; // "" for none
};

// The account given as user and domain ("" for none) in another form. False, with the account as given, where a domain
// is wanted and there is none, or where it does not fit.
bool user_name_form(enum user_form_level form, const char *user, const char *domain, struct user_name *name);

// Whether the account has a domain, apart or in the user's name: then every form of it can be made.
bool user_name_has_domain(const char *user, const char *domain);

// Whether two forms of the account are the same, so that there is nothing to compare.
bool user_name_same(enum user_form_level a, enum user_form_level b, const char *user, const char *domain);
