// SPDX-License-Identifier: Apache-2.0
#include "report/junit.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "report/outcome_text.h"
#include "report/output.h"
#include "report/tally.h"
#include "report/xml.h"

enum { RESERVED = 200, MESSAGE_MAX = 4000 };

struct counts {
    uint64_t tests, failures, errors, skipped;
    double seconds;
};

struct junit {
    FILE *out;   // where it goes
    FILE *spool; // written to first where out cannot be gone back in; NULL where it can
    struct xml xml;
    off_t all_at, suite_at; // what was reserved for the counts
    struct counts all, suite;
    unsigned suites, extra;          // extra: cases that are about no trial
    unsigned taken;                  // names that another case had
    bool open;                       // a suite is
    struct tally tally;              // of the suite
    char scenario[160];              // clean, as names have it
    struct target_set names;         // of the suite's cases, by target and step
    struct count_table variants;     // likewise
    struct record_expectation first; // unmet of the trial at hand
    char message[MESSAGE_MAX];
    size_t used;
};

static bool can_go_back(FILE *file)
{
    int flags = fcntl(fileno(file), F_GETFL);
    return flags >= 0 && !(flags & O_APPEND) && ftello(file) == 0 && fseeko(file, 0, SEEK_SET) == 0;
}

// Counts come first in an element, and are known when it ends: blanks among attributes keep their place.
static off_t reserve(struct xml *xml)
{
    off_t at = ftello(xml->file);
    if (at < 0 || fprintf(xml->file, "%*s", RESERVED, "") < 0)
        xml->failed = true;
    return at;
}

static void fill_in(struct xml *xml, off_t at, const struct counts *counts)
{
    off_t end = ftello(xml->file);
    if (xml->failed || end < 0 || fseeko(xml->file, at, SEEK_SET) != 0 ||
        fprintf(xml->file,
                " tests=\"%" PRIu64 "\" failures=\"%" PRIu64 "\" errors=\"%" PRIu64 "\" skipped=\"%" PRIu64
                "\" time=\"%.3f\"",
                counts->tests, counts->failures, counts->errors, counts->skipped, counts->seconds) < 0 ||
        fseeko(xml->file, end, SEEK_SET) != 0)
        xml->failed = true;
}

void *junit_begin(FILE *file)
{
    struct junit *junit = calloc(1, sizeof *junit);
    if (!junit)
        return NULL;
    junit->out = file;
    tally_init(&junit->tally);
    if (!can_go_back(file)) {
        errno = 0;
        junit->spool = output_spool();
        if (!junit->spool) {
            free(junit);
            return NULL;
        }
    }
    junit->xml.file = junit->spool ? junit->spool : file;
    xml_declare(&junit->xml);
    xml_begin(&junit->xml, "testsuites");
    xml_attribute(&junit->xml, "name", "rdpprobe");
    junit->all_at = reserve(&junit->xml);
    return junit;
}

static const char * or (const char *text, const char *otherwise)
{
    return text[0] ? text : otherwise;
}

// "2026-11-20T10:04:29Z" as the schema has it: without the zone, which is UTC.
static void put_started(struct xml *xml, const char *started)
{
    char text[40];
    snprintf(text, sizeof text, "%.*s", (int)strcspn(started, "Z."), started);
    if (text[0])
        xml_attribute(xml, "timestamp", text);
}

static void begin_suite(struct junit *junit)
{
    const struct run_identity *run = &junit->tally.run;
    char name[128];
    xml_clean(or (run->scenario, or (run->command, "rdpprobe")), name, sizeof name);
    junit->suites++;
    junit->open = true;
    snprintf(junit->scenario, sizeof junit->scenario, "%s", name);
    if (junit->suites > 1) // names must not meet those of another suite
        snprintf(junit->scenario, sizeof junit->scenario, "%s (run %u)", name, junit->suites);
    junit->suite = (struct counts){0};
    xml_begin(&junit->xml, "testsuite");
    xml_attribute(&junit->xml, "name", junit->scenario);
    put_started(&junit->xml, run->started);
    if (run->host[0])
        xml_attribute(&junit->xml, "hostname", run->host);
    junit->suite_at = reserve(&junit->xml);
}

