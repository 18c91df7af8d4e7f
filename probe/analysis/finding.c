// SPDX-License-Identifier: Apache-2.0
// What to say of each factor, and of the cause in words.
#include "analysis/finding.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "analysis/levels.h"
#include "trial/append.h"

char *cause_text(const struct verdict *verdict, char *text, size_t size)
{
    text[0] = '\0';
    for (unsigned k = 0; k < verdict->alternative_count; k++) {
        const struct conjunction *conjunction = &verdict->alternatives[k];
        for (unsigned i = 0; i < conjunction->count; i++) {
            const struct condition *condition = &conjunction->conditions[i];
            const char *joint = i ? " together with " : (k ? ", or " : "");
            text_append(text, size, "%s%s=%s", joint, factor_row(condition->factor)->name,
                        level_name(condition->factor, condition->level));
        }
    }
    return text;
}

static void find(struct verdict *verdict, enum factor factor, enum finding finding, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    verdict->factors[factor].finding = finding;
    vsnprintf(verdict->factors[factor].why, sizeof verdict->factors[factor].why, format, arguments);
    va_end(arguments);
}

static void find_cause(const struct experiment *experiment, enum factor factor, struct verdict *verdict)
{
    for (unsigned i = 0; i < verdict->pair_count; i++) {
        const struct minimal_pair *pair = &verdict->pairs[i];
        const struct trial *failing = experiment_numbered(experiment, pair->failing);
        const struct trial *passing = experiment_numbered(experiment, pair->passing);
        if (pair->factor != factor || !failing || !passing)
            continue;
        find(verdict, factor, FINDING_CAUSE,
             "%s=%s fails (trial %llu), and with only that changed to %s=%s it does not (trial %llu)",
             factor_row(factor)->name, level_name(factor, failing->variant.level[factor]),
             (unsigned long long)pair->failing, factor_row(factor)->name,
             level_name(factor, passing->variant.level[factor]), (unsigned long long)pair->passing);
        return;
    }
}

// The levels that the target, or this machine, cannot do, as "1.0: the TLS handshake fails with it; …".
static char *unusable_text(const struct experiment *experiment, enum factor factor, char *text, size_t size)
{
    text[0] = '\0';
    for (unsigned level = 0; level < experiment->space->levels(factor); level++) {
        const struct level_state *state = &experiment->levels[factor][level];
        if (state->why && experiment_allows(experiment, factor, level))
            text_append(text, size, "%s%s: %s", text[0] ? "; " : "", level_name(factor, level), state->why);
    }
    return text;
}

static void find_varied(const struct experiment *experiment, const struct cause *cause, enum factor factor,
                        struct verdict *verdict)
{
    const char *name = factor_row(factor)->name;
    unsigned char levels[LEVELS_MAX];
    unsigned count = experiment_levels(experiment, factor, levels), idle = 0, equivalents = 0;
    char text[96] = "", unusable[160];
    unusable_text(experiment, factor, unusable, sizeof unusable);
    for (unsigned i = 0; i < count; i++) {
        if (experiment_equivalent(experiment, factor, levels[i])) {
            equivalents++;
        } else if (shown_idle(experiment, cause, factor, levels[i])) {
            text_append(text, sizeof text, "%s%s=%s", idle ? ", " : "", name, level_name(factor, levels[i]));
            idle++;
        }
    }
    bool unclear = false;
    for (unsigned level = 0; level < experiment->space->levels(factor); level++)
        unclear = unclear || (experiment->levels[factor][level].usability >= LEVEL_UNCLEAR &&
                              experiment_allows(experiment, factor, level));
    enum finding finding = FINDING_UNDECIDED;
    const char *peculiar = experiment->rules->peculiar(experiment, factor, levels, count, &finding);
    if (idle)
        find(verdict, factor, FINDING_INNOCENT, "the failure occurs with %s too%s%s", text, unusable[0] ? "; " : "",
             unusable);
    else if (peculiar)
        find(verdict, factor, finding, "%s", peculiar);
    else if (count == equivalents && !unclear && count)
        find(verdict, factor, FINDING_NOT_TESTED, "the levels that can be used are the same on the wire as %s=%s", name,
             level_name(factor, experiment->isolation->baseline.level[factor]));
    else if (count || unclear)
        find(verdict, factor, FINDING_UNDECIDED, "no trial with another level gave a result");
    else
        find(verdict, factor, FINDING_NOT_TESTED, "no other level can be used (%s)", unusable);
}

void find_factors(const struct experiment *experiment, const struct cause *cause, struct verdict *verdict)
{
    bool concluded =
        verdict->kind == VERDICT_ISOLATED || verdict->kind == VERDICT_NOT_CLIENT_SIDE || experiment->only_withheld;
    for (int f = 0; f < FACTOR_COUNT; f++) {
        enum factor factor = (enum factor)f;
        const char *untestable = experiment->isolation->untestable[f];
        const char *exclusion = experiment->reference ? experiment_exclusion(experiment, factor) : NULL;
        if (cause && names_factor(cause, factor))
            find_cause(experiment, factor, verdict);
        else if (exclusion)
            find(verdict, factor, FINDING_INNOCENT, "%s", exclusion);
        else if (untestable)
            find(verdict, factor, FINDING_NOT_TESTED, "%s", untestable);
        else if (!experiment->reference)
            find(verdict, factor, FINDING_NOT_TESTED, "the failure was not reproduced");
        else if (!experiment_varies(experiment, factor))
            find(verdict, factor, FINDING_NOT_TESTED, "no other level than %s=%s was to be tried",
                 factor_row(factor)->name, level_name(factor, experiment->isolation->baseline.level[f]));
        else if (!concluded)
            find(verdict, factor, FINDING_UNDECIDED, "the experiment came to no conclusion");
        else if (cause && (cause->undecided >> f & 1))
            find(verdict, factor, FINDING_UNDECIDED, "no trial could tell whether it takes part");
        else
            find_varied(experiment, cause, factor, verdict);
    }
}
