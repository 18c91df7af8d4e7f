// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "knowledge/causes.h"

enum { SUBSETS = 4000 };

// Fixed seed: the same subsets in every run (xorshift, Marsaglia 2003).
static uint32_t state = 0x2545F491;

static uint32_t draw(void)
{
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static unsigned length(const enum cause_evidence *list)
{
    unsigned n = 0;
    while (list[n] != EVIDENCE_END)
        n++;
    return n;
}

static bool lists(const enum cause_evidence *list, enum cause_evidence evidence)
{
    for (; *list != EVIDENCE_END; list++) {
        if (*list == evidence)
            return true;
    }
    return false;
}

// Whether a row's rules name the evidence, in `all` or in `none`.
static bool names(const struct cause_rule *rules, enum cause_evidence evidence, bool none_too)
{
    for (; rules->all[0] != EVIDENCE_END; rules++) {
        if (lists(rules->all, evidence) || (none_too && lists(rules->none, evidence)))
            return true;
    }
    return false;
}

// The declared rule, read once more by other means: as counts of what is there.
static bool declared(const struct cause_rule *rules, const bool has[EVIDENCE_COUNT])
{
    bool any = false;
    for (unsigned r = 0; length(rules[r].all) > 0; r++) {
        unsigned there = 0, excluded = 0;
        for (int e = EVIDENCE_END + 1; e < EVIDENCE_COUNT; e++) {
            there += has[e] && lists(rules[r].all, (enum cause_evidence)e);
            excluded += has[e] && lists(rules[r].none, (enum cause_evidence)e);
        }
        any |= there == length(rules[r].all) && excluded == 0;
    }
    return any;
}

static enum cause_status expected(const struct cause_row *cause, const bool has[EVIDENCE_COUNT])
{
    bool supported = declared(cause->supports, has), refuted = declared(cause->refutes, has);
    return supported && !refuted ? CAUSE_SUPPORTED : refuted && !supported ? CAUSE_REFUTED : CAUSE_UNDECIDED;
}

static void nothing_is_decided_without_evidence(void **unused)
{
    const bool has[EVIDENCE_COUNT] = {false};
    (void)unused;
    for (size_t i = 0; i < CAUSE_COUNT; i++)
        assert_int_equal(cause_judge(cause_row_at(i), has), CAUSE_UNDECIDED);
}

static void one_piece_of_evidence_decides_only_the_rows_that_name_it(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < CAUSE_COUNT; i++) {
        const struct cause_row *cause = cause_row_at(i);
        for (int e = EVIDENCE_END + 1; e < EVIDENCE_COUNT; e++) {
            bool has[EVIDENCE_COUNT] = {false};
            has[e] = true;
            enum cause_status status = cause_judge(cause, has);
            if (status != expected(cause, has))
                fail_msg("%s is %s by %s", cause->id, cause_status_name(status),
                         evidence_row((enum cause_evidence)e)->name);
            if (status == CAUSE_SUPPORTED)
                assert_true(names(cause->supports, (enum cause_evidence)e, false));
            if (status == CAUSE_REFUTED)
                assert_true(names(cause->refutes, (enum cause_evidence)e, false));
        }
    }
}

static void any_evidence_decides_as_declared(void **unused)
{
    (void)unused;
    for (int n = 0; n < SUBSETS; n++) {
        bool has[EVIDENCE_COUNT] = {false};
        unsigned share = draw() % 8; // few pieces or many
        for (int e = EVIDENCE_END + 1; e < EVIDENCE_COUNT; e++)
            has[e] = draw() % 8 <= share;
        for (size_t i = 0; i < CAUSE_COUNT; i++) {
            const struct cause_row *cause = cause_row_at(i);
            bool named[EVIDENCE_COUNT] = {false};
            for (int e = EVIDENCE_END + 1; e < EVIDENCE_COUNT; e++)
                named[e] = has[e] && (names(cause->supports, (enum cause_evidence)e, true) ||
                                      names(cause->refutes, (enum cause_evidence)e, true));
            assert_int_equal(cause_judge(cause, has), expected(cause, has));
            assert_int_equal(cause_judge(cause, named), cause_judge(cause, has)); // the rest is without effect
        }
    }
}

// Of two causes that the same sign supports neither is: each is undecided then, with what decides it.
static void a_sign_is_one_cause_s_own(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < CAUSE_COUNT; i++) {
        for (const struct cause_rule *rule = cause_row_at(i)->supports; rule->all[0] != EVIDENCE_END; rule++) {
            bool has[EVIDENCE_COUNT] = {false};
            for (unsigned k = 0; k < length(rule->all); k++)
                has[rule->all[k]] = true;
            for (size_t other = 0; other < CAUSE_COUNT; other++) {
                if (other != i && cause_judge(cause_row_at(other), has) == CAUSE_SUPPORTED)
                    fail_msg("what supports %s supports %s too", cause_row_at(i)->id, cause_row_at(other)->id);
            }
        }
    }
}

