// SPDX-License-Identifier: Apache-2.0
#include "report/explanation.h"

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

#include "analysis/fitting_causes.h"
#include "report/outcome_text.h"

// Outcomes whose codes have no table here, each in the phase where it is commonest.
static const struct {
    enum family family;
    uint32_t code;
    enum phase phase;
    const char *name;
} further[] = {
    {FAMILY_DNS, (uint32_t)-EAI_NONAME, PHASE_RESOLVE, "EAI_NONAME"},
    {FAMILY_DNS, (uint32_t)-EAI_AGAIN, PHASE_RESOLVE, "EAI_AGAIN"},
    {FAMILY_TCP, ECONNREFUSED, PHASE_TCP, "ECONNREFUSED"},
    {FAMILY_TCP, EHOSTUNREACH, PHASE_TCP, "EHOSTUNREACH"},
    {FAMILY_TCP, ENETUNREACH, PHASE_TCP, "ENETUNREACH"},
    {FAMILY_TCP, ETIMEDOUT, PHASE_TCP, "ETIMEDOUT"},
    {FAMILY_TIMEOUT, 0, PHASE_TCP, ""},
    {FAMILY_TLS, 0, PHASE_TLS, ""},
    {FAMILY_CLOSED, 0, PHASE_MCS, "FIN"},
    {FAMILY_CLOSED, ECONNRESET, PHASE_MCS, "RST"},
};

static bool is_kind(const struct code_meaning *meaning, const char *id)
{
    return strcmp(meaning->kind->id, id) == 0;
}

// How a trial ends with a code of a family: as the tables say, without a connection.
static struct outcome ending_of(enum family family, uint32_t code, enum phase phase, const char *name)
{
    struct outcome outcome = {.result = RESULT_FAILED, .phase = phase, .family = family, .code = code};
    outcome.side = side_of(family, phase);
    snprintf(outcome.name, sizeof outcome.name, "%s", name);
    return outcome;
}

static void add_ending(struct explained *explained, const struct outcome *ending)
{
    if (explained->ending_count < ENDINGS_MAX)
        explained->endings[explained->ending_count++] = *ending;
}

static enum phase phase_of(const struct code_kind *kind)
{
    enum phase phase = PHASE_MCS;
    phase_from_name(kind->phase ? kind->phase : "", &phase);
    return phase;
}

static void end_with(struct explained *explained, const char *family_name, uint32_t code)
{
    const struct code_kind *kind = code_kind_of(family_name);
    enum family family;
    if (!family_from_name(family_name, &family))
        return;
    for (size_t i = 0; i < sizeof further / sizeof further[0]; i++) {
        if (further[i].family == family && further[i].code == code) {
            struct outcome ending = ending_of(family, code, further[i].phase, further[i].name);
            add_ending(explained, &ending);
            return;
        }
    }
    if (!kind)
        return;
    struct outcome ending = ending_of(family, code, phase_of(kind), outcome_code_name(family, code));
    add_ending(explained, &ending);
}

// All that mstsc shows by this error code.
static void end_as_mstsc_shows(struct explained *explained, uint32_t shown)
{
    const struct code_kind *kind;
    const struct code_row *row;
    struct mstsc_pair pair;
    for (size_t i = 0; (kind = code_kind_at(i)) != NULL; i++) {
        for (size_t k = 0; kind->family && (row = kind->row_at(k)) != NULL; k++) {
            if (mstsc_pair_of(kind->id, row->code, kind->phase, &pair) && pair.code == shown)
                end_with(explained, kind->id, row->code);
        }
    }
    for (size_t i = 0; i < sizeof further / sizeof further[0]; i++) {
        const char *name = family_name(further[i].family);
        if (mstsc_pair_of(name, further[i].code, phase_name(further[i].phase), &pair) && pair.code == shown)
            end_with(explained, name, further[i].code);
    }
}

static void find_endings(struct explained *explained)
{
    const struct code_meaning *meaning = &explained->meaning;
    const char *family;
    uint32_t code;
    if (is_kind(meaning, "mstsc")) {
        if (meaning->code != MSTSC_BY_SERVER)
            end_as_mstsc_shows(explained, meaning->code);
    } else if (is_kind(meaning, "freerdp")) {
        if (freerdp_error_seen(meaning->code, &family, &code))
            end_with(explained, family, code);
    } else if (is_kind(meaning, "xfreerdp")) {
        if (xfreerdp_status_seen(meaning->code, &family, &code))
            end_with(explained, family, code);
    } else if (meaning->kind->family) {
        end_with(explained, meaning->kind->id, is_kind(meaning, "errinfo") ? meaning->row->code : meaning->code);
    }
}

static bool has_cause(const struct explained *explained, const struct cause_row *cause)
{
    for (size_t i = 0; i < explained->cause_count; i++) {
        if (explained->causes[i] == cause)
            return true;
    }
    return false;
}

