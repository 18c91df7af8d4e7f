// SPDX-License-Identifier: Apache-2.0
// mstsc's two numbers. "Error code" is discReason of IMsTscAxEvents::OnDisconnected; "Extended error code" is
// ExtendedDisconnectReasonCode, whose numbering is that of errorInfo (MS-RDPBCGR 2.2.5.1.1).
#include "knowledge/mstsc.h"

#include <errno.h>
#include <netdb.h>
#include <stddef.h>
#include <string.h>

#include "knowledge/table.h"

enum { NAME_LOOKUP_FAILED = 0x104, TIMED_OUT = 0x108, CONNECT_FAILED = 0x204 };
enum { LICENSING_FAILED = 0x808, NLA_DEMANDED = 0xB09 };

struct pair_row {
    uint32_t wire;
    uint32_t code;
    bool documented;
};

// NTSTATUS or SSPI's result to the code of mstsc's SSL and CredSSP layer (low byte 0x07). Documented: OnDisconnected
// describes the same condition (0x1307: Microsoft's article on "must authenticate twice"). Inferred: mstsc's text, at
// second hand.
static const struct pair_row credssp[] = {
    {SECURITY_LOGON_DENIED, 0x807, false},
    {SECURITY_NO_AUTHORITY, 0x1807, false},
    {0x80090324, 0x1D07, false}, // clocks differ
    {0x8009035E, 0x1607, false}, // policy forbids to delegate
    {0x8009035F, 0x1707, false}, // …and does so where the target used NTLM
    {0xC000005E, 0x1807, false}, // no logon servers: no authority could be reached
    {0xC0000064, 0xA07, false},  // no such user
    {0xC000006A, 0x807, false},  // wrong password
    {0xC000006D, 0x807, true},   // logon failure
    {0xC000006E, 0xC07, true},   // account restriction
    {0xC000006F, 0x1007, false}, // logon hours
    {0xC0000070, 0x1107, false}, // workstation
    {0xC0000071, 0xF07, true},   // password expired
    {0xC0000072, 0xB07, true},   // account disabled
    {0xC0000133, 0x1D07, false}, // clocks differ
    {0xC000015B, 0x1307, true},  // logon type not granted
    {0xC0000193, 0xE07, true},   // account expired
    {0xC0000224, 0x1207, true},  // password must change
    {0xC0000234, 0xD07, true},   // account locked out
    {0xC0000380, 0x1C07, false}, // smart card: wrong PIN
    {0xC0000381, 0x2207, false}, // smart card blocked
    {0xC0000408, 0x1407, false}, // user-to-user Kerberos required
};

// Low word of the gateway's HRESULT. Other answers of a gateway have more than one candidate.
static const struct pair_row gateway[] = {
    {0x4D4, 0x3000019, false},                        // ended by administrator or policy
    {GATEWAY_RAP_ACCESSDENIED, 0x300001B, false},     // RAP
    {GATEWAY_NAP_ACCESSDENIED, 0x300001C, false},     // CAP
    {GATEWAY_TS_CONNECTFAILED, 0x3000008, false},     // target not reached
    {0x59DF, 0x3000018, false},                       // already disconnected
    {0x59E6, 0x3000022, false},                       // connection limit
    {0x59E8, 0x3000023, false},                       // packet not supported
    {0x59E9, 0x3000024, false},                       // capability missing
    {0x59ED, 0x3000027, false},                       // quarantine
    {GATEWAY_NOCERTAVAILABLE, 0x3000028, false},      // no certificate
    {0x59F6, 0x3000033, false},                       // session limit
    {0x59F7, 0x3000034, false},                       // malformed cookie
    {GATEWAY_COOKIE_ACCESS_DENIED, 0x3000035, false}, // cookie refused
    {0x59F9, 0x3000037, false},                       // way of authentication
    {0x59FD, 0x300003B, false},                       // policy exchange missing
};

