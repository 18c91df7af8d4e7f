// SPDX-License-Identifier: Apache-2.0
#include "protocol/der.h"

bool der_take(struct der *in, uint8_t *tag, struct der *value)
{
    if (in->end - in->at < 2)
        return false;
    *tag = in->at[0];
    size_t length = in->at[1];
    const uint8_t *p = in->at + 2;
    if (length & 0x80) {
        size_t bytes = length & 0x7F;
        if (bytes == 0 || bytes > 4 || (size_t)(in->end - p) < bytes)
            return false;
        length = 0;
        for (; bytes; bytes--)
            length = length << 8 | *p++;
    }
    if ((size_t)(in->end - p) < length)
        return false;
    *value = (struct der){p, p + length};
    in->at = p + length;
    return true;
}

bool der_take_tag(struct der *in, uint8_t wanted, struct der *value)
{
    uint8_t tag;
    return der_take(in, &tag, value) && tag == wanted;
}
