// SPDX-License-Identifier: Apache-2.0
//
// A broker that sends the client elsewhere, with a server redirection PDU ([MS-RDPBCGR] 2.2.13).
#include <freerdp/redirection.h>
#include <stdio.h>
#include <string.h>

#include "peer.h"

// Stands where a broker puts what must not be shown.
static const BYTE secret[] = "Redirection-Pw1";

enum { SESSION = 5 };

static bool fill(rdpRedirection *redirection, const struct lab_options *options)
{
    UINT32 flags = LB_PASSWORD | LB_DONTSTOREUSERNAME;
    UINT32 missing = 0;
    if (options->redirect[0])
        flags |= LB_TARGET_NET_ADDRESS;
    if (options->redirect_token)
        flags |= LB_LOAD_BALANCE_INFO;
    if (options->user)
        flags |= LB_USERNAME;
    return redirection_set_flags(redirection, flags) && redirection_set_session_id(redirection, SESSION) &&
           (!options->redirect[0] ||
            redirection_set_string_option(redirection, LB_TARGET_NET_ADDRESS, options->redirect)) &&
           redirection_set_byte_option(redirection, LB_PASSWORD, secret, sizeof(secret)) &&
           (!options->redirect_token ||
            redirection_set_byte_option(redirection, LB_LOAD_BALANCE_INFO, (const BYTE *)options->redirect_token,
                                        strlen(options->redirect_token))) &&
           (!options->user || redirection_set_string_option(redirection, LB_USERNAME, options->user)) &&
           redirection_settings_are_valid(redirection, &missing);
}

// Whether the client was here before, and was sent on then.
static bool comes_back(const struct lab_options *options, const struct lab_record *record)
{
    const char *token = options->redirect_token;
    return token ? strstr(record->facts.cookie, token) != NULL : record->session_asked && record->session == SESSION;
}

bool redirect(struct connection *connection, enum lab_moment moment)
{
    const struct lab_options *options = &connection->lab->options;
    struct lab_record *record = connection->record;
    if (connection->over || !options->redirect || options->redirect_at != moment)
        return connection->over;
    if (options->redirect_new && comes_back(options, record))
        return false;
    rdpRedirection *redirection = redirection_new();
    if (redirection && fill(redirection, options) &&
        connection->peer->SendServerRedirection(connection->peer, redirection))
        snprintf(record->redirected, sizeof(record->redirected), "%s", options->redirect);
    redirection_free(redirection);
    lab_record_end(record, LAB_ENDED_SERVER);
    connection_end(connection, SHIM_LINGER); // the client goes by itself
    return true;
}
