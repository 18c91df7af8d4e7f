// SPDX-License-Identifier: Apache-2.0
// The table of options and what each does with its argument.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commands/option_account.h"
#include "commands/option_explain.h"
#include "commands/option_matrix.h"
#include "commands/option_report.h"
#include "commands/option_signature.h"
#include "commands/option_value.h"
#include "commands/options.h"
#include "trial/nearest.h"
#include "trial/proof.h"

static bool take_certificate_policy(struct options *o, const char *text, char *error, size_t size)
{
    o->given.certificate_policy = true;
    if (strcmp(text, "report") == 0)
        o->profile.certificate_policy = CERTIFICATE_REPORT;
    else if (strcmp(text, "require") == 0)
        o->profile.certificate_policy = CERTIFICATE_REQUIRE;
    else
        return option_refuse(error, size, "takes 'report' or 'require'");
    return true;
}

static bool refuse_level(enum factor factor, const char *text, char *error, size_t size)
{
    char list[200] = "";
    for (unsigned i = 0; i < factor_levels(factor); i++) {
        size_t used = strlen(list);
        snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", level_name(factor, i));
    }
    snprintf(error, size, "names no level of %s with '%s': it has %s", factor_row(factor)->name, text, list);
    return false;
}

static bool find_factor(const char *text, enum factor *factor, char *error, size_t size)
{
    const char *names[FACTOR_COUNT];
    if (factor_from_name(text, factor))
        return true;
    for (int i = 0; i < FACTOR_COUNT; i++)
        names[i] = factor_row((enum factor)i)->name;
    const char *near = nearest_word(text, names, FACTOR_COUNT);
    snprintf(error, size, "names no factor with '%s'%s%s%s", text, near ? ": did you mean '" : "", near ? near : "",
             near ? "'?" : "");
    return false;
}

static bool take_set(struct options *o, const char *text, char *error, size_t size)
{
    char name[128];
    enum factor factor;
    unsigned level;
    if (!option_copy(name, sizeof name, text, error, size))
        return false;
    char *equals = strchr(name, '=');
    if (!equals)
        return option_refuse(error, size, "takes FACTOR=LEVEL");
    *equals = '\0';
    if (!find_factor(name, &factor, error, size))
        return false;
    if (!level_from_name(factor, equals + 1, &level))
        return refuse_level(factor, equals + 1, error, size);
    o->profile.levels = variant_with(o->profile.levels, factor, level);
    o->was_set[factor] = true;
    return true;
}

static bool take_vary(struct options *o, const char *text, char *error, size_t size)
{
    char name[256], *rest = NULL;
    enum factor factor;
    unsigned level;
    if (!option_copy(name, sizeof name, text, error, size))
        return false;
    char *equals = strchr(name, '=');
    if (strcmp(name, "all") == 0) {
        o->vary_all = true;
        return true;
    }
    if (equals)
        *equals = '\0';
    if (!find_factor(name, &factor, error, size))
        return false;
    o->was_varied[factor] = true;
    if (equals && !equals[1])
        return option_refuse(error, size, "has no level after '='");
    for (char *word = equals ? strtok_r(equals + 1, ",", &rest) : NULL; word; word = strtok_r(NULL, ",", &rest)) {
        if (!level_from_name(factor, word, &level))
            return refuse_level(factor, word, error, size);
        o->levels[factor] |= 1u << level;
    }
    return true;
}

static bool take_seed(struct options *o, const char *text, char *error, size_t size)
{
    unsigned seed;
    o->has_seed = option_read_count(text, &seed, error, size);
    o->seed = seed;
    return o->has_seed;
}

static bool take_deadline(struct options *o, const char *text, char *error, size_t size)
{
    return option_read_seconds(text, 0.001, &o->profile.deadline_ms, error, size);
}

static bool take_settle(struct options *o, const char *text, char *error, size_t size)
{
    return option_read_seconds(text, 0, &o->profile.settle_ms, error, size);
}

static bool take_pause(struct options *o, const char *text, char *error, size_t size)
{
    // Whoever names a pause means every connection: the target may count those without a logon, too.
    bool ok = option_read_seconds(text, 0, &o->profile.pause_ms, error, size);
    o->profile.scan_pause_ms = o->profile.pause_ms;
    return ok;
}

