// SPDX-License-Identifier: Apache-2.0
#include "license.h"

#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "license_crypto.h"
#include "license_issuer.h"

// bMsgType, [MS-RDPBCGR] 2.2.1.12.1.1
enum {
    LICENSE_REQUEST = 0x01,
    PLATFORM_CHALLENGE = 0x02,
    NEW_LICENSE = 0x03,
    UPGRADE_LICENSE = 0x04,
    LICENSE_INFO = 0x12,
    NEW_LICENSE_REQUEST = 0x13,
    PLATFORM_CHALLENGE_RESPONSE = 0x15,
    ERROR_ALERT = 0xFF
};

// wBlobType, [MS-RDPBCGR] 2.2.1.12.1.2
enum {
    BB_DATA_BLOB = 0x0001,
    BB_CERTIFICATE_BLOB = 0x0003,
    BB_ERROR_BLOB = 0x0004,
    BB_ENCRYPTED_DATA_BLOB = 0x0009,
    BB_KEY_EXCHG_ALG_BLOB = 0x000D,
    BB_SCOPE_BLOB = 0x000E
};

#define PREAMBLE_SIZE                       4
#define PREAMBLE_VERSION_3_0                0x03
#define KEY_EXCHANGE_ALG_RSA                1
#define PLATFORM_CHALLENGE_RESPONSE_VERSION 0x0100
#define CHALLENGE_SIZE                      16
#define PRODUCT_VERSION                     0x00060000      // dwVersion that Windows Server 2008 and later send
#define LICENSE_VERSION                     0x00060000      // dwVersion of the licence
#define SCOPE                               "microsoft.com" // the one value a client is required to understand

static const char company_name[] = "Microsoft Corporation";
static const char product_id[] = "A02"; // a Session Host's, [MS-RDPELE] 2.2.2.1.1

struct bytes {
    const uint8_t *data;
    size_t size;
};

struct exchange {
    const struct license_server *server;
    const struct license_io *io;
    struct license_report *report;
    uint8_t *out; // the PDU being built, LICENSE_PDU_MAX
    size_t out_size;
    bool out_overflow;
    uint8_t *in; // the PDU received, LICENSE_PDU_MAX
    uint8_t server_random[LICENSE_RANDOM_SIZE];
    uint8_t challenge[CHALLENGE_SIZE];
    struct license_keys keys;
};

static void put(struct exchange *exchange, const void *data, size_t size)
{
    if (size > LICENSE_PDU_MAX - exchange->out_size) {
        exchange->out_overflow = true;
        return;
    }
    memcpy(exchange->out + exchange->out_size, data, size);
    exchange->out_size += size;
}

static void put_u16(struct exchange *exchange, size_t value)
{
    const uint8_t bytes[2] = {(uint8_t)value, (uint8_t)(value >> 8)};

    put(exchange, bytes, sizeof(bytes));
}

static void put_u32(struct exchange *exchange, size_t value)
{
    put_u16(exchange, value & 0xFFFF);
    put_u16(exchange, (value >> 16) & 0xFFFF);
}

static void put_blob(struct exchange *exchange, unsigned type, const void *data, size_t size)
{
    put_u16(exchange, type);
    put_u16(exchange, size);
    put(exchange, data, size);
}

// A length in bytes and a zero-terminated UTF-16 text, as in PRODUCT_INFO and NEW_LICENSE_INFO.
static void put_wide(struct exchange *exchange, const char *ascii)
{
    put_u32(exchange, 2 * (strlen(ascii) + 1));
    for (size_t i = 0; i <= strlen(ascii); i++)
        put_u16(exchange, (uint8_t)ascii[i]);
}

static void begin(struct exchange *exchange, uint8_t type)
{
    const uint8_t preamble[PREAMBLE_SIZE] = {type, PREAMBLE_VERSION_3_0, 0, 0};

    exchange->out_size = 0;
    exchange->out_overflow = false;
    put(exchange, preamble, sizeof(preamble));
}

