// SPDX-License-Identifier: Apache-2.0
#include "connection/settings.h"

#include <openssl/ssl.h>
#include <stdio.h>
#include <string.h>

#include "connection/picture/picture.h"
#include "trial/user_name.h"

struct text_setting {
    FreeRDP_Settings_Keys_String key;
    const char *value;
};

struct number_setting {
    FreeRDP_Settings_Keys_UInt32 key;
    uint32_t value;
};

struct flag_setting {
    FreeRDP_Settings_Keys_Bool key;
    bool value;
};

static bool apply_texts(rdpSettings *settings, const struct text_setting *list, size_t count)
{
    bool ok = true;
    for (size_t i = 0; i < count; i++)
        ok = ok && freerdp_settings_set_string(settings, list[i].key, list[i].value);
    return ok;
}

static bool apply_numbers(rdpSettings *settings, const struct number_setting *list, size_t count)
{
    bool ok = true;
    for (size_t i = 0; i < count; i++)
        ok = ok && freerdp_settings_set_uint32(settings, list[i].key, list[i].value);
    return ok;
}

static bool apply_flags(rdpSettings *settings, const struct flag_setting *list, size_t count)
{
    bool ok = true;
    for (size_t i = 0; i < count; i++)
        ok = ok && freerdp_settings_set_bool(settings, list[i].key, list[i].value);
    return ok;
}

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static bool apply_security(struct connection *connection)
{
    unsigned level = connection->request->profile.levels.level[FACTOR_SECURITY];
    const struct flag_setting flags[] = {
        // Exactly one protocol, so that nothing falls back to another one on a new connection.
        {FreeRDP_NegotiateSecurityLayer, true},
        {FreeRDP_NlaSecurity, level == SECURITY_NLA},
        {FreeRDP_TlsSecurity, level == SECURITY_TLS},
        {FreeRDP_RdpSecurity, level == SECURITY_RDP},
        // NLA with early user authorization, as mstsc offers it beside NLA without: a server takes the one it knows.
        {FreeRDP_ExtSecurity, level == SECURITY_NLA},
        {FreeRDP_RdstlsSecurity, false},
        {FreeRDP_AadSecurity, false},
        {FreeRDP_UseRdpSecurityLayer, level == SECURITY_RDP},
        // xrdp 0.9 and older servers know only the plain MAC.
        {FreeRDP_SaltedChecksum, false},
        {FreeRDP_ExternalCertificateManagement, true},
    };
    return apply_flags(connection->context.settings, flags, COUNT(flags));
}

void settings_tls_range(unsigned level, uint16_t *lowest, uint16_t *highest)
{
    static const uint16_t versions[] = {
        [TLS_1_0] = TLS1_VERSION, [TLS_1_1] = TLS1_1_VERSION, [TLS_1_2] = TLS1_2_VERSION, [TLS_1_3] = TLS1_3_VERSION};
    *lowest = level == TLS_DEFAULT ? TLS1_VERSION : versions[level];
    *highest = level == TLS_DEFAULT ? TLS1_3_VERSION : versions[level];
}

static bool set_tls(rdpSettings *settings, unsigned level)
{
    uint16_t lowest, highest;

    settings_tls_range(level, &lowest, &highest);
    // Security level 0 at every level of the factor: only then does OpenSSL speak 1.0 and 1.1, and only the version
    // varies.
    return freerdp_settings_set_uint16(settings, FreeRDP_TLSMinVersion, lowest) &&
           freerdp_settings_set_uint16(settings, FreeRDP_TLSMaxVersion, highest) &&
           freerdp_settings_set_uint32(settings, FreeRDP_TlsSecLevel, 0);
}

// The factor is about the target. A gateway's own TLS would otherwise be held to the same version, and could keep
// trials from a target that takes it.
static bool apply_tls(struct connection *connection)
{
    const struct variant *variant = &connection->request->profile.levels;
    bool direct = variant->level[FACTOR_GATEWAY] == GATEWAY_OFF;
    return set_tls(connection->context.settings, direct ? variant->level[FACTOR_TLS] : (unsigned)TLS_DEFAULT);
}

