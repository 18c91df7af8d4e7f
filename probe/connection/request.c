// SPDX-License-Identifier: Apache-2.0
#include "connection/request.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_MAX = 1 << 20 };

static json_t *to_json(const struct connection_request *request)
{
    return json_pack("{s:o, s:i, s:b, s:b, s:b, s:b, s:s, s:s, s:i}", "profile",
                     profile_to_json(&request->profile, true), "until", (int)request->until, "at_challenge",
                     (int)request->at_challenge, "looks_for_tls", (int)request->looks_for_tls, "requests_permit",
                     (int)request->requests_permit, "one_gateway_logon", (int)request->one_gateway_logon, "screenshot",
                     request->screenshot ? request->screenshot : "", "config_path",
                     request->config_path ? request->config_path : "", "capture", (int)request->capture);
}

// Descriptors travel beside the bytes (unix(7), SCM_RIGHTS).
union ancillary {
    struct cmsghdr align;
    char bytes[CMSG_SPACE(sizeof(int))];
};

static ssize_t send_with(int fd, char *data, size_t size, int descriptor)
{
    union ancillary ancillary = {0};
    struct iovec part = {.iov_base = data, .iov_len = size};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (descriptor >= 0) {
        message.msg_control = ancillary.bytes;
        message.msg_controllen = sizeof ancillary.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    }
    return sendmsg(fd, &message, MSG_NOSIGNAL);
}

// Stores a descriptor that came along.
static ssize_t receive_with(int fd, char *data, size_t size, int *descriptor)
{
    union ancillary ancillary;
    struct iovec part = {.iov_base = data, .iov_len = size};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = ancillary.bytes, .msg_controllen = sizeof ancillary.bytes};
    ssize_t n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);

    struct cmsghdr *header = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (header && header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS &&
        header->cmsg_len == CMSG_LEN(sizeof(int)) && *descriptor < 0)
        memcpy(descriptor, CMSG_DATA(header), sizeof *descriptor);
    return n;
}

bool request_send(const struct connection_request *request, int fd)
{
    json_t *json = to_json(request);
    char *line = json ? json_dumps(json, JSON_COMPACT) : NULL;
    json_decref(json);
    if (!line) {
        errno = EILSEQ;
        return false;
    }
    size_t length = strlen(line), sent = 0;
    line[length] = '\n'; // takes the terminator's place: the line is sent by length
    while (sent <= length) {
        ssize_t n = send_with(fd, line + sent, length + 1 - sent,
                              sent == 0 && request->capture != CAPTURE_OFF ? request->capture_fd : -1);
        if (n < 0 && errno != EINTR)
            break;
        sent += n > 0 ? (size_t)n : 0;
    }
    explicit_bzero(line, length);
    free(line);
    return sent > length;
}

static const char *member(const json_t *json, const char *name)
{
    const char *value = json_string_value(json_object_get(json, name));
    return value ? value : "";
}

static bool from_json(json_t *json, struct connection_request *request)
{
    const json_t *until = json_object_get(json, "until");
    json_int_t form = json_integer_value(json_object_get(json, "capture"));
    if (!json_is_integer(until) || json_integer_value(until) < 0 || json_integer_value(until) >= PHASE_COUNT ||
        !profile_from_json(json_object_get(json, "profile"), &request->profile))
        return false;
    request->until = (enum phase)json_integer_value(until);
    request->at_challenge = json_is_true(json_object_get(json, "at_challenge"));
    request->looks_for_tls = json_is_true(json_object_get(json, "looks_for_tls"));
    request->requests_permit = json_is_true(json_object_get(json, "requests_permit"));
    request->one_gateway_logon = json_is_true(json_object_get(json, "one_gateway_logon"));
    request->screenshot = member(json, "screenshot");
    request->config_path = member(json, "config_path");
    request->capture = form == CAPTURE_REDACTED || form == CAPTURE_WHOLE ? (enum capture_form)form : CAPTURE_OFF;
    request->memory = json;
    return true;
}

// Reads up to the end of the line; NULL where the peer goes away or sends no JSON.
static json_t *receive_line(int fd, int *descriptor)
{
    char *line = malloc(REQUEST_MAX);
    size_t length = 0;
    json_t *json = NULL;

    while (line && length < REQUEST_MAX) {
        ssize_t n = receive_with(fd, line + length, REQUEST_MAX - length, descriptor);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        length += (size_t)n;
        if (line[length - 1] == '\n') {
            json = json_loadb(line, length, 0, NULL);
            break;
        }
    }
    if (line)
        explicit_bzero(line, length);
    free(line);
    return json;
}

bool request_receive(struct connection_request *request, int fd)
{
    int descriptor = -1;
    json_t *json = receive_line(fd, &descriptor);

    *request = (struct connection_request){0};
    if (json && from_json(json, request)) {
        request->capture_fd = descriptor;
        return true;
    }
    json_decref(json);
    *request = (struct connection_request){0};
    if (descriptor >= 0)
        close(descriptor);
    return false;
}

void request_clear(struct connection_request *request)
{
    json_decref(request->memory);
    *request = (struct connection_request){0};
}
