// SPDX-License-Identifier: Apache-2.0
//
// The words that stand on the command line and in the output for the lab's enumerations.
#pragma once

#include "options.h"

const char *lab_security_name(enum lab_security security);
const char *lab_tls_name(enum lab_tls version); // "1.0" to "1.3", or "none"
const char *lab_license_name(enum lab_license license);
const char *lab_address_name(enum lab_address address);
const char *lab_family_name(enum lab_family family);
const char *lab_gateway_name(enum lab_gateway gateway);
const char *lab_phase_name(enum lab_phase phase);
const char *lab_moment_name(enum lab_moment moment);
const char *lab_fault_kind_name(enum lab_fault_kind kind);

// The inverse functions return false for a word that names nothing.
bool lab_security_parse(const char *word, enum lab_security *security);
bool lab_tls_parse(const char *word, enum lab_tls *version); // not "none"
bool lab_gateway_parse(const char *word, enum lab_gateway *gateway);
bool lab_phase_parse(const char *word, enum lab_phase *phase);
bool lab_moment_parse(const char *word, enum lab_moment *moment);
bool lab_fault_kind_parse(const char *word, enum lab_fault_kind *kind); // not "none"
