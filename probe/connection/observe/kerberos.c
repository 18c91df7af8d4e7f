// SPDX-License-Identifier: Apache-2.0
#include "connection/observe/kerberos.h"

#include "knowledge/codes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TRACE_MAX = 1 << 16, PATH_SIZE = 4200 };

// Lines of krb5's include/k5-trace.h. KDC_ERR_PREAUTH_REQUIRED (RFC 4120 7.5.9: 25) begins every exchange.
static const char ANSWERED[] = "Received answer (", FAILED[] = "Received error from KDC: ", WANTED[] = "-1765328359/";

void kerberos_read_trace(const char *text, size_t size, struct kerberos_trace *trace)
{
    const char *end = text + size;
    *trace = (struct kerberos_trace){0};
    while (text < end) {
        const char *newline = memchr(text, '\n', (size_t)(end - text));
        size_t length = (size_t)((newline ? newline : end) - text);
        const char *error = memmem(text, length, FAILED, sizeof FAILED - 1);
        if (memmem(text, length, ANSWERED, sizeof ANSWERED - 1)) {
            trace->answered = true;
            trace->refused = false;
        }
        if (error) {
            const char *code = error + sizeof FAILED - 1;
            size_t left = (size_t)(text + length - code);
            const char *slash = memchr(code, '/', left);
            bool wanted = left >= sizeof WANTED - 1 && memcmp(code, WANTED, sizeof WANTED - 1) == 0;
            trace->answered = true;
            trace->refused = !wanted;
            const char *clause = slash ? slash + 1 : code;
            snprintf(trace->error, sizeof trace->error, "%.*s", wanted ? 0 : (int)(text + length - clause), clause);
        }
        text += length + 1;
    }
}

static bool used(const struct kerberos *kerberos)
{
    return kerberos->trace->nla && !kerberos->request->at_challenge &&
           kerberos->request->profile.levels.level[FACTOR_AUTH] != AUTH_LEVEL_NTLM;
}

static void trace_path(const struct kerberos *kerberos, char path[PATH_SIZE])
{
    snprintf(path, PATH_SIZE, "%s/kerberos.trace", kerberos->request->config_path);
}

void kerberos_watch(const struct kerberos *kerberos)
{
    char path[PATH_SIZE];
    if (!used(kerberos))
        return;
    trace_path(kerberos, path);
    setenv("KRB5_TRACE", path, 1);
}

static void read_trace(const struct kerberos *kerberos, struct kerberos_trace *trace)
{
    char path[PATH_SIZE], *text = malloc(TRACE_MAX);
    trace_path(kerberos, path);
    FILE *file = text ? fopen(path, "re") : NULL;
    kerberos_read_trace(text, file ? fread(text, 1, TRACE_MAX, file) : 0, trace);
    if (file)
        fclose(file);
    free(text);
}

void kerberos_report(struct kerberos *kerberos)
{
    struct trace *trace = kerberos->trace;
    struct kerberos_trace kdc;

    if (!used(kerberos) || kerberos->reported)
        return;
    kerberos->reported = true;
    read_trace(kerberos, &kdc);
    if (kdc.answered)
        event_logon(kerberos->sink);
    if (kdc.refused) {
        trace->kerberos_refused = true;
        event_failed_logon(kerberos->sink);
    }
    if (trace->token_sent || trace->local || trace->peer_end != PEER_OPEN || trace->alert_received ||
        trace->phase != PHASE_NLA)
        return;
    trace->local = LOCAL_NO_TICKET;
    snprintf(trace->local_detail, sizeof trace->local_detail, "no Kerberos ticket could be had on this machine: %s",
             kdc.error[0]   ? kdc.error
             : kdc.answered ? "the KDC's answer did not do"
                            : "no KDC answered");
}
