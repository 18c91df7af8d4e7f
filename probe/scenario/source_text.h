// SPDX-License-Identifier: Apache-2.0
// The text of a file that a user wrote: read whole, checked to be plain UTF-8.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct source_text {
    char *bytes; // owned, terminated, without byte order mark
    size_t length;
};

// Where a text is wrong. Line and column count from 1, columns in characters; 0 where the whole file is meant.
struct source_error {
    unsigned line, column;
    char text[320];
};

// Reads a file ("-" is standard input) of at most max bytes. UTF-16 with a byte order mark, which Windows tools write,
// is converted where utf16 allows it. Fails where the file cannot be read, is too large, or holds invalid UTF-8, NUL or
// other control characters than tab and line ends.
bool source_text_read(struct source_text *text, const char *path, size_t max, bool utf16, struct source_error *error);

// The same check for bytes in memory.
bool source_text_check(const char *bytes, size_t length, struct source_error *error);

// Length of the first character (RFC 3629) of a text with so many bytes left; 0 if it is invalid or cut.
size_t source_text_character(const char *bytes, size_t left);

// Number of characters (code points) among the first length bytes.
size_t source_text_width(const char *bytes, size_t length);

// Cuts the next line off: returns it without its end (LF, CR LF or CR, which is overwritten), moves *at behind it and
// sets *length. NULL at the end of the text.
char *source_text_line(char **at, size_t *length);

// Frees. Safe on a zeroed text.
void source_text_clear(struct source_text *text);
