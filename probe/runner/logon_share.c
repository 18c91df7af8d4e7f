// SPDX-License-Identifier: Apache-2.0
#include "runner/logon_share.h"

#include <string.h>

#include "knowledge/codes.h"
#include "trial/fact.h"

static bool is_true(const struct trial *trial, enum fact fact)
{
    return json_is_true(fact_get(trial->facts, fact));
}

struct logon_share gateway_share(const struct trial *trial)
{
    const char *credentials = fact_text(trial->facts, FACT_GATEWAY_CREDENTIALS, NULL);
    uint32_t code = (uint32_t)fact_integer(trial->facts, FACT_GATEWAY_CODE, 0);
    const bool trusted =
        is_true(trial, FACT_GATEWAY_CERTIFICATE_TRUSTED) && is_true(trial, FACT_GATEWAY_CERTIFICATE_NAME_MATCH);
    struct logon_share share = {.logons = (unsigned)fact_integer(trial->facts, FACT_GATEWAY_LOGONS, 0)};

    if (!share.logons || !credentials)
        return share;
    if (strcmp(credentials, "verified") == 0) {
        share.result = trusted ? LOGON_VERIFIED : LOGON_NOT_SENT;
        return share;
    }
    share.result = gateway_code_blocks_account(code) ? LOGON_BLOCKED : LOGON_FAILED;
    share.failed = 1;
    // Each channel of the HTTP transport has sent the password.
    share.count = share.logons;
    return share;
}

static bool is_proved(const struct trial *trial)
{
    if (strcmp(fact_text(trial->facts, FACT_CREDENTIALS_PROOF, ""), "session key") == 0)
        return true;
    return is_true(trial, FACT_CERTIFICATE_TRUSTED) && is_true(trial, FACT_CERTIFICATE_NAME_MATCH);
}

struct logon_share target_share(const struct trial *trial, const struct logon_share *at_gateway, bool autologon)
{
    const char *credentials = fact_text(trial->facts, FACT_CREDENTIALS, "");
    uint32_t ntstatus = (uint32_t)fact_integer(trial->facts, FACT_CREDSSP_NTSTATUS, 0);
    struct logon_share share = {.logons = trial->logons - at_gateway->logons,
                                .failed = trial->failed_logons - at_gateway->failed};

    const bool verified = strcmp(credentials, "verified") == 0;
    // A good password that the logon was refused for all the same (expired, outside the hours) leaves the server's own
    // counter as it was: only a logon that succeeds clears it.
    const bool refused = ntstatus || trial->outcome.family == FAMILY_LOGON;

    if (ntstatus && credssp_blocks_account(ntstatus))
        share.result = LOGON_BLOCKED;
    else if (verified && !refused && is_proved(trial))
        share.result = LOGON_VERIFIED;
    else if (share.failed)
        share.result = LOGON_FAILED;
    else if (autologon && share.logons && !verified) // nothing confirmed Client Info's password: it may be a wrong one
        share.result = LOGON_FAILED;
    share.count = share.failed ? share.failed : share.logons;
    return share;
}

struct logon_share logon_share_both(const struct logon_share *a, const struct logon_share *b)
{
    static const int weight[] = {[LOGON_NOT_SENT] = 0, [LOGON_VERIFIED] = 1, [LOGON_FAILED] = 2, [LOGON_BLOCKED] = 3};
    const bool a_bad = weight[a->result] >= 2, b_bad = weight[b->result] >= 2;
    return (struct logon_share){.result = weight[a->result] > weight[b->result] ? a->result : b->result,
                                .logons = a->logons + b->logons,
                                .failed = a->failed + b->failed,
                                .count = (a_bad ? a->count : 0) + (b_bad ? b->count : 0)};
}
