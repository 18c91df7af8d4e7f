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

static const struct account_identity alice = {.key = "corp\\alice"}, bob = {.key = "corp\\bob"};
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

static struct account_identity spelled(const char *user, const char *domain, const char *host)
{
    struct account account = {0};
    struct account_identity identity;
    snprintf(account.user, sizeof account.user, "%s", user);
    snprintf(account.domain, sizeof account.domain, "%s", domain);
    account_identify(&account, host, &identity);
    return identity;
}

static struct account_identity of_machine(const char *machine, const char *address)
{
    struct account_identity identity = spelled("alice", "", address);
    snprintf(identity.place.machine, sizeof identity.place.machine, "%s", machine);
    snprintf(identity.place.address, sizeof identity.place.address, "%s", address);
    return identity;
}

static enum permit_decision share(struct ledger *ledger, const struct account_identity *account, unsigned limit,
                                  uint32_t *slots)
{
    const struct ledger_wish wish = {.limit = limit};
    return ledger_share(ledger, account, &wish, slots, error, sizeof error);
}

static enum permit_decision look(struct ledger *ledger, const struct account_identity *account, unsigned limit)
{
    const struct ledger_wish wish = {.limit = limit};
    return ledger_look(ledger, account, &wish, error, sizeof error);
}

static bool give_back(struct ledger *ledger, const struct account_identity *account, uint32_t slots,
                      enum logon_result result, unsigned failures)
{
    return ledger_return(ledger, account, slots, result, failures, error, sizeof error);
}

static void fail_once(struct ledger *ledger, const struct account_identity *account)
{
    uint32_t slots;
    assert_int_equal(share(ledger, account, 100, &slots), PERMIT_GRANTED);
    assert_true(give_back(ledger, account, slots, LOGON_FAILED, 1));
}

static void verify_once(struct ledger *ledger, const struct account_identity *account)
{
    uint32_t slots;
    assert_int_equal(share(ledger, account, 100, &slots), PERMIT_GRANTED);
    assert_true(give_back(ledger, account, slots, LOGON_VERIFIED, 0));
}

static void stops_at_the_limit_across_runs(void **state)
{
    (void)state;
    struct ledger *ledger = open_ledger();
    fail_once(ledger, &alice);
    ledger_close(ledger);

    ledger = open_ledger();
    fail_once(ledger, &alice);
    assert_int_equal(look(ledger, &alice, 2), PERMIT_DECLINED);
    assert_non_null(strstr(error, "2 failed logons of"));
    assert_non_null(strstr(error, "corp\\alice"));
    assert_non_null(strstr(error, "logons.json"));
    assert_non_null(strstr(error, "--reset-failed-logons"));
    assert_int_equal(look(ledger, &bob, 2), PERMIT_GRANTED); // others are free
    assert_int_equal(look(ledger, &alice, 3), PERMIT_GRANTED);
    assert_true(ledger_reset(ledger, &alice, error, sizeof error));
    assert_int_equal(look(ledger, &alice, 2), PERMIT_GRANTED);
    ledger_close(ledger);
}

// However an account is written, its failures are one's: two, and all spellings are left alone.
static void counts_all_spellings_together(void **state)
{
    static const char *const ways[][3] = {
        {"alice", "", "localhost"},   {"alice", "", "127.0.0.1"},
        {"alice", "", "127.1"},       {"alice", "", "::1"},
        {"alice", "", "srv.example"}, {"alice", "", "srv.example. "},
        {".\\alice", "", "srv"},      {"alice", ".", "srv"},
        {"CORP\\alice", "", "srv"},   {"corp.example\\alice", "", "srv"},
        {"alice", "CORP", "srv"},     {"alice@corp.example", "", "srv"},
        {"alice@CORP", "", "srv"},    {"ALICE", "", "srv"},
        {" Alice. ", "Corp.", "srv"}, {"alice@corp.example", "CORP", "x"},
        {"\xc3\x81lice", "", "srv"},  {"\xef\xbc\xa1lice", "", "srv"},
    };
    uint32_t slots;
    (void)state;
    struct ledger *ledger = open_ledger();
    for (size_t i = 0; i < 2; i++) {
        const struct account_identity way = spelled(ways[i][0], ways[i][1], ways[i][2]);
        assert_int_equal(share(ledger, &way, 2, &slots), PERMIT_GRANTED);
        assert_true(give_back(ledger, &way, slots, LOGON_FAILED, 1));
    }
    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        const struct account_identity way = spelled(ways[i][0], ways[i][1], ways[i][2]);
        if (share(ledger, &way, 2, &slots) != PERMIT_DECLINED)
            fail_msg("%s counts by itself", way.key);
    }
    // One under way is one for all spellings, too.
    assert_int_equal(share(ledger, &alice, 3, &slots), PERMIT_GRANTED);
    const struct account_identity other = spelled("alice", "", "elsewhere");
    uint32_t further;
    assert_int_equal(share(ledger, &other, 3, &further), PERMIT_LATER);
    assert_true(give_back(ledger, &alice, slots, LOGON_NOT_SENT, 0));
    // Whatever spelling is forgotten, all are.
    assert_true(ledger_reset(ledger, &other, error, sizeof error));
    assert_int_equal(look(ledger, &alice, 1), PERMIT_GRANTED);
    ledger_close(ledger);
}

