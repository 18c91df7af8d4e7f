// SPDX-License-Identifier: Apache-2.0
// How the parts of a scenario are read: fields of mappings by tables, and complaints that name the place. Only for the
// files that read scenarios.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "scenario/expression.h"
#include "scenario/scenario.h"
#include "scenario/source_text.h"
#include "scenario/yaml_node.h"

struct scenario_reader {
    struct scenario *scenario;
    char *error; // size bytes
    size_t size;
    bool stdin_taken;           // standard input can be read only once
    struct target_index *index; // of target_list.c
    size_t named_credentials;   // the first of the scenario's: further ones belong to targets with users of their own
    // What targets have that say nothing else.
    const struct yaml_node *gateway, *gateway_credentials;
    bool base_set[FACTOR_COUNT];
    bool operand_given[FACTOR_COUNT]; // beside the scenario: what it says itself does not count
};

// Writes "file:line:column: sentence" and returns false. Control characters become '?', and a character
// that was cut goes. line 0: the file as a whole.
bool reader_fail(struct scenario_reader *reader, struct place place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// The same at a node of the scenario itself.
bool reader_refuse(struct scenario_reader *reader, const struct yaml_node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

// Where a node of the scenario stands.
struct place reader_place(const struct scenario_reader *reader, const struct yaml_node *node);

// Complains about an expression in a scalar.
bool reader_refuse_expression(struct scenario_reader *reader, const struct yaml_node *scalar,
                              const struct expression_error *error);

// One key that a mapping may have.
struct reader_field {
    const char *name;
    bool (*take)(struct scenario_reader *reader, const struct yaml_node *value, void *object);
    void *own; // given to take in place of the mapping's object; NULL: that one
};

// Reads a mapping: complains about keys that the table lacks, with the nearest that it has, and takes the others in the
// order of the table. what names the mapping in messages ("a scenario").
bool reader_fields(struct scenario_reader *reader, const struct yaml_node *node, const char *what,
                   const struct reader_field *fields, size_t count, void *object);

// Complains that a word is none of count words, with the nearest of them.
bool reader_refuse_word(struct scenario_reader *reader, struct place place, const char *what, const char *word,
                        const char *const *words, size_t count);

// A scalar that is not empty; NULL after a complaint. what: "a host".
const char *reader_text(struct scenario_reader *reader, const struct yaml_node *node, const char *what);

// A number within bounds, without sign, decimal.
bool reader_count(struct scenario_reader *reader, const struct yaml_node *node, const char *what, unsigned least,
                  unsigned most, unsigned *count);

// Seconds with decimals as milliseconds, at most a day.
bool reader_seconds(struct scenario_reader *reader, const struct yaml_node *node, const char *what, double least,
                    unsigned *ms);

// A path relative to the scenario's folder (absolute ones and "-" stay). Caller frees; NULL where memory is out, after
// a complaint.
char *reader_path(struct scenario_reader *reader, const struct yaml_node *node);

// strdup() that complains.
char *reader_copy(struct scenario_reader *reader, struct place place, const char *text);

// Takes standard input for what is read at the place; complains where something else has it already.
bool reader_take_stdin(struct scenario_reader *reader, struct place place);

// Makes room for one more element of count in an array that doubles; complains where memory is out.
bool reader_grow(struct scenario_reader *reader, void *array, size_t count, size_t size);

// The sections of a scenario.
bool credentials_read(struct scenario_reader *reader, const struct yaml_node *node, void *unused);
int credentials_find(const struct scenario_reader *reader, const char *name); // index, -1: none such
bool targets_read(struct scenario_reader *reader, const struct yaml_node *node, void *unused);
bool base_read(struct scenario_reader *reader, const struct yaml_node *node, void *unused);
bool factors_read(struct scenario_reader *reader, const struct yaml_node *node, void *unused);
bool never_read(struct scenario_reader *reader, const struct yaml_node *node, void *unused);
bool variants_read(struct scenario_reader *reader, const struct yaml_node *node, void *unused);
bool variants_check(struct scenario_reader *reader, const struct yaml_node *root);
// Where a scenario first names a level of a factor; the root where it does not.
const struct yaml_node *variants_level_node(const struct yaml_node *root, enum factor factor, unsigned level);
bool expectations_read(struct scenario_reader *reader, const struct yaml_node *node, void *unused);
bool expectations_check(struct scenario_reader *reader);
// Takes the texts that levels need and that were given beside the scenario.
void operands_take(struct scenario_reader *reader, const struct profile *given);
// The text that a level of a factor needs, under its option's name; *factor is an enum factor.
bool operand_read(struct scenario_reader *reader, const struct yaml_node *node, void *factor);
bool certificate_policy_read(struct scenario_reader *reader, const struct yaml_node *node, void *unused);
bool autologon_read(struct scenario_reader *reader, const struct yaml_node *node, void *unused);
bool client_settings_check(struct scenario_reader *reader, const struct yaml_node *root);

// A target to add, as texts; NULL: not given. Each text comes from the place or, where given, from its own.
struct target_texts {
    const char *host, *port, *group, *credentials, *user, *domain, *gateway, *gateway_credentials;
    const char *operand[FACTOR_COUNT]; // of the factors whose operand is a target's
};
struct target_places {
    struct place host, port, group, credentials, user, domain, gateway, gateway_credentials, operand[FACTOR_COUNT];
};

// Adds a target to the scenario.
bool target_add(struct scenario_reader *reader, const struct target_texts *texts, const struct target_places *places);

// Adds the targets of a list (one a line, or CSV) or of an .rdp file; defaults are what the file does not say.
bool target_file_read(struct scenario_reader *reader, const char *path, struct place place,
                      const struct target_texts *defaults, const struct target_places *places);
bool rdp_file_read(struct scenario_reader *reader, const char *path, struct place place,
                   const struct target_texts *defaults, const struct target_places *places);
bool rdp_file_named(const char *path); // whether the name ends in .rdp

// Keeps a file's name as long as the scenario lives; NULL after a complaint.
const char *reader_file(struct scenario_reader *reader, const char *path);
