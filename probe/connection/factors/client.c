// SPDX-License-Identifier: Apache-2.0
#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>

#include "connection/applying.h"
#include "connection/outgoing.h"
#include "knowledge/mstsc.h"
#include "protocol/mstsc_form.h"

_Static_assert((int)MSTSC_VERSION == (int)CLIENT_MSTSC_VERSION && (int)MSTSC_BUILD == (int)CLIENT_MSTSC_BUILD,
               "by them it is in effect");

static const char by_client[] = "set by the factor client";

static const struct factor_setting settings[] = {
    {"RdpVersion", NULL, by_client, true},
    {"ClientBuild", NULL, by_client, true},
    {"AllowDesktopComposition", NULL, by_client, true},
    {"KeyboardCodePage", NULL, by_client, true},
    {"OffscreenSupportLevel", NULL, by_client, true},
    {"AllowedTlsCiphers", NULL, by_client, true},
    {NULL, NULL, NULL, false},
};

// What Client Info and Confirm Active say may be encrypted before it passes the hook: so as much as can be is a
// setting, and holds with every security.
static bool apply(struct applying *applying, unsigned level)
{
    enum { LOCALE_EN_US = 0x04090409 }; // as a client with an American keyboard; MS-RDPBCGR 2.2.1.11.1.1, codePage
    const struct number_setting numbers[] = {
        {FreeRDP_KeyboardCodePage, LOCALE_EN_US},
        {FreeRDP_OffscreenSupportLevel, 1},
    };
    // mstsc plays sound. No channel goes with it here: those are of the factor redirection.
    const struct flag_setting flags[] = {
        {FreeRDP_AudioPlayback, true},
        {FreeRDP_AllowDesktopComposition, true},
        {FreeRDP_AutoLogonEnabled, applying->profile->levels.level[FACTOR_SECURITY] == SECURITY_NLA},
    };
    return level != CLIENT_MSTSC ||
           (apply_numbers(applying, numbers, COUNT(numbers)) && apply_flags(applying, flags, COUNT(flags)));
}

// Schannel's of Windows 11 22H2, in its order: neither ChaCha20 nor ephemeral Diffie-Hellman outside curves.
static const char *const suites[] = {
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-SHA384",
    "ECDHE-ECDSA-AES128-SHA256",
    "ECDHE-RSA-AES256-SHA384",
    "ECDHE-RSA-AES128-SHA256",
    "ECDHE-ECDSA-AES256-SHA",
    "ECDHE-ECDSA-AES128-SHA",
    "ECDHE-RSA-AES256-SHA",
    "ECDHE-RSA-AES128-SHA",
    "AES256-GCM-SHA384",
    "AES128-GCM-SHA256",
    "AES256-SHA256",
    "AES128-SHA256",
    "AES256-SHA",
    "AES128-SHA",
};
static const char *const suites13[] = {"TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256"};

// The suites out of the list that this machine's OpenSSL is configured to offer, with colons between: its owner may
// have left some out.
static void offered(const SSL *ssl, const char *const *list, size_t count, char *text, size_t room)
{
    STACK_OF(SSL_CIPHER) *ciphers = SSL_get_ciphers(ssl);
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        bool there = false;
        for (int k = 0; k < sk_SSL_CIPHER_num(ciphers) && !there; k++)
            there = strcmp(SSL_CIPHER_get_name(sk_SSL_CIPHER_value(ciphers, k)), list[i]) == 0;
        if (there && used < room)
            used += (size_t)snprintf(text + used, room - used, "%s%s", used ? ":" : "", list[i]);
    }
}

// What this machine's OpenSSL does not take stays as it is; then the trial may not be in effect.
static void hello(SSL *ssl, unsigned level)
{
    char list[1024], list13[128];
    if (level != CLIENT_MSTSC)
        return;
    offered(ssl, suites, COUNT(suites), list, sizeof list);
    offered(ssl, suites13, COUNT(suites13), list13, sizeof list13);
    if (list13[0])
        (void)SSL_set_ciphersuites(ssl, list13);
    if (list[0])
        (void)SSL_set_cipher_list(ssl, list);
    (void)SSL_set1_groups_list(ssl, "X25519:P-256:P-384");
    (void)SSL_set1_sigalgs_list(ssl, "rsa_pss_rsae_sha256:rsa_pss_rsae_sha384:rsa_pss_rsae_sha512:"
                                     "RSA+SHA256:RSA+SHA384:RSA+SHA1:ECDSA+SHA256:ECDSA+SHA384:ECDSA+SHA1:DSA+SHA1:"
                                     "RSA+SHA512:ECDSA+SHA512");
    SSL_set_options(ssl, SSL_OP_NO_ENCRYPT_THEN_MAC);
    SSL_set_tlsext_status_type(ssl, TLSEXT_STATUSTYPE_ocsp);
}

static void sending(struct outgoing *outgoing, const struct variant *variant, unsigned level)
{
    if (level != CLIENT_MSTSC || outgoing->first)
        return;
    mstsc_form_connect_initial(outgoing->data, outgoing->size, variant->level[FACTOR_SECURITY] == SECURITY_RDP);
    if (outgoing->readable)
        mstsc_form_confirm_active(outgoing->data, &outgoing->size);
}

const struct factor_settings factor_client_settings = {
    .apply = apply,
    .hello = hello,
    .sending = sending,
    .settings = settings,
};
