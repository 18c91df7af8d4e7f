// SPDX-License-Identifier: Apache-2.0
#include "connection/tls_facts.h"

#include <stdio.h>

#include "connection/progress.h"
#include "connection/settings.h"
#include "knowledge/codes.h"

enum { ALERT_WARNING = 1, ALERT_CLOSE_NOTIFY = 0 }; // RFC 8446 6

static void on_alert(struct session *session, bool received, const uint8_t *alert)
{
    const struct code_row *row = tls_alert_row(alert[1]);
    char unnamed[8];

    if (session->over)
        return;
    if (alert[1] == ALERT_CLOSE_NOTIFY) {
        // The peer's farewell; its FIN may still be on the way when FreeRDP gives up.
        if (received && session->evidence.peer_end == PEER_OPEN)
            session->evidence.peer_end = PEER_FIN;
        return;
    }
    snprintf(unnamed, sizeof unnamed, "%u", alert[1]);
    event_fact(session->sink, received ? FACT_TLS_ALERT_RECEIVED : FACT_TLS_ALERT_SENT,
               json_string(row ? row->name : unnamed));
    if (received)
        session->evidence.alert_received = alert[1] + 1;
    else
        session->evidence.alert_sent = alert[1] + 1;
}

static void on_message(int sent, int version, int type, const void *data, size_t size, SSL *ssl, void *argument)
{
    struct session *session = argument;
    (void)version;
    session->ssl = ssl;
    // Flights are counted by the records; beyond the handshake PDUs are counted (tap.c), and not a gateway's.
    if (type == SSL3_RT_HEADER && (session->evidence.phase == PHASE_TLS || session->evidence.phase == PHASE_GATEWAY))
        (sent ? progress_sent : progress_received)(session);
    if (type == SSL3_RT_ALERT && size == 2)
        on_alert(session, !sent, data);
}

// Each new SSL_CTX gets the message callback before its first SSL exists. An SSL's own ex-data hook would be too early:
// from OpenSSL 3.2 on, SSL_new() sets the callback after it.
static void on_new_context(void *parent, void *pointer, CRYPTO_EX_DATA *data, int index, long number, void *session)
{
    (void)pointer;
    (void)data;
    (void)index;
    (void)number;
    SSL_CTX_set_msg_callback(parent, on_message);
    SSL_CTX_set_msg_callback_arg(parent, session);
}

void tls_watch(struct session *session)
{
    CRYPTO_get_ex_new_index(CRYPTO_EX_INDEX_SSL_CTX, 0, session, on_new_context, NULL, NULL);
}

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

BOOL tls_connect(rdpTransport *transport)
{
    struct session *session = session_of(transport_get_context(transport));

    progress_begin(session, PHASE_TLS);
    session->ssl = NULL;
    BOOL ok = settings_before_target_tls(session) && session->io.TLSConnect(transport);
    if (session->over)
        return ok;
    // After a failed handshake there is a version too, once the server chose one.
    if (session->ssl && (ok || SSL_get_current_cipher(session->ssl))) {
        event_fact(session->sink, FACT_TLS_VERSION, json_string(version_name(SSL_version(session->ssl))));
        event_fact(session->sink, FACT_TLS_CIPHER, json_string(SSL_get_cipher_name(session->ssl)));
    }
    if (!ok) {
        session_fail(session);
    }
    progress_begin(session, session->evidence.nla ? PHASE_NLA : PHASE_MCS);
    return ok;
}
