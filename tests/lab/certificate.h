// SPDX-License-Identifier: Apache-2.0
//
// The server's certificate and key as PEM texts.
#pragma once

#include <openssl/types.h>
#include <stdbool.h>

struct lab_certificate {
    char *certificate; // PEM
    char *key;         // PEM, not encrypted
    EVP_PKEY *pkey;
};

// Makes a self-signed certificate for `name`, valid for `days` from now (negative: it expired that many days ago), with
// the PEM key of key_file, or a new one of RSA 2048 where that is NULL. "localhost" is also valid for 127.0.0.1 and
// ::1. Returns false if OpenSSL fails, or the file holds no key.
bool lab_certificate_make(struct lab_certificate *certificate, const char *name, int days, const char *key_file);

// Reads both from PEM files. Returns false with errno set if a file cannot be read, with errno 0 if it holds no PEM.
bool lab_certificate_read(struct lab_certificate *certificate, const char *certificate_file, const char *key_file);

// Frees what either function filled in.
void lab_certificate_free(struct lab_certificate *certificate);
