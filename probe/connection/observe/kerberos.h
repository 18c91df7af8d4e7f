// SPDX-License-Identifier: Apache-2.0
// What Kerberos does beside the connection: tickets come from a KDC, over sockets that no tap sees. The library's own
// trace (KRB5_TRACE of MIT krb5) tells whether one was asked and what it said, which counts as a logon like any other.
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "connection/event.h"
#include "connection/request.h"
#include "connection/trace.h"

struct kerberos_trace {
    bool answered;  // a KDC answered
    bool refused;   // …and its last answer was an error other than that it wants pre-authentication
    char error[96]; // that error's text, or ""
};

// Reads a trace. A pure function.
void kerberos_read_trace(const char *text, size_t size, struct kerberos_trace *trace);

struct kerberos {
    const struct connection_request *request;
    struct trace *trace;
    struct event_sink *sink;
    bool reported;
};

// Has the trace written into the trial's scratch directory, where the variant lets NLA use Kerberos. Before connecting.
void kerberos_watch(const struct kerberos *kerberos);

// Reports what the KDC made of the account, once: as soon as it shows whether there is a ticket, that is when the first
// token of NLA goes out, or when the trial fails without one.
void kerberos_report(struct kerberos *kerberos);
