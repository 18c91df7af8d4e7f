// SPDX-License-Identifier: Apache-2.0
//
// The server's side of RDP licensing ([MS-RDPELE], and [MS-RDPBCGR] 2.2.1.12), as a Session Host with a licence server
// behind it plays it: it asks, recognises a licence that it issued before, else challenges the client and issues one.
//
// The exchange works on licensing PDUs from the licensing preamble on ([MS-RDPBCGR] 2.2.1.12.1.1). The basic security
// header (SEC_LICENSE_PKT), MCS and TPKT around them, and RC4 below, are the caller's.
#pragma once

#include <openssl/types.h>
#include <sys/types.h>

#include "facts.h"

#define LICENSE_ID_SIZE          33     // 32 hexadecimal digits and the terminating zero
#define LICENSE_HARDWARE_ID_SIZE 20     // [MS-RDPELE] 2.2.2.3.1
#define LICENSE_PDU_MAX          0xFFFF // wMsgSize has 16 bits, [MS-RDPBCGR] 2.2.1.12.1.1

// dwErrorCode, [MS-RDPBCGR] 2.2.1.12.1.3
enum license_error_code {
    LICENSE_ERR_INVALID_SERVER_CERTIFICATE = 0x1,
    LICENSE_ERR_NO_LICENSE = 0x2,
    LICENSE_ERR_INVALID_MAC = 0x3,
    LICENSE_ERR_INVALID_SCOPE = 0x4,
    LICENSE_ERR_NO_LICENSE_SERVER = 0x6,
    LICENSE_STATUS_VALID_CLIENT = 0x7,
    LICENSE_ERR_INVALID_CLIENT = 0x8,
    LICENSE_ERR_INVALID_PRODUCTID = 0xB,
    LICENSE_ERR_INVALID_MESSAGE_LEN = 0xC
};

// dwStateTransition, [MS-RDPBCGR] 2.2.1.12.1.3
enum license_transition {
    LICENSE_ST_TOTAL_ABORT = 1,
    LICENSE_ST_NO_TRANSITION = 2,
    LICENSE_ST_RESET_PHASE_TO_START = 3,
    LICENSE_ST_RESEND_LAST_MESSAGE = 4
};

// What a presented licence turned out to be.
enum license_check {
    LICENSE_CHECK_NONE = 0,     // none was presented
    LICENSE_CHECK_OURS,         // issued by this server, to this hardware id
    LICENSE_CHECK_OTHER_CLIENT, // issued by this server, but to another hardware id
    LICENSE_CHECK_CORRUPT,      // has the form of a licence of a lab, but too short, too long or of an unknown version
    LICENSE_CHECK_FOREIGN       // issued by someone else; or changed, which cannot be told from that by an HMAC
};

// How an exchange ended.
enum license_end {
    LICENSE_END_GRANTED = 0,  // STATUS_VALID_CLIENT, or a new or upgraded licence, was sent
    LICENSE_END_DENIED,       // the caller's `answered` said no: nothing was issued or sent after the client's answer
    LICENSE_END_REFUSED,      // this server sent an error message with ST_TOTAL_ABORT, see alert_sent
    LICENSE_END_CLIENT_ALERT, // the client sent an error message, see alert_received
    LICENSE_END_CLOSED,       // `receive` or `send` failed: the client is gone
    LICENSE_END_ERROR         // this machine: no memory, OpenSSL failed
};

// What is known of one exchange; filled in while it goes on.
struct license_report {
    enum lab_license answer; // LAB_LICENSE_NONE until the client has answered the licence request
    enum license_check check;
    char presented_id[LICENSE_ID_SIZE]; // id of the presented licence if this server issued it; else empty
    char issued_id[LICENSE_ID_SIZE];    // id of the licence that was sent to the client; else empty
    bool upgraded;                      // it went out as an Upgrade License, not as a New License
    bool hardware_id_known;
    uint8_t hardware_id[LICENSE_HARDWARE_ID_SIZE]; // decrypted
    uint32_t platform_id;                          // [MS-RDPELE] 2.2.2.2
    char user[LAB_TEXT_SIZE];                      // ClientUserName and ClientMachineName, New License Request only
    char machine[LAB_TEXT_SIZE];
    bool challenge_answered;     // the platform challenge came back correctly, with a valid MAC
    uint32_t alert_sent;         // enum license_error_code of an error message with ST_TOTAL_ABORT; 0: none
    uint32_t alert_received;     // the same from the client; 0: none
    char refusal[LAB_TEXT_SIZE]; // why this server refused, one sentence for the log; else empty
};

// How the exchange talks. Every function gets `context`.
struct license_io {
    void *context;
    // Sends one licensing PDU. Returns false if the connection is gone.
    bool (*send)(void *context, const uint8_t *pdu, size_t size);
    // Waits for the next licensing PDU and copies it to `pdu` (room: LICENSE_PDU_MAX). Returns its size, or 0 or less
    // if the connection is gone.
    ssize_t (*receive)(void *context, uint8_t *pdu, size_t room);
    // Called once, as soon as the client has answered the licence request and report->answer is final, before anything
    // is issued or sent. Returning false ends the exchange with LICENSE_END_DENIED. May be NULL.
    bool (*answered)(void *context, const struct license_report *report);
    // Issue nothing: whatever licence the client has or lacks, it gets STATUS_VALID_CLIENT (a grace period).
    bool accept_only;
};

// A licensing server: an RSA key, a certificate for it, and the secret that marks its licences. Made once before the
// lab forks; a licence issued in one child is recognised in every other. Read-only after that.
struct license_server;

// Makes a server. `key` is an RSA key (the lab's own; this function takes a reference of its own), or
// NULL to generate one of 2048 bits. Returns NULL if OpenSSL fails or the key is not RSA; license_server_free() frees.
struct license_server *license_server_new(EVP_PKEY *key);

// Frees a server; NULL is allowed.
void license_server_free(struct license_server *server);

// Plays one exchange to its end ([MS-RDPELE] 3.2.5). *report is cleared first and always filled in as far as it came.
enum license_end license_exchange(const struct license_server *server, const struct license_io *io,
                                  struct license_report *report);

// Builds a Licensing Error Message ([MS-RDPBCGR] 2.2.1.12.1.3) with an empty error blob. `pdu` has room for
// LICENSE_ALERT_SIZE bytes. Code 7 with transition 2 is the "valid client" answer.
#define LICENSE_ALERT_SIZE 16
void license_write_alert(uint8_t pdu[LICENSE_ALERT_SIZE], uint32_t code, uint32_t transition);
