// SPDX-License-Identifier: Apache-2.0
//
// The expression language of --deny-if and --fault-if: what a client did, as a condition.
//
//   expression = term { "|" term }          a "|" b: either of them
//   term       = factor { "&" factor }      binds tighter than "|"
//   factor     = "!" factor | "(" expression ")" | "true" | fact operator value
//   operator   = "=" "!=" "<" "<=" ">" ">=" the last four only for numbers and TLS versions
//   value      = a word without blanks and operator characters, or any text in double or single quotes
//
// Facts and their values are those of facts.h. Texts compare without regard to ASCII case, as Windows compares names;
// addresses compare as addresses; numbers are decimal or 0x hexadecimal. channel=NAME holds if NAME is among the
// client's channels, channel!=NAME if it is not. tls=none has no order: every ordered comparison with it is false.
#pragma once

#include "facts.h"

// A parsed expression. It never changes after rule_parse() and may be used in any process forked afterwards.
struct rule;

enum rule_truth { RULE_NO = 0, RULE_YES, RULE_UNKNOWN };

struct rule_error {
    size_t column;     // in bytes, from 1; one behind the end if something is missing there
    char message[320]; // one sentence without the column
};

// Parses `text`. Refuses unknown facts, values that the fact can never have and operators it does not know.
// Returns a rule that the caller frees with rule_free(); or NULL with *error filled in.
struct rule *rule_parse(const char *text, struct rule_error *error);

// Frees a rule; NULL is allowed.
void rule_free(struct rule *rule);

// Evaluates `rule` with what is known so far, in Kleene's three-valued logic: a comparison with a fact that is not
// known yet is RULE_UNKNOWN, but "unknown & no" is no and "unknown | yes" is yes.
enum rule_truth rule_evaluate(const struct rule *rule, const struct lab_facts *facts);

// Whether `fact` occurs anywhere in `rule`.
bool rule_mentions(const struct rule *rule, enum lab_fact fact);
