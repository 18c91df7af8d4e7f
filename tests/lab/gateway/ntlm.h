// SPDX-License-Identifier: Apache-2.0
// The gateway's side of an NTLM logon, on WinPR's SSPI. Only raw NTLMSSP messages are taken (what FreeRDP sends when
// it has no Kerberos ticket), no SPNEGO: WinPR's Kerberos acceptor without credentials is not for foreign input.
#pragma once

#include "buffer.h"

#include <stdbool.h>
#include <stddef.h>

enum ntlm_result {
    NTLM_CONTINUE, // send the answer
    NTLM_ACCEPTED, // this is the account
    NTLM_DENIED,   // an AUTHENTICATE message that is not the account's
    NTLM_INVALID   // not an NTLM message, or not the one that was due
};

struct ntlm_account {
    const char *user;   // NULL: anybody, with any password
    const char *domain; // NULL: any
    const char *password;
};

struct ntlm;

// Readies WinPR's cryptography and silences its log, unless WLOG_LEVEL asks for it. Once, at the start.
void ntlm_setup(void);

// A logon for one HTTP channel. `account` must outlive it. NULL when WinPR has no NTLM.
struct ntlm *ntlm_new(const struct ntlm_account *account);
void ntlm_free(struct ntlm *ntlm);

// Takes the client's next message and appends the answer, if there is one. Unlike WinPR it checks first that every
// field lies inside the message.
enum ntlm_result ntlm_accept(struct ntlm *ntlm, const struct buffer *message, struct buffer *answer);

// Whom the AUTHENTICATE message named, in UTF-8; empty before there was one, or where it named nobody.
const char *ntlm_user(const struct ntlm *ntlm);
const char *ntlm_domain(const struct ntlm *ntlm);

// True when the last message was an AUTHENTICATE: the kind that counts as a logon.
bool ntlm_authenticate_seen(const struct ntlm *ntlm);
