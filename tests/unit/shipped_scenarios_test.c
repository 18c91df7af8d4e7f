// SPDX-License-Identifier: Apache-2.0
// Every scenario that is shipped loads, says when to use it, and can have its variants.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "scenario/scenario.h"

static struct scenario *read_with_stdin(const char *path, const char *input, char *error, size_t size)
{
    char name[] = "/tmp/targets-XXXXXX";
    int file = mkstemp(name);
    assert_true(file >= 0);
    close(file);
    FILE *list = fopen(name, "w");
    assert_non_null(list);
    fputs(input, list);
    fclose(list);
    assert_non_null(freopen(name, "r", stdin));
    unlink(name);
    return scenario_read(path, NULL, error, size);
}

static void loads(const char *path)
{
    char error[2048];
    struct scenario *s = read_with_stdin(path, "# fleet\nsrv1.example\n[::1]:3390\n", error, sizeof error);
    if (!s)
        print_error("%s\n", error);
    assert_non_null(s);
    assert_int_equal(s->target_count, 2);
    assert_string_equal(s->targets[1].place.file, "<stdin>");
    assert_true(s->expectation_count > 0);
    assert_non_null(strstr(path, s->name)); // the name of the file
    if (s->design != DESIGN_LIST)
        assert_true(scenario_allows(s, &s->profile.levels, NULL));
    // Every expectation applies to something that is in play.
    for (size_t i = 0; i < s->expectation_count; i++) {
        bool applies = expectation_applies(&s->expectations[i], &s->targets[0], &s->profile.levels);
        for (size_t k = 0; k < s->list_count; k++)
            applies = applies || expectation_applies(&s->expectations[i], &s->targets[0], &s->list[k]);
        for (int f = 0; f < FACTOR_COUNT; f++) {
            for (unsigned level = 0; level < factor_levels((enum factor)f); level++) {
                struct variant v = variant_with(s->profile.levels, (enum factor)f, level);
                applies = applies ||
                          (s->levels[f] >> level & 1 && expectation_applies(&s->expectations[i], &s->targets[0], &v));
            }
        }
        assert_true(applies);
    }
    scenario_free(s);
}

static void says_when_to_use_it(const char *path)
{
    char text[1024] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    assert_non_null(strstr(text, "# When to use it: "));
}

static void every_shipped_scenario_loads(void **state)
{
    char path[1024];
    unsigned count = 0;
    DIR *folder = opendir(SCENARIOS);
    (void)state;
    assert_non_null(folder);
    for (struct dirent *entry; (entry = readdir(folder));) {
        if (!strstr(entry->d_name, ".yaml"))
            continue;
        snprintf(path, sizeof path, SCENARIOS "/%s", entry->d_name);
        says_when_to_use_it(path);
        loads(path);
        count++;
    }
    closedir(folder);
    assert_true(count >= 6);
}

static void standard_input_is_read_once(void **state)
{
    char error[2048];
    (void)state;
    assert_null(read_with_stdin("-", "targets: \"-\"\n", error, sizeof error));
    assert_string_equal(error, "<stdin>:1:10: standard input is read for something else already");
    struct scenario *s = read_with_stdin("-", "targets: srv\n", error, sizeof error);
    assert_non_null(s);
    assert_string_equal(s->name, "scenario");
    scenario_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shipped_scenario_loads),
        cmocka_unit_test(standard_input_is_read_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
