// SPDX-License-Identifier: Apache-2.0
#include "commands/base.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "import/client_arguments.h"
#include "import/not_done.h"
#include "report/page.h"

bool base_is_file(const char *word)
{
    size_t length = strlen(word);
    return length > 4 && strcasecmp(word + length - 4, ".rdp") == 0;
}

bool base_is_argument(const char *word)
{
    return client_argument_has_sign(word);
}

// A secret that belongs to an account which an option replaces is not to be tried with another one.
static void drop_secret(struct options *o, enum profile_secret secret)
{
    if (o->base.secrets[secret] >= 0)
        close(o->base.secrets[secret]);
    o->base.secrets[secret] = -1;
}

static void take_account(struct options *o)
{
    const struct account *account = &o->base.profile.account;
    if (o->given.user) {
        drop_secret(o, PROFILE_PASSWORD);
        return;
    }
    strcpy(o->profile.account.user, account->user);
    if (!o->given.domain)
        strcpy(o->profile.account.domain, account->domain);
}

static void take_gateway(struct options *o)
{
    if (o->given.gateway || !o->base.profile.has_gateway) {
        drop_secret(o, PROFILE_GATEWAY_PASSWORD);
        drop_secret(o, PROFILE_GATEWAY_TOKEN);
        drop_secret(o, PROFILE_GATEWAY_BEARER);
        return;
    }
    // A gateway is given one of the two.
    if (o->gateway_bearer_file)
        drop_secret(o, PROFILE_GATEWAY_TOKEN);
    if (o->gateway_token_file)
        drop_secret(o, PROFILE_GATEWAY_BEARER);
    o->profile.has_gateway = true;
    o->profile.gateway = o->base.profile.gateway;
    if (o->given.gateway_user)
        drop_secret(o, PROFILE_GATEWAY_PASSWORD);
    else
        o->profile.gateway_account = o->base.profile.gateway_account;
}

static bool takes_level(const struct options *o, enum factor factor)
{
    bool drawn = factor == FACTOR_GRAPHICS && o->until.phase == PHASE_GRAPHICS; // then not by graphics=none
    return o->base.has_level[factor] && !o->was_set[factor] && (factor != FACTOR_GATEWAY || !o->given.gateway) &&
           !(drawn && o->base.profile.levels.level[factor] == GRAPHICS_NONE);
}

bool base_take(struct options *o, int count, char **words, char *error, size_t size)
{
    const char *file = base_is_file(words[0]) ? words[0] : NULL;
    int argc = file ? count - 1 : count;
    char **argv = file ? words + 1 : words;

    o->given.user = o->profile.account.user[0];
    o->given.domain = o->profile.account.domain[0];
    o->given.gateway = o->profile.has_gateway;
    o->given.gateway_user = o->profile.gateway_account.user[0];
    if (!baseline_read(&o->base, file, argc, argv, error, size))
        return false;
    o->has_base = true;
    const bool has_target = o->base.profile.target.host[0];
    if (o->given.target && has_target) {
        snprintf(error, size, "a TARGET was given before xfreerdp's arguments, and /v: among them");
        return false;
    }
    if (!o->given.target && !has_target) {
        snprintf(error, size, file && !argc ? "%s has no 'full address'" : "%s: no host is named: /v:HOST is missing",
                 file ? file : "the arguments after --");
        return false;
    }
    if (!o->given.target)
        o->profile.target = o->base.profile.target;
    if (o->base.profile.certificate_policy == CERTIFICATE_REQUIRE && !o->given.certificate_policy)
        o->profile.certificate_policy = CERTIFICATE_REQUIRE;
    for (int f = 0; f < FACTOR_COUNT; f++) {
        if (takes_level(o, (enum factor)f))
            o->profile.levels.level[f] = o->base.profile.levels.level[f];
        if (!o->given.operand[f] && o->base.profile.operand[f][0])
            strcpy(o->profile.operand[f], o->base.profile.operand[f]);
    }
    take_account(o);
    take_gateway(o);
    return true;
}

// ---- explanation ----

