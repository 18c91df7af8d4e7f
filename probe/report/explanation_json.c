// SPDX-License-Identifier: Apache-2.0
// What a code means, for programs.
#include <jansson.h>

#include "report/explanation.h"
#include "report/outcome_text.h"
#include "trial/journal.h"

static json_t *record(const char *name)
{
    return json_pack("{s:s, s:i}", "record", name, "schema", JOURNAL_SCHEMA);
}

static bool set_text(json_t *object, const char *name, const char *text)
{
    return !text || json_object_set_new(object, name, json_string(text)) == 0;
}

static json_t *meaning_json(const struct code_meaning *meaning)
{
    char code[16];
    const struct code_kind *kind = meaning->kind;
    json_t *json = json_pack("{s:s, s:I, s:s, s:s, s:s, s:s}", "kind", kind->id, "code", (json_int_t)meaning->code,
                             "text", explanation_code(meaning, code, sizeof code), "meaning", meaning->row->meaning,
                             "source", kind->source, "arises", kind->arises);
    if (json && set_text(json, "name", meaning->row->name[0] ? meaning->row->name : NULL) &&
        set_text(json, "phase", kind->phase))
        return json;
    json_decref(json);
    return NULL;
}

static json_t *endings_json(const struct explained *explained)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < explained->ending_count; i++) {
        const struct outcome *ending = &explained->endings[i];
        json_array_append_new(list, json_pack("{s:s, s:I, s:s, s:s}", "family", family_name(ending->family), "code",
                                              (json_int_t)ending->code, "name", ending->name, "phase",
                                              phase_name(ending->phase)));
    }
    return list;
}

static json_t *advice_json(const struct advice *advice)
{
    json_t *json = json_object(), *looks = json_array();
    if (!json || !looks) {
        json_decref(json);
        json_decref(looks);
        return NULL;
    }
    set_text(json, "note", advice->note);
    for (unsigned i = 0; i < ADVICE_LOOKS_MAX && advice->looks[i].what; i++)
        json_array_append_new(looks,
                              json_pack("{s:s, s:s}", "what", advice->looks[i].what, "how", advice->looks[i].how));
    json_object_set_new(json, "looks", looks);
    return json;
}

static json_t *causes_json(const struct explained *explained)
{
    json_t *list = json_array();
    for (size_t i = 0; list && i < explained->cause_count; i++)
        json_array_append_new(list, json_string(explained->causes[i]->id));
    return list;
}

static json_t *told_json(const struct code_meaning *meaning)
{
    struct explained explained;
    json_t *json = meaning_json(meaning);
    explanation_tell(meaning, &explained);
    if (!json)
        return NULL;
    json_object_set_new(json, "outcomes", endings_json(&explained));
    json_object_set_new(json, "causes", causes_json(&explained));
    if (explained.has_pair)
        json_object_set_new(json, "mstsc",
                            json_pack("{s:I, s:I, s:s}", "code", (json_int_t)explained.pair.code, "extended",
                                      (json_int_t)explained.pair.extended, "basis",
                                      basis_name(explained.pair.documented ? BASIS_DOCUMENTED : BASIS_INFERRED)));
    if (explained.advice)
        json_object_set_new(json, "advice", advice_json(explained.advice));
    set_text(json, "command", explained.command[0] ? explained.command : NULL);
    return json;
}

json_t *explanation_json(const struct explanation *explanation)
{
    json_t *json = record("explanation"), *meanings = json_array();
    if (!json || !meanings) {
        json_decref(json);
        json_decref(meanings);
        return NULL;
    }
    set_text(json, "asked", explanation->asked);
    for (size_t i = 0; i < explanation->count; i++)
        json_array_append_new(meanings, told_json(&explanation->meanings[i]));
    json_object_set_new(json, "meanings", meanings);
    if (explanation->has_nearest)
        json_object_set_new(json, "nearest", meaning_json(&explanation->nearest));
    return json;
}

json_t *explanation_code_json(const struct code_meaning *meaning)
{
    json_t *json = record("code"), *members = meaning_json(meaning);
    bool whole = json && members && json_object_update(json, members) == 0;
    json_decref(members);
    if (whole)
        return json;
    json_decref(json);
    return NULL;
}

json_t *explanation_cause_json(const struct cause_row *cause)
{
    json_t *json = record("cause");
    if (!json)
        return NULL;
    set_text(json, "id", cause->id);
    set_text(json, "name", cause->name);
    set_text(json, "claim", cause->claim);
    set_text(json, "told_by", cause->made);
    set_text(json, "plausibility", plausibility_name(cause->plausibility));
    set_text(json, "factor", cause->factor);
    set_text(json, "decides", cause->decides);
    set_text(json, "remedy", cause->remedy);
    set_text(json, "cost", cause->cost);
    return json;
}
