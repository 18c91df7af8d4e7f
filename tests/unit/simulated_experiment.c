// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "simulated_experiment.h"

struct isolation everything(void)
{
    struct isolation isolation = {.max_trials = 100};
    for (int f = 0; f < CORE; f++)
        isolation.levels[f] = (1u << lab_levels(f)) - 1;
    return isolation;
}

struct server friendly(void)
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

uint32_t named_sets(const struct verdict *verdict, const struct variant *baseline)
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
                named_sets(verdict, &isolation->baseline), expected, verdict->reason);
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

struct verdict experiment(const struct server *server, const struct isolation *plan, struct statistics *statistics,
                          bool must_decide)
{
    struct lab *lab = calloc(1, sizeof *lab);
    struct isolation isolation = *plan;
    struct verdict verdict;
    assert_non_null(lab);
    lab->server = *server;
    isolation.run = lab_run;
    isolation.context = lab;
    isolate(&isolation, &verdict);

    // Of the variant whose failure was studied: another one, where noise let the baseline connect.
    struct isolation studied = *plan;
    studied.baseline = verdict.baseline;
    for (int f = 0; f < CORE; f++)
        studied.levels[f] |= 1u << plan->baseline.level[f];
    uint32_t realised, expected = lab_truth(server, &studied, &realised);
    bool client_side = expected && !(expected & 1);
    uint32_t got = named_sets(&verdict, &studied.baseline);
    bool exact = verdict.kind == VERDICT_ISOLATED &&
                 (lab_same(got, expected, realised) || lab_same(got, plain(expected), realised));
    // Whatever is named must take part in the rule, or be sufficient by how the server works.
    unsigned involved = lab_factors(expected) | lab_factors(lab_rule(server));
    bool wrong = (got && (!client_side || (lab_factors(got) & ~involved))) || !pairs_hold(lab, &verdict) ||
                 (verdict.kind == VERDICT_NOT_CLIENT_SIDE && client_side) || (verdict.kind == VERDICT_ISOLATED && !got);
    bool lame = must_decide && (client_side ? !exact : verdict.kind == VERDICT_ISOLATED);
    if (getenv("SHOW") && client_side && !exact && !wrong)
        print_case(server, &studied, &verdict, expected, lab);
    if (wrong || lame) {
        print_case(server, &studied, &verdict, expected, lab);
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
    lab_clear(lab);
    free(lab);
    return verdict;
}

void report(const struct statistics *statistics)
{
    print_message("%-34s %5u runs, %5u client-side, %5u isolated (%u exactly); trials mean %.1f max %u; logons mean "
                  "%.1f\n",
                  statistics->name, statistics->runs, statistics->expected, statistics->isolated, statistics->exact,
                  (double)statistics->trials / statistics->runs, statistics->most,
                  (double)statistics->logons / statistics->runs);
}
