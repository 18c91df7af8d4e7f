// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include <string.h>

#include "protocol/sent_names.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sent_names names;

    sent_names_ntlm(data, size, &names);
    promise(memchr(names.user, '\0', SENT_NAME_MAX) && memchr(names.domain, '\0', SENT_NAME_MAX));
    sent_names_info(data, size, &names);
    promise(memchr(names.user, '\0', SENT_NAME_MAX) && memchr(names.domain, '\0', SENT_NAME_MAX));
    return 0;
}
