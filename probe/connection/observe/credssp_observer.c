// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <time.h>

#include "connection/observe/observe.h"
#include "knowledge/codes.h"
#include "knowledge/windows_build.h"
#include "protocol/authorization.h"
#include "protocol/ntlm.h"
#include "protocol/spnego.h"
#include "protocol/tsrequest.h"

// ---- what the CHALLENGE tells ----

static void text_fact(struct event_sink *sink, enum fact fact, const char *text)
{
    if (text && text[0])
        event_fact(sink, fact, json_string(text));
}

static void report_system(struct observer *observer, const struct ntlm_challenge *challenge)
{
    char version[32];

    if (challenge->has_version) {
        snprintf(version, sizeof version, "%u.%u.%u", challenge->major, challenge->minor, challenge->build);
        event_fact(observer->sink, FACT_NTLM_OS_VERSION, json_string(version));
        event_fact(observer->sink, FACT_NTLM_OS_BUILD, json_integer(challenge->build));
        text_fact(observer->sink, FACT_NTLM_OS_NAME, windows_build_name(challenge->build));
    }
    text_fact(observer->sink, FACT_NTLM_COMPUTER, challenge->computer);
    text_fact(observer->sink, FACT_NTLM_DOMAIN, challenge->domain);
    text_fact(observer->sink, FACT_NTLM_DNS_COMPUTER, challenge->dns_computer);
    text_fact(observer->sink, FACT_NTLM_DNS_DOMAIN, challenge->dns_domain);
    text_fact(observer->sink, FACT_NTLM_FOREST, challenge->forest);
}

// Whole milliseconds: nothing here is known better.
static json_t *seconds(double ms)
{
    return json_real((double)(int64_t)(ms < 0 ? ms - 0.5 : ms + 0.5) / 1000);
}

// The server read its clock somewhere between NEGOTIATE and CHALLENGE: in the middle, give or take half that time.
static void report_clock(struct observer *observer, const struct ntlm_challenge *challenge, double received)
{
    struct timespec now;
    struct tm tm;
    char date[40], text[48];
    double round_trip = received - observer->ntlm_asked, server = filetime_to_unix_ms(challenge->time);

    clock_gettime(CLOCK_REALTIME, &now);
    double here = (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6 - (event_clock() - received) - round_trip / 2;
    time_t time = (time_t)(server / 1e3);
    if (server >= 0 && gmtime_r(&time, &tm) && strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &tm) > 0) {
        snprintf(text, sizeof text, "%s.%03uZ", date, (unsigned)((uint64_t)server % 1000));
        event_fact(observer->sink, FACT_CLOCK_SERVER, json_string(text));
    }
    event_fact(observer->sink, FACT_CLOCK_SKEW, seconds(server - here));
    event_fact(observer->sink, FACT_CLOCK_UNCERTAINTY, seconds(round_trip / 2 + 0.5));
}

static void observe_challenge(struct observer *observer, const struct tsrequest *request, double received)
{
    struct spnego spnego;
    struct ntlm_challenge challenge;

    if (observer->ntlm_challenged || !spnego_parse(request->token, request->token_size, &spnego) || !spnego.token ||
        !ntlm_challenge_parse(spnego.token, spnego.token_size, &challenge))
        return;
    observer->ntlm_challenged = true;
    report_system(observer, &challenge);
    if (challenge.has_time && observer->ntlm_asked > 0)
        report_clock(observer, &challenge, received);
}

// ---- CredSSP ----

static void report_mechanism(struct observer *observer, const struct tsrequest *request)
{
    struct spnego spnego;
    if (spnego_parse(request->token, request->token_size, &spnego))
        text_fact(observer->sink, FACT_CREDSSP_MECHANISM, mechanism_name(spnego.mechanism));
}

