// SPDX-License-Identifier: Apache-2.0
#include "trial/trial.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "trial/effect.h"
#include "trial/journal.h"
#include "trial/outcome_record.h"
#include "trial/until.h"

bool trial_init(struct trial *trial)
{
    *trial = (struct trial){.until = PHASE_ACTIVE, .repeat = 1};
    trial->facts = json_object();
    return trial->facts != NULL;
}

void trial_clear(struct trial *trial)
{
    json_decref(trial->facts);
    *trial = (struct trial){0};
}

double trial_ms(double ms)
{
    return (double)(long long)(ms * 1000 + 0.5) / 1000;
}

static json_t *milliseconds(double ms)
{
    return json_real(trial_ms(ms));
}

static json_t *phase_to_json(const struct trial *trial, const struct phase_time *time)
{
    json_t *json =
        json_pack("{s:s, s:o, s:o, s:i}", "phase", phase_name(time->phase), "start", milliseconds(time->start), "ms",
                  milliseconds(time->ms), "round_trips", (int)time->round_trips);
    if (!json || time->phase != PHASE_GATEWAY || !trial->step_count)
        return json;
    json_t *steps = json_array();
    for (unsigned i = 0; i < trial->step_count; i++)
        json_array_append_new(steps,
                              json_pack("{s:s, s:o, s:o}", "step", gateway_step_name(trial->steps[i].step), "start",
                                        milliseconds(trial->steps[i].start), "ms", milliseconds(trial->steps[i].ms)));
    json_object_set_new(json, "steps", steps);
    return json;
}

json_t *variant_to_json(const struct variant *variant)
{
    json_t *json = json_object();
    for (int f = 0; f < FACTOR_COUNT; f++)
        json_object_set_new(json, factor_row((enum factor)f)->name,
                            json_string(level_name((enum factor)f, variant->level[f])));
    return json;
}

const struct trial *trial_numbered(const struct trial *const *trials, size_t count, uint64_t number)
{
    for (size_t i = 0; i < count; i++) {
        if (trials[i]->number == number)
            return trials[i];
    }
    return NULL;
}

json_t *trial_to_json(const struct trial *trial)
{
    json_t *json = json_pack("{s:s, s:i, s:I, s:s, s:i}", "record", "trial", "schema", JOURNAL_SCHEMA, "trial",
                             (json_int_t)trial->number, "target", trial->target, "repeat", (int)trial->repeat);
    json_t *variant = variant_to_json(&trial->variant);
    json_t *phases = json_array();
    if (!json || !variant || !phases) {
        json_decref(json);
        json_decref(variant);
        json_decref(phases);
        return NULL;
    }
    for (unsigned i = 0; i < trial->phase_count; i++)
        json_array_append_new(phases, phase_to_json(trial, &trial->phases[i]));
    json_object_set_new(json, "variant", variant);
    json_object_set_new(json, "until", json_string(until_name((struct until){trial->until, trial->at_challenge})));
    json_object_set_new(json, "in_effect", json_boolean(trial_in_effect(trial, NULL)));
    json_object_set_new(json, "outcome", outcome_to_json(&trial->outcome));
    json_object_set_new(json, "phases", phases);
    json_object_set(json, "facts", trial->facts);
    json_object_set_new(json, "connections", json_integer(trial->connections));
    json_object_set_new(json, "logons", json_integer(trial->logons));
    json_object_set_new(json, "failed_logons", json_integer(trial->failed_logons));
    if (trial->redirected_from)
        json_object_set_new(json, "redirected_from", json_integer((json_int_t)trial->redirected_from));
    json_object_set_new(json, "ms", milliseconds(trial->ms));
    if (trial->peak_kib)
        json_object_set_new(json, "peak_kib", json_integer((json_int_t)trial->peak_kib));
    if (trial->cpu_ms > 0)
        json_object_set_new(json, "cpu_ms", milliseconds(trial->cpu_ms));
    return json;
}

struct reading {
    char *error;
    size_t size;
    bool failed;
};

