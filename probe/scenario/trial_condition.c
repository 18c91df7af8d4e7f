// SPDX-License-Identifier: Apache-2.0
#include "scenario/trial_condition.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scenario/outcome_name.h"
#include "trial/nearest.h"
#include "trial/proof.h"

static const char blanks[] = " \t\r\n";

static bool fail(struct expression_error *error, size_t offset, const char *sentence)
{
    error->offset = offset;
    snprintf(error->text, sizeof error->text, "%s", sentence);
    return false;
}

// What a condition can begin with, for "did you mean".
static bool unknown_word(const char *word, struct expression_error *error)
{
    enum { PATH_SIZE = 64 };
    static const char *const words[] = {"connected", "failed", "phase", "ms"};
    enum { WORDS = sizeof words / sizeof words[0] };
    const char *names[WORDS + FAMILY_COUNT + FACT_COUNT];
    char paths[FACT_COUNT][PATH_SIZE];
    size_t count = 0;
    for (; count < WORDS; count++)
        names[count] = words[count];
    for (int i = FAMILY_NONE + 1; i < FAMILY_COUNT; i++)
        names[count++] = family_name((enum family)i);
    for (int i = 0; i < FACT_COUNT; i++) {
        const struct fact_row *row = fact_row((enum fact)i);
        snprintf(paths[i], PATH_SIZE, "%s.%s", row->group, row->name);
        names[count++] = paths[i];
    }
    const char *near = nearest_word(word, names, count);
    if (near)
        snprintf(error->text, sizeof error->text, "'%.60s' is %s: did you mean '%s'?", word,
                 strchr(word, '.') ? "no fact" : "nothing that a trial has", near);
    else
        snprintf(
            error->text, sizeof error->text,
            "'%.60s' is nothing that a trial has: write connected, failed, phase, ms, an outcome such as errinfo 7 "
            "or a fact such as tls.version",
            word);
    return false;
}

static bool read_number(const char *text, double *number)
{
    char *end;
    if (!*text || strspn(text, "+-.0123456789abcdefABCDEFxX") != strlen(text))
        return false;
    errno = 0;
    *number = strtod(text, &end);
    return !*end && !errno && isfinite(*number);
}

static bool read_truth(const char *text, bool *truth)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcasecmp(text, words[i]) == 0) {
            *truth = i % 2;
            return true;
        }
    }
    return false;
}

static bool keep(struct trial_condition *c, const char *word, struct expression_error *error)
{
    c->word = strdup(word);
    return c->word || fail(error, 0, "memory is out");
}

static bool orders(enum comparison comparison)
{
    return comparison != COMPARE_EQUAL && comparison != COMPARE_UNEQUAL;
}

static bool parse_phase(const char *text, enum phase *phase, size_t offset, struct expression_error *error)
{
    const char *names[PHASE_COUNT];
    if (phase_from_name(text, phase))
        return true;
    for (int i = 0; i < PHASE_COUNT; i++)
        names[i] = phase_name((enum phase)i);
    const char *near = nearest_word(text, names, PHASE_COUNT);
    error->offset = offset;
    snprintf(error->text, sizeof error->text,
             near ? "'%.60s' is no phase: did you mean '%s'?" : "'%.60s' is no phase: they go from resolve to %s", text,
             near ? near : names[PHASE_COUNT - 1]);
    return false;
}

// The right side of a comparison with a fact.
static bool parse_fact_value(struct trial_condition *c, const char *path, const char *value, size_t offset,
                             struct expression_error *error)
{
    enum proof proof;

