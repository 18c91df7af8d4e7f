// SPDX-License-Identifier: Apache-2.0
// The lab's rules: what they mean, what is refused and where, and what is not known yet.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rule.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

// A client of which everything is known.
static struct lab_facts known_client(void)
{
    struct lab_facts facts = {
        .known = (UINT32_C(1) << LAB_FACT_COUNT) - 1,
        .security = LAB_SECURITY_NLA,
        .tls = LAB_TLS_1_2,
        .license = LAB_LICENSE_STORED,
        .address = LAB_ADDRESS_NAME,
        .family = LAB_FAMILY_IPV6,
        .gateway = LAB_GATEWAY_OFF,
        .errinfo_advertised = true,
        .admin = false,
        .gfx = true,
        .autodetect = false,
        .multitransport = true,
        .restricted_admin = false,
        .sni = "localhost",
        .peer = "::1",
        .user = "Bob",
        .domain = "",
        .client_name = "LICA",
        .client_build = 18363,
        .color_depth = 32,
        .keyboard = 0x407,
        .channels = {"cliprdr", "rdpsnd"},
        .channel_count = 2,
        .cookie = "bob",
        .connection = 3,
        .client_version = 0x80010,
        .early_flags = 0xE2F,
        .groups = 3,
        .source = "MSTSC",
    };

    return facts;
}

static enum rule_truth evaluate(const char *text, const struct lab_facts *facts)
{
    struct rule_error error;
    struct rule *rule = rule_parse(text, &error);
    enum rule_truth truth;

    if (!rule)
        fail_msg("%s: column %zu: %s", text, error.column, error.message);
    truth = rule_evaluate(rule, facts);
    rule_free(rule);
    return truth;
}

static void check_truths(const char *const *texts, size_t count, const struct lab_facts *facts, enum rule_truth truth)
{
    for (size_t i = 0; i < count; i++) {
        if (evaluate(texts[i], facts) != truth)
            fail_msg("%s is %d, not %d", texts[i], (int)evaluate(texts[i], facts), (int)truth);
    }
}

static void every_fact_compares(void **state)
{
    static const char *const true_ones[] = {"security=nla",
                                            "tls=1.2",
                                            "tls>=1.2",
                                            "tls<1.3",
                                            "tls!=none",
                                            "license=stored",
                                            "license!=new",
                                            "address=name",
                                            "family=ipv6",
                                            "gateway=off",
                                            "errinfo=advertised",
                                            "admin=off",
                                            "sni=localhost",
                                            "sni=LocalHost",
                                            "peer=::1",
                                            "peer=0:0:0:0:0:0:0:1",
                                            "user=bob",
                                            "user!=alice",
                                            "domain=\"\"",
                                            "domain=''",
                                            "client-name=lica",
                                            "client-build>9999",
                                            "color-depth<=32",
                                            "keyboard=0x407",
                                            "keyboard=1031",
                                            "channel=cliprdr",
                                            "channel=CLIPRDR",
                                            "channel!=rdpdr",
                                            "cookie=bob",
                                            "connection>=3",
                                            "client-build=0x000047bb",
                                            "true",
                                            "graphics=gfx",
                                            "autodetect=off",
                                            "multitransport=on",
                                            "restricted-admin=off",
                                             "client-version=0x80010",
                                             "early-flags=0xE2F",
                                             "tls-groups<4",
                                             "source=mstsc"};
    static const char *const false_ones[] = {"security=tls",
                                             "tls=1.3",
                                             "tls<1.2",
                                             "tls>1.2",
                                             "license=foreign",
                                             "address=ipv4",
                                             "family=ipv4",
                                             "gateway=http",
                                             "errinfo=silent",
                                             "admin=on",
                                             "sni=\"\"",
                                             "peer=127.0.0.1",
                                             "user=bobby",
                                             "user=bo",
                                             "domain=CORP",
                                             "client-name=\"LIC\"",
                                             "client-build<5",
                                             "color-depth=16",
                                             "keyboard=407",
                                             "channel=rdpdr",
                                             "channel!=cliprdr",
                                             "cookie=\"bob \"",
                                             "connection<3",
                                             "connection!=3",
                                             "!true",
                                             "graphics=bitmap",
                                             "autodetect=on",
                                             "multitransport=off",
                                             "restricted-admin=on"};
    const struct lab_facts facts = known_client();

    (void)state;
    check_truths(true_ones, COUNT(true_ones), &facts, RULE_YES);
    check_truths(false_ones, COUNT(false_ones), &facts, RULE_NO);
}

