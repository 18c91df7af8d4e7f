// SPDX-License-Identifier: Apache-2.0
// Isolation against oracles with known causes, as a JSON table: isolation_bench [REPEATS [SETTING]]
// For 12 factors (many: 20) all single causes, pairs, alternatives of two, triples, and none; each setting of noise and
// levels.
// And targets that decide by a coin, or change for good, on which nothing may be accused.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "isolation_oracle.h"

enum kind { KIND_SINGLE, KIND_PAIR, KIND_EITHER, KIND_TRIPLE, KIND_NONE, KIND_COUNT };
static const char *const kind_names[KIND_COUNT] = {"single", "conjunction", "alternatives", "triple", "none"};

// Every repeat of a setting takes other seeds. Without noise and with two levels one run says it all.
static const struct setting {
    const char *name;
    unsigned factors, levels;
    bool constrained, repeated;
    double false_pass, false_failure, unresolved;
} settings[] = {
    {"noiseless", 12, 2, false, false, 0, 0, 0},
    {"noisy", 12, 2, false, true, 0.10, 0.03, 0},
    {"unresolved", 12, 2, false, true, 0, 0, 0.20},
    {"many", 20, 2, false, false, 0, 0, 0},
    {"many-noisy", 20, 2, false, true, 0.10, 0.03, 0},
    {"five-levels", 12, 5, true, true, 0, 0, 0},
    {"five-levels-noisy", 12, 5, true, true, 0.10, 0.03, 0},
    {"five-levels-unresolved", 12, 5, true, true, 0, 0, 0.20},
};

struct count {
    unsigned runs, judged[JUDGED_FALSE + 1], ofat_failing, ofat_passing;
    unsigned search_max, confirming_max, trials_max;
    double search, confirming, trials, ofat_trials;
};

static void run(struct oracle *oracle, const struct setting *setting, unsigned budget, uint64_t seed,
                struct count *count)
{
    struct isolation isolation = {.factors = oracle_space(oracle),
                                  .signature_given = true,
                                  .signature = {FAMILY_ERRINFO, 7, PHASE_RESOLVE, true, ""},
                                  .max_trials = budget,
                                  .seed = seed,
                                  .run = oracle_run,
                                  .context = oracle};
    struct verdict verdict;
    unsigned trials;
    oracle->false_pass = setting->false_pass;
    oracle->false_failure = setting->false_failure;
    oracle->unresolved = setting->unresolved;
    oracle_draw(oracle, seed);
    isolation.baseline = oracle->baseline;
    for (unsigned f = 0; f < oracle->factors; f++)
        isolation.levels[f] = (1u << oracle->levels) - 1;
    isolate(&isolation, &verdict);
    enum judgement judgement = oracle_judge(oracle, &verdict);
    count->runs++;
    count->judged[judgement]++;
    count->search += verdict.search;
    count->confirming += verdict.confirming;
    count->trials += verdict.trials;
    count->search_max = verdict.search > count->search_max ? verdict.search : count->search_max;
    count->confirming_max = verdict.confirming > count->confirming_max ? verdict.confirming : count->confirming_max;
    count->trials_max = verdict.trials > count->trials_max ? verdict.trials : count->trials_max;
    count->ofat_failing += oracle_one_at_a_time(oracle, false, &trials);
    count->ofat_passing += oracle_one_at_a_time(oracle, true, &trials);
    count->ofat_trials += trials;
}

static void run_kind(enum kind kind, const struct setting *setting, unsigned repeats, struct count *count)
{
    struct oracle *oracle = calloc(1, sizeof *oracle);
    if (!oracle)
        exit(1);
    oracle->factors = setting->factors;
    oracle->levels = setting->levels;
    oracle->constrained = setting->constrained;
    for (unsigned repeat = 0; repeat < (setting->repeated ? repeats : 1); repeat++) {
        for (unsigned set = 0; set < 1u << oracle->factors; set++) {
            unsigned size = 0;
            for (unsigned rest = set; rest; rest &= rest - 1)
                size++;
            unsigned wanted = kind == KIND_NONE ? 0 : kind == KIND_SINGLE ? 1 : kind == KIND_TRIPLE ? 3 : 2;
            if (size != wanted)
                continue;
            bool either = kind == KIND_EITHER;
            oracle->term_count = either ? 2 : 1;
            oracle->terms[0] = either ? set & -set : set;
            oracle->terms[1] = either ? set & (set - 1) : 0;
            // So many runs of "none" as of singles, where chance has a part in it.
            for (unsigned again = 0; again < (kind == KIND_NONE && setting->repeated ? 12u : 1u); again++)
                run(oracle, setting, ORACLE_TRIALS,
                    ((uint64_t)repeat << 32) + ((uint64_t)kind << 24) + (again << 16) + set + 1, count);
        }
    }
    free(oracle);
}

// Targets on which naming a factor is wrong, or right only of what was: a coin decides, at nine rates; one of two to
// ten machines in turn fails, or two to ten connections fail and as many pass; or the target changes for good after
// some trial.
static const struct surroundings {
    const char *name;
    enum coin_place coin_at;
    unsigned terms, first; // first: everybody fails (0), or the first factor decides (1)
    bool changes, broken;
} worlds[] = {
    {"coin", COIN_EVERYWHERE, 1, 0, false, false},
    {"coin-at-the-baseline", COIN_AT_BASELINE, 0, 0, false, false},
    {"coin-far-from-the-baseline", COIN_FAR_FROM_IT, 1, 0, false, false},
    {"in-turn", COIN_IN_TURN, 1, 0, false, false},
    {"bursts", COIN_IN_BURSTS, 1, 0, false, false},
    {"mended", COIN_NOWHERE, 1, 0, true, false},
    {"broken", COIN_NOWHERE, 1, 1, true, true},
};
static const struct setting plain = {"", 12, 2, false, true, 0, 0, 0};
enum { WORLD_STEPS = 9, RUNS_A_REPEAT = 250 };

