// SPDX-License-Identifier: Apache-2.0
#include "rule.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "comparison.h"

#define DEPTH_MAX 64 // nesting of parentheses and "!": far beyond any use, well within any stack

enum node_kind { NODE_TRUE, NODE_NOT, NODE_AND, NODE_OR, NODE_COMPARE };

struct rule {
    enum node_kind kind;
    struct rule *left, *right;    // NODE_NOT has only `left`
    struct comparison comparison; // NODE_COMPARE
};

struct parser {
    const char *text;
    const char *at;
    unsigned depth;
    struct rule_error *error;
};

__attribute__((format(printf, 3, 4))) static struct rule *fail(struct parser *parser, const char *where,
                                                               const char *format, ...)
{
    va_list arguments;

    parser->error->column = (size_t)(where - parser->text) + 1;
    va_start(arguments, format);
    (void)vsnprintf(parser->error->message, sizeof(parser->error->message), format, arguments);
    va_end(arguments);
    return NULL;
}

static struct rule *fail_memory(struct parser *parser)
{
    return fail(parser, parser->at, "Out of memory.");
}

static void skip_blanks(struct parser *parser)
{
    parser->at += strspn(parser->at, " \t\r\n");
}

static bool take(struct parser *parser, char character)
{
    skip_blanks(parser);
    if (*parser->at != character)
        return false;
    parser->at++;
    return true;
}

void rule_free(struct rule *rule)
{
    if (!rule)
        return;
    rule_free(rule->left);
    rule_free(rule->right);
    free(rule);
}

// Takes both operands, also if it fails.
static struct rule *new_node(struct parser *parser, enum node_kind kind, struct rule *left, struct rule *right)
{
    struct rule *rule = calloc(1, sizeof(*rule));

    if (!rule) {
        rule_free(left);
        rule_free(right);
        return fail_memory(parser);
    }
    rule->kind = kind;
    rule->left = left;
    rule->right = right;
    return rule;
}

static size_t name_length(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_");
}

static bool is_word(const char *start, size_t length, const char *word)
{
    return length == strlen(word) && memcmp(start, word, length) == 0;
}

// Lists the facts, so that the error is also the help.
static struct rule *fail_unknown_fact(struct parser *parser, const char *start, size_t length)
{
    char names[240];

    fact_list(names, sizeof(names));
    return fail(parser, start, "\"%.*s\" is no fact; facts are %s.", length > 24 ? 24 : (int)length, start, names);
}

static bool read_sign(struct parser *parser, enum comparison_sign *sign)
{
    // The longer signs first, because "<" also begins "<=".
    static const struct {
        const char *text;
        enum comparison_sign sign;
    } signs[] = {{"!=", FACT_NOT_EQUAL}, {"<=", FACT_LESS_EQUAL}, {">=", FACT_GREATER_EQUAL},
                 {"=", FACT_EQUAL},      {"<", FACT_LESS},        {">", FACT_GREATER}};

    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        const size_t length = strlen(signs[i].text);

        if (strncmp(parser->at, signs[i].text, length) == 0) {
            parser->at += length;
            *sign = signs[i].sign;
            return true;
        }
    }
    return false;
}

// Copies the value behind an operator to `value`. Returns where it starts, or NULL with the error set.
static const char *read_value(struct parser *parser, const char *name, char value[LAB_TEXT_SIZE])
{
    const char *start;
    size_t length;

    skip_blanks(parser);
    start = parser->at;
    if (*start == '"' || *start == '\'') {
        const char *end = strchr(start + 1, *start);

        if (!end) {
            fail(parser, start, "The closing quote of this value is missing.");
            return NULL;
        }
        length = (size_t)(end - start - 1);
        parser->at = end + 1;
        start++;
    } else {
        length = strcspn(start, " \t\r\n&|!()=<>\"'");
        if (length == 0) {
            fail(parser, start, "A value for %s is missing here; an empty text is written \"\".", name);
            return NULL;
        }
        parser->at += length;
    }
    if (length >= LAB_TEXT_SIZE) {
        fail(parser, start, "This value is longer than %d bytes.", LAB_TEXT_SIZE - 1);
        return NULL;
    }
    memcpy(value, start, length);
    value[length] = 0;
    return start;
}

static bool read_comparison(struct parser *parser, struct comparison *comparison)
{
    const char *name = fact_name(comparison->fact);
    const char *where;
    char message[sizeof(parser->error->message)] = "";

    skip_blanks(parser);
    where = parser->at;
    if (!read_sign(parser, &comparison->sign)) {
        fail(parser, where, "An operator is missing behind %s: = != < <= > or >=.", name);
        return false;
    }
    if (comparison->sign != FACT_EQUAL && comparison->sign != FACT_NOT_EQUAL && !fact_has_order(comparison->fact)) {
        fail(parser, where, "%s has no order; only = and != compare it.", name);
        return false;
    }
    where = read_value(parser, name, comparison->text);
    if (!where)
        return false;
    if (!comparison_accept(comparison, message, sizeof(message))) {
        fail(parser, where, "%s", message);
        return false;
    }
    return true;
}

