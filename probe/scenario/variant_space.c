// SPDX-License-Identifier: Apache-2.0
// The variants of a scenario: set:, factors:, never:, and variants: where they are listed one by one.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/scenario_reader.h"
#include "scenario/variant_rule.h"

enum { VARIANTS_MAX = 10000, RULES_MAX = 200 };

static bool find_factor(struct scenario_reader *reader, const struct yaml_node *key, enum factor *factor)
{
    char sentence[320];
    return variant_factor_find(key->text, factor, sentence, sizeof sentence) ||
           reader_refuse(reader, key, "%s", sentence);
}

static bool find_level(struct scenario_reader *reader, const struct yaml_node *node, enum factor factor,
                       unsigned *level)
{
    char sentence[320];
    const char *text = reader_text(reader, node, "the level");
    return text && (variant_level_find(factor, text, level, sentence, sizeof sentence) ||
                    reader_refuse(reader, node, "%s", sentence));
}

// A mapping of factors to levels on top of a variant.
static bool read_levels(struct scenario_reader *reader, const struct yaml_node *node, const char *what,
                        struct variant *variant, bool given[FACTOR_COUNT])
{
    if (node->kind != KIND_MAPPING)
        return reader_refuse(reader, node, "%s is a mapping of factors to levels, such as {security: nla}", what);
    for (size_t i = 0; i < node->count; i++) {
        enum factor factor;
        unsigned level;
        if (!find_factor(reader, &node->keys[i], &factor) || !find_level(reader, &node->items[i], factor, &level))
            return false;
        *variant = variant_with(*variant, factor, level);
        if (given)
            given[factor] = true;
    }
    return true;
}

bool base_read(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    (void)unused;
    return read_levels(reader, node, "set", &reader->scenario->profile.levels, reader->base_set);
}

static bool read_factor(struct scenario_reader *reader, enum factor factor, const struct yaml_node *node)
{
    struct scenario *s = reader->scenario;
    unsigned levels = 0, first = 0;
    if (node->kind == KIND_SCALAR && strcmp(node->text, "all") == 0) {
        levels = (1u << factor_levels(factor)) - 1;
        if (factor == FACTOR_ADDRESS)
            levels &= ~(1u << ADDRESS_ALIAS); // which no scenario can give a name for
    } else if (node->kind != KIND_SEQUENCE || node->count == 0) {
        return reader_refuse(reader, node, "the levels of %s are a list such as [%s, %s], or all",
                             factor_row(factor)->name, level_name(factor, 0), level_name(factor, 1));
    }
    for (size_t i = 0; node->kind == KIND_SEQUENCE && i < node->count; i++) {
        unsigned level;
        if (!find_level(reader, &node->items[i], factor, &level))
            return false;
        if (levels & 1u << level)
            return reader_refuse(reader, &node->items[i], "level '%s' is listed twice", level_name(factor, level));
        if (i == 0)
            first = level;
        levels |= 1u << level;
    }
    if (!reader->base_set[factor])
        s->profile.levels = variant_with(s->profile.levels, factor, levels & 1u ? 0 : first);
    s->levels[factor] = levels;
    return true;
}

bool factors_read(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    (void)unused;
    if (node->kind != KIND_MAPPING)
        return reader_refuse(reader, node, "factors is a mapping of factors to levels, such as {security: [nla, tls]}");
    for (size_t i = 0; i < node->count; i++) {
        enum factor factor;
        if (!find_factor(reader, &node->keys[i], &factor) || !read_factor(reader, factor, &node->items[i]))
            return false;
    }
    return true;
}

static bool read_rule(struct scenario_reader *reader, const struct yaml_node *node)
{
    struct scenario *s = reader->scenario;
    struct expression_error error;
    const char *text = reader_text(reader, node, "a constraint");
    if (!text)
        return false;
    if (s->never_count == RULES_MAX)
        return reader_refuse(reader, node, "there are more than %d constraints", RULES_MAX);
    if (!reader_grow(reader, &s->never, s->never_count, sizeof *s->never))
        return false;
    struct variant_rule *rule = variant_rule_parse(text, &error);
    if (!rule)
        return reader_refuse_expression(reader, node, &error);
    s->never[s->never_count++] = rule;
    return true;
}

