// SPDX-License-Identifier: Apache-2.0
#include "trial/profile.h"

#include <stdio.h>
#include <string.h>

static const char *const secret_members[PROFILE_SECRETS] = {[PROFILE_PASSWORD] = "password",
                                                            [PROFILE_GATEWAY_PASSWORD] = "gateway_password",
                                                            [PROFILE_GATEWAY_TOKEN] = "gateway_token",
                                                            [PROFILE_GATEWAY_BEARER] = "gateway_bearer"};

struct profile profile_default(void)
{
    return (struct profile){
        .deadline_ms = 20000, .settle_ms = 100, .pause_ms = 200, .scan_pause_ms = 50, .max_failed_logons = 2};
}

const struct account *profile_gateway_account(const struct profile *profile)
{
    return profile->gateway_account.user[0] ? &profile->gateway_account : &profile->account;
}

const char *profile_secret(const struct profile *profile, enum profile_secret secret)
{
    return profile->secret[secret] ? profile->secret[secret] : "";
}

const char *profile_gateway_password(const struct profile *profile)
{
    return profile_secret(profile, profile->gateway_account.user[0] ? PROFILE_GATEWAY_PASSWORD : PROFILE_PASSWORD);
}

// ---- to JSON ----

static json_t *target_to_json(const struct target *target)
{
    return json_pack("{s:s, s:i}", "host", target->host, "port", (int)target->port);
}

static json_t *account_to_json(const struct account *account)
{
    return json_pack("{s:s, s:s}", "user", account->user, "domain", account->domain);
}

static json_t *levels_to_json(const struct variant *levels)
{
    json_t *json = json_object();
    for (int f = 0; f < FACTOR_COUNT; f++)
        json_object_set_new(json, factor_row((enum factor)f)->name,
                            json_string(level_name((enum factor)f, levels->level[f])));
    return json;
}

static json_t *operands_to_json(const struct profile *profile)
{
    json_t *json = json_object();
    bool failed = !json;
    for (int f = 0; f < FACTOR_COUNT; f++) {
        if (profile->operand[f][0])
            failed |=
                json_object_set_new(json, factor_row((enum factor)f)->name, json_string(profile->operand[f])) != 0;
    }
    if (!failed)
        return json;
    json_decref(json);
    return NULL;
}

static json_t *secrets_to_json(const struct profile *profile, bool secrets)
{
    json_t *json = json_object();
    bool failed = !json;
    for (int i = 0; secrets && i < PROFILE_SECRETS; i++) {
        if (profile->secret[i])
            failed |= json_object_set_new(json, secret_members[i], json_string(profile->secret[i])) != 0;
    }
    if (!failed)
        return json;
    json_decref(json);
    return NULL;
}

json_t *profile_to_json(const struct profile *profile, bool secrets)
{
    // json_pack() takes NULL from "o" as a failure and frees the rest.
    return json_pack("{s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:I, s:i, s:i, s:i, s:i, s:i, s:i}", "target",
                     target_to_json(&profile->target), "account", account_to_json(&profile->account), "has_gateway",
                     (int)profile->has_gateway, "gateway", target_to_json(&profile->gateway), "gateway_account",
                     account_to_json(&profile->gateway_account), "levels", levels_to_json(&profile->levels), "operands",
                     operands_to_json(profile), "secrets", secrets_to_json(profile, secrets), "require_certificate",
                     (int)(profile->certificate_policy == CERTIFICATE_REQUIRE), "autologon", (int)profile->autologon,
                     "redirected_session", (json_int_t)profile->redirected_session, "deadline_ms",
                     (int)profile->deadline_ms, "settle_ms", (int)profile->settle_ms, "pause_ms",
                     (int)profile->pause_ms, "scan_pause_ms", (int)profile->scan_pause_ms, "max_failed_logons",
                     (int)profile->max_failed_logons, "max_trials", (int)profile->max_trials);
}

// ---- from JSON ----

static bool read_text(const json_t *json, const char *member, char *text, size_t size)
{
    const char *value = json_string_value(json_object_get(json, member));
    if (!value || strlen(value) >= size)
        return false;
    strcpy(text, value);
    return true;
}

