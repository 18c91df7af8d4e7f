// SPDX-License-Identifier: Apache-2.0
#include "analysis/cause_signs.h"

#include <math.h>
#include <string.h>

#include "knowledge/codes.h"
#include "trial/effect.h"

// Five minutes: what Kerberos tolerates, and far from what any licence is about.
static const double skew_most = 300;
static const double prompt_ms = 1000;
enum { CREDSSP_WITH_REMEDIATION = 5 }; // CVE-2018-0886, MS-CSSP 2.2.1

static bool is(const struct trial *trial, enum family family)
{
    return trial->outcome.family == family;
}

static bool code_in(const struct trial *trial, enum family family, uint32_t first, uint32_t last)
{
    return is(trial, family) && trial->outcome.code >= first && trial->outcome.code <= last;
}

static bool code_is(const struct trial *trial, enum family family, uint32_t code)
{
    return code_in(trial, family, code, code);
}

// ---- what the failure is ----

static bool errinfo_seen(const struct trial *trial)
{
    return is(trial, FAMILY_ERRINFO);
}

static bool errinfo_denied(const struct trial *trial)
{
    return code_is(trial, FAMILY_ERRINFO, ERRINFO_CODE_SERVER_DENIED);
}

static bool errinfo_privileges(const struct trial *trial)
{
    return code_is(trial, FAMILY_ERRINFO, ERRINFO_CODE_INSUFFICIENT_PRIVILEGES);
}

static bool errinfo_time_limit(const struct trial *trial)
{
    return code_in(trial, FAMILY_ERRINFO, ERRINFO_CODE_IDLE_TIMEOUT, ERRINFO_CODE_LOGON_TIMEOUT);
}

static bool errinfo_display(const struct trial *trial)
{
    return code_in(trial, FAMILY_ERRINFO, ERRINFO_CODE_DRIVER_NOT_READY, ERRINFO_CODE_DRIVER_IFACE_FAILURE) ||
           code_in(trial, FAMILY_ERRINFO, ERRINFO_CODE_GRAPHICS_MODE, ERRINFO_CODE_GRAPHICS_FAILED);
}

static bool errinfo_client_license(const struct trial *trial)
{
    return code_in(trial, FAMILY_ERRINFO, ERRINFO_CODE_LICENSE_BAD_CLIENT_MSG,
                   ERRINFO_CODE_LICENSE_BAD_CLIENT_LICENSE) ||
           code_is(trial, FAMILY_ERRINFO, ERRINFO_CODE_LICENSE_BAD_CLIENT_ENCRYPTION);
}

static bool errinfo_hardware_id(const struct trial *trial)
{
    return code_is(trial, FAMILY_ERRINFO, ERRINFO_CODE_LICENSE_HWID);
}

static bool errinfo_broker(const struct trial *trial)
{
    return code_in(trial, FAMILY_ERRINFO, ERRINFO_CODE_BROKER_FIRST, ERRINFO_CODE_BROKER_LAST);
}

static bool errinfo_client_features(const struct trial *trial)
{
    return code_is(trial, FAMILY_ERRINFO, ERRINFO_CODE_BAD_CAPABILITIES) ||
           code_is(trial, FAMILY_ERRINFO, ERRINFO_CODE_GRAPHICS_MODE);
}

static bool errinfo_encryption(const struct trial *trial)
{
    return code_is(trial, FAMILY_ERRINFO, ERRINFO_CODE_ENCRYPTION_MISMATCH);
}

static bool dns_failed(const struct trial *trial)
{
    return is(trial, FAMILY_DNS);
}

// The symbol of the errno that connect() ended with.
static bool connect_failed_with(const struct trial *trial, const char *name)
{
    return is(trial, FAMILY_TCP) && strcmp(trial->outcome.name, name) == 0;
}

static bool tcp_failed(const struct trial *trial)
{
    return is(trial, FAMILY_TCP) || (is(trial, FAMILY_TIMEOUT) && trial->outcome.phase == PHASE_TCP);
}

static bool tcp_refused(const struct trial *trial)
{
    return connect_failed_with(trial, "ECONNREFUSED");
}

static bool tcp_silent(const struct trial *trial)
{
    return tcp_failed(trial) && (is(trial, FAMILY_TIMEOUT) || connect_failed_with(trial, "ETIMEDOUT"));
}

static bool no_confirm(const struct trial *trial)
{
    return is(trial, FAMILY_TIMEOUT) && trial->outcome.phase == PHASE_NEGOTIATE;
}

