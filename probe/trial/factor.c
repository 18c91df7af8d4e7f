// SPDX-License-Identifier: Apache-2.0
#include "trial/factor.h"

#include <stdio.h>
#include <string.h>

static const struct factor_row rows[FACTOR_COUNT] = {
    [FACTOR_SECURITY] = {"security",
                         "security protocol asked for: NLA (CredSSP), TLS alone, or RDP security",
                         {"nla", "tls", "rdp"},
                         {"CredSSP over TLS", "TLS without CredSSP", "Standard RDP Security"}},
    [FACTOR_TLS] = {"tls",
                    "TLS version offered",
                    {"default", "1.0", "1.1", "1.2", "1.3"},
                    {"TLS 1.0 to 1.3", "TLS 1.0 only", "TLS 1.1 only", "TLS 1.2 only", "TLS 1.3 only"}},
    [FACTOR_ADDRESS] = {"address",
                        "how the target is addressed: by name, or by its IPv4 or IPv6 address",
                        {"name", "ipv4", "ipv6"},
                        {"the name as given", "its IPv4 address, presented as the name too",
                         "its IPv6 address, presented as the name too"}},
    [FACTOR_GATEWAY] = {"gateway",
                        "direct, or through the RD Gateway given by --gateway",
                        {"off", "http", "websocket"},
                        {"direct", "gateway by RDG_OUT_DATA and RDG_IN_DATA", "gateway by websocket"}},
    [FACTOR_LICENSE] = {"license",
                        "client licence presented to the server's licensing",
                        {"keep", "clear", "reuse"},
                        {"the user's own licence store, read only", "an empty licence store",
                         "a licence that the server issued earlier in this run"}},
};

const struct factor_row *factor_row(enum factor factor)
{
    return &rows[factor];
}

unsigned factor_levels(enum factor factor)
{
    unsigned n = 0;
    while (n < LEVELS_MAX && rows[factor].levels[n])
        n++;
    return n;
}

const char *level_name(enum factor factor, unsigned level)
{
    return level < factor_levels(factor) ? rows[factor].levels[level] : "?";
}

bool factor_from_name(const char *name, enum factor *factor)
{
    for (int i = 0; i < FACTOR_COUNT; i++) {
        if (strcmp(name, rows[i].name) == 0) {
            *factor = (enum factor)i;
            return true;
        }
    }
    return false;
}

bool level_from_name(enum factor factor, const char *name, unsigned *level)
{
    for (unsigned i = 0; i < factor_levels(factor); i++) {
        if (strcmp(name, rows[factor].levels[i]) == 0) {
            *level = i;
            return true;
        }
    }
    return false;
}

bool variant_equal(const struct variant *a, const struct variant *b)
{
    return memcmp(a->level, b->level, sizeof a->level) == 0;
}

unsigned variant_distance(const struct variant *a, const struct variant *b)
{
    unsigned n = 0;
    for (int i = 0; i < FACTOR_COUNT; i++)
        n += a->level[i] != b->level[i];
    return n;
}

struct variant variant_with(struct variant variant, enum factor factor, unsigned level)
{
    variant.level[factor] = (unsigned char)level;
    return variant;
}

bool variant_possible(const struct variant *variant, const char **why)
{
    if (variant->level[FACTOR_SECURITY] == SECURITY_RDP && variant->level[FACTOR_TLS] != TLS_DEFAULT) {
        if (why)
            *why = "RDP security has no TLS handshake, so security=rdp goes only with tls=default";
        return false;
    }
    return true;
}

char *variant_text(const struct variant *variant, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < FACTOR_COUNT && used < size; i++) {
        int n = snprintf(text + used, size - used, "%s%s=%s", i ? " " : "", rows[i].name,
                         level_name((enum factor)i, variant->level[i]));
        used += n > 0 ? (size_t)n : 0;
    }
    return text;
}
