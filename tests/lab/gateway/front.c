// SPDX-License-Identifier: Apache-2.0
#include "front.h"

#include "channel.h"
#include "gateway.h"
#include "http.h"
#include "ntlm.h"
#include "record.h"
#include "tunnel.h"
#include "websocket.h"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { REQUESTS_MAX = 32, BODY_MAX = 65536, SEED = 10, FIELDS_MAX = 256 };

static const char offer[] = "WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n";

// Answers with a status that is not success and writes the refused record. The connection stays only after 401.
static void refuse(struct channel *channel, const struct http_request *request, unsigned status, const char *reason,
                   const char *fields)
{
    struct tunnel *tunnel = channel->tunnel;
    if (tunnel->gateway->options->restricted && strcmp(reason, "restricted") == 0) {
        http_answer_phrased(&channel->out, status, "User Account Restricted", fields, true);
    } else {
        http_answer(&channel->out, status, fields, true);
    }
    bool named = tunnel->user[0];
    json_t *record = json_pack(
        "{s:s,s:o,s:o,s:i,s:s,s:o,s:o,s:o,s:i}", "record", "refused", "peer", record_text(channel->peer), "method",
        record_text(request->method), "status", (int)status, "reason", reason, "auth",
        record_text(tunnel->authentication), "user", record_text(named ? tunnel->user : NULL), "domain",
        record_text(tunnel->domain[0] ? tunnel->domain : NULL), "ntlm_authenticates", (int)tunnel->ntlm_authenticates);
    if (!record_write(record)) {
        tunnel->gateway->over = true;
    }
    tunnel->ntlm_authenticates = 0;
    tunnel->refused = true;
    channel->challenged = false;
    if (status != 401) {
        tunnel_end(tunnel, ENDED_ERROR, NULL);
    }
}

// As a Windows gateway does for a member of Protected Users: the password was right, the way to log on is not.
static void restrict_account(struct channel *channel, const struct http_request *request)
{
    char fields[FIELDS_MAX];
    snprintf(fields, sizeof fields, "RDG-Auth-Scheme: %s\r\n%s", channel->tunnel->gateway->options->restricted, offer);
    refuse(channel, request, 401, "restricted", fields);
}

// One message of an NTLM logon; true when it is over and the client may go on.
static bool logon(struct channel *channel, const struct http_request *request)
{
    struct tunnel *tunnel = channel->tunnel;
    const struct options *options = tunnel->gateway->options;
    tunnel->authentication = authentication_name(AUTH_NTLM);
    if (!channel->ntlm) {
        channel->ntlm = ntlm_new(&tunnel->gateway->account);
    }
    struct buffer message = {0};
    struct buffer answer = {0};
    enum ntlm_result result = NTLM_INVALID;
    if (channel->ntlm && http_unbase64(&message, request->token)) {
        result = ntlm_accept(channel->ntlm, &message, &answer);
        if (ntlm_authenticate_seen(channel->ntlm)) {
            tunnel->ntlm_authenticates++;
            snprintf(tunnel->user, sizeof tunnel->user, "%s", ntlm_user(channel->ntlm));
            snprintf(tunnel->domain, sizeof tunnel->domain, "%s", ntlm_domain(channel->ntlm));
        }
    }
    if (result == NTLM_CONTINUE) {
        struct buffer fields = {0};
        static const char before[] = "WWW-Authenticate: ";
        buffer_append(&fields, before, sizeof before - 1);
        buffer_append(&fields, request->scheme, strlen(request->scheme));
        buffer_append(&fields, " ", 1);
        http_base64(&fields, buffer_bytes(&answer), answer.length);
        buffer_append(&fields, "\r\n", 3); // with the zero
        http_answer(&channel->out, 401, (const char *)buffer_bytes(&fields), true);
        buffer_clear(&fields);
        channel->challenged = true;
    } else {
        ntlm_free(channel->ntlm);
        channel->ntlm = NULL;
    }
    buffer_clear(&message);
    buffer_clear(&answer);
    if (result == NTLM_ACCEPTED) {
        tunnel->authenticated = options->authentication == AUTH_NTLM;
        return true;
    }
    if (result != NTLM_CONTINUE) {
        refuse(channel, request, 401, result == NTLM_DENIED ? "logon" : "token", offer);
    }
    return false;
}

