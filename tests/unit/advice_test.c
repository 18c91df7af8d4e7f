// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "knowledge/advice.h"
#include "knowledge/advice_rows.h"
#include "knowledge/codes.h"
#include "trial/outcome.h"

// Codes by the family's name in the journal.
static const struct {
    const char *family;
    const struct code_row *(*at)(size_t index);
} tables[] = {{"errinfo", errinfo_row_at},
              {"negotiation", negotiation_failure_row_at},
              {"tls", tls_alert_row_at},
              {"credssp", credssp_row_at},
              {"licensing", licensing_error_row_at},
              {"gateway", gateway_row_at},
              {"authorization", authorization_row_at},
              {"ultimatum", ultimatum_row_at},
              {"protocol", mcs_result_row_at},
              {"logon", logon_error_row_at}};

// Names that outcomes have where a code does not tell them apart.
static const char *const names[] = {"",
                                    "OTHER_PROTOCOL_SELECTED",
                                    "MALFORMED_CONFIRM",
                                    "UNUSABLE_CONFIRM",
                                    "ANSWER_IS_SSH",
                                    "ANSWER_IS_HTTP",
                                    "ANSWER_IS_TLS",
                                    "ANSWER_IS_VNC",
                                    "ANSWER_IS_MAIL_OR_FTP",
                                    "PROTOCOL_NOT_OFFERED",
                                    "NEGOTIATION_NOT_OFFERED",
                                    "MCS_RESULT",
                                    "ENCRYPTION_NOT_OFFERED",
                                    GATEWAY_CLOSED_AFTER_LOGON,
                                    GATEWAY_NO_COMMON_SCHEME,
                                    GATEWAY_ACCOUNT_RESTRICTED,
                                    GATEWAY_LOGON_NOT_BEGUN,
                                    "WEBSOCKET_DECLINED",
                                    "MALFORMED_ANSWER",
                                    "EAI_NONAME",
                                    "EAI_AGAIN",
                                    "ECONNREFUSED",
                                    "ETIMEDOUT",
                                    "FIN",
                                    "RST",
                                    "DEADLINE",
                                    "REDIRECTED",
                                    LOCAL_NO_TICKET,
                                    "CERTIFICATE_REJECTED",
                                    "NO_CREDENTIALS",
                                    "NO_GATEWAY_CREDENTIALS",
                                    "TLS_VERSION_DISABLED",
                                    "NO_WORKER",
                                    "SIGSEGV"};

// All of an advice in one text.
static const char *text_of(const struct advice *advice, char *text, size_t size)
{
    snprintf(text, size, "%s", advice->note ? advice->note : "");
    for (unsigned i = 0; i < ADVICE_LOOKS_MAX && advice->looks[i].what; i++)
        snprintf(text + strlen(text), size - strlen(text), " | %s: %s", advice->looks[i].what, advice->looks[i].how);
    return text;
}

static bool has(const char *text, const char *word)
{
    return strcasestr(text, word) != NULL;
}

// What is wrong with an advice for an outcome; NULL: nothing.
static const char *wrong_with(const char *family, uint32_t code, const char *text, const char *phase)
{
    const bool credssp = strcmp(family, "credssp") == 0;
    const bool local = strcmp(family, "local") == 0 || strcmp(family, "crash") == 0;
    const bool way = strcmp(family, "dns") == 0 || strcmp(family, "tcp") == 0 || strcmp(family, "closed") == 0;
    if (credssp && credssp_on_password(code) != PASSWORD_WRONG && has(text, "user, domain and password"))
        return "sends to a password that was not refused";
    if (credssp && credssp_on_password(code) == PASSWORD_NOT_JUDGED && has(text, "lock"))
        return "sends to a lock that was not named";
    if (credssp && credssp_refusal_of(code) == REFUSAL_NTLM && !has(text, "Kerberos"))
        return "does not name Kerberos where NTLM is barred";
    if (local && (has(text, "TermService") || has(text, "firewall") || has(text, "Security event")))
        return "sends to the server for what this machine could not do";
    if (way && strcmp(phase, "gateway") == 0 && !has(text, "gateway"))
        return "does not name the gateway that the connection ended at";
    if (!local && strcmp(family, "redirection") != 0 && has(text, "says nothing of the target"))
        return "takes a peer's answer for this machine's";
    if (strcmp(family, "redirection") == 0 && (has(text, "repair") || !has(text, "--follow-redirect")))
        return "takes a broker's redirection for a fault";
    return NULL;
}

