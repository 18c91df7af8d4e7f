// SPDX-License-Identifier: Apache-2.0
#include "report/page.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { COLUMNS_MIN = 80, COLUMNS_MAX = 160 };

static const char *const escapes[] = {
    [STYLE_PLAIN] = "",         [STYLE_HEADING] = "\033[1m", [STYLE_GOOD] = "\033[32m",
    [STYLE_BAD] = "\033[1;31m", [STYLE_DOUBT] = "\033[33m",  [STYLE_FAINT] = "\033[2m",
};

static bool is_set(const char *name)
{
    const char *value = getenv(name);
    return value && value[0];
}

static bool wants_color(bool terminal)
{
    const char *force = getenv("CLICOLOR_FORCE");
    const char *term = getenv("TERM");
    if (is_set("NO_COLOR"))
        return false;
    if (force && force[0] && strcmp(force, "0") != 0)
        return true;
    return terminal && term && strcmp(term, "dumb") != 0;
}

// As setlocale() would find it, which this program has no other use for.
static bool is_utf8(void)
{
    const char *locale = is_set("LC_ALL") ? getenv("LC_ALL") : is_set("LC_CTYPE") ? getenv("LC_CTYPE") : getenv("LANG");
    return locale && (strcasestr(locale, "UTF-8") || strcasestr(locale, "utf8"));
}

struct page page_open(FILE *file)
{
    struct winsize size;
    struct page page = {.file = file, .columns = COLUMNS_MIN};
    int fd = fileno(file);
    page.terminal = fd >= 0 && isatty(fd);
    page.color = wants_color(page.terminal);
    page.unicode = is_utf8();
    if (page.terminal && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > COLUMNS_MIN)
        page.columns = size.ws_col < COLUMNS_MAX ? size.ws_col : COLUMNS_MAX;
    return page;
}

// Reads one UTF-8 character (RFC 3629). Returns its length in bytes, 0 if it is none.
static size_t decode(const unsigned char *s, uint32_t *point)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t length = s[0] < 0x80 ? 1 : s[0] >> 5 == 0x6 ? 2 : s[0] >> 4 == 0xE ? 3 : s[0] >> 3 == 0x1E ? 4 : 0;
    if (length == 0)
        return 0;
    *point = length == 1 ? s[0] : s[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if (s[i] >> 6 != 0x2)
            return 0;
        *point = *point << 6 | (s[i] & 0x3F);
    }
    bool surrogate = *point >= 0xD800 && *point <= 0xDFFF;
    return *point < least[length] || *point > 0x10FFFF || surrogate ? 0 : length;
}

static bool is_harmless(uint32_t point)
{
    bool control = point < 0x20 || (point >= 0x7F && point < 0xA0);
    bool separator = point == 0x2028 || point == 0x2029;
    // These reorder what follows on a terminal (Unicode Technical Report 36, 3.).
    bool direction = point == 0x200E || point == 0x200F || (point >= 0x202A && point <= 0x202E) ||
                     (point >= 0x2066 && point <= 0x2069);
    return !control && !separator && !direction;
}

char *page_clean(const char *text, char *copy, size_t size)
{
    size_t used = 0;
    for (const unsigned char *s = (const unsigned char *)text; *s;) {
        uint32_t point = 0;
        size_t length = decode(s, &point);
        bool keep = length > 0 && is_harmless(point);
        size_t need = keep ? length : 1;
        if (used + need >= size)
            break;
        memcpy(copy + used, keep ? (const char *)s : "?", need);
        used += need;
        s += length > 0 ? length : 1;
    }
    copy[used] = '\0';
    return copy;
}

unsigned page_width(const char *text)
{
    unsigned width = 0;
    for (; *text; text++)
        width += ((unsigned char)*text & 0xC0) != 0x80;
    return width;
}

static void put_raw(struct page *page, const char *text)
{
    if (!page->failed && fputs(text, page->file) < 0)
        page->failed = true;
}

// The formatted text, cleaned; NULL (and the sticky error) if memory is out. Caller frees.
static char *format_clean(struct page *page, const char *format, va_list arguments)
{
    char *text = NULL, *clean = NULL;
    int length = vasprintf(&text, format, arguments);
    if (length >= 0) {
        clean = malloc((size_t)length + 1);
        if (clean)
            page_clean(text, clean, (size_t)length + 1);
        free(text);
    }
    if (!clean)
        page->failed = true;
    return clean;
}

static void put_styled(struct page *page, enum style style, const char *format, va_list arguments)
{
    char *text = format_clean(page, format, arguments);
    bool colored = page->color && style != STYLE_PLAIN && text && text[0];
    if (colored)
        put_raw(page, escapes[style]);
    put_raw(page, text ? text : "");
    if (colored)
        put_raw(page, "\033[0m");
    free(text);
}

void page_put(struct page *page, enum style style, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put_styled(page, style, format, arguments);
    va_end(arguments);
}

void page_line(struct page *page, enum style style, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    put_styled(page, style, format, arguments);
    va_end(arguments);
    page_newline(page);
}

void page_newline(struct page *page)
{
    put_raw(page, "\n");
}

void page_wrap(struct page *page, unsigned at, unsigned indent, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = format_clean(page, format, arguments);
    va_end(arguments);

    char *rest = NULL;
    bool first = true;
    for (char *word = text ? strtok_r(text, " ", &rest) : NULL; word; word = strtok_r(NULL, " ", &rest)) {
        unsigned width = page_width(word);
        if (!first && at + 1 + width > page->columns) {
            page_newline(page);
            page_put(page, STYLE_PLAIN, "%*s", (int)indent, "");
            at = indent;
        } else if (!first) {
            put_raw(page, " ");
            at++;
        }
        put_raw(page, word);
        at += width;
        first = false;
    }
    page_newline(page);
    free(text);
}

bool page_close(struct page *page)
{
    if (fflush(page->file) != 0)
        page->failed = true;
    return !page->failed;
}
