// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "knowledge/codes.h"
#include "pdu_example.h"
#include "protocol/authorization.h"

// The two values of MS-RDPBCGR 2.2.10.2, which has no dump.
#define SUCCESS "00 00 00 00"
#define DENIED  "05 00 00 00"

static bool decode(const uint8_t *data, size_t size)
{
    uint32_t result;
    return authorization_parse(data, size, &result);
}

static uint32_t result_of(const char *hex)
{
    struct pdu_example bytes = pdu_example(hex);
    uint32_t result = 0xFFFFFFFF;
    assert_true(authorization_parse(bytes.data, bytes.size, &result));
    return result;
}

static void reads_results(void **state)
{
    (void)state;
    assert_int_equal(result_of(SUCCESS), 0);
    assert_int_equal(result_of(DENIED), 5);
    assert_int_equal(result_of("78 56 34 12"), 0x12345678);
    assert_string_equal(authorization_row(0)->name, "AUTHZ_SUCCESS");
    assert_string_equal(authorization_row(5)->name, "AUTHZ_ACCESS_DENIED");
    assert_null(authorization_row(1));
}

static void refuses_other_sizes(void **state)
{
    struct pdu_example bytes = pdu_example(DENIED " 00");
    (void)state;
    assert_false(decode(bytes.data, bytes.size));
    check_prefixes(decode, DENIED, 4);
    check_prefixes(decode, SUCCESS, 4);
}

static void stands_damage(void **state)
{
    static const char *const examples[] = {SUCCESS, DENIED};
    (void)state;
    check_mutations(decode, examples, 2, NULL, 231);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_results),
        cmocka_unit_test(refuses_other_sizes),
        cmocka_unit_test(stands_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
