// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "scenario/shard.h"

static const char *const variables[] = {"CI_NODE_INDEX",        "CI_NODE_TOTAL",        "JOB_COMPLETION_INDEX",
                                        "RDPPROBE_SHARDS",      "SLURM_ARRAY_TASK_ID",  "SLURM_ARRAY_TASK_COUNT",
                                        "SLURM_ARRAY_TASK_MIN", "SLURM_ARRAY_TASK_MAX", "PARALLEL_SEQ"};

// Sets the environment to exactly these: "NAME=value NAME=value".
static void set_environment(const char *text)
{
    char copy[256], *rest = copy;
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        unsetenv(variables[i]);
    strcpy(copy, text);
    for (char *word; (word = strtok_r(rest, " ", &rest));) {
        char *value = strchr(word, '=');
        *value++ = '\0';
        setenv(word, value, 1);
    }
}

static void says_what_it_reads(void **state)
{
    (void)state;
    struct shard shard;
    const char *error;
    assert_true(shard_parse("1/1", &shard, &error));
    assert_true(shard_parse("100000/100000", &shard, &error));
    assert_true(shard_parse("3/16", &shard, &error));
    assert_int_equal(shard.index, 3);
    assert_int_equal(shard.count, 16);
    assert_string_equal(shard.source, "--shard");
    assert_int_equal(shard_whole().index, 1);
    assert_int_equal(shard_whole().count, 1);
}

static void refuses_what_is_no_shard(void **state)
{
    (void)state;
    static const char *const wrong[] = {"",
                                        "/",
                                        "3",
                                        "3/",
                                        "/4",
                                        "0/4",
                                        "5/4",
                                        "1/0",
                                        "-1/4",
                                        "1/-4",
                                        "1 /4",
                                        "1/ 4",
                                        "1/4 ",
                                        "a/b",
                                        "1/100001",
                                        "4294967297/4",
                                        "+1/4",
                                        "1//4",
                                        "1/4/",
                                        "0x1/4",
                                        "1.0/4",
                                        "1/4x",
                                        "99999999999999999999/1"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct shard shard = {.index = 7, .count = 9};
        const char *error = NULL;
        assert_false(shard_parse(wrong[i], &shard, &error));
        assert_true(error != NULL && strlen(error) > 10);
        assert_int_equal(shard.index, 7);
    }
}

static void takes_what_schedulers_set(void **state)
{
    (void)state;
    static const struct {
        const char *environment, *source;
        unsigned index, count;
    } given[] = {
        {"CI_NODE_INDEX=1 CI_NODE_TOTAL=4", "CI_NODE_INDEX", 1, 4},
        {"CI_NODE_INDEX=4 CI_NODE_TOTAL=4", "CI_NODE_INDEX", 4, 4},
        {"JOB_COMPLETION_INDEX=0 RDPPROBE_SHARDS=8", "JOB_COMPLETION_INDEX", 1, 8},
        {"JOB_COMPLETION_INDEX=7 RDPPROBE_SHARDS=8", "JOB_COMPLETION_INDEX", 8, 8},
        {"SLURM_ARRAY_TASK_ID=0 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=15 SLURM_ARRAY_TASK_COUNT=16",
         "SLURM_ARRAY_TASK_ID", 1, 16},
        {"SLURM_ARRAY_TASK_ID=16 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=16 SLURM_ARRAY_TASK_COUNT=16",
         "SLURM_ARRAY_TASK_ID", 16, 16},
        {"SLURM_ARRAY_TASK_ID=8 SLURM_ARRAY_TASK_MIN=0 SLURM_ARRAY_TASK_MAX=12 SLURM_ARRAY_TASK_COUNT=4",
         "SLURM_ARRAY_TASK_ID", 3, 4},
        {"SLURM_ARRAY_TASK_ID=3 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_COUNT=4", "SLURM_ARRAY_TASK_ID", 3, 4},
        {"PARALLEL_SEQ=1 RDPPROBE_SHARDS=3", "PARALLEL_SEQ", 1, 3},
        {"PARALLEL_SEQ=3 RDPPROBE_SHARDS=3", "PARALLEL_SEQ", 3, 3},
    };
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        struct shard shard;
        const char *error;
        set_environment(given[i].environment);
        assert_true(shard_from_environment(&shard, &error));
        assert_null(error);
        assert_string_equal(shard.source, given[i].source);
        assert_int_equal(shard.index, given[i].index);
        assert_int_equal(shard.count, given[i].count);
    }
}

