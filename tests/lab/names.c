// SPDX-License-Identifier: Apache-2.0
#include "names.h"

#include <string.h>

static const char *const security_names[] = {"rdp", "tls", "nla"};
static const char *const tls_names[] = {"1.0", "1.1", "1.2", "1.3"};
static const char *const license_names[] = {"none", "new", "stored", "foreign"};
static const char *const address_names[] = {"name", "ipv4", "ipv6"};
static const char *const family_names[] = {"ipv4", "ipv6"};
static const char *const gateway_names[] = {"off", "http", "websocket"};
static const char *const phase_names[] = {"tcp",  "negotiate", "tls",          "nla",      "mcs",   "channels",
                                          "info", "licensing", "capabilities", "finalize", "active"};
static const char *const moment_names[] = {"licensing", "capabilities", "post-connect", "active"};
static const char *const fault_kind_names[] = {"none", "close", "rst", "hang", "garbage", "slow"};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

_Static_assert(COUNT(phase_names) == LAB_PHASE_COUNT, "every phase has a name");

static int find(const char *const *names, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], word) == 0)
            return (int)i;
    return -1;
}

const char *lab_security_name(enum lab_security security)
{
    return security_names[security];
}

const char *lab_tls_name(enum lab_tls version)
{
    const unsigned index = (unsigned)version - LAB_TLS_1_0;
    return index < COUNT(tls_names) ? tls_names[index] : "none";
}

const char *lab_license_name(enum lab_license license)
{
    return license_names[license];
}

const char *lab_address_name(enum lab_address address)
{
    return address_names[address];
}

const char *lab_family_name(enum lab_family family)
{
    return family_names[family];
}

const char *lab_gateway_name(enum lab_gateway gateway)
{
    return gateway_names[gateway];
}

const char *lab_phase_name(enum lab_phase phase)
{
    return phase_names[phase];
}

const char *lab_moment_name(enum lab_moment moment)
{
    return moment_names[moment];
}

const char *lab_fault_kind_name(enum lab_fault_kind kind)
{
    return fault_kind_names[kind];
}

bool lab_security_parse(const char *word, enum lab_security *security)
{
    const int index = find(security_names, COUNT(security_names), word);
    if (index >= 0)
        *security = (enum lab_security)index;
    return index >= 0;
}

bool lab_tls_parse(const char *word, enum lab_tls *version)
{
    const int index = find(tls_names, COUNT(tls_names), word);
    if (index >= 0)
        *version = (enum lab_tls)(LAB_TLS_1_0 + index);
    return index >= 0;
}

bool lab_gateway_parse(const char *word, enum lab_gateway *gateway)
{
    const int index = find(gateway_names, COUNT(gateway_names), word);
    if (index >= 0)
        *gateway = (enum lab_gateway)index;
    return index >= 0;
}

bool lab_phase_parse(const char *word, enum lab_phase *phase)
{
    const int index = find(phase_names, COUNT(phase_names), word);
    if (index >= 0)
        *phase = (enum lab_phase)index;
    return index >= 0;
}

bool lab_moment_parse(const char *word, enum lab_moment *moment)
{
    const int index = find(moment_names, COUNT(moment_names), word);
    if (index >= 0)
        *moment = (enum lab_moment)index;
    return index >= 0;
}

bool lab_fault_kind_parse(const char *word, enum lab_fault_kind *kind)
{
    const int index = find(fault_kind_names, COUNT(fault_kind_names), word);
    if (index > 0)
        *kind = (enum lab_fault_kind)index;
    return index > 0;
}
