// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/explanation.h"

static char *rendered(const struct explanation *explanation)
{
    char *text;
    size_t length;
    FILE *file = open_memstream(&text, &length);
    assert_non_null(file);
    struct page page = {.file = file, .columns = 80};
    explanation_text(&page, explanation);
    assert_true(page_close(&page));
    fclose(file);
    return text;
}

static struct explanation found(const char *first, const char *second)
{
    const char *words[] = {first, second};
    struct explanation explanation;
    char error[200] = "";
    if (!explanation_find(words, second ? 2 : 1, &explanation, error, sizeof error))
        fail_msg("%s %s: %s", first, second ? second : "", error);
    return explanation;
}

static bool has_row(const struct explanation *explanation, const struct code_row *row)
{
    for (size_t i = 0; i < explanation->count; i++) {
        if (explanation->meanings[i].row == row)
            return true;
    }
    return false;
}

// Every code of every table is found by its number, and by its name if it has one, and can be told.
static void every_code_can_be_explained(void **state)
{
    const struct code_kind *kind;
    const struct code_row *row;
    (void)state;
    for (size_t i = 0; (kind = code_kind_at(i)); i++) {
        for (size_t k = 0; (row = kind->row_at(k)); k++) {
            struct code_meaning meaning = {kind, row, row->code};
            struct explained explained;
            struct explanation explanation;
            char number[16];
            explanation = found(explanation_code(&meaning, number, sizeof number), NULL);
            if (!has_row(&explanation, row))
                fail_msg("%s %s is not found by its number", kind->id, number);
            explanation = found(kind->id, number);
            assert_true(has_row(&explanation, row));
            if (row->name[0] && strcmp(kind->id, "event") != 0) {
                explanation = found(row->name, NULL);
                if (!has_row(&explanation, row))
                    fail_msg("%s %s is not found by its name", kind->id, row->name);
            }
            explanation_tell(&meaning, &explained);
            assert_int_equal(explained.ending_count > 0, kind->family || explained.ending_count > 0);
            assert_true(!kind->family || explained.advice);
            json_t *json = explanation_json(&explanation);
            assert_non_null(json);
            json_decref(json);
        }
    }
}

// What a command names as the failure to look for, a run takes.
static void every_command_has_a_signature_that_is_taken(void **state)
{
    const struct code_kind *kind;
    const struct code_row *row;
    (void)state;
    for (size_t i = 0; (kind = code_kind_at(i)); i++) {
        for (size_t k = 0; (row = kind->row_at(k)); k++) {
            struct explained explained;
            struct signature signature;
            const char *error;
            explanation_tell(&(struct code_meaning){kind, row, row->code}, &explained);
            char *at = strstr(explained.command, "--signature ");
            if (!at)
                continue;
            at += strlen("--signature ");
            at += *at == '\'';
            at[strcspn(at, at[-1] == '\'' ? "'" : " ")] = '\0';
            if (!signature_parse(at, &signature, &error))
                fail_msg("%s %s: '%s' %s", kind->id, row->name, at, error);
        }
    }
}