static enum license_end finish(struct exchange *exchange)
{
    if (exchange->out_overflow)
        return LICENSE_END_ERROR;
    exchange->out[2] = (uint8_t)exchange->out_size;
    exchange->out[3] = (uint8_t)(exchange->out_size >> 8);
    if (!exchange->io->send(exchange->io->context, exchange->out, exchange->out_size))
        return LICENSE_END_CLOSED;
    return LICENSE_END_GRANTED;
}

void license_write_alert(uint8_t pdu[LICENSE_ALERT_SIZE], uint32_t code, uint32_t transition)
{
    memset(pdu, 0, LICENSE_ALERT_SIZE);
    pdu[0] = ERROR_ALERT;
    pdu[1] = PREAMBLE_VERSION_3_0;
    pdu[2] = LICENSE_ALERT_SIZE;
    for (unsigned i = 0; i < 4; i++) {
        pdu[4 + i] = (uint8_t)(code >> (8 * i));
        pdu[8 + i] = (uint8_t)(transition >> (8 * i));
    }
    pdu[12] = BB_ERROR_BLOB; // its length stays 0
}

static enum license_end refuse(struct exchange *exchange, enum license_error_code code, const char *why)
{
    uint8_t pdu[LICENSE_ALERT_SIZE];

    (void)snprintf(exchange->report->refusal, sizeof(exchange->report->refusal), "%s", why);
    license_write_alert(pdu, code, LICENSE_ST_TOTAL_ABORT);
    if (!exchange->io->send(exchange->io->context, pdu, sizeof(pdu)))
        return LICENSE_END_CLOSED;
    exchange->report->alert_sent = code;
    return LICENSE_END_REFUSED;
}

// Takes `size` bytes off the front of `from`; the result points into the PDU. Returns false if there are too few.
static bool take(struct bytes *from, size_t size, struct bytes *taken)
{
    if (from->size < size)
        return false;
    *taken = (struct bytes){from->data, size};
    from->data += size;
    from->size -= size;
    return true;
}

static uint32_t little_endian(const struct bytes *bytes)
{
    uint32_t value = 0;

    for (size_t i = bytes->size; i > 0; i--)
        value = value << 8 | bytes->data[i - 1];
    return value;
}

static bool take_number(struct bytes *from, size_t size, uint32_t *value)
{
    struct bytes bytes;

    if (!take(from, size, &bytes))
        return false;
    *value = little_endian(&bytes);
    return true;
}

// Blob types are not checked: clients differ in them (FreeRDP sends an encrypted challenge response as plain data).
static bool take_blob(struct bytes *from, struct bytes *blob)
{
    uint32_t type, size;

    return take_number(from, 2, &type) && take_number(from, 2, &size) && take(from, size, blob);
}

// Receives the next PDU; `body` is what follows its preamble. An error message of the client ends the exchange.
static enum license_end receive(struct exchange *exchange, uint8_t *type, struct bytes *body)
{
    const ssize_t received = exchange->io->receive(exchange->io->context, exchange->in, LICENSE_PDU_MAX);
    struct bytes preamble;
    uint32_t size;

    if (received <= 0)
        return LICENSE_END_CLOSED;
    *body = (struct bytes){exchange->in, (size_t)received};
    if (!take(body, PREAMBLE_SIZE, &preamble))
        return refuse(exchange, LICENSE_ERR_INVALID_CLIENT, "The client sent a message without a whole preamble.");
    *type = preamble.data[0];
    size = (uint32_t)(preamble.data[2] | preamble.data[3] << 8);
    if (size != (size_t)received)
        return refuse(exchange, LICENSE_ERR_INVALID_MESSAGE_LEN, "The client's message is not as long as it says.");
    if (*type != ERROR_ALERT)
        return LICENSE_END_GRANTED;
    if (!take_number(body, 4, &exchange->report->alert_received))
        return refuse(exchange, LICENSE_ERR_INVALID_CLIENT, "The client sent half an error message.");
    return LICENSE_END_CLIENT_ALERT;
}

static enum license_end send_request(struct exchange *exchange)
{
    size_t certificate_size;
    const uint8_t *certificate = license_server_certificate(exchange->server, &certificate_size);

