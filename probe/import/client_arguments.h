// SPDX-License-Identifier: Apache-2.0
// Arguments of xfreerdp as text, in its own form (/NAME:VALUE, +NAME, -NAME) and in POSIX form (--NAME VALUE): what
// must be known of them besides what FreeRDP's parser makes of them. Pure functions.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Whether a word has the sign of an argument: '/', '+' or '-'.
bool client_argument_has_sign(const char *word);

// Whether one of the arguments has this name.
bool client_arguments_have(int argc, char *const *argv, const char *name);

// False, with a sentence, if one of them would read further arguments or secrets, print a list, or change the log.
bool client_arguments_allowed(int argc, char *const *argv, char *error, size_t size);

// How xfreerdp 3 writes an argument that it refuses in the form of xfreerdp 2; NULL for one that had no other. Static.
const char *client_argument_new_form(const char *word);

// Writes the name of a word without its sign and value, for messages; a word without sign may be a secret and comes
// out as "…". Returns name.
char *client_argument_name(const char *word, char *name, size_t size);

// The port in /gateway:g:HOST:PORT or /g:HOST:PORT, which FreeRDP's parser drops; 0 if there is none.
uint16_t client_arguments_gateway_port(int argc, char *const *argv);

// Whether a password, token or hash is among them.
bool client_arguments_hold_secret(int argc, char *const *argv);

// Overwrites those, as xfreerdp does, so that lists of processes show no more of them.
void client_arguments_hide_secrets(int argc, char **argv);
