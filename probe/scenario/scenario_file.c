// SPDX-License-Identifier: Apache-2.0
#include "scenario/scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario/expectation.h"
#include "scenario/scenario_reader.h"
#include "scenario/target_entry.h"
#include "scenario/variant_rule.h"
#include "trial/until.h"

enum { SCENARIO_SIZE_MAX = 4 * 1024 * 1024, NAME_BYTES_MAX = 128, COUNT_MAX = 1000000, IN_FLIGHT_MAX = 10000 };

static bool take_name(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    (void)unused;
    const char *text = reader_text(reader, node, "the scenario's name");
    if (!text)
        return false;
    if (strlen(text) > NAME_BYTES_MAX)
        return reader_refuse(reader, node, "the scenario's name is longer than %d bytes", NAME_BYTES_MAX);
    reader->scenario->name = reader_copy(reader, reader_place(reader, node), text);
    return reader->scenario->name != NULL;
}

static bool take_gateway(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    (void)unused;
    reader->gateway = node;
    return reader_text(reader, node, "the gateway") != NULL;
}

static bool take_gateway_credentials(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    (void)unused;
    reader->gateway_credentials = node;
    return reader_text(reader, node, "the name of credentials") != NULL;
}

static bool take_design(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    static const char *const names[] = {
        [DESIGN_ONE_AT_A_TIME] = "one-at-a-time",
        [DESIGN_PAIRWISE] = "pairwise",
        [DESIGN_THREE_WAY] = "three-way",
        [DESIGN_FULL] = "full",
    };
    enum { NAMES = sizeof names / sizeof names[0] };
    const char *text = reader_text(reader, node, "the design");
    (void)unused;
    if (!text)
        return false;
    for (int i = 0; i < NAMES; i++) {
        if (strcmp(text, names[i]) == 0) {
            reader->scenario->design = (enum design)i;
            return true;
        }
    }
    return reader_refuse_word(reader, reader_place(reader, node), "design", text, names, NAMES);
}

static bool take_seed(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    (void)unused;
    const char *text = reader_text(reader, node, "the seed");
    if (!text)
        return false;
    enum { DIGITS_MAX = 19 }; // of numbers that surely fit into 64 bits
    if (strspn(text, "0123456789") != strlen(text) || strlen(text) > DIGITS_MAX)
        return reader_refuse(reader, node, "the seed is a whole number of at most %d digits, and not '%.60s'",
                             DIGITS_MAX, text);
    reader->scenario->seed = strtoull(text, NULL, 10);
    return true;
}

static bool take_repeats(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    (void)unused;
    return reader_count(reader, node, "repeats", 1, COUNT_MAX, &reader->scenario->repeats);
}

static bool take_until(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    const char *names[PHASE_COUNT + 1];
    const char *text = reader_text(reader, node, "until");
    struct until until;
    (void)unused;
    if (!text)
        return false;
    if (until_from_name(text, &until)) {
        reader->scenario->until = until.phase;
        reader->scenario->at_challenge = until.at_challenge;
        return true;
    }
    for (int i = 0; i < PHASE_COUNT; i++)
        names[i] = phase_name((enum phase)i);
    names[PHASE_COUNT] = until_name((struct until){PHASE_NLA, true});
    return reader_refuse_word(reader, reader_place(reader, node), "phase", text, names, PHASE_COUNT + 1);
}

static bool take_deadline(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    (void)unused;
    return reader_seconds(reader, node, "the deadline", 0.001, &reader->scenario->profile.deadline_ms);
}

static bool take_settle(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    (void)unused;
    reader->scenario->has_settle = true;
    return reader_seconds(reader, node, "settle", 0, &reader->scenario->profile.settle_ms);
}

static bool take_pause(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    (void)unused;
    reader->scenario->has_pause = true;
    return reader_seconds(reader, node, "pause", 0, &reader->scenario->profile.pause_ms);
}

static bool take_max_in_flight(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    (void)unused;
    return reader_count(reader, node, "max-in-flight", 1, IN_FLIGHT_MAX, &reader->scenario->max_in_flight);
}

