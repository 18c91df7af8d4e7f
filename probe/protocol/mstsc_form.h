// SPDX-License-Identifier: Apache-2.0
// What mstsc of Windows 11 22H2 writes in place of what FreeRDP wrote, in PDUs that are about to be sent. Pure
// functions over bytes; what is no such PDU stays as it is.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Connect Initial, from its TPKT on (2.2.1.3): version, build, product id, physical size and scale in the core data;
// of its earlyCapabilityFlags those for strong asymmetric keys, relative mouse input and heartbeats; the version of
// redirection in the cluster data; the encryption methods, where encryption is false: under RDP security they are what
// is negotiated.
void mstsc_form_connect_initial(uint8_t *pdu, size_t size, bool encryption);

// Confirm Active in an MCS Send Data Request, from its TPKT on, not encrypted (2.2.1.13.2): its sourceDescriptor. The
// PDU gets no longer; *size is what it has then.
void mstsc_form_confirm_active(uint8_t *pdu, size_t *size);
