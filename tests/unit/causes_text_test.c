// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "made_run.h"
#include "report/causes_text.h"

static struct made_run run;

static int end_run(void **state)
{
    (void)state;
    made_run_end(&run);
    return 0;
}

static void expect_next(const char *expected)
{
    char *text;
    size_t length;
    FILE *file = open_memstream(&text, &length);
    assert_non_null(file);
    struct page page = {.file = file, .columns = 80};
    assert_int_equal(causes_text_next(&page, &run.verdict, run.findings), expected[0] != '\0');
    assert_true(page_close(&page));
    fclose(file);
    assert_string_equal(text, expected);
    free(text);
}

static void next_after_a_denial_of_everybody(void **state)
{
    (void)state;
    made_denial_of_everybody(&run);
    expect_next("\n"
                "What to do next\n"
                "  - did the server mean it: event 40 with reason code 7 in\n"
                "    TerminalServices-LocalSessionManager/Operational at the time of a trial (no\n"
                "    public text says what makes Windows send 7: what you find is evidence)\n"
                "  - H05 connections switched off: fDenyTSConnections in\n"
                "    HKLM\\SYSTEM\\CurrentControlSet\\Control\\Terminal Server and in\n"
                "    HKLM\\SOFTWARE\\Policies\\Microsoft\\Windows NT\\Terminal Services: 0 or absent\n"
                "    in both (gpresult /h)\n"
                "  - H32 Remote Desktop service: Get-Service TermService,UmRdpService,SessionEnv\n"
                "  - H33 connection broker: Get-Service Tssdis\n"
                "  - H35 logons switched off (drain mode): change logon /query\n"
                "  - H34 connection limit: quser\n");
}

static void next_after_a_tls_cause(void **state)
{
    (void)state;
    made_tls_cause(&run);
    expect_next("\n"
                "What to do next\n"
                "  - H14 TLS version, supported by trials 1, 2 (the protocol has another answer\n"
                "    for this: keep the journal, it is evidence): SCHANNEL\\Protocols in the\n"
                "    server's registry; Schannel events 36871, 36874 and 36886. Remedy: use a\n"
                "    version that works (the verdict names them), and enable it on the side that\n"
                "    lacks it; its cost in security: switching TLS 1.0 or 1.1 on again instead\n"
                "    opens every service of that machine to downgrade attacks.\n");
}

static void next_after_a_wrong_password(void **state)
{
    (void)state;
    made_wrong_password(&run);
    expect_next("\n"
                "What to do next\n"
                "  - H09 logon failed, supported by trials 1, 2: Security events 4624 and 4625 of\n"
                "    the target (status and sub-status), 4771 and 4776 of the domain controller;\n"
                "    at a gateway, its events 200 and 201. Remedy: correct user name, domain or\n"
                "    password.\n");
}

static void next_after_an_unknown_name(void **state)
{
    (void)state;
    made_unknown_name(&run);
    expect_next("\n"
                "What to do next\n"
                "  - H30 wrong DNS record, supported by trial 1: Resolve-DnsName here and at the\n"
                "    server; scavenging and DHCP registration of the zone. Remedy: correct the\n"
                "    record; its cost in security: connecting by address instead gives up\n"
                "    Kerberos and the check of the certificate's name.\n");
}

static void next_after_a_refused_protocol(void **state)
{
    (void)state;
    made_nla_only(&run);
    expect_next("\n"
                "What to do next\n"
                "  - H37 security layer by policy, supported by trials 1, 3: SecurityLayer and\n"
                "    UserAuthentication of the listener, and the policies over them (gpresult\n"
                "    /h). Remedy: let the client use what the server asks for; its cost in\n"
                "    security: lowering the server's security layer instead, or switching NLA\n"
                "    off, lets anybody reach its logon screen.\n");
}

static void nothing_next_where_nothing_failed(void **state)
{
    (void)state;
    made_run_begin(&run);
    made_trial(&run, FACTOR_SECURITY, SECURITY_NLA, FAMILY_NONE, 0, PHASE_ACTIVE);
    find_made_causes(&run);
    expect_next("");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(next_after_a_denial_of_everybody, end_run),
        cmocka_unit_test_teardown(next_after_a_tls_cause, end_run),
        cmocka_unit_test_teardown(next_after_a_wrong_password, end_run),
        cmocka_unit_test_teardown(next_after_an_unknown_name, end_run),
        cmocka_unit_test_teardown(next_after_a_refused_protocol, end_run),
        cmocka_unit_test_teardown(nothing_next_where_nothing_failed, end_run),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
