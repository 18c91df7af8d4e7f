// SPDX-License-Identifier: Apache-2.0
// What to say of each factor, and of the cause in words.
#pragma once

#include "analysis/cause.h"

// Fills verdict->factors. cause is NULL where none is proved.
void find_factors(const struct experiment *experiment, const struct cause *cause, struct verdict *verdict);

// "security=nla together with tls=1.2, or license=reuse". Always terminated; returns text.
char *cause_text(const struct verdict *verdict, char *text, size_t size);
