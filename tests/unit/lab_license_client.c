// SPDX-License-Identifier: Apache-2.0
#include "lab_license_client.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

static uint32_t number(const uint8_t *at, size_t size)
{
    uint32_t value = 0;

    while (size > 0)
        value = value << 8 | at[--size];
    return value;
}

static void add(struct license_client *client, const void *data, size_t size)
{
    assert_true(client->next_size + size <= CLIENT_PDU_MAX);
    memcpy(client->next + client->next_size, data, size);
    client->next_size += size;
}

static void add_number(struct license_client *client, uint32_t value, size_t size)
{
    for (size_t i = 0; i < size; i++)
        add(client, &(uint8_t){(uint8_t)(value >> (8 * i))}, 1);
}

static void add_blob(struct license_client *client, uint32_t type, const void *data, size_t size)
{
    add_number(client, type, 2);
    add_number(client, (uint32_t)size, 2);
    add(client, data, size);
}

// m^e mod n over little-endian numbers, from the certificate in the licence request.
static size_t encrypt_premaster(const uint8_t *certificate, size_t size, const uint8_t *premaster, uint8_t *output)
{
    const uint8_t *der = certificate + 12;
    X509 *x509;
    BIGNUM *n = NULL, *e = NULL, *m, *c = BN_new();
    BN_CTX *context = BN_CTX_new();
    int modulus;

    assert_int_equal(number(certificate, 4), 2);     // CERT_CHAIN_VERSION_2
    assert_int_equal(number(certificate + 4, 4), 1); // NumCertBlobs
    assert_int_equal(number(certificate + 8, 4) + 12 + 12, size);
    x509 = d2i_X509(NULL, &der, (long)number(certificate + 8, 4));
    assert_true(x509 != NULL);
    assert_int_equal(EVP_PKEY_get_bn_param(X509_get0_pubkey(x509), OSSL_PKEY_PARAM_RSA_N, &n), 1);
    assert_int_equal(EVP_PKEY_get_bn_param(X509_get0_pubkey(x509), OSSL_PKEY_PARAM_RSA_E, &e), 1);
    modulus = BN_num_bytes(n);
    m = BN_lebin2bn(premaster, LICENSE_PREMASTER_SIZE, NULL);
    assert_int_equal(BN_mod_exp(c, m, e, n, context), 1);
    memset(output, 0, (size_t)modulus + 8);
    assert_int_equal(BN_bn2lebinpad(c, output, modulus), modulus);
    BN_free(n);
    BN_free(e);
    BN_free(m);
    BN_free(c);
    BN_CTX_free(context);
    X509_free(x509);
    return (size_t)modulus + 8;
}

static void answer_request(struct license_client *client, const uint8_t *pdu, size_t size)
{
    const uint8_t *at = pdu + 4;
    const uint8_t *server_random = at;
    uint8_t encrypted[1024];
    uint8_t sealed[LICENSE_HARDWARE_ID_SIZE];
    uint8_t mac[LICENSE_MAC_SIZE];
    size_t encrypted_size, certificate_size;

    at += 32 + 4;
    at += 4 + number(at, 4); // company
    at += 4 + number(at, 4); // product
    assert_int_equal(number(at, 2), 0x000D);
    assert_int_equal(number(at + 2, 2), 4);
    assert_int_equal(number(at + 4, 4), 1);
    at += 8;
    assert_int_equal(number(at, 2), 0x0003);
    certificate_size = number(at + 2, 2);
    at += 4;
    for (size_t i = 0; i < LICENSE_PREMASTER_SIZE; i++)
        client->premaster[i] = (uint8_t)(i * 7 + 1);
    for (size_t i = 0; i < LICENSE_RANDOM_SIZE; i++)
        client->random[i] = (uint8_t)(i * 5 + 3);
    encrypted_size = encrypt_premaster(at, certificate_size, client->premaster, encrypted);
    at += certificate_size;
    assert_int_equal(number(at, 4), 1);
    assert_int_equal(number(at + 4, 2), 0x000E);
    assert_string_equal((const char *)at + 8, "microsoft.com");
    assert_ptr_equal(at + 8 + number(at + 6, 2), pdu + size);
    assert_true(license_derive_keys(client->premaster, client->random, server_random, &client->keys));

    if (client->lie == HUGE_PREMASTER)
        memset(encrypted, 0xFF, encrypted_size - 8);
    client->next_size = 0;
    add_number(client, client->stored_size ? 0x12 : 0x13, 1);
    add_number(client, 0x83, 1);
    add_number(client, 0, 2); // filled in later
    add_number(client, client->lie == OTHER_ALGORITHM ? 2 : 1, 4);
    add_number(client, 0x04010000, 4);
    add(client, client->random, LICENSE_RANDOM_SIZE);
    add_blob(client, 0x0002, encrypted, encrypted_size);
    if (client->stored_size) {
        add_blob(client, 0x0001, client->stored, client->stored_size);
        license_rc4(&client->keys, client->hardware_id, sealed, sizeof(sealed));
        add_blob(client, 0x0009, sealed, sizeof(sealed));
        assert_true(license_mac(&client->keys, client->hardware_id, sizeof(sealed), mac));
        mac[3] ^= client->lie == BAD_INFO_MAC;
        add(client, mac, sizeof(mac));
    } else {
        add_blob(client, 0x000F, "bob", 4);
        add_blob(client, 0x0010, "LICA", 5);
    }
}

