// SPDX-License-Identifier: Apache-2.0
// Text of .rdp files: lines NAME:TYPE:VALUE, in UTF-8 or, as mstsc writes them, in UTF-16LE. Pure functions over bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RDP_TEXT_MAX = 1024 * 1024 }; // bytes of a file; mstsc's have a few kilobytes

struct rdp_line {
    unsigned number; // from 1
    char type;       // 's', 'i', 'b' or what stands there; '/' for an argument of xfreerdp; 0 for what is no setting
    char *name;      // where there is a type other than '/'
    char *value;     // likewise; for '/' the whole line
};

// Makes a file's bytes UTF-8 without byte order mark: UTF-16LE with a mark, or UTF-8. *text is the caller's to free.
// False, with a static clause that goes on after the file's name, for what is neither, holds a NUL or is too large.
bool rdp_text_decode(const uint8_t *data, size_t size, char **text, const char **clause);

// Cuts the next line off *cursor, in place, as FreeRDP's parser does: a type is one character between two colons.
// line->number counts on from the previous call (0 at first). False at the end.
bool rdp_text_next(char **cursor, struct rdp_line *line);

// Whether a value of type 'i' is one that FreeRDP's parser takes: it refuses the whole file otherwise.
bool rdp_text_is_number(const char *value);
