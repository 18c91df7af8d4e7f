// SPDX-License-Identifier: Apache-2.0
#include "connection/event.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

double event_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void send_all(int fd, const char *data, size_t size)
{
    size_t sent = 0;
    while (sent < size) {
        ssize_t n = send(fd, data + sent, size - sent, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR)
            _exit(1);
        sent += n > 0 ? (size_t)n : 0;
    }
}

void event_flush(struct event_sink *sink)
{
    size_t size = sink->used;
    sink->used = 0;
    send_all(sink->fd, sink->gathered, size);
}

static void gather(struct event_sink *sink, json_t *event, bool bounded)
{
    char *line = event ? json_dumps(event, JSON_COMPACT) : NULL;
    json_decref(event);
    if (!line)
        return;
    size_t length = strlen(line);
    line[length++] = '\n'; // takes the terminator's place: the line is sent by length
    if (bounded && (length > EVENT_LINE_MAX || length > EVENT_BYTES_MAX - sink->reported)) {
        sink->left_out++;
        free(line);
        return;
    }
    sink->reported += bounded ? length : 0;
    if (length > sizeof sink->gathered - sink->used)
        event_flush(sink);
    if (length > sizeof sink->gathered) {
        send_all(sink->fd, line, length);
    } else {
        memcpy(sink->gathered + sink->used, line, length);
        sink->used += length;
    }
    free(line);
}

static void emit(struct event_sink *sink, json_t *event)
{
    gather(sink, event, false);
    event_flush(sink);
}

static double since(const struct event_sink *sink)
{
    return event_clock() - sink->start;
}

void event_phase(struct event_sink *sink, enum phase phase)
{
    emit(sink, json_pack("{s:s, s:f}", "phase", phase_name(phase), "t", since(sink)));
}

void event_step(struct event_sink *sink, enum gateway_step step)
{
    emit(sink, json_pack("{s:s, s:f}", "step", gateway_step_name(step), "t", since(sink)));
}

void event_fact(struct event_sink *sink, enum fact fact, json_t *value)
{
    gather(sink, json_pack("{s:i, s:o}", "fact", (int)fact, "value", value), true);
}

// Writes the number's digits; returns what follows them. printf is not for signal handlers (signal-safety(7)).
static char *put_digits(char *to, unsigned number)
{
    char digits[10];
    size_t count = 0;
    do
        digits[count++] = (char)('0' + number % 10);
    while (number /= 10);
    while (count)
        *to++ = digits[--count];
    return to;
}

void event_number_now(struct event_sink *sink, enum fact fact, unsigned value)
{
    char line[64];
    char *p = stpcpy(line, "{\"fact\":");
    p = put_digits(p, (unsigned)fact);
    p = put_digits(stpcpy(p, ",\"value\":"), value);
    p = stpcpy(p, "}\n");
    send_all(sink->fd, line, (size_t)(p - line));
}

void event_name_now(struct event_sink *sink, enum fact fact, const char *name)
{
    enum { NAME_MAX_LENGTH = 40 };
    char line[96];
    char *p = stpcpy(line, "{\"fact\":");
    p = stpcpy(put_digits(p, (unsigned)fact), ",\"value\":\"");
    p = stpncpy(p, name, NAME_MAX_LENGTH);
    p = stpcpy(p, "\"}\n");
    send_all(sink->fd, line, (size_t)(p - line));
}

void event_append(struct event_sink *sink, enum fact fact, const char *text)
{
    if (sink->entries[fact] < EVENT_LIST_MAX) {
        sink->entries[fact]++;
        gather(sink, json_pack("{s:i, s:s}", "append", (int)fact, "value", text), true);
    } else {
        sink->left_out++;
    }
}

void event_round_trip(struct event_sink *sink)
{
    gather(sink, json_pack("{s:b}", "round_trip", 1), true);
}

void event_connection(struct event_sink *sink)
{
    emit(sink, json_pack("{s:b}", "connection", 1));
}

void event_logon(struct event_sink *sink)
{
    emit(sink, json_pack("{s:b}", "logon", 1));
}

