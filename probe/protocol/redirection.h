// SPDX-License-Identifier: Apache-2.0
// The server redirection packet (MS-RDPBCGR 2.2.13.1), with which a broker sends a client elsewhere. A pure function
// over bytes. Password, certificate and GUID are stepped over and not handed out.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { REDIRECTION_TEXT = 256 * 3 + 1, REDIRECTION_ADDRESSES = 16, REDIRECTION_ADDRESS = 48 * 3 + 1 };

// RedirFlags that announce a field handed out below.
enum {
    LB_FLAG_TARGET_NET_ADDRESS = 0x1,
    LB_FLAG_LOAD_BALANCE_INFO = 0x2,
    LB_FLAG_USERNAME = 0x4,
    LB_FLAG_DOMAIN = 0x8,
    LB_FLAG_PASSWORD = 0x10,
    LB_FLAG_DONTSTOREUSERNAME = 0x20,
    LB_FLAG_SMARTCARD_LOGON = 0x40,
    LB_FLAG_NOREDIRECT = 0x80,
    LB_FLAG_TARGET_FQDN = 0x100,
    LB_FLAG_TARGET_NETBIOS_NAME = 0x200,
    LB_FLAG_TARGET_NET_ADDRESSES = 0x800,
    LB_FLAG_CLIENT_TSV_URL = 0x1000,
    LB_FLAG_REDIRECTION_GUID = 0x8000,
    LB_FLAG_TARGET_CERTIFICATE = 0x10000
};

// Texts are UTF-8, cut where they are longer; "" where the packet has none.
struct redirection {
    uint32_t session;
    uint32_t flags; // RedirFlags
    char address[REDIRECTION_TEXT];
    const uint8_t *load_balance_info; // pointing into the packet; NULL where it has none
    size_t load_balance_size;
    char user[REDIRECTION_TEXT];
    char domain[REDIRECTION_TEXT];
    char fqdn[REDIRECTION_TEXT];
    char netbios[REDIRECTION_TEXT];
    unsigned address_count; // TargetNetAddresses, as many as there is room for
    char addresses[REDIRECTION_ADDRESSES][REDIRECTION_ADDRESS];
};

// Reads a packet from its Flags on: what follows the security header with SEC_REDIRECTION_PKT (2.2.13.2.1), or the
// share control header of PDUTYPE_SERVER_REDIR and two bytes of padding (2.2.13.3.1). False where it is none, or a
// field that RedirFlags announces is truncated.
bool redirection_parse(const uint8_t *data, size_t size, struct redirection *packet);

// The printable part of load-balance info, such as "Cookie: msts=3640205228.15629.0000": up to its line end, '?' for
// what is not printable ASCII. Always terminated; returns text.
char *redirection_token(const struct redirection *packet, char *text, size_t size);
