// SPDX-License-Identifier: Apache-2.0
#include "report/code_search.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "trial/nearest.h"

enum { NUMBER_LARGE = 0x100, NUMBER_NEAR = 16 };

// High words of codes that wrap another one: FreeRDP's class of error infos, HRESULTs of Windows errors and of a
// gateway's own, and NTSTATUS of Windows errors (MS-ERREF 2.1, 2.3).
static const struct {
    uint32_t high;
    const char *kind;
} wrappers[] = {
    {FREERDP_CLASS_ERRINFO << 16, "errinfo"},
    {HRESULT_FACILITY_WIN32 << 16, "win32"},
    {NTSTATUS_FACILITY_WIN32 << 16, "win32"},
};

static const char *const prefixes[] = {"ERRINFO_", "ERRCONNECT_", "STATUS_",      "SEC_E_", "E_PROXY_", "XF_EXIT_",
                                       "ERR_",     "ERROR_",      "HTTP_STATUS_", "AUTHZ_", "rn-"};
static const char suffix[] = "_BY_SERVER";

bool code_number(const char *text, uint32_t *number)
{
    bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    size_t digits =
        strspn(hexadecimal ? text + 2 : text + (text[0] == '-'), hexadecimal ? "0123456789abcdefABCDEF" : "0123456789");
    size_t before = hexadecimal ? 2 : (size_t)(text[0] == '-');
    if (digits == 0 || text[before + digits])
        return false;
    errno = 0;
    long long value = strtoll(text, NULL, hexadecimal ? 16 : 10);
    if (errno || value > UINT32_MAX || value < INT32_MIN)
        return false;
    *number = (uint32_t)value;
    return true;
}

static const char *core_of(const char *name)
{
    for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++) {
        size_t length = strlen(prefixes[i]);
        if (strncasecmp(name, prefixes[i], length) == 0 && name[length])
            return name + length;
    }
    return name;
}

static bool has_prefix(const char *word)
{
    return core_of(word) != word;
}

// With its prefix a word means the one table, without it any.
static bool names(const char *word, const char *name)
{
    if (strcasecmp(word, name) == 0)
        return true;
    if (has_prefix(word) && has_prefix(name))
        return false;
    const char *core = core_of(name);
    size_t length = strlen(core), end = sizeof suffix - 1;
    if (length > end && strcmp(core + length - end, suffix) == 0 && strlen(word) < length)
        length -= end;
    return length > 0 && strlen(word) == length && strncasecmp(word, core, length) == 0;
}

// Whether a row stands for the number; *code is then the code as it is written.
static bool stands_for(const struct code_kind *kind, const struct code_row *row, uint32_t number, uint32_t *code)
{
    *code = number;
    if (row->code == number)
        return true;
    if (strcmp(kind->id, "gateway") == 0) // an HRESULT of the gateway's own is told whole too (MS-TSGU 2.2.6.1)
        return number >> 16 == HRESULT_FACILITY_WIN32 && row->code == gateway_code_word(number);
    for (size_t i = 0; i < sizeof wrappers / sizeof wrappers[0]; i++) {
        if (strcmp(kind->id, wrappers[i].kind) == 0 && number > 0xFFFF && wrappers[i].high == (number & 0xFFFF0000) &&
            row->code == (number & 0xFFFF))
            return true;
    }
    return false;
}

static size_t search_kind(const struct code_kind *kind, const char *word, bool is_number, uint32_t number,
                          struct code_meaning *found, size_t max)
{
    const struct code_row *row;
    size_t count = 0;
    for (size_t i = 0; count < max && (row = kind->row_at(i)) != NULL; i++) {
        uint32_t code = row->code;
        bool fits = is_number ? stands_for(kind, row, number, &code)
                              : strcmp(kind->id, "event") != 0 && row->name[0] && names(word, row->name);
        if (fits)
            found[count++] = (struct code_meaning){kind, row, code};
    }
    // A low word of SEC_E_… as NTSTATUS has no row of its own (MS-ERREF 2.3, FACILITY_NTWIN32).
    if (count == 0 && is_number && strcmp(kind->id, "credssp") == 0 && max > 0 && (row = credssp_row(number)) != NULL)
        found[count++] = (struct code_meaning){kind, row, number};
    return count;
}

size_t code_search(const char *word, const struct code_kind *kind, struct code_meaning *found, size_t max)
{
    uint32_t number = 0;
    bool is_number = code_number(word, &number);
    const struct code_kind *one;
    size_t count = 0;
    if (kind)
        return search_kind(kind, word, is_number, number, found, max);
    for (int bare = 0; bare < 2; bare++) {
        for (size_t i = 0; (one = code_kind_at(i)) != NULL; i++) {
            if (one->bare == bare)
                count += search_kind(one, word, is_number, number, found + count, max - count);
        }
    }
    return count;
}

// Copies a word as names are written: FreeRDP's and Windows' in capitals.
static const char *in_capitals(const char *word, char *copy, size_t size)
{
    size_t i = 0;
    for (; word[i] && i + 1 < size; i++)
        copy[i] = word[i] >= 'a' && word[i] <= 'z' ? (char)(word[i] - 'a' + 'A') : word[i];
    copy[i] = '\0';
    return copy;
}

static const char *nearest_name(const char *word)
{
    enum { NAMES_MAX = 2048 };
    const char *names[NAMES_MAX];
    char capitals[64];
    const struct code_kind *kind;
    const struct code_row *row;
    size_t count = 0;
    for (size_t i = 0; (kind = code_kind_at(i)) != NULL; i++) {
        for (size_t k = 0; strcmp(kind->id, "event") != 0 && (row = kind->row_at(k)) != NULL; k++) {
            if (!row->name[0] || count + 2 > NAMES_MAX)
                continue;
            names[count++] = row->name;
            names[count++] = core_of(row->name);
        }
    }
    return nearest_word(in_capitals(word, capitals, sizeof capitals), names, count);
}

bool code_nearest(const char *word, struct code_meaning *nearest)
{
    uint32_t number, least = NUMBER_NEAR + 1;
    const struct code_kind *kind;
    const struct code_row *row;
    if (!code_number(word, &number)) {
        const char *name = nearest_name(word);
        return name && code_search(name, NULL, nearest, 1) > 0;
    }
    for (size_t i = 0; number >= NUMBER_LARGE && (kind = code_kind_at(i)) != NULL; i++) {
        for (size_t k = 0; (row = kind->row_at(k)) != NULL; k++) {
            uint32_t apart = row->code > number ? row->code - number : number - row->code;
            if (row->code < NUMBER_LARGE || apart >= least)
                continue;
            least = apart;
            *nearest = (struct code_meaning){kind, row, row->code};
        }
    }
    return least <= NUMBER_NEAR;
}
