// SPDX-License-Identifier: Apache-2.0
// Key derivation, RC4, its key updates and FIPS against values that a separate implementation (Python's hashlib, RC4
// written out, and openssl's des-ede3-cbc with keys of odd parity) computed from MS-RDPBCGR 5.3.5 to 5.3.7.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <winpr/crypto.h>
#include <winpr/ssl.h>

#include "connection/standard_security.h"

#define SERVER_FIRST  "demand active"
#define SERVER_SECOND "font map"
#define CLIENT_FIRST  "client info"
#define CLIENT_SECOND "confirm active"

enum { RANDOM = 32, METHOD_40BIT = 1, METHOD_128BIT = 2, METHOD_56BIT = 8, METHOD_FIPS = 16 };

static const struct vector {
    uint32_t method;
    const char *server_first, *server_second, *client_first, *client_second;
    const char *first_update, *second_update; // the server's next text once the keys were updated
} vectors[] = {
    {METHOD_40BIT, "\x9c\xd1\xb2\x04\x03\x36\xe1\x3a\xa9\x18\x08\xee\xf2", "\x82\x93\x44\x1a\x70\x0e\xa6\xe3",
     "\xe5\x38\xa0\xc9\x58\x46\xaa\xaa\x8f\xf5\xdf", "\x8f\x38\x4f\x45\xbb\x56\x0a\xff\x13\x65\x19\x6f\xf2\x09",
     "\x6f\x7c\x68\x0b\xfe\x2f\xdc\x8f\x66\x7c\x70\xe0\xac", "\x7c\xb5\xeb\x1f\x95\x79\x6b\x71"},
    {METHOD_56BIT, "\xc3\x36\xc5\x63\xef\x5e\x9a\x55\xca\x60\xc7\x38\x62", "\x64\x24\x0f\x2d\xc5\xab\x6c\x47",
     "\xab\x95\x3d\x83\xf9\x4b\x60\x42\x55\x3b\xd0", "\xcf\xeb\x76\xd0\x46\x40\x4b\x97\x47\x81\xf7\x58\x20\xb9",
     "\xfe\x80\x95\x42\x86\xf0\x53\x40\x80\x51\x89\xc1\xc8", "\xd9\xfc\x00\x4c\xf6\x07\xe1\x28"},
    {METHOD_128BIT, "\x96\xd7\x61\x6b\xf0\x1a\xb9\xc9\xb1\x1b\x96\xa3\x75", "\x9e\x49\x6e\x0c\x6f\x3a\xc2\xe2",
     "\xc1\x54\xc1\x2a\x30\x5b\xf3\x18\x29\xc3\xe9", "\xea\x12\xe6\x3e\x67\x70\x47\xf4\x07\x55\x5a\x68\x51\x6f",
     "\x9b\x0b\xed\x49\xef\x93\x4c\x75\x32\x9a\xb7\xfb\x82", "\x9c\xc6\xaa\x4b\xd9\x51\xee\x2a"},
};

static uint8_t client_random[RANDOM], server_random[RANDOM];

static int set_up(void **state)
{
    static const uint8_t key[16];
    (void)state;
    for (unsigned i = 0; i < RANDOM; i++) {
        client_random[i] = (uint8_t)(7 * i + 3);
        server_random[i] = (uint8_t)(255 - 5 * i);
    }
    if (!winpr_InitializeSSL(WINPR_SSL_INIT_DEFAULT))
        return -1;
    WINPR_RC4_CTX *rc4 = winpr_RC4_New(key, sizeof key); // RC4 is in OpenSSL's legacy provider
    winpr_RC4_Free(rc4);
    return rc4 ? 0 : -1;
}

static struct standard_security *begin(uint32_t method)
{
    struct standard_security *security = standard_security_new(client_random, server_random, method);
    assert_non_null(security);
    return security;
}

enum { MAC = 8, FIPS_HEADER = 4, PDU_MAX = 64 };

static void open_as(struct standard_security *security, enum standard_direction direction, const uint8_t *pdu,
                    size_t size, const char *plain)
{
    uint8_t out[PDU_MAX];
    size_t length;
    assert_true(standard_security_open(security, direction, pdu, size, out, &length));
    assert_int_equal(length, strlen(plain));
    assert_memory_equal(out, plain, length);
}

static void check(struct standard_security *security, enum standard_direction direction, const char *encrypted,
                  const char *plain)
{
    uint8_t pdu[PDU_MAX] = {0}; // the MAC is not looked at
    memcpy(pdu + MAC, encrypted, strlen(plain));
    open_as(security, direction, pdu, MAC + strlen(plain), plain);
}

static void every_key_length_decrypts_both_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        struct standard_security *security = begin(vectors[i].method);
        // The two directions are streams of their own, whatever the order in which their packets come.
        check(security, FROM_CLIENT, vectors[i].client_first, CLIENT_FIRST);
        check(security, FROM_SERVER, vectors[i].server_first, SERVER_FIRST);
        check(security, FROM_SERVER, vectors[i].server_second, SERVER_SECOND);
        check(security, FROM_CLIENT, vectors[i].client_second, CLIENT_SECOND);
        standard_security_free(security);
    }
}

