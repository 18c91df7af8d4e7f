// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "connection/observe/certificate_chain.h"

enum { EVENT_MAX = 60000 }; // what an event may take, see runner.c

static EVP_PKEY *key;

static int make_key(void **state)
{
    (void)state;
    key = EVP_EC_gen("P-256");
    return key ? 0 : -1;
}

static int free_key(void **state)
{
    (void)state;
    EVP_PKEY_free(key);
    return 0;
}

static void extend(X509 *certificate, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    assert_non_null(extension);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
}

static X509 *make(long serial, const char *subject, const char *issuer, const char *names)
{
    X509 *certificate = X509_new();
    X509_set_version(certificate, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
    ASN1_TIME_set_string(X509_getm_notBefore(certificate), "20250102030405Z");
    ASN1_TIME_set_string(X509_getm_notAfter(certificate), "20260102030405Z");
    X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate), "CN", MBSTRING_UTF8, (const unsigned char *)subject,
                               -1, -1, 0);
    X509_NAME_add_entry_by_txt(X509_get_issuer_name(certificate), "CN", MBSTRING_UTF8, (const unsigned char *)issuer,
                               -1, -1, 0);
    X509_set_pubkey(certificate, key);
    if (names)
        extend(certificate, NID_subject_alt_name, names);
    return certificate;
}

static const char *text(const json_t *object, const char *member)
{
    return json_string_value(json_object_get(object, member));
}

static void describes_each(void **state)
{
    (void)state;
    STACK_OF(X509) *chain = sk_X509_new_null();
    X509 *leaf = make(1, "Prüfstand", "Root", "DNS:a.example,IP:192.0.2.1,IP:2001:db8::1,email:x@a.example");
    extend(leaf, NID_ext_key_usage, "serverAuth,1.3.6.1.4.1.311.54.1.2,1.2.3.4");
    assert_true(X509_sign(leaf, key, EVP_sha256()) > 0);
    X509 *root = make(2, "Root", "Root", NULL);
    extend(root, NID_basic_constraints, "critical,CA:TRUE");
    assert_true(X509_sign(root, key, EVP_sha384()) > 0);
    sk_X509_push(chain, leaf);
    X509_up_ref(leaf); // FreeRDP gives the leaf twice
    sk_X509_push(chain, leaf);
    sk_X509_push(chain, root);

    json_t *list = certificate_chain(chain);
    assert_int_equal(json_array_size(list), 2);
    const json_t *first = json_array_get(list, 0), *second = json_array_get(list, 1);
    assert_string_equal(text(first, "subject"), "CN=Prüfstand");
    assert_string_equal(text(first, "issuer"), "CN=Root");
    assert_string_equal(text(first, "not_before"), "2025-01-02T03:04:05Z");
    assert_string_equal(text(first, "not_after"), "2026-01-02T03:04:05Z");
    assert_string_equal(text(first, "key_type"), "EC");
    assert_int_equal(json_integer_value(json_object_get(first, "key_bits")), 256);
    assert_string_equal(text(first, "signature"), "ecdsa-with-SHA256");
    assert_int_equal(strlen(text(first, "sha256")), 95);
    json_t *names = json_pack("[s, s, s]", "DNS:a.example", "IP:192.0.2.1", "IP:2001:db8::1");
    json_t *usages = json_pack("[s, s, s]", "serverAuth", "Remote Desktop Authentication", "1.2.3.4");
    assert_true(json_equal(json_object_get(first, "names"), names));
    assert_true(json_equal(json_object_get(first, "eku"), usages));
    assert_true(json_is_false(json_object_get(first, "self_signed")) && json_is_false(json_object_get(first, "ca")));
    assert_string_equal(text(second, "signature"), "ecdsa-with-SHA384");
    assert_true(json_is_true(json_object_get(second, "self_signed")) && json_is_true(json_object_get(second, "ca")));
    assert_null(json_object_get(second, "more"));
    json_decref(names);
    json_decref(usages);
    json_decref(list);
    sk_X509_pop_free(chain, X509_free);
}

static void caps_what_is_too_much(void **state)
{
    enum { MANY = 40, NAMES = 200 };
    static char names[NAMES * 320];
    size_t used = 0;
    (void)state;
    for (int i = 0; i < NAMES; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%sDNS:%0200d.example", i ? "," : "", i);
    STACK_OF(X509) *chain = sk_X509_new_null();
    for (int i = 0; i < MANY; i++) {
        X509 *certificate = make(i, "many", "many", names);
        assert_true(X509_sign(certificate, key, EVP_sha256()) > 0);
        sk_X509_push(chain, certificate);
    }
    json_t *list = certificate_chain(chain);
    size_t size = json_array_size(list);
    assert_true(size > 0 && size < MANY);
    assert_true(json_dumpb(list, NULL, 0, JSON_COMPACT) < EVENT_MAX);
    assert_int_equal(json_integer_value(json_object_get(json_array_get(list, size - 1), "more")), MANY - size);
    json_decref(list);
    sk_X509_pop_free(chain, X509_free);
}

static void nothing_is_an_empty_list(void **state)
{
    (void)state;
    STACK_OF(X509) *chain = sk_X509_new_null();
    json_t *list = certificate_chain(chain);
    assert_int_equal(json_array_size(list), 0);
    json_decref(list);
    sk_X509_free(chain);
}

// A certificate of nothing but defaults: no name, no key, no time.
static void stands_an_empty_certificate(void **state)
{
    (void)state;
    STACK_OF(X509) *chain = sk_X509_new_null();
    sk_X509_push(chain, X509_new());
    json_t *list = certificate_chain(chain);
    assert_int_equal(json_array_size(list), 1);
    assert_string_equal(text(json_array_get(list, 0), "key_type"), "unknown");
    json_decref(list);
    sk_X509_pop_free(chain, X509_free);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(describes_each),
        cmocka_unit_test(caps_what_is_too_much),
        cmocka_unit_test(nothing_is_an_empty_list),
        cmocka_unit_test(stands_an_empty_certificate),
    };
    return cmocka_run_group_tests(tests, make_key, free_key);
}
