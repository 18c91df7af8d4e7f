// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "simulated_server.h"
#include "trial/fact.h"

static unsigned chance(struct lab *lab)
{
    lab->server.seed = lab->server.seed * 1103515245u + 12345u;
    return (lab->server.seed >> 16) % 100;
}

unsigned lab_levels(int factor)
{
    return factor == FACTOR_TLS ? 5 : 3;
}

unsigned lab_spoken(const struct server *server, const struct variant *variant)
{
    unsigned level = variant->level[FACTOR_TLS];
    if (variant->level[FACTOR_SECURITY] == SECURITY_RDP)
        return TLS_NONE;
    if (level == TLS_DEFAULT)
        return server->tls_high;
    return level >= server->tls_low && level <= server->tls_high ? level : TLS_NONE;
}

unsigned lab_presented(const struct server *server, const struct variant *variant, bool issued)
{
    if (server->licensing == LICENSING_OFF)
        return LICENSE_NONE;
    switch (variant->level[FACTOR_LICENSE]) {
    case LICENSE_CLEAR:
        return LICENSE_NEW;
    case LICENSE_REUSE:
        return issued ? LICENSE_STORED : LICENSE_NEW;
    default:
        return server->user_has_license ? LICENSE_STORED : LICENSE_NEW;
    }
}

static bool denied(const struct server *server, const struct variant *variant, bool issued)
{
    unsigned did[CORE];
    if (server->moment == PHASE_NLA && variant->level[FACTOR_SECURITY] != SECURITY_NLA)
        return false;
    if (server->moment == PHASE_TLS && variant->level[FACTOR_SECURITY] == SECURITY_RDP)
        return false;
    for (int f = 0; f < CORE; f++)
        did[f] = variant->level[f];
    did[FACTOR_TLS] = lab_spoken(server, variant);
    did[FACTOR_LICENSE] = lab_presented(server, variant, issued);
    for (unsigned t = 0; t < server->term_count; t++) {
        bool all = true;
        for (int f = 0; f < CORE; f++)
            all = all && (!server->term[t][f] || (server->term[t][f] >> did[f] & 1));
        if (all)
            return true;
    }
    return false;
}

static bool judges_license(const struct server *server)
{
    for (unsigned t = 0; t < server->term_count; t++) {
        if (server->term[t][FACTOR_LICENSE])
            return true;
    }
    return false;
}

static void end(struct trial *trial, enum phase phase, enum family family, uint32_t code)
{
    trial->outcome.result = RESULT_FAILED;
    trial->outcome.phase = phase;
    trial->outcome.family = family;
    trial->outcome.code = code;
}

static void set_text(struct trial *trial, enum fact fact, const char *text)
{
    assert_true(fact_set(trial->facts, fact, json_string(text)));
}

static void play_licensing(struct lab *lab, struct trial *trial)
{
    const struct server *server = &lab->server;
    unsigned license = lab_presented(server, &trial->variant, lab->issued);
    if (server->licensing == LICENSING_OFF) {
        set_text(trial, FACT_LICENSING_ROLE, "valid-client");
        return;
    }
    set_text(trial, FACT_LICENSING_ROLE, "license-server");
    fact_append(trial->facts, FACT_LICENSING_MESSAGES, "LICENSE_REQUEST");
    fact_append(trial->facts, FACT_LICENSING_MESSAGES,
                license == LICENSE_STORED ? "LICENSE_INFO" : "NEW_LICENSE_REQUEST");
}

