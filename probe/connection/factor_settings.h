// SPDX-License-Identifier: Apache-2.0
// What the connection does for a factor, and what an import makes of it: one in each file of connection/factors/.
#pragma once

#include <stdbool.h>

#include "connection/parsed_settings.h"
#include "trial/factor.h"

struct applying;
struct event_sink;
struct outgoing;
struct ssl_st;

// One of FreeRDP's settings that has to do with a factor.
struct factor_setting {
    const char *name;     // without FreeRDP's prefix
    const char *argument; // of xfreerdp, that gives it a value that may be the default; or NULL
    const char *why;      // a clause, where it is not simply taken; always where it is overridden
    bool overridden;      // a trial sets it itself: an imported value has no say
};

// Each hook may be NULL.
struct factor_settings {
    // Applies a level to FreeRDP's settings (connection/applying.h). False if FreeRDP refuses.
    bool (*apply)(struct applying *applying, unsigned level);
    // The same once a gateway is passed: for what holds for the target's TLS and NLA and not for a gateway's.
    bool (*before_target_tls)(struct applying *applying, unsigned level);
    // On each TCP socket: right before connect(), and once it is connected. What they find goes to the sink as facts.
    void (*socket)(int fd, unsigned level, struct event_sink *sink);
    void (*connected)(int fd, unsigned level, struct event_sink *sink);
    // The target's TLS, right before its ClientHello is made.
    void (*hello)(struct ssl_st *ssl, unsigned level);
    // Each PDU before it is sent, to change it (connection/outgoing.h).
    void (*sending)(struct outgoing *outgoing, const struct variant *variant, unsigned level);
    // The settings that decide the level of an import, or are overridden for the factor: a name of NULL ends them.
    const struct factor_setting *settings;
    // The setting that holds the text of the level that needs one, and whether too long a text is cut; or NULL.
    const char *operand;
    bool cuts_operand;
    // The level that imported settings ask for. False where they say nothing about it.
    bool (*import)(const struct parsed_settings *parsed, unsigned *level);
};

// What there is for a factor. Static.
const struct factor_settings *factor_settings(enum factor factor);

// Calls the hooks of all factors in the order of trial/factors.def. False if FreeRDP refuses a setting.
bool factors_apply(struct applying *applying);
bool factors_before_target_tls(struct applying *applying);
void factors_socket(const struct variant *variant, int fd, struct event_sink *sink);
void factors_connected(const struct variant *variant, int fd, struct event_sink *sink);
void factors_hello(const struct variant *variant, struct ssl_st *ssl);
void factors_sending(const struct variant *variant, struct outgoing *outgoing);

// factor_security_settings and so on.
#define FACTOR(NAME, file) extern const struct factor_settings factor_##file##_settings;
#include "trial/factors.def"
#undef FACTOR