bool never_read(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    (void)unused;
    if (node->kind == KIND_MAPPING)
        return reader_refuse(reader, node, "never is a rule such as security=rdp & tls=1.3, or a list of rules");
    if (node->kind == KIND_SCALAR)
        return read_rule(reader, node);
    for (size_t i = 0; i < node->count; i++) {
        if (!read_rule(reader, &node->items[i]))
            return false;
    }
    return true;
}

static bool read_variant(struct scenario_reader *reader, const struct yaml_node *node)
{
    struct scenario *s = reader->scenario;
    struct variant variant = s->profile.levels;
    const char *why;
    if (!read_levels(reader, node, "a variant", &variant, NULL))
        return false;
    if (!scenario_allows(s, &variant, &why))
        return reader_refuse(reader, node, "no connection can have this variant: %s", why);
    for (size_t i = 0; i < s->list_count; i++) {
        if (variant_equal(&s->list[i], &variant))
            return reader_refuse(reader, node, "this variant is the same as number %zu", i + 1);
    }
    if (!reader_grow(reader, &s->list, s->list_count, sizeof *s->list))
        return false;
    s->list[s->list_count++] = variant;
    for (int f = 0; f < FACTOR_COUNT; f++)
        s->levels[f] |= 1u << variant.level[f];
    return true;
}

bool variants_read(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    (void)unused;
    reader->scenario->design = DESIGN_LIST;
    if (node->kind != KIND_SEQUENCE || node->count == 0)
        return reader_refuse(reader, node, "variants is a list such as [{security: nla}, {security: tls, tls: 1.2}]");
    if (node->count > VARIANTS_MAX)
        return reader_refuse(reader, node, "there are more than %d variants", VARIANTS_MAX);
    for (size_t i = 0; i < node->count; i++) {
        if (!read_variant(reader, &node->items[i]))
            return false;
    }
    return true;
}

// Where the node, or an item of it, is the level; NULL if it is none.
static const struct yaml_node *find_named(const struct yaml_node *node, const char *level)
{
    if (!node || (node->kind == KIND_SCALAR && (strcmp(node->text, level) == 0 || strcmp(node->text, "all") == 0)))
        return node;
    for (size_t i = 0; node->kind == KIND_SEQUENCE && i < node->count; i++) {
        if (node->items[i].kind == KIND_SCALAR && strcmp(node->items[i].text, level) == 0)
            return &node->items[i];
    }
    return NULL;
}

const struct yaml_node *variants_level_node(const struct yaml_node *root, enum factor factor, unsigned level)
{
    const char *name = factor_row(factor)->name, *word = level_name(factor, level);
    static const char *const sections[] = {"set", "factors", "variants"};
    const struct yaml_node *found = NULL;
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        const struct yaml_node *section = yaml_node_get(root, sections[i]);
        if (section && section->kind == KIND_MAPPING)
            found = find_named(yaml_node_get(section, name), word);
        for (size_t k = 0; section && section->kind == KIND_SEQUENCE && k < section->count && !found; k++)
            found = find_named(yaml_node_get(&section->items[k], name), word);
        if (found)
            return found;
    }
    return root;
}

bool variants_check(struct scenario_reader *reader, const struct yaml_node *root)
{
    struct scenario *s = reader->scenario;
    const struct yaml_node *factors = yaml_node_get(root, "factors"), *variants = yaml_node_get(root, "variants"),
                           *design = yaml_node_get(root, "design"), *set = yaml_node_get(root, "set");
    const char *why;
    if (variants && factors)
        return reader_refuse(reader, variants, "a scenario has either factors, to design variants from, or variants");
    if (variants && design)
        return reader_refuse(reader, design, "a scenario with a list of variants has no design");
    if (!factors && design)
        return reader_refuse(reader, design, "a design wants factors, and there are none");
    if (s->design == DESIGN_LIST)
        return true;
    for (int f = 0; f < FACTOR_COUNT; f++)
        s->levels[f] |= 1u << s->profile.levels.level[f];
    // One-at-a-time starts from the base, and without factors it is the only variant.
    if ((!factors || s->design == DESIGN_ONE_AT_A_TIME) && !scenario_allows(s, &s->profile.levels, &why)) {
        char text[1024];
        return reader_refuse(reader,
                             set       ? set
                             : factors ? factors
                                       : root,
                             "the base, %s, is impossible: %s", variant_text(&s->profile.levels, text, sizeof text),
                             why);
    }
    return true;
}
