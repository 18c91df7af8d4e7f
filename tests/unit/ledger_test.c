// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "runner/ledger.h"

static const char account[] = "corp\\alice";
static char error[1000];

static void path_of(const char *name, char *path, size_t size)
{
    snprintf(path, size, "%s/rdpprobe/%s", getenv("XDG_STATE_HOME"), name);
}

static void ignore_signal(int number)
{
    (void)number;
}

static int set_up(void **state)
{
    char directory[] = "/tmp/ledger-test-XXXXXX";
    (void)state;
    error[0] = '\0';
    return mkdtemp(directory) && setenv("XDG_STATE_HOME", directory, 1) == 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    char path[4096];
    (void)state;
    path_of("", path, sizeof path);
    DIR *directory = opendir(path);
    for (struct dirent *item; directory && (item = readdir(directory));)
        unlinkat(dirfd(directory), item->d_name, 0);
    if (directory)
        closedir(directory);
    rmdir(path);
    return rmdir(getenv("XDG_STATE_HOME"));
}

static struct ledger *open_ledger(void)
{
    struct ledger *ledger = ledger_open(error, sizeof error);
    if (!ledger)
        fail_msg("%s", error);
    return ledger;
}

static void fail_once(struct ledger *ledger)
{
    assert_true(ledger_begin(ledger, account, 2, error, sizeof error));
    assert_true(ledger_report(ledger, account, LOGON_FAILED, 1, error, sizeof error));
}

static void names_accounts(void **state)
{
    char text[64];
    (void)state;
    assert_string_equal(ledger_account("Alice", "CORP", "srv", text, sizeof text), "corp\\alice");
    assert_string_equal(ledger_account("CORP\\Alice", "", "srv", text, sizeof text), "corp\\alice");
    assert_string_equal(ledger_account("Alice@Corp.example", "", "srv", text, sizeof text), "alice@corp.example");
    assert_string_equal(ledger_account("Alice", "", "SRV", text, sizeof text), "srv\\alice");
    assert_string_equal(ledger_account(".\\Alice", "", "SRV", text, sizeof text), "srv\\alice");
    assert_string_equal(ledger_account("Alice", ".", "SRV", text, sizeof text), "srv\\alice");
    assert_string_equal(ledger_account("alice", "corp", "srv", text, 6), "corp\\");
    static const char *const local[][2] = {{"Alice", ""}, {".\\Alice", ""}, {"Alice", "."}};
    static const char *const shared[][2] = {{"Alice", "CORP"}, {"CORP\\Alice", ""}, {"Alice@Corp.example", ""}};
    for (int i = 0; i < 3; i++) {
        assert_true(ledger_account_is_local(local[i][0], local[i][1]));
        assert_false(ledger_account_is_local(shared[i][0], shared[i][1]));
    }
}

static void stops_at_the_limit_across_runs(void **state)
{
    (void)state;
    struct ledger *ledger = open_ledger();
    fail_once(ledger);
    ledger_close(ledger);

    ledger = open_ledger();
    fail_once(ledger);
    assert_false(ledger_begin(ledger, account, 2, error, sizeof error));
    assert_non_null(strstr(error, "2 failed logons of"));
    assert_non_null(strstr(error, "corp\\alice"));
    assert_non_null(strstr(error, "logons.json"));
    assert_non_null(strstr(error, "--reset-failed-logons"));
    assert_true(ledger_begin(ledger, "corp\\bob", 2, error, sizeof error)); // others are free
    assert_true(ledger_report(ledger, "corp\\bob", LOGON_NOT_SENT, 0, error, sizeof error));
    assert_true(ledger_begin(ledger, account, 3, error, sizeof error));
    assert_true(ledger_report(ledger, account, LOGON_NOT_SENT, 0, error, sizeof error));

    assert_true(ledger_reset(ledger, account, error, sizeof error));
    assert_true(ledger_begin(ledger, account, 2, error, sizeof error));
    ledger_close(ledger);
}

static void a_proved_password_clears_the_count(void **state)
{
    (void)state;
    struct ledger *ledger = open_ledger();
    fail_once(ledger);
    assert_true(ledger_begin(ledger, account, 2, error, sizeof error));
    assert_true(ledger_report(ledger, account, LOGON_VERIFIED, 0, error, sizeof error));
    fail_once(ledger);
    assert_true(ledger_begin(ledger, account, 2, error, sizeof error));
    ledger_close(ledger);
}

static void a_blocked_account_stays_blocked(void **state)
{
    (void)state;
    struct ledger *ledger = open_ledger();
    assert_true(ledger_begin(ledger, account, 2, error, sizeof error));
    assert_true(ledger_report(ledger, account, LOGON_BLOCKED, 1, error, sizeof error));
    assert_false(ledger_begin(ledger, account, 100, error, sizeof error));
    assert_non_null(strstr(error, "locked out, disabled or expired"));
    ledger_close(ledger);
}

