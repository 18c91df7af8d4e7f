// SPDX-License-Identifier: Apache-2.0
#include "trial/outcome_record.h"

#include <stdio.h>
#include <string.h>

json_t *outcome_to_json(const struct outcome *outcome)
{
    json_t *json = json_pack("{s:s, s:s}", "result", outcome->result == RESULT_CONNECTED ? "connected" : "failed",
                             "phase", phase_name(outcome->phase));
    if (!json || outcome->result == RESULT_CONNECTED)
        return json;
    json_object_set_new(json, "family", json_string(family_name(outcome->family)));
    json_object_set_new(json, "code", json_integer(outcome->code));
    if (outcome->name[0])
        json_object_set_new(json, "name", json_string(outcome->name));
    if (outcome->side != SIDE_NONE)
        json_object_set_new(json, "side", json_string(side_name(outcome->side)));
    if (outcome->detail[0])
        json_object_set_new(json, "detail", json_string(outcome->detail));
    if (outcome->mstsc.basis != BASIS_NONE)
        json_object_set_new(json, "mstsc",
                            json_pack("{s:I, s:I, s:s}", "code", (json_int_t)outcome->mstsc.code, "extended",
                                      (json_int_t)outcome->mstsc.extended, "basis", basis_name(outcome->mstsc.basis)));
    if (outcome->freerdp.code)
        json_object_set_new(
            json, "freerdp",
            json_pack("{s:I, s:s}", "code", (json_int_t)outcome->freerdp.code, "name", outcome->freerdp.name));
    return json;
}

static bool take_result(struct outcome *outcome, const char *text)
{
    outcome->result = strcmp(text, "connected") == 0 ? RESULT_CONNECTED : RESULT_FAILED;
    return true;
}

static bool take_phase(struct outcome *outcome, const char *text)
{
    return phase_from_name(text, &outcome->phase);
}

static bool take_family(struct outcome *outcome, const char *text)
{
    return family_from_name(text, &outcome->family);
}

static bool take_side(struct outcome *outcome, const char *text)
{
    return side_from_name(text, &outcome->side);
}

static bool take_name(struct outcome *outcome, const char *text)
{
    snprintf(outcome->name, sizeof outcome->name, "%s", text);
    return true;
}

static bool take_detail(struct outcome *outcome, const char *text)
{
    snprintf(outcome->detail, sizeof outcome->detail, "%s", text);
    return true;
}

// refusal: what is said before a text that is none of the member's words.
static const struct {
    const char *member;
    bool (*take)(struct outcome *outcome, const char *text);
    const char *refusal;
} texts[] = {
    {"result", take_result, NULL},
    {"phase", take_phase, "\"phase\" is no phase:"},
    {"family", take_family, "there is no outcome family"},
    {"name", take_name, NULL},
    {"side", take_side, "there is no side of a connection"},
    {"detail", take_detail, NULL},
};

enum { TEXTS = sizeof texts / sizeof texts[0] };

bool outcome_take_text(struct outcome *outcome, const char *member, const char *text)
{
    for (size_t i = 0; i < TEXTS; i++) {
        if (strcmp(member, texts[i].member) == 0)
            return texts[i].take(outcome, text);
    }
    return true;
}

void outcome_take_number(struct outcome *outcome, const char *member, int64_t number)
{
    if (strcmp(member, "code") == 0)
        outcome->code = (uint32_t)number;
}

// Journals of releases before the side was a member of its own: it was a prefix of the name.
static enum failing_side side_in_name(const struct outcome *outcome)
{
    static const char of_gateway[] = "GATEWAY_", of_client[] = "sent_";
    bool unreached = outcome->family == FAMILY_DNS || outcome->family == FAMILY_TCP;
    if (unreached && strncmp(outcome->name, of_gateway, sizeof of_gateway - 1) == 0)
        return SIDE_GATEWAY;
    if (outcome->family == FAMILY_TLS && strncmp(outcome->name, of_client, sizeof of_client - 1) == 0)
        return SIDE_CLIENT;
    return side_of(outcome->family, outcome->phase);
}

void outcome_settle(struct outcome *outcome)
{
    if (outcome->result == RESULT_CONNECTED)
        *outcome = (struct outcome){.result = RESULT_CONNECTED, .phase = outcome->phase};
    else if (outcome->side == SIDE_NONE)
        outcome->side = side_in_name(outcome);
}

static const char *text_of(const json_t *json, const char *member)
{
    return json_string_value(json_object_get(json, member));
}

static uint32_t number_of(const json_t *json, const char *member)
{
    return (uint32_t)json_integer_value(json_object_get(json, member));
}

// Whether the record has the text; error then is as it was.
static bool need(const json_t *json, const char *member, char *error, size_t size)
{
    if (text_of(json, member))
        return true;
    snprintf(error, size, "the record has no text \"%s\"", member);
    return false;
}

static bool read_texts(const json_t *json, struct outcome *outcome, char *error, size_t size)
{
    for (size_t i = 0; i < TEXTS; i++) {
        const char *text = text_of(json, texts[i].member);
        if (!text || texts[i].take(outcome, text))
            continue;
        snprintf(error, size, "%s \"%s\"", texts[i].refusal, text);
        return false;
    }
    return true;
}

bool outcome_from_json(const json_t *json, struct outcome *outcome, char *error, size_t size)
{
    *outcome = (struct outcome){0};
    if (!need(json, "result", error, size) || !need(json, "phase", error, size))
        return false;
    take_result(outcome, text_of(json, "result"));
    if (outcome->result == RESULT_FAILED && !need(json, "family", error, size))
        return false;
    if (!read_texts(json, outcome, error, size))
        return false;
    outcome->code = number_of(json, "code");
    const json_t *mstsc = json_object_get(json, "mstsc"), *freerdp = json_object_get(json, "freerdp");
    if ((mstsc && !need(mstsc, "basis", error, size)) || (freerdp && !need(freerdp, "name", error, size)))
        return false;
    if (mstsc) {
        bool documented = strcmp(text_of(mstsc, "basis"), basis_name(BASIS_DOCUMENTED)) == 0;
        outcome->mstsc.basis = documented ? BASIS_DOCUMENTED : BASIS_INFERRED;
        outcome->mstsc.code = number_of(mstsc, "code");
        outcome->mstsc.extended = number_of(mstsc, "extended");
    }
    if (freerdp) {
        outcome->freerdp.code = number_of(freerdp, "code");
        snprintf(outcome->freerdp.name, sizeof outcome->freerdp.name, "%s", text_of(freerdp, "name"));
    }
    outcome_settle(outcome);
    return true;
}