static void and_binds_tighter_than_or(void **state)
{
    static const char *const true_ones[] = {"tls=1.2|tls=1.3&admin=on",
                                            "admin=on&tls=1.3|tls=1.2",
                                            "!admin=on&tls=1.2",
                                            "!(admin=on&tls=1.2)",
                                            "!!tls=1.2",
                                            " ( ( tls = 1.2 ) ) ",
                                            "!admin=on|admin=on",
                                            "true&!(!true|admin = on)"};
    static const char *const false_ones[] = {"(tls=1.2|tls=1.3)&admin=on", "admin=on&(tls=1.3|tls=1.2)",
                                             "!(admin=on|tls=1.2)", "true&true&true&admin=on", "!tls=1.2"};
    const struct lab_facts facts = known_client();

    (void)state;
    check_truths(true_ones, COUNT(true_ones), &facts, RULE_YES);
    check_truths(false_ones, COUNT(false_ones), &facts, RULE_NO);
}

static void unknown_facts_leave_the_answer_open(void **state)
{
    static const char *const open[] = {"license=stored",         "license!=stored",         "!license=stored",
                                       "license=stored&tls=1.2", "license=stored|tls=1.3",  "channel=cliprdr",
                                       "channel!=cliprdr",       "license=new|license!=new"};
    static const char *const yes[] = {"license=stored|tls=1.2", "!(license=stored&tls=1.3)", "true|user=bob"};
    static const char *const no[] = {"license=stored&tls=1.3", "tls=1.3&license=stored", "!(user=bob|tls=1.2)"};
    struct lab_facts facts = known_client();

    (void)state;
    facts.known = 0;
    lab_facts_learn(&facts, LAB_FACT_TLS);
    check_truths(open, COUNT(open), &facts, RULE_UNKNOWN);
    check_truths(yes, COUNT(yes), &facts, RULE_YES);
    check_truths(no, COUNT(no), &facts, RULE_NO);
}

static void no_tls_is_neither_old_nor_new(void **state)
{
    static const char *const no[] = {"tls<1.2", "tls>=1.0", "tls=1.0", "tls<=1.3"};
    static const char *const yes[] = {"tls=none", "tls!=1.2", "!tls<1.2"};
    struct lab_facts facts = known_client();

    (void)state;
    facts.security = LAB_SECURITY_RDP;
    facts.tls = LAB_TLS_NONE;
    check_truths(no, COUNT(no), &facts, RULE_NO);
    check_truths(yes, COUNT(yes), &facts, RULE_YES);
}

