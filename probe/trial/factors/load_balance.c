// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "trial/fact.h"
#include "trial/printable.h"
#include "trial/trial.h"

// A TPDU has at most 254 bytes, with 6 and a negotiation request of 8 besides the token and its CR LF (X.224 13.2.1,
// MS-RDPBCGR 2.2.1.1).
enum { TOKEN_LENGTH_MAX = 254 - 6 - 8 - 2 };

static enum effect effect(const struct trial *trial)
{
    bool sent = fact_get(trial->facts, FACT_NEGOTIATION_ROUTING_TOKEN);
    if (!fact_get(trial->facts, FACT_NEGOTIATION_OFFERED) && !fact_get(trial->facts, FACT_NEGOTIATION_REQUESTED))
        return EFFECT_UNREACHED;
    return effect_if(sent == (trial->variant.level[FACTOR_LOAD_BALANCE] == LOAD_BALANCE_TOKEN));
}

// Printable, since a line end would end the token, and what follows would be read as the negotiation request.
static bool check_token(const char *text, char *canonical, size_t size, const char **clause)
{
    *clause = NULL;
    if (!text[0])
        *clause = "is empty";
    else if (!is_printable(text, true))
        *clause = "takes printable ASCII only";
    else if (strlen(text) > TOKEN_LENGTH_MAX)
        *clause = "is too long: a connection request has room for 238 characters";
    snprintf(canonical, size, "%s", text);
    return !*clause;
}

static const struct factor_operand token = {
    .level = LOAD_BALANCE_TOKEN,
    .option = "load-balance-info",
    .member = "load_balance_info",
    .argument = "TEXT|@FILE",
    .help = "routing token for a broker or load balancer, as loadbalanceinfo in .rdp files",
    .noun = "routing token",
    .lack = "no routing token was given (--load-balance-info)",
    .length_max = TOKEN_LENGTH_MAX,
    .check = check_token,
    .from_file = true,
    .implied = true,
};

const struct factor_row factor_load_balance = {
    .name = "load-balance",
    .heading = "lb",
    .summary = "routing token in the connection request, by which a broker or load balancer routes",
    .levels = {"off", "token"},
    .meaning = {"none: a cookie as the factor cookie has it", "the text given by --load-balance-info"},
    .phase = PHASE_NEGOTIATE,
    .weight = 0.7,
    .cost = 0.05,
    .operand = &token,
    .led = true,
    .effect = effect,
};
