// SPDX-License-Identifier: Apache-2.0
// A page of text for people: one stream, its width and colours, and a sticky error. Nothing that a server sent can
// reach the terminal as a control character through it.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum style { STYLE_PLAIN, STYLE_HEADING, STYLE_GOOD, STYLE_BAD, STYLE_DOUBT, STYLE_FAINT };

struct page {
    FILE *file;    // borrowed
    bool terminal; // draw what only an eye can read, such as bars
    bool color;
    bool unicode;     // more than ASCII can be read there
    unsigned columns; // width to fit into, 80 to 160
    bool failed;      // sticky: a write failed
};

// Looks at the stream and the environment: colour only on a terminal, never with NO_COLOR or TERM=dumb, always with
// CLICOLOR_FORCE (no-color.org, bixense.com/clicolors); more than ASCII where the locale's characters are UTF-8; width
// of the terminal, or 80.
struct page page_open(FILE *file);

// Writes formatted text. Control characters (newlines too), direction overrides and what is no UTF-8 come out as '?'.
void page_put(struct page *page, enum style style, const char *format, ...) __attribute__((format(printf, 3, 4)));

// The same, and ends the line.
void page_line(struct page *page, enum style style, const char *format, ...) __attribute__((format(printf, 3, 4)));

// Ends the line, or leaves one blank.
void page_newline(struct page *page);

// Writes text broken between words to fit the page: the first line goes on from column `at`, the others are indented by
// `indent`. Ends the line.
void page_wrap(struct page *page, unsigned at, unsigned indent, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// Flushes. Returns false if anything was not written.
bool page_close(struct page *page);

// Copies text with everything replaced that page_put() replaces. Always terminated, never inside a character. Returns
// copy.
char *page_clean(const char *text, char *copy, size_t size);

// Number of columns that clean text takes: its code points.
unsigned page_width(const char *text);
