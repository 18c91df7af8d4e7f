// SPDX-License-Identifier: Apache-2.0
#include "scenario/expectation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/trial_condition.h"
#include "scenario/variant_rule.h"

struct expectation_test {
    struct expression *expression;
};

struct expectation_test *expectation_test_parse(const char *text, struct expression_error *error)
{
    struct expectation_test *test = calloc(1, sizeof *test);
    *error = (struct expression_error){.text = "memory is out"};
    if (!test)
        return NULL;
    test->expression = expression_parse(&trial_conditions, text, error);
    if (!test->expression) {
        free(test);
        return NULL;
    }
    return test;
}

void expectation_test_free(struct expectation_test *test)
{
    if (test)
        expression_free(test->expression);
    free(test);
}

bool expectation_test_holds(const struct expectation_test *test, const struct trial *trial)
{
    return expression_value(test->expression, trial_condition_value, trial) == TRUTH_TRUE;
}

struct seen {
    const struct trial *trial;
    bool brief;
    char *text;
    size_t size, used;
};

static void add_seen(const void *condition, void *sink)
{
    struct seen *seen = sink;
    char item[320];
    trial_condition_seen(condition, seen->trial, seen->brief, item, sizeof item);
    if (strstr(seen->text, item) || seen->used >= seen->size) // several conditions may be about the same
        return;
    int n = snprintf(seen->text + seen->used, seen->size - seen->used, "%s%s", seen->used ? ", " : "", item);
    seen->used += n > 0 ? (size_t)n : 0;
}

char *expectation_test_seen(const struct expectation_test *test, const struct trial *trial, char *text, size_t size)
{
    struct seen seen = {.trial = trial, .text = text, .size = size};
    if (size == 0)
        return text;
    text[0] = '\0';
    seen.brief = expression_conditions(test->expression) == 1;
    expression_culprits(test->expression, trial_condition_value, trial, add_seen, &seen);
    for (char *c = text; *c; c++) { // facts come from the server
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            *c = '?';
    }
    return text;
}

bool expectation_applies(const struct expectation *expectation, const struct scenario_target *target,
                         const struct variant *variant)
{
    if (expectation->group && strcmp(expectation->group, target->group) != 0)
        return false;
    return !expectation->when || variant_rule_holds(expectation->when, variant);
}

bool expectation_met(const struct expectation *expectation, const struct trial *trial, char *sentence, size_t size)
{
    char seen[640];
    if (expectation_test_holds(expectation->test, trial)) {
        if (size)
            sentence[0] = '\0';
        return true;
    }
    snprintf(sentence, size, "expected %s, saw %s", expectation->text,
             expectation_test_seen(expectation->test, trial, seen, sizeof seen));
    return false;
}
