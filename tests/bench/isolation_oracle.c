// SPDX-License-Identifier: Apache-2.0
#include "isolation_oracle.h"

#include <string.h>

#include "analysis/plain_rules.h"

enum { FEW = 12 };

static unsigned two(enum factor factor)
{
    return (unsigned)factor < FEW ? 2 : 1;
}

static unsigned two_of_many(enum factor factor)
{
    return (unsigned)factor < ORACLE_FACTORS_MAX ? 2 : 1;
}

static unsigned five(enum factor factor)
{
    return (unsigned)factor < FEW ? 5 : 1;
}

static bool anything(const struct variant *variant, const char **why)
{
    (void)variant, (void)why;
    return true;
}

// As RDP security and TLS versions, Kerberos and names, Restricted Admin and NLA exclude each other.
static bool constrained(const struct variant *variant, const char **why)
{
    const unsigned char *level = variant->level;
    bool possible =
        (level[0] != 2 || level[1] == 0) && (level[5] != 2 || level[2] == 0) && (level[11] != 1 || level[0] == 0);
    if (!possible && why)
        *why = "the levels do not go together";
    return possible;
}

static double same(enum factor factor)
{
    (void)factor;
    return 1;
}

static double free_of_charge(enum factor factor, unsigned level)
{
    (void)factor, (void)level;
    return 0;
}

const struct factor_space *oracle_space(const struct oracle *oracle)
{
    static const struct factor_space spaces[2][2] = {
        {{two, anything, same, free_of_charge, &plain_rules}, {two, constrained, same, free_of_charge, &plain_rules}},
        {{five, anything, same, free_of_charge, &plain_rules},
         {five, constrained, same, free_of_charge, &plain_rules}}};
    static const struct factor_space many = {two_of_many, anything, same, free_of_charge, &plain_rules};
    return oracle->factors > FEW ? &many : &spaces[oracle->levels > 2][oracle->constrained];
}

