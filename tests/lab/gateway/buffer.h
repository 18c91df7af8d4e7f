// SPDX-License-Identifier: Apache-2.0
// A queue of bytes: appended at the end, consumed at the front.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// All zero is an empty queue.
struct buffer {
    unsigned char *data;
    size_t start;
    size_t length;
    size_t capacity;
};

// Appends `length` bytes; ends the process when memory is used up (every caller bounds what it queues).
void buffer_append(struct buffer *buffer, const void *bytes, size_t length);

// Makes room for `length` bytes behind the queued ones and returns where they go; buffer_grow() then counts them in.
unsigned char *buffer_reserve(struct buffer *buffer, size_t length);
void buffer_grow(struct buffer *buffer, size_t length);

// The queued bytes, buffer->length of them; valid until the next call that changes the queue.
unsigned char *buffer_bytes(const struct buffer *buffer);

// Drops the first `length` bytes (at most all of them).
void buffer_consume(struct buffer *buffer, size_t length);

// Appends an integer in little-endian order, as MS-TSGU packets have it.
void buffer_append_u16(struct buffer *buffer, uint16_t value);
void buffer_append_u32(struct buffer *buffer, uint32_t value);

// Frees the memory and leaves an empty queue.
void buffer_clear(struct buffer *buffer);
