// SPDX-License-Identifier: Apache-2.0
// Causes that are told of mstsc's "Error code 0x3, Extended error code 0x7", each with what supports it, what refutes
// it and what decides it. Which evidence a run has is told elsewhere; here it is only named.
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Kinds of evidence. "The failure" is the one that is studied; what is said of it holds for every trial that shows it,
// unless the row says otherwise.
enum cause_evidence {
    EVIDENCE_END, // ends a list
    // What the failure is.
    EVIDENCE_ERRINFO_SEEN,
    EVIDENCE_ERRINFO_DENIED,
    EVIDENCE_ERRINFO_PRIVILEGES,
    EVIDENCE_ERRINFO_TIME_LIMIT,
    EVIDENCE_ERRINFO_DISPLAY,
    EVIDENCE_ERRINFO_CLIENT_LICENSE,
    EVIDENCE_ERRINFO_HARDWARE_ID,
    EVIDENCE_ERRINFO_BROKER,
    EVIDENCE_ERRINFO_CLIENT_FEATURES,
    EVIDENCE_ERRINFO_ENCRYPTION,
    EVIDENCE_DNS_FAILED,
    EVIDENCE_TCP_FAILED,
    EVIDENCE_TCP_SILENT,
    EVIDENCE_TCP_REFUSED,
    EVIDENCE_NO_CONFIRM,
    EVIDENCE_GATEWAY_TLS_FAILED,
    EVIDENCE_GATEWAY_CONNECT_FAILED,
    EVIDENCE_SECURITY_PROTOCOL_REFUSED,
    EVIDENCE_NO_SERVER_CERTIFICATE,
    EVIDENCE_TLS_FAILED,
    EVIDENCE_TLS_VERSION_REFUSED,
    EVIDENCE_TLS_CIPHER_REFUSED,
    EVIDENCE_NLA_FAILED,
    EVIDENCE_NLA_CUT_OFF,
    EVIDENCE_LOGON_REFUSED,
    EVIDENCE_ACCOUNT_STATE,
    EVIDENCE_LOGON_RIGHT_MISSING,
    EVIDENCE_NO_LOGON_SERVERS,
    EVIDENCE_NTLM_BARRED,
    EVIDENCE_DOMAIN_TRUST_FAILED,
    EVIDENCE_SERVICE_NAME_WRONG,
    EVIDENCE_CHANNEL_BINDINGS_WRONG,
    EVIDENCE_LICENSE_REFUSED,
    EVIDENCE_SESSION_CHOICE,
    // How far a connection came before it.
    EVIDENCE_SERVER_ANSWERED,
    EVIDENCE_TLS_PASSED,
    EVIDENCE_MCS_PASSED,
    EVIDENCE_BEFORE_LICENSING,
    EVIDENCE_BEFORE_CAPABILITIES,
    EVIDENCE_ERRINFO_PROMPT,
    // Under which circumstances it was seen.
    EVIDENCE_ERRINFO_BEFORE_AUTH,
    EVIDENCE_NLA_PASSED,
    EVIDENCE_FAILS_WITHOUT_NLA,
    EVIDENCE_FAILS_DIRECT,
    EVIDENCE_FAILS_WITHOUT_REDIRECTION,
    EVIDENCE_LICENSE_CLEAR_FAILS_TOO,
    EVIDENCE_GATEWAY_ANSWERED,
    EVIDENCE_GATEWAY_LOGON_PASSED,
    EVIDENCE_TUNNEL_MADE,
    EVIDENCE_VARIES,
    EVIDENCE_ACCEPTS_MEANWHILE,
    EVIDENCE_ACCOUNT_WORKS,
    // What the server is.
    EVIDENCE_TUNNEL_POSSIBLE,
    EVIDENCE_VALID_CLIENT_AT_ONCE,
    EVIDENCE_CREDSSP_CURRENT,
    EVIDENCE_CREDSSP_OLD,
    EVIDENCE_CERTIFICATE_EXPIRED,
    EVIDENCE_CERTIFICATE_VALID,
    EVIDENCE_CLOCK_RIGHT,
    EVIDENCE_CLOCK_WRONG,
    EVIDENCE_MIDDLEBOX,
    EVIDENCE_SAME_HOST,
    EVIDENCE_DIFFERENT_HOSTS,
    // What the experiment proved of factors.
    EVIDENCE_CAUSE_SECURITY,
    EVIDENCE_CAUSE_TLS,
    EVIDENCE_CAUSE_ADDRESS,
    EVIDENCE_CAUSE_GATEWAY,
    EVIDENCE_CAUSE_STORED_LICENSE,
    EVIDENCE_CAUSE_CORRUPT_LICENSE,
    EVIDENCE_CAUSE_ADMIN,
    EVIDENCE_CAUSE_LOAD_BALANCE,
    EVIDENCE_CAUSE_GRAPHICS,
    EVIDENCE_CAUSE_COLOR_DEPTH,
    EVIDENCE_CAUSE_REDIRECTION,
    EVIDENCE_CAUSE_CLIENT_NAME,
    EVIDENCE_INNOCENT_TLS,
    EVIDENCE_INNOCENT_ADDRESS,
    EVIDENCE_COUNT
};

