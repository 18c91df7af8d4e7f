// SPDX-License-Identifier: Apache-2.0
// One condition on a trial, the smallest part of an expectation (scenario/expectation.h says what there is).
#pragma once

#include "scenario/expression.h"
#include "trial/fact.h"
#include "trial/trial.h"

enum subject { SUBJECT_RESULT, SUBJECT_PHASE, SUBJECT_MS, SUBJECT_OUTCOME, SUBJECT_FACT };
enum comparison {
    COMPARE_NONE,
    COMPARE_LESS,
    COMPARE_AT_MOST,
    COMPARE_EQUAL,
    COMPARE_UNEQUAL,
    COMPARE_AT_LEAST,
    COMPARE_MORE
};

struct trial_condition {
    enum subject subject;
    enum comparison comparison;
    enum result result;
    struct signature outcome; // family, code, phase
    bool any_code;
    enum phase phase;
    enum fact fact;
    double number;
    bool truth;
    char *word; // name of a code, or text to compare with; NULL: none
};

// For expression_parse(). Conditions are struct trial_condition.
extern const struct condition_kind trial_conditions;

// For expression_value(): the value of a condition, context being the trial.
enum truth trial_condition_value(const void *condition, const void *context);

// What was seen in the trial of what the condition is about; brief: without the fact's own path. Always terminated;
// returns text.
char *trial_condition_seen(const struct trial_condition *condition, const struct trial *trial, bool brief, char *text,
                           size_t size);