    if (RAND_bytes(exchange->server_random, LICENSE_RANDOM_SIZE) != 1)
        return LICENSE_END_ERROR;
    begin(exchange, LICENSE_REQUEST);
    put(exchange, exchange->server_random, LICENSE_RANDOM_SIZE);
    put_u32(exchange, PRODUCT_VERSION);
    put_wide(exchange, company_name);
    put_wide(exchange, product_id);
    put_u16(exchange, BB_KEY_EXCHG_ALG_BLOB);
    put_u16(exchange, 4);
    put_u32(exchange, KEY_EXCHANGE_ALG_RSA);
    put_blob(exchange, BB_CERTIFICATE_BLOB, certificate, certificate_size);
    put_u32(exchange, 1); // ScopeCount
    put_blob(exchange, BB_SCOPE_BLOB, SCOPE, sizeof(SCOPE));
    return finish(exchange);
}

static void copy_text(const struct bytes *from, char text[LAB_TEXT_SIZE])
{
    size_t size = strnlen((const char *)from->data, from->size);

    if (size >= LAB_TEXT_SIZE)
        size = LAB_TEXT_SIZE - 1;
    memcpy(text, from->data, size);
    text[size] = 0;
}

// Decrypts a hardware id and keeps it in the report.
static bool read_hardware_id(struct exchange *exchange, const struct bytes *encrypted)
{
    if (encrypted->size != LICENSE_HARDWARE_ID_SIZE)
        return false;
    license_rc4(&exchange->keys, encrypted->data, exchange->report->hardware_id, LICENSE_HARDWARE_ID_SIZE);
    exchange->report->hardware_id_known = true;
    return true;
}

static bool mac_is(const struct exchange *exchange, const uint8_t *data, size_t size, const struct bytes *expected)
{
    uint8_t mac[LICENSE_MAC_SIZE];

    return license_mac(&exchange->keys, data, size, mac) && CRYPTO_memcmp(mac, expected->data, LICENSE_MAC_SIZE) == 0;
}

// The rest of a Client License Information, [MS-RDPELE] 2.2.2.3: a licence, the hardware id, a MAC over the latter.
static enum license_end read_presented(struct exchange *exchange, struct bytes *body)
{
    struct license_report *report = exchange->report;
    struct bytes license, encrypted, mac;

    if (!take_blob(body, &license) || !take_blob(body, &encrypted) || !take(body, LICENSE_MAC_SIZE, &mac) ||
        !read_hardware_id(exchange, &encrypted))
        return refuse(exchange, LICENSE_ERR_INVALID_CLIENT, "The client's License Information is malformed.");
    if (!mac_is(exchange, report->hardware_id, LICENSE_HARDWARE_ID_SIZE, &mac)) {
        report->hardware_id_known = false; // it was decrypted with a wrong key
        return refuse(exchange, LICENSE_ERR_INVALID_MAC, "The MAC of the client's License Information is wrong.");
    }
    report->check =
        license_check(exchange->server, report->hardware_id, license.data, license.size, report->presented_id);
    report->answer = report->check == LICENSE_CHECK_OURS ? LAB_LICENSE_STORED : LAB_LICENSE_FOREIGN;
    return LICENSE_END_GRANTED;
}

static enum license_end read_new_request(struct exchange *exchange, struct bytes *body)
{
    struct bytes user, machine;

    if (!take_blob(body, &user) || !take_blob(body, &machine))
        return refuse(exchange, LICENSE_ERR_INVALID_CLIENT, "The client's New License Request is malformed.");
    copy_text(&user, exchange->report->user);
    copy_text(&machine, exchange->report->machine);
    exchange->report->answer = LAB_LICENSE_NEW;
    return LICENSE_END_GRANTED;
}

// Either answer to the licence request; both begin alike.
static enum license_end receive_answer(struct exchange *exchange)
{
    uint8_t premaster[LICENSE_PREMASTER_SIZE];
    struct bytes body, random, encrypted;
    uint32_t algorithm;
    uint8_t type = 0;
    const enum license_end end = receive(exchange, &type, &body);

