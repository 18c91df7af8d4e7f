// SPDX-License-Identifier: Apache-2.0
#include "connection/licensing.h"

enum { PREAMBLE = 4 }; // bMsgType, flags, wMsgSize

static uint32_t little32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

bool licensing_parse(const uint8_t *data, size_t size, struct licensing_message *message)
{
    if (size < PREAMBLE)
        return false;
    *message = (struct licensing_message){.type = data[0]};
    if (message->type != LICENSING_ERROR_ALERT)
        return true;
    if (size < PREAMBLE + 8)
        return false;
    message->error = little32(data + PREAMBLE);
    message->transition = little32(data + PREAMBLE + 4);
    return true;
}

bool licensing_succeeds(const struct licensing_message *message)
{
    switch (message->type) {
    case LICENSING_NEW_LICENSE:
    case LICENSING_UPGRADE_LICENSE:
        return true;
    case LICENSING_ERROR_ALERT:
        return message->error == LICENSING_STATUS_VALID_CLIENT;
    default:
        return false;
    }
}
