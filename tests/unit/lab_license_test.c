// SPDX-License-Identifier: Apache-2.0
// The lab's licensing against a client that can lie in every way that matters.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <string.h>

#include "lab_license_client.h"

static enum license_end connect_to(const struct license_server *server, struct license_client *client,
                                   struct license_report *report)
{
    const struct license_io io = {client, client_gets, client_sends, client_answered, false};
    enum license_end end;

    client->received = 0;
    client->sent = 0;
    client->answers = 0;
    client->alert = 0;
    end = license_exchange(server, &io, report);
    // What must hold after any exchange.
    assert_int_equal(client->answers, report->answer != LAB_LICENSE_NONE);
    assert_int_equal(end == LICENSE_END_REFUSED, report->alert_sent != 0);
    assert_int_equal(end == LICENSE_END_REFUSED, report->refusal[0] != 0);
    if (end == LICENSE_END_REFUSED)
        assert_int_equal(client->alert, report->alert_sent);
    return end;
}

static struct license_server *server, *other_server;

static int make_servers(void **state)
{
    (void)state;
    server = license_server_new(NULL);
    other_server = license_server_new(NULL);
    return server && other_server ? 0 : -1;
}

static int free_servers(void **state)
{
    (void)state;
    license_server_free(server);
    license_server_free(other_server);
    return 0;
}

static void an_issued_licence_is_known_again(void **state)
{
    struct license_client client = client_new();
    struct license_report first, second;

    (void)state;
    assert_int_equal(connect_to(server, &client, &first), LICENSE_END_GRANTED);
    assert_int_equal(first.answer, LAB_LICENSE_NEW);
    assert_int_equal(first.check, LICENSE_CHECK_NONE);
    assert_int_equal(client.received, 3);
    assert_int_equal(client.received_types[1], 0x02);
    assert_int_equal(client.received_types[2], 0x03);
    assert_true(first.challenge_answered && !first.upgraded && first.hardware_id_known);
    assert_memory_equal(first.hardware_id, client.hardware_id, sizeof(first.hardware_id));
    assert_string_equal(first.user, "bob");
    assert_string_equal(first.machine, "LICA");
    assert_int_equal(first.platform_id, 0x04010000);
    assert_int_equal(strlen(first.issued_id), 32);
    assert_string_equal(first.presented_id, "");

    assert_int_equal(connect_to(server, &client, &second), LICENSE_END_GRANTED);
    assert_int_equal(second.answer, LAB_LICENSE_STORED);
    assert_int_equal(second.check, LICENSE_CHECK_OURS);
    assert_string_equal(second.presented_id, first.issued_id);
    assert_string_equal(second.issued_id, "");
    assert_int_equal(client.received, 2);
    assert_int_equal(client.alert, LICENSE_STATUS_VALID_CLIENT);
    assert_memory_equal(second.hardware_id, client.hardware_id, sizeof(first.hardware_id));
}

static void every_licence_has_its_own_id(void **state)
{
    struct license_client one = client_new();
    struct license_client two = client_new();
    struct license_report first, second;

    (void)state;
    assert_int_equal(connect_to(server, &one, &first), LICENSE_END_GRANTED);
    assert_int_equal(connect_to(server, &two, &second), LICENSE_END_GRANTED);
    assert_true(strcmp(first.issued_id, second.issued_id) != 0);
}

static void a_foreign_licence_is_told_and_replaced(void **state)
{
    struct license_client client = client_new();
    struct license_report report;

    (void)state;
    assert_int_equal(connect_to(other_server, &client, &report), LICENSE_END_GRANTED);
    assert_int_equal(connect_to(server, &client, &report), LICENSE_END_GRANTED);
    assert_int_equal(report.answer, LAB_LICENSE_FOREIGN);
    assert_int_equal(report.check, LICENSE_CHECK_FOREIGN);
    assert_string_equal(report.presented_id, "");
    assert_true(report.upgraded && report.challenge_answered);
    assert_int_equal(client.received_types[2], 0x04);
    assert_int_equal(connect_to(server, &client, &report), LICENSE_END_GRANTED);
    assert_int_equal(report.answer, LAB_LICENSE_STORED);
}

