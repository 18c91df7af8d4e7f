// SPDX-License-Identifier: Apache-2.0
// What no client can find out: what to look at on the server, and what this program is not.
#pragma once

#include "report/page.h"
#include "trial/outcome.h"

// Writes what to look at next on the server for a failure that no client-side factor decides and no known cause fits,
// with the command, setting or event that decides each. phase: that it ended in.
void beyond_text_server(struct page *page, const struct signature *signature, enum phase phase);

// Writes what to look at where a target refuses, beyond a gateway's tunnel, what it lets in directly.
void beyond_text_tunnel(struct page *page);

// Writes what to look at where every server that the client is sent to sends it on.
void beyond_text_circle(struct page *page);

// Writes that this is not mstsc, and what follows from that. Every report ends with it.
void beyond_text_limits(struct page *page);