    error->offset = offset;
    if (c->fact == FACT_CONNECTED_PROOF) {
        if (proof_from_name(value, &proof)) // their order is that of the alphabet
            return keep(c, value, error);
        snprintf(error->text, sizeof error->text, "%s is active, logon or painted, and '%.60s' is none", path, value);
        return false;
    }
    switch (fact_row(c->fact)->type) {
    case FACT_BOOLEAN:
        if (!orders(c->comparison) && read_truth(value, &c->truth))
            return true;
        snprintf(error->text, sizeof error->text, "%s is true or false, and '%.60s' is neither", path, value);
        if (orders(c->comparison))
            snprintf(error->text, sizeof error->text, "%s is true or false: compare it with = or !=", path);
        return false;
    case FACT_TEXT:
        if (orders(c->comparison) && !(*value >= '0' && *value <= '9')) {
            snprintf(error->text, sizeof error->text,
                     "%s is a text: only = and != compare it with '%.60s' (the others take what begins with a digit)",
                     path, value);
            return false;
        }
        return keep(c, value, error);
    case FACT_LIST:
        if (orders(c->comparison)) {
            snprintf(error->text, sizeof error->text, "%s is a list: = and != say whether '%.60s' is in it", path,
                     value);
            return false;
        }
        return keep(c, value, error);
    case FACT_OBJECTS:
        snprintf(error->text, sizeof error->text,
                 "%s is a list of several things each, which nothing compares with: "
                 "write it alone for 'was seen'",
                 path);
        return false;
    case FACT_INTEGER:
    case FACT_REAL:
        break;
    }
    if (read_number(value, &c->number))
        return true;
    snprintf(error->text, sizeof error->text, "%s is a number, and '%.60s' is none", path, value);
    return false;
}

static bool parse_comparison(struct trial_condition *c, const char *left, const char *value, size_t offset,
                             struct expression_error *error)
{
    if (strcmp(left, "phase") == 0) {
        c->subject = SUBJECT_PHASE;
        return parse_phase(value, &c->phase, offset, error);
    }
    if (strcmp(left, "ms") == 0) {
        c->subject = SUBJECT_MS;
        if (read_number(value, &c->number))
            return true;
        snprintf(error->text, sizeof error->text, "ms is a number of milliseconds, and '%.60s' is none", value);
        error->offset = offset;
        return false;
    }
    if (fact_from_path(left, &c->fact)) {
        c->subject = SUBJECT_FACT;
        return parse_fact_value(c, left, value, offset, error);
    }
    enum family family;
    if (strcmp(left, "connected") == 0 || strcmp(left, "failed") == 0 || family_from_name(left, &family)) {
        snprintf(error->text, sizeof error->text, "%s is not compared: write it alone%s", left,
                 strcmp(left, "connected") && strcmp(left, "failed") ? " or with a code, as errinfo 7" : "");
        return false;
    }
    return unknown_word(left, error);
}

static enum comparison comparison_at(const char *text, size_t *length)
{
    *length = text[1] == '=' ? 2 : 1;
    switch (text[0]) {
    case '<':
        return *length == 2 ? COMPARE_AT_MOST : COMPARE_LESS;
    case '>':
        return *length == 2 ? COMPARE_AT_LEAST : COMPARE_MORE;
    case '=':
        return COMPARE_EQUAL;
    default:
        return *length == 2 ? COMPARE_UNEQUAL : COMPARE_NONE;
    }
}

// "errinfo", "errinfo 7", "closed RST", "timeout@tls", "0x3/0x7"
static bool parse_outcome(struct trial_condition *c, const char *text, struct expression_error *error)
{
    char copy[512], *at, *code;
    const char *clause;
    snprintf(copy, sizeof copy, "%s", text);
    c->subject = SUBJECT_OUTCOME;
    if (*copy >= '0' && *copy <= '9') {
        if (signature_parse(copy, &c->outcome, &clause))
            return true;
        snprintf(error->text, sizeof error->text, "'%.60s' %s", text, clause);
        return false;
    }
    c->outcome.any_phase = true;
    at = strchr(copy, '@');
    if (at) {
        *at++ = '\0';
        at += strspn(at, blanks);
        c->outcome.any_phase = false;
        if (!parse_phase(at, &c->outcome.phase, (size_t)(at - copy), error))
            return false;
        for (char *end = at - 1; end > copy && strchr(blanks, end[-1]); end--)
            end[-1] = '\0';
    }
    code = strpbrk(copy, " \t\r\n:");
    c->any_code = code == NULL;
    if (code) {
        *code++ = '\0';
        code += strspn(code, blanks);
    }
    if (!family_from_name(copy, &c->outcome.family)) {
        if (!code && c->outcome.any_phase && outcome_name_anywhere(copy, NULL) &&
            signature_parse(copy, &c->outcome, &clause))
            return true;
        return unknown_word(copy, error);
    }
    if (!code)
        return true;
    char *end;
    errno = 0;
    unsigned long long n = *code >= '0' && *code <= '9' ? strtoull(code, &end, 0) : ULLONG_MAX;
    if (n <= UINT32_MAX && !*end && !errno) {
        c->outcome.code = (uint32_t)n;
        return true;
    }
    error->offset = (size_t)(code - copy);
    return outcome_name_known(c->outcome.family, code, error->text, sizeof error->text) && keep(c, code, error);
}

