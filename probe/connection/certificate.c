// SPDX-License-Identifier: Apache-2.0
#include "connection/certificate.h"

#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { ACCEPT_ONCE = 2, REFUSE = 0, SECONDS_A_DAY = 86400 };

// Reading the store takes longer than a whole trial, so the zygote does it and its workers inherit it.
static X509_STORE *trusted;

void certificate_warm_up(void)
{
    trusted = X509_STORE_new();
    if (trusted)
        X509_STORE_set_default_paths(trusted);
}

static void name_fact(struct session *session, enum fact fact, const X509_NAME *name)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;

    // RFC 2253 form with escapes: plain UTF-8, whatever the server put into it.
    if (bio && X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
        long length = BIO_get_mem_data(bio, &text);
        json_t *value = json_stringn(text, (size_t)length);
        event_fact(session->sink, fact, value ? value : json_string("(not UTF-8)"));
    }
    BIO_free(bio);
}

static void time_fact(struct session *session, enum fact fact, const ASN1_TIME *when)
{
    struct tm tm;
    char text[32];
    if (ASN1_TIME_to_tm(when, &tm) == 1 && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) > 0)
        event_fact(session->sink, fact, json_string(text));
}

static bool matches(X509 *leaf, const char *name)
{
    return X509_check_ip_asc(leaf, name, 0) == 1 || X509_check_host(leaf, name, 0, 0, NULL) == 1;
}

// X509_V_OK or why the chain is not trusted.
static int verify_chain(X509 *leaf, STACK_OF(X509) * chain)
{
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    int error = X509_V_ERR_UNSPECIFIED;
    if (context && trusted && X509_STORE_CTX_init(context, trusted, leaf, chain) == 1) {
        X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_SERVER);
        X509_verify_cert(context);
        error = X509_STORE_CTX_get_error(context);
    }
    X509_STORE_CTX_free(context);
    return error;
}

static void report(struct session *session, X509 *leaf, bool name_match, int trust_error)
{
    int days = 0, seconds = 0;

    name_fact(session, FACT_CERTIFICATE_SUBJECT, X509_get_subject_name(leaf));
    name_fact(session, FACT_CERTIFICATE_ISSUER, X509_get_issuer_name(leaf));
    time_fact(session, FACT_CERTIFICATE_NOT_BEFORE, X509_get0_notBefore(leaf));
    time_fact(session, FACT_CERTIFICATE_NOT_AFTER, X509_get0_notAfter(leaf));
    if (ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(leaf)) == 1)
        event_fact(session->sink, FACT_CERTIFICATE_DAYS_LEFT, json_integer(days - (seconds < 0)));
    event_fact(session->sink, FACT_CERTIFICATE_NAME_MATCH, json_boolean(name_match));
    event_fact(session->sink, FACT_CERTIFICATE_SELF_SIGNED,
               json_boolean(X509_NAME_cmp(X509_get_subject_name(leaf), X509_get_issuer_name(leaf)) == 0));
    event_fact(session->sink, FACT_CERTIFICATE_TRUSTED, json_boolean(trust_error == X509_V_OK));
}

static int refuse(struct session *session, bool name_match, int trust_error)
{
    struct evidence *evidence = &session->evidence;
    int error = trust_error != X509_V_OK ? trust_error : X509_V_ERR_HOSTNAME_MISMATCH;

    evidence->local = "CERTIFICATE_REJECTED";
    evidence->local_code = (uint32_t)error;
    snprintf(evidence->local_detail, sizeof evidence->local_detail, "--cert-policy require: %s%s",
             X509_verify_cert_error_string(error),
             trust_error != X509_V_OK && !name_match ? "; the name does not match either" : "");
    return REFUSE;
}

static STACK_OF(X509) * read_chain(const BYTE *data, size_t length)
{
    STACK_OF(X509) *chain = sk_X509_new_null();
    BIO *bio = BIO_new_mem_buf(data, (int)length);
    X509 *certificate;
    while (chain && bio && (certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL)))
        sk_X509_push(chain, certificate);
    BIO_free(bio);
    return chain;
}

int certificate_verify(freerdp *instance, const BYTE *data, size_t length, const char *hostname, UINT16 port,
                       DWORD flags)
{
    struct session *session = session_of(instance->context);
    STACK_OF(X509) *chain = read_chain(data, length);
    X509 *leaf = chain ? sk_X509_value(chain, 0) : NULL;
    bool at_gateway = session->evidence.phase == PHASE_GATEWAY;
    int verdict = ACCEPT_ONCE;
    (void)port;
    (void)flags;

    if (leaf && !session->over) {
        bool name_match = matches(leaf, at_gateway ? hostname : session->presented);
        int trust_error = verify_chain(leaf, chain);
        if (!at_gateway)
            report(session, leaf, name_match, trust_error);
        if (session->request->require_certificate && (trust_error != X509_V_OK || !name_match))
            verdict = refuse(session, name_match, trust_error);
    }
    sk_X509_pop_free(chain, X509_free);
    return verdict;
}
