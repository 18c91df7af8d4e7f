// SPDX-License-Identifier: Apache-2.0
// The section credentials: of a scenario: who logs on, and where the password comes from. Never a password itself.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/scenario_reader.h"
#include "trial/account_name.h"

static const char by_reference[] =
    "a scenario holds no password: write password: {file: NAME}, {environment: NAME} or {descriptor: NUMBER}";

static bool set_reference(struct scenario_reader *reader, const struct yaml_node *node, struct credentials *c,
                          enum secret_source source, char *reference)
{
    if (c->source != SECRET_NONE) {
        free(reference);
        return reader_refuse(reader, node, "a password comes from one source: file, environment or descriptor");
    }
    c->source = source;
    c->reference = reference;
    return reference != NULL;
}

static bool take_file(struct scenario_reader *reader, const struct yaml_node *node, void *object)
{
    if (!reader_text(reader, node, "the password's file"))
        return false;
    if (strcmp(node->text, "-") == 0 && !reader_take_stdin(reader, reader_place(reader, node)))
        return false;
    return set_reference(reader, node, object, SECRET_FILE, reader_path(reader, node));
}

static bool take_environment(struct scenario_reader *reader, const struct yaml_node *node, void *object)
{
    static const char characters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
    const char *name = reader_text(reader, node, "the password's environment variable");
    if (!name)
        return false;
    // The text is not repeated: it may be the password itself.
    if (strspn(name, characters) != strlen(name) || (*name >= '0' && *name <= '9'))
        return reader_refuse(reader, node, "environment takes the name of a variable: letters, digits and _");
    return set_reference(reader, node, object, SECRET_ENVIRONMENT,
                         reader_copy(reader, reader_place(reader, node), name));
}

static bool take_descriptor(struct scenario_reader *reader, const struct yaml_node *node, void *object)
{
    enum { DESCRIPTOR_MAX = 1023 };
    unsigned number;
    char text[16];
    // Nor is this repeated.
    if (node->kind != KIND_SCALAR || !node->text[0] || strspn(node->text, "0123456789") != strlen(node->text))
        return reader_refuse(reader, node, "descriptor takes the number of a file descriptor");
    if (!reader_count(reader, node, "the password's descriptor", 0, DESCRIPTOR_MAX, &number))
        return false;
    if (number == 1 || number == 2)
        return reader_refuse(reader, node, "descriptors 1 and 2 are for output");
    if (number == 0 && !reader_take_stdin(reader, reader_place(reader, node)))
        return false;
    snprintf(text, sizeof text, "%u", number);
    return set_reference(reader, node, object, SECRET_DESCRIPTOR,
                         reader_copy(reader, reader_place(reader, node), text));
}

static bool take_password(struct scenario_reader *reader, const struct yaml_node *node, void *object)
{
    static const struct reader_field fields[] = {
        {"file", take_file, NULL},
        {"environment", take_environment, NULL},
        {"descriptor", take_descriptor, NULL},
    };
    struct credentials *c = object;
    if (node->kind != KIND_MAPPING) // and do not repeat what may be the password
        return reader_refuse(reader, node, "%s", by_reference);
    for (size_t i = 0; i < node->count; i++) {
        if (node->items[i].kind != KIND_SCALAR || !node->items[i].text[0])
            return reader_refuse(reader, &node->items[i], "%s", by_reference);
    }
    if (!reader_fields(reader, node, "a password", fields, sizeof fields / sizeof fields[0], object))
        return false;
    return c->source != SECRET_NONE || reader_refuse(reader, node, "%s", by_reference);
}

static bool take_name_part(struct scenario_reader *reader, const struct yaml_node *node, char **part, const char *what)
{
    enum { NAME_MAX_BYTES = 255 };
    const char *text = reader_text(reader, node, what);
    if (!text)
        return false;
    if (strlen(text) > NAME_MAX_BYTES)
        return reader_refuse(reader, node, "%s is longer than %d bytes", what, NAME_MAX_BYTES);
    *part = reader_copy(reader, reader_place(reader, node), text);
    return *part != NULL;
}

static bool take_user(struct scenario_reader *reader, const struct yaml_node *node, void *object)
{
    struct credentials *c = object;
    if (!take_name_part(reader, node, &c->user, "the user"))
        return false;
    if (account_user_fault(c->user))
        return reader_refuse(reader, node, "the user %s", account_user_fault(c->user));
    const char *backslash = strchr(c->user, '\\');
    return !backslash || (backslash != c->user && backslash[1]) ||
           reader_refuse(reader, node, "'%.60s' is no user: write USER, DOMAIN\\USER or USER@DOMAIN", c->user);
}

static bool take_domain(struct scenario_reader *reader, const struct yaml_node *node, void *object)
{
    struct credentials *c = object;
    if (c->user && strchr(c->user, '\\'))
        return reader_refuse(reader, node, "the user has a domain already: '%.60s'", c->user);
    if (!take_name_part(reader, node, &c->domain, "the domain"))
        return false;
    return !account_user_fault(c->domain) ||
           reader_refuse(reader, node, "the domain %s", account_user_fault(c->domain));
}

static bool read_one(struct scenario_reader *reader, const struct yaml_node *node, struct place place, const char *name)
{
    static const struct reader_field fields[] = {
        {"user", take_user, NULL},
        {"domain", take_domain, NULL},
        {"password", take_password, NULL},
    };
    struct scenario *s = reader->scenario;
    if (!reader_grow(reader, &s->credentials, s->credentials_count, sizeof *s->credentials))
        return false;
    struct credentials *c = &s->credentials[s->credentials_count++];
    reader->named_credentials = s->credentials_count;
    *c = (struct credentials){.name = reader_copy(reader, place, name)};
    if (!c->name || !reader_fields(reader, node, "credentials", fields, sizeof fields / sizeof fields[0], c))
        return false;
    if (!c->domain && !(c->domain = reader_copy(reader, place, "")))
        return false;
    if (!c->user && !(c->user = reader_copy(reader, place, ""))) // each target may name its own
        return false;
    return true;
}

bool credentials_read(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    (void)unused;
    if (node->kind != KIND_MAPPING || node->count == 0)
        return reader_refuse(reader, node, "credentials is a mapping: 'user: …', or a name for each of several");
    // One set of credentials has texts and a password in it, several have mappings.
    if (yaml_node_get(node, "user") || yaml_node_get(node, "password") || node->items[0].kind == KIND_SCALAR)
        return read_one(reader, node, reader_place(reader, node), "");
    for (size_t i = 0; i < node->count; i++) {
        if (!node->keys[i].text[0])
            return reader_refuse(reader, &node->keys[i], "credentials have an empty name");
        if (!read_one(reader, &node->items[i], reader_place(reader, &node->keys[i]), node->keys[i].text))
            return false;
    }
    return true;
}

int credentials_find(const struct scenario_reader *reader, const char *name)
{
    for (size_t i = 0; i < reader->named_credentials; i++) {
        if (strcmp(reader->scenario->credentials[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}
