// SPDX-License-Identifier: Apache-2.0
// Licensing: message types (MS-RDPBCGR 2.2.1.12.1.1, MS-RDPELE 2.2.2) and the error message's dwErrorCode
// (MS-RDPBCGR 2.2.1.12.1.3). Error code 7 means success and is no relation of error info 7.
#include "knowledge/table.h"

static const struct code_row errors[] = {
    {0x1, "ERR_INVALID_SERVER_CERTIFICATE", "the client does not take the server's licensing certificate"},
    {0x2, "ERR_NO_LICENSE", "the client has no licence"},
    {LICENSING_INVALID_MAC, "ERR_INVALID_MAC", "a licensing message was altered or wrongly encrypted"},
    {0x4, "ERR_INVALID_SCOPE", "the licence is for another scope"},
    {0x6, "ERR_NO_LICENSE_SERVER", "the server found no licence server"},
    {0x7, "STATUS_VALID_CLIENT", "the client needs no licence, or has a valid one: success"},
    {LICENSING_INVALID_CLIENT, "ERR_INVALID_CLIENT", "the server does not take the client's licence"},
    {0xB, "ERR_INVALID_PRODUCTID", "the licence is for another product"},
    {0xC, "ERR_INVALID_MESSAGE_LEN", "a licensing message has an invalid length"},
};

// dwStateTransition (MS-RDPBCGR 2.2.1.12.1.3).
static const struct code_row transitions[] = {
    {1, "ST_TOTAL_ABORT", "the connection is to be ended"},
    {2, "ST_NO_TRANSITION", "nothing changes"},
    {3, "ST_RESET_PHASE_TO_START", "licensing is to begin again"},
    {4, "ST_RESEND_LAST_MESSAGE", "the last message is to be sent again"},
};

static const struct code_row key_exchanges[] = {
    {1, "KEY_EXCHANGE_ALG_RSA", "RSA with a key of 512 to 2048 bits"},
};

static const struct code_row messages[] = {
    {0x01, "LICENSE_REQUEST", "the server asks for a licence"},
    {0x02, "PLATFORM_CHALLENGE", "the server challenges the client's platform"},
    {0x03, "NEW_LICENSE", "the server issues a licence"},
    {0x04, "UPGRADE_LICENSE", "the server replaces the presented licence"},
    {0x12, "LICENSE_INFO", "the client presents a stored licence"},
    {0x13, "NEW_LICENSE_REQUEST", "the client asks for a new licence"},
    {0x15, "PLATFORM_CHALLENGE_RESPONSE", "the client answers the challenge"},
    {0xFF, "ERROR_ALERT", "licensing error message, also used for success"},
};

const struct code_row *licensing_error_row(uint32_t code)
{
    return CODE_ROW_FIND(errors, code);
}

const struct code_row *licensing_error_row_at(size_t index)
{
    return CODE_ROW_AT(errors, index);
}

const struct code_row *licensing_transition_row(uint32_t code)
{
    return CODE_ROW_FIND(transitions, code);
}

const struct code_row *licensing_key_exchange_row(uint32_t code)
{
    return CODE_ROW_FIND(key_exchanges, code);
}

const struct code_row *licensing_message_row(uint32_t type)
{
    return CODE_ROW_FIND(messages, type);
}