static void check(const char *family, uint32_t code, const char *name, const char *phase)
{
    char text[2000];
    const struct advice *advice = advice_for(family, code, name, phase);
    if (!advice->looks[0].what || !advice->looks[0].how)
        fail_msg("%s 0x%X %s in %s has no step", family, (unsigned)code, name, phase);
    const char *wrong = wrong_with(family, code, text_of(advice, text, sizeof text), phase);
    if (wrong)
        fail_msg("%s 0x%X %s in %s: the advice %s: %s", family, (unsigned)code, name, phase, wrong, text);
}

// Every outcome that there can be: families, their codes named and not, names, phases.
static void every_outcome_has_a_step_that_does_not_mislead(void **state)
{
    static const uint32_t odd[] = {0, 1, 5, 104, 110, 111, 401, 0xFFFF, 0xC0FFEE00};
    (void)state;
    for (int p = 0; p < PHASE_COUNT; p++) {
        const char *phase = phase_name((enum phase)p);
        const struct code_row *row;
        for (int f = FAMILY_NONE + 1; f < FAMILY_COUNT; f++) {
            for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
                for (size_t n = 0; n < sizeof names / sizeof names[0]; n++)
                    check(family_name((enum family)f), odd[i], names[n], phase);
            }
        }
        for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++) {
            for (size_t i = 0; (row = tables[t].at(i)); i++)
                check(tables[t].family, row->code, row->name, phase);
        }
    }
}