static void takes_nothing_where_nothing_is_meant(void **state)
{
    (void)state;
    // GitLab sets the total for every job; GNU parallel the sequence; templates pass on empty variables.
    static const char *const given[] = {"",
                                        "CI_NODE_TOTAL=1",
                                        "CI_NODE_TOTAL=4",
                                        "PARALLEL_SEQ=5",
                                        "CI_NODE_INDEX= CI_NODE_TOTAL=4",
                                        "JOB_COMPLETION_INDEX= RDPPROBE_SHARDS="};
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        struct shard shard = {.index = 7};
        const char *error = "";
        set_environment(given[i]);
        assert_false(shard_from_environment(&shard, &error));
        assert_null(error);
        assert_int_equal(shard.index, 7);
    }
}

static void says_what_makes_no_sense(void **state)
{
    (void)state;
    static const struct {
        const char *environment, *said[2];
    } given[] = {
        {"CI_NODE_INDEX=0 CI_NODE_TOTAL=4", {"CI_NODE_INDEX is 0", "from 1 to 4"}},
        {"CI_NODE_INDEX=5 CI_NODE_TOTAL=4", {"CI_NODE_INDEX is 5", "from 1 to 4"}},
        {"CI_NODE_INDEX=1", {"CI_NODE_INDEX is set", "not CI_NODE_TOTAL"}},
        {"CI_NODE_INDEX=one CI_NODE_TOTAL=4", {"CI_NODE_INDEX is 'one'", "no number"}},
        {"CI_NODE_INDEX=1 CI_NODE_TOTAL=0", {"CI_NODE_TOTAL is 0", "at least one"}},
        {"JOB_COMPLETION_INDEX=0", {"JOB_COMPLETION_INDEX is set", "not RDPPROBE_SHARDS"}},
        {"JOB_COMPLETION_INDEX=8 RDPPROBE_SHARDS=8", {"JOB_COMPLETION_INDEX is 8", "from 0 to 7"}},
        {"JOB_COMPLETION_INDEX=-1 RDPPROBE_SHARDS=8", {"'-1'", "no number"}},
        {"JOB_COMPLETION_INDEX=0 RDPPROBE_SHARDS=eight", {"RDPPROBE_SHARDS is 'eight'", "no number"}},
        {"SLURM_ARRAY_TASK_ID=1", {"SLURM_ARRAY_TASK_ID is set", "not SLURM_ARRAY_TASK_MIN"}},
        {"SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_TASK_MIN=1", {"SLURM_ARRAY_TASK_ID is set", "SLURM_ARRAY_TASK_COUNT"}},
        {"SLURM_ARRAY_TASK_ID=0 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_COUNT=4", {"is 0", "from 1 to 4"}},
        {"SLURM_ARRAY_TASK_ID=5 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_COUNT=4", {"is 5", "from 1 to 4"}},
        {"SLURM_ARRAY_TASK_ID=5 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=8 SLURM_ARRAY_TASK_COUNT=3",
         {"3 tasks from 1 to 8", "--array=1-N"}},
        {"SLURM_ARRAY_TASK_ID=5 SLURM_ARRAY_TASK_MIN=1 SLURM_ARRAY_TASK_MAX=7 SLURM_ARRAY_TASK_COUNT=3",
         {"no step of 3", "--array=1-N"}},
        {"PARALLEL_SEQ=4 RDPPROBE_SHARDS=3", {"PARALLEL_SEQ is 4", "from 1 to 3"}},
        {"PARALLEL_SEQ=0 RDPPROBE_SHARDS=3", {"PARALLEL_SEQ is 0", "from 1 to 3"}},
        {"RDPPROBE_SHARDS=3", {"RDPPROBE_SHARDS is set", "PARALLEL_SEQ"}},
        {"PARALLEL_SEQ=1 RDPPROBE_SHARDS=3 CI_NODE_INDEX=1 CI_NODE_TOTAL=2",
         {"both CI_NODE_INDEX (shard 1 of 2) and PARALLEL_SEQ (shard 1 of 3)", "--shard"}},
        {"PARALLEL_SEQ=1 RDPPROBE_SHARDS=3 JOB_COMPLETION_INDEX=2", {"both JOB_COMPLETION_INDEX", "PARALLEL_SEQ"}},
    };
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        struct shard shard = {.index = 7};
        const char *error = NULL;
        set_environment(given[i].environment);
        assert_false(shard_from_environment(&shard, &error));
        assert_true(error != NULL);
        for (int j = 0; j < 2; j++) {
            if (!strstr(error, given[i].said[j]))
                fail_msg("'%s' does not say '%s'", error, given[i].said[j]);
        }
        assert_int_equal(shard.index, 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_it_reads),        cmocka_unit_test(refuses_what_is_no_shard),
        cmocka_unit_test(takes_what_schedulers_set), cmocka_unit_test(takes_nothing_where_nothing_is_meant),
        cmocka_unit_test(says_what_makes_no_sense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
