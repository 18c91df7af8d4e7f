// SPDX-License-Identifier: Apache-2.0
#include "report/beyond_text.h"

#include "knowledge/advice.h"

static void put(struct page *page, const struct advice *advice)
{
    page_line(page, STYLE_HEADING, "What to do next");
    if (advice->note) {
        page_put(page, STYLE_PLAIN, "  ");
        page_wrap(page, 2, 2, "%s", advice->note);
    }
    for (int i = 0; i < ADVICE_LOOKS_MAX && advice->looks[i].what; i++) {
        page_put(page, STYLE_PLAIN, "  - ");
        page_wrap(page, 4, 4, "%s: %s", advice->looks[i].what, advice->looks[i].how);
    }
}

void beyond_text_tunnel(struct page *page)
{
    put(page, advice_beyond_tunnel());
}

void beyond_text_circle(struct page *page)
{
    put(page, advice_circle());
}

void beyond_text_server(struct page *page, const struct signature *signature, enum phase phase)
{
    put(page, advice_for(family_name(signature->family), signature->code, signature->name, phase_name(phase)));
}

void beyond_text_limits(struct page *page)
{
    page_wrap(page, 0, 0,
              "This is not mstsc: rdpprobe has no Windows licence store, no Schannel and no CredSSP policy. Where it "
              "connects and mstsc does not, the cause is on that Windows client, or in something that mstsc does and "
              "rdpprobe does not.");
}
