// SPDX-License-Identifier: Apache-2.0
#include "report/trial_line.h"

#include <inttypes.h>

#include "report/outcome_text.h"
#include "trial/until.h"

void trial_line(struct page *page, const struct trial *trial, const struct variant *baseline)
{
    char text[64];
    page_put(page, STYLE_FAINT, "trial %" PRIu64, trial->number);
    for (int i = 0; i < FACTOR_COUNT; i++) {
        if (trial->variant.level[i] != baseline->level[i])
            page_put(page, STYLE_PLAIN, " %s=%s", factor_row((enum factor)i)->name,
                     level_name((enum factor)i, trial->variant.level[i]));
    }
    if (trial->until < PHASE_ACTIVE)
        page_put(page, STYLE_PLAIN, " until %s", until_name((struct until){trial->until, trial->at_challenge}));
    page_put(page, STYLE_PLAIN, ": ");
    page_put(page, trial->outcome.result == RESULT_CONNECTED ? STYLE_GOOD : STYLE_BAD, "%s",
             outcome_short(&trial->outcome, text, sizeof text));
    page_line(page, STYLE_PLAIN, " in %s, %.1f ms", phase_name(trial->outcome.phase), trial->ms);
}
