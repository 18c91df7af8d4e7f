// SPDX-License-Identifier: Apache-2.0
// Events of Windows that tell of a connection: number, log and what it says. Sources: Microsoft's pages on auditing
// (Security), on Schannel's events, on Remote Desktop Services' event logs, and the texts that Windows writes.
#include "knowledge/table.h"

#define SESSIONS "TerminalServices-LocalSessionManager/Operational"
#define MANAGER  "TerminalServices-RemoteConnectionManager/Operational"
#define ADMIN    "TerminalServices-RemoteConnectionManager/Admin, or System"
#define CORE     "RemoteDesktopServices-RdpCoreTS/Operational"
#define GATEWAY  "TerminalServices-Gateway/Operational (of the gateway)"
#define CLIENT   "TerminalServices-RDPClient/Operational (of the client)"
#define SCHANNEL "System, source Schannel"
#define NETLOGON "System, source NETLOGON"
#define SERVICES "System, source Service Control Manager"

static const struct code_row rows[] = {
    {21, SESSIONS, "a logon to a session succeeded"},
    {22, SESSIONS, "the shell of a session has started"},
    {23, SESSIONS, "a session was logged off"},
    {24, SESSIONS, "a session was disconnected"},
    {25, SESSIONS, "a session was reconnected to"},
    {39, SESSIONS, "a session was disconnected by another session"},
    {40, SESSIONS,
     "a session was disconnected; its reason code has the numbers of Set Error Info: 7 is mstsc's 0x3/0x7"},
    {41, SESSIONS, "the arbitration of a session has begun"},
    {42, SESSIONS, "the arbitration of a session is over"},
    {34, SESSIONS, "Remote Desktop Services take no logon, since setup is running"},
    {65, CORE, "a connection was created"},
    {98, CORE, "a TCP connection was established"},
    {66, CORE, "a connection was given to a session"},
    {97, CORE, "a component of the server's RDP stack failed"},
    {99, CORE, "a TCP connection failed"},
    {103, CORE, "a connection was ended; its reason code is a numbering of its own, not that of Set Error Info"},
    {131, CORE, "a TCP connection was accepted, with the client's address"},
    {226, CORE, "the server's state machine did not expect what came"},
    {140, CORE, "a connection failed because user name or password was wrong, with the client's address"},
    {200, GATEWAY, "the connection authorization policy (CAP) let a user in"},
    {201, GATEWAY, "the connection authorization policy (CAP) refused a user"},
    {300, GATEWAY, "the resource authorization policy (RAP) let a user go to a target"},
    {301, GATEWAY, "the resource authorization policy (RAP) refused a target"},
    {302, GATEWAY, "a user was connected to a target"},
    {303, GATEWAY, "a user was disconnected from a target"},
    {304, GATEWAY, "the policies allowed a connection, but the gateway could not reach the target"},
    {261, MANAGER, "the listener received a connection"},
    {1149, MANAGER,
     "network authentication passed, or under RDP and TLS security a connection was made; no logon is proved by it"},
    {1003, ADMIN, "a client gave an invalid licence"},
    {1004, ADMIN, "the server could not issue a client licence"},
    {1011, ADMIN, "a session was refused because the client's temporary licence has expired"},
    {1012, ADMIN, "a session was ended because too many logons failed in it"},
    {1035, ADMIN, "a listener has stopped, or could not be started"},
    {1036, ADMIN, "a listener could not create a session"},
    {1057, ADMIN, "the server could not make its self-signed certificate"},
    {1058, ADMIN, "the server could not replace its expired self-signed certificate"},
    {1068, ADMIN, "the mode of licensing is not configured"},
    {1069, ADMIN, "the grace period of licensing is over, and no licence server is found"},
    {1158, ADMIN, "the server accepted a connection from an address"},
    {1024, CLIENT, "mstsc begins to connect"},
    {1026, CLIENT, "mstsc was disconnected; the reason is its Error code, in decimal"},
    {1102, CLIENT, "mstsc connects to an address"},
    {1105, CLIENT, "mstsc ended the connection"},
    {4624, "Security", "a logon succeeded (type 3: NLA; type 10: Remote Desktop)"},
    {4625, "Security", "a logon failed; status and sub-status are NTSTATUS codes and say why"},
    {4740, "Security", "an account was locked out"},
    {4768, "Security (of the domain controller)", "a Kerberos ticket-granting ticket was asked for"},
    {4771, "Security (of the domain controller)", "Kerberos pre-authentication failed"},
    {4776, "Security", "a password was validated by NTLM, or refused"},
    {4778, "Security", "a session was reconnected to"},
    {4779, "Security", "a session was disconnected"},
    {4825, "Security", "a user was denied Remote Desktop: not a member of Remote Desktop Users, or lacks the right"},
    {5719, NETLOGON, "no domain controller could be reached"},
    {3210, NETLOGON, "this machine's account could not be authenticated by its domain"},
    {5722, NETLOGON, "a machine's account was refused by the domain controller"},
    {7031, SERVICES, "a service ended unexpectedly, and a recovery action follows"},
    {7034, SERVICES, "a service ended unexpectedly"},
    {36870, SCHANNEL, "the private key of the certificate cannot be used"},
    {36871, SCHANNEL, "TLS credentials could not be made: no version or cipher that is enabled"},
    {36874, SCHANNEL, "client and server have no cipher suite in common"},
    {36886, SCHANNEL, "no certificate that the server can use"},
    {36887, SCHANNEL, "the peer sent a fatal TLS alert, whose number it tells"},
    {36888, SCHANNEL, "a fatal TLS alert was sent, whose number it tells"},
};

const struct code_row *windows_event_row_at(size_t index)
{
    return CODE_ROW_AT(rows, index);
}
