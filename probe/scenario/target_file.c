// SPDX-License-Identifier: Apache-2.0
// Lists of targets: one HOST[:PORT] a line, or CSV (RFC 4180) with a header. Blank lines and lines that begin with '#'
// are passed over.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scenario/scenario_reader.h"

enum { FILE_SIZE_MAX = 64 * 1024 * 1024, LINE_LENGTH_MAX = 4096, COLUMNS_MAX = 16 };

// A column of a CSV file, and where its text goes.
struct column {
    const char *name;
    size_t text, place; // offsets in struct target_texts and struct target_places
};

enum { COLUMNS_KNOWN_MAX = 8 + FACTOR_COUNT };

// The columns that a list may have: those of every target, and the texts that levels need. Returns how many.
static size_t known_columns(struct column columns[COLUMNS_KNOWN_MAX])
{
    static const struct column fixed[] = {
#define COLUMN(name, field) {name, offsetof(struct target_texts, field), offsetof(struct target_places, field)}
        COLUMN("host", host),       COLUMN("port", port),
        COLUMN("group", group),     COLUMN("credentials", credentials),
        COLUMN("user", user),       COLUMN("domain", domain),
        COLUMN("gateway", gateway), COLUMN("gateway-credentials", gateway_credentials),
#undef COLUMN
    };
    size_t count = sizeof fixed / sizeof fixed[0];
    memcpy(columns, fixed, sizeof fixed);
    for (size_t f = 0; f < FACTOR_COUNT; f++) {
        const struct factor_operand *operand = factor_row((enum factor)f)->operand;
        if (operand && operand->of_target)
            columns[count++] =
                (struct column){operand->option, offsetof(struct target_texts, operand) + f * sizeof(const char *),
                                offsetof(struct target_places, operand) + f * sizeof(struct place)};
    }
    return count;
}

struct list {
    struct scenario_reader *reader;
    const char *file; // kept by the scenario
    const struct target_texts *defaults;
    const struct target_places *places;
    unsigned line;
    bool begun, csv;
    struct column header[COLUMNS_MAX]; // of each column
    size_t width;
    size_t targets;
};

struct cell {
    char *text;
    unsigned column; // of its first character
};

static struct place place_of(const struct list *list, unsigned column)
{
    return (struct place){list->file, list->line, column};
}

static char *trim(char *text)
{
    text += strspn(text, " \t");
    size_t length = strlen(text);
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        text[--length] = '\0';
    return text;
}

// Splits a line in place. False after a complaint.
static bool split(const struct list *list, char *line, struct cell cells[COLUMNS_MAX], size_t *count)
{
    char *at = line;
    *count = 0;
    for (;;) {
        if (*count == COLUMNS_MAX)
            return reader_fail(list->reader, place_of(list, 1), "the line has more than %d fields", COLUMNS_MAX);
        struct cell *cell = &cells[(*count)++];
        at += strspn(at, " \t");
        cell->column = (unsigned)source_text_width(line, (size_t)(at - line)) + 1;
        char *end;
        if (*at == '"') {
            char *out = cell->text = at + 1;
            for (end = out; *end && (*end != '"' || end[1] == '"'); end++) {
                end += *end == '"';
                *out++ = *end;
            }
            if (!*end)
                return reader_fail(list->reader, place_of(list, cell->column), "a quotation mark is not closed");
            *out = '\0';
            end++;
            end += strspn(end, " \t");
            if (*end && *end != ',')
                return reader_fail(list->reader, place_of(list, cell->column), "text follows a closed quotation mark");
        } else {
            end = at + strcspn(at, ",");
            cell->text = at;
        }
        bool last = *end == '\0';
        // Unquoted text ends here; quoted text ended before.
        *end = '\0';
        if (*at != '"')
            cell->text = trim(cell->text);
        if (last)
            return true;
        // Keeps the widths of what follows right: the byte stands for the comma.
        at = end + 1;
    }
}

static bool read_header(struct list *list, char *line)
{
    struct cell cells[COLUMNS_MAX];
    struct column columns[COLUMNS_KNOWN_MAX];
    const char *names[COLUMNS_KNOWN_MAX];
    const size_t known = known_columns(columns);
    bool has_host = false;
    list->csv = true;
    for (size_t i = 0; i < known; i++)
        names[i] = columns[i].name;
    if (!split(list, line, cells, &list->width))
        return false;
    for (size_t i = 0; i < list->width; i++) {
        size_t k = 0;
        while (k < known && strcasecmp(cells[i].text, columns[k].name) != 0)
            k++;
        if (k == known)
            return reader_refuse_word(list->reader, place_of(list, cells[i].column), "column of a list of targets",
                                      cells[i].text, names, known);
        for (size_t j = 0; j < i; j++) {
            if (list->header[j].name == columns[k].name)
                return reader_fail(list->reader, place_of(list, cells[i].column), "column '%s' is given twice",
                                   columns[k].name);
        }
        list->header[i] = columns[k];
        has_host = has_host || k == 0;
    }
    return has_host || reader_fail(list->reader, place_of(list, 1), "the header has no column 'host'");
}

