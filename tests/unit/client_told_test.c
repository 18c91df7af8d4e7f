// SPDX-License-Identifier: Apache-2.0
// Client Info and Confirm Active: what a client tells of itself behind its Connect Initial.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "pdu_example.h"
#include "protocol/client_info.h"
#include "protocol/confirm_active.h"

// Built from MS-RDPBCGR 2.2.1.11.1.1: domain D, user bob, nothing else; the extended part with its time zone in zeros.
#define NAMES                                                                                                          \
    "09 04 09 04 3b 41 03 00 02 00 06 00 00 00 00 00 00 00 44 00 00 00 62 00 6f 00 62 00 00 00 00 00 00 00 00 00"
#define ZEROS_8  "00 00 00 00 00 00 00 00 "
#define ZEROS_43 ZEROS_8 ZEROS_8 ZEROS_8 ZEROS_8 ZEROS_8 "00 00 00 "
#define EXTENDED                                                                                                       \
    NAMES " 02 00 04 00 31 00 00 00 02 00 00 00 " ZEROS_43 ZEROS_43 ZEROS_43 ZEROS_43 "00 00 00 00 86 01 00 00"
// Built from 2.2.1.13.2.1: MSTSC and one set.
#define CONFIRM "ea 03 01 00 ea 03 06 00 0c 00 4d 53 54 53 43 00 01 00 00 00 0e 00 04 00 01 00 00 00"

static const char *const infos[] = {NAMES, EXTENDED}, *const confirms[] = {CONFIRM};

static bool decode_info(const uint8_t *data, size_t size)
{
    struct client_info info;
    return client_info_parse(data, size, &info);
}

static bool decode_confirm(const uint8_t *data, size_t size)
{
    struct confirm_active confirm;
    if (!confirm_active_parse(data, size, &confirm))
        return false;
    touch(confirm.source, confirm.source_size);
    return true;
}

static void reads_client_info(void **state)
{
    (void)state;
    struct pdu_example bytes = pdu_example(EXTENDED);
    struct client_info info;
    assert_true(client_info_parse(bytes.data, bytes.size, &info));
    assert_int_equal(info.code_page, 0x04090409);
    assert_int_equal(info.flags, 0x3413B);
    assert_true(info.has_performance);
    assert_int_equal(info.performance, 0x186);
    bytes = pdu_example(NAMES); // as clients before Windows XP
    assert_true(client_info_parse(bytes.data, bytes.size, &info) && !info.has_performance);
}

static void reads_confirm_active(void **state)
{
    (void)state;
    struct pdu_example bytes = pdu_example(CONFIRM);
    struct confirm_active confirm;
    assert_true(confirm_active_parse(bytes.data, bytes.size, &confirm));
    assert_int_equal(confirm.source_size, 6);
    assert_memory_equal(confirm.source, "MSTSC", 6);
    assert_int_equal(confirm.sets, 1);
}

static void stands_truncation(void **state)
{
    (void)state;
    check_prefixes(decode_info, EXTENDED, pdu_example(NAMES).size);
    check_prefixes(decode_confirm, CONFIRM, 18);
}

static void stands_damage(void **state)
{
    (void)state;
    check_mutations(decode_info, infos, 2, NULL, 11);
    check_mutations(decode_confirm, confirms, 1, NULL, 13);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_client_info),
        cmocka_unit_test(reads_confirm_active),
        cmocka_unit_test(stands_truncation),
        cmocka_unit_test(stands_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
