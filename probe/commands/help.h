// SPDX-License-Identifier: Apache-2.0
// --help, made from the tables of options and factors.
#pragma once

#include "commands/options.h"
#include "report/page.h"

// Writes a command's help: usage, options, factors, what a full session does to a target, logons, exit statuses.
void help_command(struct page *page, enum command command);