// One of nine rates, or moments of change.
static void run_world(const struct surroundings *world, unsigned step, unsigned repeats, struct count *count)
{
    struct oracle *oracle = calloc(1, sizeof *oracle);
    if (!oracle)
        exit(1);
    oracle->factors = plain.factors;
    oracle->levels = plain.levels;
    oracle->term_count = world->terms;
    oracle->terms[0] = world->first;
    oracle->coin_at = world->coin_at;
    oracle->coin = step / 10.0;
    oracle->in_turn = step + 1;
    oracle->change_after = world->changes ? 2 * step : 0;
    oracle->broken = world->broken;
    for (unsigned i = 0; i < repeats * RUNS_A_REPEAT; i++)
        run(oracle, &plain, 0, ((uint64_t)step << 32) + i, count);
    free(oracle);
}

static void print_row(const char *setting, const char *kind, const struct count *c, double bits)
{
    static bool further;
    double n = c->runs;
    if (!c->runs)
        return;
    printf("%s {\"setting\": \"%s\", \"kind\": \"%s\", \"runs\": %u, \"exact\": %.4f, \"inconclusive\": %.4f, "
           "\"incomplete\": %.4f, \"missed\": %.4f, \"false_accusations\": %.4f,\n"
           "  \"search\": {\"mean\": %.2f, \"max\": %u}, \"confirming\": {\"mean\": %.2f, \"max\": %u}, \"trials\": "
           "{\"mean\": %.2f, \"max\": %u},\n"
           "  \"one_at_a_time\": {\"trials\": %.0f, \"exact_from_failing\": %.4f, \"exact_from_passing\": %.4f}, "
           "\"bits\": %.2f}\n",
           further ? "," : "", setting, kind, c->runs, c->judged[JUDGED_EXACT] / n,
           c->judged[JUDGED_INCONCLUSIVE] / n, c->judged[JUDGED_INCOMPLETE] / n, c->judged[JUDGED_MISSED] / n,
           c->judged[JUDGED_FALSE] / n, c->search / n, c->search_max, c->confirming / n, c->confirming_max,
           c->trials / n, c->trials_max, c->ofat_trials / n, c->ofat_failing / n, c->ofat_passing / n, bits);
    further = true;
    fflush(stdout);
}

static void add(struct count *sum, const struct count *c)
{
    sum->runs += c->runs;
    for (unsigned j = 0; j <= JUDGED_FALSE; j++)
        sum->judged[j] += c->judged[j];
    sum->search += c->search;
    sum->confirming += c->confirming;
    sum->trials += c->trials;
    sum->ofat_trials += c->ofat_trials;
    sum->ofat_failing += c->ofat_failing;
    sum->ofat_passing += c->ofat_passing;
    sum->search_max = c->search_max > sum->search_max ? c->search_max : sum->search_max;
    sum->confirming_max = c->confirming_max > sum->confirming_max ? c->confirming_max : sum->confirming_max;
    sum->trials_max = c->trials_max > sum->trials_max ? c->trials_max : sum->trials_max;
}

static void print_setting(const struct setting *setting, unsigned repeats)
{
    static const double bits = 8.511753; // log2(12 + 66 + 66 + 220 + 1)
    struct count all = {0};
    for (unsigned kind = 0; kind < KIND_COUNT; kind++) {
        struct count one = {0};
        if (kind == KIND_TRIPLE && setting->factors > 12)
            continue; // 1,140 of them
        run_kind((enum kind)kind, setting, repeats, &one);
        print_row(setting->name, kind_names[kind], &one, bits);
        add(&all, &one);
    }
    print_row(setting->name, "all", &all, bits);
}

static void print_world(const struct surroundings *world, unsigned repeats)
{
    struct count all = {0};
    for (unsigned step = 1; step <= WORLD_STEPS; step++) {
        struct count one = {0};
        char kind[32];
        bool turns = world->coin_at == COIN_IN_TURN || world->coin_at == COIN_IN_BURSTS;
        snprintf(kind, sizeof kind,
                 turns            ? "of %u"
                 : world->changes ? "after %u"
                                  : "rate 0.%u",
                 turns            ? step + 1
                 : world->changes ? 2 * step
                                  : step);
        run_world(world, step, repeats, &one);
        print_row(world->name, kind, &one, 0);
        add(&all, &one);
    }
    print_row(world->name, "all", &all, 0);
}

int main(int argc, char **argv)
{
    unsigned repeats = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 4;
    const char *only = argc > 2 ? argv[2] : NULL;
    bool known = !only;
    for (unsigned s = 0; s < sizeof settings / sizeof *settings; s++)
        known = known || strcmp(only, settings[s].name) == 0;
    for (unsigned w = 0; w < sizeof worlds / sizeof *worlds; w++)
        known = known || strcmp(only, worlds[w].name) == 0;
    if (!repeats || !known) {
        fprintf(stderr, "usage: isolation_bench [REPEATS [SETTING]]\n");
        return 2;
    }
    printf("[");
    for (unsigned s = 0; s < sizeof settings / sizeof *settings; s++) {
        if (!only || strcmp(only, settings[s].name) == 0)
            print_setting(&settings[s], repeats);
    }
    for (unsigned w = 0; w < sizeof worlds / sizeof *worlds; w++) {
        if (!only || strcmp(only, worlds[w].name) == 0)
            print_world(&worlds[w], repeats);
    }
    printf("]\n");
    return 0;
}
