// SPDX-License-Identifier: Apache-2.0
// Save Session Info (MS-RDPBCGR 2.2.10.1.1): what the server says about the logon. A pure function over bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// infoType: up to the third they report a logon.
enum { INFOTYPE_LOGON = 0, INFOTYPE_LOGON_LONG = 1, INFOTYPE_LOGON_PLAINNOTIFY = 2, INFOTYPE_LOGON_EXTENDED = 3 };

enum { SESSION_INFO_TEXT = 257 * 3 + 1 };

struct session_info {
    uint32_t type; // infoType
    bool has_session;
    uint32_t session;               // SessionId, or LogonId of the auto-reconnect cookie
    char domain[SESSION_INFO_TEXT]; // as UTF-8; "" where it is not told
    char user[SESSION_INFO_TEXT];
    bool has_cookie;     // an auto-reconnect cookie came; its random bits are a secret and are not read
    bool has_error;      // a logon errors info came (2.2.10.1.1.4.1.1)
    uint32_t error_type; // ErrorNotificationType: LOGON_MSG_…
    uint32_t error_data; // ErrorNotificationData: LOGON_FAILED_… or a session id
};

// Reads the PDU from behind its share data header on. False where what it announces is truncated.
bool session_info_parse(const uint8_t *body, size_t size, struct session_info *info);

// Whether it reports that somebody is logged on.
bool session_info_logged_on(const struct session_info *info);
