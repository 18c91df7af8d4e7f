// SPDX-License-Identifier: Apache-2.0
// RDP Negotiation Failure: failureCode (MS-RDPBCGR 2.2.1.2.2).
#include "knowledge/table.h"

static const struct code_row rows[] = {
    {1, "SSL_REQUIRED_BY_SERVER", "the server wants at least TLS"},
    {2, "SSL_NOT_ALLOWED_BY_SERVER", "the server is set to RDP security only"},
    {3, "SSL_CERT_NOT_ON_SERVER", "the server has no usable certificate"},
    {4, "INCONSISTENT_FLAGS", "the protocols asked for contradict each other"},
    {5, "HYBRID_REQUIRED_BY_SERVER", "the server insists on NLA (CredSSP)"},
    {6, "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER", "the server wants TLS with authentication by certificate"},
};

const struct code_row *negotiation_failure_row(uint32_t code)
{
    return CODE_ROW_FIND(rows, code);
}

const struct code_row *negotiation_failure_row_at(size_t index)
{
    return CODE_ROW_AT(rows, index);
}
