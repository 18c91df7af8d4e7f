// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "pdu_example.h"
#include "protocol/share.h"

// Set Error Info PDU with ERRINFO_SERVER_DENIED_CONNECTION, from the layouts of MS-RDPBCGR 2.2.5.1.1, 2.2.8.1.1.1.1 and
// 2.2.8.1.1.1.2; section 4 has no dump of one.
#define SET_ERROR_INFO "16 00 17 00 00 00 ea 03 01 00 00 01 16 00 2f 00 00 00 07 00 00 00"
// The front of MS-RDPBCGR 4.1.12, Server Demand Active PDU (decrypted), with totalLength shortened to it.
#define DEMAND_ACTIVE "12 00 11 00 ea 03 ea 03 01 00 04 00 51 01 52 44 50 00"
// The same of 4.1.13, Client Confirm Active PDU (decrypted).
#define CONFIRM_ACTIVE "16 00 13 00 ef 03 ea 03 01 00 ea 03 06 00 d6 01 4d 53 54 53 43 00"
// From the layouts of 2.2.1.22.1 (Font Map), 2.2.10.1.1 (Save Session Info), 2.2.3.1.1 (Deactivate All), 2.2.1.14.1
// (Synchronize) and 2.2.13.3.1 (redirection).
#define FONT_MAP          "1a 00 17 00 ea 03 ea 03 01 00 00 02 1a 00 28 00 00 00 00 00 00 00 03 00 04 00"
#define SAVE_SESSION_INFO "16 00 17 00 ea 03 ea 03 01 00 00 02 16 00 26 00 00 00 02 00 00 00"
#define DEACTIVATE_ALL    "0d 00 16 00 ea 03 ea 03 01 00 01 00 00"
#define SYNCHRONIZE       "16 00 17 00 ea 03 ea 03 01 00 00 01 16 00 1f 00 00 00 01 00 ea 03"
#define REDIRECTION       "0e 00 1a 00 ea 03 00 00 00 04 06 00 00 00"

static const char *const examples[] = {SET_ERROR_INFO,    DEMAND_ACTIVE,  CONFIRM_ACTIVE, FONT_MAP,
                                       SAVE_SESSION_INFO, DEACTIVATE_ALL, SYNCHRONIZE,    REDIRECTION};

static bool decode(const uint8_t *data, size_t size)
{
    struct share_pdu pdu;
    size_t taken;
    uint16_t flags;

    security_flags(data, size, &flags);
    if (!share_parse(data, size, &pdu, &taken))
        return false;
    // The caller walks over the payload by what was taken: that must move on, and stay inside.
    assert_true(taken > 0 && taken <= size);
    touch(data, taken);
    return true;
}

static bool decode_all(const uint8_t *data, size_t size)
{
    struct share_pdu pdu;
    size_t taken, at = 0;
    while (share_parse(data + at, size - at, &pdu, &taken)) {
        assert_true(taken > 0 && taken <= size - at);
        at += taken;
    }
    return at > 0;
}

static bool decode_security(const uint8_t *data, size_t size)
{
    uint16_t flags;
    return security_flags(data, size, &flags);
}

static struct share_pdu pdu_of(const char *hex)
{
    struct pdu_example bytes = pdu_example(hex);
    struct share_pdu pdu;
    size_t taken;
    assert_true(share_parse(bytes.data, bytes.size, &pdu, &taken));
    assert_int_equal(taken, bytes.size);
    return pdu;
}

static bool refuses(const char *hex)
{
    struct pdu_example bytes = pdu_example(hex);
    return !decode(bytes.data, bytes.size);
}

static void tells_types(void **state)
{
    (void)state;
    assert_int_equal(pdu_of(DEMAND_ACTIVE).type, SHARE_DEMAND_ACTIVE);
    assert_int_equal(pdu_of(CONFIRM_ACTIVE).type, SHARE_CONFIRM_ACTIVE);
    assert_int_equal(pdu_of(DEACTIVATE_ALL).type, SHARE_DEACTIVATE_ALL);
    assert_int_equal(pdu_of(REDIRECTION).type, SHARE_REDIRECTION);
    assert_int_equal(pdu_of(FONT_MAP).type, SHARE_FONT_MAP);
    assert_int_equal(pdu_of(SAVE_SESSION_INFO).type, SHARE_SAVE_SESSION_INFO);
    assert_int_equal(pdu_of(SYNCHRONIZE).type, SHARE_DATA_OTHER);
}

// A broker's redirection is 0x000A under TLS; other types are read without a version too.
static void takes_a_type_without_version(void **state)
{
    static const struct {
        const char *hex;
        enum share_type type;
    } rows[] = {
        {"0e 00 0a 00 ea 03 00 00 00 04 06 00 00 00", SHARE_REDIRECTION},
        {"12 00 01 00 ea 03 ea 03 01 00 04 00 51 01 52 44 50 00", SHARE_DEMAND_ACTIVE},
        {"0d 00 06 00 ea 03 ea 03 01 00 01 00 00", SHARE_DEACTIVATE_ALL},
        {"16 00 07 00 00 00 ea 03 01 00 00 01 16 00 2f 00 00 00 07 00 00 00", SHARE_SET_ERROR_INFO},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct pdu_example bytes = pdu_example(rows[i].hex);
        assert_true(share_starts(bytes.data, bytes.size));
        assert_int_equal(pdu_of(rows[i].hex).type, rows[i].type);
        assert_false(share_starts(bytes.data, bytes.size - 1)); // a length that does not fit is no share PDU's
    }
    assert_true(refuses("0e 00 05 00 ea 03 00 00 00 04 06 00 00 00")); // no type
}

