// SPDX-License-Identifier: Apache-2.0
//
// What a client really did on one connection, as the lab server read it from the wire.
//
// The structure is plain memory without pointers: it lives in memory shared between the lab and the process that serves
// the connection, so that the lab can report it even if that process died.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The facts a rule can ask for. A fact that is not known yet makes a comparison with it unknown, not false.
enum lab_fact {
    LAB_FACT_SECURITY = 0,
    LAB_FACT_TLS,
    LAB_FACT_LICENSE,
    LAB_FACT_ADDRESS,
    LAB_FACT_FAMILY,
    LAB_FACT_GATEWAY,
    LAB_FACT_ERRINFO,
    LAB_FACT_ADMIN,
    LAB_FACT_GRAPHICS,
    LAB_FACT_AUTODETECT,
    LAB_FACT_MULTITRANSPORT,
    LAB_FACT_RESTRICTED_ADMIN,
    LAB_FACT_SNI,
    LAB_FACT_PEER,
    LAB_FACT_USER,
    LAB_FACT_DOMAIN,
    LAB_FACT_CLIENT_NAME,
    LAB_FACT_CLIENT_BUILD,
    LAB_FACT_COLOR_DEPTH,
    LAB_FACT_KEYBOARD,
    LAB_FACT_CHANNEL,
    LAB_FACT_COOKIE,
    LAB_FACT_CONNECTION,
    LAB_FACT_CLIENT_VERSION,
    LAB_FACT_EARLY_FLAGS,
    LAB_FACT_TLS_GROUPS,
    LAB_FACT_SOURCE,
    LAB_FACT_COUNT
};

// The protocol that the server selected in its X.224 Connection Confirm ([MS-RDPBCGR] 2.2.1.2.1).
enum lab_security { LAB_SECURITY_RDP = 0, LAB_SECURITY_TLS, LAB_SECURITY_NLA };

// TLS versions as they stand in a ServerHello ([RFC 5246] A.1, [RFC 8446] 4.2.1), so that they compare as numbers.
enum lab_tls {
    LAB_TLS_NONE = 0,
    LAB_TLS_1_0 = 0x0301,
    LAB_TLS_1_1 = 0x0302,
    LAB_TLS_1_2 = 0x0303,
    LAB_TLS_1_3 = 0x0304
};

// How the client answered the Server License Request.
enum lab_license {
    LAB_LICENSE_NONE = 0, // it was never asked (--licensing off)
    LAB_LICENSE_NEW,      // Client New License Request, [MS-RDPELE] 2.2.2.2
    LAB_LICENSE_STORED,   // Client License Information, [MS-RDPELE] 2.2.2.3, with a licence that this server issued
    LAB_LICENSE_FOREIGN   // Client License Information with a licence of another server, or a damaged one
};

// Whether the client was given a host name (it is in the SNI) or an address; without a name, the peer's family decides.
enum lab_address { LAB_ADDRESS_NAME = 0, LAB_ADDRESS_IPV4, LAB_ADDRESS_IPV6 };
enum lab_family { LAB_FAMILY_IPV4 = 0, LAB_FAMILY_IPV6 };
// The listener at which the connection arrived.
enum lab_gateway { LAB_GATEWAY_OFF = 0, LAB_GATEWAY_HTTP, LAB_GATEWAY_WEBSOCKET };

// The phases of a connection, in the order in which a server sees them begin.
enum lab_phase {
    LAB_PHASE_TCP = 0,
    LAB_PHASE_NEGOTIATE,
    LAB_PHASE_TLS,
    LAB_PHASE_NLA,
    LAB_PHASE_MCS,
    LAB_PHASE_CHANNELS,
    LAB_PHASE_INFO,
    LAB_PHASE_LICENSING,
    LAB_PHASE_CAPABILITIES,
    LAB_PHASE_FINALIZE,
    LAB_PHASE_ACTIVE,
    LAB_PHASE_COUNT
};

#define LAB_TEXT_SIZE    256 // longest text kept, with its terminating zero; longer ones are cut
#define LAB_CHANNELS_MAX 31  // CHANNEL_MAX_COUNT, [MS-RDPBCGR] 2.2.1.3.4

// Texts are UTF-8 and zero-terminated. A value means something only if its fact is known.
struct lab_facts {
    uint32_t known; // bit (1 << enum lab_fact): the value is known

    enum lab_security security;
    enum lab_tls tls;
    enum lab_license license;
    enum lab_address address;
    enum lab_family family;
    enum lab_gateway gateway;
    bool errinfo_advertised; // RNS_UD_CS_SUPPORT_ERRINFO_PDU, [MS-RDPBCGR] 2.2.1.3.2
    bool admin;              // REDIRECTED_SESSIONID_FIELD_VALID in the cluster data or "mstsc /admin", 2.2.1.3.5
    bool gfx;                // RNS_UD_CS_SUPPORT_DYNVC_GFX_PROTOCOL, 2.2.1.3.2
    bool autodetect;         // RNS_UD_CS_SUPPORT_NETCHAR_AUTODETECT, 2.2.1.3.2
    bool multitransport;     // any flag in the multitransport channel data, 2.2.1.3.8
    bool restricted_admin;   // RESTRICTED_ADMIN_MODE_REQUIRED, 2.2.1.1.1
    char sni[LAB_TEXT_SIZE]; // empty: no SNI
    char peer[LAB_TEXT_SIZE];
    char user[LAB_TEXT_SIZE];
    char domain[LAB_TEXT_SIZE];
    char client_name[LAB_TEXT_SIZE];
    uint32_t client_build;
    uint32_t color_depth;
    uint32_t keyboard;
    char channels[LAB_CHANNELS_MAX][16];
    size_t channel_count;
    char cookie[LAB_TEXT_SIZE]; // the part after "Cookie: mstshash=", or the whole routing token; empty: none
    uint32_t connection;        // running number, from 1
    uint32_t client_version;    // of TS_UD_CS_CORE, [MS-RDPBCGR] 2.2.1.3.2
    uint32_t early_flags;       // …and its earlyCapabilityFlags
    uint32_t groups;            // how many supported_groups the ClientHello has
    char source[LAB_TEXT_SIZE]; // sourceDescriptor of Confirm Active, 2.2.1.13.2.1; not known where it is encrypted
};

static inline void lab_facts_learn(struct lab_facts *facts, enum lab_fact fact)
{
    // Two threads fill in the facts of a connection: the relay and the RDP peer.
    __atomic_fetch_or(&facts->known, UINT32_C(1) << fact, __ATOMIC_RELEASE);
}

static inline bool lab_facts_known(const struct lab_facts *facts, enum lab_fact fact)
{
    return (__atomic_load_n(&facts->known, __ATOMIC_ACQUIRE) >> fact) & 1;
}
