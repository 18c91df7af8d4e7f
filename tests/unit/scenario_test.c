// SPDX-License-Identifier: Apache-2.0
// What a scenario says is what is read; and what a hostile file does.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "scenario/yaml_node.h"
#include "scenario_file.h"

static char error[2048];

static struct scenario *read_scenario(const char *text)
{
    struct scenario *s = scenario_file_read(text, error, sizeof error);
    if (!s)
        print_error("%s\n", error);
    assert_non_null(s);
    return s;
}

static void has_defaults(void **state)
{
    struct scenario *s = read_scenario("targets: srv.example\n");
    (void)state;
    assert_string_equal(s->name, "s");
    assert_int_equal(s->target_count, 1);
    assert_string_equal(s->targets[0].target.host, "srv.example");
    assert_int_equal(s->targets[0].target.port, 3389);
    assert_string_equal(s->targets[0].group, "");
    assert_int_equal(s->targets[0].credentials, -1);
    assert_int_equal(s->targets[0].gateway_credentials, -1);
    assert_false(s->targets[0].has_gateway);
    assert_int_equal(s->repeats, 1);
    assert_int_equal(s->until, PHASE_ACTIVE);
    assert_int_equal(s->design, DESIGN_ONE_AT_A_TIME);
    for (int f = 0; f < FACTOR_COUNT; f++) {
        assert_int_equal(s->profile.levels.level[f], 0);
        assert_int_equal(s->levels[f], 1);
    }
    assert_false(s->has_pause || s->has_settle || s->at_challenge || s->profile.autologon ||
                 s->profile.certificate_policy == CERTIFICATE_REQUIRE);
    assert_string_equal(s->profile.operand[FACTOR_CLIENT_NAME], "");
    assert_string_equal(s->profile.operand[FACTOR_LOAD_BALANCE], "");
    assert_int_equal(s->expectation_count, 1); // where nothing is said
    assert_string_equal(s->expectations[0].text, "connected");
    assert_true(expectation_applies(&s->expectations[0], &s->targets[0], &s->profile.levels));
    assert_int_equal(s->profile.deadline_ms + s->profile.settle_ms + s->profile.pause_ms + s->max_in_flight +
                         s->profile.max_failed_logons,
                     0);
    scenario_free(s);
    scenario_free(NULL);
}

static void reads_what_the_client_tells(void **state)
{
    (void)state;
    struct scenario *s = read_scenario("targets: srv\nclient-name: PC-7\nload-balance-info: tsv://farm.1\n"
                                       "cert-policy: require\nautologon: on\nuntil: nla-challenge\n"
                                       "factors: {client-name: [host, given]}\nlimits: {pause: 0}\n");
    assert_string_equal(s->profile.operand[FACTOR_CLIENT_NAME], "PC-7");
    assert_string_equal(s->profile.operand[FACTOR_LOAD_BALANCE], "tsv://farm.1");
    assert_true(s->profile.certificate_policy == CERTIFICATE_REQUIRE && s->profile.autologon);
    assert_true(s->until == PHASE_NLA && s->at_challenge);
    assert_true(s->has_pause && s->profile.pause_ms == 0);
    assert_int_equal(s->profile.levels.level[FACTOR_CLIENT_NAME], CLIENT_NAME_HOST);
    assert_int_equal(s->profile.levels.level[FACTOR_LOAD_BALANCE], LOAD_BALANCE_TOKEN);
    assert_int_equal(s->levels[FACTOR_CLIENT_NAME], 3);
    // Up to the challenge nothing is a logon; with it, Client Info is one where NLA is not.
    struct variant variant = variant_with(s->profile.levels, FACTOR_SECURITY, SECURITY_NLA);
    assert_false(scenario_sends_password(s, &variant));
    s->at_challenge = false;
    assert_true(scenario_sends_password(s, &variant));
    variant = variant_with(s->profile.levels, FACTOR_SECURITY, SECURITY_TLS);
    assert_false(scenario_sends_password(s, &variant));
    s->until = PHASE_ACTIVE;
    assert_true(scenario_sends_password(s, &variant));
    s->profile.autologon = false;
    assert_false(scenario_sends_password(s, &variant));
    scenario_free(s);
}

