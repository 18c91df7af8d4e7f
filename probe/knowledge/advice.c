// SPDX-License-Identifier: Apache-2.0
#include "knowledge/advice.h"

#include <stddef.h>
#include <string.h>

#include "knowledge/codes.h"

// The first that fits counts: one code before a range of them, and a family's last.
static const struct {
    const char *family;
    uint32_t first, last; // codes
    struct advice advice;
} rows[] = {
    {"errinfo",
     0x9,
     0x9,
     {"This is the specified answer to a user without the right to log on remotely (MS-RDPBCGR 3.3.5.7.1.1).",
      {{"logon right",
        "group Remote Desktop Users; user rights \"Allow log on through Remote Desktop Services\" and the matching "
        "\"Deny\""},
       {"who was refused", "Security event 4825; 4625 with status 0xC000015B"},
       {"farm member addressed directly", "collection of the connection broker"}}}},
    {"authorization",
     0x5,
     0x5,
     {"The password was right: this is the specified answer to a user without the right to log on remotely (MS-RDPBCGR "
      "2.2.10.2).",
      {{"logon right",
        "group Remote Desktop Users; user rights \"Allow log on through Remote Desktop Services\" and the matching "
        "\"Deny\""},
       {"who was refused", "Security event 4825; 4625 with status 0xC000015B"}}}},
    {"errinfo",
     0x100,
     0x10A,
     {NULL,
      {{"licensing",
        "RD Licensing Diagnoser; TerminalServices-RemoteConnectionManager events 1003, 1004, 1011, 1068, 1069"}}}},
    {"errinfo",
     0x400,
     0x412,
     {NULL, {{"connection broker", "service Tssdis, its database, and the collection that the target belongs to"}}}},
    {"errinfo",
     0x0,
     UINT32_MAX,
     {NULL,
      {{"the server's own record",
        "event 40 in Microsoft-Windows-TerminalServices-LocalSessionManager/Operational: its reason code has the "
        "same numbers"}}}},
    {"negotiation",
     3,
     3,
     {"The server has no certificate that it can use.",
      {{"certificate",
        "TerminalServices-RemoteConnectionManager events 1057 and 1058; the store Remote Desktop; read access of "
        "NETWORK SERVICE to the machine keys"}}}},
    {"negotiation",
     0,
     UINT32_MAX,
     {NULL, {{"security layer", "SecurityLayer and UserAuthentication of the listener, and the policies over them"}}}},
    {"credssp",
     0,
     UINT32_MAX,
     {NULL,
      {{"the logon", "Security event 4625 of the target: its status and sub-status say what was refused"},
       {"the account", "Security events 4740, 4771 and 4776 of the domain controller"}}}},
    {"tls",
     0,
     UINT32_MAX,
     {NULL,
      {{"TLS", "Schannel events 36870 to 36888; enabled protocol versions and cipher suites; the certificate's key"}}}},
    {"licensing",
     0,
     UINT32_MAX,
     {NULL,
      {{"licensing", "RD Licensing Diagnoser; TerminalServices-RemoteConnectionManager events 1003, 1004, 1011"}}}},
    {"gateway",
     0x59DA,
     0x59DA,
     {"The resource authorization policy (RAP) compares names: the one that the target is given by must be in it, and "
      "a "
      "NetBIOS name, a full name and an address are different names. --alias NAME tries another one.",
      {{"the gateway's resource policy", "Microsoft-Windows-TerminalServices-Gateway/Operational event 301 names user "
                                         "and target; the computers that the "
                                         "policy allows"}}}},
    {"gateway",
     0x59DB,
     0x59DB,
     {NULL,
      {{"the gateway's connection policy",
        "Microsoft-Windows-TerminalServices-Gateway/Operational event 201 names the user; the groups of the connection "
        "authorization policies (CAP), those of a central NPS too"}}}},
    {"gateway",
     0x59DD,
     0x59DD,
     {NULL,
      {{"the way from the gateway to the target",
        "Microsoft-Windows-TerminalServices-Gateway/Operational event 304 (policies passed, no connection); at the "
        "gateway, does the name resolve and is the port open"}}}},
    {"gateway",
     0,
     UINT32_MAX,
     {NULL,
      {{"the gateway's policies",
        "Microsoft-Windows-TerminalServices-Gateway/Operational events 200 to 203, 300 to 304"}}}},
    {"redirection",
     0,
     UINT32_MAX,
     {"A broker did what it is there for.",
      {{"the host behind it", "--follow-redirect goes to the host that the broker names"}}}},
    {"timeout",
     0,
     UINT32_MAX,
     {NULL,
      {{"time", "a longer --deadline: is there an answer at all"},
       {"the way there", "path MTU (--vary segment-size), loss, a firewall that drops instead of refusing"},
       {"the service", "TermService hangs or is starting: System events 7031 and 7034"}}}},
    {"local",
     0,
     UINT32_MAX,
     {"This machine could not do it, which says nothing of the target.",
      {{"this machine",
        "what the outcome names: OpenSSL's configuration, the certificate policy, a Kerberos ticket"}}}},
    {"crash",
     0,
     UINT32_MAX,
     {"The client library died, which says nothing of the target.",
      {{"the library", "the same trial with --capture, for a report to FreeRDP's developers"}}}},
    {"dns", 0, UINT32_MAX, {NULL, {{"the name", "the record in the DNS servers that this machine asks"}}}},
    {"tcp",
     0,
     UINT32_MAX,
     {NULL,
      {{"the way there", "firewalls on the way and on the target"},
       {"the listener",
        "qwinsta, PortNumber of the listener, TerminalServices-RemoteConnectionManager events 258 to 261"}}}},
};

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

