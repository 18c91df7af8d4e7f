// SPDX-License-Identifier: Apache-2.0
// What a server tells around the logon: Save Session Info (MS-RDPBCGR 2.2.10.1.1) with the logon error notifications
// (2.2.10.1.1.4.1.1), and Status Info (2.2.5.2).
#include "knowledge/table.h"

#define LOGON_MSG_SESSION_BUSY_OPTIONS UINT32_C(0xFFFFFFF8)
#define LOGON_MSG_BUMP_OPTIONS         UINT32_C(0xFFFFFFFB)
#define LOGON_MSG_RECONNECT_OPTIONS    UINT32_C(0xFFFFFFFC)
#define LOGON_MSG_SESSION_CONTINUE     UINT32_C(0xFFFFFFFE)

enum { LOGON_FAILED_OTHER = 2 };

enum { SEVERITY_SHIFT = 30, SEVERITY_ERROR = 3 }; // of an NTSTATUS, MS-ERREF 2.3

static const struct code_row infos[] = {
    {0, "INFOTYPE_LOGON", "a user is logged on"},
    {1, "INFOTYPE_LOGON_LONG", "a user is logged on"},
    {2, "INFOTYPE_LOGON_PLAINNOTIFY", "a user is logged on"},
    {3, "INFOTYPE_LOGON_EXTENDED_INFO", "auto-reconnect cookie or logon errors"},
};

// ErrorNotificationType, which may be an NTSTATUS too, and, below 4, ErrorNotificationData.
static const struct code_row logons[] = {
    {LOGON_DATA_BAD_PASSWORD, "LOGON_FAILED_BAD_PASSWORD", "the user name or the password is wrong"},
    {LOGON_DATA_UPDATE_PASSWORD, "LOGON_FAILED_UPDATE_PASSWORD", "the password has expired and must be changed"},
    {0x00000002, "LOGON_FAILED_OTHER", "the logon failed for another reason"},
    {0x00000003, "LOGON_WARNING", "a message waits for the user"},
    {0xFFFFFFF8, "LOGON_MSG_SESSION_BUSY_OPTIONS", "the session is busy with another connection"},
    {0xFFFFFFF9, "LOGON_MSG_DISCONNECT_REFUSED", "the user of the session refused to leave it"},
    {0xFFFFFFFA, "LOGON_MSG_NO_PERMISSION", "the user is not permitted to log on here"},
    {0xFFFFFFFB, "LOGON_MSG_BUMP_OPTIONS", "the user may take the session over from another one"},
    {0xFFFFFFFC, "LOGON_MSG_RECONNECT_OPTIONS", "the user may choose a session to reconnect to"},
    {0xFFFFFFFD, "LOGON_MSG_SESSION_TERMINATE", "the session is being ended"},
    {0xFFFFFFFE, "LOGON_MSG_SESSION_CONTINUE", "the logon goes on"},
    {0xFFFFFFFF, "ERROR_CODE_ACCESS_DENIED", "access is denied"},
};

enum { DATA_ROWS = 4 };

static const struct code_row statuses[] = {
    {0x401, "TS_STATUS_FINDING_DESTINATION", "the destination is being looked for"},
    {0x402, "TS_STATUS_LOADING_DESTINATION", "the destination is being loaded"},
    {0x403, "TS_STATUS_BRINGING_SESSION_ONLINE", "the session is being brought online"},
    {0x404, "TS_STATUS_REDIRECTING_TO_DESTINATION", "the client is being redirected"},
    {0x501, "TS_STATUS_VM_LOADING", "a virtual machine is being loaded"},
    {0x502, "TS_STATUS_VM_WAKING", "a virtual machine is waking from sleep"},
    {0x503, "TS_STATUS_VM_STARTING", "a virtual machine is being started"},
    {0x504, "TS_STATUS_VM_STARTING_MONITORING", "a virtual machine's start is being monitored"},
    {0x505, "TS_STATUS_VM_RETRYING_MONITORING", "a virtual machine's start is being monitored once more"},
};

const struct code_row *session_info_row(uint32_t type)
{
    return CODE_ROW_FIND(infos, type);
}

const struct code_row *logon_data_row(uint32_t data)
{
    return code_row_find(logons, DATA_ROWS, data);
}

static const struct code_row *message_row(uint32_t type)
{
    return code_row_find(logons + DATA_ROWS, sizeof logons / sizeof logons[0] - DATA_ROWS, type);
}

const struct code_row *logon_notification_row(uint32_t type)
{
    const struct code_row *row = message_row(type);
    return row || type == 0 ? row : ntstatus_row(type);
}

const struct code_row *logon_error_row(uint32_t code)
{
    const struct code_row *row = CODE_ROW_FIND(logons, code);
    return row ? row : ntstatus_row(code);
}

const struct code_row *logon_error_row_at(size_t index)
{
    return CODE_ROW_AT(logons, index);
}

bool logon_data_is_session(uint32_t type)
{
    return message_row(type) != NULL;
}

bool logon_notification_begins(uint32_t type)
{
    return type == LOGON_MSG_SESSION_CONTINUE;
}

bool logon_error_is_failure(uint32_t type, uint32_t data)
{
    switch (type) {
    case LOGON_MSG_SESSION_BUSY_OPTIONS:
    case LOGON_MSG_BUMP_OPTIONS:
    case LOGON_MSG_RECONNECT_OPTIONS:
    case LOGON_MSG_SESSION_CONTINUE:
        return false;
    default:
        return logon_data_is_session(type) || data <= LOGON_FAILED_OTHER;
    }
}

uint32_t logon_error_code(uint32_t type, uint32_t data)
{
    if (logon_data_is_session(type))
        return type;
    if (data == LOGON_DATA_UPDATE_PASSWORD || type >> SEVERITY_SHIFT != SEVERITY_ERROR)
        return data;
    return data == LOGON_DATA_BAD_PASSWORD && credssp_on_password(type) == PASSWORD_WRONG ? data : type;
}

enum password_word logon_error_on_password(uint32_t code)
{
    switch (code) {
    case LOGON_DATA_BAD_PASSWORD:
        return PASSWORD_WRONG;
    case LOGON_DATA_UPDATE_PASSWORD:
        return PASSWORD_RIGHT;
    default:
        return logon_data_is_session(code) ? PASSWORD_UNSAID : credssp_on_password(code);
    }
}

const struct code_row *status_info_row(uint32_t code)
{
    return CODE_ROW_FIND(statuses, code);
}
