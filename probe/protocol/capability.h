// SPDX-License-Identifier: Apache-2.0
// The capability sets of Demand Active (MS-RDPBCGR 2.2.1.13.1.1, 2.2.7). Pure functions over bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "knowledge/codes.h"

struct capability {
    uint16_t type;       // capabilitySetType; capability_row() names it
    const uint8_t *data; // without its header, pointing into the PDU
    size_t size;
};

struct capabilities {
    const uint8_t *at;
    const uint8_t *end;
    unsigned left; // sets still announced
};

// Finds the sets in Demand Active, from behind its share control header on. False where it is truncated.
bool capabilities_open(const uint8_t *body, size_t size, struct capabilities *sets);

// Takes the next set. False after the last, or where a length does not fit.
bool capabilities_next(struct capabilities *sets, struct capability *set);

// A field that tells something about the server.
struct capability_field {
    uint16_t type;
    const char *name;
    unsigned offset; // in the set, without its header
    unsigned bytes;  // little-endian, 1, 2 or 4; 32: an array of flags, whose value is how many are set
    const struct code_row *(*row)(uint32_t value); // names the value, or NULL: it is a number
};

// The fields, one after the other from index 0; NULL past the last. Static.
const struct capability_field *capability_field_at(size_t index);

// Reads a field; false where it is of another set, or not in this one (older servers send shorter sets).
bool capability_read(const struct capability *set, const struct capability_field *field, uint32_t *value);