static bool take_max_failed_logons(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    (void)unused;
    return reader_count(reader, node, "max-failed-logons", 1, COUNT_MAX, &reader->scenario->profile.max_failed_logons);
}

static bool take_max_trials(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    enum { TRIALS_MAX = 1000000000 };
    (void)unused;
    return reader_count(reader, node, "max-trials", 1, TRIALS_MAX, &reader->scenario->profile.max_trials);
}

static bool read_rate(struct scenario_reader *reader, const struct yaml_node *node, const char *what, double *rate)
{
    const char *text = reader_text(reader, node, what);
    char *end = NULL;
    if (!text)
        return false;
    bool plain = strspn(text, "0123456789.") == strlen(text);
    double value = plain ? strtod(text, &end) : 0;
    if (!plain || *end || value < 0.001 || value > 100000)
        return reader_refuse(reader, node, "%s is a number of trials a second from 0.001 to 100000, and not '%.60s'",
                             what, text);
    *rate = value;
    return true;
}

static bool take_rate(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    (void)unused;
    return read_rate(reader, node, "rate", &reader->scenario->rate);
}

static bool take_gateway_rate(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    (void)unused;
    return read_rate(reader, node, "gateway-rate", &reader->scenario->gateway_rate);
}

static bool take_target_rate(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    (void)unused;
    return read_rate(reader, node, "target-rate", &reader->scenario->target_rate);
}

static bool take_limits(struct scenario_reader *reader, const struct yaml_node *node, void *unused)
{
    static const struct reader_field fields[] = {
        {"max-in-flight", take_max_in_flight, NULL},
        {"max-failed-logons", take_max_failed_logons, NULL},
        {"max-trials", take_max_trials, NULL},
        {"rate", take_rate, NULL},
        {"gateway-rate", take_gateway_rate, NULL},
        {"target-rate", take_target_rate, NULL},
        {"pause", take_pause, NULL},
        {"settle", take_settle, NULL},
    };
    return reader_fields(reader, node, "limits", fields, sizeof fields / sizeof fields[0], unused);
}

// In the order in which they are read: what stands further down refers to what stands above.
static const struct reader_field fields[] = {
    {"name", take_name, NULL},           {"credentials", credentials_read, NULL},
    {"gateway", take_gateway, NULL},     {"gateway-credentials", take_gateway_credentials, NULL},
    {"targets", targets_read, NULL},     {"cert-policy", certificate_policy_read, NULL},
    {"autologon", autologon_read, NULL}, {"set", base_read, NULL},
    {"factors", factors_read, NULL},     {"never", never_read, NULL},
    {"design", take_design, NULL},       {"variants", variants_read, NULL},
    {"seed", take_seed, NULL},           {"repeats", take_repeats, NULL},
    {"until", take_until, NULL},         {"deadline", take_deadline, NULL},
    {"limits", take_limits, NULL},       {"expect", expectations_read, NULL},
};

// The file's name without folders and ending, for scenarios without a name.
static char *default_name(const char *file)
{
    const char *slash = strrchr(file, '/');
    const char *name = strcmp(file, "-") == 0 ? "scenario" : slash ? slash + 1 : file;
    const char *dot = strrchr(name, '.');
    return strndup(name, dot && dot != name ? (size_t)(dot - name) : strlen(name));
}

// Where the first transport is named that a variant uses.
static const struct yaml_node *level_in_use(const struct scenario_reader *reader, const struct yaml_node *root)
{
    unsigned level = GATEWAY_OFF + 1;
    while (level + 1 < factor_levels(FACTOR_GATEWAY) && !(reader->scenario->levels[FACTOR_GATEWAY] >> level & 1))
        level++;
    return variants_level_node(root, FACTOR_GATEWAY, level);
}