static void answer_challenge(struct license_client *client, const uint8_t *pdu, size_t size)
{
    const size_t challenge_size = number(pdu + 10, 2);
    uint8_t plain[8 + 64 + LICENSE_HARDWARE_ID_SIZE];
    uint8_t sealed[sizeof(plain)];
    uint8_t mac[LICENSE_MAC_SIZE];
    uint8_t hardware_id[LICENSE_HARDWARE_ID_SIZE];

    assert_int_equal(size, 4 + 4 + 4 + challenge_size + 16);
    assert_true(challenge_size <= 64);
    memcpy(plain, "\x00\x01\x00\x01\x03\x00", 6);
    plain[0] ^= client->lie == OTHER_VERSION;
    plain[6] = (uint8_t)challenge_size;
    plain[7] = 0;
    license_rc4(&client->keys, pdu + 12, plain + 8, challenge_size);
    assert_true(license_mac(&client->keys, plain + 8, challenge_size, mac));
    if (client->lie == FLIP && memcmp(mac, pdu + 12 + challenge_size, sizeof(mac)) != 0)
        return; // the flipped byte changed the keys: a client goes away here
    assert_memory_equal(mac, pdu + 12 + challenge_size, sizeof(mac));
    plain[8] ^= client->lie == OTHER_CHALLENGE;

    memcpy(hardware_id, client->hardware_id, sizeof(hardware_id));
    hardware_id[5] ^= client->lie == OTHER_HARDWARE;
    memcpy(plain + 8 + challenge_size, hardware_id, sizeof(hardware_id));
    assert_true(license_mac(&client->keys, plain, 8 + challenge_size + sizeof(hardware_id), mac));
    mac[15] ^= client->lie == BAD_RESPONSE_MAC;

    client->next_size = 0;
    add(client, "\x15\x83\x00\x00", 4);
    license_rc4(&client->keys, plain, sealed, 8 + challenge_size);
    add_blob(client, 0x0001, sealed, 8 + challenge_size);
    license_rc4(&client->keys, hardware_id, sealed, sizeof(hardware_id));
    add_blob(client, 0x0009, sealed, sizeof(hardware_id));
    add(client, mac, sizeof(mac));
}

static void keep_license(struct license_client *client, const uint8_t *pdu, size_t size)
{
    const size_t info_size = number(pdu + 6, 2);
    uint8_t info[1024];
    uint8_t mac[LICENSE_MAC_SIZE];
    const uint8_t *at = info + 4;

    assert_int_equal(number(pdu + 4, 2), 0x0009);
    assert_int_equal(size, 8 + info_size + 16);
    assert_true(info_size <= sizeof(info));
    license_rc4(&client->keys, pdu + 8, info, info_size);
    assert_true(license_mac(&client->keys, info, info_size, mac));
    assert_memory_equal(mac, pdu + 8 + info_size, sizeof(mac));
    for (unsigned i = 0; i < 3; i++) // scope, company, product
        at += 4 + number(at, 4);
    client->stored_size = number(at, 4);
    assert_ptr_equal(at + 4 + client->stored_size, info + info_size);
    memcpy(client->stored, at + 4, client->stored_size);
}

