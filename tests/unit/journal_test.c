// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trial/journal.h"

struct seen {
    unsigned count, stop_at;
    json_int_t last;
    size_t line;
};

static bool each(const json_t *record, size_t line, void *context)
{
    struct seen *seen = context;
    seen->count++;
    seen->last = json_integer_value(json_object_get(record, "trial"));
    seen->line = line;
    return seen->count != seen->stop_at;
}

static bool read_text(const char *text, struct seen *seen, char *error, size_t size)
{
    FILE *file = fmemopen((void *)text, strlen(text), "r");
    assert_non_null(file);
    bool ok = journal_read(file, each, seen, error, size);
    fclose(file);
    return ok;
}

static void test_round_trip(void **state)
{
    (void)state;
    char directory[] = "/tmp/journal-test-XXXXXX", path[64], error[200];
    char *copied = NULL;
    size_t length = 0;
    struct journal journal;
    struct stat status;
    struct seen seen = {0};
    assert_non_null(mkdtemp(directory));
    snprintf(path, sizeof path, "%s/run.jsonl", directory);

    // Twice: a journal is appended to.
    for (int run = 0; run < 2; run++) {
        FILE *copy = open_memstream(&copied, &length);
        assert_true(journal_open(&journal, path, copy));
        for (int i = 1; i <= 3; i++) {
            json_t *record = json_pack("{s:i, s:i, s:s}", "schema", JOURNAL_SCHEMA, "trial", 10 * run + i, "text",
                                       "two\nlines and \xC3\xA9");
            assert_true(journal_write(&journal, record));
            json_decref(record);
        }
        assert_true(journal_close(&journal));
        fclose(copy);
        if (run == 0)
            assert_true(read_text(copied, &seen, error, sizeof error));
        free(copied);
    }
    assert_int_equal(seen.count, 3);

    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 0777, 0600);
    FILE *file = fopen(path, "r");
    seen = (struct seen){0};
    assert_true(journal_read(file, each, &seen, error, sizeof error));
    fclose(file);
    assert_int_equal(seen.count, 6);
    assert_int_equal(seen.last, 13);
    assert_int_equal(seen.line, 6);
    unlink(path);
    rmdir(directory);
}

static void test_no_file(void **state)
{
    (void)state;
    struct journal journal;
    json_t *record = json_object();
    assert_true(journal_open(&journal, NULL, NULL));
    assert_true(journal_write(&journal, record));
    assert_true(journal_close(&journal));
    assert_false(journal_open(&journal, "/nonexistent/directory/run.jsonl", NULL));
    json_decref(record);
}

static void test_full_disk(void **state)
{
    (void)state;
    struct journal journal;
    json_t *record = json_pack("{s:i}", "schema", JOURNAL_SCHEMA);
    if (access("/dev/full", W_OK) != 0)
        skip();
    assert_true(journal_open(&journal, "/dev/full", NULL));
    assert_false(journal_write(&journal, record));
    assert_false(journal_write(&journal, record));
    assert_false(journal_close(&journal));
    json_decref(record);
}

static void test_damage(void **state)
{
    (void)state;
    char error[200];
    struct seen seen = {0};
    assert_true(read_text("{\"schema\":1,\"trial\":1}\n{\"schema\":1,\"tri", &seen, error, sizeof error));
    assert_int_equal(seen.count, 1);
    assert_false(read_text("{\"schema\":1}\n{broken\n", &seen, error, sizeof error));
    assert_non_null(strstr(error, "line 2"));
    assert_false(read_text("{\"schema\":2}\n", &seen, error, sizeof error));
    assert_non_null(strstr(error, "schema"));
    assert_false(read_text("[1]\n", &seen, error, sizeof error));
    seen = (struct seen){.stop_at = 2};
    assert_true(read_text("{\"schema\":1}\n{\"schema\":1}\n{\"schema\":1}\n", &seen, error, sizeof error));
    assert_int_equal(seen.count, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_no_file),
        cmocka_unit_test(test_full_disk),
        cmocka_unit_test(test_damage),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
