// SPDX-License-Identifier: Apache-2.0
// Early User Authorization Result PDU: authorizationResult (MS-RDPBCGR 2.2.10.2).
#include "knowledge/table.h"

static const struct code_row rows[] = {
    {0, "AUTHZ_SUCCESS", "the user may log on by RDP"},
    {AUTHORIZATION_DENIED, "AUTHZ_ACCESS_DENIED",
     "the user was proved, but may not log on by RDP (not in Remote Desktop Users, or the right is missing or denied)"},
};

const struct code_row *authorization_row(uint32_t result)
{
    return CODE_ROW_FIND(rows, result);
}

const struct code_row *authorization_row_at(size_t index)
{
    return CODE_ROW_AT(rows, index);
}
