// SPDX-License-Identifier: Apache-2.0
#include "commands/option_explain.h"

#include <stdio.h>

bool option_take_list(struct options *options, const char *none, char *error, size_t size)
{
    (void)none, (void)error, (void)size;
    options->list = true;
    return true;
}

static bool refuse(char *error, size_t size, const char *sentence)
{
    snprintf(error, size, "%s", sentence);
    return false;
}

bool option_take_words(struct options *options, int count, char **words, char *error, size_t size)
{
    options->words = words;
    options->word_count = count;
    if (options->list && options->causes)
        return refuse(error, size, "--list does not go with --causes");
    if (options->list && count > 0)
        return refuse(error, size, "--list takes no code: it lists all");
    if (options->causes && count > 1)
        return refuse(error, size, "--causes takes the id of one cause, such as H16, or none");
    if (!options->list && !options->causes && count == 0)
        return refuse(error, size, "a CODE is missing: a number, a name, or mstsc's two codes such as 0x3 0x7");
    if (count > 2)
        return refuse(error, size, "takes one code, or two: mstsc's Error code and Extended error code");
    return true;
}
