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
    FACT_ADDRESS_SEGMENT_SIZE, // bytes that the socket puts into a TCP segment at most (tcp(7), TCP_MAXSEG)
    FACT_ADDRESS_PRESENTED,    // the name given to TLS (SNI), certificate check and NLA (SPN)
    FACT_GATEWAY_ADDRESS,
    FACT_GATEWAY_TRANSPORT,      // http or websocket, once the tunnel was made
    FACT_GATEWAY_STEP,           // the furthest step of the phase gateway, by its name
    FACT_GATEWAY_AUTHENTICATION, // NTLM, Kerberos, PAA, Bearer or none: what the client used
    FACT_GATEWAY_CODE,           // HRESULT or low word of the answer that was no success
    FACT_GATEWAY_CODE_NAME,
    FACT_GATEWAY_CLOSE, // status of the packet in which the gateway closed the channel
    FACT_GATEWAY_CLOSE_NAME,
    FACT_GATEWAY_LOGONS,           // NTLM AUTHENTICATE messages that were sent to it
    FACT_GATEWAY_CREDENTIALS,      // verified, refused or "not proved"
    FACT_GATEWAY_CONSENT,          // the message that a user would have had to agree to
    FACT_GATEWAY_MESSAGES,         // service messages, in order
    FACT_GATEWAY_IDLE_TIMEOUT,     // minutes
    FACT_GATEWAY_REDIRECTION,      // names of the flags by which it forbids devices
    FACT_GATEWAY_QUARANTINE,       // the health policy warned, and let the client go on
    FACT_GATEWAY_REAUTHENTICATION, // it asked for the logon to be renewed
    FACT_GATEWAY_HTTP_STATUS,      // of its latest answer
    FACT_GATEWAY_HTTP_REASON,      // in its own words
    FACT_GATEWAY_HTTP_SCHEMES,     // ways of authentication that it offered
    FACT_GATEWAY_HTTP_WANTED,      // the way of authentication that it wants instead (RDG-Auth-Scheme)
    FACT_GATEWAY_HTTP_SERVER,      // what it calls itself
    FACT_GATEWAY_HTTP_CHUNKED,     // the answer to RDG_OUT_DATA comes in chunks
    // What the gateway's own TLS shows, as the target's below.
    FACT_GATEWAY_TLS_VERSION,
    FACT_GATEWAY_TLS_CIPHER,
    FACT_GATEWAY_TLS_GROUP,
    FACT_GATEWAY_TLS_ALPN,
    FACT_GATEWAY_TLS_SNI,
    FACT_GATEWAY_TLS_ALERT_RECEIVED,
    FACT_GATEWAY_TLS_ALERT_SENT,
    FACT_GATEWAY_TLS_ENDED_BY,
    FACT_GATEWAY_TLS_ENDED_WITH,
    FACT_GATEWAY_CERTIFICATE_SUBJECT,
    FACT_GATEWAY_CERTIFICATE_ISSUER,
    FACT_GATEWAY_CERTIFICATE_NOT_BEFORE,
    FACT_GATEWAY_CERTIFICATE_NOT_AFTER,
    FACT_GATEWAY_CERTIFICATE_DAYS_LEFT,
    FACT_GATEWAY_CERTIFICATE_SHA256,
    FACT_GATEWAY_CERTIFICATE_NAME_MATCH,
    FACT_GATEWAY_CERTIFICATE_NAME_VERIFICATION,
    FACT_GATEWAY_CERTIFICATE_SELF_SIGNED,
    FACT_GATEWAY_CERTIFICATE_TRUSTED,
    FACT_GATEWAY_CERTIFICATE_VERIFICATION,
    FACT_GATEWAY_CERTIFICATE_CHAIN,
    FACT_NEGOTIATION_OFFERED,       // the connection request carried RDP_NEG_REQ
    FACT_NEGOTIATION_REQUESTED,     // list of protocol names
    FACT_NEGOTIATION_REQUEST_FLAGS, // RDP_NEG_REQ flags
    FACT_NEGOTIATION_COOKIE,        // what stands behind "Cookie: mstshash=" in the request
    FACT_NEGOTIATION_ROUTING_TOKEN, // the routing token that stands in its place
    FACT_NEGOTIATION_ANSWER,        // RDP_NEG_RSP, RDP_NEG_FAILURE or none: what the confirm carried
    FACT_NEGOTIATION_SELECTED,      // protocol name
    FACT_NEGOTIATION_FLAGS,         // RDP_NEG_RSP flags
    FACT_NEGOTIATION_FLAG_NAMES,
    FACT_NEGOTIATION_FAILURE, // failureCode
    FACT_NEGOTIATION_FAILURE_NAME,
    FACT_NEGOTIATION_OTHER,     // other protocol that the answer is of
    FACT_NEGOTIATION_TLS_FIRST, // a further connection, which began with a ClientHello, was answered with TLS
    FACT_NEGOTIATION_MIDDLEBOX, // the server's echo of the requested protocols is not what was sent
    FACT_TLS_VERSION,
    FACT_TLS_CIPHER,
    FACT_TLS_GROUP, // of the key exchange
    FACT_TLS_ALPN,  // application protocol that the server selected, or none
    FACT_TLS_SNI,   // server name that the client sent
    FACT_TLS_ALERT_RECEIVED,
    FACT_TLS_ALERT_SENT,
    FACT_TLS_ENDED_BY,   // server or client: who ended a TLS connection before the trial was over
    FACT_TLS_ENDED_WITH, // alert, close_notify, FIN, RST; of the client also "gave up"
    FACT_TLS_HELLO,      // what JA3 takes of the ClientHello (protocol/client_hello.h)
    FACT_TLS_JA3,        // …and its MD5, in hexadecimal
    FACT_CERTIFICATE_SUBJECT,
    FACT_CERTIFICATE_ISSUER,
    FACT_CERTIFICATE_NOT_BEFORE, // ISO 8601, UTC
    FACT_CERTIFICATE_NOT_AFTER,
    FACT_CERTIFICATE_DAYS_LEFT,  // whole days, negative once expired
    FACT_CERTIFICATE_SHA256,     // fingerprint of the leaf
    FACT_CERTIFICATE_NAME_MATCH, // against the presented name
    FACT_CERTIFICATE_NAME_VERIFICATION,
    FACT_CERTIFICATE_SELF_SIGNED,
    FACT_CERTIFICATE_TRUSTED,        // verifies against the system's store
    FACT_CERTIFICATE_VERIFICATION,   // …or why not
    FACT_CERTIFICATE_CHAIN,          // as the server sent it, the leaf first
    FACT_CREDSSP_VERSION,            // the server's
    FACT_CREDSSP_ORACLE_REMEDIATION, // what the version says about CVE-2018-0886
    FACT_CREDSSP_MECHANISM,          // NTLM or Kerberos
    FACT_CREDSSP_NTSTATUS,           // TSRequest.errorCode
    FACT_CREDSSP_STATUS_NAME,
    FACT_CREDSSP_AUTHORIZATION, // result of early user authorization, where HYBRID_EX was selected
    FACT_CREDSSP_AUTHORIZATION_NAME,
    FACT_NTLM_OS_VERSION, // major.minor.build of the CHALLENGE's VERSION
    FACT_NTLM_OS_BUILD,
    FACT_NTLM_OS_NAME, // the Windows that has this build
    FACT_NTLM_COMPUTER,
    FACT_NTLM_DOMAIN,
    FACT_NTLM_DNS_COMPUTER,
    FACT_NTLM_DNS_DOMAIN,
    FACT_NTLM_FOREST,
    FACT_CLOCK_SERVER,      // ISO 8601, UTC
    FACT_CLOCK_SKEW,        // seconds by which the server's clock is ahead of this machine's
    FACT_CLOCK_UNCERTAINTY, // seconds: half the round trip in which the server read its clock
    // What this client announced, read from its own Connect Initial.
    FACT_CLIENT_NAME,
    FACT_CLIENT_NAME_GIVEN, // the name that --client-name gave, at any level of the factor
    FACT_CLIENT_BUILD,
    FACT_CLIENT_VERSION,        // RDP version
    FACT_CLIENT_KEYBOARD,       // layout
    FACT_CLIENT_KEYBOARD_GIVEN, // the layout that --keyboard gave, at any level of the factor
    FACT_CLIENT_COLOR_DEPTH,
    FACT_CLIENT_EARLY_FLAGS,     // earlyCapabilityFlags
    FACT_CLIENT_CONNECTION_TYPE, // where it is valid
    FACT_CLIENT_CLUSTER_FLAGS,
    FACT_CLIENT_SESSION, // session asked for, where the flags say so
    FACT_CLIENT_ENCRYPTION_METHODS,
    FACT_CLIENT_CHANNELS,       // static channels
    FACT_CLIENT_MULTITRANSPORT, // flags
    FACT_CLIENT_PRODUCT_ID,     // digProductId
    // …from its Client Info
    FACT_CLIENT_INFO_FLAGS,
    FACT_CLIENT_CODE_PAGE,
    FACT_CLIENT_PERFORMANCE_FLAGS,
    // …from its Confirm Active
    FACT_CLIENT_SOURCE,          // sourceDescriptor
    FACT_CLIENT_CAPABILITY_SETS, // how many
    FACT_MCS_RESULT,             // Connect-Response result
    FACT_MCS_RESULT_NAME,
    // What the server announces in its Connect Response.
    FACT_SERVER_VERSION, // RDP version
    FACT_SERVER_VERSION_NAME,
    FACT_SERVER_EARLY_FLAGS, // earlyCapabilityFlags
    FACT_SERVER_EARLY_FLAG_NAMES,
    FACT_SERVER_REQUESTED, // protocols that it says were requested
    FACT_SERVER_ENCRYPTION_METHOD,
    FACT_SERVER_ENCRYPTION_LEVEL,
    FACT_SERVER_CHANNELS,        // static virtual channels that got an id
    FACT_SERVER_MESSAGE_CHANNEL, // its id
    FACT_SERVER_MULTITRANSPORT,  // names of flags
    FACT_AUTODETECT_BASE_RTT,    // ms, as the server tells
    FACT_AUTODETECT_AVERAGE_RTT,
    FACT_AUTODETECT_BANDWIDTH, // kbit/s, as the server tells or this client measured
    FACT_LICENSING_ROLE,       // valid-client (the server wants no licence) or license-server
    FACT_LICENSING_MESSAGES,   // list of message names, in order, both ways
    FACT_LICENSING_COMPANY,    // of the licence request's product
    FACT_LICENSING_PRODUCT,
    FACT_LICENSING_VERSION, // major.minor
    FACT_LICENSING_SCOPES,  // issuers that the server takes
    FACT_LICENSING_KEY_EXCHANGES,
    FACT_LICENSING_ERROR, // dwErrorCode of an error message other than STATUS_VALID_CLIENT
    FACT_LICENSING_ERROR_NAME,
    FACT_LICENSING_TRANSITION, // name of dwStateTransition, of any error message
    // The server redirection packet, without password, certificate and GUID.
    FACT_REDIRECTION_FLAGS, // names
    FACT_REDIRECTION_SESSION,
    FACT_REDIRECTION_ADDRESS,
    FACT_REDIRECTION_FQDN,
    FACT_REDIRECTION_NETBIOS,
    FACT_REDIRECTION_ADDRESSES,
    FACT_REDIRECTION_LOAD_BALANCE, // printable part of the load-balance info
    FACT_REDIRECTION_USER,
    FACT_REDIRECTION_DOMAIN,
    FACT_STATUS_CODES,         // of Status Info, in order
    FACT_CAPABILITIES_SETS,    // names of the server's capability sets
    FACT_CAPABILITIES_DETAILS, // fields of those that tell something
    FACT_ERRINFO_ADVERTISED,   // this client announced RNS_UD_CS_SUPPORT_ERRINFO_PDU
    FACT_ERRINFO_CODE,
    FACT_ERRINFO_NAME,
    FACT_ERRINFO_PHASE,
    FACT_ERRINFO_AFTER,    // ms since this client last sent something
    FACT_DEACTIVATE_PHASE, // of Deactivate All
    FACT_DEACTIVATE_AFTER, // ms, likewise
    FACT_ULTIMATUM_REASON,
    FACT_END_BLOCKED_CALL, // name of the system call that the sandbox stopped
    FACT_END_LEFT_OUT,     // reports of this trial that were too many or too long (connection/event.h)
    FACT_END_SILENCE,      // ms for which the peer had sent nothing when the deadline came
    FACT_ENDED_BY,         // of a failed trial: server, gateway, client or deadline
    FACT_CONNECTED_PROOF,  // of a connected trial: active, logon or painted (trial/proof.h)
    FACT_LOGON_USER,       // user and domain as the client sent them last
    FACT_LOGON_DOMAIN,
    FACT_LOGON_INFO,         // names of Save Session Info's infoTypes, in order
    FACT_LOGON_SESSION,      // id
    FACT_LOGON_SESSION_USER, // as the server names the user who is logged on
    FACT_LOGON_SESSION_DOMAIN,
    FACT_LOGON_COOKIE,       // an auto-reconnect cookie came
    FACT_LOGON_NOTIFICATION, // name of ErrorNotificationType
    FACT_LOGON_ERROR,        // name of ErrorNotificationData, or "session N"
    FACT_LOGON_WAITED,       // ms before the password was sent, for other trials of the account; in no phase's time
    FACT_CREDENTIALS,        // verified, refused or "not checked"
    FACT_CREDENTIALS_PROOF,  // by what they are verified: "session key" (NLA's) or "server's word"
    FACT_CAPTURE_INCOMPLETE, // why the capture ends before the trial does: name of an errno
    // What was drawn, where a picture was wanted.
    FACT_GRAPHICS_PATH,        // bitmap or gfx: what the latest paint came by
    FACT_GRAPHICS_FIRST_PAINT, // ms after the session became active
    FACT_GRAPHICS_PAINTS,      // how often something was painted
    FACT_GRAPHICS_WIDTH,       // of the desktop
    FACT_GRAPHICS_HEIGHT,
    FACT_GRAPHICS_PAINTED,    // percent of the desktop
    FACT_GRAPHICS_UNIFORM,    // all that was painted has one colour; known once the desktop is quiet or painted whole
    FACT_GRAPHICS_COLOR,      // that colour, "#RRGGBB"
    FACT_GRAPHICS_SCREENSHOT, // the file
    FACT_COUNT
};

enum fact_type {
    FACT_TEXT,
    FACT_INTEGER,
    FACT_BOOLEAN,
    FACT_LIST, // of strings
    FACT_REAL,
    FACT_OBJECTS // list of objects
};

struct fact_row {
    const char *group; // member of the journal's "facts"; "gateway.tls" is member "tls" of "gateway"
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

// Takes a fact out again, if it is there. For groups that stand in no other.
void fact_remove(json_t *facts, enum fact fact);

// Appends a string to a list fact. Returns false if memory is out.
bool fact_append(json_t *facts, enum fact fact, const char *text);

// The value, borrowed; NULL if it is not known.
const json_t *fact_get(const json_t *facts, enum fact fact);

// The value as text or integer; the fallback if it is not known. Borrowed.
const char *fact_text(const json_t *facts, enum fact fact, const char *fallback);
int64_t fact_integer(const json_t *facts, enum fact fact, int64_t fallback);
bool fact_boolean(const json_t *facts, enum fact fact, bool fallback);
double fact_real(const json_t *facts, enum fact fact, double fallback);

// Whether a list fact holds the string.
bool fact_has(const json_t *facts, enum fact fact, const char *text);
