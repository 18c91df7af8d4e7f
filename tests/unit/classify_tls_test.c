// SPDX-License-Identifier: Apache-2.0
// TLS handshakes that failed: what is a limit of this machine, and what is the server's.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "connection/classify.h"

enum { TLS10 = 0x0301, TLS12 = 0x0303, TLS13 = 0x0304 };
enum { HANDSHAKE_FAILURE = 40, UNKNOWN_CA = 48, PROTOCOL_VERSION = 70, INTERNAL_ERROR = 80 }; // RFC 8446 6.2

static const struct row {
    const char *cause;
    int received, sent; // alerts, 0: none
    struct tls_trace tls;
    enum family family;
    uint32_t code;
    const char *name, *detail;
} rows[] = {
    {"nothing to offer: no version",
     0,
     PROTOCOL_VERSION,
     {false, true, 0, TLS10, TLS10, TLS13 + 1},
     FAMILY_LOCAL,
     0,
     "TLS_NOT_OFFERED",
     "no version or cipher left"},
    {"nothing to offer: no cipher",
     0,
     INTERNAL_ERROR,
     {false, true, 0, TLS10, TLS10, TLS12},
     FAMILY_LOCAL,
     0,
     "TLS_NOT_OFFERED",
     "no version or cipher left"},
    {"nothing offered, without an alert",
     0,
     0,
     {false, true, 0, TLS10, TLS10, 0},
     FAMILY_LOCAL,
     0,
     "TLS_NOT_OFFERED",
     "no version or cipher left"},
    {"OpenSSL fails in the handshake",
     0,
     INTERNAL_ERROR,
     {true, true, TLS10, TLS10, TLS10, TLS10},
     FAMILY_LOCAL,
     INTERNAL_ERROR,
     "TLS_INTERNAL_ERROR",
     "could not do its part"},
    {"OpenSSL refuses the version that was wanted",
     0,
     PROTOCOL_VERSION,
     {true, true, TLS10, TLS10, TLS13, TLS12},
     FAMILY_LOCAL,
     PROTOCOL_VERSION,
     "TLS_VERSION_DISABLED",
     "refuses TLS 1.0, which the server chose"},
    {"the server breaks off its own version", // which this machine offered
     0,
     PROTOCOL_VERSION,
     {true, true, TLS12, TLS10, TLS13, TLS10},
     FAMILY_TLS,
     PROTOCOL_VERSION,
     "sent_protocol_version",
     "chose TLS 1.2, and goes on with what is none"},
    {"a ServerHello that OpenSSL cannot go on with",
     0,
     INTERNAL_ERROR,
     {true, true, TLS13, TLS10, TLS13, TLS10},
     FAMILY_TLS,
     INTERNAL_ERROR,
     "sent_internal_error",
     "this client ended the handshake"},
    {"less offered than wanted, by version",
     PROTOCOL_VERSION,
     0,
     {true, true, 0, TLS10, TLS13, TLS12},
     FAMILY_LOCAL,
     PROTOCOL_VERSION,
     "TLS_VERSION_DISABLED",
     "begins at TLS 1.2 instead of TLS 1.0"},
    {"less offered than wanted, by cipher",
     HANDSHAKE_FAILURE,
     0,
     {true, true, 0, TLS10, TLS13, TLS12},
     FAMILY_LOCAL,
     HANDSHAKE_FAILURE,
     "TLS_VERSION_DISABLED",
     "begins at TLS 1.2 instead of TLS 1.0"},
    {"all that was wanted was offered",
     PROTOCOL_VERSION,
     0,
     {true, true, 0, TLS12, TLS13, TLS12},
     FAMILY_TLS,
     PROTOCOL_VERSION,
     "protocol_version",
     "the peer sent a TLS alert"},
    {"less offered, but another alert",
     UNKNOWN_CA,
     0,
     {true, true, 0, TLS10, TLS13, TLS12},
     FAMILY_TLS,
     UNKNOWN_CA,
     "unknown_ca",
     "the peer sent a TLS alert"},
    {"a version chosen that was not wanted",
     0,
     PROTOCOL_VERSION,
     {true, true, TLS12, TLS13, TLS13, TLS13},
     FAMILY_TLS,
     PROTOCOL_VERSION,
     "sent_protocol_version",
     "this client ended the handshake"},
    {"no ServerHello at all",
     0,
     PROTOCOL_VERSION,
     {true, true, 0, TLS10, TLS13, TLS10},
     FAMILY_TLS,
     PROTOCOL_VERSION,
     "sent_protocol_version",
     "this client ended the handshake"},
};

static struct trace evidence_of(const struct row *row)
{
    return (struct trace){.phase = PHASE_TLS,
                          .peer_end = PEER_FIN,
                          .alert_received = row->received ? row->received + 1 : 0,
                          .alert_sent = row->sent ? row->sent + 1 : 0,
                          .tls = row->tls};
}

static void every_handshake_has_its_outcome(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct trace trace = evidence_of(&rows[i]);
        struct outcome outcome = classify(&trace);
        if (outcome.family != rows[i].family || outcome.code != rows[i].code ||
            strcmp(outcome.name, rows[i].name) != 0 || !strstr(outcome.detail, rows[i].detail))
            fail_msg("%s: %s %u %s: %s", rows[i].cause, family_name(outcome.family), outcome.code, outcome.name,
                     outcome.detail);
        assert_int_equal(outcome.phase, PHASE_TLS);
        assert_true(outcome.family != FAMILY_LOCAL || outcome.mstsc.basis == BASIS_NONE);
    }
}

// What counts is the handshake with the target, and only if it failed.
static void another_phase_is_another_matter(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct trace trace = evidence_of(&rows[i]);
        trace.phase = PHASE_NLA;
        assert_int_not_equal(classify(&trace).family, FAMILY_LOCAL);
        trace.phase = PHASE_TLS;
        trace.tls.failed = false;
        assert_int_not_equal(classify(&trace).family, FAMILY_LOCAL);
    }
}

static void a_reason_of_ones_own_comes_first(void **state)
{
    struct trace trace = evidence_of(&rows[3]);
    (void)state;
    trace.local = "CERTIFICATE_REJECTED";
    assert_string_equal(classify(&trace).name, "CERTIFICATE_REJECTED");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_handshake_has_its_outcome),
        cmocka_unit_test(another_phase_is_another_matter),
        cmocka_unit_test(a_reason_of_ones_own_comes_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
