// SPDX-License-Identifier: Apache-2.0
// Targets that fail and work by themselves, whatever the client does: at some rate; at a rate that goes by how the
// trial before ended (bursts, a good and a bad hour); or by the count of connections (machines in turn behind one
// address).
#pragma once

#include <stdbool.h>

enum { TURNS_LEAST = 2, TURNS_MOST = 4 }; // machines in turn that are thought of

struct chance_count {
    unsigned failures, passes;
};

// Zeroed at the start.
struct chance {
    struct chance_count all, after[2]; // after: a pass, a failure
    struct chance_count turn[TURNS_MOST + 1][TURNS_MOST];
    bool any, last; // any trial; what the last one showed
};

// Learns how a trial ended. connection: how many connections were made before it.
void chance_learn(struct chance *chance, unsigned connection, bool failure);

// The natural logarithm of how probable the trials are at one rate, whatever suits them best; and by the kind of such
// target that suits them best.
double chance_at_one_rate(const struct chance *chance);
double chance_at_best(const struct chance *chance);

// How many machines in turn explain the trials so much better than one rate does (natural logarithm, after what the
// further rates take off); 0: no number of them.
unsigned chance_turns(const struct chance *chance, double better);
