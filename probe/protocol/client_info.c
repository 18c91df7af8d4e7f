// SPDX-License-Identifier: Apache-2.0
#include "protocol/client_info.h"

#include "protocol/little_endian.h"

enum {
    FLAGS = 4,
    SIZES = 8, // of Domain, UserName, Password, AlternateShell and WorkingDir: none counts the zero at its end
    TEXTS = 5,
    NAMES = SIZES + 2 * TEXTS,
    INFO_UNICODE = 0x10,
    // Of the extended packet (2.2.1.11.1.1.1), behind clientAddress and clientDir, whose sizes count the zero.
    TIME_ZONE = 172,
    SESSION_ID = 4
};

static bool skip(const uint8_t **p, const uint8_t *end, size_t size)
{
    if ((size_t)(end - *p) < size)
        return false;
    *p += size;
    return true;
}

// A field of a size and as many bytes.
static bool skip_sized(const uint8_t **p, const uint8_t *end)
{
    return end - *p >= 2 && skip(p, end, 2 + (size_t)little16(*p));
}

bool client_info_parse(const uint8_t *data, size_t size, struct client_info *info)
{
    const uint8_t *p = data + NAMES, *end = data + size;

    *info = (struct client_info){0};
    if (size < NAMES)
        return false;
    info->code_page = little32(data);
    info->flags = little32(data + FLAGS);
    const size_t zero = info->flags & INFO_UNICODE ? 2 : 1;
    for (size_t i = 0; i < TEXTS; i++)
        if (!skip(&p, end, little16(data + SIZES + 2 * i) + zero))
            return false;
    info->has_performance = skip(&p, end, 2) && skip_sized(&p, end) && skip_sized(&p, end) &&
                            skip(&p, end, TIME_ZONE + SESSION_ID) && end - p >= 4;
    if (info->has_performance)
        info->performance = little32(p);
    return true;
}
