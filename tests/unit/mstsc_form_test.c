// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "knowledge/mstsc.h"
#include "pdu_example.h"
#include "protocol/confirm_active.h"
#include "protocol/gcc.h"
#include "protocol/mcs.h"
#include "protocol/mstsc_form.h"
#include "protocol/share.h"
#include "protocol/x224.h"

#define ZEROS_4  "00 00 00 00 "
#define ZEROS_16 ZEROS_4 ZEROS_4 ZEROS_4 ZEROS_4
#define ZEROS_64 ZEROS_16 ZEROS_16 ZEROS_16 ZEROS_16

// Built from MS-RDPBCGR 2.2.1.3: core data with all fields, as FreeRDP sends it: version 0x80011, build 18363, flags
// 0x0A37, physical size 1000 × 1000, scale 100; cluster data of version 5 and a session; security data without methods.
#define CORE                                                                                                           \
    "01 c0 ea 00 11 00 08 00 00 04 00 03 01 ca 03 aa 07 04 00 00 bb 47 00 00 76 00 6d 00 " ZEROS_16                    \
    "00 00 00 00 00 00 00 00 00 00 00 00 04 00 00 00 00 00 00 00 0c 00 00 00 " ZEROS_64                                \
    "01 ca 01 00 00 00 00 00 18 00 0f 00 37 0a " ZEROS_64                                                              \
    "06 00 01 00 00 00 e8 03 00 00 e8 03 00 00 00 00 64 00 00 00 "                                                     \
    "64 00 00 00 "
#define CLUSTER  "04 c0 0c 00 13 00 00 00 07 00 00 00 "
#define SECURITY "02 c0 0c 00 00 00 00 00 00 00 00 00"
#define INITIAL                                                                                                        \
    "03 00 01 30 02 f0 80 7f 65 82 01 24 04 82 01 20 00 05 00 14 7c 00 01 81 18 00 08 00 10 00 01 c0 00 "              \
    "44 75 63 61 81 02 " CORE CLUSTER SECURITY

// Built from 2.2.1.13.2: FREERDP and one set.
#define CONFIRM                                                                                                        \
    "03 00 00 33 02 f0 80 64 00 07 03 eb 70 80 24 24 00 13 00 f0 03 ea 03 01 00 ea 03 08 00 0c 00 "                    \
    "46 52 45 45 52 44 50 00 01 00 00 00 0e 00 08 00 01 00 00 00"
// 4.1.1 in its structure: a cookie and a negotiation request.
#define REQUEST                                                                                                        \
    "03 00 00 29 24 e0 00 00 00 00 00 43 6f 6f 6b 69 65 3a 20 6d 73 74 73 68 61 73 68 3d 62 6f 62 0d 0a 01 00 08 00 "  \
    "0b 00 00 00"

static struct pdu_example initial(void)
{
    struct pdu_example bytes = pdu_example(INITIAL);
    const size_t blocks = 0xEA + 12 + 12, user_data = bytes.size - 16;
    // The lengths of the envelopes, from the outermost: TPKT, Connect-Initial, user data, ConnectData, blocks.
    bytes.data[2] = (uint8_t)(bytes.size >> 8), bytes.data[3] = (uint8_t)bytes.size;
    bytes.data[10] = (uint8_t)((bytes.size - 12) >> 8), bytes.data[11] = (uint8_t)(bytes.size - 12);
    bytes.data[14] = (uint8_t)(user_data >> 8), bytes.data[15] = (uint8_t)user_data;
    bytes.data[37] = (uint8_t)(0x80 | blocks >> 8), bytes.data[38] = (uint8_t)blocks;
    return bytes;
}

// The block of a type.
static struct gcc_block block_of(const struct pdu_example *bytes, uint16_t type)
{
    struct gcc_blocks blocks;
    struct gcc_block block;
    assert_true(gcc_open(bytes->data, bytes->size, &blocks));
    while (gcc_next(&blocks, &block))
        if (block.type == type)
            return block;
    fail_msg("no block 0x%X", type);
    return block;
}

