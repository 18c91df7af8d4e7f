// SPDX-License-Identifier: Apache-2.0
#include "runner/run_options.h"

#include <stdlib.h>
#include <string.h>

static void wipe(char **text)
{
    if (*text)
        explicit_bzero(*text, strlen(*text));
    free(*text);
    *text = NULL;
}

bool account_set(struct account *account, const char *user, const char *domain, const char *password)
{
    *account = (struct account){.user = strdup(user ? user : ""),
                                .domain = strdup(domain ? domain : ""),
                                .password = strdup(password ? password : "")};
    if (account->user && account->domain && account->password)
        return true;
    account_clear(account);
    return false;
}

void account_clear(struct account *account)
{
    wipe(&account->password);
    free(account->user);
    free(account->domain);
    *account = (struct account){0};
}

struct run_options run_options_default(void)
{
    return (struct run_options){.deadline_ms = 20000, .settle_ms = 100, .pause_ms = 500, .max_failed_logons = 2};
}

const struct account *run_options_gateway_account(const struct run_options *options)
{
    const struct account *own = &options->gateway_account;
    return own->user && own->user[0] ? own : &options->account;
}