    if (end != LICENSE_END_GRANTED)
        return end;
    if (type != NEW_LICENSE_REQUEST && type != LICENSE_INFO)
        return refuse(exchange, LICENSE_ERR_INVALID_CLIENT, "The client answered the licence request with neither.");
    if (!take_number(&body, 4, &algorithm) || !take_number(&body, 4, &exchange->report->platform_id) ||
        !take(&body, LICENSE_RANDOM_SIZE, &random) || !take_blob(&body, &encrypted))
        return refuse(exchange, LICENSE_ERR_INVALID_CLIENT, "The client's answer to the licence request is too short.");
    if (algorithm != KEY_EXCHANGE_ALG_RSA)
        return refuse(exchange, LICENSE_ERR_INVALID_CLIENT, "The client chose a key exchange that was not offered.");
    if (!license_decrypt_premaster(license_server_key(exchange->server), encrypted.data, encrypted.size, premaster))
        return refuse(exchange, LICENSE_ERR_INVALID_CLIENT, "The client's premaster secret cannot be decrypted.");
    if (!license_derive_keys(premaster, random.data, exchange->server_random, &exchange->keys))
        return LICENSE_END_ERROR;
    return type == LICENSE_INFO ? read_presented(exchange, &body) : read_new_request(exchange, &body);
}

// Encrypts `size` bytes into a blob of the PDU being built and puts their MAC behind it.
static enum license_end finish_sealed(struct exchange *exchange, const uint8_t *data, size_t size)
{
    uint8_t mac[LICENSE_MAC_SIZE];
    const size_t start = exchange->out_size + 4;

    if (!license_mac(&exchange->keys, data, size, mac))
        return LICENSE_END_ERROR;
    put_blob(exchange, BB_ENCRYPTED_DATA_BLOB, data, size);
    put(exchange, mac, sizeof(mac));
    if (!exchange->out_overflow)
        license_rc4(&exchange->keys, exchange->out + start, exchange->out + start, size);
    return finish(exchange);
}

static enum license_end send_challenge(struct exchange *exchange)
{
    if (RAND_bytes(exchange->challenge, CHALLENGE_SIZE) != 1)
        return LICENSE_END_ERROR;
    begin(exchange, PLATFORM_CHALLENGE);
    put_u32(exchange, 0); // ConnectFlags, reserved
    return finish_sealed(exchange, exchange->challenge, CHALLENGE_SIZE);
}

// [MS-RDPELE] 2.2.2.5: the encrypted response data, the encrypted hardware id, and a MAC over both unencrypted.
static enum license_end receive_response(struct exchange *exchange)
{
    struct license_report *report = exchange->report;
    const bool known = report->hardware_id_known;
    uint8_t earlier[LICENSE_HARDWARE_ID_SIZE];
    uint8_t plain[256 + LICENSE_HARDWARE_ID_SIZE];
    struct bytes body, response, encrypted, mac, challenge;
    uint32_t version, client_type, detail_level, size;
    uint8_t type = 0;
    const enum license_end end = receive(exchange, &type, &body);

    if (end != LICENSE_END_GRANTED)
        return end;
    if (type != PLATFORM_CHALLENGE_RESPONSE)
        return refuse(exchange, LICENSE_ERR_INVALID_CLIENT, "The client did not answer the platform challenge.");
    memcpy(earlier, report->hardware_id, sizeof(earlier));
    if (!take_blob(&body, &response) || !take_blob(&body, &encrypted) || !take(&body, LICENSE_MAC_SIZE, &mac) ||
        response.size > 256 || !read_hardware_id(exchange, &encrypted))
        return refuse(exchange, LICENSE_ERR_INVALID_CLIENT, "The client's challenge response is malformed.");
    license_rc4(&exchange->keys, response.data, plain, response.size);
    memcpy(plain + response.size, report->hardware_id, LICENSE_HARDWARE_ID_SIZE);
    if (!mac_is(exchange, plain, response.size + LICENSE_HARDWARE_ID_SIZE, &mac)) {
        memcpy(report->hardware_id, earlier, sizeof(earlier));
        report->hardware_id_known = known;
        return refuse(exchange, LICENSE_ERR_INVALID_MAC, "The MAC of the client's challenge response is wrong.");
    }
    response.data = plain;
    if (!take_number(&response, 2, &version) || !take_number(&response, 2, &client_type) ||
        !take_number(&response, 2, &detail_level) || !take_number(&response, 2, &size) ||
        !take(&response, size, &challenge) || version != PLATFORM_CHALLENGE_RESPONSE_VERSION)
        return refuse(exchange, LICENSE_ERR_INVALID_CLIENT, "The client's challenge response data is malformed.");
    if (size != CHALLENGE_SIZE || CRYPTO_memcmp(challenge.data, exchange->challenge, CHALLENGE_SIZE) != 0)
        return refuse(exchange, LICENSE_ERR_INVALID_CLIENT, "The client answered another challenge.");
    if (known && memcmp(earlier, report->hardware_id, sizeof(earlier)) != 0)
        return refuse(exchange, LICENSE_ERR_INVALID_CLIENT, "The client changed its hardware id.");
    report->challenge_answered = true;
    return LICENSE_END_GRANTED;
}

