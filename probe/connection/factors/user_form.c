// SPDX-License-Identifier: Apache-2.0
#include "connection/applying.h"
#include "trial/user_name.h"

static bool apply(struct applying *applying, unsigned level)
{
    const struct account *account = &applying->profile->account;
    struct user_name name;
    if (!user_name_form((enum user_form_level)level, account->user, account->domain, &name))
        return false;
    const struct text_setting texts[] = {
        {FreeRDP_Username, name.user},
        {FreeRDP_Domain, name.domain[0] ? name.domain : NULL},
    };
    return apply_texts(applying, texts, COUNT(texts));
}

const struct factor_settings factor_user_form_settings = {
    .apply = apply,
};
