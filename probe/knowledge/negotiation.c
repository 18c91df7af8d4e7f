// SPDX-License-Identifier: Apache-2.0
// RDP Negotiation Failure: failureCode (MS-RDPBCGR 2.2.1.2.2); RDP Negotiation Response: flags (2.2.1.2.1).
#include "knowledge/table.h"

static const struct code_row rows[] = {
    {NEGOTIATION_SSL_REQUIRED, "SSL_REQUIRED_BY_SERVER", "the server wants at least TLS"},
    {NEGOTIATION_SSL_NOT_ALLOWED, "SSL_NOT_ALLOWED_BY_SERVER", "the server is set to RDP security only"},
    {NEGOTIATION_SSL_CERT_NOT_ON_SERVER, "SSL_CERT_NOT_ON_SERVER", "the server has no usable certificate"},
    {4, "INCONSISTENT_FLAGS", "the protocols asked for contradict each other"},
    {NEGOTIATION_HYBRID_REQUIRED, "HYBRID_REQUIRED_BY_SERVER", "the server insists on NLA (CredSSP)"},
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

static const struct code_row flags[] = {
    {0x01, "EXTENDED_CLIENT_DATA_SUPPORTED", "the server takes extended client data blocks"},
    {0x02, "DYNVC_GFX_PROTOCOL_SUPPORTED", "the server supports the graphics pipeline"},
    {0x04, "NEGRSP_FLAG_RESERVED", "reserved"},
    {0x08, "RESTRICTED_ADMIN_MODE_SUPPORTED", "the server supports Restricted Admin mode"},
    {0x10, "REDIRECTED_AUTHENTICATION_MODE_SUPPORTED", "the server supports Remote Credential Guard"},
};

const struct code_row *negotiation_flag_row(uint32_t flag)
{
    return CODE_ROW_FIND(flags, flag);
}