static void a_trial_whose_process_died_counts(void **state)
{
    (void)state;
    struct ledger *ledger = open_ledger();
    assert_true(ledger_begin(ledger, account, 2, error, sizeof error));
    ledger_close(ledger); // as if killed: no report
    ledger = open_ledger();
    assert_true(ledger_begin(ledger, account, 2, error, sizeof error));
    ledger_close(ledger);
    ledger = open_ledger();
    assert_false(ledger_begin(ledger, account, 2, error, sizeof error));
    ledger_close(ledger);
}

static void holds_two_accounts_at_once(void **state)
{
    (void)state;
    struct ledger *mine = open_ledger();
    assert_true(ledger_begin(mine, account, 2, error, sizeof error));
    assert_true(ledger_begin(mine, "gw\\alice", 2, error, sizeof error));
    assert_true(ledger_report(mine, "gw\\alice", LOGON_VERIFIED, 0, error, sizeof error));
    struct timeval soon = {.tv_usec = 50000};
    struct itimerval timer = {.it_value = soon};
    struct ledger *other = open_ledger();
    signal(SIGALRM, ignore_signal); // ends the other's wait for the account that is still held
    setitimer(ITIMER_REAL, &timer, NULL);
    assert_false(ledger_begin(other, account, 2, error, sizeof error));
    assert_non_null(strstr(error, "another rdpprobe"));
    assert_true(ledger_report(mine, account, LOGON_FAILED, 1, error, sizeof error));
    assert_true(ledger_begin(other, account, 2, error, sizeof error));
    ledger_close(other);
    ledger_close(mine);
}

static void as_many_share_as_may_fail(void **state)
{
    int slots[4];
    (void)state;
    struct ledger *mine = open_ledger(), *other = open_ledger();
    assert_int_equal(ledger_share(mine, account, 3, false, &slots[0], error, sizeof error), PERMIT_GRANTED);
    assert_int_equal(ledger_share(other, account, 3, false, &slots[1], error, sizeof error), PERMIT_GRANTED);
    for (int i = 0; i < 5; i++) // a look takes nothing
        assert_int_equal(ledger_look(i % 2 ? mine : other, account, 3, error, sizeof error), PERMIT_GRANTED);
    assert_int_equal(ledger_share(mine, account, 3, false, &slots[2], error, sizeof error), PERMIT_GRANTED);
    assert_int_equal(ledger_share(other, account, 3, false, &slots[3], error, sizeof error), PERMIT_LATER);
    assert_int_equal(ledger_look(mine, account, 3, error, sizeof error), PERMIT_LATER);
    assert_int_equal(ledger_look(other, account, 3, error, sizeof error), PERMIT_LATER);
    assert_int_equal(ledger_share(other, "corp\\bob", 3, false, &slots[3], error, sizeof error), PERMIT_GRANTED);
    assert_true(ledger_return(mine, account, slots[0], LOGON_NOT_SENT, 0, error, sizeof error));
    assert_int_equal(ledger_share(other, account, 3, false, &slots[0], error, sizeof error), PERMIT_GRANTED);
    assert_true(ledger_return(other, account, slots[0], LOGON_FAILED, 1, error, sizeof error));
    assert_true(ledger_return(other, account, slots[1], LOGON_FAILED, 1, error, sizeof error));
    // One is still under way, and one more failure is all that there may be.
    assert_int_equal(ledger_share(other, account, 3, false, &slots[1], error, sizeof error), PERMIT_LATER);
    assert_true(ledger_return(mine, account, slots[2], LOGON_FAILED, 1, error, sizeof error));
    assert_int_equal(ledger_share(other, account, 3, false, &slots[1], error, sizeof error), PERMIT_DECLINED);
    assert_non_null(strstr(error, "3 failed logons of"));
    error[0] = '\0';
    assert_int_equal(ledger_look(mine, account, 3, error, sizeof error), PERMIT_DECLINED);
    assert_non_null(strstr(error, "3 failed logons of"));
    ledger_close(other);
    ledger_close(mine);
}

static void a_share_whose_process_died_counts(void **state)
{
    int slot;
    (void)state;
    struct ledger *mine = open_ledger(), *other = open_ledger();
    assert_int_equal(ledger_share(mine, account, 3, false, &slot, error, sizeof error), PERMIT_GRANTED);
    assert_int_equal(ledger_share(mine, account, 3, false, &slot, error, sizeof error), PERMIT_GRANTED);
    ledger_close(mine); // as if killed
    assert_int_equal(ledger_share(other, account, 3, false, &slot, error, sizeof error), PERMIT_GRANTED);
    assert_true(ledger_return(other, account, slot, LOGON_FAILED, 1, error, sizeof error));
    assert_int_equal(ledger_share(other, account, 3, false, &slot, error, sizeof error), PERMIT_DECLINED);
    ledger_close(other);
}