static bool take_follow_redirect(struct options *o, const char *text, char *error, size_t size)
{
    (void)text, (void)error, (void)size;
    o->follow_redirect = true;
    return true;
}

static bool take_repeat(struct options *o, const char *text, char *error, size_t size)
{
    return option_read_count(text, &o->repeat, error, size);
}

static bool take_max_trials(struct options *o, const char *text, char *error, size_t size)
{
    return option_read_count(text, &o->profile.max_trials, error, size);
}

// trials=N, logons=N and seconds=N, with commas between.
static bool take_budget(struct options *o, const char *text, char *error, size_t size)
{
    char words[128], *rest = NULL;
    if (!option_copy(words, sizeof words, text, error, size))
        return false;
    if (!words[0])
        return option_refuse(error, size, "takes trials=N, logons=N and seconds=N, with commas between");
    for (char *word = strtok_r(words, ",", &rest); word; word = strtok_r(NULL, ",", &rest)) {
        unsigned *count = strncmp(word, "trials=", 7) == 0    ? &o->profile.max_trials
                          : strncmp(word, "logons=", 7) == 0  ? &o->max_logons
                          : strncmp(word, "seconds=", 8) == 0 ? &o->max_seconds
                                                              : NULL;
        if (!count)
            return option_refuse(error, size, "takes trials=N, logons=N and seconds=N, with commas between");
        if (!option_read_count(strchr(word, '=') + 1, count, error, size))
            return false;
    }
    return true;
}

static bool take_causes(struct options *o, const char *text, char *error, size_t size)
{
    (void)text, (void)error, (void)size;
    o->causes = true;
    return true;
}

static bool take_from(struct options *o, const char *text, char *error, size_t size)
{
    if (!text[0])
        return option_refuse(error, size, "names no file");
    o->from = text;
    return true;
}

static bool take_max_failed_logons(struct options *o, const char *text, char *error, size_t size)
{
    o->has_max_failed_logons = true;
    return option_read_count(text, &o->profile.max_failed_logons, error, size);
}

