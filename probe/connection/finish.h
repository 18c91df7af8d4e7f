// SPDX-License-Identifier: Apache-2.0
// The one place where a trial ends: what is reported last, and how the worker goes. Modules below return an ending
// (ending.h); FreeRDP's callbacks and the run, above, have it carried out here.
#pragma once

#include "connection/connection.h"

// Ends the trial, unless it goes on. Does not return where it ends.
void finish_if(struct connection *connection, enum ending ending);

// Reports the outcome that the trace gives (or connected) and ends the worker.
_Noreturn void finish_failed(struct connection *connection);
_Noreturn void finish_succeeded(struct connection *connection);

// The trial fails for what this machine lacks or could not do. name is static.
_Noreturn void finish_locally(struct connection *connection, const char *name, const char *detail);

// Notes FreeRDP's first error in the trace.
void finish_note_error(struct connection *connection);
