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

// A desktop is painted in pieces, so it is complete when nothing has changed for a while: FreeRDP's shadow server
// paints the same over and over again by the graphics pipeline. One that never comes to rest is taken after LIMIT_MS,
// or half of the time that the deadline leaves, if that is less.
enum { QUIET_MS = 300, LIMIT_MS = 5000, BYTES = 4 };

struct picture {
    rdpContext *context;
    const struct connection_request *request;
    const struct progress *progress;
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

// A worker makes one trial; FreeRDP's callbacks have no argument to find it by.
static struct picture *drawn;

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
static bool clear(struct picture *picture)
{
    const rdpGdi *gdi = picture->context->gdi;

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

static void first_paint(struct picture *picture, double now)
{
    const struct progress *progress = picture->progress;
    double after = progress_reached(progress, PHASE_GRAPHICS) ? now - progress->phase_at : 0;
    double left = progress->sink->start + picture->request->profile.deadline_ms - now;

    picture->first = now;
    picture->limit = now + (left < 2 * LIMIT_MS ? left / 2 : LIMIT_MS);
    event_fact(progress->sink, FACT_GRAPHICS_FIRST_PAINT, json_real(milliseconds(after)));
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
    struct picture *picture = drawn;
    HGDI_WND window = context->gdi->primary->hdc->hwnd;

    if (window->invalid->null || picture->progress->over)
        return TRUE;
    bool changed = false;
    for (INT32 i = 0; i < window->ninvalid; i++)
        changed = mark(picture, context->gdi, &window->cinvalid[i]) || changed;
    if (changed)
        picture->latest = event_clock();
    picture->blank = false;
    picture->pipeline = picture->in_pipeline;
    if (picture->paints++ == 0)
        first_paint(picture, picture->latest);
    return begin_paint(context);
}

// Whether the desktop that the server wants may be drawn.
static bool is_bearable(rdpContext *context, const struct progress *progress)
{
    const uint32_t width = freerdp_settings_get_uint32(context->settings, FreeRDP_DesktopWidth);
    const uint32_t height = freerdp_settings_get_uint32(context->settings, FreeRDP_DesktopHeight);
    if ((uint64_t)width * height <= PICTURE_PIXELS_MAX)
        return true;
    progress->trace->local = "DESKTOP_TOO_LARGE";
    snprintf(progress->trace->local_detail, sizeof progress->trace->local_detail,
             "the server's desktop of %u x %u is beyond the %d megapixels that are drawn", width, height,
             PICTURE_PIXELS_MAX / (1024 * 1024));
    return false;
}

static BOOL desktop_resize(rdpContext *context)
{
    const rdpSettings *settings = context->settings;
    return is_bearable(context, drawn->progress) &&
           gdi_resize(context->gdi, freerdp_settings_get_uint32(settings, FreeRDP_DesktopWidth),
                      freerdp_settings_get_uint32(settings, FreeRDP_DesktopHeight)) &&
           clear(drawn);
}

// ---- the graphics pipeline ----

static UINT update_surfaces(RdpgfxClientContext *pipeline)
{
    drawn->in_pipeline = true;
    UINT status = drawn->update_surfaces(pipeline);
    drawn->in_pipeline = false;
    return status;
}

static void on_channel(void *context, const ChannelConnectedEventArgs *e)
{
    RdpgfxClientContext *pipeline = e->pInterface;
    (void)context;

    if (strcmp(e->name, RDPGFX_DVC_CHANNEL_NAME) != 0 || !gdi_graphics_pipeline_init(drawn->context->gdi, pipeline))
        return;
    drawn->update_surfaces = pipeline->UpdateSurfaces;
    pipeline->UpdateSurfaces = update_surfaces;
}

static void on_channel_end(void *context, const ChannelDisconnectedEventArgs *e)
{
    (void)context;
    if (strcmp(e->name, RDPGFX_DVC_CHANNEL_NAME) == 0)
        gdi_graphics_pipeline_uninit(drawn->context->gdi, e->pInterface);
}

// ---- the trial's view ----

struct picture *picture_begin(rdpContext *context, const struct connection_request *request,
                              const struct progress *progress)
{
    struct picture *picture = calloc(1, sizeof *picture);

    if (!picture)
        return NULL;
    *picture = (struct picture){.context = context, .request = request, .progress = progress};
    drawn = picture;
    // drawing_drop() has dealt with pointers, which are no part of the desktop; gdi_init() takes bitmaps and palettes.
    if (!is_bearable(context, progress) || !gdi_init(context->instance, PIXEL_FORMAT_BGRX32) || !clear(picture))
        return NULL;
    context->update->BeginPaint = begin_paint;
    context->update->EndPaint = end_paint;
    context->update->DesktopResize = desktop_resize;
    PubSub_SubscribeChannelConnected(context->pubSub, on_channel);
    PubSub_SubscribeChannelDisconnected(context->pubSub, on_channel_end);
    event_fact(progress->sink, FACT_GRAPHICS_PAINTS, json_integer(0));
    return picture;
}

bool picture_is_painted(const struct picture *picture)
{
    return picture && picture->paints > 0;
}

bool picture_is_complete(const struct picture *picture, double now)
{
    if (!picture)
        return true;
    if (picture->blank)
        return false;
    return !picture->request->screenshot[0] || now >= picture->latest + QUIET_MS || now >= picture->limit;
}

static double one_decimal(double value)
{
    return (double)(long long)(value * 10 + 0.5) / 10;
}

// How the desktop looks, which is the image.
static void report_image(const struct picture *picture, const struct image *image)
{
    struct event_sink *sink = picture->progress->sink;
    double painted = image_painted(image);
    uint32_t color;
    char text[16];

    event_fact(sink, FACT_GRAPHICS_PATH, json_string(picture->pipeline ? "gfx" : "bitmap"));
    event_fact(sink, FACT_GRAPHICS_PAINTED, json_real(one_decimal(painted)));
    // The first piece of a desktop says nothing about the others.
    if (!picture->request->screenshot[0] && painted < 100)
        return;
    bool uniform = image_uniform(image, &color);
    event_fact(sink, FACT_GRAPHICS_UNIFORM, json_boolean(uniform));
    if (uniform) {
        snprintf(text, sizeof text, "#%06X", color);
        event_fact(sink, FACT_GRAPHICS_COLOR, json_string(text));
    }
}

bool picture_report(const struct picture *picture)
{
    const rdpGdi *gdi = picture ? picture->context->gdi : NULL;

    if (!gdi)
        return true;
    struct event_sink *sink = picture->progress->sink;
    const char *screenshot = picture->request->screenshot;
    event_fact(sink, FACT_GRAPHICS_PAINTS, json_integer(picture->paints));
    event_fact(sink, FACT_GRAPHICS_WIDTH, json_integer(picture->width));
    event_fact(sink, FACT_GRAPHICS_HEIGHT, json_integer(picture->height));
    if (picture->blank)
        return true;
    const struct image image = {.pixels = gdi->primary_buffer,
                                .stride = gdi->stride,
                                .painted = picture->painted,
                                .width = picture->width,
                                .height = picture->height};
    report_image(picture, &image);
    if (!screenshot[0])
        return true;
    return image_save(&image, screenshot);
}
