// SPDX-License-Identifier: Apache-2.0
// Tags before a PDU that is recorded without what carried it (LINKTYPE_WIRESHARK_UPPER_PDU; Wireshark's
// epan/exported_pdu.h, https://www.tcpdump.org/linktypes/LINKTYPE_WIRESHARK_UPPER_PDU.html). A pure function over
// bytes.
#pragma once

#include "connection/capture/tcp_segment.h"

enum { UPPER_PDU_MAX = 128 };

// Writes the tags for a PDU of a protocol under Wireshark's name for its dissector ("tpkt"), between two ends of one
// family; returns their size.
size_t upper_pdu_tags(const char *protocol, const struct tcp_end *from, const struct tcp_end *to,
                      uint8_t tags[UPPER_PDU_MAX]);
