// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "trial/effect.h"
#include "trial/fact.h"

// The effect of one level, with up to three text facts.
struct sight {
    enum fact fact;
    const char *text;
};

static enum effect effect_with(enum factor factor, unsigned level, struct sight a, struct sight b, struct sight c)
{
    struct sight sights[] = {a, b, c};
    struct trial trial;
    assert_true(trial_init(&trial));
    trial.variant.level[factor] = (unsigned char)level;
    for (size_t i = 0; i < 3; i++) {
        if (!sights[i].text)
            continue;
        if (fact_row(sights[i].fact)->type == FACT_LIST)
            assert_true(fact_append(trial.facts, sights[i].fact, sights[i].text));
        else
            assert_true(fact_set(trial.facts, sights[i].fact, json_string(sights[i].text)));
    }
    enum effect effect = factor_effect(factor, &trial);
    enum factor which = FACTOR_COUNT;
    bool in_effect = trial_in_effect(&trial, &which);
    assert_int_equal(in_effect, effect != EFFECT_NO);
    if (effect == EFFECT_NO)
        assert_int_equal(which, factor);
    trial_clear(&trial);
    return effect;
}

static const struct sight nothing = {FACT_COUNT, NULL};

static enum effect effect_of(enum factor factor, unsigned level, enum fact fact, const char *text)
{
    return effect_with(factor, level, (struct sight){fact, text}, nothing, nothing);
}

static void test_security(void **state)
{
    (void)state;
    assert_int_equal(effect_of(FACTOR_SECURITY, SECURITY_NLA, FACT_NEGOTIATION_SELECTED, NULL), EFFECT_UNREACHED);
    assert_int_equal(effect_of(FACTOR_SECURITY, SECURITY_NLA, FACT_NEGOTIATION_SELECTED, "HYBRID"), EFFECT_YES);
    assert_int_equal(effect_of(FACTOR_SECURITY, SECURITY_NLA, FACT_NEGOTIATION_SELECTED, "SSL"), EFFECT_NO);
    assert_int_equal(effect_of(FACTOR_SECURITY, SECURITY_TLS, FACT_NEGOTIATION_SELECTED, "SSL"), EFFECT_YES);
    assert_int_equal(effect_of(FACTOR_SECURITY, SECURITY_RDP, FACT_NEGOTIATION_SELECTED, "RDP"), EFFECT_YES);
    assert_int_equal(effect_of(FACTOR_SECURITY, SECURITY_RDP, FACT_NEGOTIATION_SELECTED, "HYBRID"), EFFECT_NO);
}

static void test_tls(void **state)
{
    (void)state;
    assert_int_equal(effect_of(FACTOR_TLS, TLS_DEFAULT, FACT_TLS_VERSION, "1.3"), EFFECT_YES);
    assert_int_equal(effect_of(FACTOR_TLS, TLS_1_2, FACT_TLS_VERSION, "1.2"), EFFECT_YES);
    assert_int_equal(effect_of(FACTOR_TLS, TLS_1_2, FACT_TLS_VERSION, "1.3"), EFFECT_NO);
    assert_int_equal(effect_of(FACTOR_TLS, TLS_1_0, FACT_TLS_VERSION, NULL), EFFECT_UNREACHED);
    struct trial trial;
    assert_true(trial_init(&trial));
    trial.variant.level[FACTOR_SECURITY] = SECURITY_RDP;
    assert_int_equal(factor_effect(FACTOR_TLS, &trial), EFFECT_VOID);
    trial.variant.level[FACTOR_TLS] = TLS_1_2;
    assert_int_equal(factor_effect(FACTOR_TLS, &trial), EFFECT_NO);
    trial_clear(&trial);
}

static void test_address(void **state)
{
    (void)state;
    const struct sight asked = {FACT_ADDRESS_ASKED, "srv.example"}, as_name = {FACT_ADDRESS_PRESENTED, "srv.example"};
    const struct sight as_v4 = {FACT_ADDRESS_PRESENTED, "192.0.2.1"}, v4 = {FACT_ADDRESS_FAMILY, "ipv4"};
    assert_int_equal(effect_with(FACTOR_ADDRESS, ADDRESS_NAME, asked, nothing, nothing), EFFECT_UNREACHED);
    assert_int_equal(effect_with(FACTOR_ADDRESS, ADDRESS_NAME, asked, as_name, v4), EFFECT_YES);
    assert_int_equal(effect_with(FACTOR_ADDRESS, ADDRESS_NAME, asked, as_v4, v4), EFFECT_NO);
    assert_int_equal(effect_with(FACTOR_ADDRESS, ADDRESS_IPV4, asked, as_v4, v4), EFFECT_YES);
    assert_int_equal(effect_with(FACTOR_ADDRESS, ADDRESS_IPV6, asked, as_v4, v4), EFFECT_NO);
}

static void test_gateway(void **state)
{
    (void)state;
    assert_int_equal(effect_of(FACTOR_GATEWAY, GATEWAY_OFF, FACT_GATEWAY_TRANSPORT, NULL), EFFECT_YES);
    assert_int_equal(effect_of(FACTOR_GATEWAY, GATEWAY_OFF, FACT_GATEWAY_TRANSPORT, "http"), EFFECT_NO);
    assert_int_equal(effect_of(FACTOR_GATEWAY, GATEWAY_HTTP, FACT_GATEWAY_TRANSPORT, NULL), EFFECT_UNREACHED);
    assert_int_equal(effect_of(FACTOR_GATEWAY, GATEWAY_HTTP, FACT_GATEWAY_TRANSPORT, "http"), EFFECT_YES);
    assert_int_equal(effect_of(FACTOR_GATEWAY, GATEWAY_WEBSOCKET, FACT_GATEWAY_TRANSPORT, "http"), EFFECT_NO);
}

static void test_license(void **state)
{
    (void)state;
    const struct sight stored = {FACT_LICENSING_MESSAGES, "LICENSE_INFO"};
    const struct sight fresh = {FACT_LICENSING_MESSAGES, "NEW_LICENSE_REQUEST"};
    const struct sight unwanted = {FACT_LICENSING_ROLE, "valid-client"};
    static const unsigned levels[] = {LICENSE_KEEP, LICENSE_CLEAR, LICENSE_REUSE};
    static const enum effect when_stored[] = {EFFECT_YES, EFFECT_NO, EFFECT_YES};
    static const enum effect when_fresh[] = {EFFECT_YES, EFFECT_YES, EFFECT_NO};
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(effect_with(FACTOR_LICENSE, levels[i], stored, nothing, nothing), when_stored[i]);
        assert_int_equal(effect_with(FACTOR_LICENSE, levels[i], fresh, nothing, nothing), when_fresh[i]);
        assert_int_equal(effect_with(FACTOR_LICENSE, levels[i], unwanted, nothing, nothing), EFFECT_VOID);
        assert_int_equal(effect_with(FACTOR_LICENSE, levels[i], nothing, nothing, nothing), EFFECT_UNREACHED);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_security), cmocka_unit_test(test_tls),     cmocka_unit_test(test_address),
        cmocka_unit_test(test_gateway),  cmocka_unit_test(test_license),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
