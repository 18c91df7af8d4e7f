// SPDX-License-Identifier: Apache-2.0
#include "handshake.h"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>

enum { RECORD_HANDSHAKE = 22, CLIENT_HELLO = 1, SERVER_HELLO = 2 };
enum { EXTENSION_SERVER_NAME = 0, EXTENSION_GROUPS = 10, EXTENSION_SUPPORTED_VERSIONS = 43 };

// A piece of bytes that is read from the front. Reading beyond its end yields zeros and empty pieces.
struct piece {
    const uint8_t *data;
    size_t length;
};

static struct piece take(struct piece *from, size_t length)
{
    if (length > from->length) {
        *from = (struct piece){0};
        return *from;
    }
    const struct piece part = {from->data, length};
    from->data += length;
    from->length -= length;
    return part;
}

static unsigned take_number(struct piece *from, size_t bytes)
{
    const struct piece part = take(from, bytes);
    unsigned value = 0;
    for (size_t i = 0; i < part.length; i++)
        value = value << 8 | part.data[i];
    return value;
}

// A vector with a length of `bytes` bytes before it
static struct piece take_vector(struct piece *from, size_t bytes)
{
    const unsigned length = take_number(from, bytes);
    return take(from, length);
}

int handshake_record_length(const uint8_t *data, size_t length)
{
    if (length > 0 && data[0] != RECORD_HANDSHAKE)
        return -1;
    if (length < HANDSHAKE_RECORD_HEADER)
        return 0;
    return HANDSHAKE_RECORD_HEADER + (data[3] << 8 | data[4]);
}

// The body of the first handshake message in a record, if it has this type
static struct piece body(const uint8_t *data, size_t length, unsigned type)
{
    struct piece record = {data, length};
    take(&record, HANDSHAKE_RECORD_HEADER);
    if (take_number(&record, 1) != type)
        return (struct piece){0};
    return take_vector(&record, 3);
}

static void learn_address(struct lab_facts *facts)
{
    unsigned char address[sizeof(struct in6_addr)];
    const bool is_address =
        inet_pton(AF_INET, facts->sni, address) == 1 || inet_pton(AF_INET6, facts->sni, address) == 1;
    if (facts->sni[0] && !is_address)
        facts->address = LAB_ADDRESS_NAME;
    else
        facts->address = facts->family == LAB_FAMILY_IPV6 ? LAB_ADDRESS_IPV6 : LAB_ADDRESS_IPV4;
    lab_facts_learn(facts, LAB_FACT_SNI);
    lab_facts_learn(facts, LAB_FACT_ADDRESS);
}

static void read_extension(unsigned type, struct piece extension, struct lab_facts *facts)
{
    if (type == EXTENSION_GROUPS)
        facts->groups = (uint32_t)take_vector(&extension, 2).length / 2;
    if (type != EXTENSION_SERVER_NAME || extension.length == 0)
        return;
    struct piece names = take_vector(&extension, 2);
    if (take_number(&names, 1) == 0) { // host_name
        const struct piece name = take_vector(&names, 2);
        lab_record_text(facts->sni, sizeof(facts->sni), (const char *)name.data, name.length);
    }
}

void handshake_read_client_hello(const uint8_t *data, size_t length, struct lab_record *record)
{
    struct piece hello = body(data, length, CLIENT_HELLO);
    take(&hello, 2 + 32);   // legacy_version, random
    take_vector(&hello, 1); // legacy_session_id
    record->hello_known = hello.length > 0;
    record->hello_suites = (uint32_t)take_vector(&hello, 2).length / 2;
    take_vector(&hello, 1); // legacy_compression_methods
    struct piece extensions = take_vector(&hello, 2);
    while (extensions.length) {
        const unsigned type = take_number(&extensions, 2);
        read_extension(type, take_vector(&extensions, 2), &record->facts);
        record->hello_extensions++;
    }
    if (record->hello_known)
        lab_facts_learn(&record->facts, LAB_FACT_TLS_GROUPS);
    learn_address(&record->facts);
}

static void name_cipher(const uint8_t suite[2], char *name, size_t size)
{
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL *ssl = context ? SSL_new(context) : NULL;
    const SSL_CIPHER *cipher = ssl ? SSL_CIPHER_find(ssl, suite) : NULL;
    if (cipher)
        snprintf(name, size, "%s", SSL_CIPHER_get_name(cipher));
    else
        snprintf(name, size, "0x%02X%02X", suite[0], suite[1]);
    SSL_free(ssl);
    SSL_CTX_free(context);
}

void handshake_read_server_hello(const uint8_t *data, size_t length, struct lab_record *record)
{
    struct piece hello = body(data, length, SERVER_HELLO);
    unsigned version = take_number(&hello, 2);
    take(&hello, 32);       // random
    take_vector(&hello, 1); // legacy_session_id_echo
    const struct piece suite = take(&hello, 2);
    if (suite.length != 2)
        return;
    take(&hello, 1); // legacy_compression_method
    struct piece extensions = take_vector(&hello, 2);
    while (extensions.length) {
        const unsigned type = take_number(&extensions, 2);
        struct piece extension = take_vector(&extensions, 2);
        if (type == EXTENSION_SUPPORTED_VERSIONS)
            version = take_number(&extension, 2); // the real one; the field before says 1.2 in TLS 1.3
    }
    name_cipher(suite.data, record->cipher, sizeof(record->cipher));
    record->facts.tls = (enum lab_tls)version;
    lab_facts_learn(&record->facts, LAB_FACT_TLS);
}

void handshake_none(struct lab_facts *facts)
{
    facts->tls = LAB_TLS_NONE;
    lab_facts_learn(facts, LAB_FACT_TLS);
    learn_address(facts);
}