// Goes through the phases as a connection does, and leaves the facts that it would.
static void play(struct lab *lab, struct trial *trial)
{
    const struct server *server = &lab->server;
    const struct variant *variant = &trial->variant;
    unsigned address = variant->level[FACTOR_ADDRESS], security = variant->level[FACTOR_SECURITY];
    bool deny = denied(server, variant, lab->issued) && chance(lab) >= server->flaky && lab->count != server->spared &&
                !(server->change_after && lab->count > server->change_after);
    static const char *const selected[] = {"HYBRID", "SSL", "RDP"};

    enum phase accident = PHASE_COUNT;
    if (chance(lab) < server->unresolved)
        accident = (enum phase)(chance(lab) % (trial->until + 1));
    // What would have been denied earlier never comes so far.
    if (accident != PHASE_COUNT && !(deny && server->moment < accident)) {
        end(trial, accident, FAMILY_TIMEOUT, 0);
        if (accident <= PHASE_NEGOTIATE || server->moment <= accident)
            return;
    }
    set_text(trial, FACT_ADDRESS_ASKED, "srv.example");
    if (address == ADDRESS_IPV6 && !server->ipv6) {
        end(trial, PHASE_TCP, FAMILY_TCP, 101);
        return;
    }
    set_text(trial, FACT_ADDRESS_FAMILY, address == ADDRESS_IPV6 ? "ipv6" : "ipv4");
    set_text(trial, FACT_ADDRESS_PRESENTED,
             address == ADDRESS_NAME ? "srv.example" : (address == ADDRESS_IPV4 ? "192.0.2.1" : "2001:db8::1"));
    if (deny && server->moment == PHASE_TCP) {
        end(trial, PHASE_TCP, server->family, server->code);
        return;
    }
    if (variant->level[FACTOR_GATEWAY] != GATEWAY_OFF)
        set_text(trial, FACT_GATEWAY_TRANSPORT, level_name(FACTOR_GATEWAY, variant->level[FACTOR_GATEWAY]));
    if (!(server->securities >> security & 1)) {
        fact_set(trial->facts, FACT_NEGOTIATION_FAILURE, json_integer(5));
        end(trial, PHASE_NEGOTIATE, FAMILY_NEGOTIATION, 5);
        return;
    }
    if (deny && server->moment == PHASE_NEGOTIATE) {
        if (server->family == FAMILY_NEGOTIATION)
            fact_set(trial->facts, FACT_NEGOTIATION_FAILURE, json_integer(server->code));
        end(trial, PHASE_NEGOTIATE, server->family, server->code);
        return;
    }
    set_text(trial, FACT_NEGOTIATION_SELECTED, selected[security]);
    if (trial->until == PHASE_NEGOTIATE)
        return;
    if (security != SECURITY_RDP) {
        unsigned version = lab_spoken(server, variant);
        if (version == TLS_NONE) {
            end(trial, PHASE_TLS, FAMILY_TLS, 70);
            return;
        }
        if (deny && server->moment == PHASE_TLS) {
            end(trial, PHASE_TLS, server->family, server->code);
            return;
        }
        set_text(trial, FACT_TLS_VERSION, level_name(FACTOR_TLS, version));
    }
    if (trial->until == PHASE_TLS || trial->outcome.result == RESULT_FAILED)
        return;
    trial->logons = 1;
    if (deny && server->moment < PHASE_LICENSING) {
        end(trial, server->moment, server->family, server->code);
        return;
    }
    if (deny && server->moment == PHASE_LICENSING && !judges_license(server)) {
        end(trial, PHASE_LICENSING, server->family, server->code);
        return;
    }
    play_licensing(lab, trial);
    if (deny && server->moment == PHASE_LICENSING) {
        end(trial, PHASE_LICENSING, server->family, server->code);
        return;
    }
    if (server->licensing == LICENSING_ISSUE && lab_presented(server, variant, lab->issued) == LICENSE_NEW) {
        fact_append(trial->facts, FACT_LICENSING_MESSAGES, "NEW_LICENSE");
        lab->issued = true;
    }
    if (deny)
        end(trial, server->moment, server->family, server->code);
}

const struct trial *lab_run(void *context, const struct variant *variant, enum phase until)
{
    struct lab *lab = context;
    assert_true(variant_possible(variant, NULL));
    assert_true(lab->count < RUNS_MAX);
    if (lab->server.stop_after && lab->count >= lab->server.stop_after)
        return NULL;
    struct trial *trial = &lab->trials[lab->count++];
    assert_true(trial_init(trial));
    trial->number = lab->count;
    trial->variant = *variant;
    trial->until = until;
    trial->ms = lab->server.ms;
    trial->outcome.phase = until;
    play(lab, trial);
    if (until < PHASE_ACTIVE)
        assert_int_equal(trial->logons, 0);
    return trial;
}

void lab_clear(struct lab *lab)
{
    for (unsigned i = 0; i < lab->count; i++)
        trial_clear(&lab->trials[i]);
    lab->count = 0;
    lab->issued = false;
}

