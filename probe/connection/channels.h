// SPDX-License-Identifier: Apache-2.0
// The static virtual channels that a client announces in its network data (MS-RDPBCGR 2.2.1.3.4).
#pragma once

#include <freerdp/freerdp.h>

// FreeRDP's LoadChannels callback: puts the channels into the settings that the variant's redirection and graphics
// levels ask for, and no plugin behind them. What a server sends on such a channel is let pass.
BOOL channels_announce(freerdp *instance);