// New License or Upgrade License, [MS-RDPELE] 2.2.2.6 and 2.2.2.7, with a NEW_LICENSE_INFO in it.
static enum license_end send_license(struct exchange *exchange)
{
    struct license_report *report = exchange->report;
    const bool upgrade = report->check != LICENSE_CHECK_NONE; // it replaces the one that was presented
    uint8_t token[LICENSE_TOKEN_SIZE];
    char id[LICENSE_ID_SIZE];
    uint8_t info[512];
    size_t info_size;
    enum license_end end;

    if (!license_issue(exchange->server, report->hardware_id, token, id))
        return LICENSE_END_ERROR;
    exchange->out_size = 0;
    put_u32(exchange, LICENSE_VERSION);
    put_u32(exchange, sizeof(SCOPE));
    put(exchange, SCOPE, sizeof(SCOPE));
    put_wide(exchange, company_name);
    put_wide(exchange, product_id);
    put_u32(exchange, sizeof(token));
    put(exchange, token, sizeof(token));
    info_size = exchange->out_size;
    if (info_size > sizeof(info))
        return LICENSE_END_ERROR;
    memcpy(info, exchange->out, info_size);

    begin(exchange, upgrade ? UPGRADE_LICENSE : NEW_LICENSE);
    end = finish_sealed(exchange, info, info_size);
    if (end == LICENSE_END_GRANTED) {
        memcpy(report->issued_id, id, sizeof(id));
        report->upgraded = upgrade;
    }
    return end;
}

static enum license_end send_valid_client(struct exchange *exchange)
{
    uint8_t pdu[LICENSE_ALERT_SIZE];

    license_write_alert(pdu, LICENSE_STATUS_VALID_CLIENT, LICENSE_ST_NO_TRANSITION);
    return exchange->io->send(exchange->io->context, pdu, sizeof(pdu)) ? LICENSE_END_GRANTED : LICENSE_END_CLOSED;
}

static enum license_end run(struct exchange *exchange)
{
    const struct license_io *io = exchange->io;
    enum license_end end = send_request(exchange);

    if (end == LICENSE_END_GRANTED)
        end = receive_answer(exchange);
    if (end != LICENSE_END_GRANTED)
        return end;
    if (io->answered && !io->answered(io->context, exchange->report))
        return LICENSE_END_DENIED;
    if (exchange->report->answer == LAB_LICENSE_STORED || io->accept_only)
        return send_valid_client(exchange);
    end = send_challenge(exchange);
    if (end == LICENSE_END_GRANTED)
        end = receive_response(exchange);
    if (end == LICENSE_END_GRANTED)
        end = send_license(exchange);
    return end;
}

enum license_end license_exchange(const struct license_server *server, const struct license_io *io,
                                  struct license_report *report)
{
    struct exchange exchange = {.server = server, .io = io, .report = report};
    enum license_end end = LICENSE_END_ERROR;

    memset(report, 0, sizeof(*report));
    exchange.out = malloc(LICENSE_PDU_MAX);
    exchange.in = malloc(LICENSE_PDU_MAX);
    if (exchange.out && exchange.in)
        end = run(&exchange);
    free(exchange.out);
    free(exchange.in);
    return end;
}
