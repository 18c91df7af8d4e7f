// SPDX-License-Identifier: Apache-2.0
#include "connection/observe/tls_facts.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

#include "connection/factor_settings.h"
#include "knowledge/codes.h"
#include "protocol/client_hello.h"
#include "protocol/server_hello.h"

enum { ALERT_CLOSE_NOTIFY = 0 };          // RFC 8446 6
enum { CLIENT_HELLO = 1, FINISHED = 20 }; // RFC 8446 4

static int gateway_mark;                // index of SSL's ex-data that is set where the SSL is the gateway's
static const struct tls_watch *watched; // the one of this process

// A fact of the target's TLS, or the same of the gateway's: in trial/fact.h both stand in the same order.
static void tls_fact(const struct tls_watch *watch, bool gateway, enum fact fact, const char *text)
{
    _Static_assert(FACT_GATEWAY_TLS_ENDED_WITH - FACT_GATEWAY_TLS_VERSION == FACT_TLS_ENDED_WITH - FACT_TLS_VERSION,
                   "the facts of both correspond");
    if (gateway)
        fact = (enum fact)(fact - FACT_TLS_VERSION + FACT_GATEWAY_TLS_VERSION);
    if (text)
        event_fact(watch->progress->sink, fact, json_string(text));
}

// ---- the end ----

// The first sign counts: what follows it is the other side's answer.
static void ended(struct tls_watch *watch, bool gateway, const char *by, const char *with)
{
    if (watch->ended[gateway])
        return;
    watch->ended[gateway] = true;
    tls_fact(watch, gateway, FACT_TLS_ENDED_BY, by);
    tls_fact(watch, gateway, FACT_TLS_ENDED_WITH, with);
}

static void ended_by_peer_end(struct tls_watch *watch, bool gateway)
{
    if (watch->progress->trace->peer_end != PEER_OPEN)
        ended(watch, gateway, "server", watch->progress->trace->peer_end == PEER_RST ? "RST" : "FIN");
}

void tls_report_end(struct tls_watch *watch)
{
    bool gateway = watch->progress->trace->phase == PHASE_GATEWAY;
    if (!(gateway ? watch->gateway_ssl != NULL : watch->progress->trace->tls.hello_sent))
        return;
    ended_by_peer_end(watch, gateway);
    ended(watch, gateway, "client", "gave up");
}

static void on_close_notify(struct tls_watch *watch, bool gateway, bool received)
{
    if (received) {
        ended(watch, gateway, "server", "close_notify");
        // The peer's farewell; its FIN may still be on the way when FreeRDP gives up.
        if (watch->progress->trace->peer_end == PEER_OPEN)
            watch->progress->trace->peer_end = PEER_FIN;
        return;
    }
    peer_end_note(&watch->progress->trace->peer_end, *watch->fd);
    ended_by_peer_end(watch, gateway);
    ended(watch, gateway, "client", "close_notify");
}

static void on_alert(struct tls_watch *watch, bool gateway, bool received, const uint8_t *alert)
{
    const struct code_row *row = tls_alert_row(alert[1]);
    char unnamed[8];

    if (alert[1] == ALERT_CLOSE_NOTIFY) {
        on_close_notify(watch, gateway, received);
        return;
    }
    snprintf(unnamed, sizeof unnamed, "%u", alert[1]);
    tls_fact(watch, gateway, received ? FACT_TLS_ALERT_RECEIVED : FACT_TLS_ALERT_SENT, row ? row->name : unnamed);
    ended(watch, gateway, received ? "server" : "client", "alert");
    if (received)
        watch->progress->trace->alert_received = alert[1] + 1;
    else if (watch->progress->trace->peer_end == PEER_OPEN) // else it is what OpenSSL makes of the peer's end
        watch->progress->trace->alert_sent = alert[1] + 1;
}

// ---- the ClientHello ----

static void observe_hello(const struct tls_watch *watch, const uint8_t *message, size_t size)
{
    char text[CLIENT_HELLO_TEXT_MAX], hash[2 * EVP_MAX_MD_SIZE + 1] = "";
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;

    if (!client_hello_text(message, size, text, sizeof text))
        return;
    tls_fact(watch, false, FACT_TLS_HELLO, text);
    // A machine in FIPS mode has no MD5.
    if (!EVP_Digest(text, strlen(text), digest, &length, EVP_md5(), NULL))
        return;
    for (unsigned i = 0; i < length; i++)
        snprintf(hash + (size_t)2 * i, 3, "%02x", digest[i]);
    tls_fact(watch, false, FACT_TLS_JA3, hash);
}

// ---- OpenSSL's hooks ----

static void on_handshake(struct tls_watch *watch, bool received, const uint8_t *message, size_t size)
{
    struct server_hello hello;
    struct tls_trace *tls = &watch->progress->trace->tls;

    if (!received && size && message[0] == CLIENT_HELLO) {
        if (!tls->hello_sent) // a second one follows HelloRetryRequest (RFC 8446 4.1.4)
            observe_hello(watch, message, size);
        tls->hello_sent = true;
    } else if (received && server_hello_parse(message, size, &hello))
        tls->server_version = hello.version;
}

// Whose TLS it is shows at its first message: the target's begins when the tunnel through the gateway stands.
static bool is_target(const struct tls_watch *watch)
{
    return !watch->progress->trace->gateway || progress_reached(watch->progress, PHASE_NEGOTIATE);
}

