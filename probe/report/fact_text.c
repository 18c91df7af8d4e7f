// SPDX-License-Identifier: Apache-2.0
#include "report/fact_text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include "knowledge/codes.h"
#include "trial/fact.h"

enum { TITLE_COLUMN = 4, VALUE_COLUMN = 36 };

// Facts whose number is a code: shown in hexadecimal and by name.
static const struct {
    enum fact fact;
    const struct code_row *(*row)(uint32_t code); // NULL: flags, which have no name
} codes[] = {
    {FACT_NEGOTIATION_FLAGS, NULL},         {FACT_NEGOTIATION_FAILURE, negotiation_failure_row},
    {FACT_CREDSSP_NTSTATUS, credssp_row},  {FACT_LICENSING_ERROR, licensing_error_row},
    {FACT_MCS_RESULT, mcs_result_row},      {FACT_SERVER_VERSION, rdp_version_row},
    {FACT_SERVER_EARLY_FLAGS, NULL},        {FACT_ERRINFO_CODE, errinfo_row},
    {FACT_NEGOTIATION_REQUEST_FLAGS, NULL}, {FACT_CLIENT_VERSION, NULL},
    {FACT_CLIENT_KEYBOARD, NULL},           {FACT_CLIENT_EARLY_FLAGS, NULL},
    {FACT_CLIENT_CLUSTER_FLAGS, NULL},      {FACT_CLIENT_ENCRYPTION_METHODS, NULL},
    {FACT_CLIENT_MULTITRANSPORT, NULL},     {FACT_CLIENT_KEYBOARD_GIVEN, NULL},
};

// Facts that only name the code in the line above.
static bool is_shown_already(enum fact fact)
{
    return fact == FACT_ERRINFO_NAME || fact == FACT_CREDSSP_STATUS_NAME || fact == FACT_NEGOTIATION_FAILURE_NAME ||
           fact == FACT_MCS_RESULT_NAME || fact == FACT_SERVER_VERSION_NAME || fact == FACT_LICENSING_ERROR_NAME;
}

static void integer(struct page *page, enum fact fact, json_int_t value)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (codes[i].fact != fact)
            continue;
        const struct code_row *row = codes[i].row ? codes[i].row((uint32_t)value) : NULL;
        page_line(page, STYLE_PLAIN, "0x%" PRIX32 "%s%s", (uint32_t)value, row ? " " : "", row ? row->name : "");
        return;
    }
    page_line(page, STYLE_PLAIN, "%" JSON_INTEGER_FORMAT, value);
}

// Text that is put together in pieces; what does not fit is left out.
struct line_text {
    char text[4096];
    size_t used;
};

static void add(struct line_text *line, const char *before, const char *piece)
{
    int n = snprintf(line->text + line->used, sizeof line->text - line->used, "%s%s", before, piece);
    if (n < 0 || line->used + (size_t)n >= sizeof line->text)
        line->text[line->used] = '\0';
    else
        line->used += (size_t)n;
}

static void add_list(struct line_text *line, const char *before, const json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *item = json_string_value(json_array_get(list, i));
        add(line, i ? ", " : before, item ? item : "?");
    }
}

static void list(struct page *page, const json_t *value)
{
    struct line_text line = {.used = 0};
    add_list(&line, "", value);
    page_wrap(page, VALUE_COLUMN, VALUE_COLUMN, "%s", line.text[0] ? line.text : "none");
}

static void add_member(struct line_text *line, const char *name, const json_t *value)
{
    char number[32];
    if (json_is_false(value) || (json_is_array(value) && json_array_size(value) == 0))
        return;
    add(line, line->used ? "; " : "", name);
    if (json_is_array(value))
        add_list(line, " ", value);
    else if (json_is_string(value))
        add(line, " ", json_string_value(value));
    else if (json_is_integer(value)) {
        snprintf(number, sizeof number, " %" JSON_INTEGER_FORMAT, json_integer_value(value));
        add(line, number, "");
    }
}

// A paragraph for each object: its members in their order, without those that are false or empty.
static void objects(struct page *page, const json_t *value)
{
    size_t i;
    const char *name;
    json_t *object, *member;
    json_array_foreach(value, i, object)
    {
        struct line_text line = {.used = 0};
        json_object_foreach(object, name, member)
        {
            add_member(&line, name, member);
        }
        if (i)
            page_put(page, STYLE_PLAIN, "%*s", VALUE_COLUMN, "");
        page_wrap(page, VALUE_COLUMN, VALUE_COLUMN, "%s", line.text);
    }
    if (json_array_size(value) == 0)
        page_line(page, STYLE_PLAIN, "none");
}

static void line(struct page *page, enum fact fact, const json_t *value)
{
    unsigned title = TITLE_COLUMN + page_width(fact_row(fact)->title);
    page_put(page, STYLE_PLAIN, "%*s%s%*s", TITLE_COLUMN, "", fact_row(fact)->title,
             title < VALUE_COLUMN ? (int)(VALUE_COLUMN - title) : 1, "");
    if (fact_row(fact)->type == FACT_OBJECTS)
        objects(page, value);
    else if (json_is_array(value))
        list(page, value);
    else if (json_is_boolean(value))
        page_line(page, STYLE_PLAIN, "%s", json_is_true(value) ? "yes" : "no");
    else if (json_is_integer(value))
        integer(page, fact, json_integer_value(value));
    else if (json_is_real(value))
        page_line(page, STYLE_PLAIN, "%.3f", json_real_value(value));
    else
        page_wrap(page, VALUE_COLUMN, VALUE_COLUMN, "%s", json_is_string(value) ? json_string_value(value) : "?");
}

void fact_text_all(struct page *page, const json_t *facts)
{
    const char *group = "";
    bool any = false;
    for (int i = 0; i < FACT_COUNT; i++) {
        const json_t *value = fact_get(facts, (enum fact)i);
        if (!value || is_shown_already((enum fact)i))
            continue;
        if (!any) {
            page_newline(page);
            page_line(page, STYLE_HEADING, "Facts");
        }
        any = true;
        if (strcmp(group, fact_row((enum fact)i)->group) != 0) {
            group = fact_row((enum fact)i)->group;
            page_line(page, STYLE_FAINT, "  %s", group);
        }
        line(page, (enum fact)i, value);
    }
}
