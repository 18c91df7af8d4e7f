// SPDX-License-Identifier: Apache-2.0
// What FreeRDP's own parsers make of an .rdp file and of xfreerdp's arguments: settings by their names, without
// FreeRDP's prefix ("ColorDepth"). For a process of its own, where worker_warm_up() was called first: the parsers may
// crash.
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct parsed_settings;

// FreeRDP's defaults. NULL if memory is out; for parsed_settings_free(), which takes NULL.
struct parsed_settings *parsed_settings_new(void);
void parsed_settings_free(struct parsed_settings *parsed);

// Has the text of an .rdp file (UTF-8) read. False if the parser does not take it.
bool parsed_settings_take_file(struct parsed_settings *parsed, const char *text);

enum parsed_arguments {
    ARGUMENTS_TAKEN,
    ARGUMENTS_REFUSED,
    ARGUMENTS_IMPOSSIBLE // not even a host alone is taken: the parser does not work on this machine
};

// The arguments that the parser takes at most.
enum { PARSED_ARGUMENTS_MAX = 1000 };

// Has xfreerdp's arguments read, without its own name; they are not changed. replaces_defaults: among them is one with
// which the parser leaves out its defaults for the network; the plain settings are to do without them, too.
enum parsed_arguments parsed_settings_take_arguments(struct parsed_settings *parsed, int argc, char *const *argv,
                                                     bool replaces_defaults);

// Which of refused arguments it was, counted from 1: the one that ends the shortest list that is not taken.
int parsed_settings_refused(int argc, char *const *argv);

// Notes that the file or the arguments say something about a setting, even its default.
void parsed_settings_mark_said(struct parsed_settings *parsed, const char *name);

// Whether this was noted.
bool parsed_is_said(const struct parsed_settings *parsed, const char *name);

// The same, or the setting has another value than FreeRDP makes of a host alone.
bool parsed_says(const struct parsed_settings *parsed, const char *name);

// A setting that FreeRDP has with this type; "", false and 0 for others. The text is borrowed.
const char *parsed_text(const struct parsed_settings *parsed, const char *name);
bool parsed_flag(const struct parsed_settings *parsed, const char *name);
uint32_t parsed_number(const struct parsed_settings *parsed, const char *name);

// A setting's value as text ("on" and "off" for a flag), the caller's to free; NULL for kinds that have none.
char *parsed_value(const struct parsed_settings *parsed, const char *name);

// Calls back for each setting that has a value as text, with the one that FreeRDP makes of a host alone beside it.
void parsed_settings_each(const struct parsed_settings *parsed,
                          void (*each)(void *context, const char *name, const char *value, const char *plain),
                          void *context);
