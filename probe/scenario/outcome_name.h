// SPDX-License-Identifier: Apache-2.0
// Outcomes by name: "errinfo SERVER_DENIED_CONNECTION", "negotiation HYBRID_REQUIRED", "closed RST". A name may leave
// out what all names of its table have in common (ERRINFO_, STATUS_, ERR_, E_PROXY_, HTTP_STATUS_, EAI_ in front,
// _BY_SERVER behind), in either case of letters.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "trial/outcome.h"

// Whether word is the name, or the name shortened.
bool outcome_name_matches(const char *word, const char *name);

// Whether some code of the family is called so. Families whose names come from the operating system or the client
// library (tcp, local, crash, logon, protocol) take any word of letters, digits and '_'. If not, writes a sentence with
// the nearest name to text[size].
bool outcome_name_known(enum family family, const char *word, char *text, size_t size);

// Whether it is the whole name of a code of some family, or one of FreeRDP's (ERRCONNECT_…). If not, *nearest (where
// given) is the name that was probably meant, or NULL. Static.
bool outcome_name_anywhere(const char *word, const char **nearest);
