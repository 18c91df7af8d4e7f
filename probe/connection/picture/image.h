// SPDX-License-Identifier: Apache-2.0
// A desktop as an image: what of it was painted, whether it has one colour only, and as a PNG file.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct image {
    const uint8_t *pixels;  // rows from the top, four bytes a pixel: blue, green, red, and one that means nothing
    size_t stride;          // bytes from one row to the next
    const uint8_t *painted; // a byte a pixel, rows without padding: not 0 where something was painted
    uint32_t width, height;
};

// How much was painted, in percent.
double image_painted(const struct image *image);

// Whether all that was painted has one colour, but for what a lossy codec makes of it; stores the mean as 0xRRGGBB.
// False where nothing was painted.
bool image_uniform(const struct image *image, uint32_t *color);

// Whether image_publish() could make the file, as far as can be known before: there is nothing of the name or a plain
// file, and its directory takes files. Nothing is left there. False with errno: EEXIST for what is no plain file.
bool image_can_save(const char *path);

// Saves as PNG, RGB of 8 bits each and opaque, in a new file that is readable by the user alone (a desktop may show
// secrets): the worker's part, in a directory that nobody else has. False with errno.
bool image_save(const struct image *image, const char *path);

// Copies such a file to where the user wants it: the parent's part. The copy has no name before it is complete, so
// whoever is killed meanwhile leaves nothing. One of the same name is replaced. False with errno.
bool image_publish(const char *from, const char *path);
