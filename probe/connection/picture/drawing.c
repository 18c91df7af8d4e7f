// SPDX-License-Identifier: Apache-2.0
#include "connection/picture/drawing.h"

#include <freerdp/pointer.h>
#include <freerdp/update.h>

static BOOL drop_bitmap(rdpContext *context, const BITMAP_UPDATE *update)
{
    (void)context, (void)update;
    return TRUE;
}

static BOOL drop_palette(rdpContext *context, const PALETTE_UPDATE *update)
{
    (void)context, (void)update;
    return TRUE;
}

static BOOL drop_pointer_position(rdpContext *context, const POINTER_POSITION_UPDATE *update)
{
    (void)context, (void)update;
    return TRUE;
}

static BOOL drop_pointer_system(rdpContext *context, const POINTER_SYSTEM_UPDATE *update)
{
    (void)context, (void)update;
    return TRUE;
}

static BOOL drop_pointer_color(rdpContext *context, const POINTER_COLOR_UPDATE *update)
{
    (void)context, (void)update;
    return TRUE;
}

static BOOL drop_pointer_new(rdpContext *context, const POINTER_NEW_UPDATE *update)
{
    (void)context, (void)update;
    return TRUE;
}

static BOOL drop_pointer_cached(rdpContext *context, const POINTER_CACHED_UPDATE *update)
{
    (void)context, (void)update;
    return TRUE;
}

static BOOL drop_pointer_large(rdpContext *context, const POINTER_LARGE_UPDATE *update)
{
    (void)context, (void)update;
    return TRUE;
}

void drawing_drop(rdpContext *context, rdpGdi *none)
{
    rdpUpdate *update = context->update;
    rdpPointerUpdate *pointer = update->pointer;

    context->gdi = none;
    update->BitmapUpdate = drop_bitmap;
    update->Palette = drop_palette;
    pointer->PointerPosition = drop_pointer_position;
    pointer->PointerSystem = drop_pointer_system;
    pointer->PointerColor = drop_pointer_color;
    pointer->PointerNew = drop_pointer_new;
    pointer->PointerCached = drop_pointer_cached;
    pointer->PointerLarge = drop_pointer_large;
}