static bool gateway_word_is(const struct trial *trial, uint32_t word)
{
    return is(trial, FAMILY_GATEWAY) && gateway_code_word(trial->outcome.code) == word;
}

static bool gateway_certificate_rejected(const struct trial *trial)
{
    return is(trial, FAMILY_LOCAL) && trial->outcome.phase == PHASE_GATEWAY &&
           strcmp(trial->outcome.name, "CERTIFICATE_REJECTED") == 0;
}

static bool gateway_tls_failed(const struct trial *trial)
{
    return (is(trial, FAMILY_TLS) && trial->outcome.phase == PHASE_GATEWAY) || gateway_certificate_rejected(trial) ||
           gateway_word_is(trial, GATEWAY_NOCERTAVAILABLE);
}

static bool gateway_connect_failed(const struct trial *trial)
{
    return gateway_word_is(trial, GATEWAY_TS_CONNECTFAILED);
}

static bool gateway_answered(const struct trial *trial)
{
    return is(trial, FAMILY_GATEWAY) && trial->outcome.code != 0 && !gateway_word_is(trial, GATEWAY_NOCERTAVAILABLE);
}

static bool security_protocol_refused(const struct trial *trial)
{
    return code_is(trial, FAMILY_NEGOTIATION, NEGOTIATION_SSL_REQUIRED) ||
           code_is(trial, FAMILY_NEGOTIATION, NEGOTIATION_SSL_NOT_ALLOWED) ||
           code_is(trial, FAMILY_NEGOTIATION, NEGOTIATION_HYBRID_REQUIRED);
}

static bool no_server_certificate(const struct trial *trial)
{
    return code_is(trial, FAMILY_NEGOTIATION, NEGOTIATION_SSL_CERT_NOT_ON_SERVER);
}

static bool tls_failed(const struct trial *trial)
{
    return is(trial, FAMILY_TLS) && trial->outcome.phase == PHASE_TLS;
}

static bool tls_version_refused(const struct trial *trial)
{
    return tls_failed(trial) && trial->outcome.code == ALERT_PROTOCOL_VERSION;
}

static bool tls_cipher_refused(const struct trial *trial)
{
    return tls_failed(trial) &&
           (trial->outcome.code == ALERT_HANDSHAKE_FAILURE || trial->outcome.code == ALERT_INSUFFICIENT);
}

// This machine's own trouble, or silence, is no end that the server made of NLA.
static bool nla_failed(const struct trial *trial)
{
    return trial->outcome.phase == PHASE_NLA && !is(trial, FAMILY_LOCAL) && !is(trial, FAMILY_CRASH) &&
           !is(trial, FAMILY_TIMEOUT);
}

// HTTP 401 for another reason than the password.
static bool gateway_judged_no_password(const struct trial *trial)
{
    static const char *const names[] = {GATEWAY_ACCOUNT_RESTRICTED, GATEWAY_NO_COMMON_SCHEME, GATEWAY_LOGON_NOT_BEGUN};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(trial->outcome.name, names[i]) == 0)
            return true;
    }
    return false;
}

static bool refused_by(const struct trial *trial, enum credssp_refusal refusal)
{
    return is(trial, FAMILY_CREDSSP) && credssp_refusal_of(trial->outcome.code) == refusal;
}

// By Kerberos another restriction than that of NTLM would be meant.
static bool ntlm_barred(const struct trial *trial)
{
    bool by_kerberos = strcmp(fact_text(trial->facts, FACT_CREDSSP_MECHANISM, ""), "Kerberos") == 0;
    bool at_gateway = is(trial, FAMILY_GATEWAY) && strcmp(trial->outcome.name, GATEWAY_ACCOUNT_RESTRICTED) == 0;
    return (refused_by(trial, REFUSAL_NTLM) || refused_by(trial, REFUSAL_RESTRICTED_ACCOUNT) || at_gateway) &&
           !by_kerberos;
}

static bool domain_trust_failed(const struct trial *trial)
{
    return refused_by(trial, REFUSAL_DOMAIN_TRUST);
}

static bool service_name_wrong(const struct trial *trial)
{
    return refused_by(trial, REFUSAL_SERVICE_NAME);
}

static bool channel_bindings_wrong(const struct trial *trial)
{
    return refused_by(trial, REFUSAL_CHANNEL_BINDINGS);
}

