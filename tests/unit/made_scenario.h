// SPDX-License-Identifier: Apache-2.0
// Scenarios made by hand, for tests of designs and plans that are not about reading files.
#pragma once

#include <stddef.h>

#include "scenario/scenario.h"

enum { MADE_TARGETS_MAX = 2000, MADE_RULES_MAX = 8 };

struct made_scenario {
    struct scenario scenario;
    struct scenario_target targets[MADE_TARGETS_MAX];
    struct credentials credentials[2]; // 0: EXAMPLE\probe, 1: at the gateway
    struct variant_rule *rules[MADE_RULES_MAX];
    struct expectation expectations[1]; // connected
};

// A scenario with one target, srv.example, with password and gateway, and every factor at its default. Ends the test
// that asks for what is wrong; so do all of these.
void made_init(struct made_scenario *made, enum design design);

// Frees the rules.
void made_clear(struct made_scenario *made);

// Adds "host" or "host:port" with the first credentials and no gateway.
struct scenario_target *made_target(struct made_scenario *made, const char *text);

// Puts levels in play: "tls=1.2 tls=1.3", or all of a factor: "tls".
void made_vary(struct made_scenario *made, const char *words);

// Adds a constraint.
void made_never(struct made_scenario *made, const char *rule);

// Sets levels of the base: "security=tls tls=1.2".
void made_base(struct made_scenario *made, const char *words);

// The default variant with these levels.
struct variant made_variant(const char *words);
