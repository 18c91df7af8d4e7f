// SPDX-License-Identifier: Apache-2.0
#include "import/baseline_setting.h"

#include <string.h>
#include <strings.h>

#include "connection/factor_settings.h"

#define NO_FACTOR  (-1)
#define TAKEN      BASELINE_TAKEN
#define OVERRIDDEN BASELINE_OVERRIDDEN

static const char own_time[] = "--deadline limits a trial";
static const char own_certificate[] = "certificates are reported; --cert-policy require makes them count";
static const char no_proxy[] = "a trial takes no proxy";

// Settings of no factor that are taken; of all others, those that the probe sets itself. Factors have theirs in
// connection/factors/. Whatever is in no row is of the session's looks, and not used.
static const struct baseline_setting others[] = {
    {"ServerHostname", TAKEN, NO_FACTOR, NULL, NULL},
    {"ServerPort", TAKEN, NO_FACTOR, NULL, NULL},
    {"Username", TAKEN, NO_FACTOR, NULL, NULL},
    {"Domain", TAKEN, NO_FACTOR, NULL, NULL},
    {"Password", TAKEN, NO_FACTOR, NULL, NULL},
    {"GatewayHostname", TAKEN, NO_FACTOR, NULL, NULL},
    {"GatewayPort", TAKEN, NO_FACTOR, NULL, NULL},
    {"GatewayUsername", TAKEN, NO_FACTOR, NULL, NULL},
    {"GatewayDomain", TAKEN, NO_FACTOR, NULL, NULL},
    {"GatewayPassword", TAKEN, NO_FACTOR, NULL, NULL},
    {"GatewayAccessToken", TAKEN, NO_FACTOR, NULL, NULL},
    {"GatewayHttpExtAuthBearer", TAKEN, NO_FACTOR, NULL, NULL},
    {"GatewayUseSameCredentials", TAKEN, NO_FACTOR, NULL, NULL},
    {"AuthenticationLevel", TAKEN, NO_FACTOR, NULL, "1 is as --cert-policy require, all else as report"},
    {"AutoDenyCertificate", TAKEN, NO_FACTOR, NULL, "as --cert-policy require"},

    {"TcpConnectTimeout", OVERRIDDEN, NO_FACTOR, NULL, own_time},
    {"TcpAckTimeout", OVERRIDDEN, NO_FACTOR, NULL, own_time},
    {"AutoReconnectionEnabled", OVERRIDDEN, NO_FACTOR, NULL, "a trial is one connection"},
    {"AutoReconnectMaxRetries", OVERRIDDEN, NO_FACTOR, NULL, "a trial is one connection"},
    {"IgnoreCertificate", OVERRIDDEN, NO_FACTOR, NULL, own_certificate},
    {"AutoAcceptCertificate", OVERRIDDEN, NO_FACTOR, NULL, own_certificate},
    {"CertificateAcceptedFingerprints", OVERRIDDEN, NO_FACTOR, NULL, own_certificate},
    {"CertificateName", OVERRIDDEN, NO_FACTOR, NULL, own_certificate},
    {"ConfigPath", OVERRIDDEN, NO_FACTOR, NULL, "a trial has a scratch directory of its own"},
    {"AuthenticationOnly", OVERRIDDEN, NO_FACTOR, NULL, "--until says where a trial ends"},
    {"PromptForCredentials", OVERRIDDEN, NO_FACTOR, NULL, "a trial asks nobody"},
    {"CredentialsFromStdin", OVERRIDDEN, NO_FACTOR, NULL, "a trial asks nobody"},
    {"SupportHeartbeatPdu", OVERRIDDEN, NO_FACTOR, NULL, "never offered"},
    {"CompressionEnabled", OVERRIDDEN, NO_FACTOR, NULL, "never offered"},
    {"DesktopWidth", OVERRIDDEN, NO_FACTOR, NULL, "always 1024"},
    {"DesktopHeight", OVERRIDDEN, NO_FACTOR, NULL, "always 768"},
    {"LogonNotify", OVERRIDDEN, NO_FACTOR, NULL, "always asked for"},
    {"SoftwareGdi", OVERRIDDEN, NO_FACTOR, NULL, "always on"},
    {"ProxyType", OVERRIDDEN, NO_FACTOR, NULL, no_proxy},
    {"ProxyHostname", OVERRIDDEN, NO_FACTOR, NULL, no_proxy},
    {"ProxyPort", OVERRIDDEN, NO_FACTOR, NULL, no_proxy},
    {"ProxyUsername", OVERRIDDEN, NO_FACTOR, NULL, no_proxy},
    {"ProxyPassword", OVERRIDDEN, NO_FACTOR, NULL, no_proxy},
    {"SendPreconnectionPdu", BASELINE_UNUSED, NO_FACTOR, NULL, "the probe sends no preconnection PDU"},
    {"PreconnectionBlob", BASELINE_UNUSED, NO_FACTOR, NULL, "the probe sends no preconnection PDU"},
    {"PreconnectionId", BASELINE_UNUSED, NO_FACTOR, NULL, "the probe sends no preconnection PDU"},
    {"RemoteApplicationMode", BASELINE_UNUSED, NO_FACTOR, NULL, "the probe asks for a desktop"},
};

