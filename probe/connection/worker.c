// SPDX-License-Identifier: Apache-2.0
#include "connection/worker.h"

#include <fcntl.h>
#include <freerdp/freerdp.h>
#include <freerdp/primitives.h>
#include <freerdp/version.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <winpr/crypto.h>
#include <winpr/ssl.h>
#include <winpr/wlog.h>

#include "connection/connection.h"
#include "connection/event.h"
#include "connection/observe/certificate.h"
#include "connection/picture/picture.h"
#include "connection/request.h"
#include "connection/sandbox.h"

static void clean_environment(void)
{
    static const char *const names[] = {"http_proxy",
                                        "HTTP_PROXY",
                                        "https_proxy",
                                        "HTTPS_PROXY",
                                        "all_proxy",
                                        "ALL_PROXY",
                                        "no_proxy",
                                        "NO_PROXY",
                                        "WLOG_APPENDER",
                                        "WLOG_PREFIX",
                                        "WLOG_LEVEL",
                                        "WLOG_FILTER",
                                        "WLOG_FILEAPPENDER_OUTPUT_FILE_PATH",
                                        "WLOG_FILEAPPENDER_OUTPUT_FILE_NAME",
                                        "KRB5_CONFIG",
                                        "KRB5CCNAME",
                                        "KRB5_KTNAME",
                                        "KRB5_CLIENT_KTNAME",
                                        "KRB5_TRACE",
                                        "FREERDP_ASKPASS",
                                        "RDPPROBE_PASSWORD",
                                        "RDPPROBE_GATEWAY_PASSWORD",
                                        "SSLKEYLOGFILE",
                                        "RES_OPTIONS",
                                        "LOCALDOMAIN"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        unsetenv(names[i]);
    // WinPR parses a POSIX zone string with thousands of setenv() calls, and reads the file thousands of times if none
    // is set.
    setenv("TZ", ":/etc/localtime", 1);
    if (!getenv("HOME"))
        setenv("HOME", "/", 1);
}

bool worker_warm_up(char *error, size_t size)
{
    clean_environment();
    WLog_SetLogLevel(WLog_GetRoot(), WLOG_OFF);
    if (!winpr_InitializeSSL(WINPR_SSL_INIT_DEFAULT)) {
        snprintf(error, size, "OpenSSL cannot be initialised");
        return false;
    }
    // Without a hint FreeRDP runs a benchmark of a third of a second. A hint that it was not built for would leave all
    // primitives unset, and crash it in the graphics pipeline (FreeRDP 3.5 of Ubuntu has none for SIMD).
    primitives_t any;
    primitives_set_hints(primitives_init(&any, PRIMITIVES_ONLY_CPU) ? PRIMITIVES_ONLY_CPU : PRIMITIVES_PURE_SOFT);
    certificate_warm_up();
    // One throw-away instance resolves symbols and fills the static tables of FreeRDP (time zones, log) and OpenSSL.
    freerdp *instance = freerdp_new();
    if (instance)
        instance->ContextSize = sizeof(rdpContext);
    if (!instance || !freerdp_context_new(instance)) {
        snprintf(error, size, "FreeRDP cannot make a connection context on this machine");
        freerdp_free(instance);
        return false;
    }
    freerdp_context_free(instance);
    freerdp_free(instance);
    return true;
}

const char *worker_versions(void)
{
    static char text[128];
    snprintf(text, sizeof text, "FreeRDP %s (built with %s), %s", freerdp_get_version_string(), FREERDP_VERSION_FULL,
             OpenSSL_version(OPENSSL_VERSION));
    return text;
}

static void isolate_process(void)
{
    struct rlimit none = {0, 0};
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // No core dump and no debugger of another process of this user: there is a password in here.
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0);
    for (int fd = 0; null >= 0 && fd < 3; fd++)
        dup2(null, fd);
    signal(SIGINT, SIG_IGN); // the terminal's; the parent decides
    signal(SIGTERM, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
}

// A trial takes some hundredths of a second: what takes this much spins. Only what is drawn may take more.
static void limit_time(const struct connection_request *request)
{
    struct rlimit enough = {WORKER_CPU_SECONDS, RLIM_INFINITY};
    if (!picture_wanted(request))
        setrlimit(RLIMIT_CPU, &enough);
}

// What a server has FreeRDP allocate or write ends there, before this machine is out of memory or its disk is full. A
// capture is one file of all trials.
static void limit_space(const struct connection_request *request)
{
    const rlim_t mib = 1024 * 1024;
    struct stat capture = {.st_size = 0};
    if (request->capture != CAPTURE_OFF)
        fstat(request->capture_fd, &capture);
    struct rlimit file = {(rlim_t)capture.st_size + WORKER_FILE_MIB * mib, 0};
    file.rlim_max = file.rlim_cur;
    setrlimit(RLIMIT_FSIZE, &file);
#ifndef __SANITIZE_ADDRESS__ // its shadow alone takes terabytes of addresses
    struct rlimit memory = {(picture_wanted(request) ? WORKER_PICTURE_MIB : WORKER_MEMORY_MIB) * mib, 0};
    memory.rlim_max = memory.rlim_cur;
    setrlimit(RLIMIT_AS, &memory);
#endif
}

// Nothing that a server sends is read before.
static void enter_sandbox(const struct connection_request *request, struct event_sink *sink)
{
    const struct profile *profile = &request->profile;
    struct sandbox_needs needs = {.scratch = request->config_path, .sink = sink};
    struct outcome outcome = {
        .result = RESULT_FAILED, .family = FAMILY_LOCAL, .side = SIDE_CLIENT, .name = "NO_SANDBOX"};
    needs.ports[needs.port_count++] = profile->target.port;
    if (profile->has_gateway)
        needs.ports[needs.port_count++] = profile->gateway.port;
    if (sandbox_enter(&needs, outcome.detail, sizeof outcome.detail))
        return;
    event_outcome(sink, &outcome);
    _exit(0);
}

void worker_run(int fd)
{
    struct connection_request request;
    struct event_sink sink = {.fd = fd};

    isolate_process();
    if (!request_receive(&request, fd))
        _exit(1);
    limit_time(&request);
    limit_space(&request);
    sink.start = event_clock();
    enter_sandbox(&request, &sink);
    connection_run(&request, &sink);
}
