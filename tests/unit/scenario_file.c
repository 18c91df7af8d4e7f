// SPDX-License-Identifier: Apache-2.0
#include "scenario_file.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[256];

int scenario_file_setup(void **state)
{
    const char *base = getenv("TMPDIR");
    (void)state;
    snprintf(folder, sizeof folder, "%.200s/scenario-XXXXXX", base ? base : "/tmp");
    return mkdtemp(folder) ? 0 : -1;
}

int scenario_file_teardown(void **state)
{
    char path[600];
    DIR *open = opendir(folder);
    (void)state;
    for (struct dirent *entry; open && (entry = readdir(open));) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.')
            unlink(path);
    }
    if (open)
        closedir(open);
    return rmdir(folder);
}

const char *scenario_file_write(const char *name, const char *bytes, size_t length)
{
    static char path[600];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    if (!file || fwrite(bytes, 1, length, file) != length || fclose(file) != 0)
        abort();
    return path;
}

struct scenario *scenario_file_read(const char *text, char *error, size_t size)
{
    const char *path = scenario_file_write("s.yaml", text, strlen(text));
    struct scenario *scenario = scenario_read(path, NULL, error, size);
    size_t length = strlen(folder) + 1;
    if (!scenario) {
        for (char *at; (at = strstr(error, folder)) != NULL;)
            memmove(at, at + length, strlen(at + length) + 1);
    }
    return scenario;
}