// The option that overrides a setting; NULL if none does.
static const char *overriding_option(const struct options *o, const struct baseline_row *row)
{
    const char *name = row->setting;
    if (row->factor >= 0 && o->was_set[row->factor])
        return "set";
    if (o->given.gateway && strncmp(name, "Gateway", 7) == 0)
        return "gateway";
    if (o->given.gateway_user && (strcmp(name, "GatewayUsername") == 0 || strcmp(name, "GatewayDomain") == 0 ||
                                  strcmp(name, "GatewayPassword") == 0))
        return "gateway-user";
    if (o->given.user &&
        (strcmp(name, "Username") == 0 || strcmp(name, "Domain") == 0 || strcmp(name, "Password") == 0))
        return "user";
    if (o->given.domain && strcmp(name, "Domain") == 0)
        return "domain";
    if (o->password_file && strcmp(name, "Password") == 0)
        return "password-file";
    if (o->gateway_password_file && strcmp(name, "GatewayPassword") == 0)
        return "gateway-password-file";
    bool token = strcmp(name, "GatewayAccessToken") == 0 || strcmp(name, "GatewayHttpExtAuthBearer") == 0;
    if (token && (o->gateway_token_file || o->gateway_bearer_file))
        return o->gateway_token_file ? "gateway-token-file" : "gateway-bearer-file";
    for (int f = 0; f < FACTOR_COUNT; f++) {
        if (o->given.operand[f] && row->factor == f)
            return factor_row((enum factor)f)->operand->option;
    }
    if (o->given.certificate_policy && row->use == BASELINE_TAKEN && strcmp(name, "AuthenticationLevel") == 0)
        return "cert-policy";
    return NULL;
}

// The name in the file and FreeRDP's, as far as there are both.
static void put_row(struct page *page, const struct options *o, const struct baseline_row *row)
{
    bool both = row->key[0] && row->setting[0];
    const char *option = row->use == BASELINE_TAKEN ? overriding_option(o, row) : NULL;
    page_put(page, STYLE_PLAIN, "  %s%s%s%s = %.200s", row->key[0] ? row->key : row->setting, both ? " (" : "",
             both ? row->setting : "", both ? ")" : "", row->value);
    if (option)
        page_line(page, STYLE_DOUBT, "  overridden by --%s", option);
    else if (row->use == BASELINE_TAKEN && row->factor >= 0)
        page_line(page, STYLE_FAINT, "  %s=%s%s%s", factor_row((enum factor)row->factor)->name,
                  level_name((enum factor)row->factor, o->base.profile.levels.level[row->factor]),
                  row->why[0] ? ": " : "", row->why);
    else if (row->why[0])
        page_line(page, STYLE_FAINT, "  %s", row->why);
    else
        page_newline(page);
}

static void put_rows(struct page *page, const struct options *o, enum baseline_use use, const char *heading)
{
    bool any = false;
    for (size_t i = 0; i < o->base.row_count; i++) {
        if (o->base.rows[i].use != use)
            continue;
        if (!any)
            page_newline(page);
        if (!any)
            page_line(page, STYLE_HEADING, "%s", heading);
        any = true;
        put_row(page, o, &o->base.rows[i]);
    }
}

static void put_account(struct page *page, const char *heading, const char *user, const char *domain)
{
    if (user[0])
        page_line(page, STYLE_PLAIN, "%s %s%s%s", heading, domain, domain[0] ? "\\" : "", user);
}

enum exit_status base_explain(const struct options *o)
{
    char text[HOST_MAX + 16], variant[VARIANT_TEXT_MAX];
    struct page page = page_open(stdout);
    page_line(&page, STYLE_PLAIN, "Target   %s", target_text(&o->profile.target, text, sizeof text));
    put_account(&page, "User    ", o->profile.account.user, o->profile.account.domain);
    if (o->profile.has_gateway) {
        page_line(&page, STYLE_PLAIN, "Gateway  %s", target_text(&o->profile.gateway, text, sizeof text));
        put_account(&page, "  user  ", o->profile.gateway_account.user, o->profile.gateway_account.domain);
    }
    page_put(&page, STYLE_PLAIN, "Variant  ");
    page_wrap(&page, 9, 9, "%s", variant_text(&o->profile.levels, variant, sizeof variant));
    put_rows(&page, o, BASELINE_TAKEN, "Taken");
    put_rows(&page, o, BASELINE_OVERRIDDEN, "Overridden by the probe");
    put_rows(&page, o, BASELINE_UNUSED, "Not used");
    char not_done[NOT_DONE_SIZE];
    if (baseline_not_done(&o->base, not_done, sizeof not_done)[0]) {
        page_newline(&page);
        page_put(&page, STYLE_DOUBT, "Not done ");
        page_wrap(&page, 9, 9, "%s: a verdict is at most inconclusive where that may decide it", not_done);
    }
    for (size_t i = 0; i < o->base.warning_count; i++) {
        page_newline(&page);
        page_put(&page, STYLE_DOUBT, "Warning  ");
        page_wrap(&page, 9, 9, "%s", o->base.warnings[i]);
    }
    return page_close(&page) ? EXIT_CONNECTED : EXIT_CANNOT_RUN;
}