static bool read_row(struct list *list, char *line)
{
    struct cell cells[COLUMNS_MAX];
    struct target_texts texts = *list->defaults;
    struct target_places places = *list->places;
    size_t count;
    places.host = place_of(list, 1);
    if (!split(list, line, cells, &count))
        return false;
    if (count > list->width)
        return reader_fail(list->reader, place_of(list, cells[list->width].column),
                           "the line has %zu fields, and the header %zu", count, list->width);
    for (size_t i = 0; i < count; i++) {
        if (!cells[i].text[0])
            continue;
        *(const char **)((char *)&texts + list->header[i].text) = cells[i].text;
        *(struct place *)((char *)&places + list->header[i].place) = place_of(list, cells[i].column);
    }
    return texts.host ? target_add(list->reader, &texts, &places)
                      : reader_fail(list->reader, places.host, "the line names no host");
}

// An .rdp file in a list is found beside the list.
static bool read_rdp(const struct list *list, const char *name)
{
    char *path;
    const char *slash = name[0] == '/' ? NULL : strrchr(list->file, '/');
    if (asprintf(&path, "%.*s%s", slash ? (int)(slash - list->file + 1) : 0, list->file, name) < 0)
        return reader_fail(list->reader, place_of(list, 1), "memory is out");
    bool ok = rdp_file_read(list->reader, path, place_of(list, 1), list->defaults, list->places);
    free(path);
    return ok;
}

static bool read_target(struct list *list, char *line)
{
    struct target_texts texts = *list->defaults;
    struct target_places places = *list->places;
    char *text = line + strspn(line, " \t");
    for (char *comment = strchr(text, '#'); comment; comment = strchr(comment + 1, '#')) {
        if (comment[-1] == ' ' || comment[-1] == '\t')
            *comment = '\0';
    }
    places.host = place_of(list, (unsigned)(text - line) + 1);
    texts.host = trim(text);
    if (strchr(texts.host, ';')) // as spreadsheets of some languages write it
        return reader_fail(list->reader, places.host, "fields are separated by commas, not by ';'");
    if (strchr(texts.host, ','))
        return reader_fail(list->reader, places.host,
                           "the line has fields, but the list began without a header such as host,port,group");
    if (rdp_file_named(texts.host))
        return read_rdp(list, texts.host);
    return target_add(list->reader, &texts, &places);
}

static bool read_line(struct list *list, char *line)
{
    const char *start = line + strspn(line, " \t");
    if (!*start || *start == '#')
        return true;
    list->targets++;
    if (!list->begun) {
        list->begun = true;
        if (strchr(start, ',') || strcasecmp(trim(line), "host") == 0) {
            list->targets--;
            return read_header(list, line);
        }
    }
    return list->csv ? read_row(list, line) : read_target(list, line);
}

bool target_file_read(struct scenario_reader *reader, const char *path, struct place place,
                      const struct target_texts *defaults, const struct target_places *places)
{
    struct source_text text;
    struct source_error error;
    struct list list = {.reader = reader, .defaults = defaults, .places = places};
    list.file = reader_file(reader, strcmp(path, "-") == 0 ? "<stdin>" : path);
    if (!list.file)
        return false;
    if (!source_text_read(&text, path, FILE_SIZE_MAX, true, &error)) {
        if (error.line)
            return reader_fail(reader, (struct place){list.file, error.line, error.column}, "%s", error.text);
        return reader_fail(reader, place, "the list of targets '%.200s' %s", path, error.text);
    }
    bool ok = true;
    char *at = text.bytes, *line;
    size_t length;
    while (ok && (line = source_text_line(&at, &length))) {
        list.line++;
        ok = length > LINE_LENGTH_MAX
                 ? reader_fail(reader, place_of(&list, 1), "the line is longer than %d bytes", LINE_LENGTH_MAX)
                 : read_line(&list, line);
    }
    if (ok && list.targets == 0)
        ok = reader_fail(reader, place, "the list of targets '%.200s' names no target", path);
    source_text_clear(&text);
    return ok;
}
