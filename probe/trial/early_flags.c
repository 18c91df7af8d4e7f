// SPDX-License-Identifier: Apache-2.0
#include "trial/early_flags.h"

#include "trial/fact.h"

enum effect early_flag_effect(const struct trial *trial, uint32_t flag, bool wanted)
{
    const json_t *flags = fact_get(trial->facts, FACT_CLIENT_EARLY_FLAGS);
    if (!flags)
        return EFFECT_UNREACHED;
    return effect_if(((json_integer_value(flags) & flag) != 0) == wanted);
}
