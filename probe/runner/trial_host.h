// SPDX-License-Identifier: Apache-2.0
// What every run of trials is worked with: a zygote and a scratch directory.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "runner/scratch.h"
#include "runner/zygote.h"

struct trial_host {
    struct zygote *zygote;
    char scratch[SCRATCH_PATH];
};

// Makes the scratch directory, forks the zygote, catches interrupts. Must come before any secret is read: zygote and
// workers then hold no more secrets than their own trial's. False with a sentence in error[size] if this machine cannot
// run trials at all (exit status 3).
bool trial_host_start(struct trial_host *host, char *error, size_t size);

// Kills the zygote and all its workers, whatever they do. The scratch directory stays.
void trial_host_kill(struct trial_host *host);

// Starts another one after that; the old one is freed. False with a sentence in error[size]: there is no zygote then.
bool trial_host_renew(struct trial_host *host, char *error, size_t size);

// Ends workers and zygote and removes the scratch directory. Safe on a zeroed host.
void trial_host_end(struct trial_host *host);
