// SPDX-License-Identifier: Apache-2.0
// Values that options of any kind take. Each returns false with a clause in error[size] that goes on after "--name ".
#pragma once

#include <stdbool.h>
#include <stddef.h>

// Says the clause and returns false.
bool option_refuse(char *error, size_t size, const char *clause);

// Copies the text into the field, if it fits.
bool option_copy(char *field, size_t field_size, const char *text, char *error, size_t size);

// Seconds from least to a day, as milliseconds.
bool option_read_seconds(const char *text, double least, unsigned *ms, char *error, size_t size);

// A number from 1 to a million.
bool option_read_count(const char *text, unsigned *count, char *error, size_t size);

// Trials a second, from 0.001 to 100000.
bool option_read_rate(const char *text, double *rate, char *error, size_t size);
