// SPDX-License-Identifier: Apache-2.0
#include "analysis/rdp_redirection.h"

#include <inttypes.h>

#include "trial/append.h"

static bool sent_on(const struct trial *trial)
{
    return trial->outcome.result == RESULT_FAILED && trial->outcome.family == FAMILY_REDIRECTION;
}

const char *healthy_redirection(const struct experiment *experiment)
{
    if (experiment->isolation->signature_given || !sent_on(experiment->reference))
        return NULL;
    if (experiment->reference->redirections)
        return "Each server that the client was sent to sends it on: they send it in a circle, and no host was reached "
               "that could be studied.";
    return "A broker sends the client to another host, which is no failure: what fails, if anything does, is behind "
           "it. "
           "--follow-redirect studies that host, with one connection and one logon more a trial.";
}

void tell_redirections(const struct experiment *experiment, struct verdict *verdict)
{
    bool open = verdict->kind == VERDICT_INCONCLUSIVE || verdict->kind == VERDICT_NOT_CLIENT_SIDE ||
                verdict->kind == VERDICT_STOPPED;
    if (!open || experiment->isolation->follows || (experiment->reference && healthy_redirection(experiment)))
        return;
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        if (!sent_on(trial) || trial->redirections)
            continue;
        text_append(verdict->reason, sizeof verdict->reason,
                    " Trial %" PRIu64 " was sent to another host, which --follow-redirect studies.", trial->number);
        return;
    }
}
