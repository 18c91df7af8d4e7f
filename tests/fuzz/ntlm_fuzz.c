// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include <string.h>

#include "protocol/ntlm.h"

static void promise_text(const char *text, size_t capacity)
{
    promise(memchr(text, '\0', capacity) != NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ntlm_challenge challenge;

    if (!ntlm_challenge_parse(data, size, &challenge))
        return 0;
    promise_text(challenge.computer, sizeof challenge.computer);
    promise_text(challenge.domain, sizeof challenge.domain);
    promise_text(challenge.dns_computer, sizeof challenge.dns_computer);
    promise_text(challenge.dns_domain, sizeof challenge.dns_domain);
    promise_text(challenge.forest, sizeof challenge.forest);
    promise(challenge.has_version || challenge.build == 0);
    promise(challenge.has_time || challenge.time == 0);
    filetime_to_unix_ms(challenge.time);
    return 0;
}
