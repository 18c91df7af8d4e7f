// SPDX-License-Identifier: Apache-2.0
#include "buffer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

unsigned char *buffer_reserve(struct buffer *buffer, size_t length)
{
    if (buffer->capacity - buffer->start - buffer->length < length) {
        if (buffer->start > 0) {
            memmove(buffer->data, buffer->data + buffer->start, buffer->length);
            buffer->start = 0;
        }
        if (buffer->capacity - buffer->length < length) {
            size_t capacity = buffer->capacity ? buffer->capacity : 1024;
            while (capacity - buffer->length < length) {
                capacity *= 2;
            }
            unsigned char *data = realloc(buffer->data, capacity);
            if (!data) {
                fputs("labgateway: out of memory\n", stderr);
                abort();
            }
            buffer->data = data;
            buffer->capacity = capacity;
        }
    }
    return buffer->data + buffer->start + buffer->length;
}

void buffer_grow(struct buffer *buffer, size_t length)
{
    buffer->length += length;
}

void buffer_append(struct buffer *buffer, const void *bytes, size_t length)
{
    if (length > 0) {
        memcpy(buffer_reserve(buffer, length), bytes, length);
        buffer->length += length;
    }
}

unsigned char *buffer_bytes(const struct buffer *buffer)
{
    return buffer->data ? buffer->data + buffer->start : NULL;
}

void buffer_consume(struct buffer *buffer, size_t length)
{
    if (length >= buffer->length) {
        buffer->start = 0;
        buffer->length = 0;
    } else {
        buffer->start += length;
        buffer->length -= length;
    }
}

void buffer_append_u16(struct buffer *buffer, uint16_t value)
{
    const unsigned char bytes[2] = {(unsigned char)value, (unsigned char)(value >> 8)};
    buffer_append(buffer, bytes, sizeof bytes);
}

void buffer_append_u32(struct buffer *buffer, uint32_t value)
{
    buffer_append_u16(buffer, (uint16_t)value);
    buffer_append_u16(buffer, (uint16_t)(value >> 16));
}

void buffer_clear(struct buffer *buffer)
{
    free(buffer->data);
    *buffer = (struct buffer){0};
}
