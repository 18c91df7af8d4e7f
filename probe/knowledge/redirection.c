// SPDX-License-Identifier: Apache-2.0
// RedirFlags of the server redirection packet (MS-RDPBCGR 2.2.13.1).
#include "knowledge/table.h"

static const struct code_row flags[] = {
    {0x00000001, "LB_TARGET_NET_ADDRESS", "the address to connect to"},
    {0x00000002, "LB_LOAD_BALANCE_INFO", "a routing token for the next X.224 request"},
    {0x00000004, "LB_USERNAME", "a user name"},
    {0x00000008, "LB_DOMAIN", "a domain"},
    {0x00000010, "LB_PASSWORD", "a password or authentication blob"},
    {0x00000020, "LB_DONTSTOREUSERNAME", "the user name is not to be kept"},
    {0x00000040, "LB_SMARTCARD_LOGON", "the user has a smart card"},
    {0x00000080, "LB_NOREDIRECT", "for information only: the client stays"},
    {0x00000100, "LB_TARGET_FQDN", "the DNS name to connect to"},
    {0x00000200, "LB_TARGET_NETBIOS_NAME", "the NetBIOS name to connect to"},
    {0x00000800, "LB_TARGET_NET_ADDRESSES", "several addresses of the target"},
    {0x00001000, "LB_CLIENT_TSV_URL", "the client's own TsvUrl comes back"},
    {0x00002000, "LB_SERVER_TSV_CAPABLE", "the server can redirect by TsvUrl"},
    {0x00004000, "LB_PASSWORD_IS_PK_ENCRYPTED", "the password is encrypted for the target"},
    {0x00008000, "LB_REDIRECTION_GUID", "an identifier of this redirection"},
    {0x00010000, "LB_TARGET_CERTIFICATE", "the certificate of the target"},
};

const struct code_row *redirection_flag_at(size_t index)
{
    return CODE_ROW_AT(flags, index);
}
