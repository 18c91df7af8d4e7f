// SPDX-License-Identifier: Apache-2.0
// What a client's earlyCapabilityFlags show of a factor (Client Core Data, MS-RDPBCGR 2.2.1.3.2).
#pragma once

#include <stdint.h>

#include "trial/trial.h"

enum { EARLY_ERRINFO = 0x0001, EARLY_AUTODETECT = 0x0080, EARLY_GFX = 0x0100 };

// Of a level that shows as one of them: whether it was sent as wanted, set or not.
enum effect early_flag_effect(const struct trial *trial, uint32_t flag, bool wanted);
