// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "commands/vary.h"

enum { WORDS_MAX = 14 };

static struct choice chosen(const char *const *words)
{
    static struct options options;
    char *argv[WORDS_MAX + 2] = {(char *)"isolate"}, error[1024] = "";
    int argc = 1;
    for (; words[argc - 1]; argc++)
        argv[argc] = (char *)words[argc - 1];
    if (!options_parse(&options, COMMAND_ISOLATE, argc, argv, error, sizeof error))
        fail_msg("%s", error);
    return choose_levels(&options);
}

#define CHOSEN(...) chosen((const char *const[WORDS_MAX]){__VA_ARGS__})

static void every_factor_by_default(void **state)
{
    struct choice choice = CHOSEN("--gateway", "gw", "srv.example");
    (void)state;
    // All but those that nothing was given for. To look for a failure where there is none, only the core is varied.
    for (int f = 0; f < FACTOR_COUNT; f++) {
        bool rare = f == FACTOR_RDP_ENCRYPTION || f == FACTOR_NEGOTIATION;
        bool lacks = rare || f == FACTOR_USER_FORM || f == FACTOR_LOAD_BALANCE || f == FACTOR_CLIENT_NAME;
        assert_int_equal(!choice.untestable[f], !lacks);
        assert_int_equal(choice.unsought >> f & 1, f >= FACTOR_CORE_END);
    }
    assert_int_equal(choice.withheld, 0);
    // Rare levels only where they are asked for.
    assert_int_equal(choice.levels[FACTOR_GATEWAY], 1u << GATEWAY_OFF | 1u << GATEWAY_HTTP | 1u << GATEWAY_WEBSOCKET);
    assert_int_equal(choice.levels[FACTOR_LICENSE], 1u << LICENSE_KEEP | 1u << LICENSE_CLEAR | 1u << LICENSE_REUSE);
    assert_int_equal(choice.levels[FACTOR_ADMIN], 1u << ADMIN_OFF | 1u << ADMIN_ON);
    choice = CHOSEN("--gateway", "gw", "--vary", "gateway", "--vary", "license=corrupt", "srv.example");
    assert_int_equal(choice.levels[FACTOR_GATEWAY], 0xf);
    assert_int_equal(choice.levels[FACTOR_LICENSE], 1u << LICENSE_KEEP | 1u << LICENSE_CORRUPT);
}

// What few have a use for is usual where the baseline is RDP security, which alone can have it.
static void what_goes_with_rdp_security_alone(void **state)
{
    struct choice choice = CHOSEN("--set", "security=rdp", "srv.example");
    (void)state;
    assert_null(choice.untestable[FACTOR_RDP_ENCRYPTION]);
    assert_int_equal(choice.levels[FACTOR_RDP_ENCRYPTION], 0x1f);
    assert_int_equal(choice.levels[FACTOR_NEGOTIATION], 1u << NEGOTIATION_OFFERED | 1u << NEGOTIATION_LEGACY);
    assert_int_equal(choice.levels[FACTOR_LICENSE], 1u << LICENSE_KEEP | 1u << LICENSE_CLEAR | 1u << LICENSE_REUSE);
    choice = CHOSEN("--set", "security=tls", "srv.example");
    assert_non_null(choice.untestable[FACTOR_RDP_ENCRYPTION]);
    assert_non_null(choice.untestable[FACTOR_NEGOTIATION]);
}

static void only_what_is_named(void **state)
{
    struct choice choice = CHOSEN("--vary", "color-depth=16,8", "--set", "color-depth=24", "srv.example");
    (void)state;
    for (int f = 0; f < FACTOR_COUNT; f++)
        assert_int_equal(!choice.untestable[f], f == FACTOR_COLOR_DEPTH);
    assert_int_equal(choice.levels[FACTOR_COLOR_DEPTH],
                     1u << COLOR_DEPTH_24 | 1u << COLOR_DEPTH_16 | 1u << COLOR_DEPTH_8);
    choice = CHOSEN("--vary", "admin=off", "srv.example");
    assert_string_equal(choice.untestable[FACTOR_ADMIN], "no other level was to be tried");
}

static void all_but_what_the_run_has_not_the_means_for(void **state)
{
    static const struct {
        enum factor factor;
        const char *why;
    } lacking[] = {{FACTOR_ADDRESS, "address"},
                   {FACTOR_GATEWAY, "--gateway"},
                   {FACTOR_USER_FORM, "--domain"},
                   {FACTOR_LOAD_BALANCE, "--load-balance-info"},
                   {FACTOR_CLIENT_NAME, "--client-name"}};
    struct choice choice = CHOSEN("--vary", "all", "-u", "bob", "127.0.0.1");
    unsigned untestable = 0;
    (void)state;
    for (int f = 0; f < FACTOR_COUNT; f++)
        untestable += choice.untestable[f] != NULL;
    assert_int_equal(untestable, sizeof lacking / sizeof lacking[0]);
    for (size_t i = 0; i < untestable; i++)
        assert_non_null(strstr(choice.untestable[lacking[i].factor], lacking[i].why));
    assert_false(choice.levels[FACTOR_AUTH] >> AUTH_LEVEL_KERBEROS & 1);

    choice = CHOSEN("--vary", "all", "-u", "CORP\\bob", "--gateway", "gw", "--load-balance-info", "tsv://x",
                    "--client-name", "PC1", "srv.example");
    for (int f = 0; f < FACTOR_COUNT; f++)
        assert_null(choice.untestable[f]);
    // Down-level is how the user was given.
    assert_int_equal(choice.levels[FACTOR_USER_FORM], 1u << USER_FORM_AS_GIVEN | 1u << USER_FORM_UPN);
}

// A level that lacks its password is not tried: its trial would only fail on this machine.
static void no_nla_without_a_password(void **state)
{
    static const char *const words[][WORDS_MAX] = {{"--set", "security=tls", "srv.example"},
                                                   {"--set", "security=tls", "-u", "bob", "srv.example"}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct profile profile = {.levels = {{[FACTOR_SECURITY] = SECURITY_TLS}}};
        struct choice choice = chosen(words[i]);
        strcpy(profile.account.user, i ? "bob" : "");
        assert_true(choice.levels[FACTOR_SECURITY] >> SECURITY_NLA & 1);
        assert_true(leave_out_nla(&profile, &choice));
        assert_int_equal(choice.levels[FACTOR_SECURITY], 1u << SECURITY_TLS | 1u << SECURITY_RDP);
        assert_null(choice.untestable[FACTOR_SECURITY]);
        assert_false(leave_out_nla(&profile, &choice));
    }
    struct profile profile = {.levels = {{[FACTOR_SECURITY] = SECURITY_TLS}}};
    struct choice choice = CHOSEN("--set", "security=tls", "--vary", "security=nla", "-u", "bob", "srv.example");
    strcpy(profile.account.user, "bob");
    struct choice full = choice;
    assert_true(leave_out_nla(&profile, &choice));
    assert_string_equal(choice.untestable[FACTOR_SECURITY], "no user and password were given for security=nla");
    profile.secret[PROFILE_PASSWORD] = "x";
    assert_false(leave_out_nla(&profile, &full));
    assert_true(full.levels[FACTOR_SECURITY] >> SECURITY_NLA & 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_factor_by_default),   cmocka_unit_test(what_goes_with_rdp_security_alone),
        cmocka_unit_test(only_what_is_named),        cmocka_unit_test(all_but_what_the_run_has_not_the_means_for),
        cmocka_unit_test(no_nla_without_a_password),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