// A target's own text stands before the scenario's, the command line's before both where they are the scenario's.
static void reads_texts_that_levels_need(void **state)
{
    static const char list[] = "host,alias\none.example,ONE\ntwo.example,\n";
    struct profile given = {.operand = {[FACTOR_CLIENT_NAME] = "PC-9"}};
    const char *why;
    (void)state;
    scenario_file_write("list.csv", list, sizeof list - 1);
    struct scenario *s = read_scenario("targets:\n  - {file: list.csv}\n  - {host: three.example, alias: THREE}\n"
                                       "factors: {address: [name, alias]}\n");
    const struct variant alias = variant_with(s->profile.levels, FACTOR_ADDRESS, ADDRESS_ALIAS);
    assert_string_equal(scenario_profile(s, &s->targets[0]).operand[FACTOR_ADDRESS], "ONE");
    assert_string_equal(scenario_profile(s, &s->targets[1]).operand[FACTOR_ADDRESS], "");
    assert_string_equal(scenario_profile(s, &s->targets[2]).operand[FACTOR_ADDRESS], "THREE");
    assert_true(scenario_target_allows(s, &s->targets[0], &alias, NULL));
    assert_false(scenario_target_allows(s, &s->targets[1], &alias, &why));
    assert_string_equal(why, "the target has no other name");
    scenario_free(s);
    s = read_scenario("targets: [one.example, {host: two.example, alias: TWO}]\nalias: ALL\n"
                      "set: {address: alias}\nclient-name: PC-7\n");
    assert_string_equal(scenario_profile(s, &s->targets[0]).operand[FACTOR_ADDRESS], "ALL");
    assert_string_equal(scenario_profile(s, &s->targets[1]).operand[FACTOR_ADDRESS], "TWO");
    assert_string_equal(s->profile.operand[FACTOR_CLIENT_NAME], "PC-7");
    char *path = strdup(s->file);
    scenario_free(s);
    s = scenario_read(path, &given, error, sizeof error);
    free(path);
    assert_non_null(s);
    assert_string_equal(s->profile.operand[FACTOR_CLIENT_NAME], "PC-9");
    assert_int_equal(s->profile.levels.level[FACTOR_CLIENT_NAME], CLIENT_NAME_GIVEN);
    scenario_free(s);
}

// Where the scenario says nothing, a target's profile has the program's defaults.
static void makes_a_targets_profile(void **state)
{
    const struct profile defaults = profile_default();
    (void)state;
    struct scenario *s = read_scenario("targets: srv.example:4000\nlimits: {pause: 0}\ndeadline: 3\n");
    struct profile profile = scenario_profile(s, &s->targets[0]);
    assert_string_equal(profile.target.host, "srv.example");
    assert_int_equal(profile.target.port, 4000);
    assert_false(profile.has_gateway);
    assert_int_equal(profile.deadline_ms, 3000);
    assert_int_equal(profile.pause_ms, 0);
    assert_int_equal(profile.settle_ms, defaults.settle_ms);
    assert_int_equal(profile.max_failed_logons, defaults.max_failed_logons);
    assert_int_equal(profile.certificate_policy, CERTIFICATE_REPORT);
    scenario_free(s);
}

static void knows_targets_that_share_an_address(void **state)
{
    (void)state;
    struct scenario *s = read_scenario("targets:\n  - SRV:4000\n  - {host: srv, port: 4000, user: bob}\n  - srv\n"
                                       "  - {host: srv, port: 4000, user: eve}\n");
    assert_true(s->targets[0].shares_address && s->targets[1].shares_address && s->targets[3].shares_address);
    assert_false(s->targets[2].shares_address);
    scenario_free(s);
}

