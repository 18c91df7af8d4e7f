// SPDX-License-Identifier: Apache-2.0
#include "runner/run_options.h"

struct run_options run_options_default(void)
{
    return (struct run_options){.profile = profile_default()};
}
