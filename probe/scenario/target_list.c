// SPDX-License-Identifier: Apache-2.0
// The section targets: of a scenario.
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scenario/scenario_reader.h"

// An entry of targets: that is a mapping, or the whole section.
struct entry_fields {
    struct target_texts texts;
    struct target_places places;
    const struct yaml_node *file;
};

#define TAKE_TEXT(field, what)                                                                                         \
    static bool take_##field(struct scenario_reader *reader, const struct yaml_node *node, void *object)               \
    {                                                                                                                  \
        struct entry_fields *entry = object;                                                                           \
        entry->places.field = reader_place(reader, node);                                                              \
        return (entry->texts.field = reader_text(reader, node, what)) != NULL;                                         \
    }

TAKE_TEXT(host, "the host")
TAKE_TEXT(port, "the port")
TAKE_TEXT(group, "the group")
TAKE_TEXT(credentials, "the name of credentials")
TAKE_TEXT(user, "the user")
TAKE_TEXT(domain, "the domain")
TAKE_TEXT(gateway, "the gateway")
TAKE_TEXT(gateway_credentials, "the name of credentials")

// Where a target's text for a level goes.
struct operand_field {
    struct entry_fields *entry;
    enum factor factor;
};

static bool take_operand(struct scenario_reader *reader, const struct yaml_node *node, void *object)
{
    const struct operand_field *field = object;
    struct entry_fields *entry = field->entry;
    entry->places.operand[field->factor] = reader_place(reader, node);
    entry->texts.operand[field->factor] = reader_text(reader, node, factor_row(field->factor)->operand->noun);
    return entry->texts.operand[field->factor] != NULL;
}

static bool take_file(struct scenario_reader *reader, const struct yaml_node *node, void *object)
{
    struct entry_fields *entry = object;
    entry->file = node;
    return reader_text(reader, node, "the file of targets") != NULL;
}

static bool read_file(struct scenario_reader *reader, const struct yaml_node *node, const struct entry_fields *entry)
{
    struct place place = reader_place(reader, node);
    char *path = reader_path(reader, node);
    bool rdp = rdp_file_named(node->text);
    bool ok = path && (strcmp(path, "-") != 0 || reader_take_stdin(reader, place)) &&
              (rdp ? rdp_file_read : target_file_read)(reader, path, place, &entry->texts, &entry->places);
    free(path);
    return ok;
}

static bool read_mapping(struct scenario_reader *reader, const struct yaml_node *node, struct entry_fields *entry)
{
    static const struct reader_field fields[] = {
        {"host", take_host, NULL},       {"port", take_port, NULL},
        {"group", take_group, NULL},     {"credentials", take_credentials, NULL},
        {"user", take_user, NULL},       {"domain", take_domain, NULL},
        {"gateway", take_gateway, NULL}, {"gateway-credentials", take_gateway_credentials, NULL},
        {"file", take_file, NULL},
    };
    enum { FIXED = sizeof fields / sizeof fields[0] };
    struct reader_field all[FIXED + FACTOR_COUNT];
    struct operand_field operands[FACTOR_COUNT];
    size_t count = FIXED;
    memcpy(all, fields, sizeof fields);
    for (int f = 0; f < FACTOR_COUNT; f++) {
        const struct factor_operand *operand = factor_row((enum factor)f)->operand;
        operands[f] = (struct operand_field){entry, (enum factor)f};
        if (operand && operand->of_target)
            all[count++] = (struct reader_field){operand->option, take_operand, &operands[f]};
    }
    if (!reader_fields(reader, node, "a target", all, count, entry))
        return false;
    return !entry->texts.host == !entry->file ? reader_refuse(reader, node, "a target has either a host or a file")
                                              : true;
}

static bool read_entry(struct scenario_reader *reader, const struct yaml_node *node)
{
    struct entry_fields entry = {0};
    if (reader->gateway)
        take_gateway(reader, reader->gateway, &entry);
    if (reader->gateway_credentials)
        take_gateway_credentials(reader, reader->gateway_credentials, &entry);
    if (node->kind == KIND_SEQUENCE)
        return reader_refuse(reader, node, "a target is HOST[:PORT] or a mapping (put [V6]:PORT in quotes)");
    if (node->kind == KIND_SCALAR) {
        if (!take_host(reader, node, &entry))
            return false;
        size_t length = strlen(node->text);
        if (strcmp(node->text, "-") == 0 || rdp_file_named(node->text))
            return read_file(reader, node, &entry);
        if (length > 4 &&
            (strcasecmp(node->text + length - 4, ".txt") == 0 || strcasecmp(node->text + length - 4, ".csv") == 0))
            return reader_refuse(reader, node, "'%.60s' looks like a list of targets: write {file: %.60s}", node->text,
                                 node->text);
        return target_add(reader, &entry.texts, &entry.places);
    }
    if (!read_mapping(reader, node, &entry))
        return false;
    return entry.file ? read_file(reader, entry.file, &entry) : target_add(reader, &entry.texts, &entry.places);
}

bool targets_read(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    (void)unused;
    if (node->kind != KIND_SEQUENCE)
        return read_entry(reader, node);
    if (node->count == 0)
        return reader_refuse(reader, node, "targets is an empty list");
    for (size_t i = 0; i < node->count; i++) {
        if (!read_entry(reader, &node->items[i]))
            return false;
    }
    return true;
}
