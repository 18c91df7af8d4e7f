// SPDX-License-Identifier: Apache-2.0
// What a server wants painted is taken and dropped, unless a picture is wanted (picture.h).
#pragma once

#include <freerdp/freerdp.h>
#include <freerdp/gdi/gdi.h>

// Sets the callbacks of slow-path updates. Without them FreeRDP ends the connection at the first bitmap or pointer that
// comes in slow path (libfreerdp/core/update.c: update_recv(), update_recv_pointer()); in fast path,
// FreeRDP_DeactivateClientDecoding alone has it go on. Also gives the context none, an rdpGdi that is all zero:
// FreeRDP 3.5 asserts that there is one at each update (update_begin_paint()), drawing or not.
void drawing_drop(rdpContext *context, rdpGdi *none);