static void nothing_and_less_than_a_mac(void **state)
{
    struct standard_security *security = begin(METHOD_128BIT);
    uint8_t data[MAC] = {0}, out[MAC];
    size_t length = 1;
    (void)state;
    assert_true(standard_security_open(security, FROM_SERVER, data, MAC, out, &length));
    assert_int_equal(length, 0);
    assert_false(standard_security_open(security, FROM_SERVER, data, MAC - 1, out, &length));
    check(security, FROM_SERVER, vectors[2].server_first, SERVER_FIRST);
    standard_security_free(security);
}

static void pass(struct standard_security *security, unsigned packets)
{
    uint8_t pdu[MAC + 1] = {0}, out[MAC + 1];
    size_t length;
    for (unsigned i = 0; i < packets; i++)
        assert_true(standard_security_open(security, FROM_SERVER, pdu, sizeof pdu, out, &length));
}

// 5.3.7: after 4096 packets the keys are updated, from those of the beginning and the latest. Each direction counts
// its own.
static void follows_the_key_updates(void **state)
{
    enum { UPDATE_AFTER = 4096 };
    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof vectors[0]; i++) {
        struct standard_security *security = begin(vectors[i].method);
        pass(security, UPDATE_AFTER);
        check(security, FROM_SERVER, vectors[i].first_update, SERVER_FIRST);
        pass(security, UPDATE_AFTER - 1);
        check(security, FROM_SERVER, vectors[i].second_update, SERVER_SECOND);
        check(security, FROM_CLIENT, vectors[i].client_first, CLIENT_FIRST);
        standard_security_free(security);
    }
}

// ---- FIPS ----

static size_t fips_pdu(uint8_t pdu[PDU_MAX], const char *encrypted, size_t size, uint8_t padding)
{
    memcpy(pdu, "\x10\x00\x01", 3); // 2.2.8.1.1.2.3: length, version
    pdu[3] = padding;
    memset(pdu + FIPS_HEADER, 0, MAC);
    memcpy(pdu + FIPS_HEADER + MAC, encrypted, size);
    return FIPS_HEADER + MAC + size;
}

static void check_fips(struct standard_security *security, enum standard_direction direction, const char *encrypted,
                       uint8_t padding, const char *plain)
{
    uint8_t pdu[PDU_MAX];
    open_as(security, direction, pdu, fips_pdu(pdu, encrypted, strlen(plain) + padding, padding), plain);
}

static const char fips_server_first[] = "\x1a\xa2\x87\x78\xd4\x16\x52\x69\xc1\x17\x77\x6d\x09\xc9\xf3\x0f";

static void fips_is_chained_and_padded(void **state)
{
    struct standard_security *security = begin(METHOD_FIPS);
    (void)state;
    check_fips(security, FROM_SERVER, fips_server_first, 3, SERVER_FIRST);
    check_fips(security, FROM_CLIENT, "\x13\x54\xf9\xc6\x7f\x8f\xfb\x50\x7c\xe9\xc6\xa1\x80\x4e\x84\x83", 5,
               CLIENT_FIRST);
    check_fips(security, FROM_SERVER, "\x90\x7b\x8e\x01\xea\xb8\x0e\x0a", 0, SERVER_SECOND);
    check_fips(security, FROM_CLIENT, "\xf0\xc5\xe3\xa8\x5d\x90\x1d\x43\x54\x60\x27\x81\xf8\x9a\xb3\x34", 2,
               CLIENT_SECOND);
    standard_security_free(security);
}

static void fips_refuses_what_is_none(void **state)
{
    struct standard_security *security = begin(METHOD_FIPS);
    uint8_t pdu[PDU_MAX], out[PDU_MAX];
    size_t length, size = fips_pdu(pdu, fips_server_first, 16, 17); // more padding than text
    (void)state;
    assert_false(standard_security_open(security, FROM_SERVER, pdu, size, out, &length));
    pdu[3] = 3;
    assert_false(standard_security_open(security, FROM_SERVER, pdu, size - 1, out, &length)); // no whole block
    for (size_t i = 0; i < FIPS_HEADER + MAC; i++)
        assert_false(standard_security_open(security, FROM_SERVER, pdu, i, out, &length));
    pdu[0] = 0x11;
    assert_false(standard_security_open(security, FROM_SERVER, pdu, size, out, &length));
    check_fips(security, FROM_SERVER, fips_server_first, 3, SERVER_FIRST); // none of it moved the stream on
    standard_security_free(security);
}

static void refuses_other_methods(void **state)
{
    (void)state;
    assert_null(standard_security_new(client_random, server_random, 0));
    assert_null(standard_security_new(client_random, server_random, METHOD_40BIT | METHOD_128BIT));
    standard_security_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_length_decrypts_both_ways),
        cmocka_unit_test(nothing_and_less_than_a_mac),
        cmocka_unit_test(follows_the_key_updates),
        cmocka_unit_test(fips_is_chained_and_padded),
        cmocka_unit_test(fips_refuses_what_is_none),
        cmocka_unit_test(refuses_other_methods),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
