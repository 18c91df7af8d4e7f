// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trial/fact.h"
#include "trial/keyboard_layout.h"
#include "trial/trial.h"

enum { LAYOUT_LENGTH_MAX = 10 }; // "0xFFFFFFFF", and as many decimal digits

static enum effect effect(const struct trial *trial)
{
    const json_t *seen = fact_get(trial->facts, FACT_CLIENT_KEYBOARD);
    json_int_t asked = KEYBOARD_LAYOUT_US;
    if (!seen)
        return EFFECT_UNREACHED;
    if (trial->variant.level[FACTOR_KEYBOARD] == KEYBOARD_NONE)
        asked = 0;
    if (trial->variant.level[FACTOR_KEYBOARD] == KEYBOARD_GIVEN)
        asked = fact_integer(trial->facts, FACT_CLIENT_KEYBOARD_GIVEN, -1);
    return effect_if(json_integer_value(seen) == asked);
}

// Without 0x a number is decimal. One that begins with 0 is refused: the registry writes hexadecimal that way.
static bool check_layout(const char *text, char *canonical, size_t size, const char **clause)
{
    bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    const char *digits = hexadecimal ? text + 2 : text;
    const char *known = hexadecimal ? "0123456789abcdefABCDEF" : "0123456789";
    bool leading = !hexadecimal && digits[0] == '0' && digits[1];
    *clause = NULL;
    if (!digits[0] || digits[strspn(digits, known)] || leading) {
        *clause = "takes a number such as 0x407, or 1031 for the same in decimal";
        return false;
    }
    errno = 0;
    unsigned long long layout = strtoull(digits, NULL, hexadecimal ? 16 : 10);
    if (errno || layout > UINT32_MAX)
        *clause = "is larger than 0xFFFFFFFF, and the protocol has room for no more";
    snprintf(canonical, size, "0x%llX", layout);
    return !*clause;
}

static bool same(const struct profile *profile, unsigned a, unsigned b)
{
    return keyboard_layout(profile, a) == keyboard_layout(profile, b);
}

static const struct factor_operand layout = {
    .level = KEYBOARD_GIVEN,
    .option = "keyboard",
    .member = "keyboard",
    .argument = "LAYOUT",
    .help = "keyboard layout that the client announces, such as 0x407 for German (default: 0x409)",
    .noun = "keyboard layout",
    .lack = "no keyboard layout was given (--keyboard)",
    .length_max = LAYOUT_LENGTH_MAX,
    .check = check_layout,
    .implied = true,
};

const struct factor_row factor_keyboard = {
    .name = "keyboard",
    .heading = "kbd",
    .summary = "keyboard layout that the client announces",
    .levels = {"us", "none", "given"},
    .meaning = {"English (United States), 0x409", "0, which stands for no layout", "the layout given by --keyboard"},
    .phase = PHASE_MCS,
    .weight = 0.5,
    .cost = 0.02,
    .earlier = KEYBOARD_NONE,
    .operand = &layout,
    .effect = effect,
    .same = same,
};