static void reads_error_info(void **state)
{
    struct share_pdu pdu = pdu_of(SET_ERROR_INFO);
    (void)state;
    assert_int_equal(pdu.type, SHARE_SET_ERROR_INFO);
    assert_int_equal(pdu.error_info, 7);
    pdu = pdu_of("16 00 17 00 00 00 ea 03 01 00 00 01 16 00 2f 00 00 00 d3 10 00 80");
    assert_int_equal(pdu.error_info, 0x800010D3);
    assert_int_equal(pdu_of(SYNCHRONIZE).error_info, 0);
}

static void takes_one_after_the_other(void **state)
{
    struct pdu_example bytes = pdu_example(SET_ERROR_INFO " " DEACTIVATE_ALL);
    struct share_pdu pdu;
    size_t taken, first;
    (void)state;
    assert_true(share_parse(bytes.data, bytes.size, &pdu, &first));
    assert_int_equal(pdu.type, SHARE_SET_ERROR_INFO);
    assert_int_equal(first, 0x16);
    assert_true(share_parse(bytes.data + first, bytes.size - first, &pdu, &taken));
    assert_int_equal(pdu.type, SHARE_DEACTIVATE_ALL);
    assert_int_equal(first + taken, bytes.size);
}

static void refuses_what_is_none(void **state)
{
    (void)state;
    assert_true(refuses("00 80 16 00 ea 03 00 00"));                               // Flow PDU, T.128 8.3
    assert_true(refuses("05 00 17 00 ea 03"));                                     // totalLength below the header
    assert_true(refuses("10 00 17 00 ea 03 ea 03 01 00 00 01 16 00 2f 00"));       // no whole data header
    assert_true(refuses("12 00 17 00 00 00 ea 03 01 00 00 01 16 00 2f 00 00 00")); // no errorInfo in it
    assert_true(refuses("06 00 1f 00 ea 03"));                                     // no type of a share PDU
    assert_true(refuses("06 00 27 00 ea 03"));                                     // another protocol version
}

static void tells_a_security_header(void **state)
{
    // SEC_LICENSE_PKT and an error alert; Client Info (SEC_INFO_PKT); then a share PDU.
    struct pdu_example license = pdu_example("80 00 00 00 ff 03 10 00 07 00 00 00 02 00 00 00 04 00 00 00");
    struct pdu_example info = pdu_example("40 00 00 00 09 04 09 04 b3 43 00 00");
    struct pdu_example error_info = pdu_example(SET_ERROR_INFO);
    uint16_t flags;
    (void)state;
    assert_false(share_starts(license.data, license.size));
    assert_false(share_starts(info.data, info.size));
    assert_true(share_starts(error_info.data, error_info.size));
    // xrdp ends licensing with SEC_LICENSE_PKT and a flagsHi of 0x0010, which must not pass for a pduType.
    license = pdu_example("80 00 10 00 ff 02 10 00 07 00 00 00 02 00 00 00 28 14 00 00");
    assert_false(share_starts(license.data, license.size));
    assert_true(refuses("06 00 10 00 ea 03")); // nor is there a share PDU of type 0
    assert_false(share_starts(error_info.data, 5));
    assert_true(security_flags(license.data, license.size, &flags));
    assert_int_equal(flags, SEC_LICENSE_PKT);
    assert_true(security_flags(info.data, info.size, &flags));
    assert_int_equal(flags, SEC_INFO_PKT);
    // MS-RDPBCGR 4.1.11: 0x0288, with a flagsHi that is not zero.
    license = pdu_example("88 02 02 03 8d 43 9a ab d5 2a 31 39");
    assert_true(security_flags(license.data, license.size, &flags));
    assert_int_equal(flags, SEC_ENCRYPT | SEC_LICENSE_PKT | 0x0200);
    assert_false(share_starts(license.data, license.size));
}

static void stands_truncation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++)
        check_prefixes(decode, examples[i], pdu_example(examples[i]).size);
    check_prefixes(decode_all, SET_ERROR_INFO " " DEACTIVATE_ALL, pdu_example(SET_ERROR_INFO).size);
    check_prefixes(decode_security, "80 00 00 00 ff 03", 4);
}

static void repair(struct pdu_example *bytes)
{
    if (bytes->size < 2)
        return;
    bytes->data[0] = (uint8_t)bytes->size; // totalLength
    bytes->data[1] = (uint8_t)(bytes->size >> 8);
}

static void stands_damage(void **state)
{
    static const char *const several[] = {SET_ERROR_INFO " " DEACTIVATE_ALL, SYNCHRONIZE " " FONT_MAP " " SYNCHRONIZE};
    (void)state;
    check_mutations(decode, examples, sizeof examples / sizeof examples[0], repair, 2281);
    check_mutations(decode_all, several, sizeof several / sizeof several[0], NULL, 2282);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_types),
        cmocka_unit_test(takes_a_type_without_version),
        cmocka_unit_test(reads_error_info),
        cmocka_unit_test(takes_one_after_the_other),
        cmocka_unit_test(refuses_what_is_none),
        cmocka_unit_test(tells_a_security_header),
        cmocka_unit_test(stands_truncation),
        cmocka_unit_test(stands_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
