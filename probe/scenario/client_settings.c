// SPDX-License-Identifier: Apache-2.0
// Settings of a scenario's client that hold for all its trials: cert-policy, autologon, and the texts that levels need.
#include <stdio.h>
#include <string.h>

#include "scenario/scenario_reader.h"

static void set_operand(struct profile *profile, enum factor factor, const char *text)
{
    const struct factor_operand *operand = factor_row(factor)->operand;
    snprintf(profile->operand[factor], OPERAND_MAX, "%s", text);
    if (operand->implied) // set: and factors: may say otherwise
        profile->levels = variant_with(profile->levels, factor, operand->level);
}

bool operand_read(struct scenario_reader *reader, const struct yaml_node *node, void *factor)
{
    const enum factor f = *(const enum factor *)factor;
    const struct factor_operand *operand = factor_row(f)->operand;
    char text[OPERAND_MAX];
    const char *clause;
    if (!reader_text(reader, node, operand->option))
        return false;
    if (!operand->check(node->text, text, sizeof text, &clause))
        return reader_refuse(reader, node, "%s %s", operand->option, clause);
    if (!reader->operand_given[f])
        set_operand(&reader->scenario->profile, f, text);
    return true;
}

void operands_take(struct scenario_reader *reader, const struct profile *given)
{
    for (int f = 0; f < FACTOR_COUNT; f++) {
        reader->operand_given[f] = given->operand[f][0];
        if (reader->operand_given[f])
            set_operand(&reader->scenario->profile, (enum factor)f, given->operand[f]);
    }
}

// One of two words; *second: it is the second.
static bool take_word(struct scenario_reader *reader, const struct yaml_node *node, const char *key,
                      const char *const words[2], bool *second)
{
    if (!reader_text(reader, node, key))
        return false;
    *second = strcmp(node->text, words[1]) == 0;
    return *second || strcmp(node->text, words[0]) == 0 ||
           reader_refuse_word(reader, reader_place(reader, node), key, node->text, words, 2);
}

bool certificate_policy_read(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    static const char *const words[2] = {"report", "require"};
    bool require = false;
    (void)unused;
    bool ok = take_word(reader, node, "cert-policy", words, &require);
    reader->scenario->profile.certificate_policy = require ? CERTIFICATE_REQUIRE : CERTIFICATE_REPORT;
    return ok;
}

bool autologon_read(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    static const char *const words[2] = {"off", "on"};
    (void)unused;
    return take_word(reader, node, "autologon", words, &reader->scenario->profile.autologon);
}

// Whether every target, or only some, has the text; of_target: a target may have its own.
static bool any_target_has(const struct scenario *scenario, enum factor factor)
{
    for (size_t i = 0; i < scenario->target_count; i++) {
        if (scenario_operand(scenario, &scenario->targets[i], factor)[0])
            return true;
    }
    return false;
}

// A text that no variant uses, or a variant that no target has a text for, is a mistake.
static bool check(struct scenario_reader *reader, const struct yaml_node *root, enum factor factor)
{
    const struct factor_row *row = factor_row(factor);
    const struct yaml_node *node = yaml_node_get(root, row->operand->option);
    const char *name = level_name(factor, row->operand->level);
    bool used = reader->scenario->levels[factor] >> row->operand->level & 1;
    if (!used && (node || reader->operand_given[factor]))
        return reader_refuse(reader, node ? node : root, "%s is given, and no variant has %s=%s", row->operand->noun,
                             row->name, name);
    return !used || any_target_has(reader->scenario, factor) ||
           reader_refuse(reader, variants_level_node(root, factor, row->operand->level),
                         "variants have %s=%s, and no %s is given: add %s: TEXT", row->name, name, row->operand->noun,
                         row->operand->option);
}

bool client_settings_check(struct scenario_reader *reader, const struct yaml_node *root)
{
    for (int f = 0; f < FACTOR_COUNT; f++) {
        if (factor_row((enum factor)f)->operand && !check(reader, root, (enum factor)f))
            return false;
    }
    return true;
}
