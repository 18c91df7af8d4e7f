// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "trial/account_name.h"

static struct account_identity at(const char *user, const char *domain, const char *host)
{
    struct account account = {0};
    struct account_identity identity;
    snprintf(account.user, sizeof account.user, "%s", user);
    snprintf(account.domain, sizeof account.domain, "%s", domain);
    account_identify(&account, host, &identity);
    return identity;
}

static void names_accounts(void **state)
{
    static const struct {
        const char *user, *domain, *host, *key;
    } rows[] = {
        {"Alice", "CORP", "srv", "corp\\alice"},
        {"CORP\\Alice", "", "srv", "corp\\alice"},
        {"Alice@Corp.example", "", "srv", "corp.example\\alice"},
        {"Alice@CORP", "", "srv", "corp\\alice"},
        {"Alice@corp.example", "CORP", "srv", "corp\\alice"},
        {"Alice", "", "SRV", "srv\\alice"},
        {".\\Alice", "", "SRV", "srv\\alice"},
        {"Alice", ".", "SRV", "srv\\alice"},
        {" Alice. ", " Corp. ", "srv", "corp\\alice"},
        {"Alice", "", "Srv.example.", "srv.example\\alice"},
        {"@alice", "", "srv", "srv\\@alice"},
        {"J\xc3\x9cRGEN", "", "srv", "srv\\jurgen"},
        {"j\xc3\xbcrgen", "", "srv", "srv\\jurgen"},
        {"ju\xcc\x88rgen", "", "srv", "srv\\jurgen"}, // decomposed
        {"STRASSE", "", "srv", "srv\\strasse"},
        {"stra\xc3\x9f"
         "e",
         "", "srv", "srv\\strasse"},
        {"\xce\xa3\xce\x99\xce\xa3", "", "srv", "srv\\\xcf\x83\xce\xb9\xcf\x83"}, // final sigma
        {"\xef\xbc\xa1lice\xe2\x80\x8b", "", "srv", "srv\\alice"},                // full width, zero width
        {"a\xff\xfeLICE", "", "srv", "srv\\a\xff\xfelice"},                       // no UTF-8
        {".", "", "srv", "srv\\."},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct account_identity identity = at(rows[i].user, rows[i].domain, rows[i].host);
        assert_string_equal(identity.key, rows[i].key);
        struct account_identity back;
        account_identify_key(identity.key, &back);
        assert_string_equal(account_user_part(back.key), account_user_part(identity.key));
    }
    struct account_identity upn;
    account_identify_key("alice@corp.example", &upn);
    assert_string_equal(upn.key, "corp.example\\alice");
}

static void long_names_fit(void **state)
{
    char user[ACCOUNT_PART_MAX], domain[ACCOUNT_PART_MAX];
    (void)state;
    // The folded form of U+FDFA is eighteen letters long.
    for (size_t i = 0; i + 3 < sizeof user; i += 3)
        memcpy(user + i, "\xef\xb7\xba", 4);
    memset(domain, 'D', sizeof domain - 1);
    domain[sizeof domain - 1] = '\0';
    const struct account_identity a = at(user, domain, "srv"), b = at(user, "", "other");
    assert_true(account_may_be_same(&a, &b));
    assert_true(strlen(a.key) < ACCOUNT_KEY_MAX);
}

static const struct host_names member = {"SRV1", "CORP", "srv1.corp.example", "corp.example", "corp.example"};
static const struct host_names foreign = {"SRV2", "OTHER", "srv2.other.test", "other.test", "other.test"};
static const struct host_names alone = {"PC1", "PC1", "pc1", "pc1", ""};
static const struct host_names alone_too = {"PC2", "PC2", "", "", ""};
static const struct host_names nothing = {"", "", "", "", ""};

static struct account_identity told(const char *user, const char *domain, const char *host,
                                    const struct host_names *names, const char *address)
{
    struct account account = {0};
    struct account_identity identity = at(user, domain, host);
    snprintf(account.user, sizeof account.user, "%s", user);
    snprintf(account.domain, sizeof account.domain, "%s", domain);
    account_place(&identity, account_is_bare(&account), names, address);
    return identity;
}

