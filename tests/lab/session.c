// SPDX-License-Identifier: Apache-2.0
//
// What a client sees of the session: whether it was logged on, and one picture.
#include <freerdp/session.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <winpr/nt.h>

#include "peer.h"

enum { PICTURE_SIZE = 32 };

// Save Session Info PDU ([MS-RDPBCGR] 2.2.10.1): the logon, or why Winlogon refused the password of Client Info.
static void report_logon(struct connection *connection)
{
    struct lab_record *record = connection->record;
    rdpContext *context = connection->peer->context;
    if (!record->authenticated_known || (!record->authenticated && !record->info_password))
        return; // a logon screen, and nobody who typed anything yet
    if (record->authenticated) {
        // Without the names: FreeRDP 3.10's client cannot read an empty domain as FreeRDP's server writes it.
        (void)context->update->SaveSessionInfo(context, INFO_TYPE_LOGON_PLAIN_NOTIFY, NULL);
    } else {
        logon_info_ex info = {.haveErrorInfo = TRUE,
                              .ErrorNotificationType = (UINT32)STATUS_LOGON_FAILURE,
                              .ErrorNotificationData = LOGON_FAILED_BAD_PASSWORD};
        (void)context->update->SaveSessionInfo(context, INFO_TYPE_LOGON_EXTENDED_INF, &info);
    }
    record->logon_reported = true;
}

// A quarter each of red, green, blue and yellow, in reading order: what is mirrored, turned, or has its colours swapped
// shows. At 8 bits per pixel one entry of a palette that is never sent.
static void put_pixel(uint8_t *pixels, uint32_t depth, uint32_t x, uint32_t y)
{
    static const uint32_t colors[] = {0xFF0000, 0x00FF00, 0x0000FF, 0xFFFF00};
    const uint32_t color = colors[(y >= PICTURE_SIZE / 2) * 2 + (x >= PICTURE_SIZE / 2)];
    const uint32_t bytes = (depth + 7) / 8, red = color >> 16, green = color >> 8 & 0xFF, blue = color & 0xFF;
    uint8_t *to = pixels + ((PICTURE_SIZE - 1 - y) * PICTURE_SIZE + x) * bytes; // the lowest row comes first
    uint32_t value = color;
    if (depth == 16)
        value = (red >> 3) << 11 | (green >> 2) << 5 | blue >> 3;
    else if (depth == 15)
        value = (red >> 3) << 10 | (green >> 3) << 5 | blue >> 3;
    else if (depth == 8)
        value = 0x80;
    for (uint32_t i = 0; i < bytes; i++)
        to[i] = (uint8_t)(value >> 8 * i);
}

// A Bitmap Update ([MS-RDPBCGR] 2.2.9.1.1.3.1.2), the one kind of picture that every client must be able to show
static void send_picture(struct connection *connection)
{
    rdpContext *context = connection->peer->context;
    const uint32_t depth = freerdp_settings_get_uint32(context->settings, FreeRDP_ColorDepth);
    const uint32_t length = PICTURE_SIZE * PICTURE_SIZE * ((depth + 7) / 8);
    uint8_t *pixels = malloc(length);
    if (!pixels)
        return;
    for (uint32_t y = 0; y < PICTURE_SIZE; y++)
        for (uint32_t x = 0; x < PICTURE_SIZE; x++)
            put_pixel(pixels, depth, x, y);
    BITMAP_DATA bitmap = {.destRight = PICTURE_SIZE - 1,
                          .destBottom = PICTURE_SIZE - 1,
                          .width = PICTURE_SIZE,
                          .height = PICTURE_SIZE,
                          .bitsPerPixel = depth,
                          .bitmapLength = length,
                          .bitmapDataStream = pixels};
    const BITMAP_UPDATE update = {.number = 1, .rectangles = &bitmap, .skipCompression = TRUE};
    (void)context->update->BitmapUpdate(context, &update);
    free(pixels);
}

void session_begin(struct connection *connection)
{
    report_logon(connection);
    network_begin(connection);
    if (!connection->lab->options.no_picture)
        send_picture(connection);
}

double session_clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

void session_tell_status(struct connection *connection)
{
    enum { SUPPORT_STATUSINFO_PDU = 0x4 }; // [MS-RDPBCGR] 2.2.1.3.2
    const struct lab_options *options = &connection->lab->options;
    struct lab_record *record = connection->record;
    rdpContext *context = connection->peer->context;
    for (size_t i = 0; i < options->status_count && record->facts.early_flags & SUPPORT_STATUSINFO_PDU; i++) {
        if (context->update->ServerStatusInfo(context, options->status[i]))
            record->status[record->status_count++] = options->status[i];
    }
}

// When the session is to be deactivated, 0 for never
static int64_t reactivation(const struct connection *connection)
{
    const int after = connection->lab->options.reactivate_ms;
    return after < 0 || connection->reactivated ? 0 : connection->activated_ms + after;
}

int session_wait_ms(const struct connection *connection)
{
    const int64_t due[] = {connection->measure_until, reactivation(connection)};
    int64_t wait = -1;
    for (size_t i = 0; i < 2 && connection->activated; i++) {
        const int64_t left = due[i] - connection_now_ms();
        if (due[i] && (wait < 0 || left < wait))
            wait = left > 0 ? left : 0;
    }
    return (int)wait;
}

void session_go_on(struct connection *connection)
{
    rdpContext *context = connection->peer->context;
    if (!connection->activated || connection->over)
        return;
    if (connection->measure_until && connection_now_ms() >= connection->measure_until)
        network_end(connection);
    if (reactivation(connection) && connection_now_ms() >= reactivation(connection)) {
        connection->reactivated = true;
        connection->record->deactivated_after_ms = session_clock_ms() - connection->read_ms;
        const unsigned huge = connection->lab->options.huge_desktop;
        if (huge) {
            freerdp_settings_set_uint32(context->settings, FreeRDP_DesktopWidth, huge);
            freerdp_settings_set_uint32(context->settings, FreeRDP_DesktopHeight, huge);
        }
        (void)context->update->DesktopResize(context); // Deactivate All, and Demand Active once more
    }
}