static void machines_that_are_told_apart_count_apart(void **state)
{
    uint32_t slots;
    (void)state;
    const struct account_identity one = of_machine("pc1", "192.0.2.1"), other = of_machine("pc2", "192.0.2.2");
    const struct account_identity liar = of_machine("pc3", "192.0.2.1"), unknown = spelled("alice", "", "192.0.2.4");
    struct ledger *ledger = open_ledger();
    fail_once(ledger, &one);
    fail_once(ledger, &one);
    assert_int_equal(share(ledger, &other, 2, &slots), PERMIT_GRANTED);
    assert_true(give_back(ledger, &other, slots, LOGON_VERIFIED, 0)); // …and clears nothing of the first one's
    assert_int_equal(look(ledger, &one, 2), PERMIT_DECLINED);
    assert_int_equal(look(ledger, &liar, 2), PERMIT_DECLINED); // one host that tells a new name each time
    assert_int_equal(look(ledger, &unknown, 2), PERMIT_DECLINED);
    assert_int_equal(look(ledger, &alice, 2), PERMIT_DECLINED);
    // So it is in the next run.
    ledger_close(ledger);
    ledger = open_ledger();
    assert_int_equal(look(ledger, &other, 2), PERMIT_GRANTED);
    assert_int_equal(look(ledger, &one, 2), PERMIT_DECLINED);
    ledger_close(ledger);
}

// What a server tells of itself cannot spoil the file.
static void a_server_s_names_do_no_harm(void **state)
{
    char name[2000], text[ACCOUNT_TEXT_MAX];
    struct account_identity strange = of_machine("", "192.0.2.1");
    (void)state;
    static const char *const names[] = {"\x01\x1b[2J\"\\\n", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80",
                                        "\xef\xb7\xba"};
    struct ledger *ledger = open_ledger();
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        for (size_t pad = 0; pad < 4; pad++) {
            snprintf(name, sizeof name, "%.*s", (int)pad, "abc");
            while (strlen(name) + strlen(names[i]) < sizeof name - 1)
                strcat(name, names[i]);
            account_fold(name, text, sizeof text);
            snprintf(strange.place.machine, sizeof strange.place.machine, "%s", text);
            fail_once(ledger, &strange);
            ledger_close(ledger);
            ledger = open_ledger();
            assert_true(ledger_reset(ledger, &strange, error, sizeof error));
        }
    }
    ledger_close(ledger);
}

static void a_proof_clears_what_is_surely_the_same(void **state)
{
    (void)state;
    struct account_identity down_level = spelled("alice", "CORP", "srv"), upn = spelled("alice@corp.example", "", "x");
    struct account_identity elsewhere = spelled("alice", "", "pc");
    strcpy(down_level.place.forest, "corp.example");
    strcpy(upn.place.forest, "corp.example");
    struct ledger *ledger = open_ledger();
    fail_once(ledger, &upn);
    fail_once(ledger, &elsewhere);
    verify_once(ledger, &down_level);
    assert_int_equal(look(ledger, &upn, 2), PERMIT_GRANTED); // one is left, which may be hers
    assert_int_equal(look(ledger, &upn, 1), PERMIT_DECLINED);
    assert_non_null(strstr(error, "1 failed logon of pc\\alice is on record"));
    verify_once(ledger, &elsewhere);
    assert_int_equal(look(ledger, &upn, 1), PERMIT_GRANTED);
    ledger_close(ledger);
}

static void a_blocked_account_stays_blocked(void **state)
{
    (void)state;
    const struct account_identity other = spelled("alice", "", "srv");
    struct ledger *ledger = open_ledger();
    assert_true(give_back(ledger, &alice, 0, LOGON_BLOCKED, 1));
    assert_int_equal(look(ledger, &alice, 100), PERMIT_DECLINED);
    assert_non_null(strstr(error, "locked out, disabled or expired"));
    assert_int_equal(look(ledger, &other, 100), PERMIT_DECLINED);
    ledger_close(ledger);
}

