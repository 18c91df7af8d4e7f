// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runner/guard.h"
#include "trial/fact.h"

static char error[1000];
static struct run_options options;
static struct variant variant;

static int set_up(void **state)
{
    char directory[] = "/tmp/guard-test-XXXXXX";
    (void)state;
    options = run_options_default();
    variant = options.profile.levels;
    strcpy(options.profile.target.host, "srv");
    strcpy(options.profile.account.user, "alice");
    options.profile.secret[PROFILE_PASSWORD] = "wrong";
    return mkdtemp(directory) && setenv("XDG_STATE_HOME", directory, 1) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    char path[4096];
    (void)state;
    snprintf(path, sizeof path, "%s/rdpprobe", getenv("XDG_STATE_HOME"));
    DIR *directory = opendir(path);
    for (struct dirent *item; directory && (item = readdir(directory));)
        unlinkat(dirfd(directory), item->d_name, 0);
    if (directory)
        closedir(directory);
    rmdir(path);
    return rmdir(getenv("XDG_STATE_HOME"));
}

static struct guard *new_guard(enum guard_mode mode)
{
    struct guard *guard = guard_new(mode, true, error, sizeof error);
    if (!guard)
        fail_msg("%s", error);
    return guard;
}

// What a trial showed.
struct shown {
    const char *credentials, *proof, *at_gateway;
    bool trusted, name_match, gateway_trusted;
    unsigned logons, failed, gateway_logons;
    struct host_names names;
    const char *address;
};

static void text(struct trial *trial, enum fact fact, const char *value)
{
    if (value && value[0])
        assert_true(fact_set(trial->facts, fact, json_string(value)));
}

static struct trial made(const struct shown *shown)
{
    struct trial trial;
    assert_true(trial_init(&trial));
    trial.variant = variant;
    trial.logons = shown->logons + shown->gateway_logons;
    trial.failed_logons = shown->failed;
    text(&trial, FACT_CREDENTIALS, shown->credentials);
    text(&trial, FACT_CREDENTIALS_PROOF, shown->proof);
    text(&trial, FACT_GATEWAY_CREDENTIALS, shown->at_gateway);
    text(&trial, FACT_ADDRESS_USED, shown->address);
    text(&trial, FACT_NTLM_COMPUTER, shown->names.computer);
    text(&trial, FACT_NTLM_DOMAIN, shown->names.domain);
    text(&trial, FACT_NTLM_DNS_DOMAIN, shown->names.dns_domain);
    text(&trial, FACT_NTLM_FOREST, shown->names.forest);
    fact_set(trial.facts, FACT_CERTIFICATE_TRUSTED, json_boolean(shown->trusted));
    fact_set(trial.facts, FACT_CERTIFICATE_NAME_MATCH, json_boolean(shown->name_match));
    fact_set(trial.facts, FACT_GATEWAY_CERTIFICATE_TRUSTED, json_boolean(shown->gateway_trusted));
    fact_set(trial.facts, FACT_GATEWAY_CERTIFICATE_NAME_MATCH, json_boolean(shown->gateway_trusted));
    fact_set(trial.facts, FACT_GATEWAY_LOGONS, json_integer(shown->gateway_logons));
    return trial;
}

static enum permit_decision begin(struct guard *guard, struct logon_permit *permit)
{
    return guard_begin(guard, &options, &variant, PHASE_ACTIVE, permit, error, sizeof error);
}

static enum permit_decision request(struct guard *guard, struct logon_permit *permit, const struct shown *shown)
{
    struct trial trial = made(shown);
    enum permit_decision decision = guard_request(guard, &options, permit, &trial, error, sizeof error);
    trial_clear(&trial);
    return decision;
}

static void end(struct guard *guard, struct logon_permit *permit, const struct shown *shown)
{
    struct trial trial = made(shown);
    assert_true(guard_end(guard, &options, permit, &trial, error, sizeof error));
    trial_clear(&trial);
}

static void run(struct guard *guard, const struct shown *shown)
{
    struct logon_permit permit;
    assert_int_equal(begin(guard, &permit), PERMIT_GRANTED);
    assert_false(permit.asks);
    end(guard, &permit, shown);
}

// How many logons have failed of an account, as the ledger has it.
static unsigned failures(void)
{
    char ignored[1000];
    struct account_identity account;
    struct ledger *ledger = ledger_open(error, sizeof error);
    unsigned count = 0;
    account_identify(&options.profile.account, "srv", &account);
    assert_non_null(ledger);
    for (enum permit_decision decision = PERMIT_DECLINED; decision == PERMIT_DECLINED;) {
        const struct ledger_wish wish = {.limit = ++count};
        decision = ledger_look(ledger, &account, &wish, ignored, sizeof ignored);
    }
    ledger_close(ledger);
    return count - 1;
}