// The alert access_denied stands for a failed logon (MS-RDPBCGR 5.4.5.2.2).
static bool logon_refused(const struct trial *trial)
{
    return (is(trial, FAMILY_CREDSSP) && credssp_on_password(trial->outcome.code) == PASSWORD_WRONG) ||
           (nla_failed(trial) && code_is(trial, FAMILY_TLS, ALERT_ACCESS_DENIED)) ||
           code_is(trial, FAMILY_LOGON, LOGON_DATA_BAD_PASSWORD) ||
           (code_is(trial, FAMILY_GATEWAY, HTTP_ANSWER_DENIED) && !gateway_judged_no_password(trial)) ||
           code_is(trial, FAMILY_GATEWAY, SECURITY_LOGON_DENIED) ||
           gateway_word_is(trial, GATEWAY_COOKIE_ACCESS_DENIED) || gateway_word_is(trial, GATEWAY_REAUTH_AUTHN_FAILED);
}

static bool nla_cut_off(const struct trial *trial)
{
    bool answered = is(trial, FAMILY_CREDSSP) && trial->outcome.code && trial->outcome.code != NTSTATUS_NOT_SUPPORTED;
    return nla_failed(trial) && !answered && !logon_refused(trial) && !is(trial, FAMILY_AUTHORIZATION);
}

static bool account_state(const struct trial *trial)
{
    return (is(trial, FAMILY_CREDSSP) && credssp_is_account_state(trial->outcome.code)) ||
           code_is(trial, FAMILY_LOGON, LOGON_DATA_UPDATE_PASSWORD);
}

static bool logon_right_missing(const struct trial *trial)
{
    return code_is(trial, FAMILY_CREDSSP, NTSTATUS_LOGON_TYPE_NOT_GRANTED) ||
           code_is(trial, FAMILY_AUTHORIZATION, AUTHORIZATION_DENIED) ||
           (is(trial, FAMILY_LOGON) &&
            strcmp(fact_text(trial->facts, FACT_LOGON_NOTIFICATION, ""), "LOGON_MSG_NO_PERMISSION") == 0);
}

static bool domain_controller_missing(const struct trial *trial)
{
    return refused_by(trial, REFUSAL_NO_AUTHORITY);
}

static bool license_refused(const struct trial *trial)
{
    return code_is(trial, FAMILY_LICENSING, LICENSING_INVALID_MAC) ||
           code_is(trial, FAMILY_LICENSING, LICENSING_INVALID_CLIENT);
}

static bool session_choice(const struct trial *trial)
{
    const char *notification = fact_text(trial->facts, FACT_LOGON_NOTIFICATION, "");
    return strcmp(notification, "LOGON_MSG_BUMP_OPTIONS") == 0 ||
           strcmp(notification, "LOGON_MSG_RECONNECT_OPTIONS") == 0;
}

// ---- how far the connection came ----

static bool server_answered(const struct trial *trial)
{
    return trial->outcome.phase > PHASE_NEGOTIATE || is(trial, FAMILY_NEGOTIATION);
}

// An alert can follow what the client took for the end of the handshake (TLS 1.3).
static bool tls_passed(const struct trial *trial)
{
    return trial->outcome.phase > PHASE_TLS && !is(trial, FAMILY_TLS);
}

// In phase mcs itself the server may still be refusing the credentials that NLA ended with.
static bool mcs_passed(const struct trial *trial)
{
    return trial->outcome.phase > PHASE_MCS || is(trial, FAMILY_ERRINFO);
}

static bool before_licensing(const struct trial *trial)
{
    return trial->outcome.phase <= PHASE_LICENSING && !fact_get(trial->facts, FACT_LICENSING_MESSAGES);
}

static bool before_capabilities(const struct trial *trial)
{
    return trial->outcome.phase < PHASE_CAPABILITIES;
}

static bool errinfo_prompt(const struct trial *trial)
{
    return errinfo_seen(trial) && fact_real(trial->facts, FACT_ERRINFO_AFTER, prompt_ms + 1) <= prompt_ms;
}

// ---- under which circumstances ----

static bool without_nla(const struct trial *trial)
{
    return trial->variant.level[FACTOR_SECURITY] != SECURITY_NLA;
}

static bool errinfo_before_auth(const struct trial *trial)
{
    return errinfo_seen(trial) && without_nla(trial) && trial->logons == 0;
}

static bool nla_passed(const struct trial *trial)
{
    return !without_nla(trial) && trial->logons > 0 && mcs_passed(trial);
}