// The client's lies about form.
static void distort(struct license_client *client)
{
    uint32_t noise = client->where * 2654435761u + 1;

    client->next[2] = (uint8_t)client->next_size;
    client->next[3] = (uint8_t)(client->next_size >> 8);
    client->sent++;
    switch (client->lie) {
    case WRONG_SIZE:
        client->next[2]++;
        break;
    case EMPTY_PDU:
        client->next_size = 2;
        break;
    case CLIENT_ALERT:
        license_write_alert(client->next, LICENSE_ERR_INVALID_SERVER_CERTIFICATE, LICENSE_ST_TOTAL_ABORT);
        client->next_size = LICENSE_ALERT_SIZE;
        break;
    case GONE:
        client->next_size = 0;
        break;
    case GONE_LATER:
        if (client->sent == 2)
            client->next_size = 0;
        break;
    case NOISE:
        for (size_t i = 4; i < client->next_size; i++) {
            noise = noise * 1664525 + 1013904223;
            client->next[i] = (uint8_t)(noise >> 24);
        }
        break;
    case TRUNCATE: // consistently: the preamble says the shorter size
        if (client->where / CLIENT_PDU_MAX + 1 == client->sent && client->where % CLIENT_PDU_MAX < client->next_size) {
            client->next_size = client->where % CLIENT_PDU_MAX;
            client->next[2] = (uint8_t)client->next_size;
            client->next[3] = (uint8_t)(client->next_size >> 8);
        }
        break;
    case FLIP:
        if (client->where / CLIENT_PDU_MAX + 1 == client->sent && client->where % CLIENT_PDU_MAX < client->next_size)
            client->next[client->where % CLIENT_PDU_MAX] ^= 0x55;
        break;
    default:
        break;
    }
}

bool client_gets(void *context, const uint8_t *pdu, size_t size)
{
    struct license_client *client = context;

    assert_true(size >= 4 && size <= CLIENT_PDU_MAX);
    assert_int_equal(number(pdu + 2, 2), size);
    assert_true(client->received < 8);
    client->received_types[client->received++] = pdu[0];
    client->next_size = 0;
    switch (pdu[0]) {
    case 0x01:
        answer_request(client, pdu, size);
        distort(client);
        return true;
    case 0x02:
        answer_challenge(client, pdu, size);
        distort(client);
        return true;
    case 0x03:
    case 0x04:
        keep_license(client, pdu, size);
        return true;
    case 0xFF:
        assert_int_equal(size, LICENSE_ALERT_SIZE);
        client->alert = number(pdu + 4, 4);
        assert_int_equal(number(pdu + 8, 4), client->alert == LICENSE_STATUS_VALID_CLIENT ? 2 : 1);
        return true;
    default:
        fail_msg("the server sent %u", pdu[0]);
        return false;
    }
}

ssize_t client_sends(void *context, uint8_t *pdu, size_t room)
{
    struct license_client *client = context;

    assert_true(client->next_size <= room);
    memcpy(pdu, client->next, client->next_size);
    return (ssize_t)client->next_size;
}

bool client_answered(void *context, const struct license_report *report)
{
    struct license_client *client = context;

    assert_true(report->answer != LAB_LICENSE_NONE);
    assert_int_equal(report->issued_id[0], 0);
    client->answers++;
    client->answer = report->answer;
    return !client->deny;
}

struct license_client client_new(void)
{
    struct license_client client = {.lie = HONEST};

    for (size_t i = 0; i < LICENSE_HARDWARE_ID_SIZE; i++)
        client.hardware_id[i] = (uint8_t)(0xA0 + i);
    return client;
}