// A gateway that no variant uses, or a variant that no target has a gateway for, is a mistake.
static bool check_gateways(struct scenario_reader *reader, const struct yaml_node *root)
{
    const struct scenario *s = reader->scenario;
    const struct yaml_node *key = yaml_node_get(root, "gateway");
    const char *off = level_name(FACTOR_GATEWAY, GATEWAY_OFF), *on = level_name(FACTOR_GATEWAY, GATEWAY_OFF + 1);
    const char *name = factor_row(FACTOR_GATEWAY)->name;
    bool used = (s->levels[FACTOR_GATEWAY] & ~(1u << GATEWAY_OFF)) != 0, there = false;
    for (size_t i = 0; i < s->target_count; i++) {
        const struct scenario_target *target = &s->targets[i];
        there = there || target->has_gateway;
        if (target->has_gateway && !used)
            return reader_fail(reader, key ? reader_place(reader, key) : target->place,
                               "a gateway is given, and every variant has %s=%s: add set: {%s: %s} or vary it", name,
                               off, name, on);
    }
    if (used && !there)
        return reader_refuse(reader, level_in_use(reader, root),
                             "variants go through a gateway, and no target has one: add gateway: HOST[:PORT]");
    return true;
}

static bool read_root(struct scenario_reader *reader, const struct yaml_node *root)
{
    enum { FIXED = sizeof fields / sizeof fields[0], BEFORE = 5 };
    struct reader_field all[FACTOR_COUNT + FIXED];
    enum factor factors[FACTOR_COUNT];
    size_t count = BEFORE;
    memcpy(all, fields, BEFORE * sizeof fields[0]);
    // Before set: and factors:, which may say otherwise than a text implies.
    for (int f = 0; f < FACTOR_COUNT; f++) {
        factors[f] = (enum factor)f;
        if (factor_row(factors[f])->operand)
            all[count++] = (struct reader_field){factor_row(factors[f])->operand->option, operand_read, &factors[f]};
    }
    memcpy(all + count, fields + BEFORE, sizeof fields - BEFORE * sizeof fields[0]);
    if (!reader_fields(reader, root, "a scenario", all, count + FIXED - BEFORE, NULL))
        return false;
    if (!yaml_node_get(root, "targets"))
        return reader_refuse(reader, root, "the key 'targets' is missing: what is connected to?");
    return variants_check(reader, root) && check_gateways(reader, root) && client_settings_check(reader, root) &&
           expectations_check(reader);
}

static bool read_file(struct scenario_reader *reader, const char *path)
{
    struct place file = {reader->scenario->file, 0, 0};
    struct source_text text;
    struct source_error error;
    if (strcmp(path, "-") == 0)
        reader->stdin_taken = true;
    if (!source_text_read(&text, path, SCENARIO_SIZE_MAX, false, &error)) {
        file.line = error.line;
        file.column = error.column;
        return reader_fail(reader, file, "%s", error.text);
    }
    struct yaml_node *root = yaml_node_read(text.bytes, text.length, &error);
    source_text_clear(&text);
    if (!root) {
        file.line = error.line;
        file.column = error.column;
        return reader_fail(reader, file, "%s", error.text);
    }
    bool ok = read_root(reader, root);
    yaml_node_free(root);
    return ok;
}

struct scenario *scenario_read(const char *path, const struct profile *given, char *error, size_t size)
{
    struct scenario *s = calloc(1, sizeof *s);
    struct scenario_reader reader = {.scenario = s, .error = error, .size = size, .index = target_index_new()};
    if (size)
        error[0] = '\0';
    if (s)
        s->file = strdup(path);
    bool ok = s && s->file && reader.index;
    if (!ok)
        snprintf(error, size, "memory is out");
    if (ok) {
        s->repeats = 1;
        s->until = PHASE_ACTIVE;
        if (given)
            operands_take(&reader, given);
        ok = read_file(&reader, path);
    }
    if (ok && !s->name) {
        s->name = default_name(path);
        ok = s->name || reader_fail(&reader, (struct place){s->file, 0, 0}, "memory is out");
    }
    target_index_free(reader.index);
    if (!ok) {
        scenario_free(s);
        return NULL;
    }
    return s;
}
