// SPDX-License-Identifier: Apache-2.0
#include "commands/shard_accounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trial/account_name.h"

// A user's part of an account, however it is spelled, and whether this shard and others use it.
struct use {
    char *user;
    bool here, elsewhere;
};

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct use *)a)->user, ((const struct use *)b)->user);
}

static void mark(struct use *uses, int credentials, bool here)
{
    if (credentials < 0)
        return;
    uses[credentials].here |= here;
    uses[credentials].elsewhere |= !here;
}

static void mark_all(const struct plan *plan, struct use *uses)
{
    const struct scenario *s = plan->scenario;
    size_t next = 0; // of the plan's targets, which ascend
    for (size_t i = 0; i < s->target_count; i++) {
        const bool here = next < plan->target_count && plan->targets[next] == i;
        next += here;
        mark(uses, s->targets[i].credentials, here);
        mark(uses, s->targets[i].gateway_credentials, here);
    }
}

static bool name_users(const struct scenario *s, struct use *uses)
{
    struct account account = {0};
    struct account_identity identity;
    for (size_t i = 0; i < s->credentials_count; i++) {
        snprintf(account.user, sizeof account.user, "%s", s->credentials[i].user);
        account_identify(&account, "", &identity);
        uses[i].user = strdup(account_user_part(identity.key));
        if (!uses[i].user)
            return false;
    }
    return true;
}

// A user that this shard and another one log on as, written into user; "" where there is none. False if memory is out.
static bool find_shared(const struct plan *plan, char *user, size_t size)
{
    const size_t count = plan->scenario->credentials_count;
    struct use *uses = calloc(count + 1, sizeof *uses);
    bool ok = uses && name_users(plan->scenario, uses);
    user[0] = '\0';
    if (ok) {
        mark_all(plan, uses);
        qsort(uses, count, sizeof *uses, compare);
    }
    for (size_t i = 0; ok && i < count && !user[0]; i++) {
        if (i > 0 && strcmp(uses[i].user, uses[i - 1].user) == 0) {
            uses[i].here |= uses[i - 1].here;
            uses[i].elsewhere |= uses[i - 1].elsewhere;
        }
        if (uses[i].here && uses[i].elsewhere && uses[i].user[0])
            snprintf(user, size, "%s", uses[i].user);
    }
    for (size_t i = 0; uses && i < count; i++)
        free(uses[i].user);
    free(uses);
    return ok;
}

bool shard_accounts_check(const struct plan *plan, bool own_ledger, unsigned *limit, char *error, size_t size)
{
    const unsigned shards = plan->shard.count, part = *limit / shards;
    const char *state = getenv("XDG_STATE_HOME");
    char user[ACCOUNT_TEXT_MAX];
    if (shards == 1 || plan->logons == 0)
        return true;
    if (!find_shared(plan, user, sizeof user)) {
        snprintf(error, size, "memory is out");
        return false;
    }
    if (!user[0] || (!own_ledger && state && state[0] == '/'))
        return true;
    if (!own_ledger)
        snprintf(error, size,
                 "this shard and others log on as %s, and nothing says that they count failed logons together: set "
                 "XDG_STATE_HOME to a directory that all shards share, or give --own-ledger, by which each takes its "
                 "part of --max-failed-logons",
                 user);
    else if (part == 0)
        snprintf(error, size,
                 "--own-ledger divides --max-failed-logons (%u) among %u shards that log on as %s, which leaves none: "
                 "let them share XDG_STATE_HOME, or give %u if the account may fail so often",
                 *limit, shards, user, shards);
    else
        *limit = part;
    return own_ledger && part > 0;
}
