// SPDX-License-Identifier: Apache-2.0
#include "connection/observe/flag_fact.h"

#include <stdio.h>

void flag_fact(struct event_sink *sink, enum fact list, uint32_t flags, const struct code_row *(*row_at)(size_t index))
{
    const struct code_row *row;
    json_t *names = json_array();
    char number[16];
    for (size_t i = 0; (row = row_at(i)); i++) {
        if (!(flags & row->code))
            continue;
        json_array_append_new(names, json_string(row->name));
        flags &= ~row->code;
    }
    if (flags) {
        snprintf(number, sizeof number, "0x%X", flags);
        json_array_append_new(names, json_string(number));
    }
    event_fact(sink, list, names);
}
