// SPDX-License-Identifier: Apache-2.0
// What to look at next, on the server and on the way there, for a failure that no client-side factor decides: the
// command, setting or event that decides each possibility. For whatever format a report has.
#pragma once

#include <stdint.h>

enum { ADVICE_LOOKS_MAX = 3 };

struct advice {
    const char *note; // what is known about this failure, one sentence; NULL: nothing more than its code says
    // What may be the matter, and what decides it. Ends early at one without what.
    struct {
        const char *what, *how;
    } looks[ADVICE_LOOKS_MAX];
};

// The advice for an outcome's family, code and name (as in the journal; name "" for any); general advice where there is
// none of its own. A gateway's code is taken with and without its high word (MS-TSGU 2.2.6). Static.
const struct advice *advice_for(const char *family, uint32_t code, const char *name);

// The advice where a target refuses, beyond a gateway's tunnel, what it lets in directly. Static.
const struct advice *advice_beyond_tunnel(void);

// The advice where every server that a client is sent to sends it on. Static.
const struct advice *advice_circle(void);
