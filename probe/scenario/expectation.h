// SPDX-License-Identifier: Apache-2.0
// The language of expectations: conditions on a trial, joined by the operators of scenario/expression.h.
//
//   connected, failed                  the result
//   phase >= nla                       the furthest phase that began
//   ms < 3000                          the trial's duration in milliseconds
//   errinfo 7, 0x3/0x7                 an outcome: family, then a code, a name or nothing; @PHASE says where
//   credssp LOGON_FAILURE, timeout@tls
//   tls.version >= 1.2                 a fact (trial/fact.h) compared: < <= = != >= >; texts by = and !=, and in the
//   licensing.messages = NEW_LICENSE   order of the numbers in them; a list by one of its items
//   certificate.trusted                a Boolean fact alone; any other fact alone: it was seen
//   clock.skew < 300                   compared without its sign where the number has none
//
// A comparison with a fact that was not seen is neither true nor false, negated or not: the expectation is unmet.
#pragma once

#include "scenario/expression.h"
#include "scenario/scenario.h"

// Parses. NULL with the offset of the mistake and a sentence in *error.
struct expectation_test *expectation_test_parse(const char *text, struct expression_error *error);

// Frees. Safe on NULL.
void expectation_test_free(struct expectation_test *test);

// Whether the test is true of a trial.
bool expectation_test_holds(const struct expectation_test *test, const struct trial *trial);

// What was seen of a trial where the test is not true: "1.0", "failed in tcp with tcp ECONNREFUSED". Always terminated,
// without control characters; returns text.
char *expectation_test_seen(const struct expectation_test *test, const struct trial *trial, char *text, size_t size);
