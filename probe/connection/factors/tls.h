// SPDX-License-Identifier: Apache-2.0
// TLS versions of the factor tls.
#pragma once

#include <stdint.h>

// The lowest and the highest TLS version that a level of the factor allows, in OpenSSL's numbers: 0x0301 is TLS 1.0.
void tls_level_range(unsigned level, uint16_t *lowest, uint16_t *highest);