// Cuts blanks and one pair of quotation marks.
static char *trimmed(char *text)
{
    text += strspn(text, blanks);
    size_t length = strlen(text);
    while (length > 0 && strchr(blanks, text[length - 1]))
        text[--length] = '\0';
    if (length >= 2 && text[0] == '"' && text[length - 1] == '"') {
        text[length - 1] = '\0';
        text++;
    }
    return text;
}

static bool parse(void *memory, const char *text, struct expression_error *error)
{
    struct trial_condition *c = memory;
    char copy[512];
    size_t length, at = strcspn(text, "<>=!");
    snprintf(copy, sizeof copy, "%s", text);
    if (text[at]) {
        c->comparison = comparison_at(text + at, &length);
        if (c->comparison == COMPARE_NONE)
            return fail(error, at, "'!' stands before a condition, or in !=");
        copy[at] = '\0';
        char *left = trimmed(copy), *value = trimmed(copy + at + length);
        if (!*value || strchr("<>=", *value))
            return fail(error, at,
                        *value ? "the comparison is none of < <= = != >= >" : "the comparison lacks a value");
        return parse_comparison(c, left, value, (size_t)(value - copy), error);
    }
    if (strcmp(text, "connected") == 0 || strcmp(text, "failed") == 0) {
        c->subject = SUBJECT_RESULT;
        c->result = *text == 'c' ? RESULT_CONNECTED : RESULT_FAILED;
        return true;
    }
    if (fact_from_path(text, &c->fact)) {
        c->subject = SUBJECT_FACT;
        return true;
    }
    if (strcmp(text, "phase") == 0 || strcmp(text, "ms") == 0)
        return fail(error, 0,
                    *text == 'p' ? "phase wants a comparison, such as phase >= nla"
                                 : "ms wants a comparison, such as ms < 3000");
    return parse_outcome(c, text, error);
}

static void clear(void *memory)
{
    free(((struct trial_condition *)memory)->word);
}

const struct condition_kind trial_conditions = {
    .size = sizeof(struct trial_condition),
    .noun = "a condition such as connected or tls.version >= 1.2",
    .parse = parse,
    .clear = clear,
};

static enum truth holds(bool value)
{
    return value ? TRUTH_TRUE : TRUTH_FALSE;
}

static enum truth compare(enum comparison comparison, int order)
{
    switch (comparison) {
    case COMPARE_LESS:
        return holds(order < 0);
    case COMPARE_AT_MOST:
        return holds(order <= 0);
    case COMPARE_EQUAL:
        return holds(order == 0);
    case COMPARE_UNEQUAL:
        return holds(order != 0);
    case COMPARE_AT_LEAST:
        return holds(order >= 0);
    case COMPARE_MORE:
        return holds(order > 0);
    case COMPARE_NONE:
        break;
    }
    return TRUTH_UNKNOWN;
}

static int order_of(double a, double b)
{
    return (a > b) - (a < b);
}

static enum truth compare_fact(const struct trial_condition *c, const json_t *value)
{
    enum fact_type type = fact_row(c->fact)->type;
    if (c->comparison == COMPARE_NONE)
        return type == FACT_BOOLEAN && value ? holds(json_is_true(value))
               : type == FACT_BOOLEAN        ? TRUTH_UNKNOWN
                                             : holds(value != NULL);
    if (!value)
        return TRUTH_UNKNOWN;
    switch (type) {
    case FACT_BOOLEAN:
        return compare(c->comparison, json_is_true(value) != c->truth);
    case FACT_LIST:
        for (size_t i = 0; i < json_array_size(value); i++) {
            const char *item = json_string_value(json_array_get(value, i));
            if (item && strcasecmp(item, c->word) == 0)
                return holds(c->comparison == COMPARE_EQUAL);
        }
        return holds(c->comparison == COMPARE_UNEQUAL);
    case FACT_TEXT: {
        const char *text = json_string_value(value);
        if (!text)
            return TRUTH_UNKNOWN;
        // strverscmp() takes the numbers in versions and dates as numbers: 1.10 comes after 1.2.
        return compare(c->comparison, orders(c->comparison) ? strverscmp(text, c->word) : strcasecmp(text, c->word));
    }
    case FACT_OBJECTS:
    case FACT_INTEGER:
    case FACT_REAL:
        break;
    }
    if (!json_is_number(value))
        return TRUTH_UNKNOWN;
    double number = json_number_value(value);
    // A clock that is slow by an hour is no better than one that is fast by an hour.
    if (c->fact == FACT_CLOCK_SKEW && c->number >= 0)
        number = fabs(number);
    return compare(c->comparison, order_of(number, c->number));
}