static void reads_everything(void **state)
{
    const char *why;
    (void)state;
    struct scenario *s =
        read_scenario("name: all of it\n"
                      "targets:\n"
                      "  - srv1\n"
                      "  - {host: srv2, port: 3390, group: dmz}\n"
                      "  - \"[::1]:4000\"\n"
                      "  - {host: srv3, credentials: adm, gateway: \"off\"}\n"
                      "  - {host: srv4, user: bob, gateway: gw2:8443, gateway-credentials: adm}\n"
                      "credentials:\n"
                      "  default: {user: CORP\\probe, password: {environment: PW}}\n"
                      "  dmz: {user: dmz@corp.example, password: {file: dmz.txt}}\n"
                      "  adm: {user: adm, domain: CORP, password: {descriptor: 7}}\n"
                      "gateway: gw.example\n"
                      "set: {security: tls, address: ipv4}\n"
                      "factors: {security: [nla, tls, rdp], tls: all, gateway: [http, websocket]}\n"
                      "never:\n"
                      "  - security=rdp & tls!=default\n"
                      "  - gateway=websocket & (tls=1.0 | tls=1.1)\n"
                      "design: pairwise\n"
                      "seed: 18446744073709551\n"
                      "repeats: 3\n"
                      "until: licensing\n"
                      "deadline: 2.5\n"
                      "limits: {max-in-flight: 300, max-failed-logons: 1, max-trials: 5000, rate: 12.5,\n"
                      "         gateway-rate: 3, target-rate: 0.5, pause: 0.25, settle: 0}\n"
                      "expect:\n"
                      "  - connected\n"
                      "  - when: \"! security=nla\"\n"
                      "    group: dmz\n"
                      "    expect: [phase >= nla, ms < 3000]\n");
    assert_string_equal(s->name, "all of it");
    assert_int_equal(s->target_count, 5);
    assert_int_equal(s->targets[1].target.port, 3390);
    assert_string_equal(s->targets[1].group, "dmz");
    assert_string_equal(s->credentials[s->targets[0].credentials].user, "CORP\\probe");
    assert_int_equal(s->credentials[s->targets[0].credentials].source, SECRET_ENVIRONMENT);
    assert_string_equal(s->credentials[s->targets[0].credentials].reference, "PW");
    assert_string_equal(s->credentials[s->targets[1].credentials].name, "dmz");
    assert_int_equal(s->credentials[s->targets[1].credentials].source, SECRET_FILE);
    assert_true(s->credentials[s->targets[1].credentials].reference[0] == '/'); // beside the scenario
    assert_non_null(strstr(s->credentials[s->targets[1].credentials].reference, "/dmz.txt"));
    assert_string_equal(s->targets[2].target.host, "::1");
    assert_int_equal(s->targets[2].target.port, 4000);
    assert_true(s->targets[2].target.literal && s->targets[2].has_gateway);
    assert_string_equal(s->targets[2].gateway.host, "gw.example");
    assert_int_equal(s->targets[2].gateway.port, 443);
    assert_string_equal(s->credentials[s->targets[3].credentials].domain, "CORP");
    assert_int_equal(s->credentials[s->targets[3].credentials].source, SECRET_DESCRIPTOR);
    assert_false(s->targets[3].has_gateway);
    assert_string_equal(s->credentials[s->targets[4].credentials].user, "bob");
    assert_string_equal(s->credentials[s->targets[4].credentials].reference, "PW");
    assert_string_equal(s->targets[4].gateway.host, "gw2");
    assert_int_equal(s->targets[4].gateway.port, 8443);
    assert_string_equal(s->credentials[s->targets[4].gateway_credentials].name, "adm");
    assert_int_equal(s->targets[4].place.line, 7);
    assert_int_equal(s->targets[4].place.column, 12);

    assert_int_equal(s->profile.levels.level[FACTOR_SECURITY], SECURITY_TLS);
    assert_int_equal(s->profile.levels.level[FACTOR_ADDRESS], ADDRESS_IPV4);
    assert_int_equal(s->profile.levels.level[FACTOR_GATEWAY], GATEWAY_HTTP); // off is not in play
    assert_int_equal(s->levels[FACTOR_SECURITY], 7);
    assert_int_equal(s->levels[FACTOR_TLS], 31);
    assert_int_equal(s->levels[FACTOR_ADDRESS], 1u << ADDRESS_IPV4);
    assert_int_equal(s->levels[FACTOR_GATEWAY], 1u << GATEWAY_HTTP | 1u << GATEWAY_WEBSOCKET);
    assert_int_equal(s->design, DESIGN_PAIRWISE);
    assert_true(s->seed == 18446744073709551u);
    assert_int_equal(s->repeats, 3);
    assert_int_equal(s->until, PHASE_LICENSING);
    assert_int_equal(s->profile.deadline_ms, 2500);
    assert_int_equal(s->max_in_flight, 300);
    assert_int_equal(s->profile.max_failed_logons, 1);
    assert_int_equal(s->profile.max_trials, 5000);
    assert_int_equal(s->profile.pause_ms, 250);
    assert_true(s->has_pause && s->has_settle && s->profile.settle_ms == 0);
    assert_true(s->rate == 12.5 && s->gateway_rate == 3 && s->target_rate == 0.5);

    assert_int_equal(s->expectation_count, 3);
    assert_string_equal(s->expectations[2].text, "ms < 3000");
    assert_string_equal(s->expectations[2].group, "dmz");
    assert_int_equal(s->expectations[2].place.line, 29);
    assert_true(expectation_applies(&s->expectations[0], &s->targets[0], &s->profile.levels));
    assert_true(expectation_applies(&s->expectations[1], &s->targets[1], &s->profile.levels));
    assert_false(expectation_applies(&s->expectations[1], &s->targets[0], &s->profile.levels)); // another group
    struct variant nla = variant_with(s->profile.levels, FACTOR_SECURITY, SECURITY_NLA);
    assert_false(expectation_applies(&s->expectations[1], &s->targets[1], &nla));

    struct variant v = variant_with(s->profile.levels, FACTOR_TLS, TLS_1_1);
    assert_true(scenario_allows(s, &v, &why));
    v = variant_with(v, FACTOR_GATEWAY, GATEWAY_WEBSOCKET);
    assert_false(scenario_allows(s, &v, &why));
    assert_string_equal(why, "excluded by never: gateway=websocket & (tls=1.0 | tls=1.1)");
    v = variant_with(variant_with(s->profile.levels, FACTOR_SECURITY, SECURITY_RDP), FACTOR_TLS, TLS_1_2);
    assert_false(scenario_allows(s, &v, &why));
    assert_non_null(strstr(why, "RDP security has no TLS"));
    assert_false(scenario_target_allows(s, &s->targets[3], &s->profile.levels, &why));
    assert_string_equal(why, "the target has no gateway");
    assert_true(scenario_target_allows(s, &s->targets[0], &s->profile.levels, NULL));
    scenario_free(s);
}

