// SPDX-License-Identifier: Apache-2.0
// Facts: what was seen on the wire or measured in a trial. One table names them all; the text report, the journal and
// the documentation are made from it.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

enum fact {
    FACT_ADDRESS_ASKED,    // what was looked up
    FACT_ADDRESS_RESOLVED, // every address found
    FACT_ADDRESS_FAILED,   // addresses tried in vain, each with its errno
    FACT_ADDRESS_USED,     // the peer's address
    FACT_ADDRESS_FAMILY,   // ipv4 or ipv6
    FACT_ADDRESS_PORT,
    FACT_ADDRESS_PRESENTED, // the name given to TLS (SNI), certificate check and NLA (SPN)
    FACT_GATEWAY_ADDRESS,
    FACT_GATEWAY_TRANSPORT,     // http or websocket, once the tunnel was made
    FACT_NEGOTIATION_REQUESTED, // list of protocol names
    FACT_NEGOTIATION_SELECTED,  // protocol name
    FACT_NEGOTIATION_FLAGS,     // RDP_NEG_RSP flags
    FACT_NEGOTIATION_FAILURE,   // failureCode
    FACT_TLS_VERSION,
    FACT_TLS_CIPHER,
    FACT_TLS_ALERT_RECEIVED,
    FACT_TLS_ALERT_SENT,
    FACT_CERTIFICATE_SUBJECT,
    FACT_CERTIFICATE_ISSUER,
    FACT_CERTIFICATE_NOT_BEFORE, // ISO 8601, UTC
    FACT_CERTIFICATE_NOT_AFTER,
    FACT_CERTIFICATE_DAYS_LEFT,  // whole days, negative once expired
    FACT_CERTIFICATE_NAME_MATCH, // against the presented name
    FACT_CERTIFICATE_SELF_SIGNED,
    FACT_CERTIFICATE_TRUSTED, // verifies against the system's store
    FACT_CREDSSP_VERSION,     // the server's
    FACT_CREDSSP_NTSTATUS,    // TSRequest.errorCode
    FACT_CREDSSP_STATUS_NAME,
    FACT_MCS_RESULT,         // Connect-Response result
    FACT_LICENSING_ROLE,     // valid-client (the server wants no licence) or license-server
    FACT_LICENSING_MESSAGES, // list of message names, in order, both ways
    FACT_LICENSING_ERROR,    // dwErrorCode of an error message other than STATUS_VALID_CLIENT
    FACT_ERRINFO_ADVERTISED, // this client announced RNS_UD_CS_SUPPORT_ERRINFO_PDU
    FACT_ERRINFO_CODE,
    FACT_ERRINFO_NAME,
    FACT_ERRINFO_PHASE,
    FACT_ULTIMATUM_REASON,
    FACT_CREDENTIALS, // verified, refused or "not checked"
    FACT_COUNT
};

enum fact_type { FACT_TEXT, FACT_INTEGER, FACT_BOOLEAN, FACT_LIST };

struct fact_row {
    const char *group; // member of the journal's "facts"
    const char *name;  // member of the group
    enum fact_type type;
    const char *title; // for people
};

// The row of a fact. Static.
const struct fact_row *fact_row(enum fact fact);

// Finds the row by the path "group.name"; false if there is none such.
bool fact_from_path(const char *path, enum fact *fact);

// Sets a fact in the journal's nested object. Steals the reference to value; returns false (value freed) if value has
// not the fact's type or memory is out.
bool fact_set(json_t *facts, enum fact fact, json_t *value);

// Appends a string to a list fact. Returns false if memory is out.
bool fact_append(json_t *facts, enum fact fact, const char *text);

// The value, borrowed; NULL if it is not known.
const json_t *fact_get(const json_t *facts, enum fact fact);

// The value as text or integer; the fallback if it is not known. Borrowed.
const char *fact_text(const json_t *facts, enum fact fact, const char *fallback);
int64_t fact_integer(const json_t *facts, enum fact fact, int64_t fallback);
bool fact_boolean(const json_t *facts, enum fact fact, bool fallback);

// Whether a list fact holds the string.
bool fact_has(const json_t *facts, enum fact fact, const char *text);
