// SPDX-License-Identifier: Apache-2.0
#include "fuzzed_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAMES_MAX = 8 };

static char folder[200], path[300];
static char names[NAMES_MAX][100];

static void remove_folder(void)
{
    for (size_t i = 0; i < NAMES_MAX && names[i][0]; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]);
        unlink(path);
    }
    rmdir(folder);
}

static void make_folder(void)
{
    const char *base = getenv("TMPDIR");
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    snprintf(folder, sizeof folder, "%.150s/rdpprobe-fuzz-XXXXXX", base && base[0] ? base : "/tmp");
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || !mkdtemp(folder))
        abort();
    close(null);
    atexit(remove_folder);
}

static void note_name(const char *name)
{
    for (size_t i = 0; i < NAMES_MAX; i++) {
        if (strcmp(names[i], name) == 0)
            return;
        if (!names[i][0]) {
            snprintf(names[i], sizeof names[i], "%s", name);
            return;
        }
    }
}

const char *fuzzed_file(const char *name, const void *bytes, size_t size)
{
    if (!folder[0])
        make_folder();
    note_name(name);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        abort();
    return path;
}

bool fuzzed_is_plain(const char *text, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)text[i];
        if ((c < ' ' && c != '\t' && c != '\n') || c == 0x7F)
            return false;
        if (c == 0xC2 && i + 1 < size && (unsigned char)text[i + 1] < 0xA0) // U+0080 to U+009F steer terminals, too
            return false;
    }
    return true;
}
