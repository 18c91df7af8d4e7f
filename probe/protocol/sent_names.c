// SPDX-License-Identifier: Apache-2.0
#include "protocol/sent_names.h"

#include <string.h>

#include "protocol/little_endian.h"
#include "protocol/utf16.h"

// Bytes of one character each where it is no Unicode: what is not ASCII is left open, for its code page is not known.
static void copy(const uint8_t *data, size_t size, bool unicode, char name[SENT_NAME_MAX])
{
    if (unicode) {
        utf16_text(data, size, name, SENT_NAME_MAX);
        return;
    }
    size_t used = 0;
    for (; used < size && used < SENT_NAME_MAX - 1 && data[used]; used++)
        name[used] = data[used] < 0x80 ? (char)data[used] : '?';
    name[used] = '\0';
}

// A field of Len, MaxLen and BufferOffset, counted from the message's start.
static bool field(const uint8_t *message, size_t size, size_t at, bool unicode, char name[SENT_NAME_MAX])
{
    size_t length = little16(message + at), offset = little32(message + at + 4);
    if (offset > size || length > size - offset)
        return false;
    copy(message + offset, length, unicode, name);
    return true;
}

bool sent_names_ntlm(const uint8_t *token, size_t size, struct sent_names *names)
{
    enum { TYPE = 8, DOMAIN = 28, USER = 36, FLAGS = 60, LEAST = 64, AUTHENTICATE = 3, NEGOTIATE_UNICODE = 1 };
    static const char signature[] = "NTLMSSP"; // with its terminating zero: 8 bytes
    const uint8_t *message = size ? memmem(token, size, signature, sizeof signature) : NULL;
    size_t left = message ? (size_t)(token + size - message) : 0;

    *names = (struct sent_names){{0}, {0}};
    if (left < LEAST || little32(message + TYPE) != AUTHENTICATE)
        return false;
    bool unicode = little32(message + FLAGS) & NEGOTIATE_UNICODE;
    return field(message, left, USER, unicode, names->user) && field(message, left, DOMAIN, unicode, names->domain);
}

bool sent_names_info(const uint8_t *info, size_t size, struct sent_names *names)
{
    // codePage 4, flags 4, then the sizes of Domain, UserName, Password, AlternateShell and WorkingDir, which do not
    // count the zero at the end of each.
    enum { FLAGS = 4, DOMAIN_SIZE = 8, USER_SIZE = 10, NAMES = 18, INFO_UNICODE = 0x10 };

    *names = (struct sent_names){{0}, {0}};
    if (size < NAMES)
        return false;
    bool unicode = little32(info + FLAGS) & INFO_UNICODE;
    size_t domain = little16(info + DOMAIN_SIZE), user = little16(info + USER_SIZE), zero = unicode ? 2 : 1;
    if (size - NAMES < domain + user + 2 * zero)
        return false;
    copy(info + NAMES, domain, unicode, names->domain);
    copy(info + NAMES + domain + zero, user, unicode, names->user);
    return true;
}
