// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "commands/options.h"

enum { WORDS_MAX = 12 };

static struct options options;
static char error[1024];

// Parses a command line given as words, the last NULL.
static bool parse(enum command command, const char *const *words)
{
    char *argv[WORDS_MAX + 2] = {(char *)"command"};
    int argc = 1;
    for (; words[argc - 1]; argc++)
        argv[argc] = (char *)words[argc - 1];
    error[0] = '\0';
    return options_parse(&options, command, argc, argv, error, sizeof error);
}

#define PARSE(command, ...) parse(command, (const char *const[WORDS_MAX]){__VA_ARGS__})

static void has_defaults(void **state)
{
    (void)state;
    assert_true(PARSE(COMMAND_CONNECT, "srv.example"));
    assert_string_equal(options.profile.target.host, "srv.example");
    assert_int_equal(options.profile.target.port, 3389);
    assert_int_equal(options.profile.deadline_ms, 20000);
    assert_int_equal(options.profile.settle_ms, 100);
    assert_int_equal(options.profile.pause_ms, 200);
    assert_int_equal(options.profile.max_failed_logons, 2);
    assert_int_equal(options.repeat, 1);
    assert_int_equal(options.until.phase, PHASE_ACTIVE);
    assert_int_equal(options.profile.certificate_policy, CERTIFICATE_REPORT);
    assert_int_equal(options.profile.levels.level[FACTOR_ERROR_INFO], ERROR_INFO_ADVERTISED);
    assert_false(options.profile.autologon || options.json || options.quiet || options.has_signature ||
                 options.profile.has_gateway);
}

static void takes_what_is_given(void **state)
{
    (void)state;
    assert_true(PARSE(COMMAND_CONNECT, "--set", "tls=1.2", "[::1]:4000", "-uCORP\\alice", "--set=security=tls",
                      "--deadline=2.5", "--repeat", "20", "--until", "nla", "--no-error-info"));
    assert_string_equal(options.profile.target.host, "::1");
    assert_int_equal(options.profile.target.port, 4000);
    assert_string_equal(options.profile.account.user, "alice");
    assert_string_equal(options.profile.account.domain, "CORP");
    assert_int_equal(options.profile.levels.level[FACTOR_TLS], TLS_1_2);
    assert_int_equal(options.profile.levels.level[FACTOR_SECURITY], SECURITY_TLS);
    assert_int_equal(options.profile.deadline_ms, 2500);
    assert_int_equal(options.repeat, 20);
    assert_int_equal(options.until.phase, PHASE_NLA);
    assert_false(options.until.at_challenge);
    assert_int_equal(options.profile.levels.level[FACTOR_ERROR_INFO], ERROR_INFO_SILENT);

    assert_true(PARSE(COMMAND_CONNECT, "--until", "nla-challenge", "srv"));
    assert_int_equal(options.until.phase, PHASE_NLA);
    assert_true(options.until.at_challenge);

    assert_true(PARSE(COMMAND_CONNECT, "--until", "graphics", "srv"));
    assert_int_equal(options.until.phase, PHASE_GRAPHICS);
    assert_int_equal(options.profile.levels.level[FACTOR_GRAPHICS], GRAPHICS_BITMAP);
    assert_null(options.screenshot);
    assert_true(PARSE(COMMAND_CONNECT, "--screenshot", "desk.png", "srv", "--set", "graphics=gfx"));
    assert_string_equal(options.screenshot, "desk.png");
    assert_int_equal(options.until.phase, PHASE_GRAPHICS);
    assert_int_equal(options.profile.levels.level[FACTOR_GRAPHICS], GRAPHICS_GFX);

    assert_true(PARSE(COMMAND_ISOLATE, "--vary", "tls=1.2,1.3", "--vary=license", "--signature", "0x3/0x7", "srv",
                      "--user", "alice@corp.example", "--journal", "run.jsonl"));
    assert_true(options.was_varied[FACTOR_TLS] && options.was_varied[FACTOR_LICENSE]);
    assert_false(options.was_varied[FACTOR_SECURITY]);
    assert_int_equal(options.levels[FACTOR_TLS], 1 << TLS_1_2 | 1 << TLS_1_3);
    assert_int_equal(options.levels[FACTOR_LICENSE], 0);
    assert_int_equal(options.signature.code, 7);
    assert_string_equal(options.profile.account.user, "alice@corp.example");
    assert_string_equal(options.profile.account.domain, "");
    assert_string_equal(options.journal, "run.jsonl");
}

static void a_gateway_is_gone_through_unless_said_otherwise(void **state)
{
    (void)state;
    assert_true(PARSE(COMMAND_ISOLATE, "--gateway", "gw.example", "srv"));
    assert_int_equal(options.profile.gateway.port, 443);
    assert_int_equal(options.profile.levels.level[FACTOR_GATEWAY], GATEWAY_HTTP);
    assert_true(PARSE(COMMAND_ISOLATE, "--gateway", "gw.example", "--set", "gateway=off", "srv"));
    assert_int_equal(options.profile.levels.level[FACTOR_GATEWAY], GATEWAY_OFF);
}

