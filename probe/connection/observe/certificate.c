// SPDX-License-Identifier: Apache-2.0
#include "connection/observe/certificate.h"

#include <arpa/inet.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "connection/observe/certificate_chain.h"

// Reading the store takes longer than a whole trial, so the zygote does it and its workers inherit it.
static X509_STORE *trusted;

void certificate_warm_up(void)
{
    trusted = X509_STORE_new();
    if (trusted)
        X509_STORE_set_default_paths(trusted);
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

// A fact of the target's certificate, or the same of the gateway's: in trial/fact.h both stand in the same order.
static void certificate_fact(struct event_sink *sink, bool at_gateway, enum fact fact, json_t *value)
{
    _Static_assert(FACT_GATEWAY_CERTIFICATE_CHAIN - FACT_GATEWAY_CERTIFICATE_SUBJECT ==
                       FACT_CERTIFICATE_CHAIN - FACT_CERTIFICATE_SUBJECT,
                   "the facts of both certificates correspond");
    if (at_gateway)
        fact = (enum fact)(fact - FACT_CERTIFICATE_SUBJECT + FACT_GATEWAY_CERTIFICATE_SUBJECT);
    if (value)
        event_fact(sink, fact, value);
}

static const char *name_error(const char *name, bool match)
{
    unsigned char address[sizeof(struct in6_addr)];
    bool literal = inet_pton(AF_INET, name, address) == 1 || inet_pton(AF_INET6, name, address) == 1;
    return X509_verify_cert_error_string(match     ? X509_V_OK
                                         : literal ? X509_V_ERR_IP_ADDRESS_MISMATCH
                                                   : X509_V_ERR_HOSTNAME_MISMATCH);
}

static void report(struct event_sink *sink, bool at_gateway, STACK_OF(X509) * chain, const char *name, bool name_match,
                   int trust_error)
{
    X509 *leaf = sk_X509_value(chain, 0);
    const X509_NAME *subject = X509_get_subject_name(leaf), *issuer = X509_get_issuer_name(leaf);
    int days = 0, seconds = 0;

    certificate_fact(sink, at_gateway, FACT_CERTIFICATE_SUBJECT, certificate_name(subject));
    certificate_fact(sink, at_gateway, FACT_CERTIFICATE_ISSUER, certificate_name(issuer));
    certificate_fact(sink, at_gateway, FACT_CERTIFICATE_NOT_BEFORE, certificate_time(X509_get0_notBefore(leaf)));
    certificate_fact(sink, at_gateway, FACT_CERTIFICATE_NOT_AFTER, certificate_time(X509_get0_notAfter(leaf)));
    if (ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(leaf)) == 1)
        certificate_fact(sink, at_gateway, FACT_CERTIFICATE_DAYS_LEFT, json_integer(days - (seconds < 0)));
    certificate_fact(sink, at_gateway, FACT_CERTIFICATE_SHA256, certificate_fingerprint(leaf));
    certificate_fact(sink, at_gateway, FACT_CERTIFICATE_NAME_MATCH, json_boolean(name_match));
    certificate_fact(sink, at_gateway, FACT_CERTIFICATE_NAME_VERIFICATION, json_string(name_error(name, name_match)));
    certificate_fact(sink, at_gateway, FACT_CERTIFICATE_SELF_SIGNED, json_boolean(X509_NAME_cmp(subject, issuer) == 0));
    certificate_fact(sink, at_gateway, FACT_CERTIFICATE_TRUSTED, json_boolean(trust_error == X509_V_OK));
    certificate_fact(sink, at_gateway, FACT_CERTIFICATE_VERIFICATION,
                     json_string(X509_verify_cert_error_string(trust_error)));
    certificate_fact(sink, at_gateway, FACT_CERTIFICATE_CHAIN, certificate_chain(chain));
}

static void refuse(struct trace *trace, bool at_gateway, bool name_match, int trust_error)
{
    int error = trust_error != X509_V_OK ? trust_error : X509_V_ERR_HOSTNAME_MISMATCH;

    trace->local = "CERTIFICATE_REJECTED";
    trace->local_code = (uint32_t)error;
    snprintf(trace->local_detail, sizeof trace->local_detail, "--cert-policy require: %s%s%s",
             at_gateway ? "the gateway's certificate: " : "", X509_verify_cert_error_string(error),
             trust_error != X509_V_OK && !name_match ? "; the name does not match either" : "");
}

bool certificate_accepted(const struct tls_watch *watch, const char *name, bool required)
{
    struct trace *trace = watch->progress->trace;
    bool at_gateway = trace->phase == PHASE_GATEWAY; // the target's is seen when its own TLS begins
    const SSL *ssl = at_gateway ? watch->gateway_ssl : watch->ssl;
    // As the peer sent it: FreeRDP 3.5 hands over the leaf alone.
    STACK_OF(X509) *chain = ssl ? SSL_get_peer_cert_chain(ssl) : NULL;
    X509 *leaf = chain ? sk_X509_value(chain, 0) : NULL;

    if (!leaf)
        return true;
    bool name_match = matches(leaf, name);
    int trust_error = verify_chain(leaf, chain);
    if (at_gateway) {
        tls_report(watch, true);
        trace->tunnel.trusted = name_match && trust_error == X509_V_OK;
    }
    report(watch->progress->sink, at_gateway, chain, name, name_match, trust_error);
    if (!required || (trust_error == X509_V_OK && name_match))
        return true;
    refuse(trace, at_gateway, name_match, trust_error);
    return false;
}
