// SPDX-License-Identifier: Apache-2.0
#include "commands/option_signature.h"

#include <stdio.h>

#include "scenario/outcome_name.h"

// A mistyped name would match nothing, and the run would find nothing to study.
static bool check_name(const struct signature *signature, char *error, size_t size)
{
    const char *nearest;
    if (signature->by == BY_FAMILY && signature->any_code)
        return outcome_name_known(signature->family, signature->name, error, size);
    if (signature->by != BY_NAME || outcome_name_anywhere(signature->name, &nearest))
        return true;
    snprintf(error, size, "'%s' is the name of no outcome%s%s%s", signature->name, nearest ? ": did you mean '" : "",
             nearest ? nearest : "", nearest ? "'?" : "");
    return false;
}

bool option_take_signature(struct options *o, const char *text, char *error, size_t size)
{
    const char *clause;
    if (!signature_parse(text, &o->signature, &clause)) {
        snprintf(error, size, "'%s' %s", text, clause);
        return false;
    }
    if (!check_name(&o->signature, error, size))
        return false;
    if (o->signature.family == FAMILY_LOCAL || o->signature.family == FAMILY_CRASH) {
        snprintf(error, size, "'%s' is a failure of this machine, which says nothing of the target: it is not studied",
                 text);
        return false;
    }
    o->has_signature = true;
    return true;
}
