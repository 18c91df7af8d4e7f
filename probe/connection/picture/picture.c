// SPDX-License-Identifier: Apache-2.0
#include "connection/picture/picture.h"

#include <freerdp/channels/rdpgfx.h>
#include <freerdp/client/rdpgfx.h>
#include <freerdp/event.h>
#include <freerdp/gdi/gdi.h>
#include <freerdp/gdi/gfx.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "connection/picture/image.h"
#include "connection/progress.h"

// A desktop is painted in pieces, so it is complete when nothing has changed for a while: FreeRDP's shadow server
// paints the same over and over again by the graphics pipeline. One that never comes to rest is taken after LIMIT_MS,
// or half of the time that the deadline leaves, if that is less.
enum { QUIET_MS = 300, LIMIT_MS = 5000, BYTES = 4 };

struct picture {
    unsigned paints;
    double first, latest; // event_clock() of the first paint, and of the latest that changed something
    double limit;         // …when the desktop is taken as it is
    bool blank;           // nothing was painted since the desktop got its size
    bool in_pipeline;     // what is being painted comes by the graphics pipeline
    bool pipeline;        // …as the latest paint did
    uint8_t *painted;     // a byte a pixel: whether it was painted
    uint8_t *seen;        // the desktop as it was after the latest paint
    uint32_t width, height;
    pcRdpgfxUpdateSurfaces update_surfaces; // FreeRDP's own
};

bool picture_wanted(const struct connection_request *request)
{
    return request->until == PHASE_GRAPHICS;
}

bool picture_by_pipeline(const struct connection_request *request)
{
    return picture_wanted(request) && request->profile.levels.level[FACTOR_GRAPHICS] == GRAPHICS_GFX;
}

// ---- painting ----

// A new desktop, of which nothing is painted. That is white, whatever this release of FreeRDP begins with.
static bool clear(struct connection *connection)
{
    struct picture *picture = connection->picture;
    const rdpGdi *gdi = connection->context.gdi;

    free(picture->painted);
    free(picture->seen);
    picture->width = (uint32_t)gdi->width;
    picture->height = (uint32_t)gdi->height;
    picture->painted = calloc((size_t)picture->width * picture->height + 1, 1);
    picture->seen = calloc((size_t)picture->width * picture->height + 1, BYTES);
    picture->blank = true;
    memset(gdi->primary_buffer, 0xFF, (size_t)gdi->stride * picture->height);
    return picture->painted && picture->seen;
}

static INT32 within(INT32 value, uint32_t limit)
{
    return value<0 ? 0 : value>(INT32) limit ? (INT32)limit : value;
}

// Notes an area that was painted. Returns whether that changed anything.
static bool mark(struct picture *picture, const rdpGdi *gdi, const GDI_RGN *area)
{
    bool changed = false;
    INT32 left = within(area->x, picture->width), right = within(area->x + area->w, picture->width);
    INT32 top = within(area->y, picture->height), bottom = within(area->y + area->h, picture->height);
    for (INT32 y = top; y < bottom && left < right; y++) {
        const size_t at = (size_t)y * picture->width + (size_t)left, count = (size_t)(right - left);
        const uint8_t *now = gdi->primary_buffer + (size_t)y * gdi->stride + (size_t)left * BYTES;
        changed = changed || memcmp(picture->seen + at * BYTES, now, count * BYTES) != 0 ||
                  memchr(picture->painted + at, 0, count);
        memcpy(picture->seen + at * BYTES, now, count * BYTES);
        memset(picture->painted + at, 1, count);
    }
    return changed;
}

// To three decimals.
static double milliseconds(double value)
{
    return (double)(long long)(value * 1000 + 0.5) / 1000;
}

static void first_paint(struct connection *connection, double now)
{
    struct picture *picture = connection->picture;
    double after = progress_reached(connection, PHASE_GRAPHICS) ? now - connection->phase_at : 0;
    double left = connection->sink->start + connection->request->profile.deadline_ms - now;

    picture->first = now;
    picture->limit = now + (left < 2 * LIMIT_MS ? left / 2 : LIMIT_MS);
    event_fact(connection->sink, FACT_GRAPHICS_FIRST_PAINT, json_real(milliseconds(after)));
}

static BOOL begin_paint(rdpContext *context)
{
    HGDI_WND window = context->gdi->primary->hdc->hwnd;
    window->invalid->null = TRUE;
    window->ninvalid = 0;
    return TRUE;
}

static BOOL end_paint(rdpContext *context)
{
    struct connection *connection = connection_of(context);
    struct picture *picture = connection->picture;
    HGDI_WND window = context->gdi->primary->hdc->hwnd;

    if (window->invalid->null || connection->over)
        return TRUE;
    bool changed = false;
    for (INT32 i = 0; i < window->ninvalid; i++)
        changed = mark(picture, context->gdi, &window->cinvalid[i]) || changed;
    if (changed)
        picture->latest = event_clock();
    picture->blank = false;
    picture->pipeline = picture->in_pipeline;
    if (picture->paints++ == 0)
        first_paint(connection, picture->latest);
    return begin_paint(context);
}

