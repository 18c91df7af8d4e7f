// SPDX-License-Identifier: Apache-2.0
#include "commands/capture.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "connection/capture/capture_file.h"
#include "trial/fact.h"

bool capture_start(struct run *run)
{
    const struct options *o = run->options;
    if (!o->capture)
        return true;
    run->settings.capture = o->capture_whole ? CAPTURE_WHOLE : CAPTURE_REDACTED;
    run->settings.capture_fd = capture_file_create(o->capture, "rdpprobe", !o->capture_whole);
    if (run->settings.capture_fd < 0) {
        run->settings.capture = CAPTURE_OFF;
        run_complain(run->command, "the capture %s cannot be made: %s", o->capture,
                     errno == EEXIST ? "there is something that is no plain file" : strerror(errno));
        return false;
    }
    if (o->capture_whole)
        run_complain(run->command,
                     "warning: the capture %s will hold the TLS secrets of this connection, and so its password: only "
                     "you can read it (mode 0600); keep it as you keep the password, and give it to nobody",
                     o->capture);
    return true;
}

// Wireshark up to 4.0 does not follow X.224 into TLS by itself, so it is told what is on which port.
static void say_how_to_read(const struct run *run)
{
    const struct options *o = run->options;
    char gateway[120] = "", target[120] = "";
    if (o->capture_whole) {
        snprintf(target, sizeof target, " -d tcp.port==%u,tls -d tls.port==%u,tpkt", o->profile.target.port,
                 o->profile.target.port);
        if (o->profile.levels.level[FACTOR_GATEWAY] != GATEWAY_OFF && o->profile.gateway.port != o->profile.target.port)
            snprintf(gateway, sizeof gateway, " -d tcp.port==%u,tls -d tls.port==%u,http", o->profile.gateway.port,
                     o->profile.gateway.port);
    }
    run_complain(run->command, "the capture is in %s; to read it: tshark -r %s%s%s", o->capture, o->capture, target,
                 gateway);
}

bool capture_finish(struct run *run)
{
    const struct trial *const *trials;
    const char *missing = NULL;

    if (run->settings.capture == CAPTURE_OFF)
        return true;
    size_t count = run->runner ? runner_trials(run->runner, &trials) : 0;
    for (size_t i = 0; i < count; i++) {
        const json_t *fact = fact_get(trials[i]->facts, FACT_CAPTURE_INCOMPLETE);
        missing = fact ? json_string_value(fact) : missing;
    }
    bool whole = capture_file_repair(run->settings.capture_fd);
    if (!whole)
        missing = strerror(errno);
    whole = close(run->settings.capture_fd) == 0 && whole && !missing;
    run->settings.capture = CAPTURE_OFF;
    if (!whole)
        run_complain(run->command, "the capture %s is not complete: %s", run->options->capture,
                     missing ? missing : strerror(errno));
    else if (!run->options->quiet)
        say_how_to_read(run);
    return whole;
}
