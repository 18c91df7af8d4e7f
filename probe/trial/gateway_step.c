// SPDX-License-Identifier: Apache-2.0
#include "trial/gateway_step.h"

#include <string.h>

static const char *const names[GATEWAY_STEP_COUNT] = {
    [GATEWAY_STEP_TLS] = "tls",
    [GATEWAY_STEP_HTTP] = "http",
    [GATEWAY_STEP_SECOND_TCP] = "second-tcp",
    [GATEWAY_STEP_SECOND_TLS] = "second-tls",
    [GATEWAY_STEP_SECOND_HTTP] = "second-http",
    [GATEWAY_STEP_HANDSHAKE] = "handshake",
    [GATEWAY_STEP_TUNNEL] = "tunnel",
    [GATEWAY_STEP_AUTHORIZE] = "authorize",
    [GATEWAY_STEP_CHANNEL] = "channel",
};

const char *gateway_step_name(enum gateway_step step)
{
    return (unsigned)step < GATEWAY_STEP_COUNT ? names[step] : "unknown";
}

bool gateway_step_from_name(const char *name, enum gateway_step *step)
{
    for (int i = 0; i < GATEWAY_STEP_COUNT; i++) {
        if (strcmp(name, names[i]) == 0) {
            *step = (enum gateway_step)i;
            return true;
        }
    }
    return false;
}
