// SPDX-License-Identifier: Apache-2.0
// Isolation against a simulated server whose rule is known: what is named must be exactly what the rule makes
// sufficient.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/isolation.h"
#include "trial/effect.h"
#include "trial/fact.h"

enum { RUNS_MAX = 256, TERMS_MAX = 2, SUBSETS = 1 << FACTOR_COUNT };

// What a client really did, as the server sees it: factor levels, but the TLS version spoken and the licence presented.
enum { TLS_NONE = 0, LICENSE_NONE = 0, LICENSE_NEW = 1, LICENSE_STORED = 2 };
// Whether the server asks for a licence at all, and ever issues one (the last lets clients in without, as in the grace
// period).
enum licensing { LICENSING_OFF, LICENSING_ISSUE, LICENSING_NEVER };

struct server {
    unsigned securities;   // bit set of accepted levels
    unsigned tls_low, tls_high;
    bool ipv6;
    enum licensing licensing;
    bool user_has_license; // keep presents a licence
    unsigned term_count;   // rule: a disjunction of conjunctions; 0 terms: nobody is denied
    unsigned char term[TERMS_MAX][FACTOR_COUNT]; // bit set of what the client did; 0: does not matter
    enum phase moment;
    enum family family;
    uint32_t code;
    // Noise.
    unsigned flaky, unresolved; // percent
    unsigned stop_after;        // trials until run returns NULL; 0: never
    unsigned change_after;      // trials until nobody is denied any more; 0: never
    unsigned seed;
};

struct lab {
    struct server server;
    struct trial trials[RUNS_MAX];
    unsigned count;
    bool issued;
};

static unsigned chance(struct lab *lab)
{
    lab->server.seed = lab->server.seed * 1103515245u + 12345u;
    return (lab->server.seed >> 16) % 100;
}

static unsigned spoken(const struct server *server, const struct variant *variant)
{
    unsigned level = variant->level[FACTOR_TLS];
    if (variant->level[FACTOR_SECURITY] == SECURITY_RDP)
        return TLS_NONE;
    if (level == TLS_DEFAULT)
        return server->tls_high;
    return level >= server->tls_low && level <= server->tls_high ? level : TLS_NONE;
}

static unsigned presented(const struct server *server, const struct variant *variant, bool issued)
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
    unsigned did[FACTOR_COUNT];
    if (server->moment == PHASE_NLA && variant->level[FACTOR_SECURITY] != SECURITY_NLA)
        return false;
    if (server->moment == PHASE_TLS && variant->level[FACTOR_SECURITY] == SECURITY_RDP)
        return false;
    for (int f = 0; f < FACTOR_COUNT; f++)
        did[f] = variant->level[f];
    did[FACTOR_TLS] = spoken(server, variant);
    did[FACTOR_LICENSE] = presented(server, variant, issued);
    for (unsigned t = 0; t < server->term_count; t++) {
        bool all = true;
        for (int f = 0; f < FACTOR_COUNT; f++)
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
    unsigned license = presented(server, &trial->variant, lab->issued);
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
    bool deny = denied(server, variant, lab->issued) && chance(lab) >= server->flaky &&
                !(server->change_after && lab->count > server->change_after);
    static const char *const selected[] = {"HYBRID", "SSL", "RDP"};

    if (chance(lab) < server->unresolved) {
        enum phase phase = (enum phase)(chance(lab) % (trial->until + 1));
        end(trial, phase, FAMILY_TIMEOUT, 0);
        if (phase <= PHASE_NEGOTIATE || server->moment <= phase)
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
        unsigned version = spoken(server, variant);
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
    if (server->licensing == LICENSING_ISSUE && presented(server, variant, lab->issued) == LICENSE_NEW) {
        fact_append(trial->facts, FACT_LICENSING_MESSAGES, "NEW_LICENSE");
        lab->issued = true;
    }
    if (deny)
        end(trial, server->moment, server->family, server->code);
}

static const struct trial *run(void *context, const struct variant *variant, enum phase until)
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
    trial->outcome.phase = until;
    play(lab, trial);
    if (until < PHASE_ACTIVE)
        assert_int_equal(trial->logons, 0);
    return trial;
}

