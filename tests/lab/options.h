// SPDX-License-Identifier: Apache-2.0
//
// What the lab was asked to be: its command line, checked.
#pragma once

#include "facts.h"
#include "rule.h"

#define LAB_ADDRESSES_MAX 8
#define LAB_RULES_MAX     32
#define LAB_STATUS_MAX    8

// When a denial rule is looked at.
enum lab_moment {
    LAB_MOMENT_LICENSING = 0, // after Client Info; before the first licensing PDU, or once the licence answer is known
    LAB_MOMENT_CAPABILITIES,  // before Demand Active
    LAB_MOMENT_POST_CONNECT,  // libfreerdp's PostConnect
    LAB_MOMENT_ACTIVE         // after the Font Map PDU, optionally some milliseconds later
};

struct lab_rule {
    const char *text;
    struct rule *condition;
    uint32_t errinfo; // code of the Set Error Info PDU; 0: close without any reason
    enum lab_moment moment;
    unsigned delay_ms; // after activation, LAB_MOMENT_ACTIVE only
};

enum lab_fault_kind {
    LAB_FAULT_NONE = 0,
    LAB_FAULT_CLOSE,   // FIN
    LAB_FAULT_RST,     // RST
    LAB_FAULT_HANG,    // stays open and says nothing more
    LAB_FAULT_GARBAGE, // random bytes, then a late close
    LAB_FAULT_SLOW     // goes on, but drips its bytes
};

enum lab_licensing { LAB_LICENSING_OFF = 0, LAB_LICENSING_ISSUE, LAB_LICENSING_ACCEPT_ONLY };

struct lab_options {
    const char *addresses[LAB_ADDRESSES_MAX];
    size_t address_count;
    bool addresses_given; // by --bind: then each of them must work
    uint16_t port;        // 0: any
    bool gateway_ports[LAB_GATEWAY_WEBSOCKET + 1];

    const char *upstream; // HOST:PORT of the server that answers; NULL: the lab itself

    bool accept[LAB_SECURITY_NLA + 1]; // by enum lab_security
    const char *user;                  // NULL: no account
    const char *domain;                // NULL: any
    const char *password_file;         // as given
    char *password;                    // of `user`
    enum lab_tls tls_min;
    enum lab_tls tls_max;
    const char *ciphers; // OpenSSL cipher list up to TLS 1.2; NULL: the library's
    const char *certificate_file;
    const char *key_file;
    const char *certificate_name;
    int certificate_days;
    uint32_t encryption_level; // of RDP security, [MS-RDPBCGR] 2.2.1.4.3 encryptionLevel

    enum lab_licensing licensing;
    bool license_alert;
    uint32_t license_alert_code;
    uint32_t license_alert_transition;

    struct lab_rule rules[LAB_RULES_MAX];
    size_t rule_count;
    bool ultimatum;      // an MCS Disconnect Provider Ultimatum follows a denial
    bool ultimatum_only; // and nothing else tells of it
    bool strict_errinfo; // Set Error Info only to clients that advertised support
    double flaky;        // probability that a matching rule does not fire
    uint64_t seed;

    enum lab_phase fault_phase;
    bool fault_at_authenticate; // with LAB_PHASE_NLA: on the AUTHENTICATE, not on the first TSRequest ("nla-auth")
    enum lab_fault_kind fault_kind;
    struct rule *fault_condition; // NULL: always
    unsigned drip_ms;

    uint32_t negotiation_failure; // 0: none
    uint32_t ntstatus;            // 0: none
    int mcs_result;               // -1: none
    const char *redirect;         // address to send clients to; NULL: nowhere
    const char *redirect_token;   // load-balance info sent along; NULL: none
    enum lab_moment redirect_at;
    bool redirect_new;               // …but for those that come back from there
    int64_t clock_skew_ns;           // what the server's clock is ahead of the real one in NTLM's CHALLENGE
    int credssp_version;             // of TSRequest; 0: libfreerdp's own
    bool early_authorization;        // NLA with early user authorization, for clients that offer it…
    uint32_t authorization;          // …and its result
    uint32_t status[LAB_STATUS_MAX]; // codes of Server Status Info PDUs, before Demand Active
    size_t status_count;
    bool network;          // measure it, and tell the client these:
    uint32_t base_rtt;     // milliseconds
    uint32_t average_rtt;  // milliseconds
    uint32_t bandwidth;    // kilobits a second; 0: not told
    unsigned huge_desktop; // width and height from the reactivation on; 0: as they are
    int reactivate_ms;     // after activation: deactivate and activate anew, once; -1: never
    bool no_picture;       // nothing is ever painted
    bool verbose;
};

// Reads and checks the command line. On a usage error it prints one sentence on stderr and exits with 2; --help prints
// the usage and exits with 0. What it allocates lives as long as the program.
void lab_options_parse(struct lab_options *options, int argc, char **argv);
