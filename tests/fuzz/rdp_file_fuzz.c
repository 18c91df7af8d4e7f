// SPDX-License-Identifier: Apache-2.0
// An .rdp file that a scenario lists as its target.
#include "fuzzed_targets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_targets("targets: one.rdp\n", "one.rdp", data, size);
    return 0;
}
