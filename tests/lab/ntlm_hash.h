// SPDX-License-Identifier: Apache-2.0
// The NTOWFv2 (MS-NLMP 3.3.2) of an account, as WinPR asks its servers for it, in the versions of WinPR that there are.
#pragma once

#include <stdlib.h>
#include <string.h>
#include <winpr/ntlm.h>
#include <winpr/sspi.h>
#include <winpr/string.h>
#include <winpr/version.h>

// What the callback returns. Before 3.24 WinPR took 1 for success and 0 for a failure, despite its type.
#if WINPR_VERSION_MAJOR > 3 || WINPR_VERSION_MINOR >= 24
#define NTLM_HASHED     SEC_E_OK
#define NTLM_NO_ACCOUNT SEC_E_LOGON_DENIED
#else
#define NTLM_HASHED     1
#define NTLM_NO_ACCOUNT 0
#endif

// Writes the hash of a password for the names that the client sent; they go into it as they came. Returns what the
// callback returns.
static inline SECURITY_STATUS ntlm_hash(const SEC_WINNT_AUTH_IDENTITY *identity, const char *password, BYTE hash[16])
{
    size_t length = 0;
    WCHAR *wide = ConvertUtf8ToWCharAlloc(password, &length);
    if (!wide)
        return NTLM_NO_ACCOUNT;
    const BOOL hashed = NTOWFv2W(wide, (UINT32)(length * sizeof(WCHAR)), (LPWSTR)identity->User,
                                 (UINT32)(identity->UserLength * sizeof(WCHAR)), (LPWSTR)identity->Domain,
                                 (UINT32)(identity->DomainLength * sizeof(WCHAR)), hash);
    memset(wide, 0, length * sizeof(WCHAR));
    free(wide);
    return hashed ? NTLM_HASHED : NTLM_NO_ACCOUNT;
}
