// SPDX-License-Identifier: Apache-2.0
#include "connection/applying.h"

static const struct factor_setting settings[] = {
    {"GatewayEnabled", NULL, NULL, false},
    {"GatewayUsageMethod", NULL, NULL, false},
    {"GatewayHttpTransport", NULL, NULL, false},
    {"GatewayRpcTransport", NULL, NULL, false},
    {"GatewayHttpUseWebsockets", NULL, NULL, false},
    {"GatewayBypassLocal", NULL, "a trial goes through the gateway, or not, by the factor gateway", true},
    {"GatewayArmTransport", NULL, "the probe does not know Azure Virtual Desktop's gateways", true},
    {NULL, NULL, NULL, false},
};

// NULL where there is none.
static const char *secret(const struct profile *profile, enum profile_secret which)
{
    const char *text = profile_secret(profile, which);
    return text[0] ? text : NULL;
}

static bool apply(struct applying *applying, unsigned level)
{
    const struct profile *profile = applying->profile;
    const struct account *account = profile_gateway_account(profile);
    bool used = level != GATEWAY_OFF;
    bool same = !profile->gateway_account.user[0];
    const struct flag_setting flags[] = {
        {FreeRDP_GatewayEnabled, used},
        {FreeRDP_GatewayBypassLocal, false},
        {FreeRDP_GatewayUseSameCredentials, used && same},
        // Exactly one transport.
        {FreeRDP_GatewayHttpTransport, level == GATEWAY_HTTP || level == GATEWAY_WEBSOCKET},
        {FreeRDP_GatewayHttpUseWebsockets, level == GATEWAY_WEBSOCKET},
        {FreeRDP_GatewayRpcTransport, level == GATEWAY_RPC},
        {FreeRDP_GatewayUdpTransport, false},
        {FreeRDP_GatewayArmTransport, false},
    };
    if (!apply_flags(applying, flags, COUNT(flags)))
        return false;
    if (!used)
        return freerdp_settings_set_uint32(applying->settings, FreeRDP_GatewayUsageMethod, TSC_PROXY_MODE_NONE_DIRECT);
    const struct text_setting texts[] = {
        {FreeRDP_GatewayHostname, profile->gateway.host},
        {FreeRDP_GatewayUsername, account->user},
        {FreeRDP_GatewayDomain, account->domain},
        {FreeRDP_GatewayPassword, profile_gateway_password(profile)},
        {FreeRDP_GatewayAccessToken, secret(profile, PROFILE_GATEWAY_TOKEN)},
        {FreeRDP_GatewayHttpExtAuthBearer, secret(profile, PROFILE_GATEWAY_BEARER)},
    };
    const struct number_setting numbers[] = {
        {FreeRDP_GatewayPort, profile->gateway.port},
        {FreeRDP_GatewayUsageMethod, TSC_PROXY_MODE_DIRECT},
    };
    return apply_texts(applying, texts, COUNT(texts)) && apply_numbers(applying, numbers, COUNT(numbers));
}

static bool import(const struct parsed_settings *parsed, unsigned *level)
{
    bool rpc = parsed_flag(parsed, "GatewayRpcTransport") && !parsed_flag(parsed, "GatewayHttpTransport");
    // Plain HTTP is what every gateway has; xfreerdp falls back to it from websockets.
    *level = rpc ? GATEWAY_RPC : GATEWAY_HTTP;
    return parsed_flag(parsed, "GatewayEnabled") && parsed_text(parsed, "GatewayHostname")[0];
}

const struct factor_settings factor_gateway_settings = {
    .apply = apply,
    .settings = settings,
    .import = import,
};
