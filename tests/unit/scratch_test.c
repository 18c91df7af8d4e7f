// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runner/scratch.h"

enum { LICENSE_SIZE = 300000 }; // more than one sendfile() need take

// A directory for the user's configuration and for the scratch directory; all of it goes at the end.
struct place {
    char root[64];
    char scratch[SCRATCH_PATH];
};

static char *path_of(const char *directory, const char *name)
{
    static char paths[4][SCRATCH_PATH + 64];
    static unsigned turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", directory, name);
    return path;
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static bool holds(const char *path, const char *text)
{
    char found[64] = {0};
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    size_t size = fread(found, 1, sizeof found - 1, file);
    fclose(file);
    return size == strlen(text) && memcmp(found, text, size) == 0;
}

static bool exists(const char *path)
{
    struct stat status;
    return lstat(path, &status) == 0;
}

static unsigned mode_of(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_mode & 07777;
}

// Makes config/freerdp/licenses below a directory, with a licence and a file that is none.
static void make_user_store(const char *directory, const char *config, const char *text)
{
    char path[SCRATCH_PATH];
    int n = snprintf(path, sizeof path, "%s", directory);
    for (const char *part = config; part; part = strchr(part + 1, '/')) {
        const char *end = strchr(part + 1, '/');
        n += snprintf(path + n, sizeof path - (size_t)n, "%s%.*s", *part == '/' ? "" : "/",
                      (int)(end ? end - part : (long)strlen(part)), part);
        mkdir(path, 0755);
    }
    write_file(path_of(path, "0123abcd.cal"), text);
    write_file(path_of(path, "0123abcd.cal.new"), "half");
    write_file(path_of(path, ".cal"), "no name");
}

static int set_up(void **state)
{
    static struct place place;
    strcpy(place.root, "/tmp/scratch-test-XXXXXX");
    if (!mkdtemp(place.root))
        return -1;
    make_user_store(place.root, "xdg/freerdp/licenses", "from XDG_CONFIG_HOME");
    make_user_store(place.root, "home/.config/freerdp/licenses", "from HOME");
    setenv("XDG_CONFIG_HOME", path_of(place.root, "xdg"), 1);
    setenv("HOME", path_of(place.root, "home"), 1);
    setenv("TMPDIR", place.root, 1);
    *state = &place;
    return scratch_make(place.scratch) ? 0 : -1;
}

static int tear_down(void **state)
{
    struct place *place = *state;
    scratch_remove(place->root);
    return exists(place->root) ? -1 : 0;
}

static char *prepare(const struct place *place, unsigned long number, enum license_level level)
{
    static char config[SCRATCH_PATH];
    assert_true(scratch_prepare(place->scratch, number, level, config));
    return config;
}

static void makes_a_private_directory(void **state)
{
    struct place *place = *state;
    char other[SCRATCH_PATH];
    assert_int_equal(strncmp(place->scratch, path_of(place->root, "rdpprobe-"), strlen(place->root) + 10), 0);
    assert_int_equal(mode_of(place->scratch), 0700);
    mode_t mask = umask(0);
    assert_true(scratch_make(other));
    const char *config = prepare(place, 1, LICENSE_KEEP);
    umask(mask);
    assert_string_not_equal(other, place->scratch);
    assert_int_equal(mode_of(other), 0700);
    assert_int_equal(mode_of(config), 0700);
    assert_int_equal(mode_of(path_of(config, "licenses")), 0700);
    assert_int_equal(mode_of(path_of(config, "licenses/0123abcd.cal")), 0600);
}

static void says_where_it_cannot_make_one(void **state)
{
    struct place *place = *state;
    static char path[SCRATCH_PATH], longest[SCRATCH_PATH];
    setenv("TMPDIR", path_of(place->root, "missing"), 1);
    assert_false(scratch_make(path));
    assert_int_equal(errno, ENOENT);
    memset(longest, 'x', sizeof longest - 1);
    longest[0] = '/';
    setenv("TMPDIR", longest, 1);
    assert_false(scratch_make(path));
    assert_int_equal(errno, ENAMETOOLONG);
    // A relative one would move with the working directory.
    setenv("TMPDIR", "relative", 1);
    assert_true(scratch_make(path));
    assert_true(strncmp(path, "/dev/shm/rdpprobe-", 18) == 0 || strncmp(path, "/tmp/rdpprobe-", 14) == 0);
    scratch_remove(path);
    assert_false(exists(path));
}

static void keep_copies_the_users_store(void **state)
{
    const char *config = prepare(*state, 1, LICENSE_KEEP);
    assert_int_equal(config[0], '/');
    assert_true(holds(path_of(config, "licenses/0123abcd.cal"), "from XDG_CONFIG_HOME"));
    assert_false(exists(path_of(config, "licenses/0123abcd.cal.new")));
    assert_false(exists(path_of(config, "licenses/.cal")));
}

static void keep_falls_back_to_home(void **state)
{
    // The XDG Base Directory Specification: unset or empty means the default, relative is to be ignored.
    unsetenv("XDG_CONFIG_HOME");
    assert_true(holds(path_of(prepare(*state, 1, LICENSE_KEEP), "licenses/0123abcd.cal"), "from HOME"));
    setenv("XDG_CONFIG_HOME", "", 1);
    assert_true(holds(path_of(prepare(*state, 2, LICENSE_KEEP), "licenses/0123abcd.cal"), "from HOME"));
    setenv("XDG_CONFIG_HOME", "xdg", 1);
    assert_true(holds(path_of(prepare(*state, 3, LICENSE_KEEP), "licenses/0123abcd.cal"), "from HOME"));
}

static void keep_goes_without_a_store(void **state)
{
    struct place *place = *state;
    setenv("XDG_CONFIG_HOME", path_of(place->root, "missing"), 1);
    assert_false(exists(path_of(prepare(place, 1, LICENSE_KEEP), "licenses/0123abcd.cal")));
    unsetenv("XDG_CONFIG_HOME");
    unsetenv("HOME");
    assert_false(exists(path_of(prepare(place, 2, LICENSE_KEEP), "licenses/0123abcd.cal")));
}

static void the_users_store_is_never_written(void **state)
{
    struct place *place = *state;
    const char *config = prepare(place, 1, LICENSE_KEEP);
    write_file(path_of(config, "licenses/0123abcd.cal"), "issued now");
    write_file(path_of(config, "licenses/ffff.cal"), "another");
    assert_int_equal(scratch_save_licenses(place->scratch, config), 2);
    scratch_remove(config);
    assert_true(holds(path_of(place->root, "xdg/freerdp/licenses/0123abcd.cal"), "from XDG_CONFIG_HOME"));
    assert_false(exists(path_of(place->root, "xdg/freerdp/licenses/ffff.cal")));
}

static void clear_has_an_empty_store(void **state)
{
    struct place *place = *state;
    const char *config = prepare(place, 1, LICENSE_CLEAR);
    assert_true(exists(path_of(config, "licenses")));
    assert_int_equal(scratch_save_licenses(place->scratch, config), 0);
}

static void reuse_has_what_was_issued(void **state)
{
    struct place *place = *state;
    assert_false(scratch_has_licenses(place->scratch));
    // Nothing was issued yet: an empty store, not the user's.
    assert_false(exists(path_of(prepare(place, 1, LICENSE_REUSE), "licenses/0123abcd.cal")));

    const char *config = prepare(place, 2, LICENSE_CLEAR);
    write_file(path_of(config, "licenses/77.cal"), "issued");
    write_file(path_of(config, "licenses/77.cal.new"), "half");
    assert_int_equal(scratch_save_licenses(place->scratch, config), 1);
    assert_true(scratch_has_licenses(place->scratch));
    scratch_remove(config);

    config = prepare(place, 3, LICENSE_REUSE);
    assert_true(holds(path_of(config, "licenses/77.cal"), "issued"));
    assert_false(exists(path_of(config, "licenses/0123abcd.cal")));
    assert_false(exists(path_of(config, "licenses/77.cal.new")));
    // What a trial does with its copy does not reach the next one.
    write_file(path_of(config, "licenses/77.cal"), "spoilt");
    assert_true(holds(path_of(prepare(place, 4, LICENSE_REUSE), "licenses/77.cal"), "issued"));
    // A later licence of the same name replaces the earlier.
    config = prepare(place, 5, LICENSE_CLEAR);
    write_file(path_of(config, "licenses/77.cal"), "newer");
    assert_int_equal(scratch_save_licenses(place->scratch, config), 1);
    assert_true(holds(path_of(prepare(place, 6, LICENSE_REUSE), "licenses/77.cal"), "newer"));
}

static void copies_large_and_empty_files_whole(void **state)
{
    struct place *place = *state;
    static char text[LICENSE_SIZE];
    const char *config = prepare(place, 1, LICENSE_CLEAR);
    struct stat status;
    memset(text, 'L', sizeof text - 1);
    write_file(path_of(config, "licenses/large.cal"), text);
    write_file(path_of(config, "licenses/empty.cal"), "");
    assert_int_equal(scratch_save_licenses(place->scratch, config), 2);
    config = prepare(place, 2, LICENSE_REUSE);
    assert_int_equal(stat(path_of(config, "licenses/large.cal"), &status), 0);
    assert_int_equal(status.st_size, LICENSE_SIZE - 1);
    assert_int_equal(stat(path_of(config, "licenses/empty.cal"), &status), 0);
    assert_int_equal(status.st_size, 0);
}

static void corrupt_has_what_was_issued_with_other_bytes(void **state)
{
    struct place *place = *state;
    static const char license[] = "a licence of thirty bytes ....";
    char read[64] = "";
    const char *config = prepare(place, 1, LICENSE_CLEAR);
    write_file(path_of(config, "licenses/one.cal"), license);
    write_file(path_of(config, "licenses/empty.cal"), "");
    assert_int_equal(scratch_save_licenses(place->scratch, config), 2);
    config = prepare(place, 2, LICENSE_CORRUPT);
    FILE *file = fopen(path_of(config, "licenses/one.cal"), "r");
    assert_non_null(file);
    assert_int_equal(fread(read, 1, sizeof read, file), sizeof license - 1);
    fclose(file);
    assert_memory_equal(read, license, 10); // it begins as it did
    assert_true(memcmp(read, license, sizeof license - 1) != 0);
    config = prepare(place, 3, LICENSE_REUSE); // what was issued is whole
    file = fopen(path_of(config, "licenses/one.cal"), "r");
    assert_non_null(file);
    assert_int_equal(fread(read, 1, sizeof read, file), sizeof license - 1);
    fclose(file);
    assert_memory_equal(read, license, sizeof license - 1);
}

static void a_trial_never_gets_anothers_directory(void **state)
{
    struct place *place = *state;
    char config[SCRATCH_PATH];
    prepare(place, 1, LICENSE_CLEAR);
    assert_false(scratch_prepare(place->scratch, 1, LICENSE_CLEAR, config));
    assert_int_equal(errno, EEXIST);
    assert_false(scratch_prepare(path_of(place->root, "missing"), 1, LICENSE_CLEAR, config));
    assert_int_equal(errno, ENOENT);
}

static void saving_from_nowhere_saves_nothing(void **state)
{
    struct place *place = *state;
    assert_int_equal(scratch_save_licenses(place->scratch, path_of(place->root, "missing")), 0);
    assert_false(scratch_has_licenses(path_of(place->root, "missing")));
}

static void removes_all_but_follows_no_link(void **state)
{
    struct place *place = *state;
    const char *config = prepare(place, 1, LICENSE_KEEP);
    mkdir(path_of(config, "server"), 0700);
    write_file(path_of(config, "server/host_3389.pem"), "known host");
    assert_int_equal(symlink(path_of(place->root, "xdg"), path_of(config, "link")), 0);
    assert_int_equal(symlink("/nowhere", path_of(config, "dangling")), 0);
    scratch_remove(place->scratch);
    assert_false(exists(place->scratch));
    assert_true(exists(path_of(place->root, "xdg/freerdp/licenses/0123abcd.cal")));
    scratch_remove(place->scratch); // not there any more
}

#define IN_A_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_PLACE(makes_a_private_directory),
        IN_A_PLACE(says_where_it_cannot_make_one),
        IN_A_PLACE(keep_copies_the_users_store),
        IN_A_PLACE(keep_falls_back_to_home),
        IN_A_PLACE(keep_goes_without_a_store),
        IN_A_PLACE(the_users_store_is_never_written),
        IN_A_PLACE(clear_has_an_empty_store),
        IN_A_PLACE(reuse_has_what_was_issued),
        IN_A_PLACE(copies_large_and_empty_files_whole),
        IN_A_PLACE(a_trial_never_gets_anothers_directory),
        IN_A_PLACE(corrupt_has_what_was_issued_with_other_bytes),
        IN_A_PLACE(saving_from_nowhere_saves_nothing),
        IN_A_PLACE(removes_all_but_follows_no_link),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
