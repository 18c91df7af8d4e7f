// SPDX-License-Identifier: Apache-2.0
// The settings that client and server exchange in MCS Connect Initial and Connect Response: user data blocks in a GCC
// Conference Create Request or Response (MS-RDPBCGR 2.2.1.3 and 2.2.1.4). Pure functions over bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Types of blocks (2.2.1.3.1).
enum {
    GCC_CS_CORE = 0xC001,
    GCC_CS_SECURITY = 0xC002,
    GCC_CS_NET = 0xC003,
    GCC_CS_CLUSTER = 0xC004,
    GCC_CS_MCS_MSGCHANNEL = 0xC006,
    GCC_CS_MULTITRANSPORT = 0xC00A,
    GCC_SC_CORE = 0x0C01,
    GCC_SC_SECURITY = 0x0C02,
    GCC_SC_NET = 0x0C03,
    GCC_SC_MCS_MSGCHANNEL = 0x0C04,
    GCC_SC_MULTITRANSPORT = 0x0C08
};

// One block without its header; data points into the PDU.
struct gcc_block {
    uint16_t type;
    const uint8_t *data;
    size_t size;
};

// What is left of the blocks.
struct gcc_blocks {
    const uint8_t *at;
    const uint8_t *end;
};

// Finds the blocks in a Connect Initial or a Connect Response, from its TPKT on. False where the bytes are neither,
// truncated or otherwise malformed.
bool gcc_open(const uint8_t *pdu, size_t size, struct gcc_blocks *blocks);

// Takes the next block. False at the end, or where its length does not fit.
bool gcc_next(struct gcc_blocks *blocks, struct gcc_block *block);

// earlyCapabilityFlags (2.2.1.3.2).
enum {
    GCC_EARLY_ERRINFO = 0x0001,         // RNS_UD_CS_SUPPORT_ERRINFO_PDU
    GCC_EARLY_WANT_32BPP = 0x0002,      // RNS_UD_CS_WANT_32BPP_SESSION
    GCC_EARLY_CONNECTION_TYPE = 0x0020, // RNS_UD_CS_VALID_CONNECTION_TYPE
    GCC_EARLY_AUTODETECT = 0x0080,      // RNS_UD_CS_SUPPORT_NETCHAR_AUTODETECT
    GCC_EARLY_GFX = 0x0100              // RNS_UD_CS_SUPPORT_DYNVC_GFX_PROTOCOL
};

enum { GCC_NAME_MAX = 15 * 3 + 1, GCC_PRODUCT_ID_MAX = 31 * 3 + 1, GCC_CHANNELS_MAX = 31, GCC_CHANNEL_NAME = 8 };

// Client Core Data (2.2.1.3.2).
struct gcc_client_core {
    uint32_t version;
    uint32_t build;
    uint32_t keyboard;       // keyboardLayout
    char name[GCC_NAME_MAX]; // clientName as UTF-8
    uint16_t early_flags;
    unsigned color_depth;                // what the fields for it come to, in bits per pixel
    uint8_t connection_type;             // 0 where it is not valid
    char product_id[GCC_PRODUCT_ID_MAX]; // digProductId as UTF-8
};

// Client Cluster Data (2.2.1.3.5).
enum { GCC_CLUSTER_SESSION_VALID = 0x2 }; // REDIRECTED_SESSIONID_FIELD_VALID

struct gcc_client_cluster {
    uint32_t flags;
    uint32_t session; // redirectedSessionID
};

// Client Security Data (2.2.1.3.3).
struct gcc_client_security {
    uint32_t methods; // encryptionMethods, or extEncryptionMethods where those are 0
};

// Client Network Data (2.2.1.3.4).
struct gcc_client_network {
    unsigned count;
    char names[GCC_CHANNELS_MAX][GCC_CHANNEL_NAME];
};

// Each reads a block of its type; false where it is of another or too short.
bool gcc_read_client_core(const struct gcc_block *block, struct gcc_client_core *core);
bool gcc_read_client_cluster(const struct gcc_block *block, struct gcc_client_cluster *cluster);
bool gcc_read_client_security(const struct gcc_block *block, struct gcc_client_security *security);
bool gcc_read_client_network(const struct gcc_block *block, struct gcc_client_network *network);

// The flags of Client Message Channel Data or Client Multitransport Channel Data (2.2.1.3.7, 2.2.1.3.8).
bool gcc_read_flags(const struct gcc_block *block, uint16_t type, uint32_t *flags);
