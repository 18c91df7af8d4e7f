// SPDX-License-Identifier: Apache-2.0
// What the command line asks for.
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { OPTIONS_MAX_BIND = 8, OPTIONS_MAX_MAP = 64, OPTIONS_MAX_CODES = 64 };

enum authentication { AUTH_NONE, AUTH_NTLM, AUTH_PAA, AUTH_BEARER, AUTH_BASIC };

// The two HTTP transports of MS-TSGU 1.3.2.
enum transport { TRANSPORT_NONE, TRANSPORT_WEBSOCKET, TRANSPORT_HTTP, TRANSPORT_COUNT };

// How far a client came: each step contains the ones before it.
enum step {
    STEP_NONE,
    STEP_TCP,       // accepted
    STEP_TLS,       // the TLS handshake is done
    STEP_HTTP,      // authenticated and answered with 101 or 200
    STEP_HANDSHAKE, // MS-TSGU 2.2.10.10/11
    STEP_TUNNEL,    // tunnel created, MS-TSGU 2.2.10.18/20
    STEP_AUTHORIZE, // tunnel authorized, MS-TSGU 2.2.10.14/16
    STEP_CHANNEL,   // the target is connected, MS-TSGU 2.2.10.2/4
    STEP_DATA,      // the client sent data
    STEP_COUNT
};

enum fault { FAULT_NONE, FAULT_CLOSE, FAULT_RST, FAULT_HANG, FAULT_GARBAGE, FAULT_HALF };

struct map {
    char *name;    // what the client asks for, compared without case
    char *host;    // where it goes
    uint16_t port; // 0 = the port that the client asked for
};

// The answers to the first tunnel, the next one, and so on; after the last one begins anew. None: no such answer.
struct codes {
    uint32_t code[OPTIONS_MAX_CODES];
    unsigned count;
};

struct options {
    const char *bind[OPTIONS_MAX_BIND];
    unsigned bind_count;
    uint16_t port;
    bool transports[TRANSPORT_COUNT];
    enum authentication authentication;
    const char *user;
    const char *domain; // NULL: any
    char *password;
    char *token;
    struct map map[OPTIONS_MAX_MAP];
    unsigned map_count;
    const char *allowed[OPTIONS_MAX_MAP]; // names that the resource policy lets through; none given: all
    unsigned allowed_count;
    uint16_t via[TRANSPORT_COUNT]; // 0 = the requested port
    const char *source;
    const char *certificate;
    const char *key;
    int tls_min; // TLS1_VERSION ...; 0 = OpenSSL's default
    int tls_max;
    struct codes denials[STEP_COUNT];
    struct codes http_status;   // of OUT channels
    struct codes second_status; // of IN channels
    enum step fault_step;
    bool fault_second; // on the second connection of a pair
    bool fault_logon;  // at STEP_HTTP: not before the client has logged on
    enum fault fault;
    uint64_t fault_after; // bytes from the target, before a fault at `data`
    bool chunked_out;
    const char *content_type; // of the answer to OUT; NULL: none
    uint64_t close_after;     // bytes from the target, after which the gateway closes the channel; 0 = never
    uint32_t close_status;
    const char *restricted; // the way to log on that accounts are to use instead; NULL: none are restricted
    const char *consent;    // NULL: none
    const char *service; // a service message once the channel is open; NULL: none
    uint32_t idle_timeout;
    bool redirects; // redirection is not the default
    uint32_t redirection;
    bool reauthenticates;
    bool keeps_alive;
};

// Reads the command line. Prints the help and exits 0, or one sentence about what is wrong and exits 2.
void options_parse(struct options *options, int argc, char **argv);

// The code for the tunnel with this number (from 1).
uint32_t options_code(const struct codes *codes, unsigned number);

// Overwrites and frees the secrets and frees the rest.
void options_clear(struct options *options);

// Names as the command line and the records have them; NULL for none.
const char *authentication_name(enum authentication authentication);
const char *transport_name(enum transport transport);
const char *step_name(enum step step);
