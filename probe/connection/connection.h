// SPDX-License-Identifier: Apache-2.0
// One running connection: FreeRDP's context with what the probe adds to it. Lives in a worker, once.
#pragma once

#include <freerdp/freerdp.h>
#include <freerdp/gdi/gdi.h>
#include <freerdp/transport_io.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <time.h>

#include "connection/classify.h"
#include "connection/event.h"
#include "connection/request.h"
#include "connection/standard_security.h"

struct capture;
struct picture;

enum { ADDRESSES_MAX = 16 };

struct connection {
    rdpContext context; // FreeRDP allocates the session as its context, so this must be first
    rdpGdi no_drawing;  // all zero: context.gdi where nothing is drawn
    const struct connection_request *request;
    struct event_sink *sink;
    struct trace trace;
    bool begun;                                       // trace.phase has begun
    double phase_at;                                  // event_clock() when it did
    rdpTransportIo io;                                // FreeRDP's own callbacks
    char presented[HOST_MAX];                         // the name for SNI, certificate check and SPN
    struct sockaddr_storage addresses[ADDRESSES_MAX]; // to connect to: the target's, or the gateway's
    socklen_t address_sizes[ADDRESSES_MAX];
    unsigned address_count;
    int fd;         // of the latest TCP connection, -1 while there is none
    int out_fd;     // of a gateway's OUT channel, by which everything comes, once it is granted
    int gateway_fd; // a duplicate of it where it is the gateway's: FreeRDP closes its own before it says why; else -1
    unsigned connections;
    bool capabilities_seen;        // Demand Active was read
    double logon_error_at;         // event_clock() at the first logon error, or 0
    double last_sent;              // event_clock() when the client last sent something
    bool asked;                    // something was sent and nothing has come since
    bool kerberos_reported;        // what a KDC made of the account
    bool pdu_begun;                // the first byte of the PDU being read was seen
    uint32_t requested;            // requestedProtocols, as sent
    timer_t silence_timer;         // silence.h
    double ntlm_asked;             // event_clock() when NTLM's NEGOTIATE went out; 0 before
    bool ntlm_challenged;          // its CHALLENGE was read
    SSL *ssl;                      // of the target's TLS
    SSL *gateway_ssl;              // of the gateway's, the later one where there are two
    bool tls_ended[2];             // who ended the target's ([0]) or the gateway's ([1]) is reported
    bool security_headers;         // Standard RDP Security: every payload has a security header
    struct standard_security *rc4; // under RDP security with encryption
    struct capture *capture;       // what records the trial; NULL for no capture
    struct picture *picture;       // what is drawn; NULL where nothing is (picture.h)
    bool has_permit;               // to send the password, which was asked for
    bool over;                     // the trial is decided; later events are FreeRDP's own unwinding
};

// The session of a FreeRDP context.
static inline struct connection *connection_of(rdpContext *context)
{
    return (struct connection *)context;
}

// Whether this trial sends its password in Client Info.
bool connection_sends_password(const struct connection *connection);

// Requests a logon permit to send the password, once, where the request says so; called right before it is sent. Where
// the server has not waited as long as the answer took, nothing can be said of it: the process ends without an outcome.
void connection_request_permit(struct connection *connection);

// Runs the connection to its end and reports it. Does not return.
_Noreturn void connection_run(const struct connection_request *request, struct event_sink *sink);

// Reports the outcome that the trace gives now; the trial may go on, and a later one replaces it.
void connection_report_outcome(struct connection *connection);

// Reports the outcome that the trace gives (or connected) and ends the worker. Does not return.
_Noreturn void connection_fail(struct connection *connection);
_Noreturn void connection_succeed(struct connection *connection);