static void mistakes_are_refused_where_they_are(void **state)
{
    static const struct {
        const char *text;
        size_t column;
        const char *part; // of the message
    } mistakes[] = {
        {"", 1, "expected"},
        {"   ", 4, "expected"},
        {"lisense=new", 1, "\"lisense\" is no fact; facts are security tls license"},
        {"tls=1.2 & colour=3", 11, "\"colour\" is no fact"},
        {"tls=1.4", 5, "tls is never \"1.4\"; it can be 1.0 1.1 1.2 1.3 none."},
        {"license = cached", 11, "license is never \"cached\""},
        {"TLS=1.2", 1, "no fact"},
        {"tls<none", 5, "no order"},
        {"license<new", 8, "license has no order"},
        {"user>=bob", 5, "user has no order"},
        {"color-depth=17", 13, "4, 8, 15, 16, 24 or 32"},
        {"color-depth<99", 13, "from 4 to 32"},
        {"client-build=ten", 14, "is a number"},
        {"client-build=-1", 14, "is a number"},
        {"client-build=0x", 14, "is a number"},
        {"client-build=4294967296", 14, "never 4294967296"},
        {"connection=0", 12, "from 1 to"},
        {"peer=localhost", 6, "is an IP address"},
        {"peer=127.0.0.256", 6, "is an IP address"},
        {"client-name=ABCDEFGHIJKLMNOP", 13, "at most 15"},
        {"channel=cliprdr2", 9, "at most 7"},
        {"channel=''", 10, "always has a name"},
        {"tls", 4, "operator is missing behind tls"},
        {"tls 1.2", 5, "operator is missing behind tls"},
        {"tls=", 5, "value for tls is missing"},
        {"tls==1.2", 5, "value for tls is missing"},
        {"user=\"bob", 6, "closing quote"},
        {"(tls=1.2", 9, "\")\" for the \"(\" in column 1"},
        {"(tls=1.2 admin=on)", 10, "expected"},
        {"tls=1.2)", 8, "the end is expected"},
        {"tls=1.2 admin=on", 9, "the end is expected"},
        {"tls=1.2 &", 10, "expected"},
        {"tls=1.2 && admin=on", 10, "expected"},
        {"| true", 1, "expected"},
        {"true |", 7, "expected"},
        {"()", 2, "expected"},
        {"!", 2, "expected"},
        {"truetls=1.2", 1, "no fact"},
        {"false", 1, "no fact"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(mistakes); i++) {
        struct rule_error error;
        struct rule *rule = rule_parse(mistakes[i].text, &error);

        if (rule)
            fail_msg("\"%s\" was accepted", mistakes[i].text);
        if (error.column != mistakes[i].column || !strstr(error.message, mistakes[i].part))
            fail_msg("\"%s\": column %zu: %s", mistakes[i].text, error.column, error.message);
        assert_true(error.message[strlen(error.message) - 1] == '.');
    }
}

static void long_and_deep_expressions_end_well(void **state)
{
    char *text = malloc(10000);
    struct rule_error error;
    struct rule *rule;

    (void)state;
    assert_true(text != NULL);
    memset(text, '(', 9999);
    text[9999] = 0;
    assert_null(rule_parse(text, &error));
    text[100] = 0;
    assert_null(rule_parse(text, &error));
    assert_true(strstr(error.message, "deeper") != NULL);
    memset(text, '!', 100);
    assert_null(rule_parse(text, &error));
    memset(text, 'x', 300);
    memcpy(text, "user=", 5);
    text[300] = 0;
    assert_null(rule_parse(text, &error));
    assert_true(strstr(error.message, "longer than") != NULL);

    strcpy(text, "true");
    for (size_t i = 0; i < 800; i++)
        strcat(text, "&true");
    rule = rule_parse(text, &error);
    assert_true(rule != NULL);
    assert_int_equal(rule_evaluate(rule, &(struct lab_facts){0}), RULE_YES);
    rule_free(rule);
    free(text);
}

static void mentions_are_found_anywhere(void **state)
{
    struct rule_error error;
    struct rule *rule = rule_parse("tls=1.2 & !(user=bob | true & license!=new)", &error);

    (void)state;
    assert_true(rule != NULL);
    assert_true(rule_mentions(rule, LAB_FACT_TLS));
    assert_true(rule_mentions(rule, LAB_FACT_USER));
    assert_true(rule_mentions(rule, LAB_FACT_LICENSE));
    assert_true(!rule_mentions(rule, LAB_FACT_SNI));
    rule_free(rule);
    rule_free(NULL);
}

// Whatever the characters are: an answer or an error, no crash (run with the sanitizers).
static void noise_never_crashes(void **state)
{
    static const char *const words[] = {
        "tls",  "=",    "1.2",     "(",   ")",  "!",       "&",  "|",    "<",    " ",   "\"",
        "user", "true", "license", "new", ">=", "channel", "0x", "\xff", "peer", "::1", "connection"};
    uint32_t seed = 1;
    const struct lab_facts facts = known_client();
    size_t accepted = 0;

    (void)state;
    for (unsigned round = 0; round < 200000; round++) {
        char text[128] = "";
        struct rule_error error;
        struct rule *rule;
        const unsigned length = round % 9 + 1;

        for (unsigned i = 0; i < length; i++) {
            seed = seed * 1664525 + 1013904223;
            strcat(text, words[(seed >> 16) % COUNT(words)]);
        }
        rule = rule_parse(text, &error);
        if (rule) {
            accepted++;
            assert_true(rule_evaluate(rule, &facts) != RULE_UNKNOWN);
        } else {
            assert_true(error.column >= 1 && error.column <= strlen(text) + 1 && error.message[0]);
        }
        rule_free(rule);
    }
    assert_true(accepted > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fact_compares),
        cmocka_unit_test(and_binds_tighter_than_or),
        cmocka_unit_test(unknown_facts_leave_the_answer_open),
        cmocka_unit_test(no_tls_is_neither_old_nor_new),
        cmocka_unit_test(mistakes_are_refused_where_they_are),
        cmocka_unit_test(long_and_deep_expressions_end_well),
        cmocka_unit_test(mentions_are_found_anywhere),
        cmocka_unit_test(noise_never_crashes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
