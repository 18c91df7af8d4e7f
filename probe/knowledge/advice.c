// SPDX-License-Identifier: Apache-2.0
#include "knowledge/advice.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "knowledge/advice_rows.h"
#include "knowledge/codes.h"

#define LOGON_RECORD {"the logon", "Security event 4625 of the target: its status and sub-status say what was refused"}

// What a CredSSP server refuses other than user and password; none of it is mended at the password.
static const struct advice refusals[] = {
    [REFUSAL_NTLM] = {"The server takes no NTLM; nobody looked at the password.",
                      {{"Kerberos", "--set auth=kerberos with the target's full name, or --vary auth"},
                       {"the policies", "\"Network security: Restrict NTLM\" on the server and in its domain"}}},
    [REFUSAL_RESTRICTED_ACCOUNT] =
        {"The account may not log on in this way; nobody looked at the password.",
         {{"Kerberos", "--set auth=kerberos with the target's full name: NTLM is barred for Protected Users"},
          {"the account", "group Protected Users, authentication policies and silos, a blank password"}}},
    [REFUSAL_DOMAIN_TRUST] =
        {"The server's own account in its domain, or the trust between domains, fails; nobody looked at the password.",
         {{"the secure channel", "on the server: Test-ComputerSecureChannel, nltest /sc_verify:DOMAIN; NETLOGON events "
                                 "3210, 5719 and 5722"}}},
    [REFUSAL_NO_AUTHORITY] = {"The server reaches no domain controller; nobody looked at the password.",
                              {{"the server's domain controller",
                                "on the server: nltest /dsgetdc:DOMAIN, its DNS servers; NETLOGON event 5719"}}},
    [REFUSAL_SERVICE_NAME] =
        {"Kerberos' name of the service leads to another account, or to none; nobody looked at the password.",
         {{"the service's name", "setspn -Q TERMSRV/NAME: one account, the target's own, must have it"},
          {"the name that was given", "an alias or a stale record: trials with --vary address"}}},
    [REFUSAL_CHANNEL_BINDINGS] = {"TLS ends elsewhere than the logon; nobody looked at the password.",
                                  {{"something in between",
                                    "TLS inspection, a load balancer that ends TLS: compare the certificate with the "
                                    "host's own"}}},
};

static const struct advice cut_off = {
    "The server ended NLA without saying what it refused.",
    {{"the server's record", "Security event 4625 at that time, if there is one; Schannel events 36874, 36887, 36888"},
     {"another way in", "trials with --vary security and --vary auth"}}};
static const struct advice account_state = {
    "It is the account's state, not the password, that the server names.",
    {{"the account", "locked out, disabled, expired, its hours and workstations: Security events 4625, 4740, 4771 and "
                     "4776, on the domain controller too"}}};
static const struct advice password_right = {
    "The server says this only to who has the right password.",
    {{"what it names", "logon rights, hours, workstations, an expired password that the user must change"},
     LOGON_RECORD}};
static const struct advice password_wrong = {
    NULL,
    {{"user, domain and password", "is it the account that was meant; --user DOMAIN\\USER, --vary user-form"},
     LOGON_RECORD,
     {"the account", "Security events 4740, 4771 and 4776 of the domain controller"}}};
static const struct advice not_judged = {
    "The server refused before anybody looked at the password.",
    {LOGON_RECORD, {"the way of the logon", "trials with --vary auth and --vary restricted-admin"}}};
static const struct advice unsaid = {"The code does not say whether the password was looked at.",
                                     {LOGON_RECORD, {"the way of the logon", "trials with --vary auth"}}};

static const struct advice general = {
    .looks = {{"the server's own record",
               "the Operational logs of TerminalServices-LocalSessionManager, TerminalServices-RemoteConnectionManager "
               "and RdpCoreTS at the time of a trial; no event there: the connection died before a session existed"},
              {"the service", "TermService, UmRdpService and SessionEnv; System events 7031 and 7034"},
              {"something in between",
               "firewall, TLS inspection or proxy: does a client in the server's own network fail too"}}};

// By what a target can tell a connection that comes through a gateway: the peer it sees is the gateway.
static const struct advice tunnel = {
    .looks = {{"the gateway's own record",
               "Microsoft-Windows-TerminalServices-Gateway/Operational events 200, 300 and 302, and 303 right after: "
               "its policies passed, and the far host ended it"},
              {"what the target makes of the gateway's address",
               "firewall and IPsec rules, a filter or proxy before it, lockout of an address: the gateway's is the "
               "source of everybody who comes through it"},
              {"what the gateway makes of the target's name",
               "the name resolved at the gateway, a broker's collection in place of the host"}}};

static const struct advice withheld = {
    "The password was not sent: under TLS and RDP security that takes --autologon, and then counts as a logon.",
    {{"a server that wants it", "the same trial with --autologon"}}};

// What a CredSSP server's code says; 0 where it gave none.
static const struct advice *of_logon(uint32_t code)
{
    const enum credssp_refusal refusal = credssp_refusal_of(code);
    if (code == 0)
        return &cut_off;
    if (refusal != REFUSAL_OTHER)
        return &refusals[refusal];
    if (credssp_is_account_state(code) || credssp_blocks_account(code))
        return &account_state;
    switch (credssp_on_password(code)) {
    case PASSWORD_RIGHT:
        return &password_right;
    case PASSWORD_WRONG:
        return &password_wrong;
    case PASSWORD_NOT_JUDGED:
        return &not_judged;
    case PASSWORD_UNSAID:
        break;
    }
    return &unsaid;
}

// Whether a list with blanks between has the word.
static bool has_word(const char *list, const char *word)
{
    const size_t length = strlen(word);
    for (const char *at = list; length > 0 && (at = strstr(at, word)) != NULL; at += length) {
        if ((at == list || at[-1] == ' ') && (at[length] == ' ' || !at[length]))
            return true;
    }
    return false;
}

static const struct advice *among(const struct advice_row *row, const char *family, uint32_t code, const char *name,
                                  const char *phase)
{
    for (; row->family; row++) {
        if (strcmp(family, row->family) == 0 && code >= row->first && code <= row->last &&
            (!row->name || strcmp(name, row->name) == 0) && (!row->phases || has_word(row->phases, phase)))
            return &row->advice;
    }
    return NULL;
}

const struct advice *advice_for(const char *family, uint32_t code, const char *name, const char *phase)
{
    if (strcmp(family, "credssp") == 0)
        return of_logon(code);
    if (strcmp(family, "gateway") == 0)
        code = gateway_code_plain(code);
    const struct advice *advice = among(advice_of_answers, family, code, name, phase);
    if (!advice)
        advice = among(advice_of_ends, family, code, name, phase);
    return advice ? advice : &general;
}

const struct advice *advice_beyond_tunnel(void)
{
    return &tunnel;
}

const struct advice *advice_circle(void)
{
    static const struct advice circle = {
        .looks = {{"the collection",
                   "do its hosts and the broker agree on who is a member: SessionBroker-Client events 1280 to 1306, "
                   "Microsoft-Windows-TerminalServices-SessionBroker/Operational on the broker"},
                  {"the balancer", "does it route by the token that the broker gives (msts cookie)"}}};
    return &circle;
}

const struct advice *advice_withheld_password(void)
{
    return &withheld;
}