static void a_place_is_what_the_names_prove(void **state)
{
    (void)state;
    assert_string_equal(told("bob", "", "x", &alone, "192.0.2.1").place.machine, "pc1");
    assert_string_equal(told(".\\bob", "", "x", &alone, "192.0.2.1").place.machine, "pc1");
    assert_string_equal(told("PC1\\bob", "", "x", &alone, "192.0.2.1").place.machine, "pc1");
    // It takes an unknown domain for its own, but the account may be the domain's.
    assert_string_equal(told("CORP\\bob", "", "x", &alone, "192.0.2.1").place.machine, "");
    assert_string_equal(told("bob", "", "x", &alone, "").place.machine, ""); // behind a gateway
    assert_string_equal(told("bob", "", "x", &member, "192.0.2.1").place.machine, "");
    assert_string_equal(told("bob", "", "x", &member, "192.0.2.1").place.forest, ""); // the machine's or the domain's
    assert_string_equal(told("SRV1\\bob", "", "x", &member, "192.0.2.1").place.machine, "");
    assert_string_equal(told("CORP\\bob", "", "x", &member, "").place.forest, "corp.example");
    assert_string_equal(told("bob@corp.example", "", "x", &member, "").place.forest, "corp.example");
    assert_string_equal(told("bob", "Corp.Example", "x", &member, "").place.forest, "corp.example");
    assert_string_equal(told("OTHER\\bob", "", "x", &member, "").place.forest, "");
    assert_string_equal(told("bob", "", "x", &nothing, "192.0.2.1").place.machine, "");
    assert_string_equal(told("bob", "", "x", &alone, "::ffff:192.0.2.1").place.address, "192.0.2.1");
    assert_string_equal(told("bob", "", "x", &alone, "2001:db8::1").place.address, "2001:db8::1");
    assert_true(host_is_alone(&alone) && host_is_alone(&alone_too));
    assert_false(host_is_alone(&member) || host_is_alone(&nothing));
}

static void only_places_tell_apart(void **state)
{
    (void)state;
    const struct account_identity pc1 = told("bob", "", "a", &alone, "192.0.2.1"),
                                  pc2 = told("bob", "", "b", &alone_too, "192.0.2.2"),
                                  liar = told("bob", "", "c", &alone_too, "192.0.2.1"),
                                  corp = told("CORP\\bob", "", "d", &member, "192.0.2.3"),
                                  upn = told("bob@corp.example", "", "e", &member, "192.0.2.4"),
                                  other = told("OTHER\\bob", "", "f", &foreign, "192.0.2.5"),
                                  bare = told("bob", "", "g", &member, "192.0.2.6"),
                                  bare_too = told("bob", "", "h", &foreign, "192.0.2.7"),
                                  carol = told("carol", "", "a", &alone, "192.0.2.1");
    const struct {
        const struct account_identity *a, *b;
        bool may_be, is;
    } rows[] = {
        {&pc1, &pc1, true, true},     {&pc1, &pc2, false, false},      {&pc1, &liar, true, false},
        {&pc1, &corp, false, false},  {&corp, &upn, true, true},       {&corp, &other, false, false},
        {&corp, &bare, true, false},  {&bare, &bare_too, true, false}, {&pc1, &bare, true, false},
        {&pc1, &carol, false, false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (account_may_be_same(rows[i].a, rows[i].b) != rows[i].may_be ||
            account_may_be_same(rows[i].b, rows[i].a) != rows[i].may_be ||
            account_is_same(rows[i].a, rows[i].b) != rows[i].is)
            fail_msg("row %zu", i);
    }
}

static void a_password_is_no_part_of_a_name(void **state)
{
    (void)state;
    assert_non_null(account_user_fault("bob%secret"));
    assert_non_null(account_user_fault("bob:secret"));
    assert_null(account_user_fault("bob"));
    assert_null(account_user_fault("CORP\\bob@corp.example"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_accounts),
        cmocka_unit_test(long_names_fit),
        cmocka_unit_test(a_place_is_what_the_names_prove),
        cmocka_unit_test(only_places_tell_apart),
        cmocka_unit_test(a_password_is_no_part_of_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
