// SPDX-License-Identifier: Apache-2.0
// Isolation against oracles with known causes, as a JSON table: isolation_bench [REPEATS [SETTING]]
// For 12 factors all single causes, pairs, alternatives of two, triples, and none; each setting of noise and levels.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "isolation_oracle.h"

enum kind { KIND_SINGLE, KIND_PAIR, KIND_EITHER, KIND_TRIPLE, KIND_NONE, KIND_COUNT };
static const char *const kind_names[KIND_COUNT] = {"single", "conjunction", "alternatives", "triple", "none"};

// Every repeat of a setting takes other seeds. Without noise and with two levels one run says it all.
static const struct setting {
    const char *name;
    unsigned levels;
    bool constrained, repeated;
    double false_pass, false_failure, unresolved;
} settings[] = {
    {"noiseless", 2, false, false, 0, 0, 0},
    {"noisy", 2, false, true, 0.10, 0.03, 0},
    {"unresolved", 2, false, true, 0, 0, 0.20},
    {"five-levels", 5, true, true, 0, 0, 0},
    {"five-levels-noisy", 5, true, true, 0.10, 0.03, 0},
    {"five-levels-unresolved", 5, true, true, 0, 0, 0.20},
};

struct count {
    unsigned runs, judged[JUDGED_FALSE + 1], ofat_failing, ofat_passing;
    unsigned search_max, confirming_max, trials_max;
    double search, confirming, trials, ofat_trials;
};

static void run(struct oracle *oracle, const struct setting *setting, uint64_t seed, struct count *count)
{
    struct isolation isolation = {.factors = oracle_space(oracle),
                                  .signature_given = true,
                                  .signature = {FAMILY_ERRINFO, 7, PHASE_RESOLVE, true, ""},
                                  .max_trials = ORACLE_TRIALS,
                                  .run = oracle_run,
                                  .context = oracle};
    struct verdict verdict;
    unsigned trials;
    oracle->false_pass = setting->false_pass;
    oracle->false_failure = setting->false_failure;
    oracle->unresolved = setting->unresolved;
    oracle_draw(oracle, seed);
    isolation.baseline = oracle->baseline;
    for (unsigned f = 0; f < ORACLE_FACTORS; f++)
        isolation.levels[f] = (1u << oracle->levels) - 1;
    isolate(&isolation, &verdict);
    enum judgement judgement = oracle_judge(oracle, &verdict);
    if (getenv("SHOW") && judgement != JUDGED_EXACT) {
        fprintf(stderr, "%s seed %llu terms %x %x judged %d: %s\n", setting->name, (unsigned long long)seed,
                oracle->terms[0], oracle->term_count > 1 ? oracle->terms[1] : 0, judgement, verdict.reason);
        for (unsigned i = 0; i < oracle->count && atoi(getenv("SHOW")) > 1; i++) {
            fprintf(stderr, "  %2u ", i + 1);
            for (unsigned f = 0; f < ORACLE_FACTORS; f++)
                fprintf(stderr, "%u", oracle->trials[i].variant.level[f]);
            fprintf(stderr, " %s\n",
                    oracle->trials[i].outcome.result == RESULT_CONNECTED ? "pass"
                    : oracle->trials[i].outcome.code == 7                ? "FAIL"
                                                                         : "?");
        }
    }
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
    oracle->levels = setting->levels;
    oracle->constrained = setting->constrained;
    for (unsigned repeat = 0; repeat < (setting->repeated ? repeats : 1); repeat++) {
        for (unsigned set = 0; set < 1u << ORACLE_FACTORS; set++) {
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
                run(oracle, setting, ((uint64_t)repeat << 32) + ((uint64_t)kind << 24) + (again << 16) + set + 1,
                    count);
        }
    }
    free(oracle);
}

static void print_row(const struct setting *setting, const char *kind, const struct count *c, double bits, bool last)
{
    double n = c->runs;
    printf(" {\"setting\": \"%s\", \"kind\": \"%s\", \"runs\": %u, \"exact\": %.4f, \"inconclusive\": %.4f, "
           "\"incomplete\": %.4f, \"missed\": %.4f, \"false_accusations\": %.4f,\n"
           "  \"search\": {\"mean\": %.2f, \"max\": %u}, \"confirming\": {\"mean\": %.2f, \"max\": %u}, \"trials\": "
           "{\"mean\": %.2f, \"max\": %u},\n"
           "  \"one_at_a_time\": {\"trials\": %.0f, \"exact_from_failing\": %.4f, \"exact_from_passing\": %.4f}, "
           "\"bits\": %.2f}%s\n",
           setting->name, kind, c->runs, c->judged[JUDGED_EXACT] / n, c->judged[JUDGED_INCONCLUSIVE] / n,
           c->judged[JUDGED_INCOMPLETE] / n, c->judged[JUDGED_MISSED] / n, c->judged[JUDGED_FALSE] / n, c->search / n,
           c->search_max, c->confirming / n, c->confirming_max, c->trials / n, c->trials_max, c->ofat_trials / n,
           c->ofat_failing / n, c->ofat_passing / n, bits, last ? "" : ",");
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

int main(int argc, char **argv)
{
    unsigned repeats = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 4;
    const char *only = argc > 2 ? argv[2] : NULL;
    unsigned count = sizeof settings / sizeof *settings;
    double bits = log2(12 + 66 + 66 + 220 + 1);

    printf("[\n");
    for (unsigned s = 0; s < count; s++) {
        struct count all = {0};
        clock_t begin = clock();
        if (only && strcmp(only, settings[s].name) != 0)
            continue;
        for (unsigned kind = 0; kind < KIND_COUNT; kind++) {
            struct count one = {0};
            run_kind((enum kind)kind, &settings[s], repeats, &one);
            print_row(&settings[s], kind_names[kind], &one, bits, false);
            add(&all, &one);
        }
        print_row(&settings[s], "all", &all, bits, only || s + 1 == count);
        fprintf(stderr, "%s: %.1f s of CPU time\n", settings[s].name, (double)(clock() - begin) / CLOCKS_PER_SEC);
    }
    printf("]\n");
    return 0;
}
