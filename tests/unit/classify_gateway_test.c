// SPDX-License-Identifier: Apache-2.0
// What an RD Gateway showed on the wire, and the outcome that it must give.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <freerdp/error.h>
#include <string.h>

#include "connection/classify.h"

static const struct row {
    const char *cause;
    enum phase phase;
    struct tunnel_trace tunnel;
    enum peer_end peer_end;
    enum family family;
    uint32_t code;
    const char *name, *detail;
    uint32_t mstsc; // 0: nothing is claimed
} rows[] = {
    {"logon refused",
     PHASE_GATEWAY,
     {.begun = true, .step = GATEWAY_STEP_HTTP, .status = 401, .reason = "Unauthorized"},
     PEER_OPEN,
     FAMILY_GATEWAY,
     401,
     "HTTP_STATUS_DENIED",
     "HTTP 401 \"Unauthorized\" at step http",
     0},
    {"an account that must log on in another way",
     PHASE_GATEWAY,
     {.begun = true,
      .step = GATEWAY_STEP_HTTP,
      .status = 401,
      .reason = "User Account Restricted",
      .logons = 1,
      .password_sent = true,
      .restricted = true,
      .wanted = "SMARTCARD"},
     PEER_OPEN,
     FAMILY_GATEWAY,
     401,
     "USER_ACCOUNT_RESTRICTED",
     "(HTTP 401 \"User Account Restricted\"): it wants SMARTCARD",
     0},
    {"no way to log on in common",
     PHASE_GATEWAY,
     {.begun = true, .step = GATEWAY_STEP_HTTP, .status = 401, .unmatched = true, .schemes = "Basic, Digest"},
     PEER_OPEN,
     FAMILY_GATEWAY,
     401,
     "NO_COMMON_SCHEME",
     "the gateway offers Basic, Digest, and this client",
     0},
    {"NTLM is not taken in Negotiate",
     PHASE_GATEWAY,
     {.begun = true, .step = GATEWAY_STEP_HTTP, .status = 401, .not_begun = true, .schemes = "Negotiate"},
     PEER_FIN,
     FAMILY_GATEWAY,
     401,
     "LOGON_NOT_BEGUN",
     "no password was sent",
     0},
    {"closed when it had the password",
     PHASE_GATEWAY,
     {.begun = true,
      .step = GATEWAY_STEP_HTTP,
      .status = 401, // the CHALLENGE's
      .reason = "Unauthorized",
      .logon_goes_on = true,
      .logons = 1,
      .password_sent = true,
      .unproved = true},
     PEER_RST,
     FAMILY_GATEWAY,
     0,
     "CLOSED_AFTER_LOGON",
     "reset the connection at step http when it had the password",
     0},
    {"closed before it had",
     PHASE_GATEWAY,
     {.begun = true, .step = GATEWAY_STEP_HTTP, .status = 401, .logon_goes_on = true},
     PEER_FIN,
     FAMILY_CLOSED,
     0,
     "FIN",
     "the gateway closed the connection at step http",
     0},
    {"a web site",
     PHASE_GATEWAY,
     {.begun = true, .step = GATEWAY_STEP_HTTP, .status = 302, .reason = "Found"},
     PEER_OPEN,
     FAMILY_GATEWAY,
     302,
     "HTTP_STATUS_REDIRECT",
     "HTTP 302 \"Found\" at step http: the web server sends the client to another address",
     0},
    {"out of service on the second channel",
     PHASE_GATEWAY,
     {.begun = true, .step = GATEWAY_STEP_SECOND_HTTP, .status = 503},
     PEER_FIN,
     FAMILY_GATEWAY,
     503,
     "HTTP_STATUS_SERVICE_UNAVAIL",
     "HTTP 503 at step second-http",
     0},
    {"a status without a name",
     PHASE_GATEWAY,
     {.begun = true, .step = GATEWAY_STEP_HTTP, .status = 418, .reason = "I'm a teapot"},
     PEER_OPEN,
     FAMILY_GATEWAY,
     418,
     "HTTP_STATUS_418",
     "HTTP 418 \"I'm a teapot\" at step http: a status that is no success",
     0},
    {"an HRESULT",
     PHASE_GATEWAY,
     {.begun = true, .step = GATEWAY_STEP_AUTHORIZE, .status = 101, .answered = true, .code = 0x800759DB},
     PEER_FIN,
     FAMILY_GATEWAY,
     0x800759DB,
     "E_PROXY_NAP_ACCESSDENIED",
     "the gateway refused at step authorize",
     0x300001C},
    {"a low word, which FreeRDP takes for success",
     PHASE_GATEWAY,
     {.begun = true, .step = GATEWAY_STEP_CHANNEL, .status = 101, .answered = true, .code = 0x59DD},
     PEER_OPEN,
     FAMILY_GATEWAY,
     0x59DD,
     "E_PROXY_TS_CONNECTFAILED",
     "the gateway refused at step channel",
     0x3000008},
    {"nonsense",
     PHASE_GATEWAY,
     {.begun = true, .step = GATEWAY_STEP_TUNNEL, .status = 101, .malformed = true},
     PEER_FIN,
     FAMILY_GATEWAY,
     0,
     "MALFORMED_ANSWER",
     "at step tunnel",
     0},
    {"no websocket",
     PHASE_GATEWAY,
     {.begun = true, .step = GATEWAY_STEP_HTTP, .status = 200, .declined = true},
     PEER_OPEN,
     FAMILY_GATEWAY,
     0,
     "WEBSOCKET_DECLINED",
     "http",
     0},
    {"granted, and then nothing that can be used",
     PHASE_GATEWAY,
     {.begun = true, .step = GATEWAY_STEP_HTTP, .status = 200},
     PEER_OPEN,
     FAMILY_GATEWAY,
     0,
     "",
     "at step http ended the attempt",
     0},
    {"no TLS",
     PHASE_GATEWAY,
     {.begun = true, .step = GATEWAY_STEP_SECOND_TLS, .status = 200},
     PEER_OPEN,
     FAMILY_TLS,
     0,
     "",
     "no TLS",
     0},
    {"TLS, and no request of this machine",
     PHASE_GATEWAY,
     {.begun = true, .step = GATEWAY_STEP_TLS, .tls_done = true},
     PEER_OPEN,
     FAMILY_LOCAL,
     0,
     "NO_GATEWAY_REQUEST",
     "FreeRDP made no request",
     0},
    {"closed in TLS",
     PHASE_GATEWAY,
     {.begun = true, .step = GATEWAY_STEP_TLS},
     PEER_FIN,
     FAMILY_CLOSED,
     0,
     "FIN",
     "the gateway closed the connection at step tls",
     0},
    {"session limit",
     PHASE_ACTIVE,
     {.begun = true, .step = GATEWAY_STEP_CHANNEL, .status = 101, .closed = true, .close_status = 0x59F6},
     PEER_FIN,
     FAMILY_GATEWAY,
     0x59F6,
     "E_PROXY_SESSIONTIMEOUT",
     "the gateway closed the tunnel",
     0x3000033},
    {"ended by the gateway's administrator",
     PHASE_CAPABILITIES,
     {.begun = true, .step = GATEWAY_STEP_CHANNEL, .status = 200, .closed = true, .close_status = 0x4D4},
     PEER_FIN,
     FAMILY_GATEWAY,
     0x4D4,
     "ERROR_CONNECTION_ABORTED",
     "the gateway closed the tunnel",
     0x3000019},
    {"closed behind the gateway, which says so",
     PHASE_MCS,
     {.begun = true, .step = GATEWAY_STEP_CHANNEL, .status = 101, .closed = true, .close_status = 0xA0},
     PEER_FIN,
     FAMILY_CLOSED,
     0,
     "FIN",
     "the gateway says that the target's connection is closed",
     0x904},
    {"closed by whom does not show",
     PHASE_MCS,
     {.begun = true, .step = GATEWAY_STEP_CHANNEL, .status = 101},
     PEER_FIN,
     FAMILY_CLOSED,
     0,
     "FIN",
     "the peer closed the connection",
     0x904},
};

