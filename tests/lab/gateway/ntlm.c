// SPDX-License-Identifier: Apache-2.0
#include "ntlm.h"

#include "../ntlm_hash.h"
#include "tsgu.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <winpr/ssl.h>
#include <winpr/sspi.h>
#include <winpr/wlog.h>

// MS-NLMP 2.2.1.1 and 2.2.1.3.
enum {
    MESSAGE_NEGOTIATE = 1,
    MESSAGE_AUTHENTICATE = 3,
    NEGOTIATE_MIN = 32,
    AUTHENTICATE_MIN = 64,
    AUTHENTICATE_FIELDS = 12,
    AUTHENTICATE_FIELD_COUNT = 6,
    FIELD_NT_RESPONSE = 1,
    FIELD_DOMAIN = 2,
    FIELD_USER = 3,
    FIELD_SIZE = 8,
    NT_RESPONSE_V2_MIN = 44, // NTLMv2_RESPONSE without AV pairs; a shorter one is NTLMv1 or none
    MESSAGE_MAX = 12288,
    NAME_MAX_BYTES = 256
};

#if defined(__SANITIZE_ADDRESS__)
// WinPR (seen in 3.10.3) leaks the fields of an AUTHENTICATE message that it refuses; that is not this program's leak.
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libwinpr3\n";
}
#endif

// WinPR 3.31 has a second form of these and deprecates the first one.
#define WINPR_3_31 (WINPR_VERSION_MAJOR > 3 || WINPR_VERSION_MINOR >= 31)
#if WINPR_3_31
#define NTLM_SETTINGS SEC_WINPR_NTLM_SETTINGS_V2
#define NTLM_IDENTITY SEC_WINNT_AUTH_IDENTITY_WINPR_V2
#define NTLM_EXTENDED SEC_WINNT_AUTH_IDENTITY_EXTENDED_v2
#else
#define NTLM_SETTINGS SEC_WINPR_NTLM_SETTINGS
#define NTLM_IDENTITY SEC_WINNT_AUTH_IDENTITY_WINPR
#define NTLM_EXTENDED SEC_WINNT_AUTH_IDENTITY_EXTENDED
#endif

struct ntlm {
    const struct ntlm_account *account;
    CredHandle credentials;
    CtxtHandle context;
    bool has_credentials;
    bool has_context;
    bool authenticate_seen;
    NTLM_SETTINGS settings;
    char domain[NAME_MAX_BYTES];
    char user[NAME_MAX_BYTES];
};

void ntlm_setup(void)
{
    winpr_InitializeSSL(WINPR_SSL_INIT_DEFAULT);
    if (!getenv("WLOG_LEVEL")) {
        WLog_SetLogLevel(WLog_GetRoot(), WLOG_OFF);
    }
}

static bool is_account(const struct ntlm *ntlm)
{
    const struct ntlm_account *account = ntlm->account;
    size_t length = strlen(account->user);
    if (strncasecmp(ntlm->user, account->user, length) != 0) {
        return false;
    }
    // The domain comes by itself or, in a user principal name, behind the user.
    const char *domain = ntlm->domain;
    if (ntlm->user[length] == '@') {
        domain = ntlm->user + length + 1;
    } else if (ntlm->user[length]) {
        return false;
    }
    return !account->domain || strcasecmp(domain, account->domain) == 0;
}

// WinPR asks for the NTOWFv2 of the account.
static SECURITY_STATUS compute_hash(void *client, const SEC_WINNT_AUTH_IDENTITY *identity, const SecBuffer *proof,
                                    const BYTE *key, const BYTE *mic, const SecBuffer *mic_value, BYTE *hash)
{
    (void)proof;
    (void)key;
    (void)mic;
    (void)mic_value;
    struct ntlm *ntlm = client;
    return is_account(ntlm) ? ntlm_hash(identity, ntlm->account->password, hash) : NTLM_NO_ACCOUNT;
}

struct ntlm *ntlm_new(const struct ntlm_account *account)
{
    struct ntlm *ntlm = calloc(1, sizeof *ntlm);
    if (!ntlm) {
        return NULL;
    }
    ntlm->account = account;
    ntlm->settings = (NTLM_SETTINGS){.hashCallback = compute_hash, .hashCallbackArg = ntlm};
    NTLM_IDENTITY data = {
        .identity = {.Version = SEC_WINNT_AUTH_IDENTITY_VERSION,
                     .Length = sizeof(SEC_WINNT_AUTH_IDENTITY_EXW),
                     .Flags = SEC_WINNT_AUTH_IDENTITY_UNICODE | NTLM_EXTENDED},
    };
#if WINPR_3_31
    ntlm->settings.size = sizeof ntlm->settings;
    data.version = SEC_WINNT_AUTH_IDENTITY_WINPR_V2_REVISION_1;
    data.ntlmSettingsV2 = &ntlm->settings;
#else
    data.ntlmSettings = &ntlm->settings;
#endif
    char package[] = "NTLM";
    SecurityFunctionTableA *sspi = InitSecurityInterfaceExA(0);
    ntlm->has_credentials = sspi && sspi->AcquireCredentialsHandleA(NULL, package, SECPKG_CRED_INBOUND, NULL, &data,
                                                                    NULL, NULL, &ntlm->credentials, NULL) == SEC_E_OK;
    if (!ntlm->has_credentials) {
        free(ntlm);
        return NULL;
    }
    return ntlm;
}