static void connect_initial_is_as_mstscs(void **state)
{
    (void)state;
    struct pdu_example bytes = initial();
    struct gcc_client_core core;
    struct gcc_client_cluster cluster;
    struct gcc_client_security security;
    mstsc_form_connect_initial(bytes.data, bytes.size, false);
    struct gcc_block block = block_of(&bytes, GCC_CS_CORE);
    assert_true(gcc_read_client_core(&block, &core));
    assert_int_equal(core.version, MSTSC_VERSION);
    assert_int_equal(core.build, MSTSC_BUILD);
    assert_int_equal(core.early_flags, 0x0E2F);
    assert_int_equal(core.keyboard, 0x407); // not its own to change
    assert_string_equal(core.name, "vm");
    assert_int_equal(core.connection_type, 6);
    assert_string_equal(core.product_id, "00000000-0000-0000-0000-0000000");
    for (size_t i = 212; i < block.size; i++)
        assert_int_equal(block.data[i], 0);
    block = block_of(&bytes, GCC_CS_CLUSTER);
    assert_true(gcc_read_client_cluster(&block, &cluster));
    assert_int_equal(cluster.flags, 0x17); // a session is asked for as before
    assert_int_equal(cluster.session, 7);
    block = block_of(&bytes, GCC_CS_SECURITY);
    assert_true(gcc_read_client_security(&block, &security));
    assert_int_equal(security.methods, 0x1B);
}

static void encryption_that_is_negotiated_stays(void **state)
{
    (void)state;
    struct pdu_example bytes = initial();
    struct gcc_client_security security;
    mstsc_form_connect_initial(bytes.data, bytes.size, true);
    struct gcc_block block = block_of(&bytes, GCC_CS_SECURITY);
    assert_true(gcc_read_client_security(&block, &security));
    assert_int_equal(security.methods, 0);
}

static void confirm_active_names_mstsc(void **state)
{
    (void)state;
    struct pdu_example bytes = pdu_example(CONFIRM);
    struct mcs_pdu mcs;
    struct share_pdu share;
    struct confirm_active confirm;
    size_t taken;
    mstsc_form_confirm_active(bytes.data, &bytes.size);
    assert_true(mcs_parse(bytes.data, bytes.size, &mcs));
    assert_ptr_equal(mcs.payload + mcs.size, bytes.data + bytes.size);
    assert_true(share_parse(mcs.payload, mcs.size, &share, &taken));
    assert_int_equal(taken, mcs.size);
    assert_true(confirm_active_parse(share.body, share.size, &confirm));
    assert_int_equal(confirm.source_size, sizeof MSTSC_SOURCE);
    assert_memory_equal(confirm.source, MSTSC_SOURCE, sizeof MSTSC_SOURCE);
    assert_int_equal(confirm.sets, 1);
    assert_int_equal(confirm.source[sizeof MSTSC_SOURCE + 4], 14); // the set is where it was to be
    // …and once more there is nothing to do.
    struct pdu_example again = bytes;
    mstsc_form_confirm_active(again.data, &again.size);
    assert_int_equal(again.size, bytes.size);
    assert_memory_equal(again.data, bytes.data, bytes.size);
}

static void cookie_is_dropped(void **state)
{
    (void)state;
    struct pdu_example bytes = pdu_example(REQUEST);
    struct x224_request request;
    assert_true(x224_parse_request(bytes.data, bytes.size, &request) && request.is_cookie);
    bytes.size = x224_drop_cookie(bytes.data, bytes.size);
    assert_int_equal(bytes.size, 19);
    assert_true(x224_parse_request(bytes.data, bytes.size, &request));
    assert_true(!request.text && request.negotiates);
    assert_int_equal(request.protocols, 0xB);
    assert_int_equal(x224_drop_cookie(bytes.data, bytes.size), 19);
    bytes = pdu_example(REQUEST);
    bytes.data[11] = 'c'; // a routing token
    assert_int_equal(x224_drop_cookie(bytes.data, bytes.size), bytes.size);
}

static bool form(const uint8_t *data, size_t size)
{
    uint8_t copy[PDU_EXAMPLE_MAX];
    memcpy(copy, data, size);
    size_t left = x224_drop_cookie(copy, size);
    mstsc_form_connect_initial(copy, left, false);
    mstsc_form_confirm_active(copy, &left);
    touch(copy, left);
    return left <= size;
}

static void stands_damage(void **state)
{
    static const char *const examples[] = {INITIAL, CONFIRM, REQUEST};
    (void)state;
    check_mutations(form, examples, 3, repair_tpkt, 22621);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(connect_initial_is_as_mstscs),
        cmocka_unit_test(encryption_that_is_negotiated_stays),
        cmocka_unit_test(confirm_active_names_mstsc),
        cmocka_unit_test(cookie_is_dropped),
        cmocka_unit_test(stands_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