static bool take_until(struct options *o, const char *text, char *error, size_t size)
{
    const char *names[PHASE_COUNT + 1];
    for (int i = 0; i < PHASE_COUNT; i++)
        names[i] = phase_name((enum phase)i);
    names[PHASE_COUNT] = until_name((struct until){PHASE_NLA, true});
    o->until_set = true;
    if (until_from_name(text, &o->until))
        return true;
    const char *near = nearest_word(text, names, PHASE_COUNT + 1);
    snprintf(error, size, "takes a phase from %s to %s, and not '%s'%s%s%s", names[0], names[PHASE_COUNT - 1], text,
             near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
    return false;
}

static bool take_proof(struct options *o, const char *text, char *error, size_t size)
{
    static const enum phase phases[PROOF_COUNT] = {PHASE_ACTIVE, PHASE_LOGON, PHASE_GRAPHICS};
    enum proof proof;
    if (!proof_from_name(text, &proof))
        return option_refuse(error, size, "takes active, logon or painted");
    o->until_set = true;
    o->until = (struct until){.phase = phases[proof]};
    return true;
}

static bool take_no_error_info(struct options *o, const char *text, char *error, size_t size)
{
    (void)text, (void)error, (void)size;
    o->profile.levels = variant_with(o->profile.levels, FACTOR_ERROR_INFO, ERROR_INFO_SILENT);
    o->was_set[FACTOR_ERROR_INFO] = true;
    return true;
}

// The first line of a file; false where it cannot be read.
static bool first_line(const char *file, char line[OPERAND_MAX + 2], char *error, size_t size)
{
    FILE *stream = fopen(file, "re");
    if (!stream) {
        snprintf(error, size, "cannot read '%s': %s", file, strerror(errno));
        return false;
    }
    line[fread(line, 1, OPERAND_MAX + 1, stream)] = '\0';
    fclose(stream);
    line[strcspn(line, "\r\n")] = '\0';
    return true;
}

bool option_take_operand(struct options *o, enum factor factor, const char *text, char *error, size_t size)
{
    const struct factor_operand *operand = factor_row(factor)->operand;
    char line[OPERAND_MAX + 2] = "";
    const char *clause;
    if (text[0] == '@' && operand->from_file) {
        if (!first_line(text + 1, line, error, size))
            return false;
        text = line;
    }
    if (operand->check(text, o->profile.operand[factor], OPERAND_MAX, &clause)) {
        o->given.operand[factor] = true;
        return true;
    }
    if (operand->quoted)
        snprintf(error, size, "'%s' %s", text, clause);
    else
        snprintf(error, size, "%s", clause);
    return false;
}

static bool take_autologon(struct options *o, const char *text, char *error, size_t size)
{
    (void)text, (void)error, (void)size;
    o->profile.autologon = true;
    return true;
}

static bool take_reset(struct options *o, const char *text, char *error, size_t size)
{
    (void)text, (void)error, (void)size;
    o->reset_failed_logons = true;
    return true;
}

static bool take_capture(struct options *o, const char *text, char *error, size_t size)
{
    if (!text[0])
        return option_refuse(error, size, "names no file");
    o->capture = text;
    return true;
}

static bool take_capture_redact(struct options *o, const char *text, char *error, size_t size)
{
    o->capture_whole = strcmp(text, "no") == 0;
    return o->capture_whole || strcmp(text, "yes") == 0 || option_refuse(error, size, "takes 'yes' or 'no'");
}

static bool take_no_capture_redact(struct options *o, const char *text, char *error, size_t size)
{
    (void)text;
    return take_capture_redact(o, "no", error, size);
}

static bool take_explain_baseline(struct options *o, const char *text, char *error, size_t size)
{
    (void)text, (void)error, (void)size;
    o->explain_base = true;
    return true;
}

static bool take_screenshot(struct options *o, const char *text, char *error, size_t size)
{
    json_t *name = json_string(text); // the worker gets it in JSON
    bool fits = name;
    json_decref(name);
    if (!text[0])
        return option_refuse(error, size, "names no file");
    if (!fits)
        return option_refuse(error, size, "takes a file name in UTF-8");
    o->screenshot = text;
    return true;
}

static bool take_journal(struct options *o, const char *text, char *error, size_t size)
{
    if (!text[0])
        return option_refuse(error, size, "names no file");
    o->journal = text;
    return true;
}

static bool take_json(struct options *o, const char *text, char *error, size_t size)
{
    (void)text, (void)error, (void)size;
    o->json = true;
    return true;
}

static bool take_no_sandbox(struct options *o, const char *text, char *error, size_t size)
{
    (void)text, (void)error, (void)size;
    o->no_sandbox = true;
    return true;
}

static bool take_quiet(struct options *o, const char *text, char *error, size_t size)
{
    (void)text, (void)error, (void)size;
    o->quiet = true;
    return true;
}

static bool take_help(struct options *o, const char *text, char *error, size_t size)
{
    (void)text, (void)error, (void)size;
    o->help = true;
    return true;
}

// Before and after the options of factors that need a text.
static const struct option_row before[] = {
    {"user", 'u', "USER", "user name: USER, DOMAIN\\USER or USER@DOMAIN", COMMAND_ALL, option_take_user, 0},
    {"domain", 0, "DOMAIN", "domain of the user", COMMAND_ALL, option_take_domain, 0},
    {"password-file", 0, "FILE", "file with the password, - for standard input (default: $RDPPROBE_PASSWORD)",
     COMMAND_ALL, option_take_password_file, 0},
    {"password", 'p', "", NULL, COMMAND_ALL, option_refuse_password, 0},
    {"gateway", 0, "HOST[:PORT]", "RD Gateway; without --set gateway=LEVEL the connection goes through it by http",
     COMMAND_ALL, option_take_gateway, 0},
    {"gateway-user", 0, "USER", "user at the gateway (default: the target's user and password)", COMMAND_ALL,
     option_take_gateway_user, 0},
    {"gateway-domain", 0, "DOMAIN", "domain of that user", COMMAND_ALL, option_take_gateway_domain, 0},
    {"gateway-password-file", 0, "FILE", "file with the password (default: $RDPPROBE_GATEWAY_PASSWORD)", COMMAND_ALL,
     option_take_gateway_password_file, 0},
    {"gateway-password", 0, "", NULL, COMMAND_ALL, option_refuse_gateway_password, 0},
    {"gateway-token-file", 0, "FILE", "file with an access token for the gateway (PAA cookie)", COMMAND_ALL,
     option_take_gateway_token_file, 0},
    {"gateway-bearer-file", 0, "FILE", "file with an OAuth access token for the gateway (HTTP Bearer)", COMMAND_ALL,
     option_take_gateway_bearer_file, 0},
    {"cert-policy", 0, "report|require", "only report on certificates (default), or fail where one is not trusted",
     COMMAND_EVERY, take_certificate_policy, 0},
};

static const struct option_row after[] = {
    {"explain-baseline", 0, NULL,
     "only print what is taken from the .rdp file or xfreerdp's arguments, and what is not", COMMAND_ALL,
     take_explain_baseline, 0},
    {"set", 0, "FACTOR=LEVEL", "level of a factor; of the baseline in isolate (default: the first level below)",
     COMMAND_ALL, take_set, 0},
    {"vary", 0, "FACTOR[=LEVEL,...]",
     "vary only the factors so given, or only these levels; 'all' varies every level of every factor (default: all "
     "that "
     "speak before the failure, but for rare levels)",
     COMMAND_ISOLATE, take_vary, 0},
    {"signature", 0, "CODE",
     "what counts as the failure: 0x3/0x7, or FAMILY, or 'FAMILY CODE', each with @PHASE "
     "(default: how the baseline fails)",
     COMMAND_ISOLATE, option_take_signature, 0},
    {"seed", 0, "N",
     "of the order of the trials that confirm a cause (default: another one every time; the journal has it)",
     COMMAND_ISOLATE, take_seed, 0},
    {"until", 0, "PHASE", "stop once this phase is over, or at nla-challenge: before any logon (default: active)",
     COMMAND_CONNECT, take_until, 0},
    {"proof", 0, "WHAT",
     "what makes a trial connected: active, logon (the server reported one) or painted; waits for it up to the "
     "deadline (default: active)",
     COMMAND_CONNECT | COMMAND_ISOLATE, take_proof, 0},
    {"follow-redirect", 0, NULL,
     "where a broker redirects, go there with a further connection and a further logon; isolate then studies the "
     "host behind the broker",
     COMMAND_CONNECT | COMMAND_ISOLATE, take_follow_redirect, 0},
    {"repeat", 0, "N", "run N trials, one after the other, from one warm process", COMMAND_CONNECT, take_repeat, 0},
    {"deadline", 0, "SECONDS", "time for one trial (default: 20)", COMMAND_ALL, take_deadline, 0},
    {"settle", 0, "SECONDS", "how long a session must last to count as connected (default: 0.1)", COMMAND_ALL,
     take_settle, 0},
    {"pause", 0, "SECONDS",
     "pause between any two trials (default: 0.2, or 0.05 after one that stops before any logon)", COMMAND_ALL,
     take_pause, 0},
    {"budget", 0, "trials=N,logons=N,seconds=N", "end before more trials, logons or seconds of trials than these",
     COMMAND_ISOLATE, take_budget, 0},
    {"from", 0, "JOURNAL", "run no trial: isolate by the trials of one target in this journal", COMMAND_ISOLATE,
     take_from, 0},
    {"causes", 0, NULL,
     "known causes of 0x3/0x7: in isolate at the end of the report, each supported, refuted or undecided, and why; in "
     "explain all of them, or the one whose id is given",
     COMMAND_ISOLATE | COMMAND_EXPLAIN, take_causes, 0},
    {"max-trials", 0, "N", "end after N trials (default: 64 in isolate)", COMMAND_EVERY, take_max_trials, 0},
    {"max-failed-logons", 0, "N", "failed logons of an account, across runs, after which it is left alone (default: 2)",
     COMMAND_EVERY, take_max_failed_logons, 0},
    {"reset-failed-logons", 0, NULL, "first forget the failed logons on record for the account", COMMAND_EVERY,
     take_reset, 0},
    {"autologon", 0, NULL,
     "send the password under security=tls and security=rdp too; each such trial counts as a failed logon unless the "
     "server reports the logon",
     COMMAND_ALL, take_autologon, 0},
    {"no-error-info", 0, NULL, "the same as --set error-info=silent", COMMAND_ALL, take_no_error_info, 0},
    {"dry-run", 0, NULL, "print the plan and what it costs; connect to nothing", COMMAND_MATRIX, option_take_dry_run,
     0},
    {"shard", 0, "I/N",
     "run only part I of N of the targets (default: as GitLab, Kubernetes, Slurm or GNU parallel say)", COMMAND_MATRIX,
     option_take_shard, 0},
    {"own-ledger", 0, NULL,
     "the shards share no XDG_STATE_HOME: each counts failed logons for itself, and takes its part of "
     "--max-failed-logons",
     COMMAND_MATRIX, option_take_own_ledger, 0},
    {"max-in-flight", 0, "N", "trials at the same time, one a target (default: the scenario's, or 64)", COMMAND_MATRIX,
     option_take_max_in_flight, 0},
    {"rate", 0, "N", "start at most N trials a second (default: the scenario's, or no limit)", COMMAND_MATRIX,
     option_take_rate, 0},
    {"gateway-rate", 0, "N", "the same through each gateway", COMMAND_MATRIX, option_take_gateway_rate, 0},
    {"target-rate", 0, "N", "the same of each target", COMMAND_MATRIX, option_take_target_rate, 0},
    {"resume", 0, "JOURNAL", "go on with the run that wrote this journal, and append to it", COMMAND_MATRIX,
     option_take_resume, 0},
    {"report", 0, "FORMAT=FILE", "write a report as well; repeatable", COMMAND_MATRIX, option_take_report, 0},
    {"format", 'f', "FORMAT", "one of the formats below (default: what the ending of --output stands for, else text)",
     COMMAND_REPORT, option_take_format, 0},
    {"output", 'o', "FILE",
     "write to FILE instead of standard output: to a temporary name beside it, renamed when whole", COMMAND_REPORT,
     option_take_output, 0},
    {"merge", 0, NULL,
     "join the shards of one plan: refuses another plan's journals, leaves out trials that are there twice, and says "
     "which shards are missing",
     COMMAND_REPORT, option_take_merge, 0},
    {"capture", 0, "FILE", "record what the trial sends and receives in a new FILE (pcapng), see below",
     COMMAND_CONNECT, take_capture, 0},
    {"capture-redact", 0, "yes|no", "leave out of the capture what carries credentials (default: yes)", COMMAND_CONNECT,
     take_capture_redact, 0},
    {"no-capture-redact", 0, NULL, "the same as --capture-redact=no", COMMAND_CONNECT, take_no_capture_redact, 0},
    {"screenshot", 0, "FILE",
     "save the desktop as the server drew it, as PNG, once it is quiet; implies --until graphics, see below",
     COMMAND_CONNECT, take_screenshot, 0},
    {"journal", 0, "FILE", "append every record to FILE (JSON Lines)", COMMAND_EVERY, take_journal, 0},
    {"json", 0, NULL, "write records to standard output instead of a report, in the journal's form",
     COMMAND_EVERY | COMMAND_EXPLAIN, take_json, 0},
    {"list", 0, NULL, "list all codes that are known here", COMMAND_EXPLAIN, option_take_list, 0},
    {"no-sandbox", 0, NULL, "for debugging only: let what reads the server's bytes do all that you may", COMMAND_EVERY,
     take_no_sandbox, 0},
    {"quiet", 'q', NULL, "no report on standard output, no progress: only errors and the exit status",
     COMMAND_EVERY | COMMAND_REPORT, take_quiet, 0},
    {"help", 'h', NULL, "show this", COMMAND_EVERY | COMMAND_REPORT | COMMAND_EXPLAIN, take_help, 0},
};

const struct option_row *option_rows(size_t *count)
{
    enum { BEFORE = sizeof before / sizeof before[0], AFTER = sizeof after / sizeof after[0] };
    static struct option_row rows[BEFORE + FACTOR_COUNT + AFTER];
    static size_t used;
    if (!used) {
        memcpy(rows, before, sizeof before);
        used = BEFORE;
        for (int f = 0; f < FACTOR_COUNT; f++) {
            const struct factor_operand *operand = factor_row((enum factor)f)->operand;
            if (operand)
                rows[used++] = (struct option_row){operand->option, 0,    operand->argument, operand->help,
                                                   COMMAND_EVERY,   NULL, (enum factor)f};
        }
        memcpy(rows + used, after, sizeof after);
        used += AFTER;
    }
    *count = used;
    return rows;
}
