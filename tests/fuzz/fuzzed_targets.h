// SPDX-License-Identifier: Apache-2.0
// A file of targets, read through the scenario that names it.
#pragma once

#include <string.h>

#include "fuzzed_file.h"
#include "scenario/scenario.h"
#include "target.h"

// Reads the scenario, with the bytes as the file of that name beside it: targets that can be connected to, or one
// plain line that says what is wrong.
static inline void fuzz_targets(const char *scenario_text, const char *name, const uint8_t *data, size_t size)
{
    char error[1024] = "", path[300];
    strcpy(path, fuzzed_file("s.yaml", scenario_text, strlen(scenario_text)));
    fuzzed_file(name, data, size);
    struct scenario *scenario = scenario_read(path, NULL, error, sizeof error);
    promise(scenario ? scenario->target_count > 0
                     : error[0] && fuzzed_is_plain(error, strlen(error)) && !strchr(error, '\n'));
    for (size_t i = 0; scenario && i < scenario->target_count; i++) {
        const struct target *target = &scenario->targets[i].target;
        promise(target->host[0] && target->port > 0 && fuzzed_is_plain(target->host, strlen(target->host)));
    }
    scenario_free(scenario);
}
