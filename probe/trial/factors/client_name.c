// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "trial/fact.h"
#include "trial/printable.h"
#include "trial/trial.h"

enum { NAME_LENGTH_MAX = 15 }; // what Client Core Data has room for (MS-RDPBCGR 2.2.1.3.2)

static enum effect effect(const struct trial *trial)
{
    const char *seen = fact_text(trial->facts, FACT_CLIENT_NAME, NULL);
    const char *given = fact_text(trial->facts, FACT_CLIENT_NAME_GIVEN, NULL);
    if (!seen)
        return EFFECT_UNREACHED;
    bool same = given && strcmp(seen, given) == 0;
    return effect_if(same == (trial->variant.level[FACTOR_CLIENT_NAME] == CLIENT_NAME_GIVEN));
}

static bool check_name(const char *text, char *canonical, size_t size, const char **clause)
{
    *clause = NULL;
    if (!is_printable(text, false))
        *clause = "takes printable ASCII without blanks, as names of computers are";
    else if (!text[0])
        *clause = "names no computer";
    else if (strlen(text) > NAME_LENGTH_MAX)
        *clause = "is longer than 15 characters, and the protocol has room for no more";
    snprintf(canonical, size, "%s", text);
    return !*clause;
}

static const struct factor_operand name = {
    .level = CLIENT_NAME_GIVEN,
    .option = "client-name",
    .member = "client_name",
    .argument = "NAME",
    .help = "name of the client computer, up to 15 characters (default: this machine's)",
    .noun = "name of the client",
    .lack = "no name for the client was given (--client-name)",
    .length_max = NAME_LENGTH_MAX,
    .check = check_name,
    .implied = true,
};

const struct factor_row factor_client_name = {
    .name = "client-name",
    .heading = "name",
    .summary = "name of the client computer, to which its licence belongs",
    .levels = {"host", "given"},
    .meaning = {"the name of this machine", "the name given by --client-name"},
    .phase = PHASE_MCS,
    .weight = 0.5,
    .cost = 0.02,
    .operand = &name,
    .effect = effect,
};
