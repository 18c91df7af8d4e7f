// SPDX-License-Identifier: Apache-2.0
#include "analysis/terms_record.h"

static json_t *factors_of(unsigned set)
{
    json_t *list = json_array();
    for (int f = 0; f < FACTOR_COUNT; f++) {
        if (set >> f & 1)
            json_array_append_new(list, json_string(factor_row((enum factor)f)->name));
    }
    return list;
}

static json_t *levels_json(const struct isolation *terms)
{
    json_t *json = json_object();
    for (int f = 0; f < FACTOR_COUNT; f++) {
        json_t *levels = json_array();
        for (unsigned level = 0; level < factor_levels((enum factor)f); level++) {
            if (terms->levels[f] >> level & 1)
                json_array_append_new(levels, json_string(level_name((enum factor)f, level)));
        }
        json_object_set_new(json, factor_row((enum factor)f)->name, levels);
    }
    return json;
}

static json_t *untestable_json(const struct isolation *terms)
{
    json_t *json = json_object();
    for (int f = 0; f < FACTOR_COUNT; f++) {
        if (terms->untestable[f])
            json_object_set_new(json, factor_row((enum factor)f)->name, json_string(terms->untestable[f]));
    }
    return json;
}

json_t *terms_to_json(const struct isolation *terms)
{
    char text[96];
    json_t *signature =
        terms->signature_given ? json_string(signature_text(&terms->signature, text, sizeof text)) : json_null();
    json_t *json = json_pack("{s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:i, s:f}", "seed", (json_int_t)terms->seed,
                             "baseline", variant_to_json(&terms->baseline), "signature", signature, "levels",
                             levels_json(terms), "untestable", untestable_json(terms), "withheld",
                             factors_of(terms->withheld), "unsought", factors_of(terms->unsought), "max_trials",
                             (int)terms->max_trials, "max_logons", (int)terms->max_logons, "max_ms", terms->max_ms);
    if (json && terms->untried)
        json_object_set_new(json, "untried",
                            json_pack("{s:s, s:s}", "phase", phase_name(terms->untried_phase), "why", terms->untried));
    if (json && terms->follows)
        json_object_set_new(json, "follow_redirect", json_true());
    return json;
}

static bool read_factors(const json_t *list, unsigned *set)
{
    enum factor factor;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *name = json_string_value(json_array_get(list, i));
        if (!name || !factor_from_name(name, &factor))
            return false;
        *set |= 1u << factor;
    }
    return true;
}

static bool read_levels(const json_t *json, enum factor factor, unsigned *set)
{
    unsigned level;
    for (size_t i = 0; i < json_array_size(json); i++) {
        const char *name = json_string_value(json_array_get(json, i));
        if (!name || !level_from_name(factor, name, &level))
            return false;
        *set |= 1u << level;
    }
    return true;
}

// A factor that the record does not know had the level that it has in older records, and was not varied.
static bool read_factor(const json_t *json, enum factor factor, struct isolation *terms)
{
    const char *name = factor_row(factor)->name;
    const char *level = json_string_value(json_object_get(json_object_get(json, "baseline"), name));
    unsigned value = factor_row(factor)->earlier;
    if (level && !level_from_name(factor, level, &value))
        return false;
    terms->baseline.level[factor] = (unsigned char)value;
    terms->levels[factor] = level ? 0 : 1u << value;
    terms->untestable[factor] = level ? json_string_value(json_object_get(json_object_get(json, "untestable"), name))
                                      : "the version that made the record does not know it";
    return read_levels(json_object_get(json_object_get(json, "levels"), name), factor, &terms->levels[factor]);
}

static unsigned number(const json_t *json, const char *name)
{
    json_int_t value = json_integer_value(json_object_get(json, name));
    return value > 0 && value <= UINT32_MAX ? (unsigned)value : 0;
}

static bool read_untried(const json_t *json, struct isolation *terms)
{
    const char *phase = json_string_value(json_object_get(json, "phase"));
    terms->untried = json_string_value(json_object_get(json, "why"));
    return !terms->untried || (phase && phase_from_name(phase, &terms->untried_phase));
}

bool terms_from_json(const json_t *json, struct isolation *terms, const char **error)
{
    const char *signature = json_string_value(json_object_get(json, "signature"));
    *terms = (struct isolation){.seed = (uint64_t)json_integer_value(json_object_get(json, "seed")),
                                .max_trials = number(json, "max_trials"),
                                .max_logons = number(json, "max_logons"),
                                .max_ms = json_number_value(json_object_get(json, "max_ms")),
                                .follows = json_is_true(json_object_get(json, "follow_redirect")),
                                .signature_given = signature != NULL};
    if (signature && !signature_parse(signature, &terms->signature, error))
        return false;
    *error = "has a factor, level or phase that this version does not know";
    for (int f = 0; f < FACTOR_COUNT; f++) {
        if (!read_factor(json, (enum factor)f, terms))
            return false;
    }
    return read_factors(json_object_get(json, "withheld"), &terms->withheld) &&
           read_factors(json_object_get(json, "unsought"), &terms->unsought) &&
           read_untried(json_object_get(json, "untried"), terms);
}