static void a_trial_whose_process_died_counts(void **state)
{
    uint32_t slots;
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct ledger *ledger = open_ledger();
        assert_int_equal(share(ledger, &alice, 2, &slots), PERMIT_GRANTED);
        ledger_close(ledger); // as if killed: no report
    }
    struct ledger *ledger = open_ledger();
    assert_int_equal(share(ledger, &alice, 2, &slots), PERMIT_DECLINED);
    // A reset forgets those that died, too.
    assert_true(ledger_reset(ledger, &alice, error, sizeof error));
    assert_int_equal(share(ledger, &alice, 2, &slots), PERMIT_GRANTED);
    ledger_close(ledger);
    ledger = open_ledger();
    assert_true(ledger_reset(ledger, &alice, error, sizeof error));
    assert_int_equal(look(ledger, &alice, 1), PERMIT_GRANTED);
    ledger_close(ledger);
}

static void one_waits_for_the_others(void **state)
{
    const struct ledger_wish wish = {.limit = 1};
    struct itimerval timer = {.it_value = {.tv_usec = 50000}};
    uint32_t slots, further;
    (void)state;
    struct ledger *mine = open_ledger(), *other = open_ledger();
    assert_int_equal(share(mine, &alice, 1, &slots), PERMIT_GRANTED);
    signal(SIGALRM, ignore_signal); // ends the other's wait for the account that is still held
    setitimer(ITIMER_REAL, &timer, NULL);
    assert_int_equal(ledger_wait(other, &alice, &wish, &further, error, sizeof error), PERMIT_DECLINED);
    assert_non_null(strstr(error, "another rdpprobe"));
    assert_true(give_back(mine, &alice, slots, LOGON_VERIFIED, 0));
    assert_int_equal(ledger_wait(other, &alice, &wish, &further, error, sizeof error), PERMIT_GRANTED);
    ledger_close(other);
    ledger_close(mine);
}

static void as_many_share_as_may_fail(void **state)
{
    uint32_t slots[4];
    (void)state;
    struct ledger *mine = open_ledger(), *other = open_ledger();
    assert_int_equal(share(mine, &alice, 3, &slots[0]), PERMIT_GRANTED);
    assert_int_equal(share(other, &alice, 3, &slots[1]), PERMIT_GRANTED);
    for (int i = 0; i < 5; i++) // a look takes nothing
        assert_int_equal(look(i % 2 ? mine : other, &alice, 3), PERMIT_GRANTED);
    assert_int_equal(share(mine, &alice, 3, &slots[2]), PERMIT_GRANTED);
    assert_int_equal(share(other, &alice, 3, &slots[3]), PERMIT_LATER);
    assert_int_equal(look(mine, &alice, 3), PERMIT_LATER);
    assert_int_equal(look(other, &alice, 3), PERMIT_LATER);
    assert_int_equal(share(other, &bob, 3, &slots[3]), PERMIT_GRANTED);
    assert_true(give_back(mine, &alice, slots[0], LOGON_NOT_SENT, 0));
    assert_int_equal(share(other, &alice, 3, &slots[0]), PERMIT_GRANTED);
    assert_true(give_back(other, &alice, slots[0], LOGON_FAILED, 1));
    assert_true(give_back(other, &alice, slots[1], LOGON_FAILED, 1));
    // One is still under way, and one more failure is all that there may be.
    assert_int_equal(share(other, &alice, 3, &slots[1]), PERMIT_LATER);
    assert_true(give_back(mine, &alice, slots[2], LOGON_FAILED, 1));
    assert_int_equal(share(other, &alice, 3, &slots[1]), PERMIT_DECLINED);
    assert_non_null(strstr(error, "3 failed logons of"));
    error[0] = '\0';
    assert_int_equal(look(mine, &alice, 3), PERMIT_DECLINED);
    assert_non_null(strstr(error, "3 failed logons of"));
    ledger_close(other);
    ledger_close(mine);
}

