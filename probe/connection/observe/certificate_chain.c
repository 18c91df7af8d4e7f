// SPDX-License-Identifier: Apache-2.0
#include "connection/observe/certificate_chain.h"

#include <arpa/inet.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
    TEXT_MAX = 1024,
    NAMES_MAX = 64,
    USAGES_MAX = 16,
    CHAIN_MAX = 10,
    WHOLE_MAX = 32 * 1024 // bytes of JSON: an event must fit into its reader's buffer
};

// Text from a certificate, cut before the character that does not fit.
static json_t *text_of(const char *text, size_t length)
{
    if (length > TEXT_MAX) {
        length = TEXT_MAX;
        while (length && ((unsigned char)text[length] & 0xC0) == 0x80)
            length--;
    }
    json_t *value = json_stringn(text, length);
    return value ? value : json_string("(not UTF-8)");
}

json_t *certificate_name(const X509_NAME *name)
{
    BIO *bio = BIO_new(BIO_s_mem());
    char *text;
    json_t *value = NULL;

    // RFC 2253 form with escapes: plain UTF-8, whatever the server put into it.
    if (bio && X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) >= 0) {
        long length = BIO_get_mem_data(bio, &text);
        value = text_of(text, (size_t)length);
    }
    BIO_free(bio);
    return value ? value : json_string("");
}

json_t *certificate_time(const ASN1_TIME *when)
{
    struct tm tm;
    char text[32];
    if (ASN1_TIME_to_tm(when, &tm) != 1 || strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
        return NULL;
    return json_string(text);
}

json_t *certificate_fingerprint(X509 *certificate)
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    char text[3 * EVP_MAX_MD_SIZE + 1] = "";
    if (X509_digest(certificate, EVP_sha256(), digest, &size) != 1)
        return json_string("");
    for (unsigned i = 0; i < size; i++)
        snprintf(text + 3 * (size_t)i, 4, "%02X%s", digest[i], i + 1 < size ? ":" : "");
    return json_string(text);
}

static void add_name(json_t *names, const char *kind, const char *name, size_t length)
{
    char text[300];
    size_t used = (size_t)snprintf(text, sizeof text, "%s:", kind);
    if (length > sizeof text - used)
        length = sizeof text - used;
    memcpy(text + used, name, length);
    json_array_append_new(names, text_of(text, used + length));
}

static json_t *alternative_names(const X509 *certificate)
{
    json_t *names = json_array();
    GENERAL_NAMES *list = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; i < sk_GENERAL_NAME_num(list) && json_array_size(names) < NAMES_MAX; i++) {
        int type;
        const ASN1_STRING *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(list, i), &type);
        if (type != GEN_DNS && type != GEN_IPADD)
            continue;
        size_t length = (size_t)ASN1_STRING_length(value);
        const void *data = ASN1_STRING_get0_data(value);
        char address[INET6_ADDRSTRLEN];
        if (type == GEN_DNS)
            add_name(names, "DNS", data, length);
        else if ((length == 4 || length == 16) &&
                 inet_ntop(length == 4 ? AF_INET : AF_INET6, data, address, sizeof address))
            add_name(names, "IP", address, strlen(address));
    }
    GENERAL_NAMES_free(list);
    return names;
}

static json_t *extended_key_usage(const X509 *certificate)
{
    static const char remote_desktop[] = "1.3.6.1.4.1.311.54.1.2"; // MS-RDPBCGR has no name for it, Windows' dialogs do
    json_t *usages = json_array();
    EXTENDED_KEY_USAGE *list = X509_get_ext_d2i(certificate, NID_ext_key_usage, NULL, NULL);
    for (int i = 0; i < sk_ASN1_OBJECT_num(list) && i < USAGES_MAX; i++) {
        const ASN1_OBJECT *object = sk_ASN1_OBJECT_value(list, i);
        int nid = OBJ_obj2nid(object);
        char dotted[80];
        OBJ_obj2txt(dotted, sizeof dotted, object, 1);
        json_array_append_new(usages, json_string(strcmp(dotted, remote_desktop) == 0 ? "Remote Desktop Authentication"
                                                  : nid != NID_undef                  ? OBJ_nid2sn(nid)
                                                                                      : dotted));
    }
    EXTENDED_KEY_USAGE_free(list);
    return usages;
}

static json_t *describe(X509 *certificate)
{
    EVP_PKEY *key = X509_get0_pubkey(certificate);
    const char *type = key ? EVP_PKEY_get0_type_name(key) : NULL;
    const char *signature = OBJ_nid2ln(X509_get_signature_nid(certificate));
    json_t *object = json_object();

    json_object_set_new(object, "subject", certificate_name(X509_get_subject_name(certificate)));
    json_object_set_new(object, "issuer", certificate_name(X509_get_issuer_name(certificate)));
    json_object_set_new(object, "names", alternative_names(certificate));
    json_object_set_new(object, "not_before", certificate_time(X509_get0_notBefore(certificate)));
    json_object_set_new(object, "not_after", certificate_time(X509_get0_notAfter(certificate)));
    json_object_set_new(object, "key_type", json_string(type ? type : "unknown"));
    json_object_set_new(object, "key_bits", json_integer(key ? EVP_PKEY_get_bits(key) : 0));
    json_object_set_new(object, "signature", json_string(signature ? signature : "unknown"));
    json_object_set_new(object, "eku", extended_key_usage(certificate));
    json_object_set_new(object, "ca", json_boolean(X509_check_ca(certificate) > 0));
    json_object_set_new(
        object, "self_signed",
        json_boolean(X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) == 0));
    json_object_set_new(object, "sha256", certificate_fingerprint(certificate));
    return object;
}

static bool is_repeated(STACK_OF(X509) * chain, int index)
{
    for (int i = 0; i < index; i++) {
        if (X509_cmp(sk_X509_value(chain, i), sk_X509_value(chain, index)) == 0)
            return true;
    }
    return false;
}

json_t *certificate_chain(STACK_OF(X509) * chain)
{
    json_t *list = json_array();
    size_t whole = 0, more = 0;

    for (int i = 0; i < sk_X509_num(chain); i++) {
        if (is_repeated(chain, i))
            continue;
        json_t *object = describe(sk_X509_value(chain, i));
        size_t size = json_dumpb(object, NULL, 0, JSON_COMPACT);
        if (more || json_array_size(list) == CHAIN_MAX || whole + size > WHOLE_MAX) {
            more++;
            json_decref(object);
            continue;
        }
        whole += size;
        json_array_append_new(list, object);
    }
    if (more && json_array_size(list))
        json_object_set_new(json_array_get(list, json_array_size(list) - 1), "more", json_integer((json_int_t)more));
    return list;
}
