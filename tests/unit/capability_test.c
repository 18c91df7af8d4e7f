// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "pdu_example.h"
#include "protocol/capability.h"

// Demand Active of two servers, from behind the share control header on.
#define XRDP                                                                                                           \
    "ea 03 01 00 04 00 68 01 52 44 50 00 0a 00 00 00 09 00 08 00 ea 03 b5 e2 01 00 18 00 01 00 03 00 00 02 00 00 "     \
    "00 00 00 04 00 00 00 00 00 00 01 01 02 00 1c 00 20 00 01 00 01 00 01 00 00 04 00 03 00 00 01 00 01 00 00 00 "     \
    "00 00 00 00 0e 00 04 00 03 00 58 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 40 42 0f 00 01 00 14 00 "     \
    "00 00 01 00 2f 00 22 00 01 01 01 01 00 00 00 00 01 00 01 00 00 00 00 00 00 00 01 00 00 00 00 00 00 00 00 01 "     \
    "00 00 00 00 a1 06 02 00 40 42 0f 00 40 42 0f 00 01 00 00 00 00 00 00 00 1d 00 5d 00 04 b9 1b 8d ca 0f 00 4f "     \
    "15 58 9f ae 2d 1a 87 e2 d6 01 03 00 01 01 03 12 2f 77 76 72 bd 63 44 af b3 b7 3c 9c 6f 78 86 00 04 00 00 00 "     \
    "00 00 d4 cc 44 27 8a 9d 74 4e 80 3c 0e cb ee a1 9c 54 00 04 00 00 00 00 00 e6 4c af 1b ed 9e 0c 43 86 9a cb "     \
    "8b 37 b6 62 37 00 01 00 4b 0a 00 08 00 06 00 00 00 08 00 0a 00 01 00 19 00 19 00 0d 00 58 00 15 01 00 00 00 "     \
    "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "     \
    "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "     \
    "00 00 00 00 00 00 00 06 00 05 00 00 00 00 00 00"
#define FREERDP                                                                                                        \
    "ec 03 01 00 04 00 3b 01 52 44 50 00 0e 00 00 00 01 00 18 00 00 00 00 00 00 02 00 00 00 00 15 04 00 00 00 00 "     \
    "00 00 01 01 02 00 1c 00 20 00 01 00 01 00 01 00 00 04 00 03 00 00 01 00 01 00 00 0a 01 00 00 00 03 00 58 00 "     \
    "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01 00 14 00 00 00 01 00 00 00 aa 00 01 01 01 00 "     \
    "00 00 00 00 01 00 01 00 00 00 00 00 00 00 01 00 00 00 01 00 00 00 00 00 00 00 00 00 00 00 04 00 00 00 00 00 "     \
    "00 84 03 00 00 00 00 00 e9 fd 00 00 08 00 0a 00 01 00 19 00 19 00 0d 00 58 00 bd 03 00 00 00 00 00 00 04 00 "     \
    "00 00 00 00 00 00 0c 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "     \
    "00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 "     \
    "00 00 14 00 0c 00 00 00 00 00 80 3f 00 00 09 00 08 00 ea 03 00 00 0e 00 08 00 01 00 00 00 1a 00 08 00 00 40 "     \
    "30 00 1b 00 06 00 03 00 19 00 06 00 00 00 1c 00 0c 00 52 00 00 00 00 00 00 00 1d 00 05 00 00 1e 00 08 00 00 "     \
    "00 00 00 00 00 00 00"

static const char *const examples[] = {XRDP, FREERDP};

static bool decode(const uint8_t *data, size_t size)
{
    struct capabilities sets;
    struct capability set;
    const struct capability_field *field;
    uint32_t value;
    if (!capabilities_open(data, size, &sets))
        return false;
    while (capabilities_next(&sets, &set)) {
        touch(set.data, set.size);
        for (size_t i = 0; (field = capability_field_at(i)); i++)
            capability_read(&set, field, &value);
    }
    return true;
}

// The value of a field of the sets; fails the test where it is not there.
static uint32_t value_of(const char *hex, const char *set_name, const char *name)
{
    struct pdu_example bytes = pdu_example(hex);
    struct capabilities sets;
    struct capability set;
    const struct capability_field *field;
    uint32_t value;
    assert_true(capabilities_open(bytes.data, bytes.size, &sets));
    while (capabilities_next(&sets, &set)) {
        const struct code_row *row = capability_row(set.type);
        for (size_t i = 0; row && strcmp(row->name, set_name) == 0 && (field = capability_field_at(i)); i++)
            if (strcmp(field->name, name) == 0 && capability_read(&set, field, &value))
                return value;
    }
    fail_msg("no %s in %s", name, set_name);
    return 0;
}

