// SPDX-License-Identifier: Apache-2.0
// Settings of a scenario's client that hold for all its trials: client-name, load-balance-info, cert-policy, autologon.
#include <string.h>

#include "scenario/scenario_reader.h"
#include "trial/factor.h"

static bool take_operand(struct scenario_reader *reader, const struct yaml_node *node, enum factor factor, char **text)
{
    const struct factor_operand *operand = factor_row(factor)->operand;
    char canonical[OPERAND_MAX];
    const char *clause;
    if (!reader_text(reader, node, operand->option))
        return false;
    if (!operand->check(node->text, canonical, sizeof canonical, &clause))
        return reader_refuse(reader, node, "%s %s", operand->option, clause);
    *text = reader_copy(reader, reader_place(reader, node), canonical);
    if (operand->implied) // set: and factors: may say otherwise
        reader->scenario->base = variant_with(reader->scenario->base, factor, operand->level);
    return *text != NULL;
}

bool client_name_read(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    (void)unused;
    return take_operand(reader, node, FACTOR_CLIENT_NAME, &reader->scenario->client_name);
}

bool load_balance_read(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    (void)unused;
    return take_operand(reader, node, FACTOR_LOAD_BALANCE, &reader->scenario->load_balance_info);
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
    (void)unused;
    return take_word(reader, node, "cert-policy", words, &reader->scenario->require_certificate);
}

bool autologon_read(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    static const char *const words[2] = {"off", "on"};
    (void)unused;
    return take_word(reader, node, "autologon", words, &reader->scenario->autologon);
}

static bool check_operand(struct scenario_reader *reader, const struct yaml_node *root, enum factor factor)
{
    const struct factor_operand *operand = factor_row(factor)->operand;
    const struct yaml_node *node = yaml_node_get(root, operand->option);
    const char *factor_name = factor_row(factor)->name, *name = level_name(factor, operand->level);
    bool used = reader->scenario->levels[factor] >> operand->level & 1;
    if (node && !used)
        return reader_refuse(reader, node, "%s is given, and no variant has %s=%s", operand->noun, factor_name, name);
    return node || !used ||
           reader_refuse(reader, variants_level_node(root, factor, operand->level),
                         "variants have %s=%s, and no %s is given: add %s: TEXT", factor_name, name, operand->noun,
                         operand->option);
}

bool client_settings_check(struct scenario_reader *reader, const struct yaml_node *root)
{
    // Each target would have one of its own.
    if (reader->scenario->levels[FACTOR_ADDRESS] >> ADDRESS_ALIAS & 1)
        return reader_refuse(reader, variants_level_node(root, FACTOR_ADDRESS, ADDRESS_ALIAS),
                             "variants have address=alias, which only connect and isolate know (--alias)");
    for (int f = 0; f < FACTOR_COUNT; f++) {
        const struct factor_operand *operand = factor_row((enum factor)f)->operand;
        if (operand && !operand->of_target && !check_operand(reader, root, (enum factor)f))
            return false;
    }
    return true;
}
