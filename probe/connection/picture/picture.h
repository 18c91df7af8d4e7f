// SPDX-License-Identifier: Apache-2.0
// The picture of a trial that goes on to the phase graphics: what the server paints is drawn here, by bitmaps or by the
// graphics pipeline (MS-RDPEGFX), watched, and saved.
#pragma once

#include <freerdp/freerdp.h>

#include "connection/progress.h"
#include "connection/request.h"

struct picture;

// A larger desktop is not drawn; the largest that mstsc asks for is 8192 by 8192 (MS-RDPBCGR 2.2.7.1.2, desktopWidth).
enum { PICTURE_PIXELS_MAX = 64 * 1024 * 1024 };

// Whether the trial goes on to a picture, and whether the graphics pipeline is offered for it.
bool picture_wanted(const struct connection_request *request);
bool picture_by_pipeline(const struct connection_request *request);

// Begins to draw, once in a worker: FreeRDP's PostConnect is the place. All is borrowed. NULL if memory is
// out, or the desktop is too large, which the trace then has as what this machine refuses (DESKTOP_TOO_LARGE).
struct picture *picture_begin(rdpContext *context, const struct connection_request *request,
                              const struct progress *progress);

// Whether there is all that was wanted: something was painted; with a screenshot the desktop has not changed
// for a while, or has been waited for long enough. now is event_clock(). True where picture is NULL.
bool picture_is_complete(const struct picture *picture, double now);

// Whether something was painted on the desktop; false where picture is NULL.
bool picture_is_painted(const struct picture *picture);

// Reports what was drawn so far and saves the screenshot, if there is anything to save. False with errno if the file
// could not be written.
bool picture_report(const struct picture *picture);