static const struct shown refused = {.credentials = "refused", .logons = 1, .failed = 1};

// A failure, and what another trial shows after it: only a proof clears it.
static void only_proof_clears(void **state)
{
    static const struct {
        const char *what;
        struct shown shown;
        unsigned left;
    } rows[] = {
        {"NLA", {.credentials = "verified", .proof = "session key", .logons = 1}, 0},
        {"Save Session Info", {.credentials = "verified", .proof = "server's word", .logons = 1}, 1},
        {"…of a trusted name",
         {.credentials = "verified", .proof = "server's word", .logons = 1, .trusted = true, .name_match = true},
         0},
        {"…of another name", {.credentials = "verified", .proof = "server's word", .logons = 1, .trusted = true}, 1},
        {"…of a name that nobody trusts",
         {.credentials = "verified", .proof = "server's word", .logons = 1, .name_match = true},
         1},
        {"an old journal's word", {.credentials = "verified", .logons = 1}, 1},
        {"nothing", {.credentials = "not checked"}, 1},
    };
    (void)state;
    struct guard *guard = new_guard(GUARD_ONE_BY_ONE);
    options.profile.autologon = true;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (failures() == 0)
            run(guard, &refused);
        assert_int_equal(failures(), 1);
        run(guard, &rows[i].shown);
        if (failures() != rows[i].left)
            fail_msg("%s leaves %u", rows[i].what, failures());
    }
    guard_free(guard);
}

static void only_proof_proves_an_account_in_a_fleet(void **state)
{
    static const struct shown word = {.credentials = "verified", .proof = "server's word", .logons = 1},
                              proof = {.credentials = "verified", .proof = "session key", .logons = 1};
    struct logon_permit permit;
    (void)state;
    options.profile.autologon = true;
    variant.level[FACTOR_SECURITY] = SECURITY_TLS;
    struct guard *guard = new_guard(GUARD_FLEET);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(begin(guard, &permit), PERMIT_GRANTED);
        assert_true(permit.asks);
        assert_int_equal(request(guard, &permit, &word), PERMIT_GRANTED);
        end(guard, &permit, i ? &proof : &word);
    }
    assert_int_equal(begin(guard, &permit), PERMIT_GRANTED);
    assert_false(permit.asks);
    end(guard, &permit, &proof);
    guard_free(guard);
}

static void through_gateway(enum gateway_level level)
{
    options.profile.has_gateway = true;
    strcpy(options.profile.gateway.host, "gw");
    variant.level[FACTOR_GATEWAY] = (unsigned char)level;
}

static const struct shown turned_away = {.at_gateway = "refused", .gateway_logons = 2, .failed = 1};

// Both channels of the HTTP transport send the password: each counts, and none more than may fail.
static void a_second_channel_counts(void **state)
{
    struct logon_permit permit;
    (void)state;
    through_gateway(GATEWAY_HTTP);
    struct guard *guard = new_guard(GUARD_ONE_BY_ONE);
    assert_int_equal(begin(guard, &permit), PERMIT_GRANTED);
    assert_false(permit.one_gateway_logon);
    end(guard, &permit, &turned_away);
    assert_int_equal(failures(), 2);
    assert_int_equal(begin(guard, &permit), PERMIT_DECLINED);
    // Where one may fail only one is sent.
    options.profile.max_failed_logons = 3;
    assert_int_equal(begin(guard, &permit), PERMIT_GRANTED);
    assert_true(permit.one_gateway_logon);
    const struct shown once = {.at_gateway = "refused", .gateway_logons = 1, .failed = 1};
    end(guard, &permit, &once);
    assert_int_equal(failures(), 3);
    guard_free(guard);
}

static void a_gateway_s_word_proves_nothing(void **state)
{
    static const struct shown let_in = {.at_gateway = "verified", .gateway_logons = 2},
                              trusted = {.at_gateway = "verified", .gateway_logons = 2, .gateway_trusted = true};
    struct logon_permit permit;
    (void)state;
    through_gateway(GATEWAY_HTTP);
    options.profile.max_failed_logons = 5;
    struct guard *guard = new_guard(GUARD_ONE_BY_ONE);
    run(guard, &turned_away);
    run(guard, &let_in);
    assert_int_equal(failures(), 2);
    run(guard, &trusted);
    assert_int_equal(failures(), 0);
    // A websocket needs one.
    variant.level[FACTOR_GATEWAY] = GATEWAY_WEBSOCKET;
    options.profile.max_failed_logons = 1;
    assert_int_equal(begin(guard, &permit), PERMIT_GRANTED);
    end(guard, &permit, &let_in);
    guard_free(guard);
}

