// SPDX-License-Identifier: Apache-2.0
#include "certificate.h"

#include <arpa/inet.h>
#include <errno.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_SECONDS = 24 * 60 * 60 };

static bool add_extension(X509 *x509, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, x509, x509, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    const bool added = extension && X509_add_ext(x509, extension, -1);
    X509_EXTENSION_free(extension);
    return added;
}

static bool add_names(X509 *x509, const char *name)
{
    unsigned char address[sizeof(struct in6_addr)];
    char value[512];
    const bool is_address = inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
    snprintf(value, sizeof(value), "%s:%s%s", is_address ? "IP" : "DNS", name,
             strcmp(name, "localhost") == 0 ? ",IP:127.0.0.1,IP:::1" : "");
    X509_NAME *subject = X509_get_subject_name(x509);
    return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, (const unsigned char *)name, -1, -1, 0) == 1 &&
           X509_set_issuer_name(x509, subject) == 1 && add_extension(x509, NID_subject_alt_name, value);
}

static bool set_validity(X509 *x509, int days)
{
    // An expired certificate had been valid for a day.
    const long begin = days < 0 ? (days - 1L) * DAY_SECONDS : -DAY_SECONDS;
    return X509_gmtime_adj(X509_getm_notBefore(x509), begin) &&
           X509_gmtime_adj(X509_getm_notAfter(x509), (long)days * DAY_SECONDS);
}

static char *text_of(BIO *bio)
{
    char *data = NULL;
    const long size = BIO_get_mem_data(bio, &data);
    return size > 0 ? strndup(data, (size_t)size) : NULL;
}

static bool to_pem(struct lab_certificate *certificate, X509 *x509)
{
    BIO *bio = BIO_new(BIO_s_mem());
    BIO *key_bio = BIO_new(BIO_s_mem());
    if (bio && key_bio && PEM_write_bio_X509(bio, x509) == 1 &&
        PEM_write_bio_PrivateKey(key_bio, certificate->pkey, NULL, NULL, 0, NULL, NULL) == 1) {
        certificate->certificate = text_of(bio);
        certificate->key = text_of(key_bio);
    }
    BIO_free(bio);
    BIO_free(key_bio);
    return certificate->certificate && certificate->key;
}

static EVP_PKEY *read_key(const char *path)
{
    BIO *bio = BIO_new_file(path, "r");
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    return key;
}

bool lab_certificate_make(struct lab_certificate *certificate, const char *name, int days, const char *key_file)
{
    *certificate = (struct lab_certificate){.pkey = key_file ? read_key(key_file) : EVP_RSA_gen(2048)};
    X509 *x509 = X509_new();
    uint64_t serial = 0;
    const bool made = certificate->pkey && x509 && RAND_bytes((unsigned char *)&serial, sizeof(serial)) == 1 &&
                      X509_set_version(x509, X509_VERSION_3) == 1 &&
                      ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), serial >> 1) == 1 &&
                      set_validity(x509, days) && add_names(x509, name) &&
                      X509_set_pubkey(x509, certificate->pkey) == 1 &&
                      add_extension(x509, NID_ext_key_usage, "serverAuth") &&
                      X509_sign(x509, certificate->pkey, EVP_sha256()) > 0 && to_pem(certificate, x509);
    X509_free(x509);
    return made;
}

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "re");
    if (!file)
        return NULL;
    char *text = NULL;
    size_t size = 0;
    if (getdelim(&text, &size, 0, file) < 0) {
        free(text);
        text = NULL;
    }
    fclose(file);
    return text;
}

bool lab_certificate_read(struct lab_certificate *certificate, const char *certificate_file, const char *key_file)
{
    *certificate = (struct lab_certificate){0};
    certificate->certificate = read_file(certificate_file);
    certificate->key = read_file(key_file);
    if (!certificate->certificate || !certificate->key)
        return false;
    errno = 0;
    BIO *bio = BIO_new_mem_buf(certificate->key, -1);
    certificate->pkey = bio ? PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);
    errno = 0;
    return certificate->pkey && strstr(certificate->certificate, "-----BEGIN CERTIFICATE-----");
}

void lab_certificate_free(struct lab_certificate *certificate)
{
    free(certificate->certificate);
    free(certificate->key);
    EVP_PKEY_free(certificate->pkey);
    *certificate = (struct lab_certificate){0};
}
