// SPDX-License-Identifier: Apache-2.0
// Rules over variants: "security=rdp & !(tls=1.2 | tls=1.3)". Conditions are FACTOR=LEVEL and FACTOR!=LEVEL, joined by
// the operators of scenario/expression.h.
#pragma once

#include <stdbool.h>

#include "scenario/expression.h"
#include "trial/factor.h"

struct variant_rule;

// Parses. NULL with the offset of the mistake and a sentence in *error.
struct variant_rule *variant_rule_parse(const char *text, struct expression_error *error);

// Frees. Safe on NULL.
void variant_rule_free(struct variant_rule *rule);

// Whether the rule is true of a variant.
bool variant_rule_holds(const struct variant_rule *rule, const struct variant *variant);

// The rule as written; and as the reason for a variant's exclusion: "excluded by never: …". Owned by the rule.
const char *variant_rule_text(const struct variant_rule *rule);
const char *variant_rule_reason(const struct variant_rule *rule);

// Finds a factor or a level by name; else writes a sentence with the nearest valid word to text[size].
bool variant_factor_find(const char *name, enum factor *factor, char *text, size_t size);
bool variant_level_find(enum factor factor, const char *name, unsigned *level, char *text, size_t size);
