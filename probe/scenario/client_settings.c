// SPDX-License-Identifier: Apache-2.0
// Settings of a scenario's client that hold for all its trials: client-name, load-balance-info, cert-policy, autologon.
#include <string.h>

#include "scenario/scenario_reader.h"
#include "trial/client_text.h"

static bool take_text(struct scenario_reader *reader, const struct yaml_node *node, const char *key,
                      bool (*check)(const char *text, const char **clause), enum factor factor, unsigned level,
                      char **text)
{
    const char *clause;
    if (!reader_text(reader, node, key))
        return false;
    if (!check(node->text, &clause))
        return reader_refuse(reader, node, "%s %s", key, clause);
    *text = reader_copy(reader, reader_place(reader, node), node->text);
    reader->scenario->base = variant_with(reader->scenario->base, factor, level); // set: and factors: may say otherwise
    return *text != NULL;
}

bool client_name_read(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    (void)unused;
    return take_text(reader, node, "client-name", client_name_check, FACTOR_CLIENT_NAME, CLIENT_NAME_GIVEN,
                     &reader->scenario->client_name);
}

bool load_balance_read(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    (void)unused;
    return take_text(reader, node, "load-balance-info", load_balance_check, FACTOR_LOAD_BALANCE, LOAD_BALANCE_TOKEN,
                     &reader->scenario->load_balance_info);
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

static bool check(struct scenario_reader *reader, const struct yaml_node *root, const char *key, enum factor factor,
                  unsigned level, const char *what)
{
    const struct yaml_node *node = yaml_node_get(root, key);
    const char *factor_name = factor_row(factor)->name, *name = level_name(factor, level);
    bool used = reader->scenario->levels[factor] >> level & 1;
    if (node && !used)
        return reader_refuse(reader, node, "%s is given, and no variant has %s=%s", what, factor_name, name);
    return node || !used ||
           reader_refuse(reader, variants_level_node(root, factor, level),
                         "variants have %s=%s, and no %s is given: add %s: TEXT", factor_name, name, what, key);
}

bool client_settings_check(struct scenario_reader *reader, const struct yaml_node *root)
{
    // Each target would have one of its own.
    if (reader->scenario->levels[FACTOR_ADDRESS] >> ADDRESS_ALIAS & 1)
        return reader_refuse(reader, variants_level_node(root, FACTOR_ADDRESS, ADDRESS_ALIAS),
                             "variants have address=alias, which only connect and isolate know (--alias)");
    return check(reader, root, "client-name", FACTOR_CLIENT_NAME, CLIENT_NAME_GIVEN, "name of the client") &&
           check(reader, root, "load-balance-info", FACTOR_LOAD_BALANCE, LOAD_BALANCE_TOKEN, "routing token");
}
