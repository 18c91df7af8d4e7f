// SPDX-License-Identifier: Apache-2.0
// What to look at next for a failure, on the server, on the way there and here: the command, setting or event that
// decides each possibility. For whatever format a report has.
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

// The advice for an outcome: its family, code, name ("" for any) and the phase that it ended in, all as in the journal;
// general advice where there is none of its own. A gateway's code is taken with and without its high word (MS-TSGU
// 2.2.6). Static.
const struct advice *advice_for(const char *family, uint32_t code, const char *name, const char *phase);

// The advice where a target refuses, beyond a gateway's tunnel, what it lets in directly. Static.
const struct advice *advice_beyond_tunnel(void);

// The advice where every server that a client is sent to sends it on. Static.
const struct advice *advice_circle(void);

// What stands before it where a connection under TLS or RDP security ended after Client Info had gone without a
// password. Static.
const struct advice *advice_withheld_password(void);
