// SPDX-License-Identifier: Apache-2.0
#include "made_scenario.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "scenario/variant_rule.h"

static char user[] = "EXAMPLE\\probe", other_user[] = "gateway-user", domain[] = "EXAMPLE", nothing[] = "";
static char name[] = "made", file[] = "made.yaml", reference[] = "RDPPROBE_PASSWORD", connected[] = "connected";

void made_init(struct made_scenario *made, enum design design)
{
    memset(made, 0, sizeof *made);
    made->credentials[0] = (struct credentials){
        .name = nothing, .user = user, .domain = nothing, .source = SECRET_ENVIRONMENT, .reference = reference};
    made->credentials[1] = (struct credentials){
        .name = name, .user = other_user, .domain = domain, .source = SECRET_ENVIRONMENT, .reference = reference};
    made->expectations[0] = (struct expectation){.text = connected};
    made->scenario = (struct scenario){.file = file,
                                       .name = name,
                                       .targets = made->targets,
                                       .credentials = made->credentials,
                                       .credentials_count = 2,
                                       .never = made->rules,
                                       .design = design,
                                       .seed = 1,
                                       .repeats = 1,
                                       .until = PHASE_ACTIVE,
                                       .expectations = made->expectations,
                                       .expectation_count = 1};
    for (int f = 0; f < FACTOR_COUNT; f++)
        made->scenario.levels[f] = 1;
    struct scenario_target *target = made_target(made, "srv.example");
    const char *error;
    target->has_gateway = true;
    assert_true(target_parse("gateway.example", 443, &target->gateway, &error));
}

void made_clear(struct made_scenario *made)
{
    for (size_t i = 0; i < made->scenario.never_count; i++)
        variant_rule_free(made->rules[i]);
}

struct scenario_target *made_target(struct made_scenario *made, const char *text)
{
    const char *error;
    assert_true(made->scenario.target_count < MADE_TARGETS_MAX);
    struct scenario_target *target = &made->targets[made->scenario.target_count++];
    *target = (struct scenario_target){.group = nothing, .gateway_credentials = -1};
    assert_true(target_parse(text, 3389, &target->target, &error));
    return target;
}

// Calls each for "factor=level" and, with ~0u for the level, "factor".
static void read_words(const char *words, void (*each)(void *, enum factor, unsigned), void *context)
{
    char copy[512], *rest = copy;
    snprintf(copy, sizeof copy, "%s", words);
    for (char *word; (word = strtok_r(rest, " ", &rest));) {
        enum factor factor;
        unsigned level = ~0u;
        char *equals = strchr(word, '=');
        if (equals)
            *equals = '\0';
        if (!factor_from_name(word, &factor) || (equals && !level_from_name(factor, equals + 1, &level)))
            fail_msg("there is no %s=%s", word, equals ? equals + 1 : "");
        each(context, factor, level);
    }
}

static void vary(void *context, enum factor factor, unsigned level)
{
    struct scenario *scenario = context;
    scenario->levels[factor] |= level == ~0u ? (1u << factor_levels(factor)) - 1 : 1u << level;
}

void made_vary(struct made_scenario *made, const char *words)
{
    read_words(words, vary, &made->scenario);
}

static void set(void *context, enum factor factor, unsigned level)
{
    struct variant *variant = context;
    variant->level[factor] = (unsigned char)level;
}

void made_base(struct made_scenario *made, const char *words)
{
    read_words(words, set, &made->scenario.profile.levels);
    for (int f = 0; f < FACTOR_COUNT; f++)
        made->scenario.levels[f] |= 1u << made->scenario.profile.levels.level[f];
}

struct variant made_variant(const char *words)
{
    struct variant variant = {0};
    read_words(words, set, &variant);
    return variant;
}

void made_never(struct made_scenario *made, const char *rule)
{
    struct expression_error error;
    assert_true(made->scenario.never_count < MADE_RULES_MAX);
    struct variant_rule *parsed = variant_rule_parse(rule, &error);
    if (!parsed)
        fail_msg("%s: %s", rule, error.text);
    made->rules[made->scenario.never_count++] = parsed;
}
