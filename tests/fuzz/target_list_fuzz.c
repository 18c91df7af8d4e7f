// SPDX-License-Identifier: Apache-2.0
// A list of targets: one a line, or CSV.
#include "fuzzed_targets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_targets("targets: {file: list.txt}\n"
                 "credentials: {user: u, password: {environment: P}}\n",
                 "list.txt", data, size);
    return 0;
}
