// SPDX-License-Identifier: Apache-2.0
// From what was seen to how it ended. A pure function, so that a table of tests can hold it.
#pragma once

#include <stdbool.h>

#include "connection/trace.h"
#include "trial/outcome.h"

// The outcome of a failed connection.
struct outcome classify(const struct trace *trace);

// Who ended the failed connection: "server", "gateway" or "client". NULL where there was none to end, and where it was
// the deadline, which the parent knows. Static.
const char *ended_by(const struct trace *trace, const struct outcome *outcome);

// What this connection has shown about user and password: "verified", "refused" or "not checked". Verified and refused
// are what the server said of the password; a locked or disabled account says nothing about it. password_in_info: the
// password was sent in Client Info.
const char *credentials_word(const struct trace *trace, bool password_in_info);

// Whether the logon that was sent to the target was refused, or may have been: everything but a proof of the contrary
// counts, because the account's lockout counter is on the server.
bool logon_may_have_failed(const struct trace *trace);

// The same of the latest logon at the gateway.
bool gateway_logon_may_have_failed(const struct trace *trace);
