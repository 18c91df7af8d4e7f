// SPDX-License-Identifier: Apache-2.0
#include "commands/option_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool option_refuse(char *error, size_t size, const char *clause)
{
    snprintf(error, size, "%s", clause);
    return false;
}

bool option_copy(char *field, size_t field_size, const char *text, char *error, size_t size)
{
    if (strlen(text) >= field_size)
        return option_refuse(error, size, "is too long");
    strcpy(field, text);
    return true;
}

bool option_read_seconds(const char *text, double least, unsigned *ms, char *error, size_t size)
{
    enum { DAY = 24 * 60 * 60 };
    char *end = NULL;
    bool plain = text[0] && strspn(text, "0123456789.") == strlen(text);
    double seconds = plain ? strtod(text, &end) : -1;
    if (!plain || *end || seconds < least || seconds > DAY) {
        snprintf(error, size, "takes seconds from %g to %d, such as 2.5, and not '%s'", least, DAY, text);
        return false;
    }
    *ms = (unsigned)(seconds * 1000 + 0.5);
    return true;
}

bool option_read_count(const char *text, unsigned *count, char *error, size_t size)
{
    enum { COUNT_MAX = 1000000 };
    char *end = NULL;
    unsigned long n = text[0] >= '0' && text[0] <= '9' ? strtoul(text, &end, 10) : 0;
    if (n < 1 || n > COUNT_MAX || *end) {
        snprintf(error, size, "takes a number from 1 to %d, and not '%s'", COUNT_MAX, text);
        return false;
    }
    *count = (unsigned)n;
    return true;
}

bool option_read_rate(const char *text, double *rate, char *error, size_t size)
{
    char *end = NULL;
    bool plain = text[0] && strspn(text, "0123456789.") == strlen(text);
    *rate = plain ? strtod(text, &end) : 0;
    if (plain && !*end && *rate >= 0.001 && *rate <= 100000)
        return true;
    snprintf(error, size, "takes trials a second from 0.001 to 100000, and not '%s'", text);
    return false;
}
