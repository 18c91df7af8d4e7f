// SPDX-License-Identifier: Apache-2.0
#include "protocol/http.h"

#include <string.h>
#include <strings.h>

enum { STATUS_MIN = 100, STATUS_MAX = 999, LENGTH_DIGITS = 18 };

size_t http_head_size(const uint8_t *data, size_t size)
{
    const uint8_t *end = memmem(data, size, "\r\n\r\n", 4);
    return end ? (size_t)(end - data) + 4 : 0;
}

// Takes the next line off the text, without its end. False behind the last one.
static bool next_line(struct http_text *rest, struct http_text *line)
{
    const char *end = rest->size ? memchr(rest->text, '\n', rest->size) : NULL;
    size_t taken = end ? (size_t)(end - rest->text) + 1 : rest->size;

    if (!rest->size)
        return false;
    *line = (struct http_text){rest->text, end ? taken - 1 : taken};
    if (line->size && line->text[line->size - 1] == '\r')
        line->size--;
    rest->text += taken;
    rest->size -= taken;
    return true;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static struct http_text trimmed(struct http_text text)
{
    while (text.size && is_space(text.text[0]))
        text.text++, text.size--;
    while (text.size && is_space(text.text[text.size - 1]))
        text.size--;
    return text;
}

// Takes a word off the text, and the spaces after it.
static struct http_text next_word(struct http_text *text)
{
    struct http_text word = {text->text, 0};
    while (word.size < text->size && !is_space(text->text[word.size]))
        word.size++;
    *text = trimmed((struct http_text){text->text + word.size, text->size - word.size});
    return word;
}

// A copy that can be shown: cut, and without what is no printable ASCII.
static void copy(struct http_text text, char *to, size_t max)
{
    size_t size = text.size < max ? text.size : max - 1;
    for (size_t i = 0; i < size; i++)
        to[i] = text.text[i] >= ' ' && text.text[i] <= '~' ? text.text[i] : '?';
    to[size] = '\0';
}

static bool is(struct http_text text, const char *word)
{
    return text.size == strlen(word) && strncasecmp(text.text, word, text.size) == 0;
}

// A field's name and value; false for what is no field.
static bool field(struct http_text line, struct http_text *name, struct http_text *value)
{
    const char *colon = line.size ? memchr(line.text, ':', line.size) : NULL;
    if (!colon || colon == line.text)
        return false;
    *name = trimmed((struct http_text){line.text, (size_t)(colon - line.text)});
    *value = trimmed((struct http_text){colon + 1, line.size - (size_t)(colon + 1 - line.text)});
    return true;
}

static bool number(struct http_text text, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < text.size; i++) {
        if (text.text[i] < '0' || text.text[i] > '9')
            return false;
        *value = *value * 10 + (uint64_t)(text.text[i] - '0');
    }
    return text.size > 0 && text.size <= LENGTH_DIGITS;
}

bool http_request_parse(const uint8_t *data, size_t size, struct http_request *request)
{
    struct http_text rest = {(const char *)data, size}, line, name, value;

    *request = (struct http_request){.token = {NULL, 0}};
    if (!next_line(&rest, &line) || line.size < 9 || memcmp(line.text + line.size - 9, " HTTP/1.", 8) != 0)
        return false;
    copy(next_word(&line), request->method, sizeof request->method);
    while (next_line(&rest, &line)) {
        if (!field(line, &name, &value))
            continue;
        if (is(name, "Transfer-Encoding")) {
            request->chunked = is(value, "chunked");
        } else if (is(name, "Upgrade")) {
            request->upgrade = is(value, "websocket");
        } else if (is(name, "RDG-Auth-Scheme")) {
            request->paa = is(value, "PAA");
        } else if (is(name, "Authorization")) {
            copy(next_word(&value), request->scheme, sizeof request->scheme);
            request->token = value;
        }
    }
    return true;
}

static void add_scheme(struct http_answer *answer, struct http_text value)
{
    struct http_text scheme = next_word(&value);
    if (answer->scheme_count < HTTP_SCHEMES_MAX && scheme.size)
        copy(scheme, answer->schemes[answer->scheme_count++], HTTP_WORD_MAX);
    // Other schemes have parameters there, such as Basic's realm.
    if (value.size && (is(scheme, "Negotiate") || is(scheme, "NTLM") || is(scheme, "Kerberos")))
        answer->challenged = true;
}

bool http_answer_parse(const uint8_t *data, size_t size, struct http_answer *answer)
{
    struct http_text rest = {(const char *)data, size}, line, name, value;
    uint64_t status;

    *answer = (struct http_answer){.status = 0};
    if (!next_line(&rest, &line) || line.size < 8 || memcmp(line.text, "HTTP/1.", 7) != 0)
        return false;
    next_word(&line);
    if (!number(next_word(&line), &status) || status < STATUS_MIN || status > STATUS_MAX)
        return false;
    answer->status = (unsigned)status;
    copy(line, answer->reason, sizeof answer->reason);
    while (next_line(&rest, &line)) {
        if (!field(line, &name, &value))
            continue;
        if (is(name, "Transfer-Encoding"))
            answer->chunked = is(value, "chunked");
        else if (is(name, "Content-Length"))
            answer->has_length = number(value, &answer->length);
        else if (is(name, "WWW-Authenticate"))
            add_scheme(answer, value);
        else if (is(name, "Server"))
            copy(value, answer->server, sizeof answer->server);
        else if (is(name, "RDG-Auth-Scheme"))
            copy(value, answer->wanted, sizeof answer->wanted);
    }
    return true;
}

static int digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

size_t http_base64(struct http_text text, uint8_t *bytes, size_t max)
{
    uint32_t bits = 0;
    unsigned have = 0;
    size_t used = 0;

    while (text.size && text.text[text.size - 1] == '=')
        text.size--;
    for (size_t i = 0; i < text.size; i++) {
        int value = digit(text.text[i]);
        if (value < 0)
            return 0;
        bits = bits << 6 | (uint32_t)value;
        have += 6;
        if (have < 8)
            continue;
        have -= 8;
        if (used == max)
            return 0;
        bytes[used++] = (uint8_t)(bits >> have);
        bits &= (1u << have) - 1;
    }
    return used;
}
