// SPDX-License-Identifier: Apache-2.0
// Boolean expressions over conditions: "a & (b | !c)". Parsed once, evaluated with three values (Kleene's logic), since
// what was not seen in a trial is neither true nor false. '!' binds before '&', '&' before '|'.
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum truth { TRUTH_FALSE, TRUTH_TRUE, TRUTH_UNKNOWN };

// Where and how a text is no expression; offset counts bytes of the text.
struct expression_error {
    size_t offset;
    char text[320];
};

// What the conditions of an expression are.
struct condition_kind {
    size_t size;      // of a condition
    const char *noun; // for messages: "a condition such as security=nla"
    // Reads a condition from text (no blanks at either end, never empty). Errors get an offset within this text.
    bool (*parse)(void *condition, const char *text, struct expression_error *error);
    void (*clear)(void *condition); // frees what it owns; NULL: nothing
};

struct expression;

// Parses. NULL with *error set.
struct expression *expression_parse(const struct condition_kind *kind, const char *text,
                                    struct expression_error *error);

// Frees. Safe on NULL.
void expression_free(struct expression *expression);

typedef enum truth condition_value(const void *condition, const void *context);

// The value of an expression, given the value of its conditions.
enum truth expression_value(const struct expression *expression, condition_value *value, const void *context);

// Calls each for the conditions that keep the expression from being true, in the order of the text.
void expression_culprits(const struct expression *expression, condition_value *value, const void *context,
                         void (*each)(const void *condition, void *sink), void *sink);

// Number of conditions.
size_t expression_conditions(const struct expression *expression);
