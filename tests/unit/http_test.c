// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "pdu_example.h"
#include "protocol/http.h"

#define OUT                                                                                                            \
    "RDG_OUT_DATA /remoteDesktopGateway/ HTTP/1.1\r\nHost: gw.example\r\nConnection: Upgrade\r\n"                      \
    "Upgrade: websocket\r\nRDG-Connection-Id: {00000000-0000-0000-0000-000000000000}\r\n"                              \
    "Authorization: Negotiate TlRMTVNTUAADAAAA\r\nContent-Length: 0\r\n\r\n"
#define IN                                                                                                             \
    "RDG_IN_DATA /remoteDesktopGateway/ HTTP/1.1\r\nHost: gw.example\r\nTransfer-Encoding: chunked\r\n"                \
    "RDG-Auth-Scheme: PAA\r\n\r\n"
#define CHALLENGE                                                                                                      \
    "HTTP/1.1 401 Unauthorized\r\nContent-Type: text/html\r\nServer: Microsoft-HTTPAPI/2.0\r\n"                        \
    "WWW-Authenticate: Negotiate TlRMTVNTUAACAAAA\r\nwww-authenticate:  Basic realm=\"gw\"\r\nContent-Length: 13\r\n"  \
    "\r\n"

static struct http_request request_of(const char *text)
{
    struct http_request request;
    assert_true(http_request_parse((const uint8_t *)text, strlen(text), &request));
    return request;
}

static struct http_answer answer_of(const char *text)
{
    struct http_answer answer;
    assert_true(http_answer_parse((const uint8_t *)text, strlen(text), &answer));
    return answer;
}

static void finds_the_end_of_a_head(void **state)
{
    (void)state;
    assert_int_equal(http_head_size((const uint8_t *)CHALLENGE "body\r\n\r\n", strlen(CHALLENGE) + 8),
                     strlen(CHALLENGE));
    assert_int_equal(http_head_size((const uint8_t *)CHALLENGE, strlen(CHALLENGE) - 1), 0);
}

static void reads_requests(void **state)
{
    struct http_request out = request_of(OUT), in = request_of(IN);
    uint8_t token[32];
    (void)state;
    assert_string_equal(out.method, "RDG_OUT_DATA");
    assert_true(out.upgrade && !out.chunked && !out.paa);
    assert_string_equal(out.scheme, "Negotiate");
    assert_int_equal(http_base64(out.token, token, sizeof token), 12);
    assert_memory_equal(token, "NTLMSSP\0\3\0\0\0", 12);
    assert_string_equal(in.method, "RDG_IN_DATA");
    assert_true(in.chunked && in.paa && !in.upgrade);
    assert_string_equal(in.scheme, "");
    assert_int_equal(in.token.size, 0);
}

static void reads_answers(void **state)
{
    struct http_answer answer = answer_of(CHALLENGE);
    (void)state;
    assert_int_equal(answer.status, 401);
    assert_string_equal(answer.reason, "Unauthorized");
    assert_string_equal(answer.server, "Microsoft-HTTPAPI/2.0");
    assert_true(answer.has_length && !answer.chunked && answer.challenged);
    assert_int_equal(answer.length, 13);
    assert_int_equal(answer.scheme_count, 2);
    assert_string_equal(answer.schemes[0], "Negotiate");
    assert_string_equal(answer.schemes[1], "Basic");
    // Without a reason, as RFC 9112 4 allows it; a scheme that only offers.
    answer = answer_of("HTTP/1.1 503 \r\nWWW-Authenticate: NTLM\r\nTransfer-Encoding: chunked\r\n\r\n");
    assert_int_equal(answer.status, 503);
    assert_string_equal(answer.reason, "");
    assert_true(answer.chunked && !answer.challenged && !answer.has_length);
    assert_string_equal(answer.wanted, "");
    answer = answer_of("HTTP/1.1 401 User Account Restricted\r\nRDG-Auth-Scheme: SMARTCARD\r\n\r\n");
    assert_string_equal(answer.wanted, "SMARTCARD");
    assert_string_equal(answer.reason, "User Account Restricted");
}

static void shows_nothing_that_is_no_text(void **state)
{
    (void)state;
    assert_string_equal(answer_of("HTTP/1.1 403 \033[2JNo\xC3\r\n\r\n").reason, "?[2JNo?");
}

static void refuses_what_is_none(void **state)
{
    static const char *const texts[] = {"",
                                        "\r\n\r\n",
                                        "HTTP/1.1\r\n\r\n",
                                        "HTTP/1.1 abc OK\r\n\r\n",
                                        "HTTP/1.1 42 OK\r\n\r\n",
                                        "SSH-2.0-OpenSSH\r\n\r\n",
                                        "HTTP/1.1 99999999999999999999 OK\r\n\r\n"};
    struct http_answer answer;
    struct http_request request;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_false(http_answer_parse((const uint8_t *)texts[i], strlen(texts[i]), &answer));
        assert_false(http_request_parse((const uint8_t *)texts[i], strlen(texts[i]), &request));
    }
}

static void decodes_base64(void **state)
{
    static const struct {
        const char *text, *bytes;
    } rows[] = {{"", ""}, {"Zg==", "f"}, {"Zm8=", "fo"}, {"Zm9v", "foo"}, {"Zm9vYmFy", "foobar"}, {"Zm9*", ""}};
    uint8_t bytes[8];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) { // RFC 4648 10
        struct http_text text = {rows[i].text, strlen(rows[i].text)};
        size_t size = http_base64(text, bytes, sizeof bytes);
        assert_int_equal(size, strlen(rows[i].bytes));
        assert_memory_equal(bytes, rows[i].bytes, size);
    }
    assert_int_equal(http_base64((struct http_text){"Zm9vYmFy", 8}, bytes, 5), 0);
}

static bool decode(const uint8_t *data, size_t size)
{
    struct http_request request;
    struct http_answer answer;
    uint8_t token[64];
    if (http_request_parse(data, size, &request)) {
        touch((const uint8_t *)request.token.text, request.token.size);
        http_base64(request.token, token, sizeof token);
    }
    http_head_size(data, size);
    return http_answer_parse(data, size, &answer);
}

static void stands_truncation_and_damage(void **state)
{
    static const char *const texts[] = {OUT, IN, CHALLENGE};
    char hex[3 * PDU_EXAMPLE_MAX];
    const char *example = hex;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        size_t length = strlen(texts[i]);
        for (size_t k = 0; k < length; k++)
            snprintf(hex + 3 * k, 4, "%02x ", (unsigned char)texts[i][k]);
        check_mutations(decode, &example, 1, NULL, i + 1);
    }
    check_prefixes(decode, "48 54 54 50 2f 31 2e 31 20 32 30 30", 12); // "HTTP/1.1 200"
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_end_of_a_head),
        cmocka_unit_test(reads_requests),
        cmocka_unit_test(reads_answers),
        cmocka_unit_test(shows_nothing_that_is_no_text),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(decodes_base64),
        cmocka_unit_test(stands_truncation_and_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
