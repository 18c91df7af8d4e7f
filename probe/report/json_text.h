// SPDX-License-Identifier: Apache-2.0
// JSON read where it stands, without memory of its own: of a journal's long lines a report needs few members, and
// passing over the others is some twenty times faster than building them.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The text of one value, brackets and quotes included; length 0: there is none. Points into somebody's line.
struct json_text {
    const char *at;
    size_t length;
};

// A way through the members of an object or the items of an array.
struct json_walk {
    const char *at, *end;
    bool object, begun, failed;
};

// Whether the text is one whole value with nothing but blanks around it; *value then is it. Values that are passed over
// are only checked for closed strings and brackets.
bool json_text_value(const char *text, size_t length, struct json_text *value);

// Begins; a value that is no container has no members.
struct json_walk json_walk(struct json_text container);

// The next member, *name having quotes (and length 0 in an array). False at the end, and with failed set where the text
// is no JSON.
bool json_walk_next(struct json_walk *walk, struct json_text *name, struct json_text *value);

// The member of that name; length 0 if there is none such. The name must have no character that JSON escapes.
struct json_text json_text_member(struct json_text object, const char *name);

// Whether the value is a string of exactly these characters.
bool json_text_is(struct json_text value, const char *word);

bool json_text_true(struct json_text value);

// Copies a string's characters as UTF-8, cut to fit and always terminated; a zero among them and what is no character
// become U+FFFD. Anything but a string is "". Returns copy.
char *json_text_string(struct json_text value, char *copy, size_t size);

// The number, or the fallback where the value is none.
double json_text_real(struct json_text value, double fallback);
int64_t json_text_integer(struct json_text value, int64_t fallback);
