// SPDX-License-Identifier: Apache-2.0
#include "scenario/yaml_node.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct loader {
    yaml_parser_t parser;
    struct source_error *error;
    size_t nodes;
};

static void refuse_at(struct loader *loader, yaml_mark_t mark, const char *sentence)
{
    loader->error->line = (unsigned)mark.line + 1;
    loader->error->column = (unsigned)mark.column + 1;
    snprintf(loader->error->text, sizeof loader->error->text, "%s", sentence);
}

static void refuse_syntax(struct loader *loader)
{
    const yaml_parser_t *p = &loader->parser;
    char sentence[320];
    if (p->error == YAML_MEMORY_ERROR) {
        refuse_at(loader, p->mark, "memory is out");
        return;
    }
    const char *hint = "";
    if (p->problem && strstr(p->problem, "cannot start any token"))
        hint = " (a tab, or one of @ ` %; indent by spaces and put such text in quotes)";
    snprintf(sentence, sizeof sentence, "is no YAML: %s%s%s%s", p->problem ? p->problem : "unknown problem",
             p->context ? " " : "", p->context ? p->context : "", hint);
    refuse_at(loader, p->problem_mark, sentence);
}

// The next event. False with the error set; the event is then deleted.
static bool next(struct loader *loader, yaml_event_t *event)
{
    if (!yaml_parser_parse(&loader->parser, event)) {
        refuse_syntax(loader);
        return false;
    }
    const yaml_char_t *tag = NULL, *anchor = NULL;
    switch (event->type) {
    case YAML_ALIAS_EVENT:
        refuse_at(loader, event->start_mark, "aliases (*name) are not taken: write the value out, or quote the text");
        yaml_event_delete(event);
        return false;
    case YAML_SCALAR_EVENT:
        tag = event->data.scalar.tag;
        anchor = event->data.scalar.anchor;
        break;
    case YAML_SEQUENCE_START_EVENT:
        tag = event->data.sequence_start.tag;
        anchor = event->data.sequence_start.anchor;
        break;
    case YAML_MAPPING_START_EVENT:
        tag = event->data.mapping_start.tag;
        anchor = event->data.mapping_start.anchor;
        break;
    default:
        break;
    }
    if (tag || anchor) {
        refuse_at(loader, event->start_mark,
                  tag ? "tags (!name) are not taken: put text that begins with '!' in quotes"
                      : "anchors (&name) are not taken: put text that begins with '&' in quotes");
        yaml_event_delete(event);
        return false;
    }
    return true;
}

static bool take_scalar(struct loader *loader, const yaml_event_t *event, struct yaml_node *node)
{
    const char *value = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    if (length > YAML_SCALAR_MAX) {
        refuse_at(loader, event->start_mark, "is a text of more than 4096 bytes");
        return false;
    }
    if (memchr(value, '\0', length)) { // "\0" in double quotes
        refuse_at(loader, event->start_mark, "has a NUL in its text");
        return false;
    }
    node->text = strndup(value, length);
    if (!node->text) {
        refuse_at(loader, event->start_mark, "memory is out");
        return false;
    }
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    // Does the text stand in one line, character by character?
    size_t quote = node->plain ? 0 : 1;
    if (event->start_mark.line == event->end_mark.line &&
        event->end_mark.column - event->start_mark.column == source_text_width(value, length) + 2 * quote)
        node->text_column = node->column + (unsigned)quote;
    return true;
}

static bool load(struct loader *loader, const yaml_event_t *event, struct yaml_node *node, unsigned depth);

// Room for one more item (and key). Doubles at powers of two.
static bool grow(struct yaml_node *node)
{
    if (node->count & (node->count - 1))
        return true;
    size_t room = node->count ? node->count * 2 : 1;
    struct yaml_node *items = reallocarray(node->items, room, sizeof *items);
    if (items)
        node->items = items;
    struct yaml_node *keys = node->kind == KIND_MAPPING ? reallocarray(node->keys, room, sizeof *keys) : node->keys;
    if (node->kind == KIND_MAPPING && keys)
        node->keys = keys;
    return items && (node->kind != KIND_MAPPING || keys);
}

static bool load_key(struct loader *loader, const yaml_event_t *event, struct yaml_node *mapping)
{
    if (event->type != YAML_SCALAR_EVENT) {
        refuse_at(loader, event->start_mark, "a key must be one word (put text that begins with '[' or '{' in quotes)");
        return false;
    }
    struct yaml_node *key = &mapping->keys[mapping->count - 1];
    if (!load(loader, event, key, 0))
        return false;
    for (size_t i = 0; i + 1 < mapping->count; i++) {
        if (strcmp(mapping->keys[i].text, key->text) == 0) {
            char sentence[160];
            snprintf(sentence, sizeof sentence, "key '%.60s' is given twice, first in line %u", key->text,
                     mapping->keys[i].line);
            refuse_at(loader, event->start_mark, sentence);
            return false;
        }
    }
    return true;
}