// What OpenSSL says of a gateway's certificate that this client does not accept, and mstsc never does.
static const struct pair_row gateway_certificate[] = {
    {10, 0x3000007, false}, // expired
    {62, 0x3000006, false}, // for another host name
    {64, 0x3000006, false}, // for another address
};

// From OnDisconnected's table; where it is silent, from the texts mstsc returns as copied by TechNet wiki 37870.
static const struct code_row meanings[] = {
    {0x0, "", "no information"},
    {0x1, "", "disconnected by the client"},
    {0x2, "", "disconnected by the user at the server"},
    {0x3, "", "disconnected by the server; the extended code has the reason"},
    {0x104, "", "name lookup failed"},
    {0x106, "", "client out of memory"},
    {0x107, "", "licensing was ended by the client"},
    {0x108, "", "connection attempt timed out"},
    {0x10A, "", "smart-card service not running"},
    {0x204, "", "socket connect failed: remote access is off, or the host is off or unreachable"},
    {0x206, "", "out of memory"},
    {0x208, "", "host not found"},
    {0x20A, "", "no smart-card reader"},
    {0x304, "", "socket send failed"},
    {0x306, "", "out of memory"},
    {0x308, "", "bad IP address"},
    {0x30A, "", "no card in the smart-card reader"},
    {0x404, "", "socket receive failed"},
    {0x406, "", "invalid security data"},
    {0x408, "", "internal error, or the name has illegal characters"},
    {0x40A, "", "smart-card subsystem failed"},
    {0x506, "", "invalid encryption method"},
    {0x508, "", "name lookup failed"},
    {0x604, "", "name lookup failed (gethostbyname)"},
    {0x606, "", "invalid security data from the server"},
    {0x608, "", "internal timer error"},
    {0x704, "", "time-out: the remote computer cannot be reached"},
    {0x706, "", "the server's certificate could not be unpacked"},
    {0x708, "", "a console session is already in progress"},
    {0x804, "", "bad IP address"},
    {0x807, "", "logon failed (CredSSP)"},
    {0x808, "", "licensing failed"},
    {0x904, "", "socket closed"},
    {0x906, "", "internal security error"},
    {0x907, "", "unexpected certificate from the server"},
    {0x908, "", "licensing timed out"},
    {0xA06, "", "internal security error"},
    {0xA07, "", "no such user"},
    {0xB04, "", "an error prevented the connection"},
    {0xB06, "", "encryption failed"},
    {0xB07, "", "account disabled"},
    {0xB09, "", "the server demands Network Level Authentication"},
    {0xC06, "", "decryption failed"},
    {0xC07, "", "account restriction"},
    {0xC08, "", "decompression failed"},
    {0xD06, "", "protocol error"},
    {0xD07, "", "account locked out"},
    {0xD09, "", "policy wants the credentials to be typed in"},
    {0xE06, "", "FIPS level not supported"},
    {0xE07, "", "account expired"},
    {0xE08, "", "reconnect failed"},
    {0xE09, "", "Restricted Admin not supported by the server"},
    {0xF07, "", "password expired"},
    {0xF08, "", "policy forbids sending saved credentials"},
    {0x1007, "", "outside the permitted logon hours"},
    {0x1008, "", "low video resources"},
    {0x1104, "", "seen in the field; no text for it was ever documented"},
    {0x1107, "", "logon not allowed from this workstation"},
    {0x1207, "", "password must be changed before the first logon"},
    {0x1307, "", "logon type not granted"},
    {0x1407, "", "user-to-user Kerberos required"},
    {0x1607, "", "policy forbids delegation to the target"},
    {0x1707, "", "delegation only with mutual authentication, and the target used NTLM"},
    {0x1807, "", "no authority could be reached to authenticate"},
    {0x1B07, "", "received certificate expired, or clocks far apart"},
    {0x1C07, "", "wrong smart-card PIN"},
    {0x1D07, "", "clocks of client and server differ"},
    {0x2107, "", "the server refuses saved credentials"},
    {0x2207, "", "smart card blocked"},
    {0x2507, "", "RemoteApp reconnects"},
    {0x2604, "", "version mismatch"},
    {0x2000001, "", "RemoteApp error"},
    {0x2000002, "", "RemoteApp error"},
    {0x3000001, "", "gateway: wrong user name or password"},
    {0x3000002, "", "gateway: revocation list not reachable"},
    {0x3000003, "", "gateway: certificate name, expiry or trust"},
    {0x3000004, "", "gateway: certificate revoked"},
    {0x3000005, "", "gateway: identity cannot be verified"},
    {0x3000006, "", "gateway: name differs from the certificate"},
    {0x3000007, "", "gateway: certificate expired or revoked"},
    {0x3000008, "", "gateway: error on the remote computer"},
    {0x3000009, "", "gateway: send error"},
    {0x300000A, "", "gateway: receive error"},
    {0x300000B, "", "gateway: another logon method is needed"},
    {0x300000C, "", "gateway: unreachable, or wrong name"},
    {0x300000D, "", "gateway: temporarily unavailable"},
    {0x300000E, "", "gateway: client component missing or old"},
    {0x300000F, "", "gateway: low on resources"},
    {0x3000010, "", "gateway: wrong RPC library on the client"},
    {0x3000011, "", "gateway: smart card"},
    {0x3000012, "", "gateway: smart card"},
    {0x3000013, "", "gateway: smart card"},
    {0x3000014, "", "gateway: smart card"},
    {0x3000015, "", "gateway: bad credentials"},
    {0x3000017, "", "gateway: security package"},
    {0x3000018, "", "gateway: it ended the connection"},
    {0x3000019, "", "gateway: its administrator ended the connection"},
    {0x300001A, "", "gateway: credentials or smart card"},
    {0x300001B, "", "gateway: resource policy (RAP) refuses the target"},
    {0x300001C, "", "gateway: connection policy (CAP) refuses the user"},
    {0x300001F, "", "gateway: restricted"},
    {0x3000020, "", "gateway: proxy authentication"},
    {0x3000021, "", "gateway: password expired"},
    {0x3000022, "", "gateway: connection limit"},
    {0x3000023, "", "gateway: request not supported"},
    {0x3000024, "", "gateway: capability mismatch"},
    {0x3000025, "", "gateway: capability mismatch"},
    {0x3000026, "", "gateway: bad credentials"},
    {0x3000027, "", "gateway: health policy (NAP)"},
    {0x3000028, "", "gateway: it has no certificate"},
    {0x3000029, "", "gateway: not trusted"},
    {0x300002A, "", "gateway: health policy certificate"},
    {0x300002B, "", "gateway: authentication type"},
    {0x300002C, "", "gateway: authentication type"},
    {0x300002D, "", "gateway: smart-card reader"},
    {0x300002F, "", "gateway: firewall credentials"},
    {0x3000030, "", "gateway: firewall credentials"},
    {0x3000032, "", "gateway: idle limit"},
    {0x3000033, "", "gateway: session limit"},
    {0x3000034, "", "gateway: access token malformed"},
    {0x3000035, "", "gateway: access token refused"},
    {0x3000037, "", "gateway: authentication method not supported"},
    {0x3000038, "", "gateway: renewed authentication failed"},
    {0x3000039, "", "gateway: renewed authorization failed"},
    {0x300003B, "", "gateway: the target does not support the policy exchange"},
    {0x300003C, "", "gateway: smart card"},
    {0x300003D, "", "gateway: web authentication"},
    {0x300003E, "", "gateway: web authentication"},
    {0x300003F, "", "gateway: web authentication"},
    {0x3000040, "", "gateway: web authentication"},
    {0x3000041, "", "gateway: health policy (NAP)"},
    {0x3000042, "", "gateway: access token too big"},
    {0x3000044, "", "gateway: proxy configuration"},
    {0x3000045, "", "gateway: no permission"},
    {0x3000046, "", "gateway: resources"},
    {0x3000047, "", "gateway: resources"},
    {0x3000049, "", "gateway: the client needs an update"},
    {0x300004A, "", "gateway: HTTPS ports"},
};

