// SPDX-License-Identifier: Apache-2.0
#include "commands/arguments.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "import/client_arguments.h"

static void hide(char *from, const char *to)
{
    memset(from, '*', (size_t)(to - from));
}

static bool takes_password(const char *word)
{
    return strcmp(word, "--password") == 0 || strcmp(word, "--gateway-password") == 0;
}

// What other programs take for a password within a word.
static void hide_within(char *word)
{
    char *sign = strchr(word, '%'), *colon = strchr(word, ':'), *at = strrchr(word, '@'), *value = strchr(word, '=');
    if (sign)
        hide(sign + 1, word + strlen(word));
    if (colon && at && colon < at)
        hide(colon + 1, at);
    if (word[0] == '-' && word[1] == 'p')
        hide(word + 2, word + strlen(word));
    if (value && (strncmp(word, "--password=", 11) == 0 || strncmp(word, "--gateway-password=", 19) == 0))
        hide(value + 1, word + strlen(word));
}

char **arguments_take(int argc, char **argv)
{
    char **own = calloc((size_t)argc + 1, sizeof *own);
    for (int i = 0; own && i < argc; i++) {
        own[i] = strdup(argv[i]);
        if (!own[i])
            return NULL;
    }
    if (argc > 1)
        client_arguments_hide_secrets(argc - 1, argv + 1);
    for (int i = 1; i < argc; i++) {
        if (takes_password(argv[i - 1]))
            hide(argv[i], argv[i] + strlen(argv[i]));
        hide_within(argv[i]);
    }
    return own;
}
