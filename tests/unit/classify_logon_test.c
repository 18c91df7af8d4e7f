// SPDX-License-Identifier: Apache-2.0
// Which trials count as a logon that may have failed.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "connection/classify.h"

static void a_logon_counts_unless_it_is_proven_good(void **state)
{
    static const uint32_t proofs[] = {0xC0000071, 0xC0000224, 0xC000015B, 0xC000006F}; // expired … outside the hours
    struct trace e = {.phase = PHASE_NLA, .nla = true};
    (void)state;
    assert_false(logon_may_have_failed(&e)); // nothing was sent
    e.credssp_error = true;
    e.ntstatus = 0xC000006D;
    assert_false(logon_may_have_failed(&e)); // refused before the password was
    e.authenticate_sent = true;
    assert_true(logon_may_have_failed(&e));
    for (size_t i = 0; i < sizeof proofs / sizeof proofs[0]; i++) {
        e.ntstatus = proofs[i];
        assert_false(logon_may_have_failed(&e));
    }
    // A policy's refusal, a restricted account, the server's own trust: nobody looked at the password.
    static const uint32_t not_judged[] = {0x80090302, 0xC0000418, 0xC000006E, 0xC000018D, 0xC000005E};
    for (size_t i = 0; i < sizeof not_judged / sizeof not_judged[0]; i++) {
        e.ntstatus = not_judged[i];
        assert_false(logon_may_have_failed(&e));
        assert_string_equal(credentials_word(&e, false), "not checked");
    }
    e.ntstatus = 0x80091234; // not known here
    assert_true(logon_may_have_failed(&e));
    e.ntstatus = 0xC0000234; // locked out: says nothing about this password
    assert_true(logon_may_have_failed(&e));
    e.credssp_error = false; // an old NTSTATUS without an error is none
    e.ntstatus = proofs[0];
    assert_true(logon_may_have_failed(&e));
    // Silence, an alert, a close, an error info: none of them proves it good.
    e = (struct trace){.phase = PHASE_NLA, .nla = true, .authenticate_sent = true};
    assert_true(logon_may_have_failed(&e));
    e.alert_received = 49 + 1;
    assert_true(logon_may_have_failed(&e));
    e.peer_end = PEER_FIN;
    assert_true(logon_may_have_failed(&e));
    e.error_info_seen = true;
    assert_true(logon_may_have_failed(&e));
    e.nla_passed = true;
    assert_false(logon_may_have_failed(&e));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_logon_counts_unless_it_is_proven_good)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
