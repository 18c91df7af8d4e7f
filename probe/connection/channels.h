// SPDX-License-Identifier: Apache-2.0
// The static virtual channels that a client announces in its network data (MS-RDPBCGR 2.2.1.3.4).
#pragma once

#include <freerdp/freerdp.h>

#include "connection/request.h"

// For FreeRDP's LoadChannels callback: puts the channels into the settings that the variant's redirection and graphics
// levels ask for, and no plugin behind them: what a server sends on such a channel is let pass. Only a picture that is
// to come by the graphics pipeline loads that one's plugin. False if FreeRDP refuses.
bool channels_announce(freerdp *instance, const struct connection_request *request);

// FreeRDP's ReceiveChannelData callback: hands the data to the channel's plugin. Without one FreeRDP would end the
// connection; here the data is dropped.
BOOL channels_receive(freerdp *instance, UINT16 channel, const BYTE *data, size_t size, UINT32 flags, size_t total);