static void takes_a_list_of_variants(void **state)
{
    struct scenario *s = read_scenario("targets: a\nset: {address: ipv6}\nvariants: [{security: tls, tls: 1.2}, {}]\n");
    (void)state;
    assert_int_equal(s->design, DESIGN_LIST);
    assert_int_equal(s->list_count, 2);
    assert_int_equal(s->list[0].level[FACTOR_TLS], TLS_1_2);
    assert_int_equal(s->list[1].level[FACTOR_ADDRESS], ADDRESS_IPV6);
    scenario_free(s);
}

static void reads_json_crlf_and_byte_order_mark(void **state)
{
    (void)state;
    scenario_free(read_scenario("{\"targets\": [\"a\", {\"host\": \"b\"}], \"repeats\": 2}"));
    struct scenario *s = read_scenario("\xEF\xBB\xBFtargets:\r\n  - a # x\r\n  - b\r\nexpect: connected\r\n");
    assert_int_equal(s->target_count, 2);
    assert_int_equal(s->targets[1].place.line, 3);
    assert_string_equal(s->targets[1].target.host, "b");
    scenario_free(s);
    assert_null(scenario_file_read("\xEF\xBB\xBFtarget: a\r\n", error, sizeof error));
    assert_string_equal(error, "s.yaml:1:1: 'target' is no key of a scenario: did you mean 'targets'?");
}

