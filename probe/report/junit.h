// SPDX-License-Identifier: Apache-2.0
// JUnit XML as GitLab and Jenkins read it: testsuites > testsuite, one for each plan > testcase, one for each trial.
//
//   failure   an expectation is not met; where none was stated, the trial failed
//   error     the trial could not be run on this machine, a run was stopped, or records are missing
//   skipped   left out for the safety of an account
//
// GitLab takes the suite's column from classname (the target's group, else the scenario), keeps only the first of equal
// names, and ignored attributes of failure: so names are unique, and the message is in the body, too. Of the names of
// attributes, GitLab's "file" is the scenario and "line" the first unmet expectation's.
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "report/record.h"

// A row of the table of formats (report/format.h).
void *junit_begin(FILE *file);
void junit_record(void *state, const struct record *record);
void junit_note(void *state, const char *sentence);
bool junit_end(void *state, bool keep);