static void damaged_and_copied_licences_are_told(void **state)
{
    struct license_client good = client_new();
    struct license_client client;
    struct license_report report;

    (void)state;
    assert_int_equal(connect_to(server, &good, &report), LICENSE_END_GRANTED);

    client = good;
    client.hardware_id[7] ^= 1;
    assert_int_equal(connect_to(server, &client, &report), LICENSE_END_GRANTED);
    assert_int_equal(report.answer, LAB_LICENSE_FOREIGN);
    assert_int_equal(report.check, LICENSE_CHECK_OTHER_CLIENT);
    assert_int_equal(strlen(report.presented_id), 32);

    for (size_t size = 1; size < good.stored_size; size++) {
        client = good;
        client.stored_size = size;
        assert_int_equal(connect_to(server, &client, &report), LICENSE_END_GRANTED);
        assert_int_equal(report.answer, LAB_LICENSE_FOREIGN);
        assert_int_equal(report.check, size < 8 ? LICENSE_CHECK_FOREIGN : LICENSE_CHECK_CORRUPT);
    }
    for (size_t at = 0; at < good.stored_size; at++) {
        client = good;
        client.stored[at] ^= 0x10;
        assert_int_equal(connect_to(server, &client, &report), LICENSE_END_GRANTED);
        assert_int_equal(report.answer, LAB_LICENSE_FOREIGN);
    }
}

static void a_denial_comes_before_anything_is_issued(void **state)
{
    struct license_client client = client_new();
    struct license_report report;

    (void)state;
    client.deny = true;
    assert_int_equal(connect_to(server, &client, &report), LICENSE_END_DENIED);
    assert_int_equal(client.answer, LAB_LICENSE_NEW);
    assert_int_equal(client.received, 1); // the licence request only
    client.deny = false;
    assert_int_equal(connect_to(server, &client, &report), LICENSE_END_GRANTED);
    client.deny = true;
    assert_int_equal(connect_to(server, &client, &report), LICENSE_END_DENIED);
    assert_int_equal(client.answer, LAB_LICENSE_STORED);
    assert_int_equal(client.received, 1);
}

static void accept_only_issues_nothing(void **state)
{
    struct license_client client = client_new();
    const struct license_io io = {&client, client_gets, client_sends, NULL, true};
    struct license_report report;

    (void)state;
    assert_int_equal(license_exchange(server, &io, &report), LICENSE_END_GRANTED);
    assert_int_equal(report.answer, LAB_LICENSE_NEW);
    assert_int_equal(client.alert, LICENSE_STATUS_VALID_CLIENT);
    assert_int_equal(client.stored_size, 0);
}

static void lies_are_refused_by_name(void **state)
{
    static const struct {
        enum lie lie;
        bool stored; // the client presents a foreign licence, so that both messages are exchanged
        enum license_end end;
        uint32_t alert;
    } cases[] = {
        {BAD_INFO_MAC, true, LICENSE_END_REFUSED, LICENSE_ERR_INVALID_MAC},
        {BAD_RESPONSE_MAC, false, LICENSE_END_REFUSED, LICENSE_ERR_INVALID_MAC},
        {BAD_RESPONSE_MAC, true, LICENSE_END_REFUSED, LICENSE_ERR_INVALID_MAC},
        {OTHER_CHALLENGE, false, LICENSE_END_REFUSED, LICENSE_ERR_INVALID_CLIENT},
        {OTHER_HARDWARE, true, LICENSE_END_REFUSED, LICENSE_ERR_INVALID_CLIENT},
        {OTHER_ALGORITHM, false, LICENSE_END_REFUSED, LICENSE_ERR_INVALID_CLIENT},
        {OTHER_VERSION, false, LICENSE_END_REFUSED, LICENSE_ERR_INVALID_CLIENT},
        {HUGE_PREMASTER, false, LICENSE_END_REFUSED, LICENSE_ERR_INVALID_CLIENT},
        {WRONG_SIZE, false, LICENSE_END_REFUSED, LICENSE_ERR_INVALID_MESSAGE_LEN},
        {EMPTY_PDU, false, LICENSE_END_REFUSED, LICENSE_ERR_INVALID_CLIENT},
        {CLIENT_ALERT, false, LICENSE_END_CLIENT_ALERT, 0},
        {GONE, false, LICENSE_END_CLOSED, 0},
        {GONE_LATER, true, LICENSE_END_CLOSED, 0},
    };
    struct license_client foreign = client_new();
    struct license_report report;

    (void)state;
    assert_int_equal(connect_to(other_server, &foreign, &report), LICENSE_END_GRANTED);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct license_client client = cases[i].stored ? foreign : client_new();
        enum license_end end;

        client.lie = cases[i].lie;
        end = connect_to(server, &client, &report);
        if (end != cases[i].end || report.alert_sent != cases[i].alert)
            fail_msg("case %zu: end %d, alert %u: %s", i, (int)end, report.alert_sent, report.refusal);
        assert_string_equal(report.issued_id, "");
        if (cases[i].lie == CLIENT_ALERT)
            assert_int_equal(report.alert_received, LICENSE_ERR_INVALID_SERVER_CERTIFICATE);
    }
}

