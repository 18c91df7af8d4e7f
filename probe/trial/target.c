// SPDX-License-Identifier: Apache-2.0
#include "trial/target.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Behind an IPv6 address may stand the zone that it is of (RFC 4007 11.2), an interface's name or number.
static bool is_literal(const char *host)
{
    static const char of_names[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
    unsigned char address[sizeof(struct in6_addr)];
    char alone[INET6_ADDRSTRLEN];
    const char *zone = strchr(host, '%');
    const size_t length = zone ? (size_t)(zone - host) : 0;
    if (!zone)
        return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
    if (length >= sizeof alone || !zone[1] || strlen(zone + 1) >= IF_NAMESIZE ||
        strspn(zone + 1, of_names) != strlen(zone + 1))
        return false;
    memcpy(alone, host, length);
    alone[length] = '\0';
    return inet_pton(AF_INET6, alone, address) == 1;
}

static bool read_port(const char *text, uint16_t *port)
{
    char *end;
    if (*text < '0' || *text > '9')
        return false;
    unsigned long n = strtoul(text, &end, 10);
    if (*end || n < 1 || n > 65535)
        return false;
    *port = (uint16_t)n;
    return true;
}

bool target_parse(const char *text, uint16_t port, struct target *target, const char **error)
{
    struct target t = {.port = port};
    const char *end, *after;
    bool bracketed = text[0] == '[';

    if (strstr(text, "://")) {
        *error = "is a URL, and not HOST[:PORT]";
        return false;
    }

    if (bracketed) {
        text++;
        end = strchr(text, ']');
        if (!end) {
            *error = "has '[' without ']'";
            return false;
        }
        after = end + 1;
    } else {
        const char *colon = strchr(text, ':');
        // More than one colon without brackets: an IPv6 address without port.
        end = colon && !strchr(colon + 1, ':') ? colon : text + strlen(text);
        after = end;
    }
    size_t length = (size_t)(end - text);
    if (length == 0) {
        *error = "names no host";
        return false;
    }
    if (length >= sizeof t.host) {
        *error = "has a host name that is too long";
        return false;
    }
    memcpy(t.host, text, length);
    for (size_t i = 0; i < length; i++) {
        if ((unsigned char)t.host[i] <= ' ' || strchr("/\\@\"'", t.host[i]) ||
            (t.host[i] == '%' && !strchr(t.host, ':'))) {
            *error = "has a character that no host name may have";
            return false;
        }
    }
    if (*after == ':') {
        if (!read_port(after + 1, &t.port)) {
            *error = "has a port that is no number from 1 to 65535";
            return false;
        }
    } else if (*after) {
        *error = "has text after ']'";
        return false;
    }
    t.literal = is_literal(t.host);
    if ((bracketed || strchr(t.host, ':')) && !t.literal) {
        *error = "is no valid IPv6 address";
        return false;
    }
    *target = t;
    return true;
}

char *target_shown(const char *text, char *shown, size_t size)
{
    static const char digits[] = "0123456789", address[] = "0123456789abcdefABCDEF:.[]";
    enum { PORT_DIGITS = 5 };
    const char *colon = strchr(text, ':');
    const size_t length = colon ? strlen(colon + 1) : 0;
    const bool is_port = colon && length <= PORT_DIGITS && strspn(colon + 1, digits) == length;

    if (strpbrk(text, "@%"))
        snprintf(shown, size, "…");
    else if (!colon || is_port || strstr(text, "://") || strspn(text, address) == strlen(text))
        snprintf(shown, size, "%s", text);
    else
        snprintf(shown, size, "%.*s:…", (int)(colon - text), text);
    return shown;
}

char *target_text(const struct target *target, char *text, size_t size)
{
    if (strchr(target->host, ':'))
        snprintf(text, size, "[%s]:%u", target->host, target->port);
    else
        snprintf(text, size, "%s:%u", target->host, target->port);
    return text;
}
