// SPDX-License-Identifier: Apache-2.0
#include "client_reader.h"

#include <stdlib.h>
#include <string.h>

#include "wire.h"

#define SEC_SECURE_CHECKSUM  0x0800 // flag of the basic security header, [MS-RDPBCGR] 2.2.8.1.1.2.1
#define SECURITY_HEADER_SIZE 4      // flags and flagsHi; a MAC follows if the PDU is encrypted
#define CHANNEL_AT           10     // in a SendDataRequest: TPKT 4, X.224 3, choice 1, initiator 2
#define CHANNEL_OF_NOBODY    0xFFFF

static bool begin(struct client_reader *reader, const rdpSettings *settings)
{
    const uint8_t *client_random = freerdp_settings_get_pointer(settings, FreeRDP_ClientRandom);
    const uint8_t *server_random = freerdp_settings_get_pointer(settings, FreeRDP_ServerRandom);

    return client_random && server_random &&
           freerdp_settings_get_uint32(settings, FreeRDP_ClientRandomLength) == LEGACY_RANDOM_SIZE &&
           freerdp_settings_get_uint32(settings, FreeRDP_ServerRandomLength) == LEGACY_RANDOM_SIZE &&
           client_stream_begin(&reader->stream, freerdp_settings_get_uint32(settings, FreeRDP_EncryptionMethods),
                               client_random, server_random);
}

size_t client_reader_decrypt(struct client_reader *reader, const rdpSettings *settings, uint8_t *data, size_t length)
{
    const size_t offset = SECURITY_HEADER_SIZE + STANDARD_SECURITY_MAC_SIZE;
    unsigned flags;

    if (length < offset)
        return 0;
    flags = data[0] | (unsigned)data[1] << 8;
    if (!(flags & WIRE_SEC_ENCRYPT))
        return 0;
    if (!reader->begun && !begin(reader, settings))
        return 0;
    reader->begun = true;
    if (!client_stream_decrypt(&reader->stream, flags & SEC_SECURE_CHECKSUM, data + SECURITY_HEADER_SIZE, data + offset,
                               length - offset))
        return 0;
    return offset;
}

bool client_reader_keep(struct client_reader *reader, const uint8_t *packet, size_t length)
{
    uint8_t *copy;

    if (reader->kept_count == CLIENT_READER_KEPT_MAX || length < CHANNEL_AT + 2 ||
        wire_mcs_type(packet, length) != WIRE_MCS_SEND_DATA_REQUEST)
        return false;
    copy = malloc(length);
    if (!copy)
        return false;
    memcpy(copy, packet, length);
    copy[CHANNEL_AT] = CHANNEL_OF_NOBODY >> 8;
    copy[CHANNEL_AT + 1] = CHANNEL_OF_NOBODY & 0xFF;
    reader->kept[reader->kept_count].data = copy;
    reader->kept[reader->kept_count++].length = length;
    return true;
}

int client_reader_replay(struct client_reader *reader, wStream *stream)
{
    uint8_t *data;
    size_t length;

    if (reader->replayed == reader->kept_count)
        return 0;
    data = reader->kept[reader->replayed].data;
    length = reader->kept[reader->replayed++].length;
    Stream_SetPosition(stream, 0);
    if (!Stream_EnsureCapacity(stream, length)) {
        free(data);
        return -1;
    }
    Stream_Write(stream, data, length);
    free(data);
    Stream_SealLength(stream);
    Stream_SetPosition(stream, 0);
    return (int)length;
}
