// SPDX-License-Identifier: Apache-2.0
#include "connection/settings.h"

#include "connection/applying.h"
#include "connection/picture/picture.h"

static struct applying applying_of(struct connection *connection)
{
    return (struct applying){.settings = connection->context.settings,
                             .profile = &connection->request->profile,
                             .at_challenge = connection->request->at_challenge};
}

bool settings_before_target_tls(struct connection *connection)
{
    struct applying applying = applying_of(connection);
    return factors_before_target_tls(&applying);
}

static bool apply_password(struct connection *connection)
{
    const struct connection_request *request = connection->request;
    // Without NLA the password goes out in Client Info, where nobody proves that it was right: only on request.
    const char *password = profile_secret(&request->profile, PROFILE_PASSWORD);
    bool sent = password[0] && !request->at_challenge && (connection->trace.nla || request->profile.autologon);
    return freerdp_settings_set_string(connection->context.settings, FreeRDP_Password, sent ? password : NULL);
}

static bool apply_quiet(struct applying *applying, const struct connection_request *request)
{
    // Nothing is drawn and no channel is loaded, unless a picture is wanted; nothing is asked that costs a round trip.
    const bool picture = picture_wanted(request), pipeline = picture_by_pipeline(request);
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
    return apply_flags(applying, flags, COUNT(flags));
}

bool settings_apply(struct connection *connection)
{
    const struct connection_request *request = connection->request;
    struct applying applying = applying_of(connection);
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
        {FreeRDP_RedirectedSessionId, request->profile.redirected_session},
        {FreeRDP_ThreadingFlags, THREADING_FLAGS_DISABLE_THREADS},
    };
    const struct flag_setting flags[] = {
        {FreeRDP_AuthenticationOnly, false},    {FreeRDP_CredentialsFromStdin, false},
        {FreeRDP_AutoAcceptCertificate, false}, {FreeRDP_IgnoreCertificate, false},
        {FreeRDP_OldLicenseBehaviour, false},   {FreeRDP_ExternalCertificateManagement, true},
        {FreeRDP_SupportStatusInfoPdu, true},
    };
    return apply_quiet(&applying, request) && apply_texts(&applying, texts, COUNT(texts)) &&
           apply_numbers(&applying, numbers, COUNT(numbers)) && apply_flags(&applying, flags, COUNT(flags)) &&
           apply_password(connection) && factors_apply(&applying);
}

void settings_answer_autodetect(struct connection *connection)
{
    rdpSettings *settings = connection->context.settings;
    if (!freerdp_settings_get_bool(settings, FreeRDP_NetworkAutoDetect))
        (void)freerdp_settings_set_bool(settings, FreeRDP_NetworkAutoDetect, TRUE);
}
