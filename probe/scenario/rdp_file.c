// SPDX-License-Identifier: Apache-2.0
// What a list of targets takes from an .rdp file: address, port, user, domain and gateway, in its lines
// NAME:TYPE:VALUE.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scenario/scenario_reader.h"

enum { FILE_SIZE_MAX = 1024 * 1024 };

enum setting { SETTING_ADDRESS, SETTING_PORT, SETTING_USER, SETTING_DOMAIN, SETTING_GATEWAY, SETTING_METHOD, SETTINGS };

// Names as the documentation of .rdp properties has them.
static const char *const names[SETTINGS] = {
    [SETTING_ADDRESS] = "full address", [SETTING_PORT] = "server port",        [SETTING_USER] = "username",
    [SETTING_DOMAIN] = "domain",        [SETTING_GATEWAY] = "gatewayhostname", [SETTING_METHOD] = "gatewayusagemethod",
};

struct setting_value {
    const char *text; // NULL: not in the file
    struct place place;
};

bool rdp_file_named(const char *path)
{
    size_t length = strlen(path);
    return length > 4 && strcasecmp(path + length - 4, ".rdp") == 0;
}

static void read_line(char *line, struct place place, struct setting_value values[SETTINGS])
{
    char *type = strchr(line, ':');
    char *value = type ? strchr(type + 1, ':') : NULL;
    if (!value)
        return; // mstsc passes over what it does not know, too
    *type = '\0';
    value++;
    for (int i = 0; i < SETTINGS; i++) {
        if (strcasecmp(line, names[i]) == 0 && *value) {
            place.column = (unsigned)source_text_width(line, (size_t)(value - line)) + 1;
            values[i] = (struct setting_value){value, place};
        }
    }
}

static void read_lines(char *bytes, const char *file, struct setting_value values[SETTINGS])
{
    struct place place = {file, 0, 1};
    size_t length;
    for (char *line; (line = source_text_line(&bytes, &length));) {
        place.line++;
        read_line(line, place, values);
    }
}

static void take(const struct setting_value *value, const char **text, struct place *place)
{
    if (value->text) {
        *text = value->text;
        *place = value->place;
    }
}

static bool add(struct scenario_reader *reader, const char *file, const struct setting_value values[SETTINGS],
                const struct target_texts *defaults, const struct target_places *places)
{
    struct target_texts t = *defaults;
    struct target_places p = *places;
    t.host = NULL;
    take(&values[SETTING_ADDRESS], &t.host, &p.host);
    take(&values[SETTING_PORT], &t.port, &p.port);
    take(&values[SETTING_USER], &t.user, &p.user);
    take(&values[SETTING_DOMAIN], &t.domain, &p.domain);
    // gatewayusagemethod: 1 always, 2 where the direct way fails; 0, 3 and 4 do not name this gateway.
    const char *method = values[SETTING_METHOD].text;
    if (method && (strcmp(method, "1") == 0 || strcmp(method, "2") == 0))
        take(&values[SETTING_GATEWAY], &t.gateway, &p.gateway);
    if (!t.host)
        return reader_fail(reader, (struct place){file, 0, 0}, "the file has no 'full address'");
    // mstsc writes the domain into the user name as well.
    if (t.user && strchr(t.user, '\\'))
        t.domain = NULL;
    return target_add(reader, &t, &p);
}

bool rdp_file_read(struct scenario_reader *reader, const char *path, struct place place,
                   const struct target_texts *defaults, const struct target_places *places)
{
    struct setting_value values[SETTINGS] = {0};
    struct source_text text;
    struct source_error error;
    const char *file = reader_file(reader, path);
    if (!file)
        return false;
    if (!source_text_read(&text, path, FILE_SIZE_MAX, true, &error)) {
        if (error.line)
            return reader_fail(reader, (struct place){file, error.line, error.column}, "%s", error.text);
        return reader_fail(reader, place, "'%.200s' %s", path, error.text);
    }
    read_lines(text.bytes, file, values);
    bool ok = add(reader, file, values, defaults, places);
    source_text_clear(&text);
    return ok;
}