static bool read_target(const json_t *json, const char *member, struct target *target)
{
    const json_t *object = json_object_get(json, member);
    const char *host = json_string_value(json_object_get(object, "host")), *clause;
    json_int_t port = json_integer_value(json_object_get(object, "port"));
    if (!host || port < 0 || port > UINT16_MAX)
        return false;
    if (!*host)
        return true;
    if (!target_parse(host, 0, target, &clause))
        return false;
    target->port = (uint16_t)port;
    return true;
}

static bool read_account(const json_t *json, const char *member, struct account *account)
{
    const json_t *object = json_object_get(json, member);
    return read_text(object, "user", account->user, sizeof account->user) &&
           read_text(object, "domain", account->domain, sizeof account->domain);
}

static bool read_levels(const json_t *json, struct variant *levels)
{
    for (int f = 0; f < FACTOR_COUNT; f++) {
        const char *name = json_string_value(json_object_get(json, factor_row((enum factor)f)->name));
        unsigned level;
        if (!name || !level_from_name((enum factor)f, name, &level))
            return false;
        levels->level[f] = (unsigned char)level;
    }
    return true;
}

static bool read_operands(const json_t *json, struct profile *profile)
{
    for (int f = 0; f < FACTOR_COUNT; f++) {
        const char *name = factor_row((enum factor)f)->name;
        if (json_object_get(json, name) && !read_text(json, name, profile->operand[f], OPERAND_MAX))
            return false;
    }
    return json_is_object(json);
}

static unsigned number(const json_t *json, const char *member, bool *ok)
{
    const json_t *value = json_object_get(json, member);
    *ok = *ok && json_is_integer(value) && json_integer_value(value) >= 0 && json_integer_value(value) <= UINT32_MAX;
    return (unsigned)json_integer_value(value);
}

bool profile_from_json(const json_t *json, struct profile *profile)
{
    const json_t *secrets = json_object_get(json, "secrets");
    bool ok = true;
    *profile = (struct profile){.has_gateway = json_is_true(json_object_get(json, "has_gateway")),
                                .autologon = json_is_true(json_object_get(json, "autologon")),
                                .certificate_policy = json_is_true(json_object_get(json, "require_certificate"))
                                                          ? CERTIFICATE_REQUIRE
                                                          : CERTIFICATE_REPORT,
                                .redirected_session = number(json, "redirected_session", &ok),
                                .deadline_ms = number(json, "deadline_ms", &ok),
                                .settle_ms = number(json, "settle_ms", &ok),
                                .pause_ms = number(json, "pause_ms", &ok),
                                .scan_pause_ms = number(json, "scan_pause_ms", &ok),
                                .max_failed_logons = number(json, "max_failed_logons", &ok),
                                .max_trials = number(json, "max_trials", &ok)};
    for (int i = 0; i < PROFILE_SECRETS; i++)
        profile->secret[i] = json_string_value(json_object_get(secrets, secret_members[i]));
    return ok && read_target(json, "target", &profile->target) && read_target(json, "gateway", &profile->gateway) &&
           read_account(json, "account", &profile->account) &&
           read_account(json, "gateway_account", &profile->gateway_account) &&
           read_levels(json_object_get(json, "levels"), &profile->levels) &&
           read_operands(json_object_get(json, "operands"), profile);
}

// ---- the journal ----

bool profile_put_run_members(const struct profile *profile, json_t *run)
{
    char text[HOST_MAX + 16];
    int failed = json_object_set_new(run, "target", json_string(target_text(&profile->target, text, sizeof text)));
    if (profile->has_gateway)
        failed |= json_object_set_new(run, "gateway", json_string(target_text(&profile->gateway, text, sizeof text)));
    failed |= json_object_set_new(run, "user", json_string(profile->account.user));
    for (int f = 0; f < FACTOR_COUNT; f++) {
        const struct factor_operand *operand = factor_row((enum factor)f)->operand;
        if (operand && profile->operand[f][0])
            failed |= json_object_set_new(run, operand->member, json_string(profile->operand[f]));
    }
    failed |= json_object_set_new(run, "autologon", json_boolean(profile->autologon));
    failed |= json_object_set_new(run, "deadline_ms", json_integer(profile->deadline_ms));
    failed |= json_object_set_new(run, "settle_ms", json_integer(profile->settle_ms));
    failed |= json_object_set_new(run, "pause_ms", json_integer(profile->pause_ms));
    failed |= json_object_set_new(run, "max_failed_logons", json_integer(profile->max_failed_logons));
    return failed == 0;
}
