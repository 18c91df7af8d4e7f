// SPDX-License-Identifier: Apache-2.0
// How the peer left a TCP connection.
#pragma once

enum peer_end { PEER_OPEN, PEER_FIN, PEER_RST };

// As the kernel knows it now. PEER_OPEN for a descriptor that is none.
enum peer_end peer_end_of(int fd);

// The same into *end, unless it is known already: the first sign counts.
void peer_end_note(enum peer_end *end, int fd);
