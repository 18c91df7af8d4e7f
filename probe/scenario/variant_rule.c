// SPDX-License-Identifier: Apache-2.0
#include "scenario/variant_rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trial/nearest.h"

static const char prefix[] = "excluded by never: ";

struct variant_rule {
    struct expression *expression;
    char *reason; // prefix and text
};

struct level_condition {
    enum factor factor;
    unsigned level;
    bool differs;
};

bool variant_factor_find(const char *name, enum factor *factor, char *text, size_t size)
{
    const char *names[FACTOR_COUNT];
    if (factor_from_name(name, factor))
        return true;
    for (int i = 0; i < FACTOR_COUNT; i++)
        names[i] = factor_row((enum factor)i)->name;
    const char *near = nearest_word(name, names, FACTOR_COUNT);
    if (near) {
        snprintf(text, size, "'%.60s' is no factor: did you mean '%s'?", name, near);
        return false;
    }
    size_t used = (size_t)snprintf(text, size, "'%.60s' is no factor: there are", name);
    for (int i = 0; i < FACTOR_COUNT && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s %s", i ? "," : "", names[i]);
    return false;
}

bool variant_level_find(enum factor factor, const char *name, unsigned *level, char *text, size_t size)
{
    const struct factor_row *row = factor_row(factor);
    unsigned count = factor_levels(factor);
    if (level_from_name(factor, name, level))
        return true;
    const char *near = nearest_word(name, row->levels, count);
    size_t used = (size_t)snprintf(text, size, "'%.60s' is no level of %s", name, row->name);
    if (near && used < size)
        used += (size_t)snprintf(text + used, size - used, ": did you mean '%s'?", near);
    for (unsigned i = 0; !near && i < count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s %s", i ? "," : ": it has", row->levels[i]);
    return false;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool parse_condition(void *memory, const char *text, struct expression_error *error)
{
    struct level_condition *condition = memory;
    char name[128];
    const char *equals = strchr(text, '=');
    if (!equals || equals == text) {
        snprintf(error->text, sizeof error->text, "'%.60s' is no condition: write FACTOR=LEVEL or FACTOR!=LEVEL", text);
        return false;
    }
    condition->differs = equals[-1] == '!';
    size_t length = (size_t)(equals - text) - condition->differs;
    while (length > 0 && blank(text[length - 1]))
        length--;
    snprintf(name, sizeof name, "%.*s", (int)length, text);
    if (!variant_factor_find(name, &condition->factor, error->text, sizeof error->text))
        return false;
    for (equals++; blank(*equals) || *equals == '=';)
        equals++;
    error->offset = (size_t)(equals - text);
    return variant_level_find(condition->factor, equals, &condition->level, error->text, sizeof error->text);
}

static const struct condition_kind level_conditions = {
    .size = sizeof(struct level_condition),
    .noun = "a condition such as security=nla",
    .parse = parse_condition,
};

struct variant_rule *variant_rule_parse(const char *text, struct expression_error *error)
{
    struct variant_rule *rule = calloc(1, sizeof *rule);
    *error = (struct expression_error){.text = "memory is out"};
    if (!rule)
        return NULL;
    if (asprintf(&rule->reason, "%s%s", prefix, text) < 0)
        rule->reason = NULL;
    if (rule->reason)
        rule->expression = expression_parse(&level_conditions, text, error);
    if (!rule->expression) {
        variant_rule_free(rule);
        return NULL;
    }
    return rule;
}

void variant_rule_free(struct variant_rule *rule)
{
    if (!rule)
        return;
    expression_free(rule->expression);
    free(rule->reason);
    free(rule);
}

static enum truth has_level(const void *memory, const void *context)
{
    const struct level_condition *condition = memory;
    const struct variant *variant = context;
    bool same = variant->level[condition->factor] == condition->level;
    return same != condition->differs ? TRUTH_TRUE : TRUTH_FALSE;
}

bool variant_rule_holds(const struct variant_rule *rule, const struct variant *variant)
{
    return expression_value(rule->expression, has_level, variant) == TRUTH_TRUE;
}

const char *variant_rule_text(const struct variant_rule *rule)
{
    return rule->reason + sizeof prefix - 1;
}

const char *variant_rule_reason(const struct variant_rule *rule)
{
    return rule->reason;
}
