// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "import/client_arguments.h"

enum { WORDS_MAX = 8, WORD_MAX = 80 };

static char storage[WORDS_MAX][WORD_MAX];
static char *words[WORDS_MAX];

// Copies words, the last NULL, into what may be overwritten; returns their number.
static int copied(const char *const *list)
{
    int count = 0;
    for (; list[count]; count++) {
        strncpy(storage[count], list[count], WORD_MAX - 1);
        words[count] = storage[count];
    }
    return count;
}

#define COPY(...) copied((const char *const[WORDS_MAX]){__VA_ARGS__, NULL})

static void finds_names_in_every_form(void **state)
{
    int count = COPY("/v:host", "+clipboard", "--sec", "tls", "-wallpaper");
    (void)state;
    assert_true(client_arguments_have(count, words, "v") && client_arguments_have(count, words, "clipboard"));
    assert_true(client_arguments_have(count, words, "sec") && client_arguments_have(count, words, "wallpaper"));
    assert_false(client_arguments_have(count, words, "tls") || client_arguments_have(count, words, "vm"));
}

static void refuses_what_would_read_or_print(void **state)
{
    static const char *const refused[] = {"/from-stdin",  "+from-stdin:force",
                                          "--from-stdin", "/args-from:stdin",
                                          "/ARGS-FROM:x", "/log-level:TRACE",
                                          "/list:kbd",    "/version",
                                          "/help",        "/?",
                                          "/assistance:x"};
    char error[200];
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        int count = COPY("/v:h", refused[i]);
        error[0] = '\0';
        assert_false(client_arguments_allowed(count, words, error, sizeof error));
        assert_non_null(strstr(error, " is not taken: "));
    }
    assert_true(client_arguments_allowed(COPY("/v:h", "/h:768", "/p:version", "/list-x"), words, error, sizeof error));
}

static void says_how_the_newer_program_writes_it(void **state)
{
    static const struct {
        const char *word, *form;
    } rows[] = {{"/g:gw", "/gateway:g:HOST[:PORT]"},
                {"/cert-ignore", "/cert:ignore"},
                {"-sec-tls", "/sec:tls"},
                {"/tls-seclevel:0", "/tls:seclevel:0, 1 or 2"},
                {"/kbd:0x407", "/kbd:layout:0x407"},
                {"+bitmap-cache", "/cache:bitmap"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_string_equal(client_argument_new_form(rows[i].word), rows[i].form);
    assert_null(client_argument_new_form("/nothing"));
    assert_null(client_argument_new_form("/cert"));
    assert_null(client_argument_new_form("secret"));
}

static void a_proxy_is_a_secret_only_with_its_password(void **state)
{
    char plain[] = "/proxy:http://p.example:8080", secret[] = "/proxy:http://u:p@p.example:8080";
    char *both[] = {plain, secret};
    (void)state;
    assert_false(client_arguments_hold_secret(1, both));
    assert_true(client_arguments_hold_secret(1, both + 1));
    client_arguments_hide_secrets(2, both);
    assert_string_equal(plain, "/proxy:http://p.example:8080");
    assert_null(strstr(secret, "u:p"));
}

static void names_no_values(void **state)
{
    char name[20];
    (void)state;
    assert_string_equal(client_argument_name("/p:geheim", name, sizeof name), "/p");
    assert_string_equal(client_argument_name("--sec=tls", name, sizeof name), "--sec");
    assert_string_equal(client_argument_name("geheim", name, sizeof name), "…");
    assert_string_equal(client_argument_name("/", name, sizeof name), "…");
}

static void reads_the_port_of_a_gateway(void **state)
{
    static const struct {
        const char *word;
        uint16_t port;
    } rows[] = {
        {"/gateway:g:gw:8443", 8443},
        {"/gateway:u:x,g:gw:8443,type:http", 8443},
        {"/gateway:g:gw", 0},
        {"/g:gw:444", 444},
        {"/gateway:g:[::1]:445", 445},
        {"/gateway:g:[::1]", 0},
        {"/gateway:g:gw:99999", 0},
        {"/gateway:g:gw:", 0},
        {"/gateway:p:a:1", 0},
        {"/gateway", 0},
        {"/gateway:", 0},
        {"/v:gw:8443", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(client_arguments_gateway_port(COPY("/u:b", rows[i].word), words), rows[i].port);
    assert_int_equal(client_arguments_gateway_port(COPY("/gateway:g:a:1", "/gateway:g:b:2"), words), 2);
    assert_int_equal(client_arguments_gateway_port(COPY("--gateway", "g:a:7"), words), 7);
}

static void hides_secrets_and_nothing_else(void **state)
{
    int count = COPY("/p:geheim", "/gateway:g:gw,p:ab,access-token:cd", "/v:h", "/pth:123", "--p", "x");
    (void)state;
    assert_true(client_arguments_hold_secret(count, words));
    client_arguments_hide_secrets(count, words);
    assert_string_equal(words[0], "/p:******");
    assert_string_equal(words[1], "/gateway:g:gw,p:**,access-token:**");
    assert_string_equal(words[2], "/v:h");
    assert_string_equal(words[3], "/pth:***");
    assert_string_equal(words[5], "*");
    assert_false(client_arguments_hold_secret(COPY("/v:p:x", "/port:3389", "/gateway:g:gw,u:p", "/p:", "/p"), words));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_names_in_every_form),
        cmocka_unit_test(refuses_what_would_read_or_print),
        cmocka_unit_test(says_how_the_newer_program_writes_it),
        cmocka_unit_test(a_proxy_is_a_secret_only_with_its_password),
        cmocka_unit_test(names_no_values),
        cmocka_unit_test(reads_the_port_of_a_gateway),
        cmocka_unit_test(hides_secrets_and_nothing_else),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
