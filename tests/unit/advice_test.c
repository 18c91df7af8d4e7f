// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "knowledge/advice.h"
#include "trial/outcome.h"

static void every_failure_has_something_to_look_at(void **state)
{
    (void)state;
    for (int family = FAMILY_NONE + 1; family < FAMILY_COUNT; family++) {
        const struct advice *advice = advice_for(family_name((enum family)family), 0);
        assert_non_null(advice->looks[0].what);
        assert_non_null(advice->looks[0].how);
    }
}

// A family whose name in the table is mistyped would get the general advice.
static void these_families_have_their_own(void **state)
{
    static const enum family families[] = {FAMILY_ERRINFO,   FAMILY_NEGOTIATION, FAMILY_CREDSSP, FAMILY_TLS,
                                           FAMILY_LICENSING, FAMILY_GATEWAY,     FAMILY_DNS,     FAMILY_TCP};
    const struct advice *general = advice_for(family_name(FAMILY_PROTOCOL), 0);
    (void)state;
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        assert_ptr_not_equal(advice_for(family_name(families[i]), 0xFFFF), general);
    assert_ptr_equal(advice_for(family_name(FAMILY_AUTHORIZATION), 6), general);
    assert_non_null(advice_for(family_name(FAMILY_AUTHORIZATION), 5)->note);
}

static void one_code_stands_before_its_family(void **state)
{
    (void)state;
    assert_non_null(strstr(advice_for("errinfo", 9)->note, "right to log on remotely"));
    assert_non_null(strstr(advice_for("errinfo", 0x104)->looks[0].how, "RD Licensing Diagnoser"));
    assert_non_null(strstr(advice_for("errinfo", 7)->looks[0].how, "event 40"));
}

static void a_gateways_high_word_may_be_missing(void **state)
{
    (void)state;
    assert_ptr_equal(advice_for("gateway", 0x800759DA), advice_for("gateway", 0x59DA));
    assert_ptr_not_equal(advice_for("gateway", 0x800759DA), advice_for("gateway", 0x800759DB));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_failure_has_something_to_look_at),
        cmocka_unit_test(these_families_have_their_own),
        cmocka_unit_test(one_code_stands_before_its_family),
        cmocka_unit_test(a_gateways_high_word_may_be_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
