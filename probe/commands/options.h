// SPDX-License-Identifier: Apache-2.0
// What the command line asks for.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "import/baseline.h"
#include "runner/runner.h"
#include "trial/factor.h"
#include "trial/outcome.h"
#include "trial/profile.h"
#include "trial/until.h"

// Commands, as bits of the set that an option belongs to: of one target, all that run trials, and those that run none.
enum command {
    COMMAND_CONNECT = 1,
    COMMAND_ISOLATE = 2,
    COMMAND_ALL = 3,
    COMMAND_MATRIX = 4,
    COMMAND_EVERY = 7,
    COMMAND_REPORT = 8,
    COMMAND_EXPLAIN = 16
};

struct format; // report/format.h

enum { REPORT_OPTIONS_MAX = 7 }; // and one to standard output

struct options {
    enum command command;
    bool help;

    struct profile profile;    // from the options and from base; without secrets. Its levels are the baseline's
    const char *password_file; // NULL: not given; these point into argv
    const char *gateway_password_file, *gateway_token_file, *gateway_bearer_file;

    bool has_base; // TARGET is an .rdp file, or xfreerdp's arguments come after --
    struct baseline base;
    bool explain_base;
    // What the command line gives itself, and does not leave to them.
    struct {
        bool target, user, domain, gateway, gateway_user, certificate_policy, operand[FACTOR_COUNT];
    } given;

    bool was_set[FACTOR_COUNT];
    bool was_varied[FACTOR_COUNT]; // by --vary
    bool vary_all;                 // by --vary all
    unsigned levels[FACTOR_COUNT]; // bit set for --vary FACTOR=LEVEL,…; 0: all levels
    bool has_seed;
    uint64_t seed; // of the order of the trials that confirm a cause
    bool has_signature;
    struct signature signature;

    unsigned repeat;
    unsigned max_logons, max_seconds; // of isolate --budget; 0: any
    const char *from;                 // journal to isolate by; NULL: run trials
    bool causes;                      // of isolate: the table of all known causes too; of explain: nothing else
    struct until until;
    bool until_set;
    const char *screenshot; // NULL: none
    bool reset_failed_logons;
    bool follow_redirect;

    // Of matrix.
    const char *scenario, *resume; // these point into argv
    bool dry_run, has_shard;
    bool own_ledger; // shards do not count failed logons together
    unsigned shard, shards;
    unsigned max_in_flight;                 // 0: as the scenario says
    double rate, gateway_rate, target_rate; // likewise; trials a second
    bool has_max_failed_logons;
    const char *reports[REPORT_OPTIONS_MAX]; // as given: FORMAT=FILE
    size_t report_count;

    // Of report.
    const struct format *format;
    const char *output; // file; NULL: standard output. It and the journals point into argv
    bool merge;
    char **journals;
    int journal_count;

    // Of explain.
    bool list;
    char **words; // point into argv
    int word_count;

    const char *capture; // NULL: none
    bool capture_whole;  // --no-capture-redact

    const char *journal;
    bool json, quiet, no_sandbox;
};

// Reads a command's arguments (argv[0] is its name). False with a sentence in error[size]; it never repeats what may be
// a secret. With help set, nothing else was checked. options_clear() is due where it returns true.
bool options_parse(struct options *options, enum command command, int argc, char **argv, char *error, size_t size);

// Frees what options_parse() made.
void options_clear(struct options *options);

// What was given is used, unless --set says otherwise.
void options_imply(struct options *options, enum factor factor, unsigned level, bool given);

// One row of the table of options, from which parsing and --help are made.
struct option_row {
    const char *name;     // without "--"
    char letter;          // 0 for none
    const char *argument; // what --help calls its argument; NULL: it takes none
    const char *help;     // NULL: not shown
    unsigned commands;    // which have it
    // Takes the argument (NULL where there is none). False with a clause in error that goes on after "--name ".
    // NULL: the text is the operand of a level of the factor.
    bool (*take)(struct options *options, const char *argument, char *error, size_t size);
    enum factor factor;
};

// The table. Static.
const struct option_row *option_rows(size_t *count);

// Takes the text that a level of a factor needs, or @FILE where its argument may be a file. Errors as of take.
bool option_take_operand(struct options *options, enum factor factor, const char *text, char *error, size_t size);

// What no single option can see: texts and secrets that need each other, levels that cannot be had (options_check.c).
bool options_check(struct options *options, char *error, size_t size);
