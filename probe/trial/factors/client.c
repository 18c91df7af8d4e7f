// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "trial/fact.h"
#include "trial/trial.h"

// Whether the ClientHello offers mstsc's groups, x25519, P-256 and P-384, and no more: the fourth of JA3's fields.
static bool offers_its_groups(const char *hello)
{
    static const char groups[] = ",29-23-24,";
    for (int field = 0; field < 3 && hello; field++)
        hello = strchr(hello + (field > 0), ',');
    return hello && strncmp(hello, groups, sizeof groups - 1) == 0;
}

static enum effect effect(const struct trial *trial)
{
    bool mstsc = trial->variant.level[FACTOR_CLIENT] == CLIENT_MSTSC;
    const char *hello = fact_text(trial->facts, FACT_TLS_HELLO, NULL);
    bool told = fact_get(trial->facts, FACT_CLIENT_BUILD) != NULL;
    if (!hello && !told)
        return EFFECT_UNREACHED;
    // FreeRDP's own ClientHello is whatever its OpenSSL makes.
    if (hello && mstsc && !offers_its_groups(hello))
        return EFFECT_NO;
    if (!told)
        return EFFECT_YES;
    bool marks = fact_integer(trial->facts, FACT_CLIENT_BUILD, 0) == CLIENT_MSTSC_BUILD &&
                 fact_integer(trial->facts, FACT_CLIENT_VERSION, 0) == CLIENT_MSTSC_VERSION;
    return effect_if(marks == mstsc);
}

const struct factor_row factor_client = {
    .name = "client",
    .heading = "as",
    .summary = "how the client presents itself: TLS ClientHello, version and build, flags, capabilities",
    .earlier = CLIENT_FREERDP,
    .levels = {"mstsc", "freerdp"},
    .meaning = {"as mstsc of Windows 11 22H2 but for channels, codecs, the message channel, the time zone (UTC), its "
                "asking for "
                "news of the logon, the order of TLS extensions, the gateway's TLS; under RDP security also its name",
                "as FreeRDP does by itself"},
    .phase = PHASE_TLS,
    .weight = 0.5,
    .cost = 0.02,
    .effect = effect,
};
