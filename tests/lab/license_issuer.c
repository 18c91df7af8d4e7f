// SPDX-License-Identifier: Apache-2.0
#include "license_issuer.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#define SECRET_SIZE 32
#define HMAC_SIZE   32
#define ID_BYTES    16

#define CERT_CHAIN_VERSION_2 2 // [MS-RDPBCGR] 2.2.1.4.3.1

static const uint8_t token_magic[8] = {'R', 'D', 'P', 'L', 'A', 'B', '-', 'L'};
static const uint8_t token_version[2] = {1, 0};

enum { VERSION_AT = 8, ID_AT = 10, HARDWARE_ID_AT = ID_AT + ID_BYTES, HMAC_AT = HARDWARE_ID_AT + 20 };
_Static_assert(HMAC_AT + HMAC_SIZE == LICENSE_TOKEN_SIZE, "layout of a licence");

struct license_server {
    EVP_PKEY *key;
    uint8_t *certificate;
    size_t certificate_size;
    uint8_t secret[SECRET_SIZE];
};

// A self-signed certificate: no client checks the licensing certificate against a root any more, but it has to be one.
static X509 *make_certificate(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    X509_NAME *name = X509_NAME_new();
    const unsigned char *common_name = (const unsigned char *)"rdplab licensing";
    const bool ok = certificate && name && X509_set_version(certificate, X509_VERSION_3) == 1 &&
                    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
                    X509_gmtime_adj(X509_getm_notBefore(certificate), -86400) &&
                    X509_gmtime_adj(X509_getm_notAfter(certificate), 86400L * 365) &&
                    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common_name, -1, -1, 0) == 1 &&
                    X509_set_subject_name(certificate, name) == 1 && X509_set_issuer_name(certificate, name) == 1 &&
                    X509_set_pubkey(certificate, key) == 1 && X509_sign(certificate, key, EVP_sha256()) > 0;

    X509_NAME_free(name);
    if (ok)
        return certificate;
    X509_free(certificate);
    return NULL;
}

static uint8_t *put_u32(uint8_t *at, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        *at++ = (uint8_t)(value >> (8 * i));
    return at;
}

// dwVersion, NumCertBlobs, one cbCert + abCert, and 8 + 4 * NumCertBlobs zero bytes ([MS-RDPELE] 2.2.1.4.2).
static bool encode_certificate(struct license_server *server)
{
    X509 *certificate = make_certificate(server->key);
    unsigned char *at;
    int size;

    size = certificate ? i2d_X509(certificate, NULL) : -1;
    if (size > 0) {
        server->certificate_size = 12 + (size_t)size + 12;
        server->certificate = calloc(1, server->certificate_size);
    }
    if (server->certificate) {
        at = put_u32(server->certificate, CERT_CHAIN_VERSION_2);
        at = put_u32(at, 1);
        at = put_u32(at, (uint32_t)size);
        (void)i2d_X509(certificate, &at);
    }
    X509_free(certificate);
    return server->certificate;
}

struct license_server *license_server_new(EVP_PKEY *key)
{
    struct license_server *server = calloc(1, sizeof(*server));

    if (!server)
        return NULL;
    if (key && EVP_PKEY_up_ref(key) == 1)
        server->key = key;
    else if (!key)
        server->key = EVP_RSA_gen(2048);
    if (server->key && EVP_PKEY_get_base_id(server->key) == EVP_PKEY_RSA && encode_certificate(server) &&
        RAND_bytes(server->secret, sizeof(server->secret)) == 1)
        return server;
    ERR_clear_error();
    license_server_free(server);
    return NULL;
}

void license_server_free(struct license_server *server)
{
    if (!server)
        return;
    EVP_PKEY_free(server->key);
    free(server->certificate);
    OPENSSL_cleanse(server->secret, sizeof(server->secret));
    free(server);
}

EVP_PKEY *license_server_key(const struct license_server *server)
{
    return server->key;
}

const uint8_t *license_server_certificate(const struct license_server *server, size_t *size)
{
    *size = server->certificate_size;
    return server->certificate;
}

static bool seal(const struct license_server *server, const uint8_t *token, uint8_t hmac[HMAC_SIZE])
{
    unsigned size = 0;

    return HMAC(EVP_sha256(), server->secret, SECRET_SIZE, token, HMAC_AT, hmac, &size) && size == HMAC_SIZE;
}

static void write_id(const uint8_t *bytes, char id[LICENSE_ID_SIZE])
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < ID_BYTES; i++) {
        id[2 * i] = digits[bytes[i] >> 4];
        id[2 * i + 1] = digits[bytes[i] & 15];
    }
    id[2 * ID_BYTES] = 0;
}

bool license_issue(const struct license_server *server, const uint8_t hardware_id[LICENSE_HARDWARE_ID_SIZE],
                   uint8_t token[LICENSE_TOKEN_SIZE], char id[LICENSE_ID_SIZE])
{
    memcpy(token, token_magic, sizeof(token_magic));
    memcpy(token + VERSION_AT, token_version, sizeof(token_version));
    memcpy(token + HARDWARE_ID_AT, hardware_id, LICENSE_HARDWARE_ID_SIZE);
    if (RAND_bytes(token + ID_AT, ID_BYTES) != 1 || !seal(server, token, token + HMAC_AT))
        return false;
    write_id(token + ID_AT, id);
    return true;
}

enum license_check license_check(const struct license_server *server,
                                 const uint8_t hardware_id[LICENSE_HARDWARE_ID_SIZE], const uint8_t *token, size_t size,
                                 char id[LICENSE_ID_SIZE])
{
    uint8_t hmac[HMAC_SIZE];

    id[0] = 0;
    if (size < sizeof(token_magic) || memcmp(token, token_magic, sizeof(token_magic)) != 0)
        return LICENSE_CHECK_FOREIGN;
    if (size != LICENSE_TOKEN_SIZE || memcmp(token + VERSION_AT, token_version, sizeof(token_version)) != 0)
        return LICENSE_CHECK_CORRUPT;
    if (!seal(server, token, hmac) || CRYPTO_memcmp(hmac, token + HMAC_AT, HMAC_SIZE) != 0)
        return LICENSE_CHECK_FOREIGN;
    write_id(token + ID_AT, id);
    if (memcmp(token + HARDWARE_ID_AT, hardware_id, LICENSE_HARDWARE_ID_SIZE) != 0)
        return LICENSE_CHECK_OTHER_CLIENT;
    return LICENSE_CHECK_OURS;
}
