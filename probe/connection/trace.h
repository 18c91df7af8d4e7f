// SPDX-License-Identifier: Apache-2.0
// The trace of a connection: what was seen of it, in a form that an outcome can be read from (classify.h).
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "connection/peer_end.h"
#include "protocol/other_protocol.h"
#include "protocol/x224.h"
#include "trial/gateway_step.h"
#include "trial/phase.h"

// The target's TLS handshake. Versions are OpenSSL's numbers: 0x0301 is TLS 1.0.
struct tls_trace {
    bool hello_sent; // ClientHello
    bool failed;
    uint16_t server_version;                // that ServerHello chose; 0: there was none
    uint16_t lowest_wanted, highest_wanted; // by the variant
    uint16_t lowest_offered;                // that this machine's OpenSSL lets through, once failed; 0: not known
};

// What an RD Gateway has shown. Codes are HRESULTs or low words, as gateway_row() takes them.
struct tunnel_trace {
    bool begun;
    enum gateway_step step; // furthest that began
    bool tls_done;          // the latest connection's handshake
    bool trusted;           // its certificate is, for its name
    bool one_logon;         // no second password is sent to it unless it is trusted (connection/request.h)
    unsigned status;        // HTTP status of the latest answer; 0: there was none
    char reason[80];        // …and its phrase
    bool logon_goes_on;     // that answer was the CHALLENGE of a logon, or asked for one
    bool schemes_told;      // the first offer of ways to authenticate is in the facts
    bool unmatched;         // it offered none of the ways that this client has, and was sent no password
    char schemes[80];       // …but these
    bool not_begun;         // it did not take the begin of a logon by one of its ways
    bool restricted;        // it refused the account's way to log on, not its password…
    char wanted[32];        // …and wants this one ("SMARTCARD"); or ""
    bool declined;          // the gateway did not take the websocket that was asked for
    bool malformed;         // it sent what is no HTTP or no packet of MS-TSGU
    bool answered;          // it answered a step with…
    uint32_t code;          // …this
    bool closed;            // it closed the channel with…
    uint32_t close_status;  // …this
    unsigned logons;        // passwords sent to it
    bool password_sent, password_refused;
    bool unproved; // the last one was not answered
};

// What a connection has shown so far. All zero at the start.
struct trace {
    enum phase phase;         // furthest phase that began
    bool gateway;             // a gateway is used
    bool nla;                 // the variant's security is nla
    bool at_gateway;          // resolve_error or connect_error is the gateway's
    const char *gateway_host; // its name, for people; or NULL
    struct tunnel_trace tunnel;
    int resolve_error; // EAI_* of getaddrinfo, or 0
    int connect_error; // errno of the last address tried, or 0
    const char *local; // name of what this machine lacks or refuses ("CERTIFICATE_REJECTED"), or NULL
    char local_detail[160];
    uint32_t local_code;
    bool confirmed; // an X.224 confirm was read, or none is due
    struct x224_confirm confirm;
    bool not_x224;                               // what answered is none
    bool tls_first;                              // a further connection that began with TLS was answered
    const struct other_protocol *other_protocol; // what answered in its place, or NULL
    bool wrong_protocol;                         // …and selected another than the trial's
    bool unasked_protocol;                       // …which was not requested at all
    bool unasked_structure;                      // …or negotiated although the request carried no negotiation
    struct tls_trace tls;
    int alert_received; // fatal TLS alert + 1, or 0
    int alert_sent;
    bool kerberos_refused;  // a KDC refused the account
    bool token_sent;        // NLA's first, of whatever mechanism
    bool authenticate_sent; // NTLM AUTHENTICATE
    bool nla_passed;        // the server proved that it took it, and the client went on
    bool credssp_error;
    uint32_t ntstatus;
    bool hybrid_ex;             // NLA with early user authorization was selected…
    bool authorization_awaited; // …and its result is what the server sends next
    bool authorization_known;
    uint32_t authorization;  // authorizationResult
    uint32_t mcs_result;     // other than rt-successful, or 0
    bool unasked_encryption; // the server chose a method of RDP security that was not offered:
    uint32_t encryption_method;
    bool license_requested; // the server asked for a licence
    bool licensing_error;
    uint32_t licensing_code;
    bool redirected; // a broker sent the client elsewhere…
    char redirected_to[160];
    bool logged_on; // the server reported a logon
    bool painted;   // …and painted something, seen on the wire
    bool logon_error;
    uint32_t logon_code; // what logon_error_row() names
    bool error_info_seen;
    uint32_t error_info;
    enum phase error_info_phase;
    bool ultimatum;
    uint32_t ultimatum_reason;
    enum peer_end peer_end;
    uint32_t last_error; // FreeRDP's first
    const char *last_error_name;
};
