// SPDX-License-Identifier: Apache-2.0
// What the lab reads and writes as a man in the middle, against PDUs that real clients and servers sent.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "pdu_example.h"
#include "upstream_pdu.h"

// TS_INFO_PACKET of FreeRDP with domain LAB, user bob, password pw, behind a basic security header
#define INFO                                                                                                           \
    "40 00 00 00 00 00 00 00 13 00 00 00 06 00 06 00 04 00 00 00 00 00"                                                \
    "4c 00 41 00 42 00 00 00 62 00 6f 00 62 00 00 00 70 00 77 00 00 00 00 00 00 00"
#define INFO_ANSI   "40 00 00 00 00 00 00 00 03 00 00 00 03 00 03 00 02 00 00 00 00 00 4c 41 42 00 62 6f 62 00 70 77 00"
#define VALID       "80 00 00 00 ff 03 10 00 07 00 00 00 02 00 00 00 04 00 00 00"
#define REQUEST     "80 00 00 00 01 02 3e 01 7b 3c"
#define NEW_REQUEST "80 00 00 00 13 83 10 00 01 00"
#define ERROR_INFO  "16 00 17 00 00 00 ea 03 01 00 00 01 16 00 2f 00 00 00 07 00 00 00"
#define DEACTIVATE  "0d 00 16 00 ea 03 ea 03 01 00 01 00 00"
#define FONT_MAP    "1a 00 17 00 ea 03 ea 03 01 00 00 02 1a 00 28 00 00 00 00 00 00 00 03 00 04 00"
#define DEMAND      "12 00 11 00 ea 03 ea 03 01 00 04 00 51 01 52 44 50 00"
#define CONFIRM     "16 00 13 00 ef 03 ea 03 01 00 ea 03 06 00 d6 01 4d 53 54 53 43 00"
// Connect Responses of FreeRDP's shadow server, one without encryption and one whose security data says 128-bit
#define RESPONSE_HEAD                                                                                                  \
    "03 00 00 6e 02 f0 80 7f 66 64 0a 01 00 02 01 00 30 1a 02 01 22 02 01 03 02 01 00 02 01 01 02 01 00 02 01 01"      \
    "02 03 00 ff f8 02 01 02 04 40 00 05 00 14 7c 00 01 2a 14 76 0a 01 01 00 01 c0 00 4d 63 44 6e 2a"                  \
    "01 0c 10 00 11 00 08 00 03 00 00 00 0a 00 00 00 03 0c 08 00 eb 03 00 00 02 0c 0c 00"
#define RESPONSE_TAIL "00 00 00 00 04 0c 06 00 ec 03"
#define PLAIN         RESPONSE_HEAD "00 00 00 00" RESPONSE_TAIL
#define ENCRYPTED     RESPONSE_HEAD "02 00 00 00" RESPONSE_TAIL

static bool is_text(const struct client_info_text *text, const char *data, size_t size)
{
    return text->size == size && memcmp(text->data, data, size) == 0;
}

static bool info(const uint8_t *data, size_t size)
{
    struct client_info found;
    if (!client_info_read(data, size, &found))
        return false;
    touch(found.domain.data, found.domain.size);
    touch(found.user.data, found.user.size);
    touch(found.password.data, found.password.size);
    return true;
}

static bool licensing(const uint8_t *data, size_t size)
{
    uint32_t code = 0;
    return licensing_message(data, size, &code) != LICENSING_NONE;
}

static bool any_share(const uint8_t *data, size_t size)
{
    uint32_t id = 0;
    const bool data_pdu = share_find(data, size, SHARE_DATA, SHARE_DATA_FONT_MAP, &id);
    return share_find(data, size, SHARE_DEMAND_ACTIVE, 0, &id) || data_pdu;
}

static void names_of_client_info(void **state)
{
    (void)state;
    struct pdu_example bytes = pdu_example(INFO);
    struct client_info found;
    assert_true(client_info_read(bytes.data, bytes.size, &found));
    assert_true(found.unicode);
    assert_true(is_text(&found.domain, "L\0A\0B\0", 6));
    assert_true(is_text(&found.user, "b\0o\0b\0", 6));
    assert_true(is_text(&found.password, "p\0w\0", 4));
    bytes = pdu_example(INFO_ANSI);
    assert_true(client_info_read(bytes.data, bytes.size, &found));
    assert_false(found.unicode);
    assert_true(is_text(&found.user, "bob", 3));
    bytes.data[0] |= 0x08; // SEC_ENCRYPT
    assert_false(client_info_read(bytes.data, bytes.size, &found));
    check_prefixes(info, INFO, 44); // up to the password's terminator
}