static bool outcome_is(const struct trial_condition *c, const struct outcome *outcome)
{
    if (c->outcome.by != BY_FAMILY)
        return signature_matches(&c->outcome, outcome);
    return outcome->result == RESULT_FAILED && outcome->family == c->outcome.family &&
           (c->outcome.any_phase || outcome->phase == c->outcome.phase) &&
           (c->word ? outcome_name_matches(c->word, outcome->name) : c->any_code || outcome->code == c->outcome.code);
}

enum truth trial_condition_value(const void *condition, const void *context)
{
    const struct trial_condition *c = condition;
    const struct trial *trial = context;
    switch (c->subject) {
    case SUBJECT_RESULT:
        return holds(trial->outcome.result == c->result);
    case SUBJECT_PHASE:
        return compare(c->comparison, (int)trial->outcome.phase - (int)c->phase);
    case SUBJECT_MS:
        return compare(c->comparison, order_of(trial->ms, c->number));
    case SUBJECT_OUTCOME:
        return holds(outcome_is(c, &trial->outcome));
    case SUBJECT_FACT:
        break;
    }
    return compare_fact(c, fact_get(trial->facts, c->fact));
}

static void outcome_seen(const struct outcome *o, char *text, size_t size)
{
    if (o->result == RESULT_CONNECTED)
        snprintf(text, size, "connected (%s)", phase_name(o->phase));
    else if (o->name[0])
        snprintf(text, size, "failed in %s with %s %s", phase_name(o->phase), family_name(o->family), o->name);
    else if (o->code)
        snprintf(text, size, "failed in %s with %s 0x%X", phase_name(o->phase), family_name(o->family), o->code);
    else
        snprintf(text, size, "failed in %s with %s", phase_name(o->phase), family_name(o->family));
}

static void value_seen(const json_t *value, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    if (json_is_string(value))
        snprintf(text, size, "%s", json_string_value(value));
    else if (json_is_integer(value))
        snprintf(text, size, "%lld", (long long)json_integer_value(value));
    else if (json_is_real(value))
        snprintf(text, size, "%g", json_real_value(value));
    else if (json_is_boolean(value))
        snprintf(text, size, "%s", json_is_true(value) ? "true" : "false");
    else if (json_is_array(value) && json_array_size(value) == 0)
        snprintf(text, size, "an empty list");
    for (size_t i = 0; i < json_array_size(value) && used < size; i++) {
        const char *item = json_string_value(json_array_get(value, i));
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? " " : "", item ? item : "?");
    }
}

char *trial_condition_seen(const struct trial_condition *c, const struct trial *trial, bool brief, char *text,
                           size_t size)
{
    char seen[200];
    const json_t *value;
    switch (c->subject) {
    case SUBJECT_RESULT:
    case SUBJECT_OUTCOME:
        outcome_seen(&trial->outcome, text, size);
        return text;
    case SUBJECT_PHASE:
        snprintf(text, size, "%s%s", brief ? "" : "phase ", phase_name(trial->outcome.phase));
        return text;
    case SUBJECT_MS:
        snprintf(text, size, "%.1f ms", trial->ms);
        return text;
    case SUBJECT_FACT:
        break;
    }
    const struct fact_row *row = fact_row(c->fact);
    value = fact_get(trial->facts, c->fact);
    if (value) {
        value_seen(value, seen, sizeof seen);
        snprintf(text, size, "%s%s%s%s%s", brief ? "" : row->group, brief ? "" : ".", brief ? "" : row->name,
                 brief ? "" : " ", seen);
    } else {
        // A trial that ended early explains why.
        bool failed = trial->outcome.result == RESULT_FAILED;
        if (failed)
            outcome_seen(&trial->outcome, seen, sizeof seen);
        snprintf(text, size, "no %s.%s%s%s%s", row->group, row->name, failed ? " (" : "", failed ? seen : "",
                 failed ? ")" : "");
    }
    return text;
}
