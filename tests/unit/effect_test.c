// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

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
    assert_int_equal(effect_of(FACTOR_SECURITY, SECURITY_NLA, FACT_NEGOTIATION_SELECTED, "HYBRID_EX"), EFFECT_YES);
    assert_int_equal(effect_of(FACTOR_SECURITY, SECURITY_TLS, FACT_NEGOTIATION_SELECTED, "HYBRID_EX"), EFFECT_NO);
    // Nothing negotiated.
    assert_int_equal(effect_of(FACTOR_SECURITY, SECURITY_RDP, FACT_NEGOTIATION_ANSWER, "none"), EFFECT_YES);
    assert_int_equal(effect_of(FACTOR_SECURITY, SECURITY_TLS, FACT_NEGOTIATION_ANSWER, "none"), EFFECT_NO);
    assert_int_equal(effect_of(FACTOR_SECURITY, SECURITY_TLS, FACT_TLS_VERSION, "1.3"), EFFECT_YES);
    assert_int_equal(effect_of(FACTOR_SECURITY, SECURITY_NLA, FACT_TLS_VERSION, "1.3"), EFFECT_UNREACHED);
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
    assert_int_equal(effect_with(FACTOR_ADDRESS, ADDRESS_ALIAS, asked, as_name, v4), EFFECT_NO);
    assert_int_equal(effect_with(FACTOR_ADDRESS, ADDRESS_ALIAS, asked, as_v4, v4), EFFECT_YES);
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
    static const unsigned levels[] = {LICENSE_KEEP, LICENSE_CLEAR, LICENSE_REUSE, LICENSE_CORRUPT};
    static const enum effect when_stored[] = {EFFECT_YES, EFFECT_NO, EFFECT_YES, EFFECT_YES};
    static const enum effect when_fresh[] = {EFFECT_YES, EFFECT_YES, EFFECT_NO, EFFECT_NO};
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(effect_with(FACTOR_LICENSE, levels[i], stored, nothing, nothing), when_stored[i]);
        assert_int_equal(effect_with(FACTOR_LICENSE, levels[i], fresh, nothing, nothing), when_fresh[i]);
        assert_int_equal(effect_with(FACTOR_LICENSE, levels[i], unwanted, nothing, nothing), EFFECT_VOID);
        assert_int_equal(effect_with(FACTOR_LICENSE, levels[i], nothing, nothing, nothing), EFFECT_UNREACHED);
    }
}

