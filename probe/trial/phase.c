// SPDX-License-Identifier: Apache-2.0
#include "trial/phase.h"

#include <string.h>

static const char *const names[PHASE_COUNT] = {
    [PHASE_RESOLVE] = "resolve",
    [PHASE_TCP] = "tcp",
    [PHASE_GATEWAY] = "gateway",
    [PHASE_NEGOTIATE] = "negotiate",
    [PHASE_TLS] = "tls",
    [PHASE_NLA] = "nla",
    [PHASE_MCS] = "mcs",
    [PHASE_CHANNELS] = "channels",
    [PHASE_INFO] = "info",
    [PHASE_LICENSING] = "licensing",
    [PHASE_CAPABILITIES] = "capabilities",
    [PHASE_FINALIZE] = "finalize",
    [PHASE_ACTIVE] = "active",
    [PHASE_LOGON] = "logon",
    [PHASE_GRAPHICS] = "graphics",
};

const char *phase_name(enum phase phase)
{
    return (unsigned)phase < PHASE_COUNT ? names[phase] : "unknown";
}

bool phase_from_name(const char *name, enum phase *phase)
{
    for (int i = 0; i < PHASE_COUNT; i++) {
        if (strcmp(name, names[i]) == 0) {
            *phase = (enum phase)i;
            return true;
        }
    }
    return false;
}
