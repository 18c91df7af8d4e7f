// SPDX-License-Identifier: Apache-2.0
// Writes XML 1.0 as a stream, with a sticky error. Whatever text goes in, what comes out is well-formed.
#pragma once

#include <stdbool.h>
#include <stdio.h>

enum { XML_DEPTH_MAX = 8 };

struct xml {
    FILE *file;                       // borrowed
    const char *names[XML_DEPTH_MAX]; // open elements
    unsigned depth;
    bool tag_open; // attributes may still come
    bool has_text; // then the closing tag follows at once
    bool failed;   // sticky: a write failed
};

// Writes the XML declaration; encoding UTF-8.
void xml_declare(struct xml *xml);

// Begins an element on a line of its own. The name is static.
void xml_begin(struct xml *xml, const char *name);

// An attribute of the element begun last, before its text and its children.
void xml_attribute(struct xml *xml, const char *name, const char *value);
void xml_attribute_format(struct xml *xml, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Text within the element. Here and in attributes control characters (but line ends and tabs) and those that reorder
// text are left out, and what is no UTF-8 becomes U+FFFD.
void xml_text(struct xml *xml, const char *text);

// Ends the element begun last.
void xml_end(struct xml *xml);

// Copies text as xml_text() would leave it, before its escapes; line ends and tabs become blanks. Returns copy.
char *xml_clean(const char *text, char *copy, size_t size);
