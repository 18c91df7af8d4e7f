// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include <freerdp/settings.h>

#include "import/baseline_setting.h"

static bool is_freerdp_setting(const char *setting)
{
    char name[100];
    snprintf(name, sizeof name, "FreeRDP_%s", setting);
    return freerdp_settings_get_key_for_name(name) >= 0;
}

static void every_setting_is_one_of_freerdp(void **state)
{
    size_t count;
    const struct baseline_setting *rows = baseline_settings(&count);
    (void)state;
    for (size_t i = 0; i < count; i++) {
        assert_true(is_freerdp_setting(rows[i].name));
        assert_ptr_equal(baseline_setting(rows[i].name), &rows[i]); // and named once
        assert_true(rows[i].factor < FACTOR_COUNT);
        assert_true(rows[i].use != BASELINE_OVERRIDDEN || rows[i].why);
    }
    assert_null(baseline_setting("Fullscreen"));
}

static void every_name_of_a_file_leads_to_a_setting(void **state)
{
    static const char *const names[] = {"full address",         "FULL ADDRESS", "gatewayhostname",
                                        "enablecredsspsupport", "session bpp",  "loadbalanceinfo"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        assert_true(rdp_key(names[i]) && is_freerdp_setting(rdp_key(names[i])->setting));
    assert_null(rdp_key("frobnicate"));
}

static void knows_what_is_secret(void **state)
{
    static const char *const secret[] = {"Password",           "GatewayPassword",    "GatewayAccessToken",
                                         "PasswordHash",       "ProxyPassword",      "password 51",
                                         "gatewayaccesstoken", "RedirectionPassword"};
    static const char *const open[] = {"Username", "ServerHostname", "LoadBalanceInfo", "ColorDepth", "full address"};
    (void)state;
    for (size_t i = 0; i < sizeof secret / sizeof secret[0]; i++)
        assert_true(baseline_setting_is_secret(secret[i]));
    for (size_t i = 0; i < sizeof open / sizeof open[0]; i++)
        assert_false(baseline_setting_is_secret(open[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_setting_is_one_of_freerdp),
        cmocka_unit_test(every_name_of_a_file_leads_to_a_setting),
        cmocka_unit_test(knows_what_is_secret),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
