// SPDX-License-Identifier: Apache-2.0
//
// One comparison of a fact with a value, as in "tls<1.2": which values a fact can have, and whether it has one.
#pragma once

#include "facts.h"
#include "rule.h"

enum comparison_sign { FACT_EQUAL, FACT_NOT_EQUAL, FACT_LESS, FACT_LESS_EQUAL, FACT_GREATER, FACT_GREATER_EQUAL };

struct comparison {
    enum lab_fact fact;
    enum comparison_sign sign;
    char text[LAB_TEXT_SIZE]; // the value as it was written; addresses are normalized by comparison_accept()
    uint32_t number;          // the value of a word or a number, set by comparison_accept()
};

// Finds the fact called `word` (`length` bytes). Returns false if there is none.
bool fact_find(const char *word, size_t length, enum lab_fact *fact);

// The name of a fact in an expression.
const char *fact_name(enum lab_fact fact);

// Writes all names, separated by blanks, to `names`.
void fact_list(char *names, size_t size);

// Whether < <= > >= make sense for a fact.
bool fact_has_order(enum lab_fact fact);

// Checks that the fact can have the value comparison->text, and prepares the comparison. Returns false with one
// sentence in `message` if it cannot.
bool comparison_accept(struct comparison *comparison, char *message, size_t size);

// Compares with what is known; RULE_UNKNOWN if the fact is not known yet.
enum rule_truth comparison_evaluate(const struct comparison *comparison, const struct lab_facts *facts);
