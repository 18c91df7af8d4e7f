// SPDX-License-Identifier: Apache-2.0
// A baseline while it is read: what FreeRDP's parsers made of its source, and the levels that this decides.
#pragma once

#include <freerdp/settings.h>
#include <jansson.h>

#include "import/baseline_parser.h"
#include "import/baseline_setting.h"

// A setting of the file, the last of its name.
struct entry {
    char *name, *value;
    const struct rdp_key *key; // NULL for a name that FreeRDP does not know
};

struct parsing {
    const struct baseline_source *source;
    rdpSettings *settings, *plain; // what was read, and what FreeRDP makes of a host alone
    char *lines;                   // the file's text, cut into entries
    struct entry *entries;
    size_t entry_count, entry_room;
    json_t *result, *rows, *levels, *warnings;
    char *error;
    size_t size;
};

// The entry that FreeRDP's parser makes this setting of; NULL for none.
const struct entry *entry_of(const struct parsing *parsing, const char *setting);

// What was read of one setting; "" for a text that there is none of.
const char *parsed_text(const rdpSettings *settings, FreeRDP_Settings_Keys_String key);
bool parsed_flag(const struct parsing *parsing, FreeRDP_Settings_Keys_Bool key);
uint32_t parsed_number(const struct parsing *parsing, FreeRDP_Settings_Keys_UInt32 key);

// The load-balance information, which is no text in FreeRDP; the caller's to free.
char *routing_token(const rdpSettings *settings);

// A setting's value as text, the caller's to free; NULL for kinds that have none.
char *setting_text(const rdpSettings *settings, SSIZE_T key);

// Whether the file or the arguments say something about a setting, even its default.
bool is_said(const struct parsing *parsing, const struct baseline_setting *row);

// The same, or it has another value than FreeRDP's default.
bool says(const struct parsing *parsing, const char *setting);

void set_level(struct parsing *parsing, enum factor factor, unsigned level);

// Sets the levels that settings decide by themselves; not those of gateway, load-balance and client-name.
void decide_levels(struct parsing *parsing);
