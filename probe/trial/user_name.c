// SPDX-License-Identifier: Apache-2.0
#include "trial/user_name.h"

#include <stdio.h>
#include <string.h>

// Where USER@DOMAIN has its sign: the last one, with something on either side. NULL if it has none.
static const char *sign_of(const char *user)
{
    const char *at = strrchr(user, '@');
    return at && at > user && at[1] ? at : NULL;
}

bool user_name_has_domain(const char *user, const char *domain)
{
    return user[0] && (domain[0] || sign_of(user));
}

bool user_name_form(enum user_form_level form, const char *user, const char *domain, struct user_name *name)
{
    const char *at = domain[0] ? NULL : sign_of(user);
    size_t user_size = at ? (size_t)(at - user) : strlen(user);
    const char *apart = at ? at + 1 : domain;
    *name = (struct user_name){{0}, {0}};

    if (strlen(user) >= USER_NAME_MAX || strlen(domain) >= USER_NAME_MAX)
        return false;
    strcpy(name->user, user);
    strcpy(name->domain, domain);
    if (form == USER_FORM_AS_GIVEN)
        return true;
    if (!user_name_has_domain(user, domain) || user_size + 1 + strlen(apart) >= USER_NAME_MAX)
        return false;
    memcpy(name->user, user, user_size);
    name->user[user_size] = '\0';
    if (form == USER_FORM_UPN) {
        name->user[user_size] = '@';
        strcpy(name->user + user_size + 1, apart);
        name->domain[0] = '\0';
    } else {
        strcpy(name->domain, apart);
    }
    return true;
}

bool user_name_same(enum user_form_level a, enum user_form_level b, const char *user, const char *domain)
{
    struct user_name first, second;
    return user_name_form(a, user, domain, &first) && user_name_form(b, user, domain, &second) &&
           strcmp(first.user, second.user) == 0 && strcmp(first.domain, second.domain) == 0;
}