static struct scenario *read_list(const char *list, const char *scenario)
{
    scenario_file_write("l.txt", list, strlen(list));
    return read_scenario(scenario);
}

static void reads_lists(void **state)
{
    (void)state;
    struct scenario *s = read_list("\xEF\xBB\xBF# fleet\r\n\r\na\r\n  b:3390  # comment\r\n[::1]:99\n::2\nlast",
                                   "targets: [first, {file: l.txt, group: g, gateway: gw}]\nset: {gateway: http}\n");
    assert_int_equal(s->target_count, 6);
    assert_string_equal(s->targets[0].group, "");
    assert_string_equal(s->targets[1].group, "g");
    assert_true(s->targets[1].has_gateway && !s->targets[0].has_gateway);
    assert_int_equal(s->targets[2].target.port, 3390);
    assert_int_equal(s->targets[2].place.line, 4);
    assert_int_equal(s->targets[2].place.column, 3);
    assert_non_null(strstr(s->targets[2].place.file, "l.txt"));
    assert_string_equal(s->targets[4].target.host, "::2");
    assert_string_equal(s->targets[5].target.host, "last");
    scenario_free(s);
}

static void reads_csv(void **state)
{
    (void)state;
    struct scenario *s = read_list("# exported\n"
                                   "Host, Port ,group,user,domain,credentials,gateway,gateway-credentials\n"
                                   "a,,dmz,,,,,\n"
                                   "b,3390,,bob,,,,\n"
                                   "c,3390,,bob,,,,\n"
                                   "d,,,\"eve \"\"the\"\" x\",OTHER,,,\n"
                                   "# comment\n"
                                   "\n"
                                   "e,,,,,gw,gw.example:8443,gw\n"
                                   "\"f\"\n",
                                   "targets: {file: l.txt}\n"
                                   "set: {gateway: http}\n"
                                   "credentials:\n"
                                   "  default: {user: u, domain: CORP, password: {environment: A}}\n"
                                   "  dmz: {user: v, password: {environment: B}}\n"
                                   "  gw: {user: w, password: {environment: C}}\n");
    assert_int_equal(s->target_count, 6);
    assert_int_equal(s->credentials_count, 5); // bob's are shared
    const struct credentials *c = s->credentials;
    assert_string_equal(c[s->targets[0].credentials].user, "v");
    assert_string_equal(c[s->targets[1].credentials].user, "bob");
    assert_string_equal(c[s->targets[1].credentials].domain, "CORP");
    assert_string_equal(c[s->targets[1].credentials].reference, "A");
    assert_int_equal(s->targets[1].credentials, s->targets[2].credentials);
    assert_string_equal(c[s->targets[3].credentials].user, "eve \"the\" x");
    assert_string_equal(c[s->targets[3].credentials].domain, "OTHER");
    assert_string_equal(c[s->targets[4].credentials].user, "w");
    assert_int_equal(s->targets[4].gateway.port, 8443);
    assert_int_equal(s->targets[4].gateway_credentials, 2);
    assert_string_equal(s->targets[5].target.host, "f");
    assert_int_equal(s->targets[5].place.line, 10);
    scenario_free(s);
}