double event_request_permit(struct event_sink *sink)
{
    const double begin = event_clock();
    char answer = 0;
    ssize_t n;
    emit(sink, json_pack("{s:s}", "leave", "asked"));
    do
        n = recv(sink->fd, &answer, 1, 0);
    while (n < 0 && errno == EINTR);
    if (n != 1 || answer != EVENT_PERMIT)
        _exit(0);
    const double waited = event_clock() - begin;
    sink->start += waited;
    return waited;
}

void event_permit_unused(struct event_sink *sink)
{
    emit(sink, json_pack("{s:s}", "leave", "unused"));
}

void event_failed_logon(struct event_sink *sink)
{
    emit(sink, json_pack("{s:b}", "failed_logon", 1));
}

void event_outcome(struct event_sink *sink, const struct outcome *o)
{
    if (sink->left_out)
        gather(sink, json_pack("{s:i, s:I}", "fact", (int)FACT_END_LEFT_OUT, "value", (json_int_t)sink->left_out),
               false);
    emit(sink, json_pack("{s:{s:i, s:i, s:i, s:i, s:I, s:s, s:s, s:i, s:I, s:I, s:I, s:s}, s:f}", "outcome", "result",
                         (int)o->result, "phase", (int)o->phase, "family", (int)o->family, "side", (int)o->side, "code",
                         (json_int_t)o->code, "name", o->name, "detail", o->detail, "basis", (int)o->mstsc.basis,
                         "mstsc", (json_int_t)o->mstsc.code, "extended", (json_int_t)o->mstsc.extended, "freerdp",
                         (json_int_t)o->freerdp.code, "freerdp_name", o->freerdp.name, "t", since(sink)));
}

// The last phase ends, and with it its last step.
static void end_phase(struct trial *trial, double t)
{
    if (!trial->phase_count)
        return;
    struct phase_time *phase = &trial->phases[trial->phase_count - 1];
    phase->ms = t - phase->start;
    if (phase->phase == PHASE_GATEWAY && trial->step_count)
        trial->steps[trial->step_count - 1].ms = t - trial->steps[trial->step_count - 1].start;
}

static void apply_step(struct trial *trial, enum gateway_step step, double t)
{
    if (trial->step_count)
        trial->steps[trial->step_count - 1].ms = t - trial->steps[trial->step_count - 1].start;
    if (trial->step_count < GATEWAY_STEP_COUNT)
        trial->steps[trial->step_count++] = (struct step_time){.step = step, .start = t};
}

static void apply_phase(struct trial *trial, enum phase phase, double t)
{
    end_phase(trial, t);
    if (trial->phase_count < PHASE_COUNT)
        trial->phases[trial->phase_count++] = (struct phase_time){.phase = phase, .start = t};
    trial->outcome.phase = phase;
}

static void copy(char *to, size_t size, const json_t *json, const char *member)
{
    const char *value = json_string_value(json_object_get(json, member));
    size_t length = value ? strnlen(value, size - 1) : 0;
    memcpy(to, value ? value : "", length);
    to[length] = '\0';
}

static int64_t integer(const json_t *json, const char *member)
{
    return json_integer_value(json_object_get(json, member));
}

static bool in_range(const json_t *json, const char *member, json_int_t count)
{
    const json_t *value = json_object_get(json, member);
    return json_is_integer(value) && json_integer_value(value) >= 0 && json_integer_value(value) < count;
}

static bool apply_outcome(struct outcome *o, const json_t *json)
{
    // A worker whose memory is corrupt may write anything; what has no name must not get into a record.
    if (!in_range(json, "result", RESULT_FAILED + 1) || !in_range(json, "phase", PHASE_COUNT) ||
        !in_range(json, "family", FAMILY_COUNT) || !in_range(json, "side", SIDE_COUNT) ||
        !in_range(json, "basis", BASIS_INFERRED + 1))
        return false;
    o->result = (enum result)integer(json, "result");
    o->phase = (enum phase)integer(json, "phase");
    o->family = (enum family)integer(json, "family");
    o->side = (enum failing_side)integer(json, "side");
    o->code = (uint32_t)integer(json, "code");
    copy(o->name, sizeof o->name, json, "name");
    copy(o->detail, sizeof o->detail, json, "detail");
    o->mstsc.basis = (enum basis)integer(json, "basis");
    o->mstsc.code = (uint32_t)integer(json, "mstsc");
    o->mstsc.extended = (uint32_t)integer(json, "extended");
    o->freerdp.code = (uint32_t)integer(json, "freerdp");
    copy(o->freerdp.name, sizeof o->freerdp.name, json, "freerdp_name");
    return true;
}

