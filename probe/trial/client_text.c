// SPDX-License-Identifier: Apache-2.0
#include "trial/client_text.h"

#include <string.h>

static bool within(const char *text, char first)
{
    for (; *text; text++) {
        if (*text < first || *text > '~')
            return false;
    }
    return true;
}

bool client_name_check(const char *text, const char **clause)
{
    *clause = NULL;
    if (!within(text, '!'))
        *clause = "takes printable ASCII without blanks, as names of computers are";
    else if (!text[0])
        *clause = "names no computer";
    else if (strlen(text) >= CLIENT_NAME_MAX)
        *clause = "is longer than 15 characters, and the protocol has room for no more";
    return !*clause;
}

bool load_balance_check(const char *text, const char **clause)
{
    *clause = NULL;
    if (!text[0])
        *clause = "is empty";
    else if (!within(text, ' '))
        *clause = "takes printable ASCII only";
    else if (strlen(text) >= LOAD_BALANCE_MAX)
        *clause = "is too long: a connection request has room for 238 characters";
    return !*clause;
}
