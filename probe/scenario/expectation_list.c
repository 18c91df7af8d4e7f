// SPDX-License-Identifier: Apache-2.0
// The section expect: of a scenario: what must be true of its trials, of all or of those of a variant or group.
#include <stdlib.h>
#include <string.h>

#include "scenario/expectation.h"
#include "scenario/scenario_reader.h"
#include "scenario/variant_rule.h"

enum { EXPECTATIONS_MAX = 1000 };

// What an entry with when: or group: says about the expectations in it.
struct scope {
    const struct yaml_node *when, *group, *expect;
};

static bool take_when(struct scenario_reader *reader, const struct yaml_node *node, void *object)
{
    ((struct scope *)object)->when = node;
    return reader_text(reader, node, "when") != NULL;
}

static bool take_group(struct scenario_reader *reader, const struct yaml_node *node, void *object)
{
    const struct scenario *s = reader->scenario;
    const char *text = reader_text(reader, node, "the group");
    enum { NAMES_MAX = 64 };
    const char *names[NAMES_MAX];
    size_t count = 0;
    ((struct scope *)object)->group = node;
    if (!text)
        return false;
    for (size_t i = 0; i < s->target_count; i++) {
        const char *group = s->targets[i].group;
        size_t k = 0;
        if (strcmp(group, text) == 0)
            return true;
        while (k < count && strcmp(names[k], group) != 0)
            k++;
        if (k == count && count < NAMES_MAX && group[0])
            names[count++] = group;
    }
    return reader_refuse_word(reader, reader_place(reader, node), "group of a target", text, names, count);
}

static bool take_expect(struct scenario_reader *reader, const struct yaml_node *node, void *object)
{
    (void)reader;
    ((struct scope *)object)->expect = node;
    return true;
}

static bool add(struct scenario_reader *reader, const struct yaml_node *node, const struct scope *scope)
{
    struct scenario *s = reader->scenario;
    struct expression_error error;
    const char *text = reader_text(reader, node, "an expectation");
    if (!text)
        return false;
    if (s->expectation_count == EXPECTATIONS_MAX)
        return reader_refuse(reader, node, "there are more than %d expectations", EXPECTATIONS_MAX);
    if (!reader_grow(reader, &s->expectations, s->expectation_count, sizeof *s->expectations))
        return false;
    struct expectation *e = &s->expectations[s->expectation_count++];
    *e = (struct expectation){.place = reader_place(reader, node)};
    e->test = expectation_test_parse(text, &error);
    if (!e->test)
        return reader_refuse_expression(reader, node, &error);
    e->when = scope->when ? variant_rule_parse(scope->when->text, &error) : NULL;
    if (scope->when && !e->when)
        return reader_refuse_expression(reader, scope->when, &error);
    e->text = reader_copy(reader, e->place, text);
    e->group = scope->group ? reader_copy(reader, e->place, scope->group->text) : NULL;
    return e->text && (e->group || !scope->group);
}

// Where nothing is said, a trial is to connect.
bool expectations_check(struct scenario_reader *reader)
{
    struct scenario *s = reader->scenario;
    struct expression_error error;
    static const char connected[] = "connected";
    if (s->expectation_count > 0)
        return true;
    s->expectations = calloc(1, sizeof *s->expectations);
    if (s->expectations) {
        s->expectation_count = 1;
        s->expectations[0] = (struct expectation){
            .text = strdup(connected), .test = expectation_test_parse(connected, &error), .place = {s->file, 0, 0}};
    }
    return (s->expectations && s->expectations[0].text && s->expectations[0].test) ||
           reader_fail(reader, (struct place){s->file, 0, 0}, "memory is out");
}

static bool read_entry(struct scenario_reader *reader, const struct yaml_node *node)
{
    static const struct reader_field fields[] = {
        {"expect", take_expect, NULL},
        {"when", take_when, NULL},
        {"group", take_group, NULL},
    };
    struct scope scope = {0};
    if (node->kind != KIND_MAPPING)
        return add(reader, node, &scope);
    if (!reader_fields(reader, node, "an expectation", fields, sizeof fields / sizeof fields[0], &scope))
        return false;
    if (!scope.expect)
        return reader_refuse(reader, node, "the key 'expect' is missing: what is expected?");
    if (scope.expect->kind != KIND_SEQUENCE)
        return add(reader, scope.expect, &scope);
    if (scope.expect->count == 0)
        return reader_refuse(reader, scope.expect, "the list of expectations is empty");
    for (size_t i = 0; i < scope.expect->count; i++) {
        if (!add(reader, &scope.expect->items[i], &scope))
            return false;
    }
    return true;
}

bool expectations_read(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    (void)unused;
    if (node->kind != KIND_SEQUENCE)
        return read_entry(reader, node);
    for (size_t i = 0; i < node->count; i++) {
        if (!read_entry(reader, &node->items[i]))
            return false;
    }
    return true;
}
