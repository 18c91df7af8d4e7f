// SPDX-License-Identifier: Apache-2.0
// The JSON lines on standard output.
#pragma once

#include <jansson.h>
#include <stdbool.h>

// Takes standard output for the records alone: whatever a library prints there goes to standard error from now on.
// Returns the descriptor of the records, to watch for its reader's end; -1 with errno when that fails.
int record_open(void);

// Writes one object as one line, at once where the reader keeps up, and frees it. A reader that does not never holds
// the gateway up: the line then waits for record_flush(). False when the reader is gone or 16 MiB behind.
bool record_write(json_t *object);

// True while lines wait for the descriptor to become writable.
bool record_waiting(void);

// Writes what the reader takes, waiting for it up to `milliseconds` in all. False when it is gone.
bool record_flush(int milliseconds);

// A JSON string of text that may be NULL (null) or not UTF-8 (what does not fit becomes U+FFFD).
json_t *record_text(const char *text);
