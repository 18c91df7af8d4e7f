// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <netdb.h>
#include <string.h>

#include "knowledge/mstsc.h"

static const struct {
    const char *family;
    uint32_t wire;
    const char *phase;
    uint32_t code, extended; // code 0: nothing is claimed
    bool documented;
} rows[] = {
    {"errinfo", 0x7, "licensing", 0x3, 0x7, true},
    {"errinfo", 0x9, "channels", 0x3, 0x9, true},
    {"errinfo", 0x10A, "licensing", 0x3, 0x10A, true},
    {"errinfo", 0x10EA, "capabilities", 0x3, 0x10EA, true},
    {"errinfo", 0x11, "active", 0x3, 0x11, false},
    {"errinfo", 0x410, "capabilities", 0x3, 0x410, false},
    {"errinfo", 0x0, "licensing", 0, 0, false},
    {"errinfo", 0x8, "licensing", 0x3, 0x8, true}, // ExtendedDisconnectReasonCode has it
    {"errinfo", 0x19, "active", 0, 0, false},   // no source says that mstsc passes it through
    {"errinfo", 0x1196, "active", 0, 0, false}, // FreeRDP's invention
    {"errinfo", 0x1FFF, "active", 0, 0, false},
    {"credssp", 0xC000006D, "nla", 0x807, 0, true},
    {"credssp", 0xC000006A, "nla", 0x807, 0, false},
    {"credssp", 0xC0000072, "nla", 0xB07, 0, true},
    {"credssp", 0xC0000234, "nla", 0xD07, 0, true},
    {"credssp", 0xC0000193, "nla", 0xE07, 0, true},
    {"credssp", 0xC0000071, "nla", 0xF07, 0, true},
    {"credssp", 0xC0000224, "nla", 0x1207, 0, true},
    {"credssp", 0xC000015B, "nla", 0x1307, 0, true},
    {"credssp", 0x8009030C, "nla", 0x807, 0, false},
    {"credssp", 0x80090324, "nla", 0x1D07, 0, false},
    {"credssp", 0x80090302, "nla", 0, 0, false}, // several candidates
    {"credssp", 0xC0000022, "nla", 0, 0, false},
    {"credssp", 0, "nla", 0, 0, false},
    {"negotiation", 5, "negotiate", 0xB09, 0, false},
    {"negotiation", 1, "negotiate", 0, 0, false},
    {"licensing", 8, "licensing", 0x808, 0, false},
    {"licensing", 0, "licensing", 0, 0, false}, // this client gave up, nobody aborted
    {"dns", (uint32_t)-EAI_NONAME, "resolve", 0x104, 0, true},
    {"dns", (uint32_t)-EAI_AGAIN, "resolve", 0x104, 0, false},
    {"tcp", ECONNREFUSED, "tcp", 0x204, 0, false},
    {"tcp", ETIMEDOUT, "tcp", 0x108, 0, false},
    {"tcp", EACCES, "tcp", 0, 0, false},
    {"tcp", ECONNREFUSED, "gateway", 0, 0, false},
    {"timeout", 0, "tcp", 0x108, 0, false},
    {"timeout", 0, "capabilities", 0, 0, false},
    {"tls", 70, "tls", 0x904, 0, false},
    {"tls", 70, "gateway", 0, 0, false},
    {"closed", ECONNRESET, "licensing", 0x904, 0, false},
    {"gateway", 0x800759DA, "gateway", 0x300001B, 0, false},
    {"gateway", 0x59E6, "gateway", 0x3000022, 0, false},
    {"gateway", 0x800759DD, "gateway", 0x3000008, 0, false},
    {"gateway", 0x59F6, "active", 0x3000033, 0, false}, // also where it ends a session
    {"gateway", 0x4D4, "active", 0x3000019, 0, false},
    {"gateway", 0x800759D8, "gateway", 0, 0, false}, // two candidates
    {"gateway", 0x59FB, "gateway", 0, 0, false},
    {"gateway", 0x8009030C, "gateway", 0, 0, false},
    {"gateway", 401, "gateway", 0, 0, false},
    {"gateway", 0x800859DA, "gateway", 0, 0, false},
    {"ultimatum", 1, "licensing", 0, 0, false}, // a bare ultimatum has no counterpart
    {"local", 0, "resolve", 0, 0, false},
    {"local", 10, "gateway", 0x3000007, 0, false},
    {"local", 62, "gateway", 0x3000006, 0, false},
    {"local", 62, "tls", 0, 0, false},
    {"local", 20, "gateway", 0, 0, false}, // not trusted: more than one candidate
    {"crash", 11, "licensing", 0, 0, false},
    {"protocol", 14, "mcs", 0, 0, false},
    {"logon", 0, "logon", 0, 0, false},
};

static void claims_only_what_is_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct mstsc_pair pair = {0};
        bool claimed = mstsc_pair_of(rows[i].family, rows[i].wire, rows[i].phase, &pair);
        if (claimed != (rows[i].code != 0) || pair.code != rows[i].code || pair.extended != rows[i].extended ||
            pair.documented != rows[i].documented)
            fail_msg("%s 0x%X at %s: claimed %d, 0x%X/0x%X, documented %d", rows[i].family, (unsigned)rows[i].wire,
                     rows[i].phase, claimed, (unsigned)pair.code, (unsigned)pair.extended, pair.documented);
    }
}

static void every_claimed_code_has_a_meaning(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].code)
            assert_non_null(mstsc_meaning(rows[i].code));
    }
    assert_string_equal(mstsc_meaning(0x904), "socket closed");
    assert_null(mstsc_meaning(0x5));
    assert_non_null(strstr(mstsc_meaning(0x1104), "ever documented"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(claims_only_what_is_known),
        cmocka_unit_test(every_claimed_code_has_a_meaning),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
