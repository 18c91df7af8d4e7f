// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "report/outcome_text.h"
#include "trial/fact.h"

static const char *behind(enum family family, enum phase phase, bool tunnel)
{
    struct trial trial;
    assert_true(trial_init(&trial));
    trial.outcome =
        (struct outcome){.result = family ? RESULT_FAILED : RESULT_CONNECTED, .phase = phase, .family = family};
    if (tunnel)
        assert_true(fact_set(trial.facts, FACT_GATEWAY_TRANSPORT, json_string("websocket")));
    const char *text = outcome_behind_gateway(&trial);
    trial_clear(&trial);
    return text;
}

static void tells_the_far_host_from_the_gateway(void **state)
{
    (void)state;
    assert_non_null(strstr(behind(FAMILY_ERRINFO, PHASE_LICENSING, true), "the tunnel worked, the far host refused"));
    assert_non_null(strstr(behind(FAMILY_GATEWAY, PHASE_ACTIVE, true), "the gateway itself ended it"));
    assert_non_null(strstr(behind(FAMILY_CREDSSP, PHASE_NLA, true), "at the target"));
    assert_non_null(strstr(behind(FAMILY_TIMEOUT, PHASE_NEGOTIATE, true), "target or gateway"));
}

static void is_silent_where_there_is_nothing_to_tell(void **state)
{
    (void)state;
    assert_null(behind(FAMILY_NONE, PHASE_ACTIVE, true));
    assert_null(behind(FAMILY_ERRINFO, PHASE_LICENSING, false)); // direct
    assert_null(behind(FAMILY_GATEWAY, PHASE_GATEWAY, false));   // no tunnel was made
    assert_null(behind(FAMILY_LOCAL, PHASE_NLA, true));
    assert_null(behind(FAMILY_CRASH, PHASE_NLA, true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_the_far_host_from_the_gateway),
        cmocka_unit_test(is_silent_where_there_is_nothing_to_tell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
