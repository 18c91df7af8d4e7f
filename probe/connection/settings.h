// SPDX-License-Identifier: Apache-2.0
// FreeRDP's settings for a variant: everything that matters is set, never left to the library's default.
#pragma once

#include "connection/connection.h"

// Applies request and variant to the session's settings. False if FreeRDP refuses one.
bool settings_apply(struct connection *connection);

// Applies what holds for the target's TLS handshake, but not for that of a gateway before it. False if FreeRDP refuses.
bool settings_before_target_tls(struct connection *connection);

// Once there is a message channel: what the server asks there is answered, whether or not auto-detection was offered.
// Windows asks in any case, and FreeRDP ends the connection where it did not offer it.
void settings_answer_autodetect(struct connection *connection);