static bool direct(const struct trial *trial)
{
    return trial->variant.level[FACTOR_GATEWAY] == GATEWAY_OFF;
}

static bool without_redirection(const struct trial *trial)
{
    return trial->variant.level[FACTOR_REDIRECTION] == REDIRECTION_OFF &&
           factor_effect(FACTOR_REDIRECTION, trial) == EFFECT_YES;
}

static bool without_license(const struct trial *trial)
{
    return trial->variant.level[FACTOR_LICENSE] == LICENSE_CLEAR && factor_effect(FACTOR_LICENSE, trial) != EFFECT_NO;
}

static bool gateway_logon_passed(const struct trial *trial)
{
    return gateway_answered(trial) && trial->outcome.phase == PHASE_GATEWAY &&
           strcmp(fact_text(trial->facts, FACT_GATEWAY_CREDENTIALS, ""), "verified") == 0;
}

static bool tunnel_made(const struct trial *trial)
{
    return fact_get(trial->facts, FACT_GATEWAY_TRANSPORT) && trial->outcome.phase > PHASE_GATEWAY;
}

static bool tunnel_possible(const struct trial *trial)
{
    return fact_get(trial->facts, FACT_GATEWAY_TRANSPORT) != NULL;
}

static bool middlebox(const struct trial *trial)
{
    return fact_boolean(trial->facts, FACT_NEGOTIATION_MIDDLEBOX, false);
}

// ---- what the server is ----

static bool valid_client_at_once(const struct trial *trial)
{
    return strcmp(fact_text(trial->facts, FACT_LICENSING_ROLE, ""), "valid-client") == 0;
}

static bool credssp_current(const struct trial *trial)
{
    return fact_integer(trial->facts, FACT_CREDSSP_VERSION, 0) >= CREDSSP_WITH_REMEDIATION;
}

static bool credssp_old(const struct trial *trial)
{
    return !credssp_current(trial);
}

static bool certificate_expired(const struct trial *trial)
{
    return fact_integer(trial->facts, FACT_CERTIFICATE_DAYS_LEFT, 0) < 0;
}

static bool certificate_valid(const struct trial *trial)
{
    return !certificate_expired(trial);
}

static bool clock_right(const struct trial *trial)
{
    return fabs(fact_real(trial->facts, FACT_CLOCK_SKEW, 0)) <= skew_most;
}

static bool clock_wrong(const struct trial *trial)
{
    return !clock_right(trial);
}

