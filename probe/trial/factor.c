// SPDX-License-Identifier: Apache-2.0
#include "trial/factor.h"

#include <stdio.h>
#include <string.h>

static const struct factor_row rows[FACTOR_COUNT] = {
    [FACTOR_SECURITY] = {"security",
                         "sec",
                         "security protocol asked for: NLA (CredSSP), TLS alone, or RDP security",
                         {"nla", "tls", "rdp"},
                         {"CredSSP over TLS", "TLS without CredSSP", "Standard RDP Security"}},
    [FACTOR_TLS] = {"tls",
                    "tls",
                    "TLS version offered",
                    {"default", "1.0", "1.1", "1.2", "1.3"},
                    {"TLS 1.0 to 1.3", "TLS 1.0 only", "TLS 1.1 only", "TLS 1.2 only", "TLS 1.3 only"}},
    [FACTOR_ADDRESS] = {"address",
                        "addr",
                        "how the target is addressed: by name, by its IPv4 or IPv6 address, or by another name",
                        {"name", "ipv4", "ipv6", "alias"},
                        {"the name as given", "its IPv4 address, presented as the name too",
                         "its IPv6 address, presented as the name too", "the name given by --alias"}},
    [FACTOR_GATEWAY] = {"gateway",
                        "gw",
                        "direct, or through the RD Gateway given by --gateway",
                        {"off", "http", "websocket", "rpc"},
                        {"direct", "gateway by RDG_OUT_DATA and RDG_IN_DATA", "gateway by websocket",
                         "gateway by RPC over HTTP, as before Windows Server 2012; unproved"}},
    [FACTOR_LICENSE] = {"license",
                        "lic",
                        "client licence presented to the server's licensing",
                        {"keep", "clear", "reuse", "corrupt"},
                        {"the user's own licence store, read only", "an empty licence store",
                         "a licence that the server issued earlier in this run", "such a licence, damaged"}},
    [FACTOR_AUTH] = {"auth",
                     "auth",
                     "how NLA authenticates; the others may look for a KDC",
                     {"ntlm", "negotiate", "kerberos"},
                     {"NTLM only", "Kerberos where a ticket can be had, else NTLM", "Kerberos only"}},
    [FACTOR_USER_FORM] = {"user-form",
                          "user",
                          "form in which the user's name is sent",
                          {"as-given", "upn", "down-level"},
                          {"as --user and --domain have it", "USER@DOMAIN, without a domain of its own",
                           "DOMAIN\\USER, the domain apart"}},
    [FACTOR_ADMIN] = {"admin",
                      "admin",
                      "session asked for, as mstsc /admin does",
                      {"off", "on"},
                      {"a session as any other", "the administrative session (session 0 in the cluster data)"}},
    [FACTOR_LOAD_BALANCE] = {"load-balance",
                             "lb",
                             "routing token in the connection request, by which a broker or load balancer routes",
                             {"off", "token"},
                             {"the user name as a cookie", "the text given by --load-balance-info"}},
    [FACTOR_ERROR_INFO] = {"error-info",
                           "einfo",
                           "whether the client asks for the server's reasons (Set Error Info PDU)",
                           {"advertised", "silent"},
                           {"asked for", "not asked for: hides codes such as 0x7"}},
    [FACTOR_GRAPHICS] = {"graphics",
                         "gfx",
                         "how the desktop is to be drawn",
                         {"none", "bitmap", "gfx"},
                         {"by bitmaps, not decoded here", "by bitmaps", "by the graphics pipeline"}},
    [FACTOR_REDIRECTION] = {"redirection",
                            "redir",
                            "static channels announced: drives and devices, sound, clipboard, dynamic channels",
                            {"off", "on"},
                            {"none", "rdpdr, rdpsnd, cliprdr and drdynvc, with nothing behind them"}},
    [FACTOR_CLIENT_NAME] = {"client-name",
                            "name",
                            "name of the client computer, to which its licence belongs",
                            {"host", "given"},
                            {"the name of this machine", "the name given by --client-name"}},
    [FACTOR_COLOR_DEPTH] = {"color-depth",
                            "bpp",
                            "colour depth asked for, in bits per pixel",
                            {"32", "24", "16", "15", "8"},
                            {"32 bits", "24 bits", "16 bits", "15 bits", "8 bits: a palette"}},
    [FACTOR_AUTODETECT] = {"autodetect",
                           "auto",
                           "network characteristics detection",
                           {"off", "on"},
                           {"not offered, a LAN announced", "offered, with the connection type left to it"}},
    [FACTOR_MULTITRANSPORT] = {"multitransport",
                               "udp",
                               "UDP transports beside the TCP connection",
                               {"off", "on"},
                               {"not offered", "offered; none is made"}},
    [FACTOR_RESTRICTED_ADMIN] = {"restricted-admin",
                                 "radm",
                                 "Restricted Admin mode, which sends the server no credentials",
                                 {"off", "on"},
                                 {"credentials are delegated by CredSSP", "no credentials are delegated"}},
};