static unsigned count_of(const char *hex, unsigned *unnamed)
{
    struct pdu_example bytes = pdu_example(hex);
    struct capabilities sets;
    struct capability set;
    unsigned count = *unnamed = 0;
    assert_true(capabilities_open(bytes.data, bytes.size, &sets));
    while (capabilities_next(&sets, &set)) {
        *unnamed += !capability_row(set.type);
        count++;
    }
    assert_int_equal(sets.left, 0);
    assert_true(sets.at == sets.end);
    return count;
}

static void reads_every_set(void **state)
{
    unsigned unnamed;
    (void)state;
    assert_int_equal(count_of(XRDP, &unnamed), 10);
    assert_int_equal(unnamed, 1); // type 6, which no specification names
    assert_int_equal(count_of(FREERDP, &unnamed), 14);
    assert_int_equal(unnamed, 0);
}

static void reads_fields(void **state)
{
    (void)state;
    assert_int_equal(value_of(XRDP, "GENERAL", "os_major"), 1);
    assert_int_equal(value_of(XRDP, "GENERAL", "os_minor"), 3);
    assert_int_equal(value_of(XRDP, "BITMAP", "width"), 1024);
    assert_int_equal(value_of(XRDP, "BITMAP", "height"), 768);
    assert_int_equal(value_of(XRDP, "POINTER", "color"), 1);
    assert_int_equal(value_of(FREERDP, "BITMAP", "depth"), 32);
    assert_int_equal(value_of(FREERDP, "SURFACE_COMMANDS", "flags"), 0x52);
    assert_int_equal(value_of(FREERDP, "LARGE_POINTER", "flags"), 3);
}

static void counts_an_array_of_flags(void **state)
{
    const struct capability_field *field;
    uint8_t orders[84] = {0};
    const struct capability set = {3, orders, sizeof orders};
    uint32_t value = 99;
    (void)state;
    orders[32] = orders[40] = 1;
    orders[63] = 7;
    orders[64] = 1; // behind the array
    for (size_t i = 0; (field = capability_field_at(i)); i++)
        if (field->bytes == 32)
            assert_true(capability_read(&set, field, &value));
    assert_int_equal(value, 3);
}

static void an_older_set_is_shorter(void **state)
{
    const uint8_t flags[4] = {1, 0, 0, 0};
    const struct capability set = {0x14, flags, sizeof flags};
    const struct capability_field *field;
    uint32_t value;
    (void)state;
    for (size_t i = 0; (field = capability_field_at(i)); i++)
        if (field->type == 0x14)
            assert_int_equal(capability_read(&set, field, &value), field->offset == 0);
}

static void refuses_lengths_that_do_not_fit(void **state)
{
    struct capabilities sets;
    struct capability set;
    // lengthCombinedCapabilities beyond the end; a set longer than all of them; a set shorter than its header.
    struct pdu_example bytes = pdu_example("01 00 01 00 04 00 ff 00 52 44 50 00 01 00 00 00 01 00 04 00");
    (void)state;
    assert_false(capabilities_open(bytes.data, bytes.size, &sets));
    bytes = pdu_example("01 00 01 00 04 00 08 00 52 44 50 00 01 00 00 00 01 00 05 00");
    assert_true(capabilities_open(bytes.data, bytes.size, &sets));
    assert_false(capabilities_next(&sets, &set));
    bytes = pdu_example("01 00 01 00 04 00 08 00 52 44 50 00 01 00 00 00 01 00 03 00");
    assert_true(capabilities_open(bytes.data, bytes.size, &sets));
    assert_false(capabilities_next(&sets, &set));
}

static void stands_truncation(void **state)
{
    (void)state;
    // What follows the sets is the session id, which some servers send.
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        struct pdu_example bytes = pdu_example(examples[i]);
        check_prefixes(decode, examples[i],
                       8 + (size_t)(bytes.data[4] | bytes.data[5] << 8) + (size_t)(bytes.data[6] | bytes.data[7] << 8));
    }
}

static void stands_damage(void **state)
{
    (void)state;
    check_mutations(decode, examples, sizeof examples / sizeof examples[0], NULL, 22713);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_set),
        cmocka_unit_test(reads_fields),
        cmocka_unit_test(counts_an_array_of_flags),
        cmocka_unit_test(an_older_set_is_shorter),
        cmocka_unit_test(refuses_lengths_that_do_not_fit),
        cmocka_unit_test(stands_truncation),
        cmocka_unit_test(stands_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