// True when the client may go on; else the request is answered.
static bool authenticate(struct channel *channel, const struct http_request *request)
{
    struct tunnel *tunnel = channel->tunnel;
    const struct options *options = tunnel->gateway->options;
    bool ntlm = strcasecmp(request->scheme, "Negotiate") == 0 || strcasecmp(request->scheme, "NTLM") == 0;
    bool bearer = strcasecmp(request->scheme, "Bearer") == 0;
    if (channel->authenticated && !request->scheme[0]) {
        return true; // NTLM authenticates a connection, not a request
    }
    switch (options->authentication) {
    case AUTH_NONE:
        if (ntlm) {
            return logon(channel, request);
        }
        tunnel->authentication = authentication_name(bearer ? AUTH_BEARER : AUTH_NONE);
        return true;
    case AUTH_NTLM:
        if (ntlm) {
            return logon(channel, request);
        }
        if (request->scheme[0]) {
            refuse(channel, request, 401, "scheme", offer);
            return false;
        }
        http_answer(&channel->out, 401, offer, true);
        channel->challenged = true;
        return false;
    case AUTH_PAA:
        if (request->scheme[0]) {
            refuse(channel, request, 401, "scheme", NULL);
            return false;
        }
        tunnel->authentication = authentication_name(AUTH_PAA); // the cookie comes with the tunnel create packet
        return true;
    case AUTH_BEARER:
        tunnel->authentication = bearer ? authentication_name(AUTH_BEARER) : NULL;
        if (!bearer || strcmp(request->token, options->token) != 0) {
            refuse(channel, request, 401, bearer ? "token" : "scheme", "WWW-Authenticate: Bearer\r\n");
            return false;
        }
        tunnel->authenticated = true;
        return true;
    case AUTH_BASIC:
        refuse(channel, request, 401, "scheme", "WWW-Authenticate: Basic realm=\"lab\"\r\n");
        return false;
    }
    return false;
}

static struct tunnel *waiting_tunnel(const struct gateway *gateway, const char *connection_id)
{
    for (struct tunnel *tunnel = gateway->tunnels; tunnel; tunnel = tunnel->next) {
        if (!tunnel->over && tunnel->transport == TRANSPORT_HTTP && strcmp(tunnel->connection_id, connection_id) == 0) {
            return tunnel;
        }
    }
    return NULL;
}

static void open_tunnel(struct channel *channel, enum transport transport)
{
    struct tunnel *tunnel = channel->tunnel;
    tunnel->transport = transport;
    tunnel->reached = STEP_HTTP;
    tunnel->refused = false;
    tunnel_count(tunnel);
}

static void open_websocket(struct channel *channel, const struct http_request *request)
{
    struct buffer fields = {0};
    websocket_accept(&fields, request->websocket_key);
    buffer_append(&fields, "", 1);
    http_answer(&channel->out, 101, (const char *)buffer_bytes(&fields), false);
    buffer_clear(&fields);
    channel->state = CHANNEL_WEBSOCKET;
    open_tunnel(channel, TRANSPORT_WEBSOCKET);
}

static void open_out(struct gateway *gateway, struct channel *channel, const struct http_request *request)
{
    if (!request->connection_id[0] || waiting_tunnel(gateway, request->connection_id)) {
        refuse(channel, request, 400, "connection-id", NULL);
        return;
    }
    // MS-TSGU 3.3.5.1: a random body of limited size follows the final OK; in practice 10 bytes.
    unsigned char seed[SEED];
    RAND_bytes(seed, sizeof seed);
    const struct options *options = gateway->options;
    char fields[FIELDS_MAX];
    snprintf(fields, sizeof fields, "%s%s%s%s", options->content_type ? "Content-Type: " : "",
             options->content_type ? options->content_type : "", options->content_type ? "\r\n" : "",
             options->chunked_out ? "Transfer-Encoding: chunked\r\n" : "");
    http_answer(&channel->out, 200, fields, false);
    if (options->chunked_out) {
        http_chunk(&channel->out, seed, sizeof seed);
    } else {
        buffer_append(&channel->out, seed, sizeof seed);
    }
    snprintf(channel->tunnel->connection_id, sizeof channel->tunnel->connection_id, "%s", request->connection_id);
    channel->state = CHANNEL_OUT;
    open_tunnel(channel, TRANSPORT_HTTP);
}

