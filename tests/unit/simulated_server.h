// SPDX-License-Identifier: Apache-2.0
// A simulated server whose rule is known, for tests of isolation: it plays a connection phase by phase and leaves the
// facts that a real one would. And the truth about its rule, found by trying all variants.
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "analysis/isolation.h"

// The simulated server knows the core factors, and of each the first levels.
enum { CORE = FACTOR_LICENSE + 1, RUNS_MAX = 256, TERMS_MAX = 2, SUBSETS = 1 << CORE };

// What a client really did, as the server sees it: factor levels, but the TLS version spoken and the licence presented.
enum { TLS_NONE = 0, LICENSE_NONE = 0, LICENSE_NEW = 1, LICENSE_STORED = 2 };
// Whether the server asks for a licence at all, and ever issues one (the last lets clients in without, as in the grace
// period).
enum licensing { LICENSING_OFF, LICENSING_ISSUE, LICENSING_NEVER };

struct server {
    unsigned securities; // bit set of accepted levels
    unsigned tls_low, tls_high;
    bool ipv6;
    enum licensing licensing;
    bool user_has_license;               // keep presents a licence
    unsigned term_count;                 // rule: a disjunction of conjunctions; 0 terms: nobody is denied
    unsigned char term[TERMS_MAX][CORE]; // bit set of what the client did; 0: does not matter
    enum phase moment;
    enum family family;
    uint32_t code;
    // Noise.
    unsigned flaky, unresolved; // percent
    unsigned stop_after;        // trials until run returns NULL; 0: never
    unsigned change_after;      // trials until nobody is denied any more; 0: never
    unsigned spared;            // number of the one trial that is not denied, whatever the rule; 0: none
    unsigned seed;
    double ms; // that every trial takes
};

struct lab {
    struct server server;
    struct trial trials[RUNS_MAX];
    unsigned count;
    bool issued;
};

// The callback of struct isolation; its context is a struct lab.
const struct trial *lab_run(void *context, const struct variant *variant, enum phase until);

// Frees the trials, for another experiment.
void lab_clear(struct lab *lab);

// The TLS version that the server speaks with the variant, TLS_NONE if none.
unsigned lab_spoken(const struct server *server, const struct variant *variant);

// Number of levels of a factor that the server knows.
unsigned lab_levels(int factor);

// What the variant makes of licensing: LICENSE_NONE, LICENSE_NEW or LICENSE_STORED. issued: the run holds a licence.
unsigned lab_presented(const struct server *server, const struct variant *variant, bool issued);

// The least sets of factors that, at the baseline's levels, suffice for the failure whatever the others are. Bit s of
// the result: the set s (a bit set of factors); bit 0: everybody is denied. *realised: the sets that some variant has
// exactly.
uint32_t lab_truth(const struct server *server, const struct isolation *isolation, uint32_t *realised);

// The rule itself, as such sets.
uint32_t lab_rule(const struct server *server);

// The factors that the sets name.
unsigned lab_factors(uint32_t sets);

// Whether two such results say the same of every set that is realised.
bool lab_same(uint32_t a, uint32_t b, uint32_t realised);
