// SPDX-License-Identifier: Apache-2.0
#include "connection/finish.h"

#include <errno.h>
#include <freerdp/error.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "connection/classify.h"
#include "connection/outcome_report.h"
#include "connection/tls_first.h"
#include "knowledge/codes.h"
#include "trial/proof.h"

enum { GOODBYE_SECONDS = 1 };

void finish_note_error(struct connection *connection)
{
    struct trace *trace = &connection->trace;
    if (trace->last_error)
        return;
    trace->last_error = freerdp_get_last_error(&connection->context);
    // The name of no error, ERRBASE_SUCCESS, explains nothing.
    trace->last_error_name = trace->last_error ? freerdp_get_last_error_name(trace->last_error) : NULL;
}

// Verified is told as soon as it is seen.
static void tell_credentials(struct connection *connection)
{
    const struct trace *trace = &connection->trace;
    bool sent = observe_password_in_info(&connection->observer);

    if (trace->nla_passed || trace->logged_on)
        return;
    if (trace->logon_error && logon_error_on_password(trace->logon_code) == PASSWORD_WRONG && sent)
        event_failed_logon(connection->sink);
    event_fact(connection->sink, FACT_CREDENTIALS, json_string(credentials_word(trace, sent)));
}

// Whether what answered X.224 may be TLS: the end, or what is no X.224 and no other service's either.
static bool may_begin_with_tls(const struct trace *trace)
{
    if (trace->local || trace->gateway || trace->phase != PHASE_NEGOTIATE || trace->confirmed)
        return false;
    return trace->not_x224 ? other_protocol_may_be_tls(trace->other_protocol) : trace->peer_end != PEER_OPEN;
}

// Once a run and target, and only where it may be: what is in the path may count connections.
static void look_for_tls(struct connection *connection)
{
    enum { PATIENCE_MS = 2000 };
    struct trace *trace = &connection->trace;
    const struct connection_request *request = connection->request;
    double left = silence_due(&connection->silence) - event_clock();
    int ms = left / 4 < PATIENCE_MS ? (int)(left / 4) : PATIENCE_MS; // to connect, and again to be answered

    if (!request->looks_for_tls || !may_begin_with_tls(trace) || ms <= 0)
        return;
    int fd = socket_connect_again(&connection->sockets, request, connection->sink, ms);
    if (fd < 0)
        return;
    bool literal = request->profile.target.literal || address_is_literal(request->profile.levels.level[FACTOR_ADDRESS]);
    trace->tls_first = tls_first_ask(fd, literal ? NULL : connection->sockets.presented, ms);
    close(fd);
    event_fact(connection->sink, FACT_NEGOTIATION_TLS_FIRST, json_boolean(trace->tls_first));
}

void finish_failed(struct connection *connection)
{
    struct trace *trace = &connection->trace;

    connection->progress.over = true;
    finish_note_error(connection);
    peer_end_note(&trace->peer_end,
                  trace->phase == PHASE_GATEWAY ? connection->sockets.gateway_fd : connection->sockets.fd);
    look_for_tls(connection);
    tls_report_end(&connection->tls);
    kerberos_report(&connection->observer.kerberos);
    tell_credentials(connection);
    (void)picture_report(connection->picture); // the failure says more than a file that cannot be written
    if (logon_may_have_failed(trace))
        event_failed_logon(connection->sink);
    if (gateway_logon_may_have_failed(trace))
        event_failed_logon(connection->sink);
    outcome_report(trace, connection->sink);
    capture_closed(connection->capture);
    _exit(0);
}

void finish_locally(struct connection *connection, const char *name, const char *detail)
{
    connection->trace.local = name;
    snprintf(connection->trace.local_detail, sizeof connection->trace.local_detail, "%s", detail);
    finish_failed(connection);
}

// What shows that an active session is one: an intermediary may activate the client without any.
static void tell_proof(struct connection *connection)
{
    const struct trace *trace = &connection->trace;
    const bool painted = trace->painted || picture_is_painted(connection->picture);

    if (progress_reached(&connection->progress, PHASE_ACTIVE))
        event_fact(connection->sink, FACT_CONNECTED_PROOF,
                   json_string(proof_name(painted            ? PROOF_PAINTED
                                          : trace->logged_on ? PROOF_LOGON
                                                             : PROOF_ACTIVE)));
}

void finish_succeeded(struct connection *connection)
{
    struct outcome outcome = {.result = RESULT_CONNECTED, .phase = connection->request->until};

    if (!picture_report(connection->picture))
        finish_locally(connection, "SCREENSHOT_NOT_SAVED", strerror(errno));
    connection->progress.over = true;
    tell_credentials(connection);
    tell_proof(connection);
    event_outcome(connection->sink, &outcome);
    if (progress_reached(&connection->progress, PHASE_ACTIVE)) {
        // A session was opened: leave it with TLS' farewell rather than by vanishing, but do not wait for an answer.
        signal(SIGALRM, SIG_DFL);
        alarm(GOODBYE_SECONDS);
        freerdp_disconnect(connection->context.instance);
    }
    capture_closed(connection->capture);
    _exit(0);
}

void finish_if(struct connection *connection, enum ending ending)
{
    switch (ending) {
    case GOES_ON:
        return;
    case ENDS_FAILED:
        finish_failed(connection);
    case ENDS_SUCCEEDED:
        finish_succeeded(connection);
    case ENDS_UNDECIDED:
        _exit(0);
    }
}