static void kinds_of_licensing_messages(void **state)
{
    (void)state;
    static const struct {
        const char *hex;
        enum licensing_message message;
        uint32_t code;
    } rows[] = {{VALID, LICENSING_ERROR_ALERT, LICENSING_STATUS_VALID_CLIENT},
                {REQUEST, LICENSING_REQUEST, 0},
                {NEW_REQUEST, LICENSING_NEW_REQUEST, 0},
                {INFO, LICENSING_NONE, 0},
                {FONT_MAP, LICENSING_NONE, 0}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct pdu_example bytes = pdu_example(rows[i].hex);
        uint32_t code = 1;
        assert_int_equal(licensing_message(bytes.data, bytes.size, &code), rows[i].message);
        assert_int_equal(code, rows[i].code);
    }
    check_prefixes(licensing, VALID, 8);
}

static void share_pdus_side_by_side(void **state)
{
    (void)state;
    uint32_t id = 0;
    struct pdu_example bytes = pdu_example(ERROR_INFO DEACTIVATE DEMAND);
    assert_true(share_find(bytes.data, bytes.size, SHARE_DEMAND_ACTIVE, 0, &id));
    assert_int_equal(id, 0x000103ea);
    assert_false(share_find(bytes.data, bytes.size, SHARE_DATA, SHARE_DATA_FONT_MAP, NULL));
    assert_false(share_find(bytes.data, bytes.size, SHARE_CONFIRM_ACTIVE, 0, NULL));
    bytes = pdu_example(ERROR_INFO FONT_MAP);
    assert_true(share_find(bytes.data, bytes.size, SHARE_DATA, SHARE_DATA_FONT_MAP, NULL));
    bytes = pdu_example(CONFIRM);
    assert_true(share_find(bytes.data, bytes.size, SHARE_CONFIRM_ACTIVE, 0, &id));
    check_prefixes(any_share, DEMAND, 18);
    check_prefixes(any_share, FONT_MAP, 26);
}

static void set_error_info_is_what_freerdp_sends(void **state)
{
    (void)state;
    uint8_t pdu[SET_ERROR_INFO_SIZE];
    const struct pdu_example expected =
        pdu_example("03 00 00 24 02 f0 80 68 00 01 03 eb 70 16"
                    "16 00 17 00 00 00 ea 03 01 00 00 01 16 00 2f 00 00 00 07 00 00 00");
    set_error_info_write(pdu, 1003, 0x000103ea, 7);
    assert_int_equal(expected.size, sizeof(pdu));
    assert_memory_equal(pdu, expected.data, sizeof(pdu));
}

static void encryption_in_a_connect_response(void **state)
{
    (void)state;
    const struct pdu_example plain = pdu_example(PLAIN), encrypted = pdu_example(ENCRYPTED);
    assert_false(connect_response_encrypts(plain.data, plain.size));
    assert_true(connect_response_encrypts(encrypted.data, encrypted.size));
    check_prefixes(connect_response_encrypts, ENCRYPTED, encrypted.size - 6); // up to the security data's end
}

static void damage(void **state)
{
    (void)state;
    static const char *const infos[] = {INFO, INFO_ANSI};
    static const char *const shares[] = {ERROR_INFO DEACTIVATE, FONT_MAP, DEMAND};
    static const char *const licences[] = {VALID, REQUEST};
    static const char *const responses[] = {PLAIN, ENCRYPTED};
    check_mutations(info, infos, 2, NULL, 1);
    check_mutations(any_share, shares, 3, NULL, 2);
    check_mutations(licensing, licences, 2, NULL, 3);
    check_mutations(connect_response_encrypts, responses, 2, repair_tpkt, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_of_client_info),
        cmocka_unit_test(kinds_of_licensing_messages),
        cmocka_unit_test(share_pdus_side_by_side),
        cmocka_unit_test(set_error_info_is_what_freerdp_sends),
        cmocka_unit_test(encryption_in_a_connect_response),
        cmocka_unit_test(damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
