// SPDX-License-Identifier: Apache-2.0
#include "connection/request.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REQUEST_MAX = 1 << 20 };

// NULL for what is no UTF-8, which FreeRDP could not use either: another text in its place, such as an empty password,
// would cost a failed logon.
static json_t *text(const char *s)
{
    return json_string(s ? s : "");
}

static json_t *target_to_json(const struct target *target)
{
    return json_pack("{s:s, s:i}", "host", target->host, "port", (int)target->port);
}

static json_t *to_json(const struct connection_request *request)
{
    json_t *variant = json_array();
    for (int i = 0; i < FACTOR_COUNT; i++)
        json_array_append_new(variant, json_integer(request->variant.level[i]));
    return json_pack(
        "{s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:i, s:i, s:I}",
        "variant", variant, "until", (int)request->until, "target", target_to_json(&request->target), "gateway",
        target_to_json(&request->gateway), "user", text(request->user), "domain", text(request->domain), "password",
        text(request->password), "gateway_user", text(request->gateway_user), "gateway_domain",
        text(request->gateway_domain), "gateway_password", text(request->gateway_password), "gateway_token",
        text(request->gateway_token), "gateway_bearer", text(request->gateway_bearer), "config_path",
        text(request->config_path), "client_name", text(request->client_name), "load_balance_info",
        text(request->load_balance_info), "alias", text(request->alias), "require_certificate",
        (int)request->require_certificate, "autologon", (int)request->autologon, "settle_ms", (int)request->settle_ms,
        "deadline_ms", (int)request->deadline_ms, "redirected_session", (json_int_t)request->redirected_session);
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
    json_object_set_new(json, "at_challenge", json_boolean(request->at_challenge));
    json_object_set_new(json, "requests_permit", json_boolean(request->requests_permit));
    json_object_set_new(json, "capture", json_integer(request->capture));
    json_object_set_new(json, "screenshot", text(request->screenshot));
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

static void target_from_json(const json_t *json, struct target *target)
{
    const char *host = json_string_value(json_object_get(json, "host"));
    const char *error;
    if (host && *host)
        target_parse(host, 0, target, &error);
    target->port = (uint16_t)json_integer_value(json_object_get(json, "port"));
}

// Whether there is a variant and a phase to stop at, as request_send() writes them; all else may be left out.
static bool is_request(const json_t *json)
{
    const json_t *variant = json_object_get(json, "variant"), *until = json_object_get(json, "until"), *level;
    size_t i;

    if (!json_is_integer(until) || json_integer_value(until) < 0 || json_integer_value(until) >= PHASE_COUNT ||
        json_array_size(variant) != FACTOR_COUNT)
        return false;
    json_array_foreach(variant, i, level)
    {
        if (!json_is_integer(level) || json_integer_value(level) < 0 ||
            json_integer_value(level) >= factor_levels((enum factor)i))
            return false;
    }
    return true;
}

static const char *member(const json_t *json, const char *name)
{
    const char *value = json_string_value(json_object_get(json, name));
    return value ? value : "";
}

bool request_receive(struct connection_request *request, int fd)
{
    char *line = malloc(REQUEST_MAX);
    size_t length = 0;
    json_t *json = NULL;
    int descriptor = -1;

    *request = (struct connection_request){0};
    while (line && length < REQUEST_MAX) {
        ssize_t n = receive_with(fd, line + length, REQUEST_MAX - length, &descriptor);
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
    if (!is_request(json)) {
        json_decref(json);
        if (descriptor >= 0)
            close(descriptor);
        return false;
    }

    json_int_t form = json_integer_value(json_object_get(json, "capture"));
    request->capture = form == CAPTURE_REDACTED || form == CAPTURE_WHOLE ? (enum capture_form)form : CAPTURE_OFF;
    request->capture_fd = descriptor;
    request->memory = json;
    for (int i = 0; i < FACTOR_COUNT; i++)
        request->variant.level[i] =
            (unsigned char)json_integer_value(json_array_get(json_object_get(json, "variant"), (size_t)i));
    request->until = (enum phase)json_integer_value(json_object_get(json, "until"));
    request->at_challenge = json_is_true(json_object_get(json, "at_challenge"));
    request->requests_permit = json_is_true(json_object_get(json, "requests_permit"));
    target_from_json(json_object_get(json, "target"), &request->target);
    target_from_json(json_object_get(json, "gateway"), &request->gateway);
    request->user = member(json, "user");
    request->domain = member(json, "domain");
    request->password = member(json, "password");
    request->gateway_user = member(json, "gateway_user");
    request->gateway_domain = member(json, "gateway_domain");
    request->gateway_password = member(json, "gateway_password");
    request->alias = member(json, "alias");
    request->gateway_token = member(json, "gateway_token");
    request->gateway_bearer = member(json, "gateway_bearer");
    request->client_name = member(json, "client_name");
    request->load_balance_info = member(json, "load_balance_info");
    request->redirected_session = (uint32_t)json_integer_value(json_object_get(json, "redirected_session"));
    request->screenshot = member(json, "screenshot");
    request->config_path = member(json, "config_path");
    request->require_certificate = json_is_true(json_object_get(json, "require_certificate"));
    request->autologon = json_is_true(json_object_get(json, "autologon"));
    request->settle_ms = (unsigned)json_integer_value(json_object_get(json, "settle_ms"));
    request->deadline_ms = (unsigned)json_integer_value(json_object_get(json, "deadline_ms"));
    return true;
}

void request_clear(struct connection_request *request)
{
    json_decref(request->memory);
    *request = (struct connection_request){0};
}
