// SPDX-License-Identifier: Apache-2.0
// Texts that a client tells the server before anybody logs on, and what the protocol has room for.
#pragma once

#include <stdbool.h>

// What the protocol has room for: 15 characters in Client Core Data (MS-RDPBCGR 2.2.1.3.2); a TPDU of at most 254
// bytes, with 6 and a negotiation request of 8 besides the token and its CR LF (X.224 13.2.1, MS-RDPBCGR 2.2.1.1).
// Each with its terminating zero.
enum { CLIENT_NAME_MAX = 15 + 1, LOAD_BALANCE_MAX = 254 - 6 - 8 - 2 + 1 };

// Whether a text can be the client's name: printable ASCII without blanks. If not, *clause (static) completes "NAME …".
bool client_name_check(const char *text, const char **clause);

// Whether a text can be a routing token: printable ASCII, since a line end would end the token, and what follows would
// be read as the negotiation request. *clause as above.
bool load_balance_check(const char *text, const char **clause);
