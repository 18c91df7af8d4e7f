// SPDX-License-Identifier: Apache-2.0
// What the fuzz targets share: libFuzzer's entry, and a look at what a decoder hands out.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

// Called by libFuzzer with each input; returns 0.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Ends the run with a report where a promise of a decoder's header is broken.
static inline void promise(int kept)
{
    if (!kept)
        abort();
}

// A part that a decoder handed out lies in its input.
static inline void promise_inside(const uint8_t *part, size_t part_size, const uint8_t *data, size_t size)
{
    promise(part >= data && part <= data + size && part_size <= (size_t)(data + size - part));
}
