// SPDX-License-Identifier: Apache-2.0
// The gateway's side of TLS.
#pragma once

#include "options.h"

#include <openssl/ssl.h>

// A server context with the certificate and the versions that the options ask for; without a certificate it makes a
// self-signed one (RSA 2048 or the key given, CN=localhost, SAN localhost, 127.0.0.1, ::1). NULL with one sentence on
// standard error when that fails. Freed with SSL_CTX_free().
SSL_CTX *certificate_context(const struct options *options);
