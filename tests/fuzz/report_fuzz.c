// SPDX-License-Identifier: Apache-2.0
// A journal, whole or damaged, in every format.
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "fuzzed_file.h"
#include "report/format.h"
#include "report/merge.h"
#include "target.h"

enum { FORMATS = 8, LINE_MAX_BYTES = 16384 };

// What was written is what its format promises.
static void check(const char *path, const char *format)
{
    static char text[1 << 22];
    FILE *file = fopen(path, "re");
    promise(file != NULL);
    size_t size = fread(text, 1, sizeof text, file);
    fclose(file);
    if (strcmp(format, "json") != 0) {
        promise(fuzzed_is_plain(text, size));
    } else {
        json_t *json = json_loadb(text, size, 0, NULL);
        promise(json_is_object(json));
        json_decref(json);
    }
    if (strcmp(format, "junit") == 0)
        promise(size > 13 && memcmp(text + size - 14, "</testsuites>\n", 14) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t count;
    const struct format *rows = format_rows(&count);
    struct merge merge = {0};
    FILE *files[FORMATS];
    void *states[FORMATS];
    char paths[FORMATS][300], line[LINE_MAX_BYTES], error[1200];
    promise(count <= FORMATS);
    for (size_t i = 0; i < count; i++) {
        strcpy(paths[i], fuzzed_file(rows[i].name, "", 0));
        files[i] = fopen(paths[i], "w+e");
        promise(files[i] && (states[i] = rows[i].begin(files[i])));
    }
    for (const uint8_t *at = data, *end = data + size; at < end;) {
        const uint8_t *newline = memchr(at, '\n', (size_t)(end - at));
        size_t length = newline ? (size_t)(newline - at) + 1 : (size_t)(end - at);
        struct record record;
        const char *clause = NULL;
        memcpy(line, at, length);
        line[length] = '\0';
        at += length;
        if (!record_read(line, length, &record, &clause)) {
            promise(clause != NULL);
            continue;
        }
        merge_take(&merge, &record, "file", error, sizeof error);
        for (size_t i = 0; i < count; i++)
            rows[i].record(states[i], &record);
    }
    merge_missing(&merge, error, sizeof error);
    merge_clear(&merge);
    for (size_t i = 0; i < count; i++) {
        rows[i].note(states[i], "a note");
        promise(rows[i].end(states[i], true));
        fclose(files[i]);
        check(paths[i], rows[i].name);
    }
    return 0;
}
