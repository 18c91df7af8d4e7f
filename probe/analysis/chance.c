// SPDX-License-Identifier: Apache-2.0
#include "analysis/chance.h"

#include <math.h>

static void count(struct chance_count *counted, bool failure)
{
    counted->failures += failure;
    counted->passes += !failure;
}

void chance_learn(struct chance *chance, unsigned connection, bool failure)
{
    count(&chance->all, failure);
    if (chance->any)
        count(&chance->after[chance->last], failure);
    for (unsigned turns = TURNS_LEAST; turns <= TURNS_MOST; turns++)
        count(&chance->turn[turns][connection % turns], failure);
    chance->any = true;
    chance->last = failure;
}

static double at_its_rate(const struct chance_count *counted)
{
    double sum = 0, trials = counted->failures + counted->passes;
    if (counted->failures)
        sum += counted->failures * log(counted->failures / trials);
    if (counted->passes)
        sum += counted->passes * log(counted->passes / trials);
    return sum;
}

static double in_turn(const struct chance *chance, unsigned turns)
{
    double sum = 0;
    for (unsigned i = 0; i < turns; i++)
        sum += at_its_rate(&chance->turn[turns][i]);
    return sum;
}

double chance_at_one_rate(const struct chance *chance)
{
    return at_its_rate(&chance->all);
}

double chance_at_best(const struct chance *chance)
{
    double best = fmax(chance_at_one_rate(chance), at_its_rate(&chance->after[0]) + at_its_rate(&chance->after[1]));
    for (unsigned turns = TURNS_LEAST; turns <= TURNS_MOST; turns++)
        best = fmax(best, in_turn(chance, turns));
    return best;
}

unsigned chance_turns(const struct chance *chance, double better)
{
    // Each rate that is chosen to suit the trials takes about so much off what they say (natural logarithm).
    static const double a_rate = 1.0;
    unsigned found = 0;
    double best = chance_at_one_rate(chance) + better;
    for (unsigned turns = TURNS_LEAST; turns <= TURNS_MOST; turns++) {
        double value = in_turn(chance, turns) - a_rate * (turns - 1);
        if (value > best && chance->all.failures + chance->all.passes >= 3 * turns) {
            best = value;
            found = turns;
        }
    }
    return found;
}