static const char nothing[] = "FreeRDP reads it and does nothing with it";

// As client/common/file.c of FreeRDP has them.
static const struct rdp_key keys[] = {
    {"full address", "ServerHostname", NULL},
    {"alternate full address", "ServerHostname", NULL},
    {"server port", "ServerPort", NULL},
    {"username", "Username", NULL},
    {"domain", "Domain", NULL},
    {"password", "Password", NULL},
    {"password 51", "", "only Windows, on the machine that wrote it, can read it"},
    {"gatewayhostname", "GatewayHostname", NULL},
    {"gatewayusagemethod", "GatewayUsageMethod", NULL},
    {"gatewayprofileusagemethod", "", nothing},
    {"gatewaycredentialssource", "", "FreeRDP does nothing with it; the gateway gets a password or a token"},
    {"gatewayaccesstoken", "GatewayAccessToken", NULL},
    {"promptcredentialonce", "GatewayUseSameCredentials", NULL},
    {"prompt for credentials", "PromptForCredentials", NULL},
    {"loadbalanceinfo", "LoadBalanceInfo", NULL},
    {"use redirection server name", "", nothing},
    {"enablecredsspsupport", "NlaSecurity", NULL},
    {"negotiate security layer", "NegotiateSecurityLayer", NULL},
    {"enablerdsaadauth", "AadSecurity", NULL},
    {"authentication level", "AuthenticationLevel", NULL},
    {"administrative session", "ConsoleSession", NULL},
    {"connect to console", "ConsoleSession", NULL},
    {"session bpp", "ColorDepth", NULL},
    {"networkautodetect", "NetworkAutoDetect", NULL},
    {"bandwidthautodetect", "NetworkAutoDetect", NULL},
    {"connection type", "ConnectionType", NULL},
    {"redirectclipboard", "RedirectClipboard", NULL},
    {"redirectdrives", "RedirectDrives", NULL},
    {"drivestoredirect", "DrivesToRedirect", NULL},
    {"redirectprinters", "RedirectPrinters", NULL},
    {"redirectsmartcards", "RedirectSmartCards", NULL},
    {"redirectcomports", "RedirectSerialPorts", NULL},
    {"redirectposdevices", "", NULL},
    {"devicestoredirect", "DeviceRedirection", NULL},
    {"redirectwebauthn", "RedirectWebAuthN", NULL},
    {"redirectlocation", "", NULL},
    {"redirectdirectx", "", NULL},
    {"usbdevicestoredirect", "", NULL},
    {"camerastoredirect", "", NULL},
    {"disableprinterredirection", "", nothing},
    {"disableclipboardredirection", "", nothing},
    {"audiomode", "AudioPlayback", NULL},
    {"audiocapturemode", "AudioCapture", NULL},
    {"audioqualitymode", "", NULL},
    {"autoreconnection enabled", "AutoReconnectionEnabled", NULL},
    {"autoreconnect max retries", "AutoReconnectMaxRetries", NULL},
    {"compression", "CompressionEnabled", NULL},
    {"desktopwidth", "DesktopWidth", NULL},
    {"desktopheight", "DesktopHeight", NULL},
    {"desktop size id", "DesktopWidth", NULL},
    {"screen mode id", "Fullscreen", NULL},
    {"smart sizing", "SmartSizing", NULL},
    {"use multimon", "UseMultimon", NULL},
    {"span monitors", "SpanMonitors", NULL},
    {"selectedmonitors", "", NULL},
    {"dynamic resolution", "DynamicResolutionUpdate", NULL},
    {"desktopscalefactor", "DesktopScaleFactor", NULL},
    {"maximizetocurrentdisplays", "", NULL},
    {"singlemoninwindowedmode", "", NULL},
    {"enablesuperpan", "", NULL},
    {"superpanaccelerationfactor", "", NULL},
    {"keyboardhook", "KeyboardHook", NULL},
    {"disable ctrl+alt+del", "", NULL},
    {"videoplaybackmode", "SupportVideoOptimized", NULL},
    {"encode redirected video capture", "", NULL},
    {"redirected video capture encoding quality", "", NULL},
    {"pinconnectionbar", "", NULL},
    {"displayconnectionbar", "", NULL},
    {"workspaceid", "", NULL},
    {"enableworkspacereconnect", "", NULL},
    {"disable wallpaper", "DisableWallpaper", NULL},
    {"allow font smoothing", "AllowFontSmoothing", NULL},
    {"allow desktop composition", "AllowDesktopComposition", NULL},
    {"disable full window drag", "DisableFullWindowDrag", NULL},
    {"disable menu anims", "DisableMenuAnims", NULL},
    {"disable themes", "DisableThemes", NULL},
    {"disable cursor setting", "", NULL},
    {"bitmapcachesize", "", NULL},
    {"bitmapcachepersistenable", "BitmapCachePersistEnabled", NULL},
    {"public mode", "", NULL},
    {"remoteapplicationmode", "RemoteApplicationMode", NULL},
    {"remoteapplicationname", "RemoteApplicationName", NULL},
    {"remoteapplicationicon", "RemoteApplicationIcon", NULL},
    {"remoteapplicationprogram", "RemoteApplicationProgram", NULL},
    {"remoteapplicationfile", "RemoteApplicationFile", NULL},
    {"remoteapplicationguid", "RemoteApplicationGuid", NULL},
    {"remoteapplicationcmdline", "RemoteApplicationCmdLine", NULL},
    {"remoteapplicationexpandcmdline", "", NULL},
    {"remoteapplicationexpandworkingdir", "", NULL},
    {"disableconnectionsharing", "", NULL},
    {"disableremoteappcapscheck", "DisableRemoteAppCapsCheck", NULL},
    {"alternate shell", "AlternateShell", NULL},
    {"shell working directory", "ShellWorkingDirectory", NULL},
    {"resourceprovider", "GatewayArmTransport", NULL},
    {"wvd endpoint pool", "GatewayAvdWvdEndpointPool", NULL},
    {"geo", "GatewayAvdGeo", NULL},
    {"armpath", "GatewayAvdArmpath", NULL},
    {"aadtenantid", "GatewayAvdAadtenantid", NULL},
    {"diagnosticserviceurl", "GatewayAvdDiagnosticserviceurl", NULL},
    {"hubdiscoverygeourl", "GatewayAvdHubdiscoverygeourl", NULL},
    {"activityhint", "GatewayAvdActivityhint", NULL},
    {"endpointfedauth", "", "secret of Azure Virtual Desktop"},
    {"winposstr", "", NULL},
    {"pcb", "PreconnectionBlob", NULL},
    {"kdcproxyname", "KerberosKdcUrl", NULL},
    {"rdgiskdcproxy", "KerberosRdgIsProxy", NULL},
    {"signscope", "", "the file is signed; nobody checks the signature here"},
    {"signature", "", "the file is signed; nobody checks the signature here"},
};

