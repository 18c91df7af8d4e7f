// SPDX-License-Identifier: Apache-2.0
// FreeRDP's own parsers of .rdp files and command lines, and what they made of them. For a process of their own: see
// import/baseline.h.
#pragma once

#include <jansson.h>

#include "import/baseline.h"

struct baseline_source {
    const char *text; // of the .rdp file, UTF-8; NULL for none
    int argc;         // arguments of xfreerdp, without its own name
    char **argv;      // the parser may overwrite secrets in them
};

// What baseline_read() gives, as an object for baseline_from_json(), and the secrets, NULL for none, for the caller to
// free. NULL with a sentence in error[size] if the parsers do not take the source.
json_t *baseline_parse(const struct baseline_source *source, char *secrets[PROFILE_SECRETS], char *error, size_t size);
