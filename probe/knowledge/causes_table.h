// SPDX-License-Identifier: Apache-2.0
// The parts of the table of causes.
#pragma once

#include "knowledge/causes.h"

enum { CAUSES_OF_ACCESS = 12, CAUSES_OF_CLIENT = 16, CAUSES_OF_SERVER = 17 };

extern const struct cause_row causes_of_access[CAUSES_OF_ACCESS]; // H01 to H12: the way there, right and logon
extern const struct cause_row causes_of_client[CAUSES_OF_CLIENT]; // H13 to H28: TLS, licence, client, its features
extern const struct cause_row causes_of_server[CAUSES_OF_SERVER]; // H29 to H45: what answers, services, policies
