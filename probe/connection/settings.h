// SPDX-License-Identifier: Apache-2.0
// FreeRDP's settings for a variant: everything that matters is set, never left to the library's default.
#pragma once

#include "connection/connection.h"

// Applies request and variant to the session's settings. False if FreeRDP refuses one.
bool settings_apply(struct connection *connection);

// Applies what holds for the target's TLS handshake, but not for that of a gateway before it. False if FreeRDP refuses.
bool settings_before_target_tls(struct connection *connection);
