// SPDX-License-Identifier: Apache-2.0
#include "commands/vary.h"

#include "trial/user_name.h"

// Levels that few have a use for: tried where they are asked for.
static bool is_rare(enum factor factor, unsigned level)
{
    return (factor == FACTOR_GATEWAY && level == GATEWAY_RPC) || (factor == FACTOR_LICENSE && level == LICENSE_CORRUPT);
}

static bool any_varied(const struct options *options)
{
    for (int f = 0; f < FACTOR_COUNT; f++) {
        if (options->was_varied[f])
            return true;
    }
    return options->vary_all;
}

// Why a factor is left alone, or NULL.
static const char *unasked(const struct options *options, enum factor factor)
{
    if (options->vary_all || options->was_varied[factor])
        return NULL;
    if (any_varied(options))
        return "not asked for (--vary)";
    return (int)factor < FACTOR_CORE_END ? NULL : "not asked for (--vary)";
}

// Whether the level is another than the baseline's, can be had in this run, and is not the same in effect.
static bool differs(const struct options *options, const struct means *means, enum factor factor, unsigned level)
{
    unsigned own = options->baseline.level[factor];
    if (level == own || level_lack(means, factor, level))
        return false;
    return factor != FACTOR_USER_FORM ||
           !user_name_same((enum user_form_level)level, (enum user_form_level)own, options->user, options->domain);
}

// Why none of the levels can be tried: what the first of them lacks.
static const char *lack_of(const struct options *options, const struct means *means, enum factor factor,
                           unsigned wanted)
{
    for (unsigned level = 0; level < factor_levels(factor); level++) {
        const char *lack = level_lack(means, factor, level);
        if (lack && (wanted >> level & 1) && level != options->baseline.level[factor])
            return lack;
    }
    return "no other level was to be tried";
}

struct choice choose_levels(const struct options *options)
{
    struct means means = options_means(options);
    struct choice choice = {{0}, {NULL}, 0};

    for (int f = 0; f < FACTOR_COUNT; f++) {
        enum factor factor = (enum factor)f;
        unsigned wanted = options->levels[f], had = 0;
        bool asked = options->vary_all || options->was_varied[f];
        for (unsigned level = 0; !options->levels[f] && level < factor_levels(factor); level++)
            wanted |= asked || !is_rare(factor, level) ? 1u << level : 0;
        for (unsigned level = 0; level < factor_levels(factor); level++)
            had |= (wanted >> level & 1) && differs(options, &means, factor, level) ? 1u << level : 0;
        choice.untestable[f] = unasked(options, factor);
        choice.withheld |= f < FACTOR_CORE_END && choice.untestable[f] && had ? 1u << f : 0;
        if (!choice.untestable[f] && !had)
            choice.untestable[f] = lack_of(options, &means, factor, wanted);
        choice.levels[f] = (choice.untestable[f] ? 0 : had) | 1u << options->baseline.level[f];
    }
    return choice;
}
