// SPDX-License-Identifier: Apache-2.0
// What a module that watches a connection returns: whether the trial is to end here. It never ends one itself; who
// called it passes the ending on, at once and without doing anything more, up to FreeRDP's callback, which has it
// carried out (finish.h).
#pragma once

enum ending {
    GOES_ON = 0,
    ENDS_FAILED,    // with the outcome that the trace gives
    ENDS_SUCCEEDED, // the trial has reached what it was to reach
    ENDS_UNDECIDED, // without an outcome: nothing can be said of it
};

// An ending that is not passed on is a trial that does not end.
#define MUST_PASS_ON __attribute__((warn_unused_result))
