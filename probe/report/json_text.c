// SPDX-License-Identifier: Apache-2.0
#include "report/json_text.h"

#include <stdlib.h>
#include <string.h>

#include "report/utf8.h"

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
        at++;
    return at;
}

// From an opening quote to behind the closing one; NULL if there is none.
static const char *skip_string(const char *at, const char *end)
{
    for (at++; at < end; at++) {
        const char *quote = memchr(at, '"', (size_t)(end - at));
        if (!quote)
            return NULL;
        // An odd number of backslashes before it makes the quote a character of the string.
        const char *back = quote;
        while (back > at && back[-1] == '\\')
            back--;
        if ((quote - back) % 2 == 0)
            return quote + 1;
        at = quote;
    }
    return NULL;
}

static const char *skip_container(const char *at, const char *end)
{
    char closing[64]; // deeper nesting is nothing that a journal has
    size_t depth = 0;
    while (at < end) {
        switch (*at) {
        case '"':
            at = skip_string(at, end);
            if (!at)
                return NULL;
            continue;
        case '{':
        case '[':
            if (depth == sizeof closing)
                return NULL;
            closing[depth++] = *at == '{' ? '}' : ']';
            break;
        case '}':
        case ']':
            if (closing[--depth] != *at)
                return NULL;
            if (depth == 0)
                return at + 1;
            break;
        default:
            break;
        }
        at++;
    }
    return NULL;
}

static const char *skip_value(const char *at, const char *end)
{
    if (at == end)
        return NULL;
    if (*at == '"')
        return skip_string(at, end);
    if (*at == '{' || *at == '[')
        return skip_container(at, end);
    const char *begin = at;
    while (at < end && ((*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'z') || *at == '-' || *at == '+' ||
                        *at == '.' || *at == 'E'))
        at++;
    return at > begin ? at : NULL;
}

bool json_text_value(const char *text, size_t length, struct json_text *value)
{
    const char *end = text + length;
    const char *begin = skip_blanks(text, end);
    const char *behind = skip_value(begin, end);
    if (!behind || skip_blanks(behind, end) != end)
        return false;
    *value = (struct json_text){begin, (size_t)(behind - begin)};
    return true;
}

struct json_walk json_walk(struct json_text container)
{
    bool walks = container.length >= 2 && (container.at[0] == '{' || container.at[0] == '[');
    if (!walks)
        return (struct json_walk){.failed = container.length > 0};
    return (struct json_walk){
        .at = container.at + 1, .end = container.at + container.length - 1, .object = container.at[0] == '{'};
}

static bool fail(struct json_walk *walk)
{
    walk->failed = true;
    walk->at = walk->end;
    return false;
}

bool json_walk_next(struct json_walk *walk, struct json_text *name, struct json_text *value)
{
    if (walk->failed || walk->at == walk->end)
        return false;
    const char *at = skip_blanks(walk->at, walk->end);
    if (at == walk->end) {
        walk->at = at;
        return false;
    }
    if (walk->begun) {
        if (*at != ',')
            return fail(walk);
        at = skip_blanks(at + 1, walk->end);
    }
    walk->begun = true;
    *name = (struct json_text){at, 0};
    if (walk->object) {
        const char *behind = at < walk->end && *at == '"' ? skip_string(at, walk->end) : NULL;
        if (!behind)
            return fail(walk);
        name->length = (size_t)(behind - at);
        at = skip_blanks(behind, walk->end);
        if (at == walk->end || *at != ':')
            return fail(walk);
        at = skip_blanks(at + 1, walk->end);
    }
    const char *behind = skip_value(at, walk->end);
    if (!behind)
        return fail(walk);
    *value = (struct json_text){at, (size_t)(behind - at)};
    walk->at = skip_blanks(behind, walk->end);
    return true;
}

struct json_text json_text_member(struct json_text object, const char *name)
{
    struct json_walk walk = json_walk(object);
    struct json_text key, value;
    if (!walk.object)
        return (struct json_text){0};
    while (json_walk_next(&walk, &key, &value)) {
        if (json_text_is(key, name))
            return value;
    }
    return (struct json_text){0};
}

bool json_text_is(struct json_text value, const char *word)
{
    size_t length = strlen(word);
    return value.length == length + 2 && value.at[0] == '"' && memcmp(value.at + 1, word, length) == 0;
}

bool json_text_true(struct json_text value)
{
    return value.length == 4 && memcmp(value.at, "true", 4) == 0;
}

// Four hexadecimal digits; -1 if they are not there.
static long read_hex(const char *at, const char *end)
{
    long value = 0;
    if (end - at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = at[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

// The character that "\uXXXX" stands for, a pair of surrogates being one; goes on behind it. What is none is U+FFFD.
static uint32_t read_escape(const char **at, const char *end)
{
    long high = read_hex(*at, end);
    if (high < 0)
        return 0xFFFD;
    *at += 4;
    if (high < 0xD800 || high > 0xDBFF)
        return high ? (uint32_t)high : 0xFFFD;
    if (end - *at < 6 || (*at)[0] != '\\' || (*at)[1] != 'u')
        return 0xFFFD;
    long low = read_hex(*at + 2, end);
    if (low < 0xDC00 || low > 0xDFFF)
        return 0xFFFD;
    *at += 6;
    return 0x10000 + ((uint32_t)(high - 0xD800) << 10) + (uint32_t)(low - 0xDC00);
}

static uint32_t read_escaped(const char **at, const char *end)
{
    char c = *(*at)++;
    switch (c) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'u':
        return read_escape(at, end);
    default:
        return (unsigned char)c < 0x80 ? (uint32_t)c : 0xFFFD;
    }
}

char *json_text_string(struct json_text value, char *copy, size_t size)
{
    size_t used = 0;
    if (size == 0)
        return copy;
    copy[0] = '\0';
    if (value.length < 2 || value.at[0] != '"')
        return copy;
    const char *at = value.at + 1, *end = value.at + value.length - 1;
    while (at < end) {
        char bytes[4];
        size_t length = 1;
        if (*at == '\\' && at + 1 < end) {
            at++;
            length = utf8_encode(read_escaped(&at, end), bytes);
        } else {
            // A whole character or a single byte: whoever shows it replaces what is no UTF-8. The closing quote keeps
            // utf8_decode() within the line.
            uint32_t point;
            size_t whole = utf8_decode(at, &point);
            length = whole > 0 ? whole : 1;
            memcpy(bytes, at, length);
            if (bytes[0] == '\0')
                bytes[0] = '?';
            at += length;
        }
        if (used + length >= size)
            break;
        memcpy(copy + used, bytes, length);
        used += length;
    }
    copy[used] = '\0';
    return copy;
}

// strtod() needs an end that it sees; behind a number in a line there always is one: a bracket, a comma.
double json_text_real(struct json_text value, double fallback)
{
    char *end;
    if (value.length == 0 || !(value.at[0] == '-' || (value.at[0] >= '0' && value.at[0] <= '9')))
        return fallback;
    double number = strtod(value.at, &end);
    return end == value.at + value.length ? number : fallback;
}

int64_t json_text_integer(struct json_text value, int64_t fallback)
{
    char *end;
    if (value.length == 0 || !(value.at[0] == '-' || (value.at[0] >= '0' && value.at[0] <= '9')))
        return fallback;
    long long number = strtoll(value.at, &end, 10);
    return end == value.at + value.length ? number : fallback;
}