static void open_in(struct gateway *gateway, struct channel *channel, const struct http_request *request)
{
    struct tunnel *own = channel->tunnel;
    if (own->in != channel) {
        struct tunnel *tunnel = waiting_tunnel(gateway, request->connection_id);
        if (!tunnel || tunnel->in || strcmp(tunnel->user, own->user) != 0) {
            refuse(channel, request, 400, "connection-id", NULL);
            return;
        }
        // From here on the channel is a part of that tunnel, and what stood for it until now has nothing to record.
        tunnel->ntlm_authenticates += own->ntlm_authenticates;
        tunnel->in = channel;
        channel->tunnel = tunnel;
        channel->deadline = 0;
        own->out = NULL;
        own->over = true;
    }
    if (request->chunked) {
        channel->state = CHANNEL_IN;
    } else {
        http_answer(&channel->out, 200, NULL, true);
    }
}

static void serve_request(struct gateway *gateway, struct channel *channel, const struct http_request *request)
{
    const struct options *options = gateway->options;
    bool out = strcmp(request->method, "RDG_OUT_DATA") == 0;
    bool in = strcmp(request->method, "RDG_IN_DATA") == 0;
    bool websocket = out && request->upgrade && request->websocket_key[0] && options->transports[TRANSPORT_WEBSOCKET];
    if (tunnel_fault(channel->tunnel, STEP_HTTP)) {
        return;
    }
    if (!out && !in) {
        refuse(channel, request, 405, "method", "Allow: RDG_OUT_DATA, RDG_IN_DATA\r\n");
    } else if (!websocket && !options->transports[TRANSPORT_HTTP]) {
        refuse(channel, request, 403, "transport", NULL);
    } else if (++channel->requests > REQUESTS_MAX || request->content_length > BODY_MAX) {
        refuse(channel, request, 400, "limit", NULL);
    } else if (authenticate(channel, request)) {
        channel->authenticated = true;
        channel->challenged = false;
        const struct codes *status = out ? &options->http_status : &options->second_status;
        channel->tunnel->logged_on = true;
        if (options->fault_logon && tunnel_fault(channel->tunnel, STEP_HTTP)) {
            return;
        }
        if (options->restricted) {
            restrict_account(channel, request);
        } else if (status->count) {
            refuse(channel, request, options_code(status, ++gateway->refusals), "http-status", NULL);
        } else if (websocket) {
            open_websocket(channel, request);
        } else if (out) {
            open_out(gateway, channel, request);
        } else {
            open_in(gateway, channel, request);
        }
    }
    if (channel->state == CHANNEL_REQUESTS) {
        channel->body = request->chunked ? 0 : request->content_length;
    }
}

static void serve_requests(struct gateway *gateway, struct channel *channel)
{
    struct http_request request;
    while (channel->state == CHANNEL_REQUESTS) {
        size_t skipped = channel->body < channel->in.length ? (size_t)channel->body : channel->in.length;
        buffer_consume(&channel->in, skipped);
        channel->body -= skipped;
        if (channel->body > 0) {
            return;
        }
        enum http_result result = http_parse(&channel->in, &request);
        if (result == HTTP_INCOMPLETE) {
            return;
        }
        if (result == HTTP_BAD) {
            refuse(channel, &request, 400, "request", NULL);
            return;
        }
        serve_request(gateway, channel, &request);
        OPENSSL_cleanse(request.token, sizeof request.token);
    }
}

