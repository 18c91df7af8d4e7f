// SPDX-License-Identifier: Apache-2.0
//
// Auto-detection of network characteristics ([MS-RDPBCGR] 2.2.14): libfreerdp asks for a round trip before licensing;
// in the session the client measures the bandwidth, and is then told what --network says.
#include <freerdp/autodetect.h>

#include "peer.h"

enum { MEASURE_MS = 30 }; // long enough that the client counts some milliseconds
enum { START_NUMBER = 1, STOP_NUMBER, RESULT_NUMBER };

static struct connection *connection_of(const rdpAutoDetect *autodetect)
{
    return ((struct connection_context *)autodetect->context)->connection;
}

static void tell(struct connection *connection)
{
    const struct lab_options *options = &connection->lab->options;
    rdpAutoDetect *autodetect = connection->peer->context->autodetect;
    const rdpNetworkCharacteristicsResult result = {.type = options->bandwidth
                                                                ? RDP_NETCHAR_RESULT_TYPE_BASE_RTT_BW_AVG_RTT
                                                                : RDP_NETCHAR_RESULT_TYPE_BASE_RTT_AVG_RTT,
                                                    .baseRTT = options->base_rtt,
                                                    .averageRTT = options->average_rtt,
                                                    .bandwidth = options->bandwidth};
    if (autodetect->NetworkCharacteristicsResult(autodetect, RDP_TRANSPORT_TCP, RESULT_NUMBER, &result))
        connection->record->network_told = true;
}

static BOOL on_measured(rdpAutoDetect *autodetect, RDP_TRANSPORT_TYPE transport, UINT16 number, UINT16 type, UINT32 ms,
                        UINT32 bytes)
{
    (void)transport, (void)number, (void)type;
    struct connection *connection = connection_of(autodetect);
    connection->record->network_measured = true;
    connection->record->measured_ms = ms;
    connection->record->measured_bytes = bytes;
    tell(connection);
    return TRUE;
}

void network_configure(struct connection *connection)
{
    connection->peer->context->autodetect->BandwidthMeasureResults = on_measured;
}

void network_begin(struct connection *connection)
{
    rdpContext *context = connection->peer->context;
    // Cleared by libfreerdp where the client did not offer it.
    if (freerdp_settings_get_bool(context->settings, FreeRDP_NetworkAutoDetect) &&
        context->autodetect->BandwidthMeasureStart(context->autodetect, RDP_TRANSPORT_TCP, START_NUMBER))
        connection->measure_until = connection_now_ms() + MEASURE_MS;
}

void network_end(struct connection *connection)
{
    rdpAutoDetect *autodetect = connection->peer->context->autodetect;
    connection->measure_until = 0;
    (void)autodetect->BandwidthMeasureStop(autodetect, RDP_TRANSPORT_TCP, STOP_NUMBER, 0);
}
