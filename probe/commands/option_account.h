// SPDX-License-Identifier: Apache-2.0
// What the options of accounts and of the gateway do with their arguments, as struct option_row's take; each is a row
// of the table. Passwords themselves are refused: only files and variables are taken.
#pragma once

#include "commands/options.h"

bool option_take_user(struct options *o, const char *text, char *error, size_t size);
bool option_take_domain(struct options *o, const char *text, char *error, size_t size);
bool option_take_password_file(struct options *o, const char *text, char *error, size_t size);
bool option_refuse_password(struct options *o, const char *text, char *error, size_t size);
bool option_refuse_gateway_password(struct options *o, const char *text, char *error, size_t size);
bool option_take_gateway(struct options *o, const char *text, char *error, size_t size);
bool option_take_gateway_user(struct options *o, const char *text, char *error, size_t size);
bool option_take_gateway_domain(struct options *o, const char *text, char *error, size_t size);
bool option_take_gateway_password_file(struct options *o, const char *text, char *error, size_t size);
bool option_take_gateway_token_file(struct options *o, const char *text, char *error, size_t size);
bool option_take_gateway_bearer_file(struct options *o, const char *text, char *error, size_t size);