// Each message cut at every length, and each with every byte changed; run with the sanitizers.
static void malformed_messages_never_crash(void **state)
{
    struct license_client foreign = client_new();
    struct license_report report;

    (void)state;
    assert_int_equal(connect_to(other_server, &foreign, &report), LICENSE_END_GRANTED);
    for (unsigned presented = 0; presented < 2; presented++) {
        for (unsigned message = 0; message < 2; message++) {
            for (unsigned at = 0; at < (message ? 120 : 560); at++) {
                struct license_client client = presented ? foreign : client_new();
                enum license_end end;

                client.where = message * CLIENT_PDU_MAX + at;
                client.lie = TRUNCATE;
                end = connect_to(server, &client, &report);
                if (at && client.sent && end == LICENSE_END_CLOSED)
                    fail_msg("cut at %u: the server closed without a word", at);
                client = presented ? foreign : client_new();
                client.where = message * CLIENT_PDU_MAX + at;
                client.lie = FLIP;
                (void)connect_to(server, &client, &report);
            }
        }
    }
    for (unsigned round = 0; round < 300; round++) {
        struct license_client client = round % 2 ? foreign : client_new();

        client.lie = NOISE;
        client.where = round;
        assert_true(connect_to(server, &client, &report) != LICENSE_END_GRANTED);
    }
}

// RC4 and MAC against values computed by other means: RFC 6229's key 0x0102..10, and a MAC worked out with hashlib.
static void primitives_match_known_values(void **state)
{
    static const uint8_t stream[16] = {0x9a, 0xc7, 0xcc, 0x9a, 0x60, 0x9d, 0x1e, 0xf7,
                                       0xb2, 0x93, 0x28, 0x99, 0xcd, 0xe4, 0x1b, 0x97};
    static const uint8_t expected[16] = {0x8c, 0x21, 0xd7, 0x5d, 0x2f, 0x69, 0x30, 0x7c,
                                         0x7a, 0xc8, 0x50, 0x4b, 0xa0, 0xc9, 0x2c, 0xc7};
    struct license_keys keys;
    uint8_t output[16] = {0};
    uint8_t mac[LICENSE_MAC_SIZE];

    (void)state;
    for (unsigned i = 0; i < 16; i++) {
        keys.encryption[i] = (uint8_t)(i + 1);
        keys.mac_salt[i] = (uint8_t)(i + 1);
    }
    license_rc4(&keys, output, output, sizeof(output));
    assert_memory_equal(output, stream, sizeof(stream));
    assert_true(license_mac(&keys, (const uint8_t *)"licence", 7, mac));
    assert_memory_equal(mac, expected, sizeof(mac));
}

static void only_an_rsa_key_will_do(void **state)
{
    EVP_PKEY *rsa = EVP_RSA_gen(2048);
    EVP_PKEY *elliptic = EVP_EC_gen("P-256");
    struct license_server *with_key = license_server_new(rsa);
    struct license_client client = client_new();
    struct license_report report;

    (void)state;
    assert_true(with_key != NULL);
    EVP_PKEY_free(rsa);
    assert_int_equal(connect_to(with_key, &client, &report), LICENSE_END_GRANTED);
    license_server_free(with_key);
    assert_null(license_server_new(elliptic));
    EVP_PKEY_free(elliptic);
    license_server_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(primitives_match_known_values),
        cmocka_unit_test(an_issued_licence_is_known_again),
        cmocka_unit_test(every_licence_has_its_own_id),
        cmocka_unit_test(a_foreign_licence_is_told_and_replaced),
        cmocka_unit_test(damaged_and_copied_licences_are_told),
        cmocka_unit_test(a_denial_comes_before_anything_is_issued),
        cmocka_unit_test(accept_only_issues_nothing),
        cmocka_unit_test(lies_are_refused_by_name),
        cmocka_unit_test(malformed_messages_never_crash),
        cmocka_unit_test(only_an_rsa_key_will_do),
    };

    return cmocka_run_group_tests(tests, make_servers, free_servers);
}