static bool load_items(struct loader *loader, struct yaml_node *node, unsigned depth)
{
    yaml_event_type_t end = node->kind == KIND_MAPPING ? YAML_MAPPING_END_EVENT : YAML_SEQUENCE_END_EVENT;
    // Duplicate keys are looked for one by one, so that a mapping may not have very many.
    enum { KEYS_MAX = 1000 };
    for (;;) {
        yaml_event_t event;
        if (!next(loader, &event))
            return false;
        if (event.type == end) {
            yaml_event_delete(&event);
            return true;
        }
        bool ok = grow(node);
        if (!ok)
            refuse_at(loader, event.start_mark, "memory is out");
        if (ok && node->kind == KIND_MAPPING && node->count == KEYS_MAX) {
            refuse_at(loader, event.start_mark, "a mapping has more than 1000 keys");
            ok = false;
        }
        if (ok) {
            struct yaml_node *item = &node->items[node->count];
            memset(item, 0, sizeof *item);
            if (node->kind == KIND_MAPPING)
                memset(&node->keys[node->count], 0, sizeof *node->keys);
            node->count++;
            if (node->kind == KIND_MAPPING) {
                ok = load_key(loader, &event, node);
                yaml_event_delete(&event);
                if (!ok || !next(loader, &event))
                    return false;
            }
            ok = load(loader, &event, item, depth);
        }
        yaml_event_delete(&event);
        if (!ok)
            return false;
    }
}

static bool load(struct loader *loader, const yaml_event_t *event, struct yaml_node *node, unsigned depth)
{
    node->line = (unsigned)event->start_mark.line + 1;
    node->column = (unsigned)event->start_mark.column + 1;
    if (++loader->nodes > YAML_NODES_MAX) {
        refuse_at(loader, event->start_mark, "the file has too many values: put targets into a file of their own");
        return false;
    }
    if (event->type == YAML_SCALAR_EVENT)
        return take_scalar(loader, event, node);
    if (depth >= YAML_DEPTH_MAX) {
        refuse_at(loader, event->start_mark, "is nested more than 8 levels deep");
        return false;
    }
    node->kind = event->type == YAML_MAPPING_START_EVENT ? KIND_MAPPING : KIND_SEQUENCE;
    return load_items(loader, node, depth + 1);
}

// Stream start, document start, the root, document end, stream end.
static bool load_document(struct loader *loader, struct yaml_node *root)
{
    yaml_event_t event;
    bool done = false;
    for (unsigned documents = 0; !done;) {
        if (!next(loader, &event))
            return false;
        bool ok = true;
        switch (event.type) {
        case YAML_DOCUMENT_START_EVENT:
            ok = ++documents == 1;
            if (!ok)
                refuse_at(loader, event.start_mark, "a second document begins: a scenario is one");
            break;
        case YAML_SCALAR_EVENT:
        case YAML_SEQUENCE_START_EVENT:
        case YAML_MAPPING_START_EVENT:
            ok = load(loader, &event, root, 0);
            break;
        case YAML_STREAM_END_EVENT:
            ok = documents == 1;
            if (!ok)
                refuse_at(loader, event.start_mark, "is empty");
            done = true;
            break;
        default:
            break;
        }
        yaml_event_delete(&event);
        if (!ok)
            return false;
    }
    return true;
}

struct yaml_node *yaml_node_read(const char *bytes, size_t length, struct source_error *error)
{
    struct loader loader = {.error = error};
    struct yaml_node *root = calloc(1, sizeof *root);
    *error = (struct source_error){0};
    if (!root || !yaml_parser_initialize(&loader.parser)) {
        snprintf(error->text, sizeof error->text, "memory is out");
        free(root);
        return NULL;
    }
    yaml_parser_set_encoding(&loader.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&loader.parser, (const unsigned char *)bytes, length);
    if (!load_document(&loader, root)) {
        yaml_node_free(root);
        root = NULL;
    }
    yaml_parser_delete(&loader.parser);
    return root;
}

const struct yaml_node *yaml_node_get(const struct yaml_node *mapping, const char *key)
{
    for (size_t i = 0; mapping->kind == KIND_MAPPING && i < mapping->count; i++) {
        if (strcmp(mapping->keys[i].text, key) == 0)
            return &mapping->items[i];
    }
    return NULL;
}

unsigned yaml_node_column(const struct yaml_node *scalar, size_t offset)
{
    if (!scalar->text_column)
        return scalar->column;
    return scalar->text_column + (unsigned)source_text_width(scalar->text, offset);
}

static void clear(struct yaml_node *node)
{
    for (size_t i = 0; i < node->count; i++) {
        clear(&node->items[i]);
        if (node->kind == KIND_MAPPING)
            clear(&node->keys[i]);
    }
    free(node->items);
    free(node->keys);
    free(node->text);
}

void yaml_node_free(struct yaml_node *root)
{
    if (root)
        clear(root);
    free(root);
}