static struct rule *parse_comparison(struct parser *parser)
{
    const size_t length = name_length(parser->at);
    enum lab_fact fact;
    struct rule *node;

    if (!fact_find(parser->at, length, &fact))
        return fail_unknown_fact(parser, parser->at, length);
    parser->at += length;
    node = new_node(parser, NODE_COMPARE, NULL, NULL);
    if (!node)
        return NULL;
    node->comparison.fact = fact;
    if (!read_comparison(parser, &node->comparison)) {
        rule_free(node);
        return NULL;
    }
    return node;
}

static struct rule *parse_expression(struct parser *parser);

static struct rule *parse_factor(struct parser *parser)
{
    struct rule *rule;

    skip_blanks(parser);
    if (parser->depth >= DEPTH_MAX)
        return fail(parser, parser->at, "This expression is nested deeper than %d.", DEPTH_MAX);
    parser->depth++;
    if (take(parser, '!')) {
        rule = parse_factor(parser);
        if (rule)
            rule = new_node(parser, NODE_NOT, rule, NULL);
    } else if (*parser->at == '(') {
        const char *open = parser->at++;

        rule = parse_expression(parser);
        if (rule && !take(parser, ')')) {
            rule_free(rule);
            rule = *parser->at ? fail(parser, parser->at, "Here \"&\", \"|\" or \")\" is expected.")
                               : fail(parser, parser->at, "The \")\" for the \"(\" in column %zu is missing.",
                                      (size_t)(open - parser->text) + 1);
        }
    } else if (name_length(parser->at) == 0) {
        rule = fail(parser, parser->at, "Here a fact, \"true\", \"!\" or \"(\" is expected.");
    } else if (is_word(parser->at, name_length(parser->at), "true")) {
        parser->at += strlen("true");
        rule = new_node(parser, NODE_TRUE, NULL, NULL);
    } else {
        rule = parse_comparison(parser);
    }
    parser->depth--;
    return rule;
}

static struct rule *parse_term(struct parser *parser)
{
    struct rule *left = parse_factor(parser);

    while (left && take(parser, '&')) {
        struct rule *right = parse_factor(parser);

        if (!right) {
            rule_free(left);
            return NULL;
        }
        left = new_node(parser, NODE_AND, left, right);
    }
    return left;
}

static struct rule *parse_expression(struct parser *parser)
{
    struct rule *left = parse_term(parser);

    while (left && take(parser, '|')) {
        struct rule *right = parse_term(parser);

        if (!right) {
            rule_free(left);
            return NULL;
        }
        left = new_node(parser, NODE_OR, left, right);
    }
    return left;
}

// A left-deep chain of "&" or "|" makes a tree as deep as it is long; this bounds the recursion over it.
#define EXPRESSION_MAX 4096

struct rule *rule_parse(const char *text, struct rule_error *error)
{
    struct parser parser = {.text = text, .at = text, .depth = 0, .error = error};
    struct rule *rule;

    memset(error, 0, sizeof(*error));
    if (strlen(text) > EXPRESSION_MAX)
        return fail(&parser, text + EXPRESSION_MAX, "An expression has at most %d bytes.", EXPRESSION_MAX);
    rule = parse_expression(&parser);
    skip_blanks(&parser);
    if (rule && *parser.at) {
        rule_free(rule);
        return fail(&parser, parser.at, "Here \"&\", \"|\" or the end is expected.");
    }
    return rule;
}

static enum rule_truth truth(bool value)
{
    return value ? RULE_YES : RULE_NO;
}

enum rule_truth rule_evaluate(const struct rule *rule, const struct lab_facts *facts)
{
    enum rule_truth left, right;

    switch (rule->kind) {
    case NODE_TRUE:
        return RULE_YES;
    case NODE_COMPARE:
        return comparison_evaluate(&rule->comparison, facts);
    case NODE_NOT:
        left = rule_evaluate(rule->left, facts);
        return left == RULE_UNKNOWN ? RULE_UNKNOWN : truth(left == RULE_NO);
    case NODE_AND:
        left = rule_evaluate(rule->left, facts);
        right = rule_evaluate(rule->right, facts);
        if (left == RULE_NO || right == RULE_NO)
            return RULE_NO;
        return left == RULE_YES && right == RULE_YES ? RULE_YES : RULE_UNKNOWN;
    case NODE_OR:
        left = rule_evaluate(rule->left, facts);
        right = rule_evaluate(rule->right, facts);
        if (left == RULE_YES || right == RULE_YES)
            return RULE_YES;
        return left == RULE_NO && right == RULE_NO ? RULE_NO : RULE_UNKNOWN;
    }
    return RULE_UNKNOWN;
}

bool rule_mentions(const struct rule *rule, enum lab_fact fact)
{
    if (!rule)
        return false;
    if (rule->kind == NODE_COMPARE)
        return rule->comparison.fact == fact;
    return rule_mentions(rule->left, fact) || rule_mentions(rule->right, fact);
}
