// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "connection/observe/kerberos.h"

// Lines as krb5's include/k5-trace.h makes them.
#define BEGIN   "[77] 1763632000.1: Getting initial credentials for alice@CORP.EXAMPLE\n"
#define SENT    "[77] 1763632000.2: Sending request (198 bytes) to CORP.EXAMPLE\n"
#define ANSWER  "[77] 1763632000.3: Received answer (331 bytes) from stream 192.0.2.1:88\n"
#define WANTED  "[77] 1763632000.4: Received error from KDC: -1765328359/Additional pre-authentication required\n"
#define REFUSED "[77] 1763632000.5: Received error from KDC: -1765328360/Preauthentication failed\n"
#define TICKET  "[77] 1763632000.6: Storing alice@CORP.EXAMPLE -> krbtgt/CORP.EXAMPLE@CORP.EXAMPLE in MEMORY:x\n"

static void reads_traces(void **state)
{
    static const struct {
        const char *text;
        bool answered, refused;
        const char *error;
    } rows[] = {
        {"", false, false, ""},
        {BEGIN SENT, false, false, ""}, // nobody answers
        {BEGIN SENT ANSWER WANTED SENT ANSWER TICKET, true, false, ""},
        {BEGIN SENT ANSWER WANTED SENT ANSWER REFUSED, true, true, "Preauthentication failed"},
        {BEGIN SENT ANSWER WANTED, true, false, ""},
        {"Received error from KDC: 7", true, true, "7"},
        {"Received error from KDC: ", true, true, ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct kerberos_trace trace;
        kerberos_read_trace(rows[i].text, strlen(rows[i].text), &trace);
        assert_int_equal(trace.answered, rows[i].answered);
        assert_int_equal(trace.refused, rows[i].refused);
        assert_string_equal(trace.error, rows[i].error);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads_traces)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