// MS-CSSP 2.2.1: version 5 came with the change for CVE-2018-0886. The policy is AllowEncryptionOracle.
static const char *oracle_remediation(uint32_t version)
{
    enum { REMEDIED = 5 };
    if (version >= REMEDIED)
        return "remedied (version 5 or later): no reason for an updated client to refuse";
    return "not remedied (version below 5): an updated Windows client refuses by itself where its policy is "
           "Force Updated Clients or Mitigated, the default";
}

static void passed(struct observer *observer)
{
    if (observer->trace->nla_passed || !observer->trace->token_sent)
        return;
    observer->trace->nla_passed = true;
    event_fact(observer->sink, FACT_CREDENTIALS, json_string("verified"));
    event_fact(observer->sink, FACT_CREDENTIALS_PROOF, json_string("session key"));
}

// AUTHENTICATE, the answer to the CHALLENGE, is about to be sent.
static enum ending observe_logon(struct observer *observer, struct bytes token)
{
    // The CHALLENGE was there, even if this program could not read it.
    if (observer->request->at_challenge)
        return ENDS_SUCCEEDED;
    enum ending ending =
        permit_request(observer->permit, observer->sink, observer->trace->gateway ? -1 : *observer->fd);
    if (ending)
        return ending;
    observer->trace->authenticate_sent = true;
    event_logon(observer->sink);
    observe_authenticate(observer->sink, token);
    return GOES_ON;
}

enum ending observe_client_tsrequest(struct observer *observer, struct bytes pdu)
{
    struct tsrequest request;

    if (!tsrequest_parse(pdu.data, pdu.size, &request))
        return GOES_ON;
    if (request.has_auth_info) {
        // The client sends it when the server has proved that it knows the session key: the logon was taken.
        passed(observer);
        observer->trace->authorization_awaited = observer->trace->hybrid_ex;
    }
    if (!request.token)
        return GOES_ON;
    observer->trace->token_sent = true;
    kerberos_report(&observer->kerberos);
    switch (ntlm_message_type(request.token, request.token_size)) {
    case NTLM_NEGOTIATE:
        report_mechanism(observer, &request);
        observer->ntlm_asked = event_clock();
        break;
    case NTLM_AUTHENTICATE:
        return observe_logon(observer, (struct bytes){request.token, request.token_size});
    default:
        report_mechanism(observer, &request);
        break;
    }
    return GOES_ON;
}

enum ending observe_server_tsrequest(struct observer *observer, struct bytes pdu)
{
    struct tsrequest request;
    struct trace *trace = observer->trace;
    double received = event_clock();

    if (!tsrequest_parse(pdu.data, pdu.size, &request))
        return GOES_ON;
    event_fact(observer->sink, FACT_CREDSSP_VERSION, json_integer(request.version));
    event_fact(observer->sink, FACT_CREDSSP_ORACLE_REMEDIATION, json_string(oracle_remediation(request.version)));
    if (request.token) {
        report_mechanism(observer, &request);
        observe_challenge(observer, &request, received);
    }
    if (request.has_error) {
        const struct code_row *row = credssp_row(request.error);
        trace->credssp_error = true;
        trace->ntstatus = request.error;
        event_fact(observer->sink, FACT_CREDSSP_NTSTATUS, json_integer(request.error));
        if (row)
            event_fact(observer->sink, FACT_CREDSSP_STATUS_NAME, json_string(row->name));
    }
    return observer->ntlm_challenged && observer->request->at_challenge ? ENDS_SUCCEEDED : GOES_ON;
}

enum ending observe_authorization(struct observer *observer, struct bytes pdu)
{
    struct trace *trace = observer->trace;

    trace->authorization_awaited = false;
    if (!authorization_parse(pdu.data, pdu.size, &trace->authorization))
        return GOES_ON;
    const struct code_row *row = authorization_row(trace->authorization);
    trace->authorization_known = true;
    event_fact(observer->sink, FACT_CREDSSP_AUTHORIZATION, json_integer(trace->authorization));
    if (row)
        event_fact(observer->sink, FACT_CREDSSP_AUTHORIZATION_NAME, json_string(row->name));
    return trace->authorization != 0 ? ENDS_FAILED : GOES_ON;
}