enum { SETTINGS_MAX = 256 };

// Those of the factors, then the others.
static size_t collect(struct baseline_setting rows[SETTINGS_MAX])
{
    size_t count = 0;
    for (int f = 0; f < FACTOR_COUNT; f++) {
        const struct factor_setting *setting = factor_settings((enum factor)f)->settings;
        for (; setting && setting->name && count < SETTINGS_MAX; setting++)
            rows[count++] = (struct baseline_setting){.name = setting->name,
                                                      .use = setting->overridden ? OVERRIDDEN : TAKEN,
                                                      .factor = setting->overridden ? NO_FACTOR : f,
                                                      .argument = setting->argument,
                                                      .why = setting->why};
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0] && count < SETTINGS_MAX; i++)
        rows[count++] = others[i];
    return count;
}

const struct baseline_setting *baseline_settings(size_t *count)
{
    static struct baseline_setting rows[SETTINGS_MAX];
    static size_t collected;
    if (!collected)
        collected = collect(rows);
    *count = collected;
    return rows;
}

const struct baseline_setting *baseline_setting(const char *name)
{
    size_t count;
    const struct baseline_setting *rows = baseline_settings(&count);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    }
    return NULL;
}

const struct rdp_key *rdp_key(const char *name)
{
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (strcasecmp(keys[i].name, name) == 0)
            return &keys[i];
    }
    return NULL;
}

bool baseline_setting_is_secret(const char *name)
{
    static const char *const parts[] = {"password",   "token", "hash", "secret",  "cookie",   "bearer",
                                        "privatekey", "pin",   "pass", "fedauth", "signature"};
    if (strcmp(name, "PasswordIsSmartcardPin") == 0 || strcasestr(name, "mapping") || strcasestr(name, "spinning"))
        return false;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        if (strcasestr(name, parts[i]))
            return true;
    }
    return false;
}