// A list of what is not to be used; "ntlm" or "kerberos" without the sign restrict nothing.
static const char no_kerberos[] = "!kerberos", no_ntlm[] = "!ntlm";

// How NLA is to authenticate.
static const char *target_packages(const struct connection *connection)
{
    static const char *const packages[] = {
        [AUTH_LEVEL_NTLM] = no_kerberos, [AUTH_LEVEL_NEGOTIATE] = NULL, [AUTH_LEVEL_KERBEROS] = no_ntlm};
    // Only NTLM has a CHALLENGE; a Kerberos ticket would be a logon.
    return packages[connection->request->at_challenge ? (unsigned)AUTH_LEVEL_NTLM
                                                      : connection->request->profile.levels.level[FACTOR_AUTH]];
}

bool settings_before_target_tls(struct connection *connection)
{
    rdpSettings *settings = connection->context.settings;
    return set_tls(settings, connection->request->profile.levels.level[FACTOR_TLS]) &&
           freerdp_settings_set_string(settings, FreeRDP_AuthenticationPackageList, target_packages(connection));
}

static bool apply_gateway(struct connection *connection)
{
    const struct connection_request *request = connection->request;
    rdpSettings *settings = connection->context.settings;
    unsigned level = request->profile.levels.level[FACTOR_GATEWAY];
    bool used = level != GATEWAY_OFF;
    bool same = !request->profile.gateway_account.user[0];
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
    if (!apply_flags(settings, flags, COUNT(flags)))
        return false;
    if (!used)
        return freerdp_settings_set_uint32(settings, FreeRDP_GatewayUsageMethod, TSC_PROXY_MODE_NONE_DIRECT);
    const struct text_setting texts[] = {
        {FreeRDP_GatewayHostname, request->profile.gateway.host},
        {FreeRDP_GatewayUsername, same ? request->profile.account.user : request->profile.gateway_account.user},
        {FreeRDP_GatewayDomain, same ? request->profile.account.domain : request->profile.gateway_account.domain},
        {FreeRDP_GatewayPassword, same ? profile_secret(&request->profile, PROFILE_PASSWORD)
                                       : profile_secret(&request->profile, PROFILE_GATEWAY_PASSWORD)},
        {FreeRDP_GatewayAccessToken, profile_secret(&request->profile, PROFILE_GATEWAY_TOKEN)[0]
                                         ? profile_secret(&request->profile, PROFILE_GATEWAY_TOKEN)
                                         : NULL},
        {FreeRDP_GatewayHttpExtAuthBearer, profile_secret(&request->profile, PROFILE_GATEWAY_BEARER)[0]
                                               ? profile_secret(&request->profile, PROFILE_GATEWAY_BEARER)
                                               : NULL},
    };
    const struct number_setting numbers[] = {
        {FreeRDP_GatewayPort, request->profile.gateway.port},
        {FreeRDP_GatewayUsageMethod, TSC_PROXY_MODE_DIRECT},
    };
    return apply_texts(settings, texts, COUNT(texts)) && apply_numbers(settings, numbers, COUNT(numbers));
}

static bool apply_credentials(struct connection *connection)
{
    const struct connection_request *request = connection->request;
    bool nla = connection->trace.nla;
    // Without NLA the password goes out in Client Info, where nobody proves that it was right: only on request.
    bool password = profile_secret(&request->profile, PROFILE_PASSWORD)[0] && !request->at_challenge &&
                    (nla || request->profile.autologon);
    const unsigned char *level = request->profile.levels.level;
    struct user_name name;
    if (!user_name_form((enum user_form_level)level[FACTOR_USER_FORM], request->profile.account.user,
                        request->profile.account.domain, &name))
        return false;
    const struct text_setting texts[] = {
        {FreeRDP_Username, name.user},
        {FreeRDP_Domain, name.domain[0] ? name.domain : NULL},
        {FreeRDP_Password, password ? profile_secret(&request->profile, PROFILE_PASSWORD) : NULL},
        // The factor is about the target. A gateway gets NTLM: whatever is sent to it then shows on the wire.
        {FreeRDP_AuthenticationPackageList, connection->trace.gateway ? no_kerberos : target_packages(connection)},
    };
    const struct flag_setting flags[] = {
        {FreeRDP_ConsoleSession, level[FACTOR_ADMIN] == ADMIN_ON},
        {FreeRDP_RestrictedAdminModeRequired, level[FACTOR_RESTRICTED_ADMIN] == RESTRICTED_ADMIN_ON},
        // Restricted Admin mode asks for it, and FreeRDP would delegate all the same.
        {FreeRDP_DisableCredentialsDelegation, level[FACTOR_RESTRICTED_ADMIN] == RESTRICTED_ADMIN_ON},
    };
    return apply_texts(connection->context.settings, texts, COUNT(texts)) &&
           apply_flags(connection->context.settings, flags, COUNT(flags));
}