static void reads_rdp_files(void **state)
{
    static const char plain[] = "screen mode id:i:2\r\nfull address:s:srv.example:3390\r\nusername:s:CORP\\bob\r\n"
                                "domain:s:CORP\r\ngatewayhostname:s:gw.example\r\ngatewayusagemethod:i:1\r\n"
                                "password 51:b:01000000\r\nnonsense\r\n";
    char wide[2 * sizeof plain] = "\xFF\xFE";
    (void)state;
    for (size_t i = 0; i + 1 < sizeof plain; i++)
        wide[2 + 2 * i] = plain[i];
    scenario_file_write("a.rdp", plain, sizeof plain - 1);
    scenario_file_write("b.RDP", wide, 2 * sizeof plain);
    for (int i = 0; i < 3; i++) {
        struct scenario *s = i == 2 ? read_list("a.rdp\nother\n", "targets: {file: l.txt}\nset: {gateway: http}\n")
                             : i    ? read_scenario("targets: b.RDP\nset: {gateway: http}\n")
                                    : read_scenario("targets: [{file: a.rdp}]\nset: {gateway: http}\n");
        assert_string_equal(s->targets[0].target.host, "srv.example");
        assert_int_equal(s->targets[0].target.port, 3390);
        assert_string_equal(s->credentials[s->targets[0].credentials].user, "CORP\\bob");
        assert_int_equal(s->credentials[s->targets[0].credentials].source, SECRET_NONE);
        assert_string_equal(s->targets[0].gateway.host, "gw.example");
        assert_int_equal(s->targets[0].place.line, 2);
        assert_int_equal(s->targets[0].place.column, 16);
        scenario_free(s);
    }
    scenario_file_write("a.rdp", "username:s:u\n", 13);
    assert_null(scenario_file_read("targets: a.rdp\n", error, sizeof error));
    assert_string_equal(error, "a.rdp: the file has no 'full address'");
}

// Many targets take time in proportion, not squared.
static void reads_a_fleet(void **state)
{
    enum { FLEET = 50000, LINE = 64 };
    char *list = malloc((size_t)FLEET * LINE);
    size_t used = (size_t)sprintf(list, "host,group,user\n");
    (void)state;
    for (int i = 0; i < FLEET; i++)
        used += (size_t)sprintf(list + used, "srv%d.example,g%d,user%d\n", i, i % 7, i);
    scenario_file_write("l.txt", list, used);
    free(list);
    struct scenario *s = read_scenario("targets: {file: l.txt}\ncredentials: {password: {environment: A}}\n");
    assert_int_equal(s->target_count, FLEET);
    assert_int_equal(s->credentials_count, FLEET + 1);
    scenario_free(s);
}

static void refuses(const char *bytes, size_t length, const char *wanted)
{
    clock_t begin = clock();
    const char *path = scenario_file_write("h.yaml", bytes, length);
    struct scenario *s = scenario_read(path, NULL, error, sizeof error);
    assert_null(s);
    if (!strstr(error, wanted))
        print_error("wanted %s, got %s\n", wanted, error);
    assert_non_null(strstr(error, wanted));
    assert_true(clock() - begin < 5 * CLOCKS_PER_SEC);
}

static void refuses_repeated(const char *part, size_t times, const char *wanted)
{
    size_t length = strlen(part);
    char *bytes = malloc(length * times);
    for (size_t i = 0; i < times; i++)
        memcpy(bytes + i * length, part, length);
    refuses(bytes, length * times, wanted);
    free(bytes);
}

static void withstands_hostile_files(void **state)
{
    static const char laughs[] = "a: &a [lol, lol]\nb: &b [*a, *a]\nc: [*b, *b]\ntargets: *c\n";
    (void)state;
    refuses(laughs, sizeof laughs - 1, ":1:4: anchors (&name) are not taken");
    refuses("a: \0b\n", 6, ":1:4: control character 0x00 has no place here");
    refuses("a: b\n\x80\n", 7, ":2:1: byte 0x80 is no UTF-8");
    refuses("a: \xC0\x80\n", 6, ":1:4: byte 0xC0 is no UTF-8");         // overlong NUL
    refuses("a: \xED\xA0\x80\n", 7, ":1:4: byte 0xED is no UTF-8");     // surrogate
    refuses("a: \xF4\x90\x80\x80\n", 8, ":1:4: byte 0xF4 is no UTF-8"); // beyond U+10FFFF
    refuses("\xC3", 1, ":1:1: byte 0xC3 is no UTF-8");                  // cut
    refuses("\xFF\xFE"
            "a\0",
            4, "is UTF-16: save it as UTF-8");
    refuses("%YAML 9.9\n---\na\n", 16, "is no YAML");
    refuses("a: b\n...\n%TAG ! x\n", 18, "is no YAML");
    refuses_repeated("[", 1000000, "is nested more than 8 levels deep");
    refuses_repeated("{", 1000000, ":1:2: a key must be one word");
    refuses_repeated("- ", 1000000, "is nested more than 8 levels deep");
    refuses_repeated("a: ", 1000000, "is no YAML");
    refuses_repeated("x", 3000000, "is a text of more than 4096 bytes");
    refuses_repeated("x", 10 * 1024 * 1024, "is larger than 4096 KiB");
    refuses_repeated("? ", 1000000, ":1:3: a key must be one word");
    refuses_repeated("- a\n", 1000000, "the file has too many values");
    refuses_repeated("\"", 1000001, "is no YAML");
    refuses_repeated("'", 1000001, "is no YAML");
    refuses_repeated("#\n", 1000000, "is empty");
}

