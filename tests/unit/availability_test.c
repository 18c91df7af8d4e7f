// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "trial/availability.h"
#include "trial/profile.h"

static void with_everything_all_can_be_had(void **state)
{
    struct profile all = {.target = {.host = "srv.example"}, .has_gateway = true, .account = {"bob", "CORP"}};
    (void)state;
    for (int f = 0; f < FACTOR_COUNT; f++) {
        if (factor_row((enum factor)f)->operand)
            snprintf(all.operand[f], OPERAND_MAX, "x");
    }
    for (int f = 0; f < FACTOR_COUNT; f++)
        assert_int_equal(levels_available(&all, (enum factor)f), (1u << factor_levels((enum factor)f)) - 1);
}

static void with_nothing_the_defaults_remain(void **state)
{
    static const struct {
        enum factor factor;
        unsigned had;
    } lacking[] = {
        {FACTOR_ADDRESS, 1u << ADDRESS_NAME},
        {FACTOR_GATEWAY, 1u << GATEWAY_OFF},
        {FACTOR_AUTH, 1u << AUTH_LEVEL_NTLM | 1u << AUTH_LEVEL_NEGOTIATE},
        {FACTOR_USER_FORM, 1u << USER_FORM_AS_GIVEN},
        {FACTOR_LOAD_BALANCE, 1u << LOAD_BALANCE_OFF},
        {FACTOR_CLIENT_NAME, 1u << CLIENT_NAME_HOST},
    };
    const struct profile none = {.target = {.host = "192.0.2.1", .literal = true}, .account = {"bob", ""}};
    (void)state;
    for (size_t i = 0; i < sizeof lacking / sizeof lacking[0]; i++) {
        assert_int_equal(levels_available(&none, lacking[i].factor), lacking[i].had);
        for (unsigned level = 0; level < factor_levels(lacking[i].factor); level++) {
            const char *lack = level_unavailable(&none, lacking[i].factor, level);
            assert_int_equal(!lack, lacking[i].had >> level & 1);
        }
    }
    for (int f = 0; f < FACTOR_COUNT; f++)
        assert_true(levels_available(&none, (enum factor)f) & 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_everything_all_can_be_had),
        cmocka_unit_test(with_nothing_the_defaults_remain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
