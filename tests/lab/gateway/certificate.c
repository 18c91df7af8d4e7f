// SPDX-License-Identifier: Apache-2.0
#include "certificate.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>

enum { RSA_BITS = 2048, DAY = 24 * 60 * 60, VALID_DAYS = 30 };

static bool add_extension(X509 *certificate, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, certificate, certificate, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool added = extension && X509_add_ext(certificate, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return added;
}

static X509 *self_signed(EVP_PKEY *key)
{
    X509 *certificate = X509_new();
    int serial = 0;
    if (!certificate || RAND_bytes((unsigned char *)&serial, sizeof serial) != 1) {
        X509_free(certificate);
        return NULL;
    }
    X509_NAME *name = X509_get_subject_name(certificate);
    bool made =
        X509_set_version(certificate, X509_VERSION_3) == 1 &&
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial & 0x7FFFFFFF) == 1 &&
        X509_gmtime_adj(X509_getm_notBefore(certificate), -DAY) && // a client's clock may be behind
        X509_gmtime_adj(X509_getm_notAfter(certificate), VALID_DAYS * DAY) && X509_set_pubkey(certificate, key) == 1 &&
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)"localhost", -1, -1, 0) == 1 &&
        X509_set_issuer_name(certificate, name) == 1 &&
        add_extension(certificate, NID_basic_constraints, "critical,CA:FALSE") &&
        add_extension(certificate, NID_ext_key_usage, "serverAuth") &&
        add_extension(certificate, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1") &&
        X509_sign(certificate, key, EVP_sha256()) > 0;
    if (!made) {
        X509_free(certificate);
        return NULL;
    }
    return certificate;
}

static EVP_PKEY *read_key(const char *path)
{
    BIO *bio = BIO_new_file(path, "r");
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    return key;
}

static bool use_self_signed(SSL_CTX *context, const char *key_file)
{
    EVP_PKEY *key = key_file ? read_key(key_file) : EVP_RSA_gen(RSA_BITS);
    X509 *certificate = key ? self_signed(key) : NULL;
    bool used =
        certificate && SSL_CTX_use_certificate(context, certificate) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1;
    X509_free(certificate);
    EVP_PKEY_free(key);
    return used;
}

SSL_CTX *certificate_context(const struct options *options)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    bool ready = context && SSL_CTX_set_min_proto_version(context, options->tls_min) == 1 &&
                 SSL_CTX_set_max_proto_version(context, options->tls_max) == 1;
    int oldest = options->tls_min ? options->tls_min : options->tls_max;
    if (ready && oldest && oldest < TLS1_2_VERSION) {
        // OpenSSL 3 allows TLS 1.0 and 1.1 (their SHA-1 signatures) at security level 0 only.
        SSL_CTX_set_security_level(context, 0);
        ready = SSL_CTX_set_cipher_list(context, "ALL:@SECLEVEL=0") == 1;
    }
    if (ready && options->certificate) {
        ready = SSL_CTX_use_certificate_chain_file(context, options->certificate) == 1 &&
                SSL_CTX_use_PrivateKey_file(context, options->key, SSL_FILETYPE_PEM) == 1 &&
                SSL_CTX_check_private_key(context) == 1;
    } else if (ready) {
        ready = use_self_signed(context, options->key);
    }
    if (!ready) {
        const char *reason = ERR_reason_error_string(ERR_peek_last_error());
        fprintf(stderr, "labgateway: The certificate cannot be used: %s.\n", reason ? reason : "unknown error");
        SSL_CTX_free(context);
        return NULL;
    }
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // A client that leaves without close_notify has left all the same.
    SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    return context;
}
