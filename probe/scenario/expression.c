// SPDX-License-Identifier: Apache-2.0
#include "scenario/expression.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NODES_MAX = 200, NESTING_MAX = 16, CONDITION_MAX = 512 };

enum operation { OPERATION_CONDITION, OPERATION_NOT, OPERATION_AND, OPERATION_OR };

struct node {
    enum operation operation;
    unsigned left, right; // indices of nodes; of a condition: left is its index
};

struct expression {
    const struct condition_kind *kind;
    struct node nodes[NODES_MAX];
    unsigned node_count, root;
    char *conditions; // one after the other
    size_t condition_count;
};

struct parser {
    struct expression *expression;
    const char *text;
    size_t at;
    unsigned nesting;
    struct expression_error *error;
};

static bool fail(struct parser *p, size_t offset, const char *sentence)
{
    p->error->offset = offset;
    snprintf(p->error->text, sizeof p->error->text, "%s", sentence);
    return false;
}

static char peek(struct parser *p)
{
    while (p->text[p->at] && strchr(" \t\r\n", p->text[p->at]))
        p->at++;
    return p->text[p->at];
}

static bool add(struct parser *p, struct node node, unsigned *index)
{
    struct expression *e = p->expression;
    if (e->node_count == NODES_MAX)
        return fail(p, p->at, "the expression is too long");
    *index = e->node_count;
    e->nodes[e->node_count++] = node;
    return true;
}

static bool expected_condition(struct parser *p)
{
    char c = p->text[p->at];
    char sentence[256];
    if (c == '\0')
        snprintf(sentence, sizeof sentence, "the expression ends where %s should follow", p->expression->kind->noun);
    else if ((c == '&' || c == '|') && p->at > 0 && p->text[p->at - 1] == c)
        snprintf(sentence, sizeof sentence, "'%c%c' is no operator here: write a single '%c'", c, c, c);
    else
        snprintf(sentence, sizeof sentence, "'%c' stands where %s should", c, p->expression->kind->noun);
    return fail(p, p->at, sentence);
}

static bool parse_condition(struct parser *p, unsigned *index)
{
    struct expression *e = p->expression;
    size_t start = p->at, end;
    bool quoted = false;
    char text[CONDITION_MAX];
    for (; p->text[p->at] && (quoted || !strchr("&|()", p->text[p->at])); p->at++)
        quoted ^= p->text[p->at] == '"';
    if (quoted)
        return fail(p, start, "a quotation mark is not closed");
    for (end = p->at; end > start && strchr(" \t\r\n", p->text[end - 1]);)
        end--;
    if (end == start)
        return expected_condition(p);
    if (end - start >= sizeof text)
        return fail(p, start, "a condition is longer than 511 bytes");
    memcpy(text, p->text + start, end - start);
    text[end - start] = '\0';

    char *conditions = realloc(e->conditions, (e->condition_count + 1) * e->kind->size);
    if (!conditions)
        return fail(p, start, "memory is out");
    e->conditions = conditions;
    void *condition = conditions + e->condition_count * e->kind->size;
    memset(condition, 0, e->kind->size);
    p->error->offset = 0;
    if (!e->kind->parse(condition, text, p->error)) {
        p->error->offset += start;
        if (e->kind->clear)
            e->kind->clear(condition);
        return false;
    }
    return add(p, (struct node){OPERATION_CONDITION, (unsigned)e->condition_count++, 0}, index);
}

static bool parse_or(struct parser *p, unsigned *index);

static bool parse_not(struct parser *p, unsigned *index)
{
    char c = peek(p);
    if (c != '!' && c != '(')
        return parse_condition(p, index);
    size_t start = p->at++;
    unsigned inner;
    if (++p->nesting > NESTING_MAX)
        return fail(p, start, "the expression is nested too deep");
    bool ok = c == '!' ? parse_not(p, &inner) : parse_or(p, &inner);
    p->nesting--;
    if (!ok)
        return false;
    if (c == '!')
        return add(p, (struct node){OPERATION_NOT, inner, 0}, index);
    if (peek(p) != ')')
        return fail(p, start, "this '(' is not closed");
    p->at++;
    *index = inner;
    return true;
}