static const struct shown pc1 = {.names = {"PC1", "PC1", "", "", ""}, .address = "192.0.2.1"},
                          pc2 = {.names = {"PC2", "PC2", "", "", ""}, .address = "192.0.2.2"};

static struct shown and_fails(struct shown shown)
{
    shown.credentials = "refused";
    shown.logons = shown.failed = 1;
    return shown;
}

// Before NLA has told the names the user's part decides: what they show then is asked for again.
static void names_tell_machines_apart(void **state)
{
    struct logon_permit permit;
    const struct shown bad = and_fails(pc1);
    (void)state;
    struct guard *guard = new_guard(GUARD_ONE_BY_ONE);
    run(guard, &bad);
    run(guard, &bad);
    assert_int_equal(begin(guard, &permit), PERMIT_DECLINED); // no name that it may tell helps
    strcpy(options.profile.target.host, "other");
    assert_int_equal(begin(guard, &permit), PERMIT_GRANTED);
    assert_true(permit.asks);
    assert_int_equal(request(guard, &permit, &pc2), PERMIT_GRANTED);
    const struct shown bad_too = and_fails(pc2);
    end(guard, &permit, &bad_too);
    // What tells the same name is no other, and is not connected to again.
    strcpy(options.profile.target.host, "third");
    assert_int_equal(begin(guard, &permit), PERMIT_GRANTED);
    assert_int_equal(request(guard, &permit, &pc1), PERMIT_DECLINED);
    assert_non_null(strstr(error, "failed logons of srv\\alice"));
    const struct shown nothing = {0};
    end(guard, &permit, &nothing);
    assert_int_equal(begin(guard, &permit), PERMIT_DECLINED);
    // Nor is a domain's account another one for sure, nor one that is asked for where no names are told first.
    strcpy(options.profile.target.host, "fourth");
    strcpy(options.profile.account.domain, "CORP");
    assert_int_equal(begin(guard, &permit), PERMIT_GRANTED);
    assert_int_equal(request(guard, &permit, &pc2), PERMIT_DECLINED);
    variant.level[FACTOR_AUTH] = AUTH_LEVEL_KERBEROS;
    strcpy(options.profile.account.domain, "OTHER");
    assert_int_equal(begin(guard, &permit), PERMIT_DECLINED);
    guard_free(guard);
}

// A machine outside every domain takes CORP\alice for its own alice: that proves nothing of CORP's.
static void a_machine_proves_no_domain_s_account(void **state)
{
    struct shown good = pc1;
    good.credentials = "verified";
    good.proof = "session key";
    good.logons = 1;
    (void)state;
    strcpy(options.profile.account.domain, "CORP");
    struct guard *guard = new_guard(GUARD_ONE_BY_ONE);
    run(guard, &refused);
    run(guard, &good);
    assert_int_equal(failures(), 1);
    good.names = (struct host_names){"SRV", "CORP", "", "corp.example", "corp.example"};
    run(guard, &good);
    assert_int_equal(failures(), 0);
    guard_free(guard);
}

// A fleet of machines: each has the account for itself, so none waits for another one.
static void machines_of_a_fleet_do_not_wait(void **state)
{
    struct logon_permit permits[6];
    (void)state;
    options.profile.max_failed_logons = 1;
    struct guard *guard = new_guard(GUARD_FLEET);
    for (int i = 0; i < 6; i++) {
        char name[8], address[16];
        snprintf(name, sizeof name, "PC%d", i);
        snprintf(address, sizeof address, "192.0.2.%d", i);
        const struct shown shown = {.names = {name, name, "", "", ""}, .address = address};
        snprintf(options.profile.target.host, HOST_MAX, "%s", address);
        assert_int_equal(begin(guard, &permits[i]), PERMIT_GRANTED);
        assert_true(permits[i].asks);
        assert_int_equal(request(guard, &permits[i], &shown), PERMIT_GRANTED);
    }
    // One that tells no names may be any of them.
    const struct shown nameless = {.address = "192.0.2.99"};
    strcpy(options.profile.target.host, "nameless");
    struct logon_permit permit;
    assert_int_equal(begin(guard, &permit), PERMIT_GRANTED);
    assert_int_equal(request(guard, &permit, &nameless), PERMIT_LATER);
    guard_free(guard);
}

int main(void)
{
#define GUARD_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        GUARD_TEST(only_proof_clears),
        GUARD_TEST(only_proof_proves_an_account_in_a_fleet),
        GUARD_TEST(a_second_channel_counts),
        GUARD_TEST(a_gateway_s_word_proves_nothing),
        GUARD_TEST(names_tell_machines_apart),
        GUARD_TEST(a_machine_proves_no_domain_s_account),
        GUARD_TEST(machines_of_a_fleet_do_not_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