static void complain(struct reading *reading, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void complain(struct reading *reading, const char *format, ...)
{
    va_list arguments;
    if (reading->failed)
        return;
    va_start(arguments, format);
    vsnprintf(reading->error, reading->size, format, arguments);
    va_end(arguments);
    reading->failed = true;
}

static const char *text_of(struct reading *reading, const json_t *json, const char *member)
{
    const char *text = json_string_value(json_object_get(json, member));
    if (!text)
        complain(reading, "the record has no text \"%s\"", member);
    return text ? text : "";
}

static json_int_t integer_of(const json_t *json, const char *member)
{
    return json_integer_value(json_object_get(json, member));
}

static enum phase phase_of(struct reading *reading, const json_t *json, const char *member)
{
    enum phase phase = PHASE_RESOLVE;
    const char *name = text_of(reading, json, member);
    if (!phase_from_name(name, &phase))
        complain(reading, "\"%s\" is no phase: \"%s\"", member, name);
    return phase;
}

static struct until until_of(struct reading *reading, const json_t *json)
{
    struct until until = {.phase = PHASE_ACTIVE};
    if (!json_object_get(json, "until"))
        return until;
    const char *name = text_of(reading, json, "until");
    if (!until_from_name(name, &until))
        complain(reading, "\"until\" is no phase: \"%s\"", name);
    return until;
}

static void read_variant(struct reading *reading, const json_t *json, struct variant *variant)
{
    const char *name;
    json_t *value;
    for (int f = 0; f < FACTOR_COUNT; f++)
        variant->level[f] = (unsigned char)factor_row((enum factor)f)->earlier;
    json_object_foreach((json_t *)json, name, value)
    {
        enum factor factor;
        unsigned level;
        const char *text = json_string_value(value);
        if (!factor_from_name(name, &factor))
            complain(reading, "\"variant\" has the unknown factor \"%s\"", name);
        else if (!text || !level_from_name(factor, text, &level))
            complain(reading, "factor \"%s\" has no level \"%s\"", name, text ? text : "(no text)");
        else
            variant->level[factor] = (unsigned char)level;
    }
}

static void read_steps(struct reading *reading, const json_t *steps, struct trial *trial)
{
    for (size_t i = 0; i < json_array_size(steps) && trial->step_count < GATEWAY_STEP_COUNT; i++) {
        const json_t *item = json_array_get(steps, i);
        struct step_time *time = &trial->steps[trial->step_count++];
        const char *name = text_of(reading, item, "step");
        if (!gateway_step_from_name(name, &time->step))
            complain(reading, "\"step\" is no step of a gateway: \"%s\"", name);
        time->start = json_number_value(json_object_get(item, "start"));
        time->ms = json_number_value(json_object_get(item, "ms"));
    }
}

bool trial_from_json(const json_t *json, struct trial *trial, char *error, size_t size)
{
    struct reading reading = {error, size, false};

    if (!trial_init(trial)) {
        snprintf(error, size, "memory is out");
        return false;
    }
    trial->number = (uint64_t)integer_of(json, "trial");
    snprintf(trial->target, sizeof trial->target, "%s", text_of(&reading, json, "target"));
    trial->repeat = (unsigned)integer_of(json, "repeat");
    read_variant(&reading, json_object_get(json, "variant"), &trial->variant);
    struct until until = until_of(&reading, json);
    trial->until = until.phase;
    trial->at_challenge = until.at_challenge;
    if (!reading.failed)
        reading.failed = !outcome_from_json(json_object_get(json, "outcome"), &trial->outcome, error, size);

    const json_t *phases = json_object_get(json, "phases");
    for (size_t i = 0; i < json_array_size(phases) && trial->phase_count < PHASE_COUNT; i++) {
        const json_t *item = json_array_get(phases, i);
        trial->phases[trial->phase_count++] =
            (struct phase_time){.phase = phase_of(&reading, item, "phase"),
                                .start = json_number_value(json_object_get(item, "start")),
                                .ms = json_number_value(json_object_get(item, "ms")),
                                .round_trips = (unsigned)integer_of(item, "round_trips")};
        read_steps(&reading, json_object_get(item, "steps"), trial);
    }
    const json_t *facts = json_object_get(json, "facts");
    if (json_is_object(facts)) {
        json_decref(trial->facts);
        trial->facts = json_deep_copy(facts);
    }
    trial->connections = (unsigned)integer_of(json, "connections");
    trial->logons = (unsigned)integer_of(json, "logons");
    trial->failed_logons = (unsigned)integer_of(json, "failed_logons");
    trial->redirected_from = (uint64_t)integer_of(json, "redirected_from");
    trial->ms = json_number_value(json_object_get(json, "ms"));
    trial->peak_kib = (uint64_t)integer_of(json, "peak_kib");
    trial->cpu_ms = json_number_value(json_object_get(json, "cpu_ms"));

    if (reading.failed)
        trial_clear(trial);
    return !reading.failed;
}