// What somebody types, and words of the answer.
static void these_are_answered(void **state)
{
    static const struct {
        const char *first, *second, *must, *too;
    } rows[] = {
        {"0x3", "0x7", "ERRINFO_SERVER_DENIED_CONNECTION", "Error code 0x3, Extended error code 0x7 - documented"},
        {"0x3/0x7", NULL, "ERRINFO_SERVER_DENIED_CONNECTION", "H05 connections switched off"},
        {"0x904", NULL, "socket closed", "closed FIN in mcs"},
        {"0x904/0x7", NULL, "it\nsays nothing.", "socket closed"},
        {"0x1104", NULL, "seen in the field", "mstsc"},
        {"0x108", NULL, "connection attempt timed out", "ERRINFO_LICENSE_BAD_CLIENT_ENCRYPTION"},
        {"0x3000022", NULL, "connection limit", "E_PROXY_MAXCONNECTIONSREACHED"},
        {"0xC000006D", NULL, "STATUS_LOGON_FAILURE", "0x807"},
        {"-1073741715", NULL, "STATUS_LOGON_FAILURE", "0x807"},
        {"0x80090302", NULL, "SEC_E_UNSUPPORTED_FUNCTION", "Kerberos"},
        {"131092", NULL, "ERRCONNECT_LOGON_FAILURE", "STATUS_LOGON_FAILURE"},
        {"0x2000D", NULL, "ERRCONNECT_CONNECT_TRANSPORT_FAILED", "seldom the reason"},
        {"0x10007", NULL, "ERRINFO_SERVER_DENIED_CONNECTION", "0x3"},
        {"errinfo_server_denied_connection", NULL, "event 40", "0x3/0x7"},
        {"logon_failure", NULL, "STATUS_LOGON_FAILURE", "ERRCONNECT_LOGON_FAILURE"},
        {"HYBRID_REQUIRED", NULL, "HYBRID_REQUIRED_BY_SERVER", "NLA"},
        {"E_PROXY_RAP_ACCESSDENIED", NULL, "RAP", "event 301"},
        {"0x800759DA", NULL, "0x800759DA E_PROXY_RAP_ACCESSDENIED", "--gateway GATEWAY"},
        {"0x8007052E", NULL, "ERROR_LOGON_FAILURE", "gateway"},
        {"131", NULL, "XF_EXIT_CONN_FAILED", "RdpCoreTS"},
        {"132", NULL, "NLA failed", "exit status"},
        {"242", NULL, "XF_EXIT_LICENSE_NO_LICENSE", "ERRINFO_LICENSE_NO_LICENSE"},
        {"tls", "70", "protocol_version", "--signature"},
        {"7", NULL, "ERRINFO_SERVER_DENIED_CONNECTION", "The same number elsewhere"},
        {"1158", NULL, "accepted a connection", "event of Windows"},
        {"event", "36871", "TLS credentials", "Schannel"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct explanation explanation = found(rows[i].first, rows[i].second);
        char *text = rendered(&explanation);
        if (!strstr(text, rows[i].must) || !strstr(text, rows[i].too))
            fail_msg("%s %s: %s", rows[i].first, rows[i].second ? rows[i].second : "", text);
        free(text);
    }
}

static void what_is_not_known_has_its_nearest(void **state)
{
    static const struct {
        const char *asked, *nearest;
    } rows[] = {{"STATUS_LOGON_FAILUR", "STATUS_LOGON_FAILURE"},
                {"ERRCONNECT_LOGIN_FAILURE", "ERRCONNECT_LOGON_FAILURE"},
                {"0x59DC", "E_PROXY_NAP_ACCESSDENIED"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct explanation explanation = found(rows[i].asked, NULL);
        assert_int_equal(explanation.count, 0);
        assert_true(explanation.has_nearest);
        assert_string_equal(explanation.nearest.row->name, rows[i].nearest);
    }
    struct explanation explanation = found("0xDEAD0000", NULL);
    assert_true(explanation.count == 0 && !explanation.has_nearest);
    explanation =
        found("qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq", NULL);
    assert_true(explanation.count == 0 && !explanation.has_nearest);
}

static void what_is_no_code_is_refused(void **state)
{
    static const char *const rows[][2] = {{"0x3/", NULL}, {"/7", NULL}, {"0x3/x", NULL}, {"nokind", "7"}, {"0x3", "x"}};
    struct explanation explanation;
    char error[200];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        error[0] = '\0';
        assert_false(explanation_find(rows[i], rows[i][1] ? 2 : 1, &explanation, error, sizeof error));
        assert_true(error[0]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_can_be_explained), cmocka_unit_test(every_command_has_a_signature_that_is_taken),
        cmocka_unit_test(these_are_answered),          cmocka_unit_test(what_is_not_known_has_its_nearest),
        cmocka_unit_test(what_is_no_code_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