// The facts of a trial as the journal has them, and what they say of each level, in the levels' order: y yes, n no,
// u unreached, v void.
static const struct {
    enum factor factor;
    const char *facts, *effects;
} beyond[] = {
    {FACTOR_SEGMENT_SIZE, "{}", "yuu"},
    {FACTOR_SEGMENT_SIZE, "{'address':{'segment_size':32741}}", "ynn"},
    {FACTOR_SEGMENT_SIZE, "{'address':{'segment_size':1200}}", "yyn"},
    {FACTOR_SEGMENT_SIZE, "{'address':{'segment_size':536}}", "yyy"},
    {FACTOR_AUTH, "{}", "uuu"},
    {FACTOR_AUTH, "{'credssp':{'mechanism':'NTLM'}}", "yyn"},
    {FACTOR_AUTH, "{'credssp':{'mechanism':'Kerberos'}}", "nyy"},
    {FACTOR_AUTH, "{'credssp':{'mechanism':'NEGOEX'}}", "nyn"},
    {FACTOR_USER_FORM, "{}", "yuu"},
    {FACTOR_USER_FORM, "{'logon':{'user':'alice@CORP','domain':''}}", "yyn"},
    {FACTOR_USER_FORM, "{'logon':{'user':'alice','domain':'CORP'}}", "yny"},
    {FACTOR_USER_FORM, "{'logon':{'user':'a@b','domain':'CORP'}}", "yny"},
    {FACTOR_USER_FORM, "{'logon':{'user':'alice','domain':''}}", "ynn"},
    {FACTOR_ADMIN, "{}", "uu"},
    {FACTOR_ADMIN, "{'client':{'cluster_flags':13}}", "yn"},
    {FACTOR_ADMIN, "{'client':{'cluster_flags':15}}", "ny"},
    {FACTOR_ADMIN, "{'client':{'cluster_flags':15,'session':0}}", "ny"},
    {FACTOR_ADMIN, "{'client':{'cluster_flags':15,'session':5}}", "yn"}, // where a redirection led
    {FACTOR_LOAD_BALANCE, "{}", "uu"},
    {FACTOR_LOAD_BALANCE, "{'negotiation':{'requested':['RDP'],'cookie':'alice'}}", "yn"},
    {FACTOR_LOAD_BALANCE, "{'negotiation':{'requested':['RDP'],'routing_token':'tsv://x'}}", "ny"},
    {FACTOR_ERROR_INFO, "{}", "uu"},
    {FACTOR_ERROR_INFO, "{'client':{'early_flags':1}}", "yn"},
    {FACTOR_ERROR_INFO, "{'client':{'early_flags':65534}}", "ny"},
    {FACTOR_GRAPHICS, "{}", "uuu"},
    {FACTOR_GRAPHICS, "{'client':{'early_flags':255,'channels':[]}}", "yyn"},
    {FACTOR_GRAPHICS, "{'client':{'early_flags':256,'channels':['drdynvc']}}", "nny"},
    {FACTOR_GRAPHICS, "{'client':{'early_flags':256,'channels':['rdpdr']}}", "nnn"},
    {FACTOR_REDIRECTION, "{}", "uu"},
    {FACTOR_REDIRECTION, "{'client':{'channels':[]}}", "yn"},
    {FACTOR_REDIRECTION, "{'client':{'channels':['drdynvc']}}", "yn"},
    {FACTOR_REDIRECTION, "{'client':{'channels':['rdpdr','rdpsnd','cliprdr','drdynvc']}}", "ny"},
    {FACTOR_REDIRECTION, "{'client':{'channels':['rdpdr']}}", "nn"},
    {FACTOR_CLIENT_NAME, "{}", "uu"},
    {FACTOR_CLIENT_NAME, "{'client':{'name':'vm'}}", "yn"},
    {FACTOR_CLIENT_NAME, "{'client':{'name':'vm','name_given':'PC1'}}", "yn"},
    {FACTOR_CLIENT_NAME, "{'client':{'name':'PC1','name_given':'PC1'}}", "ny"},
    {FACTOR_COLOR_DEPTH, "{}", "uuuuu"},
    {FACTOR_COLOR_DEPTH, "{'client':{'color_depth':32}}", "ynnnn"},
    {FACTOR_COLOR_DEPTH, "{'client':{'color_depth':24}}", "nynnn"},
    {FACTOR_COLOR_DEPTH, "{'client':{'color_depth':16}}", "nnynn"},
    {FACTOR_COLOR_DEPTH, "{'client':{'color_depth':15}}", "nnnyn"},
    {FACTOR_COLOR_DEPTH, "{'client':{'color_depth':8}}", "nnnny"},
    {FACTOR_AUTODETECT, "{}", "uu"},
    {FACTOR_AUTODETECT, "{'client':{'early_flags':1}}", "yn"},
    {FACTOR_AUTODETECT, "{'client':{'early_flags':128}}", "ny"},
    {FACTOR_MULTITRANSPORT, "{}", "uu"},
    {FACTOR_MULTITRANSPORT, "{'negotiation':{'flags':1},'client':{'early_flags':1}}", "yn"},
    {FACTOR_MULTITRANSPORT, "{'negotiation':{'flags':0},'client':{'early_flags':1}}", "yv"},
    {FACTOR_MULTITRANSPORT, "{'negotiation':{'flags':1},'client':{'early_flags':1,'multitransport':0}}", "yn"},
    {FACTOR_MULTITRANSPORT, "{'negotiation':{'flags':1},'client':{'early_flags':1,'multitransport':261}}", "ny"},
    {FACTOR_COOKIE, "{}", "uuu"},
    {FACTOR_COOKIE, "{'negotiation':{'requested':['RDP'],'cookie':'CORP\\\\alic'}}", "yyn"},
    {FACTOR_COOKIE, "{'negotiation':{'requested':['RDP'],'cookie':'administrator'}}", "nyn"},
    {FACTOR_COOKIE, "{'negotiation':{'requested':['RDP']}}", "nny"},
    {FACTOR_COOKIE, "{'negotiation':{'requested':['RDP'],'routing_token':'tsv://x'}}", "vnn"},
    {FACTOR_CLIENT, "{}", "uu"},
    {FACTOR_CLIENT, "{'tls':{'hello':'771,4866-4865,0-11-10,29-23-24,0-1-2'}}", "yy"},
    {FACTOR_CLIENT, "{'tls':{'hello':'771,4866-4865,0-11-10,29-23-24-25,0-1-2'}}", "ny"},
    {FACTOR_CLIENT, "{'tls':{'hello':'771,4866-4865,0,,'}}", "ny"},
    {FACTOR_CLIENT, "{'client':{'build':22621,'version':524304}}", "yn"},
    {FACTOR_CLIENT, "{'client':{'build':18363,'version':524305}}", "ny"},
    {FACTOR_CLIENT, "{'client':{'build':22621,'version':524305}}", "ny"},
    {FACTOR_RESTRICTED_ADMIN, "{}", "uu"},
    {FACTOR_RESTRICTED_ADMIN, "{'negotiation':{'request_flags':0}}", "yn"},
    {FACTOR_RESTRICTED_ADMIN, "{'negotiation':{'request_flags':1}}", "ny"},
    {FACTOR_KEYBOARD, "{}", "uuu"},
    {FACTOR_KEYBOARD, "{'client':{'keyboard':1033}}", "ynn"},
    {FACTOR_KEYBOARD, "{'client':{'keyboard':0}}", "nyn"},
    {FACTOR_KEYBOARD, "{'client':{'keyboard':1033,'keyboard_given':1031}}", "ynn"},
    {FACTOR_KEYBOARD, "{'client':{'keyboard':1031,'keyboard_given':1031}}", "nny"},
    {FACTOR_KEYBOARD, "{'client':{'keyboard':1033,'keyboard_given':1033}}", "yny"},
    {FACTOR_NEGOTIATION, "{}", "uuu"},
    {FACTOR_NEGOTIATION, "{'negotiation':{'offered':true,'requested':['SSL']},'tls':{'sni':'x'}}", "ynn"},
    {FACTOR_NEGOTIATION, "{'negotiation':{'requested':['SSL']}}", "ynn"}, // a journal from before the factor
    {FACTOR_NEGOTIATION, "{'negotiation':{'offered':false}}", "nyn"},
    {FACTOR_NEGOTIATION, "{'tls':{'sni':'x'}}", "uuy"},
    {FACTOR_RDP_ENCRYPTION, "{}", "uuuuu"},
    {FACTOR_RDP_ENCRYPTION, "{'client':{'encryption_methods':0}}", "vnnnn"}, // under TLS
    {FACTOR_RDP_ENCRYPTION, "{'client':{'encryption_methods':27}}", "ynnnn"},
    {FACTOR_RDP_ENCRYPTION,
     "{'client':{'encryption_methods':27},'server':{'encryption_method':'ENCRYPTION_METHOD_NONE'}}", "vnnnn"},
    {FACTOR_RDP_ENCRYPTION,
     "{'client':{'encryption_methods':27},'server':{'encryption_method':'ENCRYPTION_METHOD_FIPS'}}", "ynnnn"},
    {FACTOR_RDP_ENCRYPTION, // the server took what was not offered
     "{'client':{'encryption_methods':2},'server':{'encryption_method':'ENCRYPTION_METHOD_40BIT'}}", "nynnn"},
    {FACTOR_RDP_ENCRYPTION, "{'client':{'encryption_methods':8}}", "nnynn"},
    {FACTOR_RDP_ENCRYPTION, "{'client':{'encryption_methods':1}}", "nnnyn"},
    {FACTOR_RDP_ENCRYPTION, "{'client':{'encryption_methods':16}}", "nnnny"},
};

