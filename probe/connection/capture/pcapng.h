// SPDX-License-Identifier: Apache-2.0
// Blocks of a pcapng file (draft-ietf-opsawg-pcapng), little-endian. Pure functions over bytes: each appends one whole
// block to a buffer.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Link types of interfaces (draft-ietf-opsawg-pcaplinktype 2).
enum pcapng_link {
    LINK_RAW_IP = 101,   // LINKTYPE_RAW: IPv4 or IPv6, told apart by the version
    LINK_UPPER_PDU = 252 // LINKTYPE_WIRESHARK_UPPER_PDU: tags and a PDU of any protocol
};

// What is written to; the caller owns the memory.
struct pcapng_buffer {
    uint8_t *data;
    size_t capacity, used;
};

struct pcapng_packet {
    uint32_t interface;    // counted from 0 in the order of the interface blocks
    uint64_t time;         // nanoseconds since 1970-01-01 UTC
    const uint8_t *header; // the packet's bytes are header and data, one after the other; either may be empty
    size_t header_size;
    const uint8_t *data;
    size_t size;
    size_t left_out;     // bytes that the packet had beyond these
    const char *comment; // opt_comment, or NULL
};

// Each returns false, and leaves the buffer as it was, where the block does not fit.

// Section Header Block (4.1) with the name of the program that writes the file.
bool pcapng_section(struct pcapng_buffer *buffer, const char *application);

// Interface Description Block (4.2); times in nanoseconds.
bool pcapng_interface(struct pcapng_buffer *buffer, enum pcapng_link link, const char *name, const char *description);

// Decryption Secrets Block (4.7) with TLS secrets in NSS' key log format: length bytes of text, then line feeds up to
// room, which is what the block can still be given without growing.
bool pcapng_secrets(struct pcapng_buffer *buffer, const char *text, size_t length, size_t room);

// Enhanced Packet Block (4.3).
bool pcapng_packet(struct pcapng_buffer *buffer, const struct pcapng_packet *packet);

// How many bytes at the front of a file, or of what follows a whole block, are whole blocks: what is read one block
// header at a time with read(context, offset, out, 8), which returns whether 8 bytes were there. size is the file's.
uint64_t pcapng_whole(uint64_t from, uint64_t size, bool (*read)(void *context, uint64_t offset, uint8_t out[8]),
                      void *context);
