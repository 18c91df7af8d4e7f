// SPDX-License-Identifier: Apache-2.0
// What can be told of a code that somebody holds, without a run: what it means wherever it may come from, what ends a
// connection so, what mstsc shows, which causes fit, and what would tell more.
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "knowledge/advice.h"
#include "knowledge/causes.h"
#include "knowledge/mstsc.h"
#include "report/code_search.h"
#include "report/page.h"
#include "trial/outcome.h"

enum { ENDINGS_MAX = 64, COMMAND_SIZE = 200 };

// One meaning of a code.
struct explained {
    struct code_meaning meaning;
    struct outcome endings[ENDINGS_MAX]; // how a trial ends where somebody is told this code; the same may have several
    size_t ending_count;
    bool has_pair; // what mstsc shows is known
    struct mstsc_pair pair;
    const struct advice *advice; // NULL: the code is no end of a connection
    const struct cause_row *causes[CAUSE_COUNT];
    size_t cause_count;
    char command[COMMAND_SIZE]; // of this program, that tries whether it is so; "" if none does
};

// What was asked, and its meanings: none where the code is not known here.
struct explanation {
    char asked[120];
    bool extended_says_nothing; // mstsc's pair had an extended code that has no meaning with its error code
    struct code_meaning meanings[CODE_MEANINGS_MAX];
    size_t count;
    bool has_nearest; // where there is none
    struct code_meaning nearest;
};

// Looks up one to three words: a code or a name; mstsc's pair, as "0x3/0x7" or two words; or a kind and a code of it
// ("errinfo 7", "event 40"). False with a sentence in error[size] where the words are none of these.
bool explanation_find(const char *const *words, size_t count, struct explanation *explanation, char *error,
                      size_t size);

// Tells one of the meanings.
void explanation_tell(const struct code_meaning *meaning, struct explained *explained);

// Writes the code as its source does: "0x7", "70".
char *explanation_code(const struct code_meaning *meaning, char *text, size_t size);

// The report for people.
void explanation_text(struct page *page, const struct explanation *explanation);

// All codes of all kinds, a line each.
void explanation_list_text(struct page *page);

// The table of known causes; or the one with an id alone. False if there is none such.
bool explanation_causes_text(struct page *page, const char *id);

// The same as JSON objects {"record":"explanation"|"code"|"cause","schema":1,…}, a line each. NULL or false: memory is
// out. Caller owns it.
json_t *explanation_json(const struct explanation *explanation);
json_t *explanation_code_json(const struct code_meaning *meaning);
json_t *explanation_cause_json(const struct cause_row *cause);
