// SPDX-License-Identifier: Apache-2.0
// A list of targets: one a line, or CSV.
#include <string.h>

#include "fuzzed_file.h"
#include "scenario/scenario.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char scenario_text[] = "targets: {file: list.txt}\n"
                                        "credentials: {user: u, password: {environment: P}}\n";
    char error[1024] = "", path[300];
    strcpy(path, fuzzed_file("s.yaml", scenario_text, sizeof scenario_text - 1));
    fuzzed_file("list.txt", data, size);
    struct scenario *scenario = scenario_read(path, error, sizeof error);
    promise(scenario ? scenario->target_count > 0
                     : error[0] && fuzzed_is_plain(error, strlen(error)) && !strchr(error, '\n'));
    for (size_t i = 0; scenario && i < scenario->target_count; i++) {
        const struct target *target = &scenario->targets[i].target;
        promise(target->host[0] && target->port > 0 && fuzzed_is_plain(target->host, strlen(target->host)));
    }
    scenario_free(scenario);
    return 0;
}
