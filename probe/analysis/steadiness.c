// SPDX-License-Identifier: Apache-2.0
// Whether the difference between the two variants of a minimal pair may be a coincidence. Where one variant was seen
// both to fail and to pass, the target does something of its own accord, and a few trials that fit a cause prove
// little.
#include "analysis/experiment.h"

// One in five hundred; six failures against six passes reach it.
static const double COINCIDENCE = 0.002;

enum { SEEN_MAX = 12 }; // of each variant, after which the pair is given up

// Fisher's exact test, one-sided: how probable it is that the failing variant has at least so many of the failures, if
// failures fall on both variants alike.
static double coincidence(const struct tally *failing, const struct tally *passing)
{
    unsigned rows = failing->signature + failing->no_signature;
    unsigned all = rows + passing->signature + passing->no_signature;
    unsigned failures = failing->signature + passing->signature;
    double sum = 0, tail = 0;
    for (unsigned k = 0; k <= rows && k <= failures; k++) {
        if (failures - k > all - rows)
            continue;
        // The hypergeometric weight of k, as a product of at most a few dozen factors.
        double weight = 1;
        for (unsigned i = 0; i < k; i++)
            weight *= (double)(rows - i) / (i + 1);
        for (unsigned i = 0; i < failures - k; i++)
            weight *= (double)(all - rows - i) / (i + 1);
        sum += weight;
        if (k >= failing->signature)
            tail += weight;
    }
    return sum > 0 ? tail / sum : 1;
}

static unsigned seen(const struct tally *tally)
{
    return tally->signature + tally->no_signature;
}

static bool settle(struct experiment *experiment, const struct variant *failing, const struct variant *passing)
{
    for (;;) {
        struct tally fail = experiment_tally(experiment, failing);
        struct tally pass = experiment_tally(experiment, passing);
        if (coincidence(&fail, &pass) <= COINCIDENCE)
            return true;
        const struct variant *next = seen(&fail) <= seen(&pass) ? failing : passing;
        if (seen(&fail) >= SEEN_MAX && seen(&pass) >= SEEN_MAX)
            return false;
        if (fail.unresolved + pass.unresolved > SEEN_MAX ||
            !experiment_run(experiment, next, experiment_until(experiment, next)))
            return false;
    }
}

bool pairs_are_steady(struct experiment *experiment, const struct verdict *verdict)
{
    if (!experiment_disagreed(experiment))
        return true;
    for (unsigned i = 0; i < verdict->pair_count; i++) {
        const struct trial *failing = experiment_numbered(experiment, verdict->pairs[i].failing);
        const struct trial *passing = experiment_numbered(experiment, verdict->pairs[i].passing);
        if (!failing || !passing || !settle(experiment, &failing->variant, &passing->variant))
            return false;
    }
    return true;
}
