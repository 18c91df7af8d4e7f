// SPDX-License-Identifier: Apache-2.0
#include "commands/vary.h"

#include "trial/availability.h"
#include "trial/missing.h"

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
    return any_varied(options) ? "not asked for (--vary)" : NULL;
}

// Whether the level is another than the baseline's, can be had in this run, and does not come to the same.
static bool differs(const struct options *options, const struct profile *profile, enum factor factor, unsigned level)
{
    const struct factor_row *row = factor_row(factor);
    unsigned own = options->profile.levels.level[factor];
    if (level == own || level_unavailable(profile, factor, level))
        return false;
    return !row->same || !row->same(profile, level, own);
}

// Why none of the levels can be tried: what the first of them lacks.
static const char *lack_of(const struct options *options, const struct profile *profile, enum factor factor,
                           unsigned wanted)
{
    const unsigned rare = factor_rare(factor, &options->profile.levels);
    for (unsigned level = 0; level < factor_levels(factor); level++) {
        const char *lack = level_unavailable(profile, factor, level);
        if (lack && (wanted >> level & 1) && level != options->profile.levels.level[factor])
            return lack;
    }
    return rare && !(wanted & rare)
               ? "few have a use for its other levels, which are tried where they are asked for (--vary)"
               : "no other level was to be tried";
}

struct choice choose_levels(const struct options *options)
{
    const struct profile *profile = &options->profile;
    struct choice choice = {{0}, {NULL}, 0, 0};

    for (int f = 0; f < FACTOR_COUNT; f++) {
        enum factor factor = (enum factor)f;
        const unsigned rare = factor_rare(factor, &profile->levels);
        unsigned wanted = options->levels[f], had = 0;
        bool asked = options->vary_all || options->was_varied[f];
        for (unsigned level = 0; !options->levels[f] && level < factor_levels(factor); level++)
            wanted |= asked || !(rare >> level & 1) ? 1u << level : 0;
        for (unsigned level = 0; level < factor_levels(factor); level++)
            had |= (wanted >> level & 1) && differs(options, profile, factor, level) ? 1u << level : 0;
        choice.untestable[f] = unasked(options, factor);
        choice.withheld |= choice.untestable[f] && had ? 1u << f : 0;
        choice.unsought |= f >= FACTOR_CORE_END && !asked ? 1u << f : 0;
        if (!choice.untestable[f] && !had)
            choice.untestable[f] = lack_of(options, profile, factor, wanted);
        choice.levels[f] = (choice.untestable[f] ? 0 : had) | 1u << options->profile.levels.level[f];
    }
    return choice;
}

bool leave_out_nla(const struct profile *profile, struct choice *choice)
{
    const unsigned nla = 1u << SECURITY_NLA, own = 1u << profile->levels.level[FACTOR_SECURITY];
    struct variant variant = variant_with(profile->levels, FACTOR_SECURITY, SECURITY_NLA);
    variant.level[FACTOR_GATEWAY] = GATEWAY_OFF; // whose credentials are another matter
    if (own == nla || !(choice->levels[FACTOR_SECURITY] & nla) ||
        profile_missing(profile, &variant, (struct until){PHASE_ACTIVE, false}) == MISSING_NOTHING)
        return false;
    choice->levels[FACTOR_SECURITY] &= ~nla;
    if (choice->levels[FACTOR_SECURITY] == own)
        choice->untestable[FACTOR_SECURITY] = "no user and password were given for security=nla";
    return true;
}