static void a_proved_account_holds_nothing(void **state)
{
    int slot;
    (void)state;
    struct ledger *mine = open_ledger(), *other = open_ledger();
    for (int i = 0; i < 100; i++)
        assert_int_equal(ledger_share(mine, account, 2, true, &slot, error, sizeof error), PERMIT_GRANTED);
    assert_int_equal(slot, LEDGER_NO_SLOT);
    assert_true(ledger_begin(other, account, 2, error, sizeof error));
    // What another process learns of the account counts here, too.
    assert_true(ledger_report(other, account, LOGON_BLOCKED, 1, error, sizeof error));
    assert_int_equal(ledger_share(mine, account, 2, true, &slot, error, sizeof error), PERMIT_DECLINED);
    assert_non_null(strstr(error, "locked out"));
    assert_true(ledger_return(mine, account, LEDGER_NO_SLOT, LOGON_VERIFIED, 0, error, sizeof error));
    assert_int_equal(ledger_share(mine, account, 2, true, &slot, error, sizeof error), PERMIT_GRANTED);
    ledger_close(other);
    ledger_close(mine);
}

static void one_that_wants_the_account_alone_waits_for_shares(void **state)
{
    int slot;
    (void)state;
    struct ledger *mine = open_ledger(), *other = open_ledger();
    struct itimerval timer = {.it_value = {.tv_usec = 50000}};
    assert_int_equal(ledger_share(mine, account, 2, false, &slot, error, sizeof error), PERMIT_GRANTED);
    signal(SIGALRM, ignore_signal);
    setitimer(ITIMER_REAL, &timer, NULL);
    assert_false(ledger_begin(other, account, 2, error, sizeof error));
    assert_true(ledger_return(mine, account, slot, LOGON_VERIFIED, 0, error, sizeof error));
    assert_true(ledger_begin(other, account, 2, error, sizeof error));
    assert_int_equal(ledger_share(mine, account, 2, false, &slot, error, sizeof error), PERMIT_LATER);
    ledger_close(other);
    ledger_close(mine);
}

static void refuses_a_damaged_file(void **state)
{
    static const char *const garbage[] = {
        "",
        "{",
        "[]",
        "\x01\x02",
        "{\"schema\":1}",
        "{\"schema\":2,\"accounts\":{}}",
        "{\"schema\":1,\"accounts\":{\"a\":{}}}",
        "{\"schema\":1,\"accounts\":{\"a\":{\"failures\":-1,\"blocked\":false,\"pending\":false,\"since\":\"\","
        "\"last\":\"\"}}}",
    };
    char path[4096];
    (void)state;
    struct ledger *ledger = open_ledger();
    path_of("logons.json", path, sizeof path);
    for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++) {
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fputs(garbage[i], file);
        fclose(file);
        assert_null(ledger_open(error, sizeof error));
        assert_non_null(strstr(error, "is damaged"));
        assert_non_null(strstr(error, path));
        assert_false(ledger_begin(ledger, account, 2, error, sizeof error));
        assert_false(ledger_report(ledger, account, LOGON_FAILED, 1, error, sizeof error));
        assert_false(ledger_reset(ledger, account, error, sizeof error));
    }
    ledger_close(ledger);
}

static void files_are_private(void **state)
{
    struct stat status;
    char path[4096];
    (void)state;
    struct ledger *ledger = open_ledger();
    fail_once(ledger);
    ledger_close(ledger);
    path_of("logons.json", path, sizeof path);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    path_of("", path, sizeof path);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0700);
}

static void a_relative_place_is_refused(void **state)
{
    char *kept = strdup(getenv("XDG_STATE_HOME"));
    (void)state;
    setenv("XDG_STATE_HOME", "relative", 1);
    setenv("HOME", "", 1);
    assert_null(ledger_open(error, sizeof error));
    assert_non_null(strstr(error, "XDG_STATE_HOME"));
    setenv("XDG_STATE_HOME", kept, 1);
    free(kept);
}

int main(void)
{
#define LEDGER_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_accounts),
        LEDGER_TEST(stops_at_the_limit_across_runs),
        LEDGER_TEST(a_proved_password_clears_the_count),
        LEDGER_TEST(a_blocked_account_stays_blocked),
        LEDGER_TEST(a_trial_whose_process_died_counts),
        LEDGER_TEST(holds_two_accounts_at_once),
        LEDGER_TEST(as_many_share_as_may_fail),
        LEDGER_TEST(a_share_whose_process_died_counts),
        LEDGER_TEST(a_proved_account_holds_nothing),
        LEDGER_TEST(one_that_wants_the_account_alone_waits_for_shares),
        LEDGER_TEST(refuses_a_damaged_file),
        LEDGER_TEST(files_are_private),
        LEDGER_TEST(a_relative_place_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
