// SPDX-License-Identifier: Apache-2.0
// TLS alerts (RFC 8446 6.2; those that only earlier versions have: RFC 5246 7.2.2).
#include "knowledge/table.h"

static const struct code_row rows[] = {
    {0, "close_notify", "the peer ended TLS in the regular way"},
    {10, "unexpected_message", "a message came out of order"},
    {20, "bad_record_mac", "a record could not be verified"},
    {21, "decryption_failed", "a record could not be decrypted"},
    {22, "record_overflow", "a record was too long"},
    {30, "decompression_failure", "a record could not be decompressed"},
    {ALERT_HANDSHAKE_FAILURE, "handshake_failure", "no common ciphers or parameters"},
    {41, "no_certificate", "no certificate was given"},
    {42, "bad_certificate", "the certificate is corrupt"},
    {43, "unsupported_certificate", "the certificate has an unsupported type"},
    {44, "certificate_revoked", "the certificate was revoked"},
    {45, "certificate_expired", "the certificate has expired"},
    {46, "certificate_unknown", "the certificate was not accepted"},
    {47, "illegal_parameter", "a handshake field is inconsistent"},
    {48, "unknown_ca", "the certificate's authority is unknown"},
    {ALERT_ACCESS_DENIED, "access_denied", "access denied (in CredSSP: the logon failed, MS-RDPBCGR 5.4.5.2.2)"},
    {50, "decode_error", "a message could not be decoded"},
    {51, "decrypt_error", "a handshake signature or key exchange failed"},
    {60, "export_restriction", "an export restriction was broken"},
    {ALERT_PROTOCOL_VERSION, "protocol_version", "the TLS version is not supported"},
    {ALERT_INSUFFICIENT, "insufficient_security", "the peer wants stronger ciphers"},
    {80, "internal_error", "internal error of the peer"},
    {86, "inappropriate_fallback", "the client fell back to an older version without need"},
    {90, "user_canceled", "the handshake was cancelled"},
    {100, "no_renegotiation", "renegotiation is refused"},
    {109, "missing_extension", "a mandatory extension is missing"},
    {110, "unsupported_extension", "an extension was not offered"},
    {112, "unrecognized_name", "the server does not know the name presented to it (SNI)"},
    {113, "bad_certificate_status_response", "the certificate's status response is invalid"},
    {115, "unknown_psk_identity", "the pre-shared key is unknown"},
    {116, "certificate_required", "the server wants a client certificate"},
    {120, "no_application_protocol", "no common application protocol"},
};

const struct code_row *tls_alert_row(uint32_t code)
{
    return CODE_ROW_FIND(rows, code);
}

const struct code_row *tls_alert_row_at(size_t index)
{
    return CODE_ROW_AT(rows, index);
}
