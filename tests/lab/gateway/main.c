// SPDX-License-Identifier: Apache-2.0
// The lab's RD Gateway. See --help.
#include "certificate.h"
#include "gateway.h"
#include "ntlm.h"
#include "options.h"
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { EXIT_CANNOT_RUN = 3, DESCRIPTORS = 4096 };

static int signal_descriptor(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    signal(SIGPIPE, SIG_IGN);
    // Blocked before any thread starts, so that the descriptor alone sees them.
    return sigprocmask(SIG_BLOCK, &set, NULL) == 0 ? signalfd(-1, &set, SFD_CLOEXEC) : -1;
}

static void raise_limit(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < DESCRIPTORS) {
        limit.rlim_cur = limit.rlim_max < DESCRIPTORS ? limit.rlim_max : DESCRIPTORS;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

int main(int argc, char **argv)
{
    static struct options options;
    options_parse(&options, argc, argv);
    struct gateway gateway = {.options = &options};
    if (options.authentication == AUTH_NTLM) {
        gateway.account = (struct ntlm_account){options.user, options.domain, options.password};
    }
    int signals = signal_descriptor();
    int records = record_open();
    if (signals < 0 || records < 0 || pipe2(gateway.lookups, O_CLOEXEC) != 0) {
        fprintf(stderr, "labgateway: It cannot start: %s.\n", strerror(errno));
        return EXIT_CANNOT_RUN;
    }
    raise_limit();
    ntlm_setup();
    gateway.tls = certificate_context(&options);
    if (!gateway.tls || !gateway_listen(&gateway)) {
        return EXIT_CANNOT_RUN;
    }
    if (record_write(
            json_pack("{s:s,s:i,s:i}", "record", "ready", "port", (int)gateway_port(&gateway), "pid", (int)getpid()))) {
        gateway_run(&gateway, signals, records);
    }
    SSL_CTX_free(gateway.tls);
    options_clear(&options);
    // Name resolutions may still be under way on their threads; they end with the process.
    return EXIT_SUCCESS;
}