// A gateway's HTTP transport sends the password on each of its channels.
static void a_trial_with_two_logons_takes_two(void **state)
{
    const struct ledger_wish two = {.limit = 2, .logons = 2};
    uint32_t slots, further;
    (void)state;
    struct ledger *ledger = open_ledger();
    assert_int_equal(ledger_share(ledger, &alice, &two, &slots, error, sizeof error), PERMIT_GRANTED);
    assert_int_equal(__builtin_popcount(slots), 2);
    assert_int_equal(share(ledger, &alice, 2, &further), PERMIT_LATER);
    // The target's account, held by the same trial, does not wait for it.
    const struct account_identity target = spelled("alice", "", "srv");
    const struct ledger_wish beside = {.limit = 2, .held = 2};
    assert_int_equal(ledger_share(ledger, &target, &beside, &further, error, sizeof error), PERMIT_GRANTED);
    assert_true(give_back(ledger, &target, further, LOGON_NOT_SENT, 0));
    assert_true(give_back(ledger, &alice, slots, LOGON_NOT_SENT, 0));
    // Where it can never have two, it gets one; where it only has to wait, it waits.
    fail_once(ledger, &alice);
    assert_int_equal(ledger_share(ledger, &alice, &two, &slots, error, sizeof error), PERMIT_GRANTED);
    assert_int_equal(__builtin_popcount(slots), 1);
    assert_true(give_back(ledger, &alice, slots, LOGON_FAILED, 2));
    assert_int_equal(look(ledger, &alice, 3), PERMIT_DECLINED);
    ledger_close(ledger);
}

static void a_share_whose_process_died_counts(void **state)
{
    uint32_t slots;
    (void)state;
    struct ledger *mine = open_ledger(), *other = open_ledger();
    assert_int_equal(share(mine, &alice, 3, &slots), PERMIT_GRANTED);
    assert_int_equal(share(mine, &alice, 3, &slots), PERMIT_GRANTED);
    ledger_close(mine); // as if killed
    assert_int_equal(share(other, &alice, 3, &slots), PERMIT_GRANTED);
    assert_true(give_back(other, &alice, slots, LOGON_FAILED, 1));
    assert_int_equal(share(other, &alice, 3, &slots), PERMIT_DECLINED);
    ledger_close(other);
}

static void a_proved_account_holds_nothing(void **state)
{
    const struct ledger_wish proved = {.limit = 2, .proved = true};
    uint32_t slots;
    (void)state;
    struct ledger *mine = open_ledger(), *other = open_ledger();
    for (int i = 0; i < 100; i++)
        assert_int_equal(ledger_share(mine, &alice, &proved, &slots, error, sizeof error), PERMIT_GRANTED);
    assert_int_equal(slots, 0);
    assert_int_equal(share(other, &alice, 2, &slots), PERMIT_GRANTED);
    // What another process learns of the account counts here, too.
    assert_true(give_back(other, &alice, slots, LOGON_BLOCKED, 1));
    assert_int_equal(ledger_share(mine, &alice, &proved, &slots, error, sizeof error), PERMIT_DECLINED);
    assert_non_null(strstr(error, "locked out"));
    assert_true(give_back(mine, &alice, 0, LOGON_VERIFIED, 0));
    assert_int_equal(ledger_share(mine, &alice, &proved, &slots, error, sizeof error), PERMIT_GRANTED);
    ledger_close(other);
    ledger_close(mine);
}

#define ENTRY(failures, rest)                                                                                          \
    "{\"schema\":1,\"accounts\":{\"corp\\\\alice\":{\"failures\":" failures                                            \
    ",\"blocked\":false,\"pending\":0,\"since\":\"2026-01-01T00:00:00Z\",\"last\":\"2026-01-01T00:00:00Z\"" rest "}}}"

static void write_ledger(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void assert_refused(struct ledger *ledger, const char *path, const char *words)
{
    uint32_t slots;
    error[0] = '\0';
    assert_null(ledger_open(error, sizeof error));
    if (!strstr(error, words) || !strstr(error, path))
        fail_msg("'%s' does not say '%s' of %s", error, words, path);
    assert_int_equal(share(ledger, &alice, 2, &slots), PERMIT_DECLINED);
    assert_int_equal(look(ledger, &alice, 2), PERMIT_DECLINED);
    assert_false(give_back(ledger, &alice, 0, LOGON_FAILED, 1));
    assert_false(ledger_reset(ledger, &alice, error, sizeof error));
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
        ENTRY("-1", ""),
        ENTRY("1000001", ""),
        ENTRY("9223372036854775807", ""),
        ENTRY("99999999999999999999", ""),
        ENTRY("1e3", ""),
        ENTRY("\"1\"", ""),
        ENTRY("1", ",\"failures\":0"),
        ENTRY("1", ",\"machine\":7"),
        ENTRY("1", ",\"forest\":\"a\\u0000b\""),
        ENTRY("1", ",\"address\":\"\\u001b[2J\""),
    };
    char path[4096];
    (void)state;
    struct ledger *ledger = open_ledger();
    path_of("logons.json", path, sizeof path);
    for (size_t i = 0; i < sizeof garbage / sizeof garbage[0]; i++) {
        write_ledger(path, garbage[i]);
        assert_refused(ledger, path, "is damaged");
    }
    // What is no ledger by its mere length is not even read.
    write_ledger(path, "");
    assert_int_equal(truncate(path, (off_t)1 << 40), 0);
    assert_refused(ledger, path, "is damaged");
    ledger_close(ledger);
}

