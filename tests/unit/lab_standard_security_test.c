// SPDX-License-Identifier: Apache-2.0
// What a client encrypts under Standard RDP Security, against values that a separate implementation of
// [MS-RDPBCGR] 5.3.5 and 5.3.6 computed.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "standard_security.h"

#define FIRST  "client info" // with a plain MAC
#define SECOND "licence"     // with a salted one, as the second PDU

static const struct vector {
    uint32_t method;
    const char *first_mac, *first, *second_mac, *second;
} vectors[] = {
    {STANDARD_SECURITY_128BIT, "\x37\x83\x78\xa8\x6d\x4e\x3f\x9b", "\x42\x5f\x8a\x17\x27\x1d\x69\x05\xa9\xdb\xc3",
     "\xde\x55\x63\x6d\xfa\x77\xf5\x49", "\x6c\xff\xd2\x25\x31\x2d\xcb"},
    {STANDARD_SECURITY_56BIT, "\x2c\xbe\xaa\x57\xbb\x2f\xe7\x75", "\x20\x18\x3e\xc6\x28\x53\x34\x99\xcf\xaa\x40",
     "\x5e\x49\x28\x0c\x70\x0c\x9e\x06", "\x72\x04\xdc\x4e\x21\x74\xdf"},
    {STANDARD_SECURITY_40BIT, "\xb9\x2a\xd8\xd0\xdd\x0c\x22\xf9", "\xeb\x3c\x50\x96\xef\xf5\xde\xd1\x59\xf0\xd2",
     "\xf5\x26\x51\xb0\x27\x6b\x4d\x32", "\x19\x24\xbc\xd0\x5d\x94\x12"},
};

static void begin(struct client_stream *stream, uint32_t method)
{
    uint8_t client_random[LEGACY_RANDOM_SIZE];
    uint8_t server_random[LEGACY_RANDOM_SIZE];

    for (size_t i = 0; i < LEGACY_RANDOM_SIZE; i++) {
        client_random[i] = (uint8_t)i;
        server_random[i] = (uint8_t)(100 + i);
    }
    assert_true(client_stream_begin(stream, method, client_random, server_random));
}

static void every_key_length_decrypts(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        const struct vector *vector = &vectors[i];
        struct client_stream stream;
        uint8_t data[16];

        begin(&stream, vector->method);
        memcpy(data, vector->first, strlen(FIRST));
        assert_true(client_stream_decrypt(&stream, false, (const uint8_t *)vector->first_mac, data, strlen(FIRST)));
        assert_memory_equal(data, FIRST, strlen(FIRST));
        memcpy(data, vector->second, strlen(SECOND));
        assert_true(client_stream_decrypt(&stream, true, (const uint8_t *)vector->second_mac, data, strlen(SECOND)));
        assert_memory_equal(data, SECOND, strlen(SECOND));
    }
}

static void wrong_macs_are_told(void **state)
{
    struct client_stream stream;
    uint8_t data[16];
    uint8_t mac[STANDARD_SECURITY_MAC_SIZE];

    (void)state;
    begin(&stream, vectors[0].method);
    memcpy(data, vectors[0].first, strlen(FIRST));
    memcpy(mac, vectors[0].first_mac, sizeof(mac));
    mac[7] ^= 1;
    assert_true(!client_stream_decrypt(&stream, false, mac, data, strlen(FIRST)));

    begin(&stream, vectors[0].method);
    memcpy(data, vectors[0].first, strlen(FIRST));
    assert_true(!client_stream_decrypt(&stream, true, (const uint8_t *)vectors[0].first_mac, data, strlen(FIRST)));
}

static void the_stream_ends_where_keys_would_change(void **state)
{
    struct client_stream stream;
    uint8_t data[1] = {0};

    (void)state;
    begin(&stream, STANDARD_SECURITY_128BIT);
    for (unsigned i = 0; i < 4096; i++)
        (void)client_stream_decrypt(&stream, false, (const uint8_t *)"12345678", data, sizeof(data));
    assert_int_equal(stream.count, 4096);
    assert_true(!client_stream_decrypt(&stream, false, (const uint8_t *)"12345678", data, sizeof(data)));
    assert_int_equal(stream.count, 4096);
}

static void other_methods_are_refused(void **state)
{
    const uint8_t random[LEGACY_RANDOM_SIZE] = {0};
    struct client_stream stream;

    (void)state;
    assert_true(!client_stream_begin(&stream, 0, random, random));
    assert_true(!client_stream_begin(&stream, 0x10, random, random)); // FIPS
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_length_decrypts),
        cmocka_unit_test(wrong_macs_are_told),
        cmocka_unit_test(the_stream_ends_where_keys_would_change),
        cmocka_unit_test(other_methods_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