// The right step, by a word of it and a word that would mislead.
static void these_have_exactly_the_right_one(void **state)
{
    static const struct {
        const char *family;
        uint32_t code;
        const char *name, *phase, *must, *never;
    } rows[] = {
        {"credssp", 0xC000006E, "STATUS_ACCOUNT_RESTRICTION", "nla", "Protected Users", "unlock"},
        {"credssp", 0xC000018D, "STATUS_TRUSTED_RELATIONSHIP_FAILURE", "nla", "secure channel", "4740"},
        {"credssp", 0x80090302, "SEC_E_UNSUPPORTED_FUNCTION", "nla", "auth=kerberos", "4740"},
        {"credssp", 0x80090322, "SEC_E_WRONG_PRINCIPAL", "nla", "setspn", "4740"},
        {"credssp", 0x80090346, "SEC_E_BAD_BINDINGS", "nla", "TLS ends elsewhere", "4740"},
        {"credssp", 0xC000005E, "STATUS_NO_LOGON_SERVERS", "nla", "domain controller", "user, domain and password"},
        {"credssp", 0xC0000234, "STATUS_ACCOUNT_LOCKED_OUT", "nla", "4740", "user, domain and password"},
        {"credssp", 0xC000006D, "STATUS_LOGON_FAILURE", "nla", "user, domain and password", "Protected Users"},
        {"credssp", 0xC000015B, "STATUS_LOGON_TYPE_NOT_GRANTED", "nla", "logon rights", "4740"},
        {"credssp", 0, "", "nla", "without saying what it refused", "user, domain and password"},
        {"gateway", 401, GATEWAY_NO_COMMON_SCHEME, "gateway", "No password was sent", "4625"},
        {"gateway", 401, GATEWAY_ACCOUNT_RESTRICTED, "gateway", "Protected Users", "lockout"},
        {"gateway", 302, "HTTP_STATUS_REDIRECT", "gateway", "no RD Gateway", "4625"},
        {"negotiation", 0, "ANSWER_IS_TLS", "negotiate", "TLS from the first octet", "SecurityLayer"},
        {"negotiation", 0, "OTHER_PROTOCOL_SELECTED", "negotiate", "honeypot", "SecurityLayer"},
        {"negotiation", 1, "SSL_REQUIRED_BY_SERVER", "negotiate", "security=tls", "certificate"},
        {"negotiation", 5, "HYBRID_REQUIRED_BY_SERVER", "negotiate", "security=nla", "switch"},
        {"protocol", 1, "PROTOCOL_NOT_OFFERED", "negotiate", "honeypot", "certificate's key"},
        {"licensing", 8, "ERR_INVALID_CLIENT", "licensing", "--vary license", "MSLicensing"},
        {"errinfo", 7, "ERRINFO_SERVER_DENIED_CONNECTION", "licensing", "event 40", "licence"},
        {"errinfo", 0x9, "", "licensing", "right to log on remotely", "licence"},
        {"errinfo", 0x104, "", "licensing", "RD Licensing Diagnoser", "graphics"},
        {"errinfo", 0x12, "", "active", "--vary graphics", "licens"},
        {"closed", 104, "RST", "negotiate", "what listens there", "Security event"},
        {"closed", 0, "FIN", "nla", "nobody said that user or password is wrong", "unlock"},
        {"closed", 0, "FIN", "logon", "session was active", "is it RDP"},
        {"timeout", 0, "DEADLINE", "tcp", "SYN", "TermService"},
        {"timeout", 0, "DEADLINE", "tls", "segment-size", "Security event"},
        {"timeout", 0, "DEADLINE", "logon", "logon scripts", "segment-size"},
        {"ultimatum", 3, "rn-user-requested", "licensing", "before a session", "user ended"},
        {"tcp", 111, "ECONNREFUSED", "tcp", "PortNumber", "routes"},
        {"tcp", 111, "ECONNREFUSED", "gateway", "gateway's port", "PortNumber"},
        {"dns", 2, "EAI_NONAME", "gateway", "gateway's name", "TermService"},
        {"tls", ALERT_PROTOCOL_VERSION, "protocol_version", "tls", "--vary tls", "Security event"},
        {"local", 0, LOCAL_NO_TICKET, "nla", "krb5.conf", "4625"},
        {"local", 0, "TLS_VERSION_DISABLED", "tls", "openssl.cnf", "Schannel"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char text[2000];
        text_of(advice_for(rows[i].family, rows[i].code, rows[i].name, rows[i].phase), text, sizeof text);
        if (!has(text, rows[i].must) || has(text, rows[i].never))
            fail_msg("%s 0x%X %s in %s: %s", rows[i].family, (unsigned)rows[i].code, rows[i].name, rows[i].phase, text);
    }
}

// Whether some outcome of the row's family, name and first code gets it; 0 stands for no code where a row takes any.
static bool can_be_found(const struct advice_row *row)
{
    for (int p = 0; p < PHASE_COUNT; p++) {
        const char *phase = phase_name((enum phase)p);
        const uint32_t code = row->last == UINT32_MAX ? 0xFFFE : row->first;
        if (advice_for(row->family, code, row->name ? row->name : "", phase) == &row->advice)
            return true;
    }
    return false;
}

// A row whose family or phase is mistyped, or that another one stands before, would never be found.
static void every_row_can_be_found(void **state)
{
    (void)state;
    for (int table = 0; table < 2; table++) {
        for (const struct advice_row *row = table ? advice_of_ends : advice_of_answers; row->family; row++) {
            char phases[100] = "";
            enum family family;
            enum phase phase;
            assert_true(family_from_name(row->family, &family));
            snprintf(phases, sizeof phases, "%s", row->phases ? row->phases : "");
            for (char *rest, *word = strtok_r(phases, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
                assert_true(phase_from_name(word, &phase));
            if (!can_be_found(row))
                fail_msg("%s %s 0x%X: no outcome gets it", row->family, row->name ? row->name : "",
                         (unsigned)row->first);
        }
    }
}

static void a_gateways_high_word_may_be_missing(void **state)
{
    (void)state;
    assert_ptr_equal(advice_for("gateway", 0x800759DA, "", "gateway"), advice_for("gateway", 0x59DA, "", "gateway"));
    assert_ptr_not_equal(advice_for("gateway", 0x800759DA, "", "gateway"),
                         advice_for("gateway", 0x800759DB, "", "gateway"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_outcome_has_a_step_that_does_not_mislead),
        cmocka_unit_test(these_have_exactly_the_right_one),
        cmocka_unit_test(every_row_can_be_found),
        cmocka_unit_test(a_gateways_high_word_may_be_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
