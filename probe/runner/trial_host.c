// SPDX-License-Identifier: Apache-2.0
#include "runner/trial_host.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "runner/interrupt.h"

bool trial_host_start(struct trial_host *host, char *error, size_t size)
{
    *host = (struct trial_host){0};
    if (!scratch_make(host->scratch)) {
        snprintf(error, size, "no scratch directory can be made: %s", strerror(errno));
        host->scratch[0] = '\0';
        return false;
    }
    host->zygote = zygote_start(host->scratch, false, error, size);
    if (!host->zygote) {
        trial_host_end(host);
        return false;
    }
    interrupt_kills(zygote_group(host->zygote));
    interrupt_catch();
    return true;
}

void trial_host_kill(struct trial_host *host)
{
    interrupt_kills(0);
    kill(-zygote_group(host->zygote), SIGKILL);
}

bool trial_host_renew(struct trial_host *host, char *error, size_t size)
{
    zygote_destroy(host->zygote);
    host->zygote = zygote_start(host->scratch, true, error, size);
    if (!host->zygote)
        return false;
    interrupt_kills(zygote_group(host->zygote));
    return true;
}

void trial_host_end(struct trial_host *host)
{
    interrupt_kills(0);
    zygote_stop(host->zygote); // removes the scratch directory, too
    if (host->scratch[0])
        scratch_remove(host->scratch);
    *host = (struct trial_host){0};
}