const struct factor_row *factor_row(enum factor factor)
{
    return &rows[factor];
}

unsigned factor_levels(enum factor factor)
{
    unsigned n = 0;
    while (n < LEVELS_MAX && rows[factor].levels[n])
        n++;
    return n;
}

const char *level_name(enum factor factor, unsigned level)
{
    return level < factor_levels(factor) ? rows[factor].levels[level] : "?";
}

bool factor_from_name(const char *name, enum factor *factor)
{
    for (int i = 0; i < FACTOR_COUNT; i++) {
        if (strcmp(name, rows[i].name) == 0) {
            *factor = (enum factor)i;
            return true;
        }
    }
    return false;
}

bool level_from_name(enum factor factor, const char *name, unsigned *level)
{
    for (unsigned i = 0; i < factor_levels(factor); i++) {
        if (strcmp(name, rows[factor].levels[i]) == 0) {
            *level = i;
            return true;
        }
    }
    return false;
}

bool variant_equal(const struct variant *a, const struct variant *b)
{
    return memcmp(a->level, b->level, sizeof a->level) == 0;
}

unsigned variant_distance(const struct variant *a, const struct variant *b)
{
    unsigned n = 0;
    for (int i = 0; i < FACTOR_COUNT; i++)
        n += a->level[i] != b->level[i];
    return n;
}

struct variant variant_with(struct variant variant, enum factor factor, unsigned level)
{
    variant.level[factor] = (unsigned char)level;
    return variant;
}

bool variant_possible(const struct variant *variant, const char **why)
{
    const unsigned char *level = variant->level;
    const char *clause = NULL;
    if (level[FACTOR_SECURITY] == SECURITY_RDP && level[FACTOR_TLS] != TLS_DEFAULT)
        clause = "RDP security has no TLS handshake, so security=rdp goes only with tls=default";
    else if (level[FACTOR_AUTH] == AUTH_LEVEL_KERBEROS && address_is_literal(level[FACTOR_ADDRESS]))
        clause = "Kerberos knows the target by its name, so auth=kerberos goes with no address";
    else if (level[FACTOR_RESTRICTED_ADMIN] == RESTRICTED_ADMIN_ON && level[FACTOR_SECURITY] != SECURITY_NLA)
        clause = "Restricted Admin mode is a way of NLA, so restricted-admin=on goes only with security=nla";
    if (clause && why)
        *why = clause;
    return !clause;
}

char *variant_text(const struct variant *variant, char *text, size_t size)
{
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < FACTOR_COUNT && used < size; i++) {
        if (i >= FACTOR_CORE_END && variant->level[i] == 0)
            continue;
        int n = snprintf(text + used, size - used, "%s%s=%s", i ? " " : "", rows[i].name,
                         level_name((enum factor)i, variant->level[i]));
        used += n > 0 ? (size_t)n : 0;
    }
    return text;
}
