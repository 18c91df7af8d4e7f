// SPDX-License-Identifier: Apache-2.0
// MCS Disconnect Provider Ultimatum: reason (T.125 part 7, enumeration Reason).
#include "knowledge/table.h"

static const struct code_row rows[] = {
    {0, "rn-domain-disconnected", "the domain was disconnected"},
    {1, "rn-provider-initiated", "the server ended the connection and gave no reason"},
    {2, "rn-token-purged", "a token was purged"},
    {3, "rn-user-requested", "rn-user-requested, as if a user had asked for it"},
    {4, "rn-channel-purged", "a channel was purged"},
};

const struct code_row *ultimatum_row(uint32_t reason)
{
    return CODE_ROW_FIND(rows, reason);
}

const struct code_row *ultimatum_row_at(size_t index)
{
    return CODE_ROW_AT(rows, index);
}
