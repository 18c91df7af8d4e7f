// SPDX-License-Identifier: Apache-2.0
#include "design_models.h"

#include <stdbool.h>

enum { NAME, SECURITY, TLS, GATEWAY, LICENSE, AUTH, FAMILY, USER, CERTIFICATE, GRAPHICS, CLOCK, REDIRECT, FACTORS };
enum { NAME_IS_ADDRESS = 2, SECURITY_IS_RDP = 3, AUTH_IS_KERBEROS = 2, USER_IS_LOCAL = 2 };

#define RDP_LEVELS                                                                                                     \
    {[NAME] = 3,   [SECURITY] = 4, [TLS] = 5,         [GATEWAY] = 4,  [LICENSE] = 3, [AUTH] = 3,                       \
     [FAMILY] = 2, [USER] = 3,     [CERTIFICATE] = 2, [GRAPHICS] = 2, [CLOCK] = 2,   [REDIRECT] = 2}
#define TWELVE(n) {n, n, n, n, n, n, n, n, n, n, n, n}

// Plain RDP has no TLS and no NLA options; Kerberos goes neither by address nor for a local user.
static bool rdp_allows(const void *context, const unsigned char *row)
{
    (void)context;
    if (row[SECURITY] == SECURITY_IS_RDP) {
        if (row[TLS] != 0 && row[TLS] != DESIGN_OPEN)
            return false;
        if (row[AUTH] != 0 && row[AUTH] != DESIGN_OPEN)
            return false;
    }
    if (row[AUTH] == AUTH_IS_KERBEROS && (row[NAME] == NAME_IS_ADDRESS || row[USER] == USER_IS_LOCAL))
        return false;
    return true;
}

// Rows of PICT's own output for these very models (its commit c3dad2b, default seed, /o:2 and /o:3). Constraints:
//   IF [security]="rdp" THEN [tls]="default" AND [auth]="negotiate";
//   IF [auth]="kerberos" THEN [name]<>"address" AND [user]<>"local";
static const struct known_model models[] = {
    {"rdp", {.factors = FACTORS, .levels = RDP_LEVELS}, 2, 24},
    {"rdp", {.factors = FACTORS, .levels = RDP_LEVELS}, 3, 100},
    {"rdp, constrained", {.factors = FACTORS, .levels = RDP_LEVELS, .allowed = rdp_allows}, 2, 26},
    {"rdp, constrained", {.factors = FACTORS, .levels = RDP_LEVELS, .allowed = rdp_allows}, 3, 108},
    {"12 x 2", {.factors = 12, .levels = TWELVE(2)}, 2, 8},
    {"12 x 2", {.factors = 12, .levels = TWELVE(2)}, 3, 20},
    {"12 x 3", {.factors = 12, .levels = TWELVE(3)}, 2, 20},
    {"12 x 3", {.factors = 12, .levels = TWELVE(3)}, 3, 73},
    {"12 x 5", {.factors = 12, .levels = TWELVE(5)}, 2, 49},
    {"12 x 5", {.factors = 12, .levels = TWELVE(5)}, 3, 343},
};

const struct known_model *known_models(size_t *count)
{
    *count = sizeof models / sizeof *models;
    return models;
}