static BOOL desktop_resize(rdpContext *context)
{
    const rdpSettings *settings = context->settings;
    return gdi_resize(context->gdi, freerdp_settings_get_uint32(settings, FreeRDP_DesktopWidth),
                      freerdp_settings_get_uint32(settings, FreeRDP_DesktopHeight)) &&
           clear(connection_of(context));
}

// ---- the graphics pipeline ----

static UINT update_surfaces(RdpgfxClientContext *pipeline)
{
    struct picture *picture = connection_of(((rdpGdi *)pipeline->custom)->context)->picture;

    picture->in_pipeline = true;
    UINT status = picture->update_surfaces(pipeline);
    picture->in_pipeline = false;
    return status;
}

static void on_channel(void *context, const ChannelConnectedEventArgs *e)
{
    struct connection *connection = connection_of(context);
    RdpgfxClientContext *pipeline = e->pInterface;

    if (strcmp(e->name, RDPGFX_DVC_CHANNEL_NAME) != 0 || !gdi_graphics_pipeline_init(connection->context.gdi, pipeline))
        return;
    connection->picture->update_surfaces = pipeline->UpdateSurfaces;
    pipeline->UpdateSurfaces = update_surfaces;
}

static void on_channel_end(void *context, const ChannelDisconnectedEventArgs *e)
{
    if (strcmp(e->name, RDPGFX_DVC_CHANNEL_NAME) == 0)
        gdi_graphics_pipeline_uninit(connection_of(context)->context.gdi, e->pInterface);
}

// ---- the trial's view ----

bool picture_begin(struct connection *connection)
{
    rdpContext *context = &connection->context;

    if (!picture_wanted(connection->request))
        return true;
    connection->picture = calloc(1, sizeof *connection->picture);
    // drawing_drop() has dealt with pointers, which are no part of the desktop; gdi_init() takes bitmaps and palettes.
    if (!connection->picture || !gdi_init(context->instance, PIXEL_FORMAT_BGRX32) || !clear(connection))
        return false;
    context->update->BeginPaint = begin_paint;
    context->update->EndPaint = end_paint;
    context->update->DesktopResize = desktop_resize;
    PubSub_SubscribeChannelConnected(context->pubSub, on_channel);
    PubSub_SubscribeChannelDisconnected(context->pubSub, on_channel_end);
    event_fact(connection->sink, FACT_GRAPHICS_PAINTS, json_integer(0));
    return true;
}

bool picture_is_complete(const struct connection *connection, double now)
{
    const struct picture *picture = connection->picture;

    if (!picture)
        return true;
    if (picture->blank)
        return false;
    return !connection->request->screenshot[0] || now >= picture->latest + QUIET_MS || now >= picture->limit;
}

static double one_decimal(double value)
{
    return (double)(long long)(value * 10 + 0.5) / 10;
}

bool picture_report(struct connection *connection)
{
    const struct picture *picture = connection->picture;
    const rdpGdi *gdi = connection->context.gdi;
    const char *screenshot = connection->request->screenshot;
    uint32_t color;
    char text[16];

    if (!picture || !gdi)
        return true;
    event_fact(connection->sink, FACT_GRAPHICS_PAINTS, json_integer(picture->paints));
    event_fact(connection->sink, FACT_GRAPHICS_WIDTH, json_integer(picture->width));
    event_fact(connection->sink, FACT_GRAPHICS_HEIGHT, json_integer(picture->height));
    if (picture->blank)
        return true;
    const struct image image = {.pixels = gdi->primary_buffer,
                                .stride = gdi->stride,
                                .painted = picture->painted,
                                .width = picture->width,
                                .height = picture->height};
    double painted = image_painted(&image);
    event_fact(connection->sink, FACT_GRAPHICS_PATH, json_string(picture->pipeline ? "gfx" : "bitmap"));
    event_fact(connection->sink, FACT_GRAPHICS_PAINTED, json_real(one_decimal(painted)));
    // The first piece of a desktop says nothing about the others.
    if (screenshot[0] || painted >= 100) {
        bool uniform = image_uniform(&image, &color);
        event_fact(connection->sink, FACT_GRAPHICS_UNIFORM, json_boolean(uniform));
        if (uniform) {
            snprintf(text, sizeof text, "#%06X", color);
            event_fact(connection->sink, FACT_GRAPHICS_COLOR, json_string(text));
        }
    }
    if (!screenshot[0])
        return true;
    if (!image_save(&image, screenshot))
        return false;
    event_fact(connection->sink, FACT_GRAPHICS_SCREENSHOT, json_string(screenshot));
    return true;
}