// What every failure may show says nothing of a cause: that the server denied, how far it came, that it varies.
static void elimination_supports_nothing(void **unused)
{
    static const enum cause_evidence general[] = {
        EVIDENCE_ERRINFO_SEEN,        EVIDENCE_ERRINFO_DENIED, EVIDENCE_SERVER_ANSWERED,
        EVIDENCE_TLS_PASSED,          EVIDENCE_MCS_PASSED,     EVIDENCE_BEFORE_LICENSING,
        EVIDENCE_BEFORE_CAPABILITIES, EVIDENCE_ERRINFO_PROMPT, EVIDENCE_ERRINFO_BEFORE_AUTH,
        EVIDENCE_NLA_PASSED,          EVIDENCE_VARIES,         EVIDENCE_ACCEPTS_MEANWHILE,
        EVIDENCE_ACCOUNT_WORKS};
    bool has[EVIDENCE_COUNT] = {false};
    (void)unused;
    for (size_t i = 0; i < sizeof general / sizeof general[0]; i++)
        has[general[i]] = true;
    for (size_t i = 0; i < CAUSE_COUNT; i++) {
        for (const struct cause_rule *rule = cause_row_at(i)->supports; rule->all[0] != EVIDENCE_END; rule++) {
            if (cause_rule_holds(rule, has))
                fail_msg("%s is supported by elimination", cause_row_at(i)->id);
        }
    }
}

// A rule must be able to hold, and no rule may make another of its list superfluous.
static void rules_make_sense(void **unused)
{
    (void)unused;
    for (size_t i = 0; i < CAUSE_COUNT; i++) {
        const struct cause_rule *both[] = {cause_row_at(i)->supports, cause_row_at(i)->refutes};
        for (int b = 0; b < 2; b++) {
            for (const struct cause_rule *rule = both[b]; rule->all[0] != EVIDENCE_END; rule++) {
                bool has[EVIDENCE_COUNT] = {false};
                assert_true(rule - both[b] < RULES_MAX);
                for (unsigned k = 0; k < length(rule->all); k++)
                    has[rule->all[k]] = true;
                assert_true(cause_rule_holds(rule, has));
                assert_int_equal(cause_judge(cause_row_at(i), has), b == 0 ? CAUSE_SUPPORTED : CAUSE_REFUTED);
                for (const struct cause_rule *other = both[b]; other->all[0] != EVIDENCE_END; other++)
                    assert_true(other == rule || !cause_rule_holds(other, has));
            }
        }
    }
}

static void rows_are_complete(void **unused)
{
    char id[8];
    (void)unused;
    for (unsigned i = 0; i < CAUSE_COUNT; i++) {
        const struct cause_row *cause = cause_row_at(i);
        snprintf(id, sizeof id, "H%02u", i + 1);
        assert_string_equal(cause->id, id);
        assert_ptr_equal(cause_row_of(id), cause);
        const char *const texts[] = {cause->name,    cause->claim,  cause->made,
                                     cause->decides, cause->remedy, cause->cost};
        for (size_t t = 0; t < sizeof texts / sizeof texts[0]; t++) {
            if (!texts[t] || !texts[t][0])
                fail_msg("%s has an empty text", id);
        }
        size_t end = strlen(cause->claim) - 1;
        assert_int_equal(cause->claim[end], '.');
        assert_ptr_equal(strchr(cause->claim, '.'), strrchr(cause->claim, '.')); // one sentence
        assert_int_not_equal(cause->remedy[strlen(cause->remedy) - 1], '.');
        assert_int_not_equal(cause->cost[strlen(cause->cost) - 1], '.');
        assert_true(plausibility_name(cause->plausibility)[0]);
        assert_true(!cause->factor || cause->factor[0]);
    }
    assert_null(cause_row_at(CAUSE_COUNT));
    assert_null(cause_row_of("H46"));
}

static void evidence_is_named_and_used(void **unused)
{
    (void)unused;
    for (int e = EVIDENCE_END + 1; e < EVIDENCE_COUNT; e++) {
        const struct evidence_row *row = evidence_row((enum cause_evidence)e);
        bool used = false;
        assert_true(row->name && row->name[0] && row->meaning && row->meaning[0]);
        assert_int_equal(row->factor != NULL, e >= EVIDENCE_CAUSE_SECURITY);
        for (size_t i = 0; i < CAUSE_COUNT; i++)
            used = used || names(cause_row_at(i)->supports, (enum cause_evidence)e, true) ||
                   names(cause_row_at(i)->refutes, (enum cause_evidence)e, true);
        if (!used)
            fail_msg("no row uses %s", row->name);
        for (int other = EVIDENCE_END + 1; other < e; other++)
            assert_string_not_equal(evidence_row((enum cause_evidence)other)->name, row->name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_decided_without_evidence),
        cmocka_unit_test(one_piece_of_evidence_decides_only_the_rows_that_name_it),
        cmocka_unit_test(any_evidence_decides_as_declared),
        cmocka_unit_test(a_sign_is_one_cause_s_own),
        cmocka_unit_test(elimination_supports_nothing),
        cmocka_unit_test(rules_make_sense),
        cmocka_unit_test(rows_are_complete),
        cmocka_unit_test(evidence_is_named_and_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
