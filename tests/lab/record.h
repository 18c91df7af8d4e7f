// SPDX-License-Identifier: Apache-2.0
//
// The ground truth: what happened on one connection, and the JSON lines that tell it.
#pragma once

#include <jansson.h>

#include "facts.h"
#include "options.h"

// Who ended a connection. What is found first stays.
enum lab_ended {
    LAB_ENDED_UNKNOWN = 0,
    LAB_ENDED_CLIENT, // the client went
    LAB_ENDED_DENIED, // by a rule
    LAB_ENDED_FAULT,  // by --fault
    LAB_ENDED_SERVER, // the server refused or gave up: negotiation, logon, licensing, a malformed PDU, the lab's end
    LAB_ENDED_ERROR   // the serving process died
};

// Plain memory without pointers, shared between the lab and the process that serves the connection.
struct lab_record {
    struct lab_facts facts;
    uint16_t peer_port;
    int segment_size; // bytes that its own socket puts into a TCP segment at most; 0: not known
    char local[64];   // the lab's own address of the connection: it may listen on all of them
    double began_ms;  // CLOCK_MONOTONIC at which it was accepted

    bool requested_known; // an X.224 Connection Request was read
    bool negotiates;      // it had RDP_NEG_REQ, with…
    uint32_t requested;   // …these requestedProtocols
    uint8_t requested_flags;
    bool failure_sent; // RDP_NEG_FAILURE
    uint32_t failure_code;

    bool hello_known;                        // a ClientHello was read
    uint32_t hello_suites, hello_extensions; // how many it has
    char cipher[64];
    bool core_known;    // TS_UD_CS_CORE was read
    bool session_asked; // the cluster data asks for a session: 0 for the administrative one
    uint32_t session;
    bool methods_known; // TS_UD_CS_SEC was read
    uint32_t encryption_methods;

    bool authenticated_known;
    bool authenticated;
    uint32_t credssp_version; // of the client's first TSRequest; 0: none
    uint32_t ntlm_authenticates;
    bool hybrid_ex;          // NLA with early user authorization was selected
    bool authorization_sent; // …and its result was sent
    uint32_t authorization;
    bool info_known; // Client Info was read
    bool info_password;
    bool info_flags_known; // it was not encrypted
    uint32_t info_flags;
    bool confirm_known; // Confirm Active was read
    uint32_t capability_sets;
    bool logon_reported; // Save Session Info was sent: a logon if `authenticated`, else a refused password

    char license_presented[LAB_TEXT_SIZE];
    char license_issued[LAB_TEXT_SIZE];
    uint32_t license_alert_sent; // 0: none

    enum lab_phase reached;
    enum lab_ended ended;
    char rule[LAB_TEXT_SIZE]; // text of the rule that denied; empty: none did
    bool flaked;              // a rule matched, but --flaky held it back
    bool errinfo_sent;
    uint32_t errinfo_code;
    char errinfo_at[32];
    char fault[32];                  // PHASE:KIND; empty: none struck
    uint32_t status[LAB_STATUS_MAX]; // of the Status Info PDUs that were sent
    size_t status_count;
    bool network_told;     // of auto-detection: the client was told what --network says
    bool network_measured; // the client answered with what it had measured…
    uint32_t measured_ms;
    uint32_t measured_bytes;
    double deactivated_after_ms;        // since the client's last PDU; 0: it was not
    char redirected[LAB_TEXT_SIZE];     // address the client was sent to; empty: it was not
    char upstream[LAB_TEXT_SIZE];       // where the connection was to go on; empty: it was not
    char upstream_error[LAB_TEXT_SIZE]; // why it could not; empty: it could
    bool ntstatus_sent;
    uint32_t ntstatus;
};

// Notes that `phase` has begun; the furthest stays.
void lab_record_reach(struct lab_record *record, enum lab_phase phase);

// Notes who ended the connection, unless that is known already.
void lab_record_end(struct lab_record *record, enum lab_ended ended);

// Copies `text` into a field, cutting what does not fit at a character's border, and makes it valid UTF-8 by replacing
// other bytes with '?', so that it can always stand in JSON.
void lab_record_text(char *field, size_t size, const char *text, size_t length);

// The ground-truth line of a connection that lasted `ms` milliseconds. The caller owns the result; NULL without memory.
json_t *lab_record_json(const struct lab_record *record, double ms);