struct evidence_row {
    const char *name;    // "errinfo-seen"
    const char *meaning; // one clause for people
    const char *factor;  // of EVIDENCE_CAUSE_… and EVIDENCE_INNOCENT_…: the factor; else NULL
};

// The row of a kind of evidence. Static.
const struct evidence_row *evidence_row(enum cause_evidence evidence);

// How well the claim can explain 0x3/0x7, by what is documented.
enum plausibility {
    PLAUSIBILITY_HIGH,
    PLAUSIBILITY_POSSIBLE,
    PLAUSIBILITY_LOW,
    PLAUSIBILITY_CONTRADICTS_PROTOCOL, // another answer is specified for it
    PLAUSIBILITY_NO_MEANING            // the claim has no technical content
};

const char *plausibility_name(enum plausibility plausibility); // "high", "contradicts the protocol", … Static.

enum cause_place { PLACE_CLIENT, PLACE_WAY, PLACE_GATEWAY, PLACE_DIRECTORY, PLACE_SERVER, PLACE_NOWHERE };

enum { RULE_EVIDENCE_MAX = 4, RULES_MAX = 6 };

// Holds where all of the one kinds of evidence and none of the other are there. Each list ends with EVIDENCE_END, as
// does a list of rules with a rule whose `all` is empty.
struct cause_rule {
    enum cause_evidence all[RULE_EVIDENCE_MAX + 1], none[RULE_EVIDENCE_MAX + 1];
};

struct cause_row {
    const char *id;    // "H01"
    const char *name;  // a few words
    const char *claim; // one sentence
    const char *made;  // where it is claimed
    enum plausibility plausibility;
    enum cause_place place;
    bool server_wide; // a state of the server that denies whatever the client does
    struct cause_rule supports[RULES_MAX + 1], refutes[RULES_MAX + 1];
    const char *factor;  // that tests it; NULL where none does
    const char *decides; // command, setting or event, mostly on the server
    const char *remedy;  // a clause without a full stop
    const char *cost;    // what the remedy costs in security: "none", or a clause without a full stop
};

enum { CAUSE_COUNT = 45 };

// The rows from index 0, H01, to CAUSE_COUNT - 1; NULL past the last. Static.
const struct cause_row *cause_row_at(size_t index);

// The row with an id, or NULL.
const struct cause_row *cause_row_of(const char *id);

enum cause_status { CAUSE_UNDECIDED, CAUSE_SUPPORTED, CAUSE_REFUTED };

const char *cause_status_name(enum cause_status status); // "undecided", "supported", "refuted". Static.

// Whether a rule holds with what is there. An empty rule never holds.
bool cause_rule_holds(const struct cause_rule *rule, const bool has[EVIDENCE_COUNT]);

// What the evidence makes of the cause: supported or refuted where a rule of the one kind holds and none of the other,
// else undecided.
enum cause_status cause_judge(const struct cause_row *cause, const bool has[EVIDENCE_COUNT]);