// Through a gateway FreeRDP puts the domain, or this computer's name, before the user in the routing cookie. What reads
// the cookie would then seem to ask for the gateway. That of a direct connection is the user alone, be it empty, and as
// a token it is sent as it is: so both ways carry the same.
static bool apply_cookie(rdpSettings *settings, const char *user)
{
    enum { COOKIE_MAX = 255 }; // of FreeRDP's own cookie
    char cookie[sizeof "Cookie: mstshash=" + COOKIE_MAX];
    int size = snprintf(cookie, sizeof cookie, "Cookie: mstshash=%s", user);
    size_t length = (size_t)size < sizeof cookie ? (size_t)size : sizeof cookie - 1;
    return freerdp_settings_set_pointer_len(settings, FreeRDP_LoadBalanceInfo, cookie, length);
}

static bool apply_routing(struct connection *connection)
{
    const struct connection_request *request = connection->request;
    rdpSettings *settings = connection->context.settings;
    const char *user = freerdp_settings_get_string(settings, FreeRDP_Username);
    size_t size = strlen(request->profile.operand[FACTOR_LOAD_BALANCE]);
    if (request->profile.levels.level[FACTOR_LOAD_BALANCE] == LOAD_BALANCE_TOKEN)
        return size && freerdp_settings_set_pointer_len(settings, FreeRDP_LoadBalanceInfo,
                                                        request->profile.operand[FACTOR_LOAD_BALANCE], size);
    bool direct = request->profile.levels.level[FACTOR_GATEWAY] == GATEWAY_OFF;
    return direct || apply_cookie(settings, user ? user : "");
}

// What the client announces of itself in its Connect Initial.
static bool apply_client(struct connection *connection)
{
    static const uint32_t depths[] = {[COLOR_DEPTH_32] = 32,
                                      [COLOR_DEPTH_24] = 24,
                                      [COLOR_DEPTH_16] = 16,
                                      [COLOR_DEPTH_15] = 15,
                                      [COLOR_DEPTH_8] = 8};
    const struct connection_request *request = connection->request;
    const unsigned char *level = request->profile.levels.level;
    rdpSettings *settings = connection->context.settings;
    bool autodetect = level[FACTOR_AUTODETECT] == AUTODETECT_ON;
    bool multitransport = level[FACTOR_MULTITRANSPORT] == MULTITRANSPORT_ON;
    const struct flag_setting flags[] = {
        {FreeRDP_SupportStatusInfoPdu, true},
        {FreeRDP_SupportErrorInfoPdu, level[FACTOR_ERROR_INFO] == ERROR_INFO_ADVERTISED},
        {FreeRDP_SupportGraphicsPipeline, level[FACTOR_GRAPHICS] == GRAPHICS_GFX},
        {FreeRDP_NetworkAutoDetect, autodetect},
        {FreeRDP_SupportMultitransport, multitransport},
    };
    const struct number_setting numbers[] = {
        {FreeRDP_RedirectedSessionId, request->profile.redirected_session},
        {FreeRDP_ColorDepth, depths[level[FACTOR_COLOR_DEPTH]]},
        // FreeRDP's own default leaves the type to a detection that it does not offer.
        {FreeRDP_ConnectionType, autodetect ? CONNECTION_TYPE_AUTODETECT : CONNECTION_TYPE_LAN},
        {FreeRDP_MultitransportFlags,
         multitransport ? TRANSPORT_TYPE_UDP_FECR | TRANSPORT_TYPE_UDP_FECL | TRANSPORT_TYPE_UDP_PREFERRED : 0},
    };
    if (level[FACTOR_CLIENT_NAME] == CLIENT_NAME_GIVEN &&
        !freerdp_settings_set_string(settings, FreeRDP_ClientHostname, request->profile.operand[FACTOR_CLIENT_NAME]))
        return false;
    return apply_flags(settings, flags, COUNT(flags)) && apply_numbers(settings, numbers, COUNT(numbers));
}