static enum effect effect_of_facts(enum factor factor, unsigned level, const char *facts)
{
    struct trial trial;
    char text[200];
    assert_true(trial_init(&trial));
    snprintf(text, sizeof text, "%s", facts);
    for (char *quote = text; (quote = strchr(quote, '\''));)
        *quote = '"';
    json_decref(trial.facts);
    trial.facts = json_loads(text, 0, NULL);
    assert_non_null(trial.facts);
    trial.variant.level[factor] = (unsigned char)level;
    enum effect effect = factor_effect(factor, &trial);
    trial_clear(&trial);
    return effect;
}

static void test_beyond_the_core(void **state)
{
    static const enum effect effects[] = {
        ['y'] = EFFECT_YES, ['n'] = EFFECT_NO, ['u'] = EFFECT_UNREACHED, ['v'] = EFFECT_VOID};
    bool seen[FACTOR_COUNT][LEVELS_MAX][2] = {0};
    (void)state;
    for (size_t i = 0; i < sizeof beyond / sizeof beyond[0]; i++) {
        enum factor factor = beyond[i].factor;
        assert_int_equal(strlen(beyond[i].effects), factor_levels(factor));
        for (unsigned level = 0; level < factor_levels(factor); level++) {
            enum effect effect = effect_of_facts(factor, level, beyond[i].facts);
            if (effect != effects[(unsigned char)beyond[i].effects[level]])
                fail_msg("%s=%s with %s: %d", factor_row(factor)->name, level_name(factor, level), beyond[i].facts,
                         (int)effect);
            if (effect == EFFECT_YES || effect == EFFECT_NO)
                seen[factor][level][effect == EFFECT_YES] = true;
        }
    }
    // Each level was seen in effect, and, but for those that ask for nothing, not in effect.
    for (int f = FACTOR_CORE_END; f < FACTOR_COUNT; f++) {
        for (unsigned level = 0; level < factor_levels((enum factor)f); level++) {
            bool asks_nothing = (f == FACTOR_AUTH && level == AUTH_LEVEL_NEGOTIATE) ||
                                (f == FACTOR_USER_FORM && level == USER_FORM_AS_GIVEN) ||
                                (f == FACTOR_SEGMENT_SIZE && level == 0);
            assert_true(seen[f][level][true]);
            assert_int_equal(seen[f][level][false], !asks_nothing);
        }
    }
}

static void test_mechanism_without_nla(void **state)
{
    struct trial trial;
    (void)state;
    assert_true(trial_init(&trial));
    trial.variant.level[FACTOR_SECURITY] = SECURITY_TLS;
    assert_int_equal(factor_effect(FACTOR_AUTH, &trial), EFFECT_VOID);
    trial_clear(&trial);
}

// A factor must be able to matter by the phase in which its effect shows.
static void test_phases(void **state)
{
    (void)state;
    for (int f = 0; f < FACTOR_COUNT; f++)
        assert_true(factor_phase((enum factor)f) <= PHASE_LICENSING);
    assert_int_equal(factor_phase(FACTOR_LOAD_BALANCE), PHASE_NEGOTIATE);
    assert_int_equal(factor_phase(FACTOR_AUTH), PHASE_NLA);
    assert_int_equal(factor_phase(FACTOR_COLOR_DEPTH), PHASE_MCS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_security),
        cmocka_unit_test(test_tls),
        cmocka_unit_test(test_address),
        cmocka_unit_test(test_gateway),
        cmocka_unit_test(test_license),
        cmocka_unit_test(test_beyond_the_core),
        cmocka_unit_test(test_mechanism_without_nla),
        cmocka_unit_test(test_phases),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