// SplitMix64 (Steele, Lea, Flood 2014).
static uint64_t next(struct oracle *oracle)
{
    uint64_t z = oracle->seed += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

static bool chance(struct oracle *oracle, double probability)
{
    return (double)(next(oracle) >> 11) / 9007199254740992.0 < probability;
}

void oracle_draw(struct oracle *oracle, uint64_t seed)
{
    oracle->seed = seed;
    oracle->count = 0;
    oracle->first = next(oracle) % 64;
    do {
        memset(&oracle->baseline, 0, sizeof oracle->baseline);
        for (unsigned f = 0; f < oracle->factors && oracle->levels > 2; f++)
            oracle->baseline.level[f] = (unsigned char)(next(oracle) % oracle->levels);
    } while (!oracle_space(oracle)->possible(&oracle->baseline, NULL));
    for (unsigned f = 0; f < oracle->factors; f++) {
        unsigned own = oracle->baseline.level[f], kind = (unsigned)(next(oracle) % 3), all = (1u << oracle->levels) - 1;
        unsigned set = kind == 0 ? 1u << own : kind == 1 ? (2u << own) - 1 : all & ~((1u << own) - 1);
        oracle->triggers[f] = (unsigned char)(set == all ? 1u << own : set);
    }
}

static bool term_holds(const struct oracle *oracle, unsigned term, const struct variant *variant)
{
    for (unsigned f = 0; f < oracle->factors; f++) {
        if ((term >> f & 1) && !(oracle->triggers[f] >> variant->level[f] & 1))
            return false;
    }
    return true;
}

bool oracle_fails(const struct oracle *oracle, const struct variant *variant)
{
    for (unsigned k = 0; k < oracle->term_count; k++) {
        if (term_holds(oracle, oracle->terms[k], variant))
            return true;
    }
    return false;
}

static bool coin_decides(const struct oracle *oracle, const struct variant *variant)
{
    unsigned shared = 0;
    for (unsigned f = 0; f < oracle->factors; f++)
        shared += variant->level[f] == oracle->baseline.level[f];
    switch (oracle->coin_at) {
    case COIN_EVERYWHERE:
    case COIN_IN_TURN:
    case COIN_IN_BURSTS:
        return true;
    case COIN_AT_BASELINE:
        return shared == oracle->factors;
    case COIN_FAR_FROM_IT:
        return shared == 0;
    default:
        return false;
    }
}

// What a trial shows, with noise.
static bool show(struct oracle *oracle, const struct variant *variant)
{
    bool fails = oracle_fails(oracle, variant);
    if (oracle->coin_at == COIN_IN_TURN)
        return (oracle->count + oracle->first) % oracle->in_turn == 0;
    if (oracle->coin_at == COIN_IN_BURSTS)
        return (oracle->count + oracle->first) / oracle->in_turn % 2 == 0;
    if (coin_decides(oracle, variant))
        return chance(oracle, oracle->coin);
    if (oracle->change_after && oracle->count > oracle->change_after)
        fails = oracle->broken;
    return fails ? !chance(oracle, oracle->false_pass) : chance(oracle, oracle->false_failure);
}

const struct trial *oracle_run(void *context, const struct variant *variant, enum phase until)
{
    struct oracle *oracle = context;
    if (oracle->count == ORACLE_TRIALS || !oracle_space(oracle)->possible(variant, NULL))
        return NULL;
    struct trial *trial = &oracle->trials[oracle->count++];
    *trial = (struct trial){.number = oracle->count, .variant = *variant, .until = until, .logons = 1};
    bool seen = show(oracle, variant);
    trial->outcome.phase = seen ? PHASE_CAPABILITIES : until;
    if (chance(oracle, oracle->unresolved)) {
        trial->outcome.result = RESULT_FAILED;
        trial->outcome.family = FAMILY_TIMEOUT;
        trial->outcome.phase = PHASE_TLS;
    } else if (seen) {
        trial->outcome.result = RESULT_FAILED;
        trial->outcome.family = FAMILY_ERRINFO;
        trial->outcome.code = 7;
    }
    return trial;
}

struct named {
    unsigned count, terms[ALTERNATIVES_MAX];
};

static bool named_fails(const struct oracle *oracle, const struct named *named, unsigned involved,
                        const struct variant *variant)
{
    for (unsigned k = 0; k < named->count; k++) {
        bool holds = true;
        for (unsigned f = 0; f < oracle->factors && holds; f++) {
            if (named->terms[k] >> f & 1)
                holds = involved >> f & 1 ? oracle->triggers[f] >> variant->level[f] & 1
                                          : variant->level[f] == oracle->baseline.level[f];
        }
        if (holds)
            return true;
    }
    return false;
}

// A cause is named by the baseline's levels: another level that triggers too is the sweep's to tell.
static bool other_trigger(const struct oracle *oracle, unsigned involved, const struct variant *variant)
{
    for (unsigned f = 0; f < oracle->factors; f++) {
        if ((involved >> f & 1) && variant->level[f] != oracle->baseline.level[f] &&
            (oracle->triggers[f] >> variant->level[f] & 1))
            return true;
    }
    return false;
}

// Whether what is named says the same as the cause of all possible variants; those of the factors that matter are
// tried, at the baseline's level and at those that do not trigger.
static bool equivalent(const struct oracle *oracle, const struct named *named, unsigned involved)
{
    unsigned looked = involved | (oracle->constrained ? 1u << 0 | 1u << 1 | 1u << 2 | 1u << 5 | 1u << 11 : 0);
    for (unsigned k = 0; k < named->count; k++)
        looked |= named->terms[k];
    struct variant variant = oracle->baseline;
    for (unsigned f = 0; f < oracle->factors; f++)
        variant.level[f] = looked >> f & 1 ? 0 : variant.level[f];
    for (;;) {
        if (oracle_space(oracle)->possible(&variant, NULL) && !other_trigger(oracle, involved, &variant) &&
            oracle_fails(oracle, &variant) != named_fails(oracle, named, involved, &variant))
            return false;
        unsigned f = 0;
        while (f < oracle->factors && (!(looked >> f & 1) || ++variant.level[f] == oracle->levels)) {
            variant.level[f] = looked >> f & 1 ? 0 : variant.level[f];
            f++;
        }
        if (f == oracle->factors)
            return true;
    }
}

enum judgement oracle_judge(const struct oracle *oracle, const struct verdict *verdict)
{
    struct named named = {.count = verdict->alternative_count};
    unsigned involved = 0, all = 0;
    bool everybody = false;
    for (unsigned k = 0; k < oracle->term_count; k++) {
        involved |= oracle->terms[k];
        everybody = everybody || !oracle->terms[k];
    }
    for (unsigned k = 0; k < named.count; k++) {
        for (unsigned i = 0; i < verdict->alternatives[k].count; i++)
            named.terms[k] |= 1u << verdict->alternatives[k].conditions[i].factor;
        all |= named.terms[k];
    }
    if (oracle->coin_at != COIN_NOWHERE && named.count)
        return JUDGED_FALSE;
    if (oracle->coin_at == COIN_AT_BASELINE && verdict->kind == VERDICT_NOT_CLIENT_SIDE)
        return JUDGED_MISSED;
    if (oracle->coin_at != COIN_NOWHERE)
        return JUDGED_EXACT;
    if (verdict->kind == VERDICT_NOT_CLIENT_SIDE)
        return everybody || (oracle->change_after && oracle->broken) ? JUDGED_EXACT : JUDGED_MISSED;
    if (verdict->kind != VERDICT_ISOLATED)
        return named.count ? JUDGED_FALSE : JUDGED_INCONCLUSIVE;
    if (!everybody && equivalent(oracle, &named, involved))
        return JUDGED_EXACT;
    return everybody || (all & ~involved) ? JUDGED_FALSE : JUDGED_INCOMPLETE;
}

static bool says(const struct oracle *oracle, unsigned accused, bool together)
{
    unsigned count = 0;
    bool right = true;
    for (unsigned f = 0; f < oracle->factors; f++)
        count += accused >> f & 1;
    if (oracle->term_count == 1 && (together || count <= 1))
        return accused == oracle->terms[0];
    for (unsigned k = 0; k < oracle->term_count; k++)
        right = right && oracle->terms[k] && (accused & oracle->terms[k]) == oracle->terms[k] &&
                !(oracle->terms[k] & (oracle->terms[k] - 1));
    return right && !together && count == oracle->term_count;
}

bool oracle_one_at_a_time(struct oracle *oracle, bool from_passing, unsigned *trials)
{
    struct variant other = oracle->baseline;
    unsigned accused = 0;
    for (unsigned f = 0; f < oracle->factors; f++)
        other.level[f] = other.level[f] ? 0 : (unsigned char)(oracle->levels - 1);
    oracle->count = 0;
    oracle_run(oracle, &oracle->baseline, PHASE_ACTIVE);
    for (unsigned f = 0; f < oracle->factors; f++) {
        struct variant variant = from_passing ? variant_with(other, (enum factor)f, oracle->baseline.level[f])
                                              : variant_with(oracle->baseline, (enum factor)f, other.level[f]);
        const struct trial *trial = oracle_run(oracle, &variant, PHASE_ACTIVE);
        if (trial && (trial->outcome.family == FAMILY_ERRINFO) == from_passing)
            accused |= 1u << f;
    }
    *trials = oracle->count;
    return says(oracle, accused, !from_passing);
}
