// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include "protocol/capability.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct capability_field *field;
    struct capabilities sets;
    struct capability set;
    uint32_t value;

    if (!capabilities_open(data, size, &sets))
        return 0;
    while (capabilities_next(&sets, &set)) {
        promise_inside(set.data, set.size, data, size);
        for (size_t i = 0; (field = capability_field_at(i)); i++)
            if (capability_read(&set, field, &value))
                promise(set.type == field->type);
    }
    return 0;
}
