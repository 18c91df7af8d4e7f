// SPDX-License-Identifier: Apache-2.0
// NTLM's CHALLENGE (MS-NLMP 2.2.1.2): what a server tells of itself before anyone has logged on. A pure function over
// bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ntlm_message { NTLM_NEGOTIATE = 1, NTLM_CHALLENGE = 2, NTLM_AUTHENTICATE = 3 }; // MS-NLMP 2.2.1

enum { NTLM_NETBIOS_MAX = 64, NTLM_NAME_MAX = 768 }; // bytes of UTF-8; longer names are cut

struct ntlm_challenge {
    uint32_t flags; // NEGOTIATE (2.2.2.5)
    bool has_version;
    uint8_t major, minor; // 2.2.2.10
    uint16_t build;
    uint8_t revision; // of NTLMSSP; 15 since Windows Server 2003
    bool has_time;
    uint64_t time; // FILETIME: 100 ns since 1601-01-01 UTC
    // From the target information (2.2.2.1), "" where it is not given.
    char computer[NTLM_NETBIOS_MAX];
    char domain[NTLM_NETBIOS_MAX]; // or workgroup
    char dns_computer[NTLM_NAME_MAX];
    char dns_domain[NTLM_NAME_MAX];
    char forest[NTLM_NAME_MAX];
};

// Whether data is a CHALLENGE; then *challenge is filled. Trailing bytes are allowed; what points beyond the data, or
// target information that does not end as it should, gives false.
bool ntlm_challenge_parse(const uint8_t *data, size_t size, struct ntlm_challenge *challenge);

// Milliseconds since 1970-01-01 UTC of a FILETIME.
double filetime_to_unix_ms(uint64_t time);
