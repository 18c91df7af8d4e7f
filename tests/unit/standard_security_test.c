// SPDX-License-Identifier: Apache-2.0
// Key derivation and RC4 against values that a separate implementation (Python's hashlib and RC4 written out) computed
// from MS-RDPBCGR 5.3.5.1 and 5.3.6.1.
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
} vectors[] = {
    {METHOD_40BIT, "\x9c\xd1\xb2\x04\x03\x36\xe1\x3a\xa9\x18\x08\xee\xf2", "\x82\x93\x44\x1a\x70\x0e\xa6\xe3",
     "\xe5\x38\xa0\xc9\x58\x46\xaa\xaa\x8f\xf5\xdf", "\x8f\x38\x4f\x45\xbb\x56\x0a\xff\x13\x65\x19\x6f\xf2\x09"},
    {METHOD_56BIT, "\xc3\x36\xc5\x63\xef\x5e\x9a\x55\xca\x60\xc7\x38\x62", "\x64\x24\x0f\x2d\xc5\xab\x6c\x47",
     "\xab\x95\x3d\x83\xf9\x4b\x60\x42\x55\x3b\xd0", "\xcf\xeb\x76\xd0\x46\x40\x4b\x97\x47\x81\xf7\x58\x20\xb9"},
    {METHOD_128BIT, "\x96\xd7\x61\x6b\xf0\x1a\xb9\xc9\xb1\x1b\x96\xa3\x75", "\x9e\x49\x6e\x0c\x6f\x3a\xc2\xe2",
     "\xc1\x54\xc1\x2a\x30\x5b\xf3\x18\x29\xc3\xe9", "\xea\x12\xe6\x3e\x67\x70\x47\xf4\x07\x55\x5a\x68\x51\x6f"},
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

static void check(struct standard_security *security, enum standard_direction direction, const char *encrypted,
                  const char *plain)
{
    uint8_t out[32];
    size_t size = strlen(plain);
    assert_true(standard_security_decrypt(security, direction, (const uint8_t *)encrypted, size, out));
    assert_memory_equal(out, plain, size);
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

static void decrypts_in_place_and_nothing(void **state)
{
    struct standard_security *security = begin(METHOD_128BIT);
    uint8_t data[32];
    (void)state;
    assert_true(standard_security_decrypt(security, FROM_SERVER, data, 0, data));
    memcpy(data, vectors[2].server_first, strlen(SERVER_FIRST));
    assert_true(standard_security_decrypt(security, FROM_SERVER, data, strlen(SERVER_FIRST), data));
    assert_memory_equal(data, SERVER_FIRST, strlen(SERVER_FIRST));
    standard_security_free(security);
}

// 5.3.7: after 4096 packets the keys are updated, which is not followed. Each direction counts its own.
static void ends_where_the_keys_would_change(void **state)
{
    struct standard_security *security = begin(METHOD_128BIT);
    uint8_t byte = 0;
    (void)state;
    for (unsigned i = 0; i < 4096; i++)
        assert_true(standard_security_decrypt(security, FROM_SERVER, &byte, 1, &byte));
    assert_false(standard_security_decrypt(security, FROM_SERVER, &byte, 1, &byte));
    assert_false(standard_security_decrypt(security, FROM_SERVER, &byte, 1, &byte));
    check(security, FROM_CLIENT, vectors[2].client_first, CLIENT_FIRST);
    standard_security_free(security);
}

static void refuses_other_methods(void **state)
{
    (void)state;
    assert_null(standard_security_new(client_random, server_random, 0));
    assert_null(standard_security_new(client_random, server_random, METHOD_FIPS));
    assert_null(standard_security_new(client_random, server_random, METHOD_40BIT | METHOD_128BIT));
    standard_security_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_key_length_decrypts_both_ways),
        cmocka_unit_test(decrypts_in_place_and_nothing),
        cmocka_unit_test(ends_where_the_keys_would_change),
        cmocka_unit_test(refuses_other_methods),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
