// SPDX-License-Identifier: Apache-2.0
// What a server says of itself in its Connect Response (MS-RDPBCGR 2.2.1.4), and the result of MCS (T.125 7).
#include "knowledge/table.h"

static const struct code_row versions[] = {
    {0x00080001, "4.0", "a server of RDP 4.0"},     {0x00080004, "5.0 to 8.1", "a server of RDP 5.0 to 8.1"},
    {0x00080005, "10.0", "a server of RDP 10.0"},   {0x00080006, "10.1", "a server of RDP 10.1"},
    {0x00080007, "10.2", "a server of RDP 10.2"},   {0x00080008, "10.3", "a server of RDP 10.3"},
    {0x00080009, "10.4", "a server of RDP 10.4"},   {0x0008000A, "10.5", "a server of RDP 10.5"},
    {0x0008000B, "10.6", "a server of RDP 10.6"},   {0x0008000C, "10.7", "a server of RDP 10.7"},
    {0x0008000D, "10.8", "a server of RDP 10.8"},   {0x0008000E, "10.9", "a server of RDP 10.9"},
    {0x0008000F, "10.10", "a server of RDP 10.10"}, {0x00080010, "10.11", "a server of RDP 10.11"},
    {0x00080011, "10.12", "a server of RDP 10.12"},
};

static const struct code_row early_flags[] = {
    {0x1, "RNS_UD_SC_EDGE_ACTIONS_SUPPORTED_V1", "swipes from the left and right edge"},
    {0x2, "RNS_UD_SC_DYNAMIC_DST_SUPPORTED", "daylight saving time by year"},
    {0x4, "RNS_UD_SC_EDGE_ACTIONS_SUPPORTED_V2", "swipes from every edge"},
    {0x8, "RNS_UD_SC_SKIP_CHANNELJOIN_SUPPORTED", "channels need not be joined"},
};

static const struct code_row methods[] = {
    {0x00, "ENCRYPTION_METHOD_NONE", "RDP itself does not encrypt"},
    {0x01, "ENCRYPTION_METHOD_40BIT", "RC4 with 40 bits"},
    {0x02, "ENCRYPTION_METHOD_128BIT", "RC4 with 128 bits"},
    {0x08, "ENCRYPTION_METHOD_56BIT", "RC4 with 56 bits"},
    {0x10, "ENCRYPTION_METHOD_FIPS", "Triple DES"},
};

static const struct code_row levels[] = {
    {0, "ENCRYPTION_LEVEL_NONE", "nothing is encrypted by RDP itself"},
    {1, "ENCRYPTION_LEVEL_LOW", "what the client sends is encrypted"},
    {2, "ENCRYPTION_LEVEL_CLIENT_COMPATIBLE", "both ways, as strong as the client can"},
    {3, "ENCRYPTION_LEVEL_HIGH", "both ways, as strong as the server can"},
    {4, "ENCRYPTION_LEVEL_FIPS", "both ways, by FIPS 140-1"},
};

static const struct code_row transports[] = {
    {0x001, "TRANSPORTTYPE_UDPFECR", "reliable UDP"},
    {0x004, "TRANSPORTTYPE_UDPFECL", "lossy UDP"},
    {0x100, "TRANSPORTTYPE_UDP_PREFERRED", "UDP is preferred"},
    {0x200, "SOFTSYNC_TCP_TO_UDP", "channels may move from TCP to UDP"},
};

static const struct code_row results[] = {
    {0, "rt-successful", "success"},
    {1, "rt-domain-merging", "the domain is being merged"},
    {2, "rt-domain-not-hierarchical", "the domain would be no tree"},
    {3, "rt-no-such-channel", "there is no such channel"},
    {4, "rt-no-such-domain", "there is no such domain"},
    {5, "rt-no-such-user", "there is no such user"},
    {6, "rt-not-admitted", "the user is not admitted to the channel"},
    {7, "rt-other-user-id", "the channel is another user's"},
    {8, "rt-parameters-unacceptable", "the domain parameters are not acceptable"},
    {9, "rt-token-not-available", "the token is not available"},
    {10, "rt-token-not-possessed", "the token is not possessed"},
    {11, "rt-too-many-channels", "there are too many channels"},
    {12, "rt-too-many-tokens", "there are too many tokens"},
    {13, "rt-too-many-users", "there are too many users"},
    {14, "rt-unspecified-failure", "a failure that is not told"},
    {15, "rt-user-rejected", "the user is rejected"},
};

const struct code_row *rdp_version_row(uint32_t version)
{
    return CODE_ROW_FIND(versions, version);
}

const struct code_row *server_early_flag_at(size_t index)
{
    return CODE_ROW_AT(early_flags, index);
}

const struct code_row *encryption_method_row(uint32_t method)
{
    return CODE_ROW_FIND(methods, method);
}

const struct code_row *encryption_level_row(uint32_t level)
{
    return CODE_ROW_FIND(levels, level);
}

const struct code_row *multitransport_flag_at(size_t index)
{
    return CODE_ROW_AT(transports, index);
}

const struct code_row *mcs_result_row(uint32_t result)
{
    return CODE_ROW_FIND(results, result);
}

const struct code_row *mcs_result_row_at(size_t index)
{
    return CODE_ROW_AT(results, index);
}