static struct trace evidence_of(const struct row *row)
{
    return (struct trace){.phase = row->phase, .gateway = true, .tunnel = row->tunnel, .peer_end = row->peer_end};
}

static void assert_row(const struct row *row, const struct trace *trace)
{
    struct outcome o = classify(trace);
    if (o.family != row->family || o.code != row->code || o.phase != row->phase || strcmp(o.name, row->name) != 0 ||
        !strstr(o.detail, row->detail))
        fail_msg("%s: %s %u %s in %s: %s", row->cause, family_name(o.family), o.code, o.name, phase_name(o.phase),
                 o.detail);
    assert_int_equal(o.mstsc.basis, row->mstsc ? BASIS_INFERRED : BASIS_NONE);
    assert_int_equal(o.mstsc.code, row->mstsc);
}

static void every_answer_has_its_outcome(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct trace trace = evidence_of(&rows[i]);
        assert_row(&rows[i], &trace);
    }
}

// FreeRDP's own error says less than the wire, or the contrary.
static void the_wire_outweighs_freerdp(void **state)
{
    static const uint32_t errors[] = {FREERDP_ERROR_CONNECT_ACCESS_DENIED, 0x800759DA, 0x2000D};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        bool answered = rows[i].family == FAMILY_GATEWAY && (rows[i].name[0] || rows[i].code);
        for (size_t k = 0; answered && k < sizeof errors / sizeof errors[0]; k++) {
            struct trace trace = evidence_of(&rows[i]);
            trace.last_error = errors[k];
            assert_row(&rows[i], &trace);
        }
    }
}

