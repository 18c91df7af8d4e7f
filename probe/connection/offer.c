// SPDX-License-Identifier: Apache-2.0
#include "connection/offer.h"

#include "protocol/x224.h"

void offer_negotiation(wStream *s, const struct variant *variant)
{
    size_t size = Stream_GetPosition(s);

    if (variant->level[FACTOR_SECURITY] != SECURITY_RDP || variant->level[FACTOR_NEGOTIATION] != NEGOTIATION_OFFERED ||
        !Stream_EnsureRemainingCapacity(s, X224_NEGOTIATION_SIZE) ||
        !x224_add_negotiation(Stream_Buffer(s), size, PROTOCOL_RDP))
        return;
    Stream_Seek(s, X224_NEGOTIATION_SIZE);
    Stream_SealLength(s);
}