static void begin_case(struct junit *junit, const char *class, const char *name, double ms, unsigned line)
{
    xml_begin(&junit->xml, "testcase");
    xml_attribute(&junit->xml, "classname", class);
    xml_attribute(&junit->xml, "name", name);
    xml_attribute_format(&junit->xml, "time", "%.3f", ms / 1000);
    if (junit->tally.run.file[0]) {
        xml_attribute(&junit->xml, "file", junit->tally.run.file);
        if (line > 0)
            xml_attribute_format(&junit->xml, "line", "%u", line);
    }
    junit->suite.tests++;
    junit->suite.seconds += ms / 1000;
}

// failure, error or skipped: the message as attribute and as body.
static void put_result(struct junit *junit, const char *element, const char *type, const char *message,
                       const char *body)
{
    xml_begin(&junit->xml, element);
    xml_attribute(&junit->xml, "message", message);
    if (type)
        xml_attribute(&junit->xml, "type", type);
    xml_text(&junit->xml, body);
    xml_end(&junit->xml);
    switch (element[0]) {
    case 'f':
        junit->suite.failures++;
        break;
    case 'e':
        junit->suite.errors++;
        break;
    default:
        junit->suite.skipped++;
        break;
    }
}

// A case that is about the run as a whole.
static void put_error_case(struct junit *junit, const char *type, const char *sentence)
{
    char name[240];
    if (!junit->open)
        begin_suite(junit);
    snprintf(name, sizeof name, "%s · journal · %u", junit->scenario, ++junit->extra);
    begin_case(junit, junit->scenario, name, 0, 0);
    put_result(junit, "error", type, sentence, sentence);
    xml_end(&junit->xml);
}

static void end_suite(struct junit *junit)
{
    struct tally *tally = &junit->tally;
    char text[160];
    if (!junit->open)
        return;
    if (tally->stop[0])
        put_error_case(junit, tally->stop, or (tally->why, "the run was stopped"));
    if (*tally_unended_text(tally, text, sizeof text))
        put_error_case(junit, "incomplete", text);
    if (tally->failed || junit->names.bits.failed)
        junit->xml.failed = true;
    xml_end(&junit->xml);
    fill_in(&junit->xml, junit->suite_at, &junit->suite);
    junit->all.tests += junit->suite.tests;
    junit->all.failures += junit->suite.failures;
    junit->all.errors += junit->suite.errors;
    junit->all.skipped += junit->suite.skipped;
    junit->all.seconds += junit->suite.seconds;
    tally_clear(tally);
    tally_init(tally);
    target_set_clear(&junit->names);
    count_table_clear(&junit->variants);
    junit->open = false;
}

static void take_run(struct junit *junit, const struct record *record)
{
    struct run_identity run = run_identity(record);
    if (junit->tally.runs == 0 || !run_goes_on(&junit->tally.run, &run))
        end_suite(junit);
    tally_add(&junit->tally, record, NULL, NULL, NULL);
    if (!junit->open)
        begin_suite(junit);
}

static void on_unmet(void *context, const struct tally_trial *trial, const struct record_expectation *expectation)
{
    struct junit *junit = context;
    if (trial->unmet == 1)
        junit->first = *expectation;
    int n = snprintf(junit->message + junit->used, sizeof junit->message - junit->used, "%s%s", junit->used ? "\n" : "",
                     or (expectation->sentence, expectation->text));
    junit->used += n > 0 ? (size_t)n : 0;
    if (junit->used >= sizeof junit->message)
        junit->used = sizeof junit->message - 1;
}

static void put_property(struct xml *xml, const char *name, const char *value)
{
    xml_begin(xml, "property");
    xml_attribute(xml, "name", name);
    xml_attribute(xml, "value", value);
    xml_end(xml);
}

// Goes on to the next phase of a trial, with its time as text.
static bool next_phase(struct json_walk *walk, char *phase, char *ms, size_t size)
{
    struct json_text none, item;
    if (walk->object || !json_walk_next(walk, &none, &item))
        return false;
    json_text_string(json_text_member(item, "phase"), phase, size);
    snprintf(ms, size, "%.3f", json_text_real(json_text_member(item, "ms"), 0));
    return true;
}