static void find_causes_of(struct explained *explained)
{
    const struct cause_row *fitting[CAUSE_COUNT];
    for (size_t i = 0; i < explained->ending_count; i++) {
        size_t count = fitting_causes(&explained->endings[i], fitting);
        for (size_t k = 0; k < count; k++) {
            if (!has_cause(explained, fitting[k]))
                explained->causes[explained->cause_count++] = fitting[k];
        }
    }
}

// The command that shows whether a trial ends so too, and by which factor.
static void write_command(struct explained *explained)
{
    const struct outcome *ending = &explained->endings[0];
    char signature[100];
    struct signature class = signature_of(ending);
    if (explained->ending_count == 0)
        return;
    signature_text(&class, signature, sizeof signature);
    if (ending->phase <= PHASE_TCP)
        snprintf(explained->command, COMMAND_SIZE, "rdpprobe connect --until tcp TARGET");
    else if (explained->has_pair && explained->pair.code == MSTSC_BY_SERVER)
        snprintf(explained->command, COMMAND_SIZE, "rdpprobe isolate --user USER --signature 0x3/0x%X TARGET",
                 (unsigned)explained->pair.extended);
    else if (is_kind(&explained->meaning, "mstsc"))
        snprintf(explained->command, COMMAND_SIZE, "rdpprobe isolate --user USER --signature 0x%X/0x0 TARGET",
                 (unsigned)explained->meaning.code);
    else
        snprintf(explained->command, COMMAND_SIZE, "rdpprobe isolate --user USER%s --signature '%s' TARGET",
                 ending->family == FAMILY_GATEWAY ? " --gateway GATEWAY" : "", signature);
}

void explanation_tell(const struct code_meaning *meaning, struct explained *explained)
{
    *explained = (struct explained){.meaning = *meaning};
    find_endings(explained);
    if (explained->ending_count == 0)
        return;
    const struct outcome *ending = &explained->endings[0];
    const char *family = family_name(ending->family);
    explained->has_pair =
        !is_kind(meaning, "mstsc") && mstsc_pair_of(family, ending->code, phase_name(ending->phase), &explained->pair);
    if (explained->ending_count == 1)
        explained->advice = advice_for(family, ending->code, ending->name, phase_name(ending->phase));
    find_causes_of(explained);
    write_command(explained);
}

char *explanation_code(const struct code_meaning *meaning, char *text, size_t size)
{
    bool status = is_kind(meaning, "gateway") && meaning->code >= 300 && meaning->code < 600;
    snprintf(text, size, meaning->kind->decimal || status ? "%u" : "0x%X", (unsigned)meaning->code);
    return text;
}

// ---- what was asked ----

static bool refuse(char *error, size_t size, const char *sentence)
{
    snprintf(error, size, "%s", sentence);
    return false;
}

static void search(struct explanation *explanation, const char *word, const struct code_kind *kind)
{
    explanation->count = code_search(word, kind, explanation->meanings, CODE_MEANINGS_MAX);
    if (explanation->count == 0)
        explanation->has_nearest = code_nearest(word, &explanation->nearest);
}

// mstsc's two numbers. With code 3 the second one is the server's reason.
static bool search_pair(struct explanation *explanation, const char *code, const char *extended, char *error,
                        size_t size)
{
    uint32_t first, second;
    if (!code_number(code, &first) || !code_number(extended, &second))
        return refuse(error, size, "mstsc's pair has two numbers, such as 0x3/0x7");
    if (first == MSTSC_BY_SERVER && second != 0) {
        search(explanation, extended, code_kind_of("errinfo"));
        return true;
    }
    explanation->extended_says_nothing = second != 0;
    search(explanation, code, code_kind_of("mstsc"));
    return true;
}

bool explanation_find(const char *const *words, size_t count, struct explanation *explanation, char *error, size_t size)
{
    char pair[60];
    uint32_t number;
    *explanation = (struct explanation){.count = 0};
    if (count == 0 || count > 2)
        return refuse(error, size, "takes one code, or two: mstsc's Error code and Extended error code");
    snprintf(explanation->asked, sizeof explanation->asked, "%s%s%s", words[0], count > 1 ? " " : "",
             count > 1 ? words[1] : "");
    if (count == 2 && !code_number(words[0], &number)) {
        const struct code_kind *kind = code_kind_of(words[0]);
        if (!kind)
            return refuse(error, size,
                          "takes two words only as mstsc's two codes, or as a kind and a code (see --list)");
        search(explanation, words[1], kind);
        return true;
    }
    if (count == 2)
        return search_pair(explanation, words[0], words[1], error, size);
    const char *slash = strchr(words[0], '/');
    if (slash && (size_t)(slash - words[0]) < sizeof pair) {
        snprintf(pair, sizeof pair, "%.*s", (int)(slash - words[0]), words[0]);
        return search_pair(explanation, pair, slash + 1, error, size);
    }
    search(explanation, words[0], NULL);
    return true;
}