static bool set(struct mstsc_pair *pair, uint32_t code, uint32_t extended, bool documented)
{
    *pair = (struct mstsc_pair){.code = code, .extended = extended, .documented = documented};
    return true;
}

static bool set_from(struct mstsc_pair *pair, const struct pair_row *rows, size_t count, uint32_t wire)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].wire == wire)
            return set(pair, rows[i].code, 0, rows[i].documented);
    }
    return false;
}

static bool errinfo_pair(uint32_t code, struct mstsc_pair *pair)
{
    enum { PROTOCOL_RANGE_START = 0x1000, FREERDP_PEER_DISCONNECTED = 0x1196 };
    bool listed = (code >= 0x1 && code <= 0xC) || (code >= 0x100 && code <= 0x10A);
    bool in_range = code >= PROTOCOL_RANGE_START && code != FREERDP_PEER_DISCONNECTED;
    bool passes_through =
        (code >= 0xF && code <= 0x12) || code == 0x17 || code == 0x18 || (code >= 0x400 && code <= 0x412);
    if (!errinfo_row(code))
        return false;
    if (listed || in_range)
        return set(pair, MSTSC_BY_SERVER, code, true);
    return passes_through && set(pair, MSTSC_BY_SERVER, code, false);
}

static bool dns_pair(uint32_t code, struct mstsc_pair *pair)
{
    bool not_found = code == (uint32_t)-EAI_NONAME || code == (uint32_t)-EAI_NODATA;
    return set(pair, NAME_LOOKUP_FAILED, 0, not_found);
}