static void put_properties(struct xml *xml, const struct record *record, const struct tally_trial *trial)
{
    struct json_walk walk = json_walk(record->member[MEMBER_PHASES]);
    char phase[32], ms[32], name[48];
    xml_begin(xml, "properties");
    put_property(xml, "outcome", trial->ending);
    if (trial->outcome.result == RESULT_FAILED) {
        snprintf(name, sizeof name, "%u", (unsigned)trial->outcome.code);
        put_property(xml, "family", family_name(trial->outcome.family));
        put_property(xml, "code", name);
        if (trial->outcome.name[0])
            put_property(xml, "code.name", trial->outcome.name);
    }
    while (next_phase(&walk, phase, ms, sizeof phase)) {
        snprintf(name, sizeof name, "phase.%s.ms", phase);
        put_property(xml, name, ms);
    }
    xml_end(xml);
}

static void put_system_out(struct xml *xml, const struct record *record, const struct tally_trial *trial)
{
    struct json_walk walk = json_walk(record->member[MEMBER_PHASES]);
    char phase[32], ms[32], line[80];
    xml_begin(xml, "system-out");
    xml_text(xml, trial->ending);
    // What a server chose is not here: GitLab takes [[ATTACHMENT|FILE]] in this text for an order.
    if (trial->outcome.result == RESULT_FAILED) {
        snprintf(line, sizeof line, "\n%s %u", family_name(trial->outcome.family), (unsigned)trial->outcome.code);
        xml_text(xml, line);
    }
    while (next_phase(&walk, phase, ms, sizeof phase)) {
        snprintf(line, sizeof line, "\n%-12s %10s ms", phase, ms);
        xml_text(xml, line);
    }
    xml_end(xml);
}

static void put_failure(struct junit *junit, const struct tally_trial *trial)
{
    char message[1200], pair[32];
    bool judged = trial->judged && !(trial->could_not_run && trial->unmet == 0); // what could not be run shows nothing
    bool failed = judged ? trial->unmet > 0 : trial->outcome.result == RESULT_FAILED;
    const char *meaning = or (trial->outcome.detail, outcome_meaning(trial->outcome.family, trial->outcome.code));
    if (!failed)
        return;
    outcome_mstsc_pair(&trial->outcome, pair, sizeof pair);
    if (!judged)
        snprintf(junit->message, sizeof junit->message, "%s%s: %s", trial->ending, pair, meaning);
    else if (trial->outcome.result == RESULT_FAILED && junit->used + 1 < sizeof junit->message)
        snprintf(junit->message + junit->used, sizeof junit->message - junit->used, "\n%s%s: %s", trial->ending, pair,
                 meaning);
    snprintf(message, sizeof message, "%.*s", (int)strcspn(junit->message, "\n"), junit->message);
    if (trial->unmet > 1) {
        size_t used = strlen(message);
        snprintf(message + used, sizeof message - used, " (and %u more)", trial->unmet - 1);
    }
    put_result(junit, trial->could_not_run ? "error" : "failure", judged ? junit->first.text : trial->ending, message,
               junit->message);
}

static size_t variant_number(struct junit *junit, const struct tally_trial *trial)
{
    const struct count_row *row = count_table_named(&junit->variants, trial->variant);
    return row ? (size_t)(row - junit->variants.rows) : 0;
}

// "target · scenario · variant", and what else it takes to be the only one.
static void name_case(struct junit *junit, const struct record *record, const struct tally_trial *trial, char *name,
                      size_t size)
{
    char target[300], repeat[40] = "", again[40] = "";
    xml_clean(trial->target, target, sizeof target);
    bool taken = target_set_take(&junit->names, target, record, variant_number(junit, trial), false);
    if (trial->repeat > 1)
        snprintf(repeat, sizeof repeat, " · repeat %" PRId64, trial->repeat);
    if (taken) // another target of that host, or recorded twice
        snprintf(again, sizeof again, " · again %u", ++junit->taken);
    snprintf(name, size, "%s · %s · %s%s%s", target, junit->scenario, trial->variant, repeat, again);
}