void ntlm_free(struct ntlm *ntlm)
{
    if (!ntlm) {
        return;
    }
    SecurityFunctionTableA *sspi = InitSecurityInterfaceExA(0);
    if (ntlm->has_context) {
        sspi->DeleteSecurityContext(&ntlm->context);
    }
    if (ntlm->has_credentials) {
        sspi->FreeCredentialsHandle(&ntlm->credentials);
    }
    free(ntlm);
}

static uint32_t u32(const unsigned char *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

// The message's type when it is sound; else 0.
static unsigned message_type(const struct buffer *message)
{
    const unsigned char *bytes = buffer_bytes(message);
    if (message->length < NEGOTIATE_MIN || message->length > MESSAGE_MAX || memcmp(bytes, "NTLMSSP", 8) != 0) {
        return 0;
    }
    unsigned type = u32(bytes + 8);
    if (type == MESSAGE_AUTHENTICATE) {
        if (message->length < AUTHENTICATE_MIN) {
            return 0;
        }
        for (size_t i = 0; i < AUTHENTICATE_FIELD_COUNT; i++) {
            const unsigned char *field = bytes + AUTHENTICATE_FIELDS + i * FIELD_SIZE;
            size_t length = (size_t)(field[0] | field[1] << 8);
            size_t offset = u32(field + 4);
            if (offset > message->length || message->length - offset < length) {
                return 0;
            }
        }
    }
    return type == MESSAGE_NEGOTIATE || type == MESSAGE_AUTHENTICATE ? type : 0;
}

static const unsigned char *field_bytes(const struct buffer *message, unsigned index, size_t *length)
{
    const unsigned char *bytes = buffer_bytes(message);
    const unsigned char *field = bytes + AUTHENTICATE_FIELDS + index * FIELD_SIZE;
    *length = (size_t)(field[0] | field[1] << 8);
    return bytes + u32(field + 4);
}

static void read_names(struct ntlm *ntlm, const struct buffer *message)
{
    size_t length = 0;
    const unsigned char *bytes = field_bytes(message, FIELD_DOMAIN, &length);
    tsgu_utf8(bytes, length, ntlm->domain, sizeof ntlm->domain);
    bytes = field_bytes(message, FIELD_USER, &length);
    tsgu_utf8(bytes, length, ntlm->user, sizeof ntlm->user);
}

enum ntlm_result ntlm_accept(struct ntlm *ntlm, const struct buffer *message, struct buffer *answer)
{
    ntlm->authenticate_seen = false;
    unsigned type = message_type(message);
    if (type != (ntlm->has_context ? MESSAGE_AUTHENTICATE : MESSAGE_NEGOTIATE)) {
        return NTLM_INVALID;
    }
    if (type == MESSAGE_AUTHENTICATE) {
        ntlm->authenticate_seen = true;
        read_names(ntlm, message);
        if (!ntlm->account->user) {
            return NTLM_ACCEPTED;
        }
        size_t length = 0;
        field_bytes(message, FIELD_NT_RESPONSE, &length);
        if (length < NT_RESPONSE_V2_MIN) {
            return NTLM_DENIED;
        }
    }
    unsigned char output[MESSAGE_MAX];
    SecBuffer in = {(ULONG)message->length, SECBUFFER_TOKEN, buffer_bytes(message)};
    SecBuffer out = {sizeof output, SECBUFFER_TOKEN, output};
    SecBufferDesc in_list = {SECBUFFER_VERSION, 1, &in};
    SecBufferDesc out_list = {SECBUFFER_VERSION, 1, &out};
    ULONG attributes = 0;
    SECURITY_STATUS status = InitSecurityInterfaceExA(0)->AcceptSecurityContext(
        &ntlm->credentials, ntlm->has_context ? &ntlm->context : NULL, &in_list, 0, SECURITY_NATIVE_DREP,
        &ntlm->context, &out_list, &attributes, NULL);
    if (type == MESSAGE_AUTHENTICATE) {
        return status == SEC_E_OK ? NTLM_ACCEPTED : NTLM_DENIED;
    }
    if (status != SEC_I_CONTINUE_NEEDED) {
        return NTLM_INVALID;
    }
    ntlm->has_context = true;
    buffer_append(answer, output, out.cbBuffer);
    return NTLM_CONTINUE;
}

const char *ntlm_user(const struct ntlm *ntlm)
{
    return ntlm->user;
}

const char *ntlm_domain(const struct ntlm *ntlm)
{
    return ntlm->domain;
}

bool ntlm_authenticate_seen(const struct ntlm *ntlm)
{
    return ntlm->authenticate_seen;
}