static bool apply_quiet(struct connection *connection)
{
    // Nothing is drawn and no channel is loaded, unless a picture is wanted; nothing is asked that costs a round trip.
    const bool picture = picture_wanted(connection->request), pipeline = picture_by_pipeline(connection->request);
    const struct flag_setting flags[] = {
        {FreeRDP_DeactivateClientDecoding, !picture},
        {FreeRDP_SoftwareGdi, true},
        {FreeRDP_SupportHeartbeatPdu, false},
        {FreeRDP_SupportDynamicChannels, pipeline},
        {FreeRDP_CompressionEnabled, false},
        {FreeRDP_AutoReconnectionEnabled, false},
        {FreeRDP_AudioPlayback, false},
        {FreeRDP_AudioCapture, false},
        {FreeRDP_RedirectDrives, false},
        {FreeRDP_RedirectClipboard, false},
        {FreeRDP_DeviceRedirection, false},
        {FreeRDP_LogonNotify, true},
        // Otherwise a session ends at an order that was not announced, as xrdp's colour tables at 8 bits per pixel.
        {FreeRDP_AllowUnanouncedOrdersFromServer, true},
        // All in one thread: what is drawn is looked at between two PDUs.
        {FreeRDP_SynchronousStaticChannels, true},
        {FreeRDP_SynchronousDynamicChannels, true},
        // Not every FreeRDP has a decoder for it, and a server must do without.
        {FreeRDP_GfxH264, false},
        {FreeRDP_GfxAVC444, false},
        {FreeRDP_GfxAVC444v2, false},
    };
    return apply_flags(connection->context.settings, flags, COUNT(flags));
}

bool settings_apply(struct connection *connection)
{
    const struct connection_request *request = connection->request;
    rdpSettings *settings = connection->context.settings;
    // FreeRDP's own time-outs must lie beyond the deadline: the parent decides, and knows the phase.
    const uint32_t beyond = request->profile.deadline_ms + 60000;
    const struct text_setting texts[] = {
        {FreeRDP_ServerHostname, connection->sockets.presented},
        {FreeRDP_ConfigPath, request->config_path},
    };
    const struct number_setting numbers[] = {
        {FreeRDP_ServerPort, request->profile.target.port},
        {FreeRDP_TcpConnectTimeout, beyond},
        {FreeRDP_TcpAckTimeout, beyond},
        {FreeRDP_DesktopWidth, 1024},
        {FreeRDP_DesktopHeight, 768},
        {FreeRDP_AutoReconnectMaxRetries, 0},
        {FreeRDP_ThreadingFlags, THREADING_FLAGS_DISABLE_THREADS},
    };
    const struct flag_setting flags[] = {
        {FreeRDP_AuthenticationOnly, false},    {FreeRDP_CredentialsFromStdin, false},
        {FreeRDP_AutoAcceptCertificate, false}, {FreeRDP_IgnoreCertificate, false},
        {FreeRDP_OldLicenseBehaviour, false},
    };
    return apply_quiet(connection) && apply_texts(settings, texts, COUNT(texts)) &&
           apply_numbers(settings, numbers, COUNT(numbers)) && apply_flags(settings, flags, COUNT(flags)) &&
           apply_security(connection) && apply_tls(connection) && apply_credentials(connection) &&
           apply_gateway(connection) && apply_routing(connection) && apply_client(connection);
}