void front_resume(struct gateway *gateway, struct channel *channel)
{
    if (channel->state == CHANNEL_REQUESTS) {
        serve_requests(gateway, channel);
    }
    struct tunnel *tunnel = channel->tunnel;
    if (!tunnel || tunnel->over || tunnel->faulted || tunnel_client_paused(tunnel)) {
        return;
    }
    if (channel->state == CHANNEL_OUT) {
        buffer_clear(&channel->in);
    } else if (channel->state == CHANNEL_WEBSOCKET) {
        enum websocket_result result = websocket_receive(&channel->in, &tunnel->packets, &channel->out);
        tunnel_receive(tunnel);
        if (result == WEBSOCKET_CLOSED) {
            tunnel_end(tunnel, ENDED_CLIENT, NULL);
        } else if (result == WEBSOCKET_BAD) {
            tunnel_end(tunnel, ENDED_ERROR, "A websocket frame is not well-formed.");
        }
    } else if (channel->state == CHANNEL_IN) {
        enum http_result result = http_dechunk(&channel->in, &tunnel->packets, &channel->body, &channel->chunk_over);
        tunnel_receive(tunnel);
        if (result == HTTP_COMPLETE) {
            tunnel_end(tunnel, ENDED_CLIENT, NULL);
        } else if (result == HTTP_BAD) {
            tunnel_end(tunnel, ENDED_ERROR, "The chunked body is not well-formed.");
        }
    }
}

// The client has left, or TLS failed.
static void leave(struct channel *channel, enum channel_result result)
{
    struct tunnel *tunnel = channel->tunnel;
    if (!tunnel) {
        channel->state = CHANNEL_OVER;
        return;
    }
    if (channel->challenged && !tunnel->verdict) {
        struct http_request none = {.method = ""};
        refuse(channel, &none, 401, "no-credentials", NULL);
    }
    if (result == CHANNEL_FAILED) {
        const char *reason = ERR_reason_error_string(ERR_peek_last_error());
        tunnel_end(tunnel, ENDED_ERROR, reason ? reason : "TLS failed.");
    } else {
        tunnel_end(tunnel, ENDED_CLIENT, NULL);
    }
}

static void handshake(struct channel *channel, short events)
{
    struct tunnel *tunnel = channel->tunnel;
    if ((events & POLLIN) && tunnel_fault(tunnel, STEP_TLS)) {
        return;
    }
    enum channel_result result = channel_handshake(channel);
    if (result == CHANNEL_OK) {
        channel->state = CHANNEL_REQUESTS;
        tunnel->reached = STEP_TLS;
        const char *name = SSL_get_servername(channel->ssl, TLSEXT_NAMETYPE_host_name);
        snprintf(tunnel->sni, sizeof tunnel->sni, "%s", name ? name : "");
        // "TLSv1" is 1.0; the records have the numbers of --tls-min.
        const char *version = SSL_get_version(channel->ssl) + strlen("TLSv");
        snprintf(tunnel->tls, sizeof tunnel->tls, "%s%s", version, strchr(version, '.') ? "" : ".0");
    } else if (result != CHANNEL_AGAIN) {
        leave(channel, result);
    }
}

void front_serve(struct gateway *gateway, struct channel *channel, short events)
{
    switch (channel->state) {
    case CHANNEL_OVER:
        return;
    case CHANNEL_LINGERING:
        channel_lingering(channel);
        return;
    case CHANNEL_HELD:
        if (events & (POLLRDHUP | POLLHUP | POLLERR)) {
            leave(channel, CHANNEL_LEFT);
        }
        return;
    case CHANNEL_TLS:
        handshake(channel, events);
        if (channel->state != CHANNEL_REQUESTS) {
            return;
        }
        break;
    default:
        break;
    }
    enum channel_result written = channel_write(channel);
    enum channel_result read = CHANNEL_OK;
    if (!channel->tunnel || !tunnel_client_paused(channel->tunnel) || (events & (POLLHUP | POLLERR))) {
        read = channel_read(channel);
        if (read == CHANNEL_OK && (events & (POLLHUP | POLLERR))) {
            read = CHANNEL_LEFT; // both directions are over, even where the queue has no room to read that far
        }
    }
    front_resume(gateway, channel);
    if (channel->state == CHANNEL_LINGERING || channel->state == CHANNEL_OVER) {
        return;
    }
    if (read != CHANNEL_OK || written != CHANNEL_OK) {
        leave(channel, read != CHANNEL_OK ? read : written);
    }
}
