// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include "protocol/share.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct share_pdu pdu;
    size_t taken;
    uint16_t flags;

    promise(security_flags(data, size, &flags) == (size >= 4));
    // As the tap walks over a payload.
    while (share_parse(data, size, &pdu, &taken)) {
        promise(share_starts(data, size) && taken > 0 && taken <= size);
        promise(pdu.type <= SHARE_DATA_OTHER && (pdu.error_info == 0 || pdu.type == SHARE_SET_ERROR_INFO));
        data += taken;
        size -= taken;
    }
    return 0;
}