static bool parse_and(struct parser *p, unsigned *index)
{
    if (!parse_not(p, index))
        return false;
    while (peek(p) == '&') {
        unsigned left = *index, right;
        p->at++;
        if (!parse_not(p, &right) || !add(p, (struct node){OPERATION_AND, left, right}, index))
            return false;
    }
    return true;
}

static bool parse_or(struct parser *p, unsigned *index)
{
    if (!parse_and(p, index))
        return false;
    while (peek(p) == '|') {
        unsigned left = *index, right;
        p->at++;
        if (!parse_and(p, &right) || !add(p, (struct node){OPERATION_OR, left, right}, index))
            return false;
    }
    return true;
}

struct expression *expression_parse(const struct condition_kind *kind, const char *text, struct expression_error *error)
{
    struct expression *e = calloc(1, sizeof *e);
    struct parser p = {.expression = e, .text = text, .error = error};
    *error = (struct expression_error){0};
    if (!e) {
        fail(&p, 0, "memory is out");
        return NULL;
    }
    e->kind = kind;
    bool ok = parse_or(&p, &e->root);
    if (ok && peek(&p) == ')')
        ok = fail(&p, p.at, "this ')' closes nothing");
    else if (ok && p.text[p.at])
        ok = fail(&p, p.at, "'&' or '|' should follow a ')'");
    if (!ok) {
        expression_free(e);
        return NULL;
    }
    return e;
}

void expression_free(struct expression *e)
{
    if (!e)
        return;
    for (size_t i = 0; e->kind->clear && i < e->condition_count; i++)
        e->kind->clear(e->conditions + i * e->kind->size);
    free(e->conditions);
    free(e);
}

static enum truth value_of(const struct expression *e, unsigned index, condition_value *value, const void *context)
{
    const struct node *node = &e->nodes[index];
    enum truth left, right;
    switch (node->operation) {
    case OPERATION_CONDITION:
        return value(e->conditions + node->left * e->kind->size, context);
    case OPERATION_NOT:
        left = value_of(e, node->left, value, context);
        return left == TRUTH_UNKNOWN ? left : left == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_TRUE;
    case OPERATION_AND:
    case OPERATION_OR:
        break;
    }
    enum truth deciding = node->operation == OPERATION_AND ? TRUTH_FALSE : TRUTH_TRUE;
    left = value_of(e, node->left, value, context);
    if (left == deciding)
        return left;
    right = value_of(e, node->right, value, context);
    return right == deciding ? right : left == TRUTH_UNKNOWN ? left : right;
}

enum truth expression_value(const struct expression *e, condition_value *value, const void *context)
{
    return value_of(e, e->root, value, context);
}

struct search {
    condition_value *value;
    const void *context;
    void (*each)(const void *condition, void *sink);
    void *sink;
};

// wanted is the value that the node would have to have.
static void culprits(const struct expression *e, unsigned index, enum truth wanted, const struct search *search)
{
    const struct node *node = &e->nodes[index];
    if (value_of(e, index, search->value, search->context) == wanted)
        return;
    switch (node->operation) {
    case OPERATION_CONDITION:
        search->each(e->conditions + node->left * e->kind->size, search->sink);
        break;
    case OPERATION_NOT:
        culprits(e, node->left, wanted == TRUTH_TRUE ? TRUTH_FALSE : TRUTH_TRUE, search);
        break;
    case OPERATION_AND:
    case OPERATION_OR:
        culprits(e, node->left, wanted, search);
        culprits(e, node->right, wanted, search);
        break;
    }
}

void expression_culprits(const struct expression *e, condition_value *value, const void *context,
                         void (*each)(const void *condition, void *sink), void *sink)
{
    const struct search search = {value, context, each, sink};
    culprits(e, e->root, TRUTH_TRUE, &search);
}

size_t expression_conditions(const struct expression *e)
{
    return e->condition_count;
}
