// SPDX-License-Identifier: Apache-2.0
#include "trial/proof.h"

#include <string.h>

static const char *const names[PROOF_COUNT] = {"active", "logon", "painted"};

const char *proof_name(enum proof proof)
{
    return names[proof];
}

bool proof_from_name(const char *name, enum proof *proof)
{
    for (unsigned i = 0; i < PROOF_COUNT; i++) {
        if (strcmp(name, names[i]) == 0) {
            *proof = (enum proof)i;
            return true;
        }
    }
    return false;
}
