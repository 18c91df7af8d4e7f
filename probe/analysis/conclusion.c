// SPDX-License-Identifier: Apache-2.0
#include "analysis/conclusion.h"

#include <stdarg.h>
#include <stdio.h>

void conclude(struct verdict *verdict, enum verdict_kind kind, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    verdict->kind = kind;
    vsnprintf(verdict->reason, sizeof verdict->reason, format, arguments);
    va_end(arguments);
}

bool conclude_early(const struct experiment *experiment, struct verdict *verdict, const char *known)
{
    if (experiment->stopped && experiment_offline(experiment))
        conclude(verdict, VERDICT_INCONCLUSIVE, "The %u trials on record do not decide it: %s.", experiment->count,
                 known);
    else if (experiment->stopped)
        conclude(verdict, VERDICT_STOPPED, "No further trial was allowed after %u; %s.", experiment->count, known);
    else if (experiment->changed[0])
        conclude(
            verdict, VERDICT_INCONCLUSIVE,
            "The environment changed: trials of one variant agreed until trial %llu and said the opposite from then "
            "on to trial %llu, with nothing changed at the client; what was measured before says nothing of now.",
            (unsigned long long)experiment->changed[0]->number, (unsigned long long)experiment->changed[1]->number);
    else if (experiment->memory)
        conclude(verdict, VERDICT_STOPPED, "Memory is out after %u trials; %s.", experiment->count, known);
    else if (experiment->exhausted == BUDGET_TRIALS)
        conclude(verdict, VERDICT_INCONCLUSIVE, "The budget of %u trials is used up; %s.", experiment->budget, known);
    else if (experiment->exhausted)
        conclude(verdict, VERDICT_INCONCLUSIVE, "The budget of %s is used up; %s.", budget_name(experiment->exhausted),
                 known);
    return experiment_over(experiment);
}

const char *outcome_clause(const struct trial *trial, char *text, size_t size)
{
    struct signature signature = signature_of(&trial->outcome);
    const bool is_errinfo = signature.family == FAMILY_ERRINFO && trial->outcome.name[0];
    char class[96];
    signature.any_phase = true; // it is told in words
    if (trial->outcome.result == RESULT_CONNECTED)
        snprintf(text, size, "a connection");
    else
        snprintf(text, size, "%s%s%s in the %s phase",
                 signature_words(&signature, &trial->outcome, class, sizeof class), is_errinfo ? " " : "",
                 is_errinfo ? trial->outcome.name : "", phase_name(trial->outcome.phase));
    return text;
}