static void a_count_does_not_overflow(void **state)
{
    char path[4096];
    (void)state;
    path_of("logons.json", path, sizeof path);
    struct ledger *ledger = open_ledger();
    write_ledger(path, ENTRY("1000000", ""));
    for (int i = 0; i < 3; i++)
        assert_true(give_back(ledger, &alice, 0, LOGON_FAILED, UINT32_MAX));
    assert_int_equal(look(ledger, &alice, 1000000), PERMIT_DECLINED);
    assert_int_equal(look(ledger, &alice, UINT32_MAX), PERMIT_GRANTED);
    ledger_close(ledger);
}

// Nothing is waited for, and nothing is read or written where a link leads.
static void refuses_what_is_no_regular_file(void **state)
{
    static const char *const names[] = {"logons.json", "logons.lock", "accounts.lock"};
    char path[4096], elsewhere[4096];
    struct stat status;
    (void)state;
    path_of("elsewhere", elsewhere, sizeof elsewhere);
    for (size_t i = 0; i < 3; i++) {
        struct ledger *ledger = open_ledger();
        assert_int_equal(look(ledger, &alice, 1), PERMIT_GRANTED);
        path_of(names[i], path, sizeof path);
        for (int kind = 0; kind < 4; kind++) {
            uint32_t slots;
            unlink(path);
            assert_int_equal(kind == 0   ? mkfifo(path, 0600)
                             : kind == 1 ? symlink("elsewhere", path)
                             : kind == 2 ? symlink("/dev/zero", path)
                                         : mkdir(path, 0700),
                             0);
            error[0] = '\0';
            struct ledger *further = ledger_open(error, sizeof error);
            if (further) // the lock of all is taken when something is written
                assert_int_equal(share(further, &alice, 1, &slots), PERMIT_DECLINED);
            assert_non_null(strstr(error, "is no regular file: move it away"));
            assert_non_null(strstr(error, path));
            ledger_close(further);
            assert_int_not_equal(stat(elsewhere, &status), 0);
        }
        rmdir(path);
        ledger_close(ledger);
    }
}

// Files of earlier releases: UPNs as they are, "pending" a Boolean.
static void reads_what_earlier_releases_wrote(void **state)
{
    char path[4096];
    (void)state;
    struct ledger *ledger = open_ledger();
    path_of("logons.json", path, sizeof path);
    write_ledger(path, "{\"schema\":1,\"accounts\":{\"alice@corp.example\":{\"failures\":1,\"blocked\":false,"
                       "\"pending\":true,\"since\":\"2026-01-01T00:00:00Z\",\"last\":\"2026-01-01T00:00:00Z\"}}}");
    assert_int_equal(look(ledger, &alice, 2), PERMIT_DECLINED);
    assert_int_equal(look(ledger, &alice, 3), PERMIT_GRANTED);
    const struct account_identity upn = spelled("alice@corp.example", "", "srv");
    verify_once(ledger, &upn);
    assert_int_equal(look(ledger, &alice, 1), PERMIT_GRANTED);
    ledger_close(ledger);
}

static void files_are_private(void **state)
{
    struct stat status;
    char path[4096];
    (void)state;
    struct ledger *ledger = open_ledger();
    fail_once(ledger, &alice);
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
        LEDGER_TEST(stops_at_the_limit_across_runs),
        LEDGER_TEST(counts_all_spellings_together),
        LEDGER_TEST(machines_that_are_told_apart_count_apart),
        LEDGER_TEST(a_server_s_names_do_no_harm),
        LEDGER_TEST(a_proof_clears_what_is_surely_the_same),
        LEDGER_TEST(a_blocked_account_stays_blocked),
        LEDGER_TEST(a_trial_whose_process_died_counts),
        LEDGER_TEST(one_waits_for_the_others),
        LEDGER_TEST(as_many_share_as_may_fail),
        LEDGER_TEST(a_trial_with_two_logons_takes_two),
        LEDGER_TEST(a_share_whose_process_died_counts),
        LEDGER_TEST(a_proved_account_holds_nothing),
        LEDGER_TEST(refuses_a_damaged_file),
        LEDGER_TEST(a_count_does_not_overflow),
        LEDGER_TEST(refuses_what_is_no_regular_file),
        LEDGER_TEST(reads_what_earlier_releases_wrote),
        LEDGER_TEST(files_are_private),
        LEDGER_TEST(a_relative_place_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