static const struct sign signs[] = {
    {EVIDENCE_ERRINFO_SEEN, errinfo_seen, EVERY_FAILURE, {FACT_ERRINFO_CODE, FACT_ERRINFO_PHASE}, 2},
    {EVIDENCE_ERRINFO_DENIED, errinfo_denied, EVERY_FAILURE, {FACT_ERRINFO_CODE}, 1},
    {EVIDENCE_ERRINFO_PRIVILEGES, errinfo_privileges, EVERY_FAILURE, {FACT_ERRINFO_CODE}, 1},
    {EVIDENCE_ERRINFO_TIME_LIMIT, errinfo_time_limit, EVERY_FAILURE, {FACT_ERRINFO_CODE}, 1},
    {EVIDENCE_ERRINFO_DISPLAY, errinfo_display, EVERY_FAILURE, {FACT_ERRINFO_CODE}, 1},
    {EVIDENCE_ERRINFO_CLIENT_LICENSE, errinfo_client_license, EVERY_FAILURE, {FACT_ERRINFO_CODE}, 1},
    {EVIDENCE_ERRINFO_HARDWARE_ID, errinfo_hardware_id, EVERY_FAILURE, {FACT_ERRINFO_CODE}, 1},
    {EVIDENCE_ERRINFO_BROKER, errinfo_broker, EVERY_FAILURE, {FACT_ERRINFO_CODE}, 1},
    {EVIDENCE_ERRINFO_CLIENT_FEATURES, errinfo_client_features, EVERY_FAILURE, {FACT_ERRINFO_CODE}, 1},
    {EVIDENCE_ERRINFO_ENCRYPTION, errinfo_encryption, EVERY_FAILURE, {FACT_ERRINFO_CODE}, 1},
    {EVIDENCE_DNS_FAILED, dns_failed, EVERY_FAILURE, {FACT_ADDRESS_ASKED}, 1},
    {EVIDENCE_TCP_FAILED, tcp_failed, EVERY_FAILURE, {FACT_ADDRESS_FAILED}, 1},
    {EVIDENCE_TCP_SILENT, tcp_silent, EVERY_FAILURE, {FACT_ADDRESS_FAILED}, 1},
    {EVIDENCE_TCP_REFUSED, tcp_refused, EVERY_FAILURE, {FACT_ADDRESS_FAILED}, 1},
    {EVIDENCE_NO_CONFIRM, no_confirm, EVERY_FAILURE, {FACT_ADDRESS_USED}, 1},
    {EVIDENCE_GATEWAY_TLS_FAILED,
     gateway_tls_failed,
     EVERY_FAILURE,
     {FACT_GATEWAY_TLS_ALERT_RECEIVED, FACT_GATEWAY_CERTIFICATE_VERIFICATION,
      FACT_GATEWAY_CERTIFICATE_NAME_VERIFICATION},
     3},
    {EVIDENCE_GATEWAY_CONNECT_FAILED, gateway_connect_failed, EVERY_FAILURE, {FACT_ADDRESS_PRESENTED}, 1},
    {EVIDENCE_SECURITY_PROTOCOL_REFUSED, security_protocol_refused, EVERY_FAILURE, {FACT_NEGOTIATION_FAILURE}, 1},
    {EVIDENCE_NO_SERVER_CERTIFICATE, no_server_certificate, EVERY_FAILURE, {FACT_NEGOTIATION_FAILURE}, 1},
    {EVIDENCE_TLS_FAILED, tls_failed, EVERY_FAILURE, {FACT_TLS_ALERT_RECEIVED, FACT_TLS_ALERT_SENT}, 2},
    {EVIDENCE_TLS_VERSION_REFUSED,
     tls_version_refused,
     EVERY_FAILURE,
     {FACT_TLS_ALERT_RECEIVED, FACT_TLS_ALERT_SENT},
     2},
    {EVIDENCE_TLS_CIPHER_REFUSED, tls_cipher_refused, EVERY_FAILURE, {FACT_TLS_ALERT_RECEIVED, FACT_TLS_ALERT_SENT}, 2},
    {EVIDENCE_NLA_FAILED, nla_failed, EVERY_FAILURE, {FACT_CREDSSP_NTSTATUS, FACT_TLS_ENDED_WITH}, 2},
    {EVIDENCE_NLA_CUT_OFF, nla_cut_off, EVERY_FAILURE, {FACT_CREDSSP_NTSTATUS, FACT_TLS_ENDED_WITH}, 2},
    {EVIDENCE_LOGON_REFUSED,
     logon_refused,
     EVERY_FAILURE,
     {FACT_CREDSSP_NTSTATUS, FACT_CREDENTIALS, FACT_LOGON_ERROR},
     3},
    {EVIDENCE_ACCOUNT_STATE, account_state, EVERY_FAILURE, {FACT_CREDSSP_NTSTATUS, FACT_LOGON_ERROR}, 2},
    {EVIDENCE_LOGON_RIGHT_MISSING,
     logon_right_missing,
     EVERY_FAILURE,
     {FACT_CREDSSP_NTSTATUS, FACT_CREDSSP_AUTHORIZATION, FACT_LOGON_NOTIFICATION},
     3},
    {EVIDENCE_NO_LOGON_SERVERS, domain_controller_missing, EVERY_FAILURE, {FACT_CREDSSP_NTSTATUS}, 1},
    {EVIDENCE_NTLM_BARRED, ntlm_barred, EVERY_FAILURE, {FACT_CREDSSP_NTSTATUS, FACT_GATEWAY_HTTP_WANTED}, 2},
    {EVIDENCE_DOMAIN_TRUST_FAILED, domain_trust_failed, EVERY_FAILURE, {FACT_CREDSSP_NTSTATUS}, 1},
    {EVIDENCE_SERVICE_NAME_WRONG, service_name_wrong, EVERY_FAILURE, {FACT_CREDSSP_NTSTATUS}, 1},
    {EVIDENCE_CHANNEL_BINDINGS_WRONG, channel_bindings_wrong, EVERY_FAILURE, {FACT_CREDSSP_NTSTATUS}, 1},
    {EVIDENCE_LICENSE_REFUSED, license_refused, EVERY_FAILURE, {FACT_LICENSING_ERROR, FACT_LICENSING_TRANSITION}, 2},
    {EVIDENCE_SESSION_CHOICE, session_choice, SOME_FAILURE, {FACT_LOGON_NOTIFICATION}, 1},
    {EVIDENCE_SERVER_ANSWERED,
     server_answered,
     EVERY_FAILURE,
     {FACT_NEGOTIATION_SELECTED, FACT_NEGOTIATION_FAILURE},
     2},
    {EVIDENCE_TLS_PASSED, tls_passed, EVERY_FAILURE, {FACT_TLS_VERSION}, 1},
    {EVIDENCE_MCS_PASSED, mcs_passed, EVERY_FAILURE, {FACT_MCS_RESULT, FACT_ERRINFO_CODE}, 2},
    {EVIDENCE_BEFORE_LICENSING, before_licensing, EVERY_FAILURE, {FACT_ERRINFO_PHASE}, 1},
    {EVIDENCE_BEFORE_CAPABILITIES, before_capabilities, EVERY_FAILURE, {FACT_ERRINFO_PHASE}, 1},
    {EVIDENCE_ERRINFO_PROMPT, errinfo_prompt, EVERY_FAILURE, {FACT_ERRINFO_AFTER}, 1},
    {EVIDENCE_ERRINFO_BEFORE_AUTH,
     errinfo_before_auth,
     SOME_FAILURE,
     {FACT_ERRINFO_CODE, FACT_NEGOTIATION_SELECTED},
     2},
    {EVIDENCE_NLA_PASSED, nla_passed, SOME_FAILURE, {FACT_CREDENTIALS}, 1},
    {EVIDENCE_FAILS_WITHOUT_NLA, without_nla, SOME_FAILURE, {FACT_NEGOTIATION_SELECTED}, 1},
    {EVIDENCE_FAILS_DIRECT, direct, SOME_FAILURE, {FACT_ADDRESS_USED}, 1},
    {EVIDENCE_FAILS_WITHOUT_REDIRECTION, without_redirection, SOME_FAILURE, {FACT_CLIENT_CHANNELS}, 1},
    {EVIDENCE_LICENSE_CLEAR_FAILS_TOO, without_license, SOME_FAILURE, {FACT_LICENSING_MESSAGES}, 1},
    {EVIDENCE_GATEWAY_ANSWERED, gateway_answered, SOME_FAILURE, {FACT_GATEWAY_TLS_VERSION}, 1},
    {EVIDENCE_GATEWAY_LOGON_PASSED,
     gateway_logon_passed,
     SOME_FAILURE,
     {FACT_GATEWAY_CREDENTIALS, FACT_GATEWAY_STEP},
     2},
    {EVIDENCE_TUNNEL_MADE, tunnel_made, SOME_FAILURE, {FACT_GATEWAY_TRANSPORT}, 1},
    {EVIDENCE_MIDDLEBOX, middlebox, SOME_FAILURE, {FACT_NEGOTIATION_MIDDLEBOX}, 1},
    {EVIDENCE_TUNNEL_POSSIBLE, tunnel_possible, EVERY_TRIAL_WITH, {FACT_GATEWAY_TRANSPORT}, 1},
    {EVIDENCE_VALID_CLIENT_AT_ONCE, valid_client_at_once, EVERY_TRIAL_WITH, {FACT_LICENSING_ROLE}, 1},
    {EVIDENCE_CREDSSP_CURRENT, credssp_current, EVERY_TRIAL_WITH, {FACT_CREDSSP_VERSION}, 1},
    {EVIDENCE_CREDSSP_OLD, credssp_old, EVERY_TRIAL_WITH, {FACT_CREDSSP_VERSION}, 1},
    {EVIDENCE_CERTIFICATE_EXPIRED, certificate_expired, EVERY_TRIAL_WITH, {FACT_CERTIFICATE_DAYS_LEFT}, 1},
    {EVIDENCE_CERTIFICATE_VALID, certificate_valid, EVERY_TRIAL_WITH, {FACT_CERTIFICATE_DAYS_LEFT}, 1},
    {EVIDENCE_CLOCK_RIGHT, clock_right, EVERY_TRIAL_WITH, {FACT_CLOCK_SKEW}, 1},
    {EVIDENCE_CLOCK_WRONG, clock_wrong, EVERY_TRIAL_WITH, {FACT_CLOCK_SKEW}, 1},
};

const struct sign *sign_at(size_t index)
{
    return index < sizeof signs / sizeof signs[0] ? &signs[index] : NULL;
}
