// SPDX-License-Identifier: Apache-2.0
#include "connection/capture/pcapng.h"

#include <string.h>

enum {
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 6,
    BLOCK_SECRETS = 0xA,
    BLOCK_SECTION = 0x0A0D0D0A,
    BYTE_ORDER = 0x1A2B3C4D,
    SECRETS_TLS_KEY_LOG = 0x544C534B, // 4.7
    FRAME = 12,                       // type and length before a body, the length once more behind it
    OPTION_END = 0,
    OPTION_COMMENT = 1,
    OPTION_APPLICATION = 4, // shb_userappl
    OPTION_NAME = 2,        // if_name
    OPTION_DESCRIPTION = 3, // if_description
    OPTION_RESOLUTION = 9,  // if_tsresol
    NANOSECONDS = 9
};

static void put(struct pcapng_buffer *b, const void *data, size_t size)
{
    if (size && b->used <= b->capacity && size <= b->capacity - b->used)
        memcpy(b->data + b->used, data, size);
    b->used += size; // more than capacity: it did not fit
}

static void put_number(struct pcapng_buffer *b, uint64_t value, size_t size)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
    put(b, bytes, size);
}

static void fill(struct pcapng_buffer *b, uint8_t with, size_t count)
{
    while (count--)
        put(b, &with, 1);
}

static size_t padding(size_t size)
{
    return (4 - size % 4) % 4;
}

static void put_option(struct pcapng_buffer *b, uint16_t code, const void *value, size_t size)
{
    put_number(b, code, 2);
    put_number(b, size, 2);
    put(b, value, size);
    fill(b, 0, padding(size));
}

static void put_text(struct pcapng_buffer *b, uint16_t code, const char *text)
{
    size_t size = strlen(text);
    put_option(b, code, text, size > UINT16_MAX ? UINT16_MAX : size);
}

// Writes a block's head and returns where the block begins.
static size_t begin(struct pcapng_buffer *b, uint32_t type)
{
    size_t start = b->used;
    put_number(b, type, 4);
    put_number(b, 0, 4);
    return start;
}

static bool end(struct pcapng_buffer *b, size_t start)
{
    size_t size = b->used - start + 4;
    put_number(b, size, 4);
    if (b->used > b->capacity || size > UINT32_MAX) {
        b->used = start;
        return false;
    }
    for (size_t i = 0; i < 4; i++)
        b->data[start + 4 + i] = (uint8_t)(size >> 8 * i);
    return true;
}

bool pcapng_section(struct pcapng_buffer *b, const char *application)
{
    size_t start = begin(b, BLOCK_SECTION);
    put_number(b, BYTE_ORDER, 4);
    put_number(b, 1, 2); // version 1.0
    put_number(b, 0, 2);
    put_number(b, UINT64_MAX, 8); // section length: not said
    put_text(b, OPTION_APPLICATION, application);
    put_number(b, OPTION_END, 4);
    return end(b, start);
}

bool pcapng_interface(struct pcapng_buffer *b, enum pcapng_link link, const char *name, const char *description)
{
    const uint8_t resolution = NANOSECONDS;
    size_t start = begin(b, BLOCK_INTERFACE);
    put_number(b, link, 2);
    put_number(b, 0, 2);
    put_number(b, 0, 4); // snapshot length: no limit
    put_text(b, OPTION_NAME, name);
    put_text(b, OPTION_DESCRIPTION, description);
    put_option(b, OPTION_RESOLUTION, &resolution, 1);
    put_number(b, OPTION_END, 4);
    return end(b, start);
}

bool pcapng_secrets(struct pcapng_buffer *b, const char *text, size_t length, size_t room)
{
    size_t start = begin(b, BLOCK_SECRETS), size = length > room ? length : room;
    put_number(b, SECRETS_TLS_KEY_LOG, 4);
    put_number(b, size, 4);
    put(b, text, length);
    fill(b, '\n', size - length);
    fill(b, 0, padding(size));
    return end(b, start);
}

bool pcapng_packet(struct pcapng_buffer *b, const struct pcapng_packet *packet)
{
    size_t start = begin(b, BLOCK_PACKET), captured = packet->header_size + packet->size;
    put_number(b, packet->interface, 4);
    put_number(b, packet->time >> 32, 4);
    put_number(b, packet->time & UINT32_MAX, 4);
    put_number(b, captured, 4);
    put_number(b, captured + packet->left_out, 4);
    put(b, packet->header, packet->header_size);
    put(b, packet->data, packet->size);
    fill(b, 0, padding(captured));
    if (packet->comment) {
        put_text(b, OPTION_COMMENT, packet->comment);
        put_number(b, OPTION_END, 4);
    }
    return end(b, start);
}

uint64_t pcapng_whole(uint64_t from, uint64_t size, bool (*read)(void *context, uint64_t offset, uint8_t out[8]),
                      void *context)
{
    uint8_t head[8];

    while (from < size && size - from >= FRAME && read(context, from, head)) {
        uint64_t length = head[4] | (uint64_t)head[5] << 8 | (uint64_t)head[6] << 16 | (uint64_t)head[7] << 24;
        if (length < FRAME || length % 4 || length > size - from)
            break;
        from += length;
    }
    return from;
}
