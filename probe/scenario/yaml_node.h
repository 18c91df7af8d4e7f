// SPDX-License-Identifier: Apache-2.0
// A YAML document as a small tree that knows the line and column of everything, for messages. Scalars stay strings, so
// `1.2`, `no` and `on` keep their spelling. What a scenario has no use for and an attacker has is refused: tags,
// anchors, aliases, duplicate keys, several documents, and sizes beyond the limits below.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "scenario/source_text.h"

enum {
    YAML_DEPTH_MAX = 8,
    YAML_SCALAR_MAX = 4096, // bytes
    YAML_NODES_MAX = 200000
};

enum yaml_kind { KIND_SCALAR, KIND_SEQUENCE, KIND_MAPPING };

struct yaml_node {
    enum yaml_kind kind;
    unsigned line, column;   // from 1; columns in characters
    unsigned text_column;    // of the scalar's first character, where text stands in the file as it is; else 0
    char *text;              // scalar, terminated; NULL otherwise
    bool plain;              // scalar without quotes
    struct yaml_node *keys;  // mapping: count scalars
    struct yaml_node *items; // mapping: the value of each key; sequence: its items
    size_t count;
};

// Reads a document that source_text_check() passed. NULL with the place and a sentence in *error.
struct yaml_node *yaml_node_read(const char *bytes, size_t length, struct source_error *error);

// The value of a mapping's key, NULL if it has none such.
const struct yaml_node *yaml_node_get(const struct yaml_node *mapping, const char *key);

// Column of the character at a byte offset of a scalar's text; the scalar's own where the text is escaped or folded.
unsigned yaml_node_column(const struct yaml_node *scalar, size_t offset);

// Frees the tree. Safe on NULL.
void yaml_node_free(struct yaml_node *root);
