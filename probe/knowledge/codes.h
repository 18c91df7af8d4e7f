// SPDX-License-Identifier: Apache-2.0
// Tables of the numbers that servers answer with: symbolic name and meaning, each with the specification it comes from.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct code_row {
    uint32_t code;
    const char *name;    // the specification's or FreeRDP's name
    const char *meaning; // one clause
};

// Each returns the row of a code, or NULL if the table has none. Static.
const struct code_row *errinfo_row(uint32_t code);             // MS-RDPBCGR 2.2.5.1.1: ERRINFO_…
const struct code_row *negotiation_failure_row(uint32_t code); // MS-RDPBCGR 2.2.1.2.2: HYBRID_REQUIRED_BY_SERVER, …
const struct code_row *negotiation_flag_row(uint32_t flag);    // MS-RDPBCGR 2.2.1.2.1: DYNVC_GFX_PROTOCOL_SUPPORTED, …
const struct code_row *ntstatus_row(uint32_t code);            // MS-ERREF 2.3: STATUS_LOGON_FAILURE, …
const struct code_row *licensing_error_row(uint32_t code);     // MS-RDPBCGR 2.2.1.12.1.3: ERR_NO_LICENSE_SERVER, …
const struct code_row *licensing_message_row(uint32_t type);   // MS-RDPBCGR 2.2.1.12.1.1: LICENSE_REQUEST, …
const struct code_row *gateway_row(uint32_t code);             // MS-TSGU 2.2.6: E_PROXY_…, full HRESULT or low word; or
                                                               // HTTP status: HTTP_STATUS_DENIED, …
const struct code_row *tls_alert_row(uint32_t code);           // RFC 8446 6: protocol_version, …
const struct code_row *ultimatum_row(uint32_t reason);         // T.125 Reason: rn-domain-disconnected, …

// The rows of the same tables one after the other, from index 0, to look up names; NULL past the last. Static.
const struct code_row *errinfo_row_at(size_t index);
const struct code_row *negotiation_failure_row_at(size_t index);
const struct code_row *ntstatus_row_at(size_t index);
const struct code_row *licensing_error_row_at(size_t index);
const struct code_row *gateway_row_at(size_t index); // HRESULTs of the gateway's own are given by their low word
const struct code_row *tls_alert_row_at(size_t index);
const struct code_row *ultimatum_row_at(size_t index);

// Whether an NTSTATUS says that the account is locked out, disabled, or otherwise must not be tried again.
bool ntstatus_blocks_account(uint32_t ntstatus);

// Whether an NTSTATUS is given only after the password was found right (expired, must be changed, logon type not
// granted): the logon then counts as no bad password.
bool ntstatus_proves_password(uint32_t ntstatus);
