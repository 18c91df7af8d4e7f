// SPDX-License-Identifier: Apache-2.0
// What comes before a tunnel's packets: TLS, HTTP requests, authentication, and pairing OUT with IN.
#pragma once

struct channel;
struct gateway;

// Serves a channel after a poll.
void front_serve(struct gateway *gateway, struct channel *channel, short events);

// Serves what was read before and had to wait for the target.
void front_resume(struct gateway *gateway, struct channel *channel);