static void help_wins(void **state)
{
    (void)state;
    assert_true(PARSE(COMMAND_CONNECT, "--help"));
    assert_true(options.help);
    assert_true(PARSE(COMMAND_CONNECT, "-h", "a", "b"));
}

static void refuses_with_one_clear_sentence(void **state)
{
    static const struct {
        enum command command;
        const char *words[12];
        const char *sentence;
    } rows[] = {
        {COMMAND_CONNECT, {NULL}, "a TARGET is missing: HOST[:PORT], an .rdp file, or xfreerdp's arguments after --"},
        {COMMAND_CONNECT, {"a", "b", NULL}, "one TARGET is taken, and 2 arguments without an option were given"},
        {COMMAND_CONNECT, {"srv:99999", NULL}, "the target 'srv:99999' has a port that is no number from 1 to 65535"},
        {COMMAND_CONNECT, {"/v:srv", NULL}, "the target begins with '/': xfreerdp's arguments are taken after --"},
        {COMMAND_CONNECT,
         {"--", "/v:srv", "/from-stdin", NULL},
         "xfreerdp's argument /from-stdin is not taken: it asks for a password: use --password-file FILE, or - for "
         "standard input"},
        {COMMAND_CONNECT,
         {"--explain-baseline", "srv", NULL},
         "--explain-baseline needs an .rdp file, or xfreerdp's arguments after --"},
        {COMMAND_CONNECT, {"--dedline", "3", "srv", NULL}, "there is no option --dedline: did you mean --deadline?"},
        {COMMAND_CONNECT, {"--frobnicate", NULL}, "there is no option --frobnicate"},
        {COMMAND_CONNECT, {"-Z", "srv", NULL}, "there is no option -Z"},
        {COMMAND_CONNECT, {"srv", "--user", NULL}, "--user needs an argument"},
        {COMMAND_CONNECT, {"--json=yes", "srv", NULL}, "--json takes no argument"},
        {COMMAND_CONNECT, {"--vary", "tls", "srv", NULL}, "there is no option --vary"},
        {COMMAND_ISOLATE, {"--until", "nla", "srv", NULL}, "there is no option --until"},
        {COMMAND_CONNECT,
         {"--deadline", "0", "srv", NULL},
         "--deadline takes seconds from 0.001 to 86400, such as 2.5, and not '0'"},
        {COMMAND_CONNECT,
         {"--pause", "1e9", "srv", NULL},
         "--pause takes seconds from 0 to 86400, such as 2.5, and not '1e9'"},
        {COMMAND_CONNECT, {"--repeat", "-1", "srv", NULL}, "--repeat takes a number from 1 to 1000000, and not '-1'"},
        {COMMAND_CONNECT,
         {"--max-failed-logons", "0", "srv", NULL},
         "--max-failed-logons takes a number from 1 to 1000000, and not '0'"},
        {COMMAND_CONNECT,
         {"--until", "licencing", "srv", NULL},
         "--until takes a phase from resolve to graphics, and not 'licencing': did you mean 'licensing'?"},
        {COMMAND_CONNECT, {"--screenshot", "", "srv", NULL}, "--screenshot names no file"},
        {COMMAND_CONNECT, {"--screenshot", "\xFF.png", "srv", NULL}, "--screenshot takes a file name in UTF-8"},
        {COMMAND_CONNECT,
         {"--screenshot", "x.png", "--until", "active", "srv", NULL},
         "--screenshot needs --until graphics, and not --until active"},
        {COMMAND_CONNECT,
         {"--screenshot", "x.png", "--repeat", "3", "srv", NULL},
         "--screenshot is of one trial, and --repeat asks for 3"},
        {COMMAND_CONNECT,
         {"--screenshot", "x.png", "--set", "graphics=none", "srv", NULL},
         "--screenshot needs --set graphics=bitmap or graphics=gfx: with graphics=none nothing is drawn"},
        {COMMAND_CONNECT,
         {"--until", "graphics", "--set", "graphics=none", "srv", NULL},
         "--until graphics needs --set graphics=bitmap or graphics=gfx: with graphics=none nothing is drawn"},
        {COMMAND_CONNECT, {"--set", "tls", "srv", NULL}, "--set takes FACTOR=LEVEL"},
        {COMMAND_CONNECT, {"--set", "tsl=1.2", "srv", NULL}, "--set names no factor with 'tsl': did you mean 'tls'?"},
        {COMMAND_CONNECT,
         {"--set", "tls=1.4", "srv", NULL},
         "--set names no level of tls with '1.4': it has default, 1.0, 1.1, 1.2, 1.3"},
        {COMMAND_CONNECT,
         {"--set", "security=rdp", "--set", "tls=1.2", "srv", NULL},
         "--set asks for what cannot be: RDP security has no TLS handshake, so security=rdp goes only with "
         "tls=default"},
        {COMMAND_CONNECT, {"--set", "gateway=http", "srv", NULL}, "--set gateway=http needs --gateway HOST[:PORT]"},
        {COMMAND_ISOLATE, {"--vary", "gateway", "srv", NULL}, "--vary gateway needs --gateway HOST[:PORT]"},
        {COMMAND_ISOLATE,
         {"--vary", "address", "127.0.0.1", NULL},
         "--vary address needs a target with a name, and '127.0.0.1' is an address"},
        {COMMAND_ISOLATE,
         {"--signature", "0x4/0x7", "srv", NULL},
         "--signature '0x4/0x7' is not mstsc's pair 0x3/EXTENDED or CODE/EXTENDED with a code of 0x100 or more"},
        {COMMAND_ISOLATE,
         {"--signature", "local", "srv", NULL},
         "--signature 'local' is a failure of this machine, which says nothing of the target: it is not studied"},
        {COMMAND_ISOLATE,
         {"--signature", "crash 11@mcs", "srv", NULL},
         "--signature 'crash 11@mcs' is a failure of this machine, which says nothing of the target: it is not "
         "studied"},
        {COMMAND_CONNECT, {"--cert-policy", "ignore", "srv", NULL}, "--cert-policy takes 'report' or 'require'"},
        {COMMAND_CONNECT, {"--password-file", "f", "srv", NULL}, "--password-file needs --user"},
        {COMMAND_CONNECT, {"--domain", "D", "srv", NULL}, "--domain needs --user"},
        {COMMAND_CONNECT,
         {"--domain", "D", "--user", "E\\u", "srv", NULL},
         "--user has a domain of its own, and --domain was given too"},
        {COMMAND_CONNECT, {"--user", "E\\", "srv", NULL}, "--user names no user"},
        {COMMAND_CONNECT, {"--gateway-token-file", "f", "srv", NULL}, "--gateway-token-file needs --gateway"},
        {COMMAND_CONNECT, {"--gateway-bearer-file", "f", "srv", NULL}, "--gateway-bearer-file needs --gateway"},
        {COMMAND_CONNECT,
         {"--gateway", "g", "--gateway-domain", "D", "srv", NULL},
         "--gateway-domain needs --gateway-user"},
        {COMMAND_CONNECT,
         {"--gateway-domain", "D", "--gateway-user", "E\\u", "srv", NULL},
         "--gateway-user has a domain of its own, and --gateway-domain was given too"},
        {COMMAND_CONNECT,
         {"--gateway", "g", "--gateway-token-file", "f", "--gateway-bearer-file", "f", "srv", NULL},
         "--gateway-token-file and --gateway-bearer-file do not go together: a gateway is given one of them"},
        {COMMAND_CONNECT,
         {"--gateway", "g", "--gateway-bearer-file", "f", "--set", "gateway=rpc", "srv", NULL},
         "--set gateway=rpc takes a password only: there is no token in RPC over HTTP"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_false(parse(rows[i].command, rows[i].words));
        assert_string_equal(error, rows[i].sentence);
    }
}

static void never_repeats_a_password(void **state)
{
    static const char *const lines[][4] = {
        {"--password", "hunter2", "srv", NULL},
        {"--password=hunter2", "srv", NULL},
        {"-phunter2", "srv", NULL},
        {"--pass=hunter2", "srv", NULL},
        {"--passwd=hunter2", "srv", NULL},
        {"--gateway-password", "hunter2", "srv", NULL},
        {"--gateway-p=hunter2", "srv", NULL},
        {"srv", "hunter2", NULL},
        {"/p:hunter2", NULL},
        {"--quiet=hunter2", "srv", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_false(parse(COMMAND_ISOLATE, lines[i]));
        assert_true(strlen(error) > 10);
        assert_null(strstr(error, "hunter2"));
    }
    assert_false(parse(COMMAND_ISOLATE, lines[0]));
    assert_non_null(strstr(error, "--password is not taken"));
    assert_non_null(strstr(error, "--password-file FILE"));
    assert_non_null(strstr(error, "RDPPROBE_PASSWORD"));
}

static void every_shown_option_is_documented(void **state)
{
    size_t count;
    const struct option_row *rows = option_rows(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        assert_true(rows[i].take || factor_row(rows[i].factor)->operand);
        assert_true(rows[i].commands & (COMMAND_EVERY | COMMAND_REPORT | COMMAND_EXPLAIN));
        assert_true(!rows[i].help || strlen(rows[i].help) > 5);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(rows[i].name, rows[j].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_defaults),
        cmocka_unit_test(takes_what_is_given),
        cmocka_unit_test(a_gateway_is_gone_through_unless_said_otherwise),
        cmocka_unit_test(help_wins),
        cmocka_unit_test(refuses_with_one_clear_sentence),
        cmocka_unit_test(never_repeats_a_password),
        cmocka_unit_test(every_shown_option_is_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
