// SPDX-License-Identifier: Apache-2.0
#include "connection/factor_settings.h"

#include "connection/applying.h"

static const struct factor_settings *const all[FACTOR_COUNT] = {
#define FACTOR(NAME, file) [FACTOR_##NAME] = &factor_##file##_settings,
#include "trial/factors.def"
#undef FACTOR
};

const struct factor_settings *factor_settings(enum factor factor)
{
    return all[factor];
}

bool factors_apply(struct applying *applying)
{
    bool ok = true;
    for (int f = 0; f < FACTOR_COUNT && ok; f++)
        ok = !all[f]->apply || all[f]->apply(applying, applying->profile->levels.level[f]);
    return ok;
}

bool factors_before_target_tls(struct applying *applying)
{
    bool ok = true;
    for (int f = 0; f < FACTOR_COUNT && ok; f++)
        ok = !all[f]->before_target_tls || all[f]->before_target_tls(applying, applying->profile->levels.level[f]);
    return ok;
}

void factors_socket(const struct variant *variant, int fd, struct event_sink *sink)
{
    for (int f = 0; f < FACTOR_COUNT; f++) {
        if (all[f]->socket)
            all[f]->socket(fd, variant->level[f], sink);
    }
}

void factors_connected(const struct variant *variant, int fd, struct event_sink *sink)
{
    for (int f = 0; f < FACTOR_COUNT; f++) {
        if (all[f]->connected)
            all[f]->connected(fd, variant->level[f], sink);
    }
}

void factors_hello(const struct variant *variant, struct ssl_st *ssl)
{
    for (int f = 0; f < FACTOR_COUNT; f++) {
        if (all[f]->hello)
            all[f]->hello(ssl, variant->level[f]);
    }
}

void factors_sending(const struct variant *variant, struct outgoing *outgoing)
{
    for (int f = 0; f < FACTOR_COUNT; f++) {
        if (all[f]->sending)
            all[f]->sending(outgoing, variant, variant->level[f]);
    }
}
