// SPDX-License-Identifier: Apache-2.0
#include "report/page.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "report/utf8.h"

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

char *page_clean(const char *text, char *copy, size_t size)
{
    size_t used = 0;
    for (const char *s = text; *s;) {
        uint32_t point = 0;
        size_t length = utf8_decode(s, &point);
        bool keep = length > 0 && utf8_harmless(point);
        size_t need = keep ? length : 1;
        if (used + need >= size)
            break;
        memcpy(copy + used, keep ? s : "?", need);
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