static bool tcp_pair(uint32_t code, struct mstsc_pair *pair)
{
    switch (code) {
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
        return set(pair, CONNECT_FAILED, 0, false);
    case ETIMEDOUT:
        return set(pair, TIMED_OUT, 0, false);
    default:
        return false;
    }
}

bool mstsc_pair_of(const char *family, uint32_t code, const char *phase, struct mstsc_pair *pair)
{
    bool at_gateway = strcmp(phase, "gateway") == 0;

    if (strcmp(family, "errinfo") == 0)
        return errinfo_pair(code, pair);
    if (strcmp(family, "credssp") == 0)
        return set_from(pair, credssp, sizeof credssp / sizeof credssp[0], code);
    if (strcmp(family, "gateway") == 0)
        return (code < 0x10000 || code >> 16 == HRESULT_FACILITY_WIN32) &&
               set_from(pair, gateway, sizeof gateway / sizeof gateway[0], code & 0xFFFF);
    if (strcmp(family, "negotiation") == 0)
        return code == 5 && set(pair, NLA_DEMANDED, 0, false);
    if (strcmp(family, "licensing") == 0)
        return code != 0 && set(pair, LICENSING_FAILED, 0, false);
    if (at_gateway && strcmp(family, "local") == 0)
        return set_from(pair, gateway_certificate, sizeof gateway_certificate / sizeof gateway_certificate[0], code);
    // A gateway's own name, port and connection have codes of another family, of which none can be told for certain.
    if (at_gateway)
        return false;
    if (strcmp(family, "dns") == 0)
        return dns_pair(code, pair);
    if (strcmp(family, "tcp") == 0)
        return tcp_pair(code, pair);
    if (strcmp(family, "timeout") == 0)
        return strcmp(phase, "tcp") == 0 && set(pair, TIMED_OUT, 0, false);
    if (strcmp(family, "tls") == 0 || strcmp(family, "closed") == 0)
        return set(pair, MSTSC_SOCKET_CLOSED, 0, false);
    return false;
}

const char *mstsc_meaning(uint32_t code)
{
    const struct code_row *row = CODE_ROW_FIND(meanings, code);
    return row ? row->meaning : NULL;
}

const struct code_row *mstsc_row_at(size_t index)
{
    return CODE_ROW_AT(meanings, index);
}