static void take_trial(struct junit *junit, const struct record *record)
{
    struct tally_trial trial;
    char name[1200];
    if (!junit->open)
        begin_suite(junit);
    junit->message[0] = '\0';
    junit->used = 0;
    junit->first = (struct record_expectation){.met = true};
    tally_add(&junit->tally, record, &trial, on_unmet, junit);
    if (trial.auxiliary || strcmp(junit->tally.run.command, "isolate") == 0) // an experiment's failures are no test's
        return;
    name_case(junit, record, &trial, name, sizeof name);
    int64_t line = json_text_integer(record->member[MEMBER_LINE], 0);
    begin_case(junit, or (trial.group, junit->scenario), name, trial.ms,
               junit->first.line ? junit->first.line
               : line > 0        ? (unsigned)line
                                 : 0);
    put_properties(&junit->xml, record, &trial);
    put_failure(junit, &trial);
    put_system_out(&junit->xml, record, &trial);
    xml_end(&junit->xml);
}

static void take_skipped(struct junit *junit, const struct record *record)
{
    struct tally_trial trial = {.repeat = json_text_integer(record->member[MEMBER_REPEAT], 1)};
    char name[1200], why[400];
    if (!junit->open)
        begin_suite(junit);
    tally_add(&junit->tally, record, NULL, NULL, NULL);
    record_target(record, trial.target, sizeof trial.target);
    json_text_string(record->member[MEMBER_GROUP], trial.group, sizeof trial.group);
    json_text_string(record->member[MEMBER_WHY], why, sizeof why);
    record_variant(record->member[MEMBER_VARIANT], trial.variant, sizeof trial.variant);
    name_case(junit, record, &trial, name, sizeof name);
    begin_case(junit, or (trial.group, junit->scenario), name, 0, 0);
    put_result(junit, "skipped", NULL, why, why);
    xml_end(&junit->xml);
}

static void take_verdict(struct junit *junit, const struct record *record)
{
    char name[480], target[300], verdict[40], reason[500];
    if (!junit->open)
        begin_suite(junit);
    json_text_string(record->member[MEMBER_VERDICT], verdict, sizeof verdict);
    json_text_string(record->member[MEMBER_REASON], reason, sizeof reason);
    xml_clean(junit->tally.run.target, target, sizeof target);
    snprintf(name, sizeof name, "%s · %s", target, junit->scenario);
    begin_case(junit, junit->scenario, name, junit->tally.ms, 0);
    if (strcmp(verdict, "stopped") == 0)
        put_result(junit, "error", verdict, reason, reason);
    else if (strcmp(verdict, "not-reproduced") != 0)
        put_result(junit, "failure", verdict, reason, reason);
    xml_begin(&junit->xml, "system-out");
    xml_text(&junit->xml, verdict);
    xml_end(&junit->xml);
    xml_end(&junit->xml);
}

void junit_record(void *state, const struct record *record)
{
    struct junit *junit = state;
    switch (record->kind) {
    case RECORD_RUN:
        take_run(junit, record);
        break;
    case RECORD_TRIAL:
        take_trial(junit, record);
        break;
    case RECORD_SKIPPED:
        take_skipped(junit, record);
        break;
    case RECORD_VERDICT:
        take_verdict(junit, record);
        break;
    case RECORD_END:
        tally_add(&junit->tally, record, NULL, NULL, NULL);
        break;
    case RECORD_OTHER:
        break;
    }
}

void junit_note(void *state, const char *sentence)
{
    put_error_case(state, "journal", sentence);
}

bool junit_end(void *state, bool keep)
{
    struct junit *junit = state;
    end_suite(junit);
    xml_end(&junit->xml);
    fill_in(&junit->xml, junit->all_at, &junit->all);
    bool ok = !junit->xml.failed && fflush(junit->xml.file) == 0;
    if (junit->spool) {
        ok = ok && (!keep || output_copy(junit->spool, junit->out));
        int saved = errno;
        fclose(junit->spool);
        errno = saved;
    }
    tally_clear(&junit->tally);
    target_set_clear(&junit->names);
    count_table_clear(&junit->variants);
    free(junit);
    return ok;
}