static void on_message(int sent, int version, int type, const void *data, size_t size, SSL *ssl, void *argument)
{
    struct tls_watch *watch = argument;
    (void)version;
    if (watch->progress->over)
        return;
    if (!is_target(watch))
        SSL_set_ex_data(ssl, gateway_mark, watch);
    bool gateway = SSL_get_ex_data(ssl, gateway_mark) != NULL;
    *(gateway ? &watch->gateway_ssl : &watch->ssl) = ssl;
    // Flights are counted by the records; beyond the handshake PDUs are counted (tap.c), and not a gateway's.
    if (type == SSL3_RT_HEADER &&
        (watch->progress->trace->phase == PHASE_TLS || watch->progress->trace->phase == PHASE_GATEWAY))
        (sent ? progress_sent : progress_received)(watch->progress);
    if (type == SSL3_RT_ALERT && size == 2)
        on_alert(watch, gateway, !sent, data);
    if (type == SSL3_RT_HANDSHAKE && !gateway)
        on_handshake(watch, !sent, data, size);
    if (type == SSL3_RT_HANDSHAKE && gateway && size && *(const uint8_t *)data == FINISHED)
        watch->progress->trace->tunnel.tls_done = true;
}

// The variant has its say before the ClientHello is made.
static void on_state(const SSL *ssl, int where, int value)
{
    (void)value;
    if (where & SSL_CB_HANDSHAKE_START && is_target(watched) && !watched->progress->trace->tls.hello_sent)
        factors_hello(watched->variant, (SSL *)ssl);
}

// Each new SSL_CTX gets the message callback before its first SSL exists. An SSL's own ex-data hook would be too early:
// from OpenSSL 3.2 on, SSL_new() sets the callback after it.
static void on_new_context(void *parent, void *pointer, CRYPTO_EX_DATA *data, int index, long number, void *watch)
{
    (void)pointer;
    (void)data;
    (void)index;
    (void)number;
    SSL_CTX_set_info_callback(parent, on_state);
    SSL_CTX_set_msg_callback(parent, on_message);
    SSL_CTX_set_msg_callback_arg(parent, watch);
}

void tls_begin_watch(struct tls_watch *watch)
{
    watched = watch;
    CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_CTX, 0, watch, on_new_context, NULL, NULL);
    gateway_mark = SSL_get_ex_new_index(0, NULL, NULL, NULL, NULL);
}

// ---- what was agreed on ----

static const char *version_name(int version)
{
    switch (version) {
    case TLS1_VERSION:
        return "1.0";
    case TLS1_1_VERSION:
        return "1.1";
    case TLS1_2_VERSION:
        return "1.2";
    case TLS1_3_VERSION:
        return "1.3";
    default:
        return "other";
    }
}

void tls_report(const struct tls_watch *watch, bool gateway)
{
    SSL *ssl = gateway ? watch->gateway_ssl : watch->ssl;
    const unsigned char *protocol = NULL;
    unsigned length = 0;
    char alpn[64] = "none";

    if (!ssl)
        return;
    tls_fact(watch, gateway, FACT_TLS_SNI, SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name));
    // After a failed handshake there is a version too, once the server chose one.
    if (!SSL_get_current_cipher(ssl))
        return;
    tls_fact(watch, gateway, FACT_TLS_VERSION, version_name(SSL_version(ssl)));
    tls_fact(watch, gateway, FACT_TLS_CIPHER, SSL_get_cipher_name(ssl));
    int group = (int)SSL_get_negotiated_group(ssl);
    if (group != NID_undef)
        tls_fact(watch, gateway, FACT_TLS_GROUP, SSL_group_to_name(ssl, group));
    SSL_get0_alpn_selected(ssl, &protocol, &length);
    if (protocol)
        snprintf(alpn, sizeof alpn, "%.*s", (int)length, (const char *)protocol);
    tls_fact(watch, gateway, FACT_TLS_ALPN, alpn);
}

// The lowest version that this machine could offer: OpenSSL's settings may exclude versions, or every cipher of one.
static int lowest_offered(SSL *ssl)
{
    static const struct {
        int version;
        uint64_t excluded;
    } versions[] = {{TLS1_VERSION, SSL_OP_NO_TLSv1},
                    {TLS1_1_VERSION, SSL_OP_NO_TLSv1_1},
                    {TLS1_2_VERSION, SSL_OP_NO_TLSv1_2},
                    {TLS1_3_VERSION, SSL_OP_NO_TLSv1_3}};
    int lowest = (int)SSL_get_min_proto_version(ssl), ciphers = TLS1_3_VERSION;
    STACK_OF(SSL_CIPHER) *list = SSL_get_ciphers(ssl);

    for (int i = 0; i < sk_SSL_CIPHER_num(list); i++) {
        const char *since = SSL_CIPHER_get_version(sk_SSL_CIPHER_value(list, i));
        int version = strcmp(since, "TLSv1.3") == 0   ? TLS1_3_VERSION
                      : strcmp(since, "TLSv1.2") == 0 ? TLS1_2_VERSION
                                                      : TLS1_VERSION;
        ciphers = version < ciphers ? version : ciphers;
    }
    for (size_t i = 0; i < sizeof versions / sizeof versions[0]; i++) {
        if (versions[i].version >= lowest && versions[i].version >= ciphers &&
            !(SSL_get_options(ssl) & versions[i].excluded))
            return versions[i].version;
    }
    return TLS1_3_VERSION + 1;
}

void tls_note_failure(struct tls_watch *watch)
{
    struct tls_trace *tls = &watch->progress->trace->tls;
    tls->failed = true;
    tls->lowest_offered = watch->ssl ? (uint16_t)lowest_offered(watch->ssl) : 0;
}
