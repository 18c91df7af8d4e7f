// SPDX-License-Identifier: Apache-2.0
// Whether an update of the server paints something, as against pointers, palettes and markers. Pure functions over
// bytes.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The updates of a fast-path PDU, decrypted, from behind its length and signature (MS-RDPBCGR 2.2.9.1.2.1). Of what is
// compressed or a fragment the kind alone counts.
bool painting_fast_path(const uint8_t *updates, size_t size);

// A slow-path update, from behind its share data header (MS-RDPBCGR 2.2.9.1.1.3).
bool painting_slow_path(const uint8_t *body, size_t size);
