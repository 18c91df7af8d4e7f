// SPDX-License-Identifier: Apache-2.0
#include "commands/complain.h"

#include <stdarg.h>
#include <stdio.h>

#include "report/page.h"

enum { SENTENCE_MAX = 1024 };

void run_complain(const char *command, const char *format, ...)
{
    char text[SENTENCE_MAX], clean[SENTENCE_MAX];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "rdpprobe %s: %s\n", command, page_clean(text, clean, sizeof clean));
}