static double time_of(const json_t *event)
{
    return json_number_value(json_object_get(event, "t"));
}

static enum event_kind observed(bool known)
{
    return known ? EVENT_OBSERVED : EVENT_UNKNOWN;
}

static enum event_kind take_phase(struct trial *trial, const json_t *event, const json_t *value)
{
    enum phase phase;
    bool known = json_is_string(value) && phase_from_name(json_string_value(value), &phase);
    if (known)
        apply_phase(trial, phase, time_of(event));
    return observed(known);
}

static enum event_kind take_step(struct trial *trial, const json_t *event, const json_t *value)
{
    enum gateway_step step;
    bool known = json_is_string(value) && gateway_step_from_name(json_string_value(value), &step);
    if (known)
        apply_step(trial, step, time_of(event));
    return observed(known);
}

static enum event_kind take_fact(struct trial *trial, const json_t *event, const json_t *value)
{
    return observed(in_range(event, "fact", FACT_COUNT) && fact_set(trial->facts, (enum fact)json_integer_value(value),
                                                                    json_incref(json_object_get(event, "value"))));
}

static enum event_kind take_append(struct trial *trial, const json_t *event, const json_t *value)
{
    enum fact fact = (enum fact)json_integer_value(value);
    const char *text = json_string_value(json_object_get(event, "value"));
    return observed(in_range(event, "append", FACT_COUNT) && fact_row(fact)->type == FACT_LIST && text &&
                    fact_append(trial->facts, fact, text));
}

static enum event_kind take_round_trip(struct trial *trial, const json_t *event, const json_t *value)
{
    (void)event;
    bool known = json_is_true(value) && trial->phase_count > 0;
    if (known)
        trial->phases[trial->phase_count - 1].round_trips++;
    return observed(known);
}

static enum event_kind take_connection(struct trial *trial, const json_t *event, const json_t *value)
{
    (void)event;
    trial->connections += json_is_true(value);
    return observed(json_is_true(value));
}

static enum event_kind take_logon(struct trial *trial, const json_t *event, const json_t *value)
{
    (void)event;
    trial->logons += json_is_true(value);
    return observed(json_is_true(value));
}

static enum event_kind take_failed_logon(struct trial *trial, const json_t *event, const json_t *value)
{
    (void)event;
    trial->failed_logons += json_is_true(value);
    return observed(json_is_true(value));
}

static enum event_kind take_outcome(struct trial *trial, const json_t *event, const json_t *value)
{
    if (!apply_outcome(&trial->outcome, value))
        return EVENT_UNKNOWN;
    event_finish(trial, time_of(event));
    return EVENT_ENDED;
}

static enum event_kind take_permit(struct trial *trial, const json_t *event, const json_t *value)
{
    (void)trial;
    (void)event;
    const char *text = json_string_value(value);
    if (text && strcmp(text, "asked") == 0)
        return EVENT_PERMIT_REQUESTED;
    return text && strcmp(text, "unused") == 0 ? EVENT_PERMIT_UNUSED : EVENT_UNKNOWN;
}

// Each kind of event has a member of its own.
static const struct {
    const char *member;
    enum event_kind (*take)(struct trial *trial, const json_t *event, const json_t *value);
} kinds[] = {
    {"phase", take_phase},           {"step", take_step},    {"fact", take_fact},
    {"append", take_append},         {"leave", take_permit}, {"round_trip", take_round_trip},
    {"connection", take_connection}, {"logon", take_logon},  {"failed_logon", take_failed_logon},
    {"outcome", take_outcome},
};

enum event_kind event_apply(struct trial *trial, const char *line, size_t length)
{
    json_t *event = json_loadb(line, length, 0, NULL);
    const json_t *value = NULL;
    enum event_kind kind = EVENT_UNKNOWN;
    for (size_t i = 0; !value && i < sizeof kinds / sizeof kinds[0]; i++) {
        value = json_object_get(event, kinds[i].member);
        if (value)
            kind = kinds[i].take(trial, event, value);
    }
    json_decref(event);
    return kind;
}

void event_finish(struct trial *trial, double ms)
{
    end_phase(trial, ms);
    trial->ms = ms;
}
