// SPDX-License-Identifier: Apache-2.0
// How a trial ended: result, phase, family and code; and the signature, the outcome class that counts as "the failure".
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trial/phase.h"

enum result { RESULT_CONNECTED, RESULT_FAILED };

enum family {
    FAMILY_NONE,        // connected
    FAMILY_ERRINFO,     // Set Error Info PDU; code = errorInfo (MS-RDPBCGR 2.2.5.1.1)
    FAMILY_NEGOTIATION, // RDP_NEG_FAILURE; code = failureCode (2.2.1.2.2), 0 if the answer was otherwise unusable
    FAMILY_TLS,         // handshake failed; code = TLS alert number (RFC 8446 6), 0 if there was none
    FAMILY_CREDSSP,     // code = NTSTATUS of TSRequest.errorCode (MS-CSSP 2.2.1), 0 if there was none
    // NLA proved the user, whom the server then did not authorize; code = result of early user authorization (2.2.10.2)
    FAMILY_AUTHORIZATION,
    FAMILY_LICENSING, // licensing error message; code = dwErrorCode (2.2.1.12.1.3)
    FAMILY_LOGON,     // logon error notification in the session (2.2.10.1.1.4.1.1); code = ErrorNotificationData where
                      // the type says that the logon goes on, else ErrorNotificationType
    // A broker sent the client elsewhere (2.2.13.1): neither a refusal nor a breach of the protocol, but this
    // connection ends without a session, and what a client makes of it is a further one. code = 0
    FAMILY_REDIRECTION,
    FAMILY_GATEWAY,   // code = HRESULT (MS-TSGU 2.2.6) or HTTP status
    FAMILY_DNS,       // code = -EAI_* of getaddrinfo as a positive number
    FAMILY_TCP,       // connect() failed; code = errno
    FAMILY_CLOSED,    // the peer closed with no reason; code = 0 for FIN, ECONNRESET for RST
    FAMILY_ULTIMATUM, // MCS Disconnect Provider Ultimatum and no Set Error Info; code = reason (T.125)
    FAMILY_TIMEOUT,   // --deadline passed; code = 0
    FAMILY_PROTOCOL,  // the peer sent what no specification allows; code = 0, or MCS result
    FAMILY_LOCAL,     // this machine: missing provider, bad setting, certificate refused by --cert-policy
    FAMILY_CRASH,     // the client library died; code = signal number
    FAMILY_COUNT
};

const char *family_name(enum family family);                  // static; "" for FAMILY_NONE
bool family_from_name(const char *name, enum family *family); // false if there is none such

// Why an mstsc code is given (documented by Microsoft, or inferred from the same condition).
enum basis { BASIS_NONE, BASIS_DOCUMENTED, BASIS_INFERRED };
const char *basis_name(enum basis basis); // "documented", "inferred", "" for none

// Whose part of a failed connection failed: the same code may be the target's or the gateway's (families dns and tcp),
// the peer's or this client's (a TLS alert).
enum failing_side {
    SIDE_NONE, // connected; or an outcome of which it was not said
    SIDE_TARGET,
    SIDE_GATEWAY,
    SIDE_CLIENT, // this machine or the client library
    SIDE_COUNT
};

const char *side_name(enum failing_side side);                  // static; "" for SIDE_NONE
bool side_from_name(const char *name, enum failing_side *side); // false if there is none such

// The side that a failure is of where nothing more is known of it than family and phase.
enum failing_side side_of(enum family family, enum phase phase);

struct outcome {
    enum result result;
    enum phase phase; // the furthest phase that began (for connected: the phase that was asked for)
    enum family family;
    enum failing_side side;
    uint32_t code;
    char name[64];    // symbolic name of the code, "" if it has none
    char detail[200]; // one clause for people: "the peer closed the connection"; no secrets
    struct {
        enum basis basis;  // BASIS_NONE: nothing is claimed about mstsc
        uint32_t code;     // "Error code"
        uint32_t extended; // "Extended error code"
    } mstsc;
    struct {
        uint32_t code; // freerdp_get_last_error(): one more fact, not the diagnosis
        char name[64];
    } freerdp;
};

// Whether it is this machine that could not do it, which says nothing of the target. A certificate that --cert-policy
// refuses is the target's.
bool outcome_is_of_this_machine(const struct outcome *outcome);

// An outcome class. Codes of errinfo, credssp, authorization, negotiation, licensing and gateway speak for themselves
// in any phase; the others (closed, timeout, …) mean something only together with the phase, so any_phase is false for
// them. Where the code alone does not tell causes apart (code 0, a gateway's errno or the target's), the outcome's name
// belongs to the class.
struct signature {
    enum family family;
    uint32_t code;
    enum phase phase;
    bool any_phase;
    char name[64];          // "" for any
    enum failing_side side; // of the outcome that the class was made from; SIDE_NONE where it was read from a text
    // What it is asked by: an outcome's family; mstsc's "Error code"; a number that is a code of CredSSP or a gateway,
    // mstsc's or FreeRDP's; or a name, the outcome's or FreeRDP's. Where it is not the family, family and code are only
    // those of the trial that showed it.
    enum signature_by { BY_FAMILY, BY_MSTSC, BY_NUMBER, BY_NAME } by;
    uint32_t number; // BY_MSTSC, BY_NUMBER
    bool any_code;   // BY_FAMILY: the name alone counts
};

// The class of an outcome (of a failed trial).
struct signature signature_of(const struct outcome *outcome);

// Whether a failed outcome belongs to the class. Connected never matches.
bool signature_matches(const struct signature *signature, const struct outcome *outcome);

// Reads "0x3/0x7" (mstsc's pair: errinfo 7), another pair of mstsc ("0x904/0x7": its extended code says nothing), a
// number of 0x100 or more, a name with '_', "FAMILY", "FAMILY CODE" or "FAMILY CODE@PHASE" (also with ':' instead of
// the space; CODE decimal, 0x… or a name). Returns false with a clause in *error (static) when it is none of these.
bool signature_parse(const char *text, struct signature *signature, const char **error);

// Writes the signature as signature_parse() reads it. Always terminated; returns text.
char *signature_text(const struct signature *signature, char *text, size_t size);

// The same for people: with the name of the code in place of a bare number, where the outcome that showed it (NULL:
// none) has one: "closed FIN@nla", "tcp ECONNREFUSED@tcp", "gateway E_PROXY_RAP_ACCESSDENIED". signature_parse() reads
// it too.
char *signature_words(const struct signature *signature, const struct outcome *shown, char *text, size_t size);