// The target's reason was there before the gateway closed the tunnel.
static void the_targets_reason_comes_first(void **state)
{
    struct trace trace = {.phase = PHASE_LICENSING,
                          .gateway = true,
                          .error_info_seen = true,
                          .error_info = 7,
                          .error_info_phase = PHASE_LICENSING,
                          .tunnel = {.begun = true, .closed = true, .close_status = 0x4D4}};
    (void)state;
    assert_int_equal(classify(&trace).family, FAMILY_ERRINFO);
}

static void a_logon_counts_unless_it_was_proved(void **state)
{
    struct trace e = {.phase = PHASE_GATEWAY, .gateway = true, .last_error = FREERDP_ERROR_CONNECT_ACCESS_DENIED};
    (void)state;
    assert_false(gateway_logon_may_have_failed(&e)); // it was given no password
    e.tunnel.logons = 1;
    e.tunnel.password_sent = e.tunnel.unproved = true; // silence, a close, HTTP 403: none proves it good
    assert_true(gateway_logon_may_have_failed(&e));
    assert_false(logon_may_have_failed(&e)); // the target was sent none
    e.tunnel.unproved = false;
    e.tunnel.answered = true;
    e.tunnel.code = 0x800759DB; // refused for another reason, after the logon
    assert_false(gateway_logon_may_have_failed(&e));
    e.tunnel.password_refused = true; // SEC_E_LOGON_DENIED at a later step
    assert_true(gateway_logon_may_have_failed(&e));
    // Behind the gateway the target's own logon counts as ever.
    e = (struct trace){.phase = PHASE_NLA, .gateway = true, .nla = true};
    e.tunnel.password_sent = true;
    assert_false(logon_may_have_failed(&e));
    e.authenticate_sent = true;
    assert_true(logon_may_have_failed(&e));
    assert_false(gateway_logon_may_have_failed(&e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_answer_has_its_outcome),
        cmocka_unit_test(the_wire_outweighs_freerdp),
        cmocka_unit_test(the_targets_reason_comes_first),
        cmocka_unit_test(a_logon_counts_unless_it_was_proved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
