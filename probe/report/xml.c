// SPDX-License-Identifier: Apache-2.0
#include "report/xml.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "report/utf8.h"

static const char replacement[] = "\xEF\xBF\xBD"; // U+FFFD

static void put(struct xml *xml, const char *text, size_t length)
{
    if (!xml->failed && fwrite(text, 1, length, xml->file) != length)
        xml->failed = true;
}

static void put_word(struct xml *xml, const char *text)
{
    put(xml, text, strlen(text));
}

static void close_tag(struct xml *xml)
{
    if (xml->tag_open)
        put_word(xml, ">");
    xml->tag_open = false;
}

static void indent(struct xml *xml)
{
    put_word(xml, "\n");
    for (unsigned i = 0; i < xml->depth; i++)
        put_word(xml, "  ");
}

// Reads one character and goes on behind it; "" for one that is left out. Room for 4 bytes and a zero in bytes.
static const char *next(const char **text, char *bytes)
{
    uint32_t point = 0;
    size_t length = utf8_decode(*text, &point);
    const char *at = *text;
    *text += length ? length : 1;
    if (length == 0)
        return replacement;
    // XML 1.0, 2.2 has no U+FFFE and U+FFFF either.
    if ((!utf8_harmless(point) && point != '\n' && point != '\t') || point == 0xFFFE || point == 0xFFFF)
        return "";
    memcpy(bytes, at, length);
    bytes[length] = '\0';
    return bytes;
}

static void put_escaped(struct xml *xml, const char *text, bool attribute)
{
    char bytes[5];
    while (*text) {
        size_t plain = 0; // most text needs nothing
        while (text[plain] >= ' ' && text[plain] < 0x7F && !strchr("<>&\"'", text[plain]))
            plain++;
        if (plain > 0) {
            put(xml, text, plain);
            text += plain;
            continue;
        }
        const char *word = next(&text, bytes);
        switch (word[0]) {
        case '<':
            word = "&lt;";
            break;
        case '>':
            word = "&gt;";
            break;
        case '&':
            word = "&amp;";
            break;
        case '"':
            word = "&quot;";
            break;
        case '\'':
            word = "&apos;";
            break;
        case '\n':
            word = attribute ? "&#10;" : "\n";
            break;
        case '\t':
            word = attribute ? "&#9;" : "\t";
            break;
        default:
            break;
        }
        put_word(xml, word);
    }
}

void xml_declare(struct xml *xml)
{
    put_word(xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
}

void xml_begin(struct xml *xml, const char *name)
{
    if (xml->depth == XML_DEPTH_MAX) {
        xml->failed = true;
        return;
    }
    close_tag(xml);
    indent(xml);
    put_word(xml, "<");
    put_word(xml, name);
    xml->names[xml->depth++] = name;
    xml->tag_open = true;
    xml->has_text = false;
}

void xml_attribute(struct xml *xml, const char *name, const char *value)
{
    put_word(xml, " ");
    put_word(xml, name);
    put_word(xml, "=\"");
    put_escaped(xml, value, true);
    put_word(xml, "\"");
}

void xml_attribute_format(struct xml *xml, const char *name, const char *format, ...)
{
    char value[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(value, sizeof value, format, arguments);
    va_end(arguments);
    xml_attribute(xml, name, value);
}

void xml_text(struct xml *xml, const char *text)
{
    close_tag(xml);
    put_escaped(xml, text, false);
    xml->has_text = true;
}

void xml_end(struct xml *xml)
{
    if (xml->depth == 0)
        return;
    const char *name = xml->names[--xml->depth];
    if (xml->tag_open) {
        put_word(xml, "/>");
    } else {
        if (!xml->has_text)
            indent(xml);
        put_word(xml, "</");
        put_word(xml, name);
        put_word(xml, ">");
    }
    if (xml->depth == 0)
        put_word(xml, "\n");
    xml->tag_open = xml->has_text = false;
}

char *xml_clean(const char *text, char *copy, size_t size)
{
    size_t used = 0;
    char bytes[5];
    while (*text) {
        const char *word = next(&text, bytes);
        if (word[0] == '\n' || word[0] == '\t')
            word = " ";
        size_t length = strlen(word);
        if (used + length >= size)
            break;
        memcpy(copy + used, word, length);
        used += length;
    }
    copy[used] = '\0';
    return copy;
}
