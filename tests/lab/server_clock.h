// SPDX-License-Identifier: Apache-2.0
//
// A clock that is wrong, for what libfreerdp writes into its NTLM CHALLENGE.
#pragma once

#include <stdint.h>

// From now on, in this thread only, CLOCK_REALTIME is ahead by so many nanoseconds (0: right again). WinPR then writes,
// and remembers for its message integrity check, the wrong time by itself, so that NLA goes on to succeed.
void server_clock_skew(int64_t nanoseconds);