static void withstands_hostile_lists(void **state)
{
    enum { LENGTH = 10 * 1024 * 1024 };
    char *line = malloc(LENGTH);
    (void)state;
    memset(line, 'a', LENGTH);
    scenario_file_write("l.txt", line, LENGTH);
    assert_null(scenario_file_read("targets: {file: l.txt}\n", error, sizeof error));
    assert_string_equal(error, "l.txt:1:1: the line is longer than 4096 bytes");
    memset(line, ',', LENGTH);
    scenario_file_write("l.txt", line, 4000);
    assert_null(scenario_file_read("targets: {file: l.txt}\n", error, sizeof error));
    assert_string_equal(error, "l.txt:1:1: the line has more than 16 fields");
    memset(line, '\0', LENGTH);
    scenario_file_write("l.txt", line, LENGTH);
    assert_null(scenario_file_read("targets: {file: l.txt}\n", error, sizeof error));
    assert_string_equal(error, "l.txt:1:1: control character 0x00 has no place here");
    free(line);
    assert_null(scenario_file_read("targets: {file: /dev/zero}\n", error, sizeof error));
    assert_non_null(strstr(error, "is larger than 65536 KiB"));
}

// Each byte of a scenario in turn is cut off after, and replaced: nothing but a sentence comes of it.
static void survives_damage(void **state)
{
    static const char text[] = "targets: [a, {host: b, group: g}]\ncredentials: {user: u, password: {environment: E}}\n"
                               "factors: {tls: [1.2, default]}\nnever: \"!(tls=1.2) & security=rdp\"\n"
                               "expect: [{when: tls=1.2, group: g, expect: [tls.version >= 1.2 | errinfo 7]}]\n";
    static const char damage[] = "\"'[]{}:,&*!|>#%@\t\n -?\\(\xFF";
    char copy[sizeof text];
    struct source_error at;
    (void)state;
    for (size_t i = 0; i < sizeof text - 1; i++) {
        memcpy(copy, text, sizeof text);
        copy[i] = '\0';
        scenario_free(scenario_file_read(copy, error, sizeof error));
        for (size_t k = 0; k < sizeof damage - 1; k++) {
            memcpy(copy, text, sizeof text);
            copy[i] = damage[k];
            if (i % 5 == k % 5) // every file would take a second longer
                scenario_free(scenario_file_read(copy, error, sizeof error));
            else if (source_text_check(copy, sizeof text - 1, &at))
                yaml_node_free(yaml_node_read(copy, sizeof text - 1, &at));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_defaults),
        cmocka_unit_test(reads_everything),
        cmocka_unit_test(reads_what_the_client_tells),
        cmocka_unit_test(reads_texts_that_levels_need),
        cmocka_unit_test(makes_a_targets_profile),
        cmocka_unit_test(knows_targets_that_share_an_address),
        cmocka_unit_test(takes_a_list_of_variants),
        cmocka_unit_test(reads_json_crlf_and_byte_order_mark),
        cmocka_unit_test(reads_lists),
        cmocka_unit_test(reads_csv),
        cmocka_unit_test(reads_rdp_files),
        cmocka_unit_test(reads_a_fleet),
        cmocka_unit_test(withstands_hostile_files),
        cmocka_unit_test(withstands_hostile_lists),
        cmocka_unit_test(survives_damage),
    };
    return cmocka_run_group_tests(tests, scenario_file_setup, scenario_file_teardown);
}
