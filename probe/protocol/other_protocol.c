// SPDX-License-Identifier: Apache-2.0
#include "protocol/other_protocol.h"

#include <string.h>

enum { HEAD_MAX = 8 };

static const struct row {
    const char head[HEAD_MAX];
    size_t size;
    struct other_protocol protocol;
} rows[] = {
    {"SSH-", 4, {"ANSWER_IS_SSH", "SSH"}},                                    // RFC 4253 4.2
    {"HTTP/", 5, {"ANSWER_IS_HTTP", "HTTP"}},                                 // RFC 9112 4
    {"\x15\x03", 2, {"ANSWER_IS_TLS", "TLS, which is not due before X.224"}}, // RFC 8446 5.1: an alert,
    {"\x16\x03", 2, {"ANSWER_IS_TLS", "TLS, which is not due before X.224"}}, // or a handshake record
    {"RFB ", 4, {"ANSWER_IS_VNC", "VNC"}},                                    // RFC 6143 7.1.1
    {"220", 3, {"ANSWER_IS_MAIL_OR_FTP", "SMTP or FTP"}},                     // RFC 5321 4.2, RFC 959 4.2
};

const struct other_protocol *other_protocol(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (size >= rows[i].size && memcmp(data, rows[i].head, rows[i].size) == 0)
            return &rows[i].protocol;
    }
    return NULL;
}

bool other_protocol_may_be_tls(const struct other_protocol *protocol)
{
    return !protocol || strcmp(protocol->outcome, "ANSWER_IS_TLS") == 0;
}
