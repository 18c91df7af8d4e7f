// SPDX-License-Identifier: Apache-2.0
#include "scenario/scenario_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trial/nearest.h"

// What messages quote is cut at bytes, which may be within a character: the part that is left goes.
static void make_plain(char *text)
{
    char *out = text;
    size_t left = strlen(text);
    for (size_t length; left > 0; text += length, left -= length) {
        bool whole = (length = source_text_character(text, left)) > 0;
        if (!whole)
            length = 1;
        if (length == 1 && ((unsigned char)*text < ' ' || *text == 0x7F))
            *text = '?';
        if (whole)
            out = (char *)memmove(out, text, length) + length;
    }
    *out = '\0';
}

static void complain(struct scenario_reader *reader, struct place place, const char *format, va_list arguments)
{
    const char *file = strcmp(place.file, "-") == 0 ? "<stdin>" : place.file;
    size_t used;
    if (reader->size == 0)
        return;
    if (place.line)
        snprintf(reader->error, reader->size, "%s:%u:%u: ", file, place.line, place.column);
    else
        snprintf(reader->error, reader->size, "%s: ", file);
    used = strlen(reader->error);
    vsnprintf(reader->error + used, reader->size - used, format, arguments);
    make_plain(reader->error);
}

bool reader_fail(struct scenario_reader *reader, struct place place, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    complain(reader, place, format, arguments);
    va_end(arguments);
    return false;
}

struct place reader_place(const struct scenario_reader *reader, const struct yaml_node *node)
{
    return (struct place){reader->scenario->file, node->line, node->column};
}

bool reader_refuse(struct scenario_reader *reader, const struct yaml_node *node, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    complain(reader, reader_place(reader, node), format, arguments);
    va_end(arguments);
    return false;
}

bool reader_refuse_expression(struct scenario_reader *reader, const struct yaml_node *scalar,
                              const struct expression_error *error)
{
    struct place place = reader_place(reader, scalar);
    place.column = yaml_node_column(scalar, error->offset);
    return reader_fail(reader, place, "%s", error->text);
}

bool reader_refuse_word(struct scenario_reader *reader, struct place place, const char *what, const char *word,
                        const char *const *words, size_t count)
{
    char list[400] = "";
    const char *near = nearest_word(word, words, count);
    if (near)
        return reader_fail(reader, place, "'%.60s' is no %s: did you mean '%s'?", word, what, near);
    size_t used = 0;
    for (size_t i = 0; i < count && used < sizeof list; i++)
        used += (size_t)snprintf(list + used, sizeof list - used, "%s %s", i ? "," : "", words[i]);
    return reader_fail(reader, place, "'%.60s' is no %s: %s%s", word, what, count ? "there are" : "there are none",
                       list);
}

bool reader_fields(struct scenario_reader *reader, const struct yaml_node *node, const char *what,
                   const struct reader_field *fields, size_t count, void *object)
{
    enum { NAMES_MAX = 32 };
    const char *names[NAMES_MAX];
    if (node->kind != KIND_MAPPING)
        return reader_refuse(reader, node, "%s is a mapping of keys, such as '%s: …'", what, fields[0].name);
    for (size_t i = 0; i < count && i < NAMES_MAX; i++)
        names[i] = fields[i].name;
    for (size_t i = 0; i < node->count; i++) {
        const struct yaml_node *key = &node->keys[i];
        size_t k = 0;
        while (k < count && strcmp(key->text, fields[k].name) != 0)
            k++;
        if (k == count) {
            char noun[80];
            snprintf(noun, sizeof noun, "key of %s", what);
            return reader_refuse_word(reader, reader_place(reader, key), noun, key->text, names, count);
        }
    }
    for (size_t k = 0; k < count; k++) {
        const struct yaml_node *value = yaml_node_get(node, fields[k].name);
        if (value && !fields[k].take(reader, value, fields[k].own ? fields[k].own : object))
            return false;
    }
    return true;
}

const char *reader_text(struct scenario_reader *reader, const struct yaml_node *node, const char *what)
{
    if (node->kind != KIND_SCALAR)
        reader_refuse(reader, node, "%s is one word or text, not a %s", what,
                      node->kind == KIND_MAPPING ? "mapping" : "list");
    else if (!node->text[0])
        reader_refuse(reader, node, "%s is missing: the value is empty", what);
    else
        return node->text;
    return NULL;
}

bool reader_count(struct scenario_reader *reader, const struct yaml_node *node, const char *what, unsigned least,
                  unsigned most, unsigned *count)
{
    const char *text = reader_text(reader, node, what);
    if (!text)
        return false;
    bool digits = strspn(text, "0123456789") == strlen(text) && strlen(text) <= 10;
    unsigned long long n = digits ? strtoull(text, NULL, 10) : 0;
    if (!digits || n < least || n > most)
        return reader_refuse(reader, node, "%s is a number from %u to %u, and not '%.60s'", what, least, most, text);
    *count = (unsigned)n;
    return true;
}

bool reader_seconds(struct scenario_reader *reader, const struct yaml_node *node, const char *what, double least,
                    unsigned *ms)
{
    enum { DAY = 24 * 60 * 60 };
    const char *text = reader_text(reader, node, what);
    char *end = NULL;
    if (!text)
        return false;
    bool plain = strspn(text, "0123456789.") == strlen(text);
    double seconds = plain ? strtod(text, &end) : -1;
    if (!plain || *end || seconds < least || seconds > DAY)
        return reader_refuse(reader, node, "%s is a number of seconds from %g to %d, such as 2.5, and not '%.60s'",
                             what, least, DAY, text);
    *ms = (unsigned)(seconds * 1000 + 0.5);
    return true;
}

char *reader_path(struct scenario_reader *reader, const struct yaml_node *node)
{
    const char *file = reader->scenario->file, *slash = strrchr(file, '/');
    char *path;
    bool as_it_is = node->text[0] == '/' || strcmp(node->text, "-") == 0 || !slash;
    if (asprintf(&path, "%.*s%s", as_it_is ? 0 : (int)(slash - file + 1), file, node->text) >= 0)
        return path;
    reader_refuse(reader, node, "memory is out");
    return NULL;
}

char *reader_copy(struct scenario_reader *reader, struct place place, const char *text)
{
    char *copy = strdup(text);
    if (!copy)
        reader_fail(reader, place, "memory is out");
    return copy;
}

bool reader_take_stdin(struct scenario_reader *reader, struct place place)
{
    if (reader->stdin_taken)
        return reader_fail(reader, place, "standard input is read for something else already");
    reader->stdin_taken = true;
    return true;
}

bool reader_grow(struct scenario_reader *reader, void *array, size_t count, size_t size)
{
    void *elements;
    if (count & (count - 1)) // room was made up to the next power of two
        return true;
    memcpy(&elements, array, sizeof elements);
    elements = reallocarray(elements, count ? count * 2 : 1, size);
    if (!elements)
        return reader_fail(reader, (struct place){reader->scenario->file, 0, 0}, "memory is out");
    memcpy(array, &elements, sizeof elements);
    return true;
}

const char *reader_file(struct scenario_reader *reader, const char *path)
{
    struct scenario *s = reader->scenario;
    for (size_t i = 0; i < s->file_count; i++) {
        if (strcmp(s->files[i], path) == 0)
            return s->files[i];
    }
    if (!reader_grow(reader, &s->files, s->file_count, sizeof *s->files))
        return NULL;
    char *copy = reader_copy(reader, (struct place){s->file, 0, 0}, path);
    if (copy)
        s->files[s->file_count++] = copy;
    return copy;
}
