// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include "protocol/mcs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { RESULT_MAX = 255, REASON_MAX = 7 };
    struct mcs_pdu pdu;

    if (!mcs_parse(data, size, &pdu))
        return 0;
    promise(pdu.type <= MCS_OTHER && pdu.result <= RESULT_MAX && pdu.reason <= REASON_MAX);
    if (pdu.type == MCS_SEND_DATA_REQUEST || pdu.type == MCS_SEND_DATA_INDICATION)
        promise_inside(pdu.payload, pdu.size, data, size);
    else
        promise(!pdu.payload && pdu.size == 0);
    return 0;
}