// What the rule makes sufficient: a set of factors is, if every variant that the server accepts and that has them at
// the baseline's levels is denied. Bit s of the result: the set s. *realised: the sets of which some variant has
// exactly these factors at the baseline's levels.
static uint32_t sufficient(const struct server *server, const struct isolation *isolation, uint32_t *realised)
{
    uint32_t result = ~0u;
    struct variant variant = isolation->baseline;
    *realised = 0;
    bool issued = server->licensing == LICENSING_ISSUE;
    for (unsigned n = 0; n < 3 * 5 * 3 * 3 * 3; n++) {
        unsigned rest = n, same = 0;
        bool allowed = true;
        for (int f = 0; f < CORE; f++) {
            unsigned levels = lab_levels(f);
            variant.level[f] = (unsigned char)(rest % levels);
            rest /= levels;
            if (variant.level[f] == isolation->baseline.level[f])
                same |= 1u << f;
            allowed = allowed && (variant.level[f] == isolation->baseline.level[f] || !isolation->untestable[f]);
            allowed = allowed && ((same >> f & 1) || (isolation->levels[f] >> variant.level[f] & 1));
        }
        // RDP security has no TLS handshake, so the baseline's TLS level does not hold there.
        if (variant.level[FACTOR_SECURITY] == SECURITY_RDP &&
            isolation->baseline.level[FACTOR_SECURITY] != SECURITY_RDP)
            same &= ~(1u << FACTOR_TLS);
        bool accepted =
            (server->securities >> variant.level[FACTOR_SECURITY] & 1) &&
            (variant.level[FACTOR_ADDRESS] != ADDRESS_IPV6 || server->ipv6) &&
            (variant.level[FACTOR_SECURITY] == SECURITY_RDP || lab_spoken(server, &variant)) &&
            (variant.level[FACTOR_LICENSE] != LICENSE_REUSE || issued || server->licensing == LICENSING_OFF ||
             isolation->baseline.level[FACTOR_LICENSE] == LICENSE_REUSE);
        if (!allowed || !accepted || !variant_possible(&variant, NULL))
            continue;
        *realised |= 1u << same;
        if (denied(server, &variant, issued))
            continue;
        for (unsigned set = 0; set < SUBSETS; set++) {
            if ((set & ~same) == 0)
                result &= ~(1u << set);
        }
    }
    return result;
}

// Whether two disjunctions of sets say the same of every set that is realised.
bool lab_same(uint32_t a, uint32_t b, uint32_t realised)
{
    for (unsigned s = 0; s < SUBSETS; s++) {
        bool in_a = false, in_b = false;
        for (unsigned t = 0; t < SUBSETS; t++) {
            in_a = in_a || ((a >> t & 1) && (t & ~s) == 0);
            in_b = in_b || ((b >> t & 1) && (t & ~s) == 0);
        }
        if ((realised >> s & 1) && in_a != in_b)
            return false;
    }
    return true;
}

static uint32_t minimal(uint32_t sets)
{
    uint32_t result = 0;
    for (unsigned s = 0; s < SUBSETS; s++) {
        bool least = sets >> s & 1;
        for (unsigned i = 0; i < CORE && least; i++)
            least = !((s >> i & 1) && (sets >> (s & ~(1u << i)) & 1));
        if (least)
            result |= 1u << s;
    }
    return result;
}

// The rule itself, as sets of factors.
uint32_t lab_rule(const struct server *server)
{
    uint32_t result = 0;
    for (unsigned t = 0; t < server->term_count; t++) {
        unsigned set = 0;
        for (int f = 0; f < CORE; f++)
            set |= server->term[t][f] ? 1u << f : 0;
        result |= 1u << set;
    }
    return result;
}

unsigned lab_factors(uint32_t sets)
{
    unsigned factors = 0;
    for (unsigned s = 0; s < SUBSETS; s++)
        factors |= sets >> s & 1 ? s : 0;
    return factors;
}

// The sets that suffice. RDP security evades any failure of the TLS handshake, so it counts there only if nothing else
// does.
uint32_t lab_truth(const struct server *server, const struct isolation *isolation, uint32_t *realised)
{
    if (server->moment == PHASE_TLS && isolation->baseline.level[FACTOR_SECURITY] != SECURITY_RDP) {
        struct server handshake = *server;
        handshake.securities &= ~(1u << SECURITY_RDP);
        uint32_t expected = minimal(sufficient(&handshake, isolation, realised));
        if (!(expected & 1))
            return expected;
    }
    return minimal(sufficient(server, isolation, realised));
}