// What the rule makes sufficient: a set of factors is, if every variant that the server accepts and that has them at
// the baseline's levels is denied. Bit s of the result: the set s. *realised: the sets of which some variant has
// exactly these factors at the baseline's levels.
static uint32_t sufficient(const struct server *server, const struct isolation *isolation, uint32_t *realised)
{
    uint32_t result = ~0u;
    struct variant variant;
    *realised = 0;
    bool issued = server->licensing == LICENSING_ISSUE;
    for (unsigned n = 0; n < 3 * 5 * 3 * 3 * 3; n++) {
        unsigned rest = n, same = 0;
        bool allowed = true;
        for (int f = 0; f < FACTOR_COUNT; f++) {
            unsigned levels = factor_levels((enum factor)f);
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
        bool accepted = (server->securities >> variant.level[FACTOR_SECURITY] & 1) &&
                        (variant.level[FACTOR_ADDRESS] != ADDRESS_IPV6 || server->ipv6) &&
                        (variant.level[FACTOR_SECURITY] == SECURITY_RDP || spoken(server, &variant)) &&
                        (variant.level[FACTOR_LICENSE] != LICENSE_REUSE || issued ||
                         server->licensing == LICENSING_OFF ||
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
static bool same_cause(uint32_t a, uint32_t b, uint32_t realised)
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
        for (unsigned i = 0; i < FACTOR_COUNT && least; i++)
            least = !((s >> i & 1) && (sets >> (s & ~(1u << i)) & 1));
        if (least)
            result |= 1u << s;
    }
    return result;
}

// To hold a TLS level is to use TLS: of the two ways to say that the handshake is needed, security is the plainer.
static uint32_t plain(uint32_t sets)
{
    for (unsigned s = 0; s < SUBSETS; s++) {
        unsigned other = (s & ~(1u << FACTOR_TLS)) | 1u << FACTOR_SECURITY;
        if ((s >> FACTOR_TLS & 1) && !(s >> FACTOR_SECURITY & 1) && (sets >> other & 1))
            sets &= ~(1u << s);
    }
    return sets;
}

// The rule itself, as sets of factors.
static uint32_t terms_of(const struct server *server)
{
    uint32_t result = 0;
    for (unsigned t = 0; t < server->term_count; t++) {
        unsigned set = 0;
        for (int f = 0; f < FACTOR_COUNT; f++)
            set |= server->term[t][f] ? 1u << f : 0;
        result |= 1u << set;
    }
    return result;
}

static uint32_t named(const struct verdict *verdict, const struct variant *baseline)
{
    uint32_t result = 0;
    for (unsigned k = 0; k < verdict->alternative_count; k++) {
        unsigned set = 0;
        for (unsigned i = 0; i < verdict->alternatives[k].count; i++) {
            const struct condition *condition = &verdict->alternatives[k].conditions[i];
            assert_int_equal(condition->level, baseline->level[condition->factor]);
            set |= 1u << condition->factor;
        }
        result |= 1u << set;
    }
    return result;
}

static unsigned factors_in(uint32_t sets)
{
    unsigned factors = 0;
    for (unsigned s = 0; s < SUBSETS; s++)
        factors |= sets >> s & 1 ? s : 0;
    return factors;
}

static struct isolation everything(void)
{
    struct isolation isolation = {.max_trials = 100};
    for (int f = 0; f < FACTOR_COUNT; f++)
        isolation.levels[f] = (1u << factor_levels((enum factor)f)) - 1;
    return isolation;
}

static struct server friendly(void)
{
    return (struct server){.securities = 7,
                           .tls_low = TLS_1_0,
                           .tls_high = TLS_1_3,
                           .ipv6 = true,
                           .licensing = LICENSING_ISSUE,
                           .moment = PHASE_CAPABILITIES,
                           .family = FAMILY_ERRINFO,
                           .code = 7,
                           .seed = 1};
}

// What came of many experiments.
struct statistics {
    const char *name;
    unsigned runs, exact, isolated, expected, trials, most, logons;
};

static void print_case(const struct server *server, const struct isolation *isolation, const struct verdict *verdict,
                       uint32_t expected, const struct lab *lab)
{
    char text[128];
    print_error("baseline %s, moment %s, licensing %d, rule", variant_text(&isolation->baseline, text, sizeof text),
                phase_name(server->moment), server->licensing);
    for (unsigned t = 0; t < server->term_count; t++)
        print_error(" [%x %x %x %x %x]", server->term[t][0], server->term[t][1], server->term[t][2], server->term[t][3],
                    server->term[t][4]);
    print_error("\n  verdict %s named %x expected %x: %s\n", verdict_name(verdict->kind),
                named(verdict, &isolation->baseline), expected, verdict->reason);
    for (unsigned i = 0; i < lab->count; i++) {
        const struct trial *trial = &lab->trials[i];
        print_error("  %2u %s until %s: %s %s %u\n", i + 1, variant_text(&trial->variant, text, sizeof text),
                    phase_name(trial->until), phase_name(trial->outcome.phase), family_name(trial->outcome.family),
                    trial->outcome.code);
    }
}

// A minimal pair differs in its factor alone, and its trials show what they are said to show.
static bool pairs_hold(const struct lab *lab, const struct verdict *verdict)
{
    for (unsigned i = 0; i < verdict->pair_count; i++) {
        const struct minimal_pair *pair = &verdict->pairs[i];
        const struct trial *failing = &lab->trials[pair->failing - 1], *passing = &lab->trials[pair->passing - 1];
        if (variant_distance(&failing->variant, &passing->variant) != 1 ||
            failing->variant.level[pair->factor] == passing->variant.level[pair->factor] ||
            !signature_matches(&verdict->signature, &failing->outcome) ||
            signature_matches(&verdict->signature, &passing->outcome))
            return false;
    }
    return true;
}

// The sets that suffice. RDP security evades any failure of the TLS handshake, so it counts there only if nothing else
// does.
static uint32_t truth(const struct server *server, const struct isolation *plan, uint32_t *realised)
{
    if (server->moment == PHASE_TLS && plan->baseline.level[FACTOR_SECURITY] != SECURITY_RDP) {
        struct server handshake = *server;
        handshake.securities &= ~(1u << SECURITY_RDP);
        uint32_t expected = minimal(sufficient(&handshake, plan, realised));
        if (!(expected & 1))
            return expected;
    }
    return minimal(sufficient(server, plan, realised));
}

static struct verdict experiment(const struct server *server, const struct isolation *plan,
                                 struct statistics *statistics, bool must_decide)
{
    struct lab *lab = calloc(1, sizeof *lab);
    struct isolation isolation = *plan;
    struct verdict verdict;
    uint32_t realised, expected = truth(server, plan, &realised);
    bool client_side = expected && !(expected & 1);

    assert_non_null(lab);
    lab->server = *server;
    isolation.run = run;
    isolation.context = lab;
    isolate(&isolation, &verdict);

    uint32_t got = named(&verdict, &plan->baseline);
    bool exact = verdict.kind == VERDICT_ISOLATED &&
                 (same_cause(got, expected, realised) || same_cause(got, plain(expected), realised));
    // Whatever is named must take part in the rule, or be sufficient by how the server works.
    unsigned involved = factors_in(expected) | factors_in(terms_of(server));
    bool wrong = (got && (!client_side || (factors_in(got) & ~involved))) || !pairs_hold(lab, &verdict) ||
                 (verdict.kind == VERDICT_NOT_CLIENT_SIDE && client_side) ||
                 (verdict.kind == VERDICT_ISOLATED && !got);
    bool lame = must_decide && (client_side ? !exact : verdict.kind == VERDICT_ISOLATED);
    if (getenv("SHOW") && client_side && !exact && !wrong)
        print_case(server, plan, &verdict, expected, lab);
    if (wrong || lame) {
        print_case(server, plan, &verdict, expected, lab);
        fail();
    }
    assert_int_equal(verdict.trials, lab->count);
    if (statistics) {
        statistics->runs++;
        statistics->expected += client_side;
        statistics->isolated += verdict.kind == VERDICT_ISOLATED;
        statistics->exact += exact;
        statistics->trials += verdict.trials;
        statistics->logons += verdict.logons;
        if (verdict.trials > statistics->most)
            statistics->most = verdict.trials;
    }
    for (unsigned i = 0; i < lab->count; i++)
        trial_clear(&lab->trials[i]);
    free(lab);
    return verdict;
}

static void report(const struct statistics *statistics)
{
    print_message("%-34s %5u runs, %5u client-side, %5u isolated (%u exactly); trials mean %.1f max %u; logons mean "
                  "%.1f\n",
                  statistics->name, statistics->runs, statistics->expected, statistics->isolated, statistics->exact,
                  (double)statistics->trials / statistics->runs, statistics->most,
                  (double)statistics->logons / statistics->runs);
}

// Bit sets of what the client did that hold what the baseline does: this alone; this or less; this or more.
static unsigned char condition(const struct server *server, const struct variant *baseline, int factor, unsigned kind)
{
    unsigned did = baseline->level[factor];
    if (factor == FACTOR_TLS)
        did = spoken(server, baseline);
    if (factor == FACTOR_LICENSE)
        did = presented(server, baseline, true);
    if (kind == 0)
        return (unsigned char)(1u << did);
    if (kind == 1)
        return (unsigned char)((2u << did) - 1) & 0x1e;
    return (unsigned char)(0xff << did) & 0x1f;
}

static unsigned kinds(int factor)
{
    return factor == FACTOR_TLS ? 3 : 1;
}

// A factor that the baseline cannot have to do with: TLS without TLS, a licence that is never asked for.
static bool idle(const struct server *server, const struct variant *baseline, int factor)
{
    return (factor == FACTOR_TLS && baseline->level[FACTOR_SECURITY] == SECURITY_RDP) ||
           (factor == FACTOR_LICENSE && server->licensing == LICENSING_OFF) ||
           factor_phase((enum factor)factor) > server->moment;
}

static const struct variant baselines[] = {
    {{SECURITY_NLA, TLS_DEFAULT, ADDRESS_NAME, GATEWAY_OFF, LICENSE_KEEP}},
    {{SECURITY_NLA, TLS_1_2, ADDRESS_NAME, GATEWAY_HTTP, LICENSE_REUSE}},
    {{SECURITY_TLS, TLS_1_3, ADDRESS_IPV4, GATEWAY_WEBSOCKET, LICENSE_CLEAR}},
    {{SECURITY_TLS, TLS_1_1, ADDRESS_IPV6, GATEWAY_OFF, LICENSE_REUSE}},
    {{SECURITY_RDP, TLS_DEFAULT, ADDRESS_NAME, GATEWAY_OFF, LICENSE_REUSE}},
};
static const enum phase moments[] = {PHASE_TCP, PHASE_NEGOTIATE, PHASE_TLS, PHASE_NLA, PHASE_MCS,
                                     PHASE_LICENSING, PHASE_CAPABILITIES, PHASE_ACTIVE};

static void set_moment(struct server *server, enum phase moment)
{
    server->moment = moment;
    server->family = FAMILY_ERRINFO;
    server->code = 7;
    if (moment == PHASE_TCP) {
        server->family = FAMILY_TCP;
        server->code = 111;
    } else if (moment == PHASE_NEGOTIATE) {
        server->family = FAMILY_NEGOTIATION;
        server->code = 2;
    } else if (moment == PHASE_TLS) {
        server->family = FAMILY_TLS;
        server->code = 40;
    } else if (moment == PHASE_NLA) {
        server->family = FAMILY_CREDSSP;
        server->code = 0xC000006D;
    }
}

enum shape { SHAPE_SINGLE, SHAPE_BOTH, SHAPE_EITHER };

// Runs every rule of a shape for a server and a baseline.
static void every_rule(struct server server, const struct isolation *isolation, enum shape shape,
                       struct statistics *statistics, bool must_decide)
{
    for (int f = 0; f < FACTOR_COUNT; f++) {
        for (unsigned k = 0; k < kinds(f); k++) {
            memset(server.term, 0, sizeof server.term);
            server.term_count = 1;
            server.term[0][f] = condition(&server, &isolation->baseline, f, k);
            if (idle(&server, &isolation->baseline, f))
                continue;
            if (shape == SHAPE_SINGLE) {
                experiment(&server, isolation, statistics, must_decide);
                server.seed += 7;
                continue;
            }
            for (int g = f + 1; g < FACTOR_COUNT; g++) {
                for (unsigned m = 0; m < kinds(g) && !idle(&server, &isolation->baseline, g); m++) {
                    unsigned term = shape == SHAPE_EITHER;
                    memset(server.term[1], 0, sizeof server.term[1]);
                    for (int h = f + 1; h < FACTOR_COUNT; h++)
                        server.term[0][h] = 0;
                    server.term_count = term + 1;
                    server.term[term][g] = condition(&server, &isolation->baseline, g, m);
                    experiment(&server, isolation, statistics, must_decide);
                    server.seed += 7;
                }
            }
        }
    }
}

static void exhaustive(enum shape shape, const char *name)
{
    struct statistics statistics = {.name = name};
    for (size_t b = 0; b < sizeof baselines / sizeof *baselines; b++) {
        for (size_t m = 0; m < sizeof moments / sizeof *moments; m++) {
            for (int licensing = LICENSING_OFF; licensing <= LICENSING_ISSUE; licensing++) {
                struct server server = friendly();
                struct isolation isolation = everything();
                isolation.baseline = baselines[b];
                server.licensing = (enum licensing)licensing;
                server.user_has_license = m % 2;
                set_moment(&server, moments[m]);
                every_rule(server, &isolation, shape, &statistics, true);
            }
        }
    }
    report(&statistics);
}

static void test_single_causes(void **state)
{
    (void)state;
    exhaustive(SHAPE_SINGLE, "one factor");
}

static void test_conjunctions(void **state)
{
    (void)state;
    exhaustive(SHAPE_BOTH, "two together");
}

static void test_alternatives(void **state)
{
    (void)state;
    exhaustive(SHAPE_EITHER, "either of two");
}

// A plan with few levels, as against a server with one name, one TLS version besides the default, and no gateway.
static struct isolation little(void)
{
    struct isolation isolation = everything();
    isolation.levels[FACTOR_SECURITY] = 1u << SECURITY_NLA | 1u << SECURITY_TLS;
    isolation.levels[FACTOR_TLS] = 1u << TLS_DEFAULT | 1u << TLS_1_2;
    isolation.levels[FACTOR_ADDRESS] = 1u << ADDRESS_NAME | 1u << ADDRESS_IPV4;
    isolation.untestable[FACTOR_GATEWAY] = "no gateway was given";
    isolation.levels[FACTOR_LICENSE] = 1u << LICENSE_KEEP | 1u << LICENSE_CLEAR | 1u << LICENSE_REUSE;
    return isolation;
}

static void test_few_levels(void **state)
{
    (void)state;
    static const char *const names[] = {"few levels, one factor", "few levels, two together",
                                        "few levels, either of two"};
    for (int shape = SHAPE_SINGLE; shape <= SHAPE_EITHER; shape++) {
        struct statistics statistics = {.name = names[shape]};
        for (size_t m = 0; m < sizeof moments / sizeof *moments; m++) {
            struct server server = friendly();
            struct isolation isolation = little();
            server.user_has_license = true;
            set_moment(&server, moments[m]);
            // The gateway is not varied, so that a rule about it is about nothing the client can change.
            every_rule(server, &isolation, (enum shape)shape, &statistics, true);
        }
        report(&statistics);
    }
}

static void test_everyone_is_denied(void **state)
{
    (void)state;
    struct statistics statistics = {.name = "everyone is denied"};
    for (size_t b = 0; b < sizeof baselines / sizeof *baselines; b++) {
        for (size_t m = 0; m < sizeof moments / sizeof *moments; m++) {
            for (int licensing = LICENSING_OFF; licensing <= LICENSING_NEVER; licensing++) {
                struct server server = friendly();
                struct isolation isolation = everything();
                bool whole = moments[m] != PHASE_TLS && moments[m] != PHASE_NLA;
                isolation.baseline = baselines[b];
                server.term_count = 1;
                server.licensing = (enum licensing)licensing;
                set_moment(&server, moments[m]);
                struct verdict verdict = experiment(&server, &isolation, &statistics, true);
                assert_true(!whole || verdict.kind == VERDICT_NOT_CLIENT_SIDE || verdict.kind == VERDICT_INCONCLUSIVE);
                if (whole && licensing == LICENSING_OFF)
                    assert_int_equal(verdict.kind, VERDICT_NOT_CLIENT_SIDE);
                // A licence that cannot be had may be what is missing, unless the server decided before it looked.
                if (licensing == LICENSING_NEVER && moments[m] == PHASE_CAPABILITIES)
                    assert_int_equal(verdict.kind, VERDICT_INCONCLUSIVE);
                if (licensing == LICENSING_NEVER && moments[m] == PHASE_LICENSING)
                    assert_int_equal(verdict.kind, VERDICT_NOT_CLIENT_SIDE);
            }
        }
    }
    report(&statistics);
}

static void test_nothing_fails(void **state)
{
    (void)state;
    struct server server = friendly();
    struct isolation isolation = everything();
    struct verdict verdict = experiment(&server, &isolation, NULL, true);
    assert_int_equal(verdict.kind, VERDICT_NOT_REPRODUCED);
    assert_int_equal(verdict.trials, 3);

    // Another failure than the one that was asked for.
    isolation.signature_given = true;
    isolation.signature = (struct signature){FAMILY_ERRINFO, 7, PHASE_RESOLVE, true};
    server.term_count = 1;
    server.code = 5;
    verdict = experiment(&server, &isolation, NULL, false);
    assert_int_equal(verdict.kind, VERDICT_NOT_REPRODUCED);
    assert_non_null(strstr(verdict.reason, "0x3/0x5"));
}

// Servers that leave little to vary.
static void test_narrow_servers(void **state)
{
    (void)state;
    struct statistics statistics = {.name = "narrow servers"};
    for (int shape = SHAPE_SINGLE; shape <= SHAPE_EITHER; shape++) {
        for (size_t m = 0; m < sizeof moments / sizeof *moments; m++) {
            for (unsigned kind = 0; kind < 4; kind++) {
                struct server server = friendly();
                struct isolation isolation = everything();
                if (kind == 0)
                    server.securities = 1u << SECURITY_NLA;
                if (kind == 1)
                    server.tls_low = server.tls_high = TLS_1_2;
                if (kind == 2)
                    server.licensing = LICENSING_NEVER;
                if (kind == 3)
                    server.securities = 1u << SECURITY_NLA | 1u << SECURITY_RDP;
                server.ipv6 = kind != 1;
                set_moment(&server, moments[m]);
                every_rule(server, &isolation, (enum shape)shape, &statistics, false);
            }
        }
    }
    report(&statistics);
    assert_true(statistics.exact * 10 > statistics.expected * 9);
}

// Seeds of the noise; RDPPROBE_SEEDS=N takes more of them.
static unsigned seeds(void)
{
    const char *text = getenv("RDPPROBE_SEEDS");
    return text ? (unsigned)strtoul(text, NULL, 10) : 2;
}

static void noisy(const char *name, unsigned flaky, unsigned unresolved)
{
    struct statistics statistics = {.name = name};
    for (unsigned seed = 1; seed <= seeds(); seed++) {
        for (int shape = SHAPE_SINGLE; shape <= SHAPE_EITHER; shape++) {
            for (size_t b = 0; b < 3; b++) {
                for (size_t m = 0; m < sizeof moments / sizeof *moments; m++) {
                    struct server server = friendly();
                    struct isolation isolation = everything();
                    isolation.baseline = baselines[b];
                    server.flaky = flaky;
                    server.unresolved = unresolved;
                    server.seed = seed * 7919u + (unsigned)m * 104729u + (unsigned)b * 15485863u;
                    set_moment(&server, moments[m]);
                    every_rule(server, &isolation, (enum shape)shape, &statistics, false);
                    server.term_count = 1;
                    memset(server.term, 0, sizeof server.term);
                    experiment(&server, &isolation, &statistics, false);
                }
            }
        }
    }
    report(&statistics);
}

static void test_unresolved_trials(void **state)
{
    (void)state;
    noisy("20 % of the trials end otherwise", 0, 20);
}

static void test_flaky_denials(void **state)
{
    (void)state;
    noisy("10 % of the denials do not come", 10, 0);
}

static void test_stopped_anywhere(void **state)
{
    (void)state;
    for (unsigned stop = 1; stop < 40; stop++) {
        struct server server = friendly();
        struct isolation isolation = everything();
        server.stop_after = stop;
        server.term_count = 1;
        server.term[0][FACTOR_SECURITY] = 1u << SECURITY_NLA;
        server.term[0][FACTOR_TLS] = 1u << TLS_1_3;
        struct verdict verdict = experiment(&server, &isolation, NULL, false);
        assert_true(verdict.kind == VERDICT_STOPPED || verdict.kind == VERDICT_ISOLATED);
        assert_int_equal(verdict.kind == VERDICT_STOPPED, verdict.trials == stop && verdict.kind != VERDICT_ISOLATED);
        assert_true(verdict.reason[0]);
    }
}

static void test_budget(void **state)
{
    (void)state;
    for (unsigned budget = 1; budget < 40; budget++) {
        struct server server = friendly();
        struct isolation isolation = everything();
        isolation.max_trials = budget;
        server.term_count = 1;
        server.term[0][FACTOR_ADDRESS] = 1u << ADDRESS_NAME;
        struct verdict verdict = experiment(&server, &isolation, NULL, false);
        assert_true(verdict.trials <= budget);
        assert_true(verdict.kind == VERDICT_INCONCLUSIVE || verdict.kind == VERDICT_ISOLATED);
    }
}

// The server is mended in the middle of the run.
static void test_change_of_the_target(void **state)
{
    (void)state;
    unsigned isolated = 0;
    for (unsigned change = 2; change < 40; change++) {
        struct server server = friendly();
        struct isolation isolation = everything();
        server.change_after = change;
        server.term_count = 1;
        struct verdict verdict = experiment(&server, &isolation, NULL, false);
        isolated += verdict.kind == VERDICT_ISOLATED;
    }
    assert_int_equal(isolated, 0);
}

static void test_not_in_effect(void **state)
{
    (void)state;
    struct server server = friendly();
    struct isolation isolation = everything();
    isolation.baseline.level[FACTOR_LICENSE] = LICENSE_REUSE;
    server.licensing = LICENSING_NEVER;
    server.term_count = 1;
    struct verdict verdict = experiment(&server, &isolation, NULL, false);
    assert_int_equal(verdict.kind, VERDICT_INCONCLUSIVE);
    assert_non_null(strstr(verdict.reason, "license=reuse"));
}

// A server that wants NLA: the refusal is the failure, and the level that is refused its cause.
static void test_refused_protocol(void **state)
{
    (void)state;
    struct server server = friendly();
    struct isolation isolation = everything();
    isolation.baseline.level[FACTOR_SECURITY] = SECURITY_TLS;
    server.securities = 1u << SECURITY_NLA;
    struct lab *lab = calloc(1, sizeof *lab);
    struct verdict verdict;
    lab->server = server;
    isolation.run = run;
    isolation.context = lab;
    isolate(&isolation, &verdict);
    assert_int_equal(verdict.kind, VERDICT_ISOLATED);
    assert_int_equal(named(&verdict, &isolation.baseline), 1u << (1u << FACTOR_SECURITY));
    assert_int_equal(verdict.logons, 0);
    assert_int_equal(verdict.factors[FACTOR_LICENSE].finding, FINDING_INNOCENT);
    for (unsigned i = 0; i < lab->count; i++)
        trial_clear(&lab->trials[i]);
    free(lab);
}

static void test_record(void **state)
{
    (void)state;
    struct server server = friendly();
    struct isolation isolation = little();
    server.user_has_license = true;
    server.term_count = 1;
    server.term[0][FACTOR_LICENSE] = 1u << LICENSE_STORED;
    server.term[0][FACTOR_SECURITY] = 1u << SECURITY_NLA;
    struct verdict verdict = experiment(&server, &isolation, NULL, true);
    assert_string_equal(verdict.reason, "security=nla together with license=keep triggers 0x3/0x7.");
    assert_int_equal(verdict.factors[FACTOR_SECURITY].finding, FINDING_CAUSE);
    assert_int_equal(verdict.factors[FACTOR_TLS].finding, FINDING_INNOCENT);
    assert_int_equal(verdict.factors[FACTOR_ADDRESS].finding, FINDING_INNOCENT);
    assert_int_equal(verdict.factors[FACTOR_GATEWAY].finding, FINDING_NOT_TESTED);
    assert_int_equal(verdict.factors[FACTOR_LICENSE].finding, FINDING_CAUSE);

    json_t *json = verdict_to_json(&verdict);
    assert_non_null(json);
    assert_string_equal(json_string_value(json_object_get(json, "record")), "verdict");
    assert_int_equal(json_integer_value(json_object_get(json, "schema")), 1);
    assert_string_equal(json_string_value(json_object_get(json, "verdict")), "isolated");
    assert_string_equal(json_string_value(json_object_get(json, "signature")), "0x3/0x7");
    json_t *cause = json_pack("[[{s:s, s:s}, {s:s, s:s}]]", "factor", "security", "level", "nla", "factor", "license",
                              "level", "keep");
    assert_true(json_equal(json_object_get(json, "cause"), cause));
    json_decref(cause);
    assert_int_equal(json_array_size(json_object_get(json, "minimal_pairs")), 2);
    assert_int_equal(json_integer_value(json_object_get(json, "trials")), (int)verdict.trials);
    if (getenv("SHOW")) {
        json_dumpf(json, stderr, JSON_INDENT(1));
        fputs("\n", stderr);
    }
    json_decref(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_single_causes),
        cmocka_unit_test(test_conjunctions),
        cmocka_unit_test(test_alternatives),
        cmocka_unit_test(test_few_levels),
        cmocka_unit_test(test_everyone_is_denied),
        cmocka_unit_test(test_nothing_fails),
        cmocka_unit_test(test_narrow_servers),
        cmocka_unit_test(test_unresolved_trials),
        cmocka_unit_test(test_flaky_denials),
        cmocka_unit_test(test_stopped_anywhere),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_change_of_the_target),
        cmocka_unit_test(test_not_in_effect),
        cmocka_unit_test(test_refused_protocol),
        cmocka_unit_test(test_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
