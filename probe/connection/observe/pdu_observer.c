// SPDX-License-Identifier: Apache-2.0
// Which observer a PDU is for.
#include "connection/observe/observe.h"

enum { DER_SEQUENCE = 0x30, TPKT_VERSION = 3 };

static bool is_credssp(const struct observer *observer, struct bytes pdu)
{
    return observer->trace->nla && !progress_reached(observer->progress, PHASE_MCS) && pdu.data[0] == DER_SEQUENCE;
}

// FASTPATH_OUTPUT_ACTION_FASTPATH or FASTPATH_INPUT_ACTION_FASTPATH (MS-RDPBCGR 2.2.9.1.2, 2.2.8.1.2).
static bool is_fast_path(struct bytes pdu)
{
    return (pdu.data[0] & 3) == 0;
}

enum ending observe_read(struct observer *observer, struct bytes pdu)
{
    struct mcs_pdu mcs;

    if (pdu.size == 0)
        return GOES_ON;
    if (!observer->trace->confirmed)
        return observe_confirm(observer, pdu);
    if (observer->trace->authorization_awaited)
        return observe_authorization(observer, pdu);
    if (is_credssp(observer, pdu))
        return observe_server_tsrequest(observer, pdu);
    if (mcs_parse(pdu.data, pdu.size, &mcs)) {
        if (mcs.type == MCS_CONNECT_RESPONSE) {
            observe_channels(observer, pdu);
            observe_server_settings(observer->sink, observer->requested, pdu);
            observer->trace->unasked_encryption =
                encryption_unasked(&observer->encryption, pdu, &observer->trace->encryption_method);
            if (observer->trace->unasked_encryption)
                return ENDS_FAILED; // FreeRDP would go on with it
        }
        return observe_server_mcs(observer, &mcs);
    }
    if (is_fast_path(pdu))
        observe_fast_path(observer, FROM_SERVER, pdu);
    return GOES_ON;
}

bool observe_password_in_info(const struct observer *observer)
{
    return observer->request->profile.autologon && !observer->trace->nla &&
           profile_secret(&observer->request->profile, PROFILE_PASSWORD)[0];
}

// Client Info is about to be sent.
static enum ending before_info(struct observer *observer)
{
    enum ending ending = progress_begin(observer->progress, PHASE_INFO);

    if (ending || !observe_password_in_info(observer))
        return ending;
    ending = permit_request(observer->permit, observer->sink, observer->trace->gateway ? -1 : *observer->fd);
    if (!ending)
        event_logon(observer->sink);
    return ending;
}

static enum ending write_mcs(struct observer *observer, const struct mcs_pdu *mcs, struct bytes pdu, bool *client_info)
{
    enum ending ending = observe_client_mcs(observer, mcs, client_info);

    if (!ending && mcs->type == MCS_CONNECT_INITIAL)
        observe_client_settings(observer->sink, &observer->request->profile, pdu);
    return !ending && *client_info ? before_info(observer) : ending;
}

enum ending observe_write(struct observer *observer, struct bytes pdu, bool *client_info)
{
    struct mcs_pdu mcs;

    *client_info = false;
    if (pdu.size == 0)
        return GOES_ON;
    if (!observer->trace->confirmed)
        return observe_request(observer, pdu);
    if (is_credssp(observer, pdu))
        return observe_client_tsrequest(observer, pdu);
    if (mcs_parse(pdu.data, pdu.size, &mcs))
        return write_mcs(observer, &mcs, pdu, client_info);
    if (is_fast_path(pdu))
        observe_fast_path(observer, FROM_CLIENT, pdu);
    return GOES_ON;
}

enum ending observe_first_byte(struct observer *observer, uint8_t first)
{
    const struct trace *trace = observer->trace;

    if (trace->phase == PHASE_NEGOTIATE && !trace->confirmed && first != TPKT_VERSION)
        return observe_stranger(observer, first);
    if (trace->nla && trace->phase == PHASE_NLA && !trace->authorization_awaited && first != DER_SEQUENCE)
        return ENDS_FAILED;
    return GOES_ON;
}
