// SPDX-License-Identifier: Apache-2.0
//
// One connection, served by libfreerdp behind the relay.
#pragma once

#include <freerdp/freerdp.h>
#include <freerdp/peer.h>
#include <freerdp/transport_io.h>

#include "certificate.h"
#include "client_reader.h"
#include "license.h"
#include "record.h"
#include "shim.h"

// What all connections share; made before the first of them and read-only since.
struct lab {
    struct lab_options options;
    struct lab_certificate certificate;
    struct license_server *license; // NULL with --licensing off
};

struct connection {
    const struct lab *lab;
    struct lab_record *record;
    struct shim shim;
    int sockfd; // libfreerdp's end of the socket pair
    freerdp_peer *peer;
    rdpTransportIo io; // libfreerdp's own functions, behind the hooks
    struct client_reader reader;
    struct upstream_relay *relay; // while --upstream's PDUs are passed on

    bool licensed;          // the licensing phase has been played
    bool valid_client_sent; // by this lab, so that libfreerdp's own must not follow
    bool info_seen;         // the first SendDataRequest has come
    bool encrypted;         // …a Security Exchange: what follows is encrypted
    bool logon_refused;     // the NTLM callback did not accept the account
    bool over;              // nothing more is read from or written to the client
    bool activated;
    int64_t activated_ms;
    double read_ms;        // session_clock_ms() when the client's last PDU was read
    int64_t measure_until; // connection_now_ms() at which the bandwidth measurement ends; 0: there is none
    bool reactivated;
};

// libfreerdp's context, with the connection behind it
struct connection_context {
    rdpContext context;
    struct connection *connection;
};

// Initialises WinPR and libfreerdp once in the process that forks the others.
void peer_initialize(bool verbose);

// Serves the connection that came in on `client` and takes that descriptor. Fills in the record; returns when the
// connection is over. Meant for a process of its own, which ends afterwards: libfreerdp's objects are not freed.
void peer_serve(const struct lab *lab, struct lab_record *record, int client);

// Ends the connection from the server's side in the given way, after what has been written so far.
void connection_end(struct connection *connection, enum shim_ending ending);

// Writes bytes below RDP's own security, but inside TLS. Returns false if that failed.
bool connection_write(struct connection *connection, const uint8_t *data, size_t length);

// Plays the fault of a phase, if one is due. Returns true if the connection is over.
bool connection_fault(struct connection *connection, enum lab_phase phase);

// Looks at the rules of this moment (for LAB_MOMENT_LICENSING: those that mention the licence or those that do not) and
// denies the connection if one fires. For LAB_MOMENT_ACTIVE only those whose delay has passed. Returns true if denied.
bool deny(struct connection *connection, enum lab_moment moment, bool mentioning_license);

// Milliseconds until the next delayed rule is to be looked at, -1 if there is none.
int deny_wait_ms(const struct connection *connection);

// Plays the licensing phase before libfreerdp does. Returns false if the connection is over.
bool licensing_play(struct connection *connection);

// Sends the client elsewhere if --redirect says so at this moment. Returns true if the connection is over.
bool redirect(struct connection *connection, enum lab_moment moment);

// Shows the client that the session has begun: the outcome of its logon, if it tried one, and a picture.
void session_begin(struct connection *connection);

// Sends the Server Status Info PDUs of --status to a client that reads them.
void session_tell_status(struct connection *connection);

// What the session does later by itself: the end of a bandwidth measurement, a reactivation. The wait is in
// milliseconds, -1 if nothing is to come. Ending the connection is not among it.
int session_wait_ms(const struct connection *connection);
void session_go_on(struct connection *connection);

// Auto-detection of network characteristics ([MS-RDPBCGR] 2.2.14), with --network.
void network_configure(struct connection *connection);
void network_begin(struct connection *connection);
void network_end(struct connection *connection);

// Takes the names and the password of a Client Info PDU into the record.
void connection_read_info(struct connection *connection, const char *user, const char *domain, const char *password);

// A clock for delays, and a finer one for the record.
int64_t connection_now_ms(void);
double session_clock_ms(void);
