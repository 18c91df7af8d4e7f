// SPDX-License-Identifier: Apache-2.0
// Factors: the client-side settings that are varied, their levels, and variants (one level for every factor).
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum factor { FACTOR_SECURITY, FACTOR_TLS, FACTOR_ADDRESS, FACTOR_GATEWAY, FACTOR_LICENSE, FACTOR_COUNT };

// Levels are indices into the factor's row; level 0 is the default of every factor.
enum { LEVELS_MAX = 8 };
enum security_level { SECURITY_NLA, SECURITY_TLS, SECURITY_RDP };
enum tls_level { TLS_DEFAULT, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3 };
enum address_level { ADDRESS_NAME, ADDRESS_IPV4, ADDRESS_IPV6 };
enum gateway_level { GATEWAY_OFF, GATEWAY_HTTP, GATEWAY_WEBSOCKET };
enum license_level { LICENSE_KEEP, LICENSE_CLEAR, LICENSE_REUSE };

// One row of the table of factors.
struct factor_row {
    const char *name;                // as in --set NAME=LEVEL
    const char *summary;             // what it varies, for --help and the report
    const char *levels[LEVELS_MAX];  // names, NULL terminated
    const char *meaning[LEVELS_MAX]; // one clause for each level
};

// The row of a factor. Static, never NULL for a valid factor.
const struct factor_row *factor_row(enum factor factor);

// Number of levels of a factor (2 to LEVELS_MAX).
unsigned factor_levels(enum factor factor);

// Name of a level; "?" if the factor has no such level. Static.
const char *level_name(enum factor factor, unsigned level);

// Read a factor's or level's name; false if there is none such.
bool factor_from_name(const char *name, enum factor *factor);
bool level_from_name(enum factor factor, const char *name, unsigned *level);

// One level for every factor. All zero is the default variant.
struct variant {
    unsigned char level[FACTOR_COUNT];
};

// Whether two variants are the same in every factor.
bool variant_equal(const struct variant *a, const struct variant *b);

// Number of factors in which two variants differ.
unsigned variant_distance(const struct variant *a, const struct variant *b);

// The variant with one factor set to another level.
struct variant variant_with(struct variant variant, enum factor factor, unsigned level);

// False for variants that no connection can realise: RDP security has no TLS handshake, so it only goes with
// tls=default. Known without connecting. *why, where given, gets a static clause that says what excludes what.
bool variant_possible(const struct variant *variant, const char **why);

// Writes "security=nla tls=default …" into text (always terminated) and returns text.
char *variant_text(const struct variant *variant, char *text, size_t size);