// Outcomes that only their name tells apart.
static const struct {
    const char *family, *name;
    struct advice advice;
} named[] = {
    {"negotiation",
     "OTHER_PROTOCOL_SELECTED",
     {"The server selected what was not asked for, which the protocol does not allow (MS-RDPBCGR 2.2.1.2.1).",
      {{"who answers", "a honeypot, a proxy or another RDP server: compare the certificate with the host's own"},
       {"what it takes", "trials with the protocol that it selected (--vary security)"}}}},
    {"negotiation",
     "ANSWER_IS_TLS",
     {"The port speaks TLS from the first octet: it is not RDP, or RDP inside a TLS wrapper.",
      {{"what listens there", "the process on the port (netstat -ano, ss -ltnp); stunnel, haproxy or a web server"},
       {"where RDP is", "the port behind the wrapper, or the wrapper's own client side"}}}},
    {"gateway",
     GATEWAY_NO_COMMON_SCHEME,
     {"No password was sent, so that it is not at fault.",
      {{"the gateway's ways of authentication",
        "Windows authentication of the web site (Negotiate, NTLM) at the gateway and at what stands before it"},
       {"a way that it offers", "--gateway-bearer-file or --gateway-token-file where a portal gives one"}}}},
    {"gateway",
     GATEWAY_LOGON_NOT_BEGUN,
     {"No password was sent, so that it is not at fault.",
      {{"NTLM at the gateway",
        "the policies \"Network security: Restrict NTLM\", the order of the web site's providers"}}}},
    {"gateway",
     GATEWAY_ACCOUNT_RESTRICTED,
     {"The account may not log on by NTLM; the password was not judged.",
      {{"the account", "group Protected Users, authentication policies, smart card required"},
       {"Kerberos to the gateway", "a KDC proxy, or a domain controller in reach of the client"}}}},
    {"gateway",
     GATEWAY_CLOSED_AFTER_LOGON,
     {"Whether the password was judged does not show.",
      {{"the gateway's record of the logon", "Security events 4624 and 4625 of the gateway, System log of HTTP.sys"},
       {"something before the gateway", "a load balancer that does not keep NTLM on one connection"}}}},
};

const struct advice *advice_for(const char *family, uint32_t code, const char *name)
{
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        if (strcmp(family, named[i].family) == 0 && strcmp(name, named[i].name) == 0)
            return &named[i].advice;
    }
    if (strcmp(family, "gateway") == 0)
        code = gateway_code_plain(code);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(family, rows[i].family) == 0 && code >= rows[i].first && code <= rows[i].last)
            return &rows[i].advice;
    }
    return &general;
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
