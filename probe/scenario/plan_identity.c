// SPDX-License-Identifier: Apache-2.0
#include "scenario/plan_identity.h"

#include <stdlib.h>
#include <string.h>

#include "scenario/variant_rule.h"
#include "trial/until.h"

// FNV-1a, 64 bits (RFC 9923).
static const uint64_t fnv_offset = 0xcbf29ce484222325u, fnv_prime = 0x100000001b3u;

static void add_byte(uint64_t *hash, unsigned char byte)
{
    *hash = (*hash ^ byte) * fnv_prime;
}

static void add_number(uint64_t *hash, uint64_t number)
{
    for (int i = 0; i < 8; i++)
        add_byte(hash, (unsigned char)(number >> 8 * i));
}

// With its length, so that "ab","c" and "a","bc" differ. NULL counts as "".
static void add_text(uint64_t *hash, const char *text)
{
    size_t length = text ? strlen(text) : 0;
    add_number(hash, length);
    for (size_t i = 0; i < length; i++)
        add_byte(hash, (unsigned char)text[i]);
}

// Names of hosts and accounts: ASCII letters count as small ones.
static void add_name(uint64_t *hash, const char *name, size_t length)
{
    add_number(hash, length);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)name[i];
        add_byte(hash, c >= 'A' && c <= 'Z' ? (unsigned char)(c - 'A' + 'a') : c);
    }
}

// FNV's high bits depend too little on the last bytes to take a remainder of them.
static uint64_t mixed(uint64_t hash)
{
    hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdu;
    hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53u;
    return hash ^ (hash >> 33);
}

static const struct credentials *credentials_of(const struct scenario *scenario, int index)
{
    return index >= 0 && (size_t)index < scenario->credentials_count ? &scenario->credentials[index] : NULL;
}

// DOMAIN\user and a user with a domain beside it are the same account.
static void add_account(uint64_t *hash, const struct credentials *credentials)
{
    const char *user = credentials && credentials->user ? credentials->user : "";
    const char *domain = credentials && credentials->domain ? credentials->domain : "";
    const char *separator = strchr(user, '\\');
    if (separator) {
        add_name(hash, user, (size_t)(separator - user));
        user = separator + 1;
    } else {
        add_name(hash, domain, strlen(domain));
    }
    add_name(hash, user, strlen(user));
}

static void add_address(uint64_t *hash, const struct target *target)
{
    add_name(hash, target->host, strlen(target->host));
    add_number(hash, target->port);
}

uint64_t target_identity(const struct scenario *scenario, const struct scenario_target *target)
{
    uint64_t hash = fnv_offset;
    add_address(&hash, &target->target);
    add_number(&hash, target->has_gateway);
    if (target->has_gateway)
        add_address(&hash, &target->gateway);
    add_account(&hash, credentials_of(scenario, target->credentials));
    return mixed(hash);
}

static uint64_t target_fingerprint(const struct scenario *scenario, const struct scenario_target *target)
{
    const struct credentials *own = credentials_of(scenario, target->credentials);
    const struct credentials *at_gateway = credentials_of(scenario, target->gateway_credentials);
    uint64_t hash = fnv_offset;
    add_number(&hash, target_identity(scenario, target));
    add_text(&hash, target->group);
    add_number(&hash, own && own->source != SECRET_NONE);
    if (target->has_gateway) {
        add_account(&hash, at_gateway);
        add_number(&hash, at_gateway && at_gateway->source != SECRET_NONE);
    }
    for (int f = 0; target->operands && f < FACTOR_COUNT; f++) {
        if (target->operands[f]) {
            add_text(&hash, factor_row((enum factor)f)->name);
            add_text(&hash, target->operands[f]);
        }
    }
    return mixed(hash);
}

static int compare_numbers(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

static void add_variants(uint64_t *hash, const struct variant *variants, size_t count)
{
    add_number(hash, count);
    for (size_t i = 0; i < count; i++) {
        // By name, since the numbers of levels are an internal matter.
        for (int f = 0; f < FACTOR_COUNT; f++) {
            add_text(hash, factor_row((enum factor)f)->name);
            add_text(hash, level_name((enum factor)f, variants[i].level[f]));
        }
    }
}

static void add_expectations(uint64_t *hash, const struct scenario *scenario)
{
    add_number(hash, scenario->expectation_count);
    for (size_t i = 0; i < scenario->expectation_count; i++) {
        const struct expectation *expectation = &scenario->expectations[i];
        add_text(hash, expectation->text);
        add_text(hash, expectation->when ? variant_rule_text(expectation->when) : "");
        add_number(hash, expectation->group != NULL);
        add_text(hash, expectation->group);
    }
}

uint64_t plan_fingerprint(const struct scenario *scenario, const struct design_variants *variants)
{
    uint64_t hash = fnv_offset;
    uint64_t *targets = calloc(scenario->target_count + 1, sizeof *targets);
    if (!targets)
        return 0;
    for (size_t i = 0; i < scenario->target_count; i++)
        targets[i] = target_fingerprint(scenario, &scenario->targets[i]);
    qsort(targets, scenario->target_count, sizeof *targets, compare_numbers);

    add_text(&hash, "rdpprobe plan 1");
    add_text(&hash, scenario->name);
    add_number(&hash, scenario->design);
    add_number(&hash, scenario->seed);
    add_number(&hash, scenario->repeats);
    add_text(&hash, until_name((struct until){scenario->until, scenario->at_challenge}));
    add_number(&hash, scenario->profile.deadline_ms);
    add_number(&hash, scenario->has_settle);
    add_number(&hash, scenario->profile.settle_ms);
    add_number(&hash, scenario->profile.certificate_policy == CERTIFICATE_REQUIRE);
    add_number(&hash, scenario->profile.autologon);
    for (int f = 0; f < FACTOR_COUNT; f++) {
        if (factor_row((enum factor)f)->operand)
            add_text(&hash, scenario->profile.operand[f]);
    }
    add_variants(&hash, variants->variants, variants->count);
    add_variants(&hash, variants->excluded, variants->excluded_count);
    add_expectations(&hash, scenario);
    add_number(&hash, scenario->target_count);
    for (size_t i = 0; i < scenario->target_count; i++)
        add_number(&hash, targets[i]);
    free(targets);
    hash = mixed(hash);
    return hash ? hash : 1;
}
