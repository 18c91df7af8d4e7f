// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "commands/arguments.h"

enum { WORDS_MAX = 8 };

// Every word holds "hunter2" where a password may be, and "kept" where none is.
static void secrets_are_overwritten_in_place(void **state)
{
    static const char *const lines[][WORDS_MAX] = {
        {"rdpprobe", "connect", "--", "/v:kept", "/u:kept", "/p:hunter2"},
        {"rdpprobe", "connect", "--", "/v:kept", "/p:hunter2", "/gp:hunter2", "/gateway:g:kept,p:hunter2"},
        {"rdpprobe", "connect", "--", "-p", "hunter2", "--gat", "hunter2", "/v:kept"},
        {"rdpprobe", "connect", "--password", "hunter2", "kept"},
        {"rdpprobe", "connect", "--password=hunter2", "--gateway-password=hunter2", "-phunter2", "kept"},
        {"rdpprobe", "connect", "--gateway-password", "hunter2", "kept"},
        {"rdpprobe", "connect", "--user", "kept%hunter2", "kept"},
        {"rdpprobe", "connect", "--user=kept%hunter2", "kept:hunter2@kept"},
        {"rdpprobe", "/v:kept", "/u:kept%hunter2", "/p:hunter2"},
        {"rdpprobe", "kept:hunter2@x:hunter2@kept"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        char *argv[WORDS_MAX + 1] = {0};
        int argc = 0, kept = 0;
        for (; argc < WORDS_MAX && lines[i][argc]; argc++)
            argv[argc] = strdup(lines[i][argc]);
        char **own = arguments_take(argc, argv);
        assert_non_null(own);
        assert_null(own[argc]);
        for (int n = 0; n < argc; n++) {
            assert_string_equal(own[n], lines[i][n]);
            if (strstr(argv[n], "hunter2"))
                fail_msg("%s still shows", argv[n]);
            assert_int_equal(strlen(argv[n]), strlen(lines[i][n]));
            kept += strstr(argv[n], "kept") != NULL;
            free(own[n]);
            free(argv[n]);
        }
        free(own);
        assert_true(kept > 0);
    }
}

static void no_word_is_no_fault(void **state)
{
    char *argv[] = {NULL};
    (void)state;
    char **own = arguments_take(0, argv);
    assert_non_null(own);
    assert_null(own[0]);
    free(own);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secrets_are_overwritten_in_place),
        cmocka_unit_test(no_word_is_no_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
