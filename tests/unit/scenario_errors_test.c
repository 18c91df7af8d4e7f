// SPDX-License-Identifier: Apache-2.0
// Every complaint about a scenario, with its place.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario_file.h"

#define T "targets: a\n"

static const struct {
    const char *text, *error;
} mistakes[] = {
    // YAML
    {"", "s.yaml:1:1: is empty"},
    {"# nothing\n", "s.yaml:2:1: is empty"},
    {"targets: [a\n", "s.yaml:2:1: is no YAML: did not find expected ',' or ']' while parsing a flow sequence"},
    {"targets:\n\t- a\n", "s.yaml:2:1: is no YAML: found character that cannot start any token while scanning for the "
                          "next token (a tab, or one of @ ` %; indent by spaces and put such text in quotes)"},
    {"a: &x 1\n", "s.yaml:1:4: anchors (&name) are not taken: put text that begins with '&' in quotes"},
    {"a: *x\n", "s.yaml:1:4: aliases (*name) are not taken: write the value out, or quote the text"},
    {"a: !x 1\n", "s.yaml:1:4: tags (!name) are not taken: put text that begins with '!' in quotes"},
    {T "expect: !connected\n", "s.yaml:2:9: tags (!name) are not taken: put text that begins with '!' in quotes"},
    {T "name: x\ntargets: b\n", "s.yaml:3:1: key 'targets' is given twice, first in line 1"},
    {T "---\nname: x\n", "s.yaml:2:1: a second document begins: a scenario is one"},
    {"a: [[[[[[[[x]]]]]]]]\n", "s.yaml:1:11: is nested more than 8 levels deep"},
    {"? [a]\n: b\n", "s.yaml:1:3: a key must be one word (put text that begins with '[' or '{' in quotes)"},
    {"name: \"a\\0b\"\n", "s.yaml:1:7: has a NUL in its text"},
    {"- a\n", "s.yaml:1:1: a scenario is a mapping of keys, such as 'name: …'"},
    // Keys
    {"name: x\n", "s.yaml:1:1: the key 'targets' is missing: what is connected to?"},
    {"target: a\n", "s.yaml:1:1: 'target' is no key of a scenario: did you mean 'targets'?"},
    // A quotation is cut at 60 bytes, and never within a character.
    {"x12345678901234567890123456789012345678901234567890123456789\xC2\xA4: y\n" T,
     "s.yaml:1:1: 'x12345678901234567890123456789012345678901234567890123456789' is no key of a scenario: there are "
     "name, credentials, gateway, gateway-credentials, targets, alias, load-balance-info, client-name, keyboard, "
     "cert-policy, autologon, "
     "set, factors, never, design, variants, seed, repeats, until, deadline, limits, expect"},
    {T "limits: {max-inflight: 3}\n", "s.yaml:2:10: 'max-inflight' is no key of limits: did you mean 'max-in-flight'?"},
    {T "name:\n", "s.yaml:2:6: the scenario's name is missing: the value is empty"},
    {T "name: [x]\n", "s.yaml:2:7: the scenario's name is one word or text, not a list"},
    {T "name: {x: y}\n", "s.yaml:2:7: the scenario's name is one word or text, not a mapping"},
    // Numbers
    {T "repeats: 0\n", "s.yaml:2:10: repeats is a number from 1 to 1000000, and not '0'"},
    {T "repeats: -1\n", "s.yaml:2:10: repeats is a number from 1 to 1000000, and not '-1'"},
    {T "seed: x\n", "s.yaml:2:7: the seed is a whole number of at most 19 digits, and not 'x'"},
    {T "deadline: soon\n",
     "s.yaml:2:11: the deadline is a number of seconds from 0.001 to 86400, such as 2.5, and not 'soon'"},
    {T "limits: {rate: 0}\n", "s.yaml:2:16: rate is a number of trials a second from 0.001 to 100000, and not '0'"},
    {T "until: nla-chalenge\n", "s.yaml:2:8: 'nla-chalenge' is no phase: did you mean 'nla-challenge'?"},
    {T "client-name: A B\n",
     "s.yaml:2:14: client-name takes printable ASCII without blanks, as names of computers are"},
    {T "set: {address: alias}\n",
     "s.yaml:2:16: variants have address=alias, and no other name of the target is given: add alias: TEXT"},
    {T "client-name: PC\nset: {client-name: host}\n",
     "s.yaml:2:14: name of the client is given, and no variant has client-name=given"},
    {T "set: {client-name: given}\n",
     "s.yaml:2:20: variants have client-name=given, and no name of the client is given: "
     "add client-name: TEXT"},
    {T "factors: {load-balance: [off, token]}\n", "s.yaml:2:31: variants have load-balance=token, and no routing token "
                                                  "is given: add load-balance-info: TEXT"},
    {T "load-balance-info: ü\n", "s.yaml:2:20: load-balance-info takes printable ASCII only"},
    {T "cert-policy: requires\n", "s.yaml:2:14: 'requires' is no cert-policy: did you mean 'require'?"},
    {T "autologon: yes\n", "s.yaml:2:12: 'yes' is no autologon: there are off, on"},
    {T "until: licencing\n", "s.yaml:2:8: 'licencing' is no phase: did you mean 'licensing'?"},
    // Targets
    {"targets: []\n", "s.yaml:1:10: targets is an empty list"},
    {"targets: [a b]\n", "s.yaml:1:11: target 'a b' has a character that no host name may have"},
    {"targets:\n  - a:99999\n", "s.yaml:2:5: target 'a:99999' has a port that is no number from 1 to 65535"},
    {"targets: [[::1]:3389]\n", "s.yaml:1:11: a key must be one word (put text that begins with '[' or '{' in quotes)"},
    {"targets: [[a]]\n", "s.yaml:1:11: a target is HOST[:PORT] or a mapping (put [V6]:PORT in quotes)"},
    {"targets: [{hots: a}]\n", "s.yaml:1:12: 'hots' is no key of a target: did you mean 'host'?"},
    {"targets: [{port: 1}]\n", "s.yaml:1:11: a target has either a host or a file"},
    {"targets: [{host: a, file: b}]\n", "s.yaml:1:11: a target has either a host or a file"},
    {"targets: [{host: a, port: b}]\n", "s.yaml:1:27: 'b' is no port: a number from 1 to 65535"},
    {"targets: [a, A]\n", "s.yaml:1:14: target A:3389 is listed twice, first at s.yaml:1"},
    {"targets: hosts.txt\n", "s.yaml:1:10: 'hosts.txt' looks like a list of targets: write {file: hosts.txt}"},
    {"targets: {file: none}\n", "s.yaml:1:17: the list of targets 'none' cannot be opened: No such file or directory"},
    {"targets: x.rdp\n", "s.yaml:1:10: 'x.rdp' cannot be opened: No such file or directory"},
    {"targets: [{host: a, credentials: x}]\n",
     "s.yaml:1:34: 'x' names no credentials: the section credentials: has none with a name"},
    {"credentials: {adm: {user: u}}\ntargets: [{host: a, credentials: admin}]\n",
     "s.yaml:2:34: 'admin' is no name of credentials: did you mean 'adm'?"},
    {"targets: [{host: a, domain: d}]\n", "s.yaml:1:29: the target has a domain and no user"},
    {"targets: [{host: a, user: d\\u, domain: d}]\n", "s.yaml:1:27: the user has a domain already: 'd\\u'"},
    {"targets: [{host: a, gateway: 'g h'}]\nset: {gateway: http}\n",
     "s.yaml:1:30: gateway 'g h' has a character that no host name may have"},
    {"gateway: g\n" T,
     "s.yaml:1:10: a gateway is given, and every variant has gateway=off: add set: {gateway: http} or vary it"},
    {T "factors: {gateway: [off, websocket]}\n",
     "s.yaml:2:26: variants go through a gateway, and no target has one: add gateway: HOST[:PORT]"},
    {T "variants: [{security: nla}, {address: alias}]\n",
     "s.yaml:2:39: variants have address=alias, and no other name of the target is given: add alias: TEXT"},
    {"targets: http://a/\n", "s.yaml:1:10: target 'http://a/' is a URL, and not HOST[:PORT]"},
    {T "expect: negotiation HYBRID_REQIRED\n",
     "s.yaml:2:21: 'HYBRID_REQIRED' is no outcome of negotiation: did you mean 'HYBRID_REQUIRED'?"},
    {T "set: {gateway: http}\n",
     "s.yaml:2:16: variants go through a gateway, and no target has one: add gateway: HOST[:PORT]"},
    // Credentials
    {T "credentials: me\n", "s.yaml:2:14: credentials is a mapping: 'user: …', or a name for each of several"},
    {T "credentials: {user: u, password: hunter2}\n",
     "s.yaml:2:34: a scenario holds no password: write password: {file: NAME}, {environment: NAME} or "
     "{descriptor: NUMBER}"},
    {T "credentials: {user: u, password: {}}\n",
     "s.yaml:2:34: a scenario holds no password: write password: {file: NAME}, {environment: NAME} or "
     "{descriptor: NUMBER}"},
    {T "credentials: {user: u, password: {file: a, environment: B}}\n",
     "s.yaml:2:57: a password comes from one source: file, environment or descriptor"},
    {T "credentials: {user: u, password: {environment: hunter-2}}\n",
     "s.yaml:2:48: environment takes the name of a variable: letters, digits and _"},
    {T "credentials: {user: u, password: {descriptor: 1}}\n", "s.yaml:2:47: descriptors 1 and 2 are for output"},
    {T "credentials: {user: u, pasword: {file: x}}\n",
     "s.yaml:2:24: 'pasword' is no key of credentials: did you mean 'password'?"},
    {T "credentials: {user: 'D\\'}\n", "s.yaml:2:21: 'D\\' is no user: write USER, DOMAIN\\USER or USER@DOMAIN"},
    {T "credentials: {user: D\\u, domain: E}\n", "s.yaml:2:34: the user has a domain already: 'D\\u'"},
    {T "credentials: {password: {environment: X}}\n",
     "s.yaml:1:10: the target has no user: neither its credentials nor its list name one"},
    {"targets: \"-\"\ncredentials: {user: u, password: {file: \"-\"}}\n",
     "s.yaml:1:10: standard input is read for something else already"},
    // Variants
    {T "set: x\n", "s.yaml:2:6: set is a mapping of factors to levels, such as {security: nla}"},
    {T "set: {tsl: 1.2}\n", "s.yaml:2:7: 'tsl' is no factor: did you mean 'tls'?"},
    {T "set: {tls: 1.4}\n", "s.yaml:2:12: '1.4' is no level of tls: did you mean '1.0'?"},
    {T "set: {security: kerberos}\n", "s.yaml:2:17: 'kerberos' is no level of security: it has nla, tls, rdp"},
    {T "set: {security: rdp, tls: 1.2}\n", "s.yaml:2:6: the base, security=rdp tls=1.2 address=name gateway=off "
                                           "license=keep, is impossible: RDP security has "
                                           "no TLS handshake, so security=rdp goes only with tls=default"},
    {T "factors: {tls: 1.2}\n", "s.yaml:2:16: the levels of tls are a list such as [default, 1.0], or all"},
    {T "factors: {tls: []}\n", "s.yaml:2:16: the levels of tls are a list such as [default, 1.0], or all"},
    {T "factors: {tls: [1.2, 1.2]}\n", "s.yaml:2:22: level '1.2' is listed twice"},
    {T "factors: [tls]\n", "s.yaml:2:10: factors is a mapping of factors to levels, such as {security: [nla, tls]}"},
    {T "design: pairwise\n", "s.yaml:2:9: a design wants factors, and there are none"},
    {T "factors: {tls: all}\ndesign: pair-wise\n", "s.yaml:3:9: 'pair-wise' is no design: did you mean 'pairwise'?"},
    {T "factors: {tls: all}\nvariants: [{tls: 1.2}]\n",
     "s.yaml:3:11: a scenario has either factors, to design variants from, or variants"},
    {T "design: full\nvariants: [{tls: 1.2}]\n", "s.yaml:2:9: a scenario with a list of variants has no design"},
    {T "variants: []\n", "s.yaml:2:11: variants is a list such as [{security: nla}, {security: tls, tls: 1.2}]"},
    {T "variants: [x]\n", "s.yaml:2:12: a variant is a mapping of factors to levels, such as {security: nla}"},
    {T "variants: [{}, {security: nla}]\n", "s.yaml:2:16: this variant is the same as number 1"},
    {T "variants: [{security: rdp, tls: 1.0}]\n",
     "s.yaml:2:12: no connection can have this variant: RDP security has no TLS handshake, so security=rdp goes only "
     "with tls=default"},
    {T "never: tls=1.0\nvariants: [{}, {tls: 1.0}]\n",
     "s.yaml:3:16: no connection can have this variant: excluded by never: tls=1.0"},
    {T "never: security=nla\nfactors: {security: all}\n",
     "s.yaml:3:10: the base, security=nla tls=default address=name gateway=off license=keep, is impossible: excluded "
     "by "
     "never: security=nla"},
    // Rules
    {T "never: {a: b}\n", "s.yaml:2:8: never is a rule such as security=rdp & tls=1.3, or a list of rules"},
    {T "never: security\n", "s.yaml:2:8: 'security' is no condition: write FACTOR=LEVEL or FACTOR!=LEVEL"},
    {T "never: security=rdp & tsl=1.3\n", "s.yaml:2:23: 'tsl' is no factor: did you mean 'tls'?"},
    {T "never: security=rdp & tls=1.33\n", "s.yaml:2:27: '1.33' is no level of tls: did you mean '1.3'?"},
    {T "never: 'security=rdp & tls=1.33'\n", "s.yaml:2:28: '1.33' is no level of tls: did you mean '1.3'?"},
    {T "never: >-\n  security=rdp &\n  tls=1.33\n", "s.yaml:2:8: '1.33' is no level of tls: did you mean '1.3'?"},
    {T "never: security=rdp &\n",
     "s.yaml:2:22: the expression ends where a condition such as security=nla should follow"},
    {T "never: security=rdp && tls=1.3\n", "s.yaml:2:22: '&&' is no operator here: write a single '&'"},
    {T "never: (security=rdp\n", "s.yaml:2:8: this '(' is not closed"},
    {T "never: security=rdp)\n", "s.yaml:2:20: this ')' closes nothing"},
    {T "never: (security=rdp) tls=1.3\n", "s.yaml:2:23: '&' or '|' should follow a ')'"},
    {T "never: ((((((((((((((((((security=rdp\n", "s.yaml:2:24: the expression is nested too deep"},
    // Expectations
    {T "expect: conected\n", "s.yaml:2:9: 'conected' is nothing that a trial has: did you mean 'connected'?"},
    {T "expect: zzzzzzzzzz\n", "s.yaml:2:9: 'zzzzzzzzzz' is nothing that a trial has: write connected, failed, phase, "
                               "ms, an outcome such as errinfo 7 or a fact such as tls.version"},
    {T "expect: connected & tls.verison >= 1.2\n",
     "s.yaml:2:21: 'tls.verison' is no fact: did you mean 'tls.version'?"},
    {T "expect: phase >= ncla\n", "s.yaml:2:18: 'ncla' is no phase: did you mean 'nla'?"},
    {T "expect: phase\n", "s.yaml:2:9: phase wants a comparison, such as phase >= nla"},
    {T "expect: ms < fast\n", "s.yaml:2:14: ms is a number of milliseconds, and 'fast' is none"},
    {T "expect: ms => 3\n", "s.yaml:2:12: the comparison is none of < <= = != >= >"},
    {T "expect: ms <\n", "s.yaml:2:12: the comparison lacks a value"},
    {T "expect: connected = yes\n", "s.yaml:2:9: connected is not compared: write it alone"},
    {T "expect: errinfo = 7\n", "s.yaml:2:9: errinfo is not compared: write it alone or with a code, as errinfo 7"},
    {T "expect: errinfo SERVER_DENIED_CONECTION\n",
     "s.yaml:2:17: 'SERVER_DENIED_CONECTION' is no outcome of errinfo: did "
     "you mean 'SERVER_DENIED_CONNECTION'?"},
    {T "expect: credssp LOGON_FAILUR\n",
     "s.yaml:2:17: 'LOGON_FAILUR' is no outcome of credssp: did you mean 'LOGON_FAILURE'?"},
    {T "expect: timeout 3x\n", "s.yaml:2:17: '3x' is too much: timeout has no code (timeout@PHASE says where)"},
    {T "expect: timeout@tsl\n", "s.yaml:2:17: 'tsl' is no phase: did you mean 'tls'?"},
    {T "expect: 0x4/0x7\n", "s.yaml:2:9: '0x4/0x7' is not mstsc's pair 0x3/EXTENDED or CODE/EXTENDED with a code of "
                            "0x100 or more"},
    {T "expect: certificate.days_left > soon\n", "s.yaml:2:33: certificate.days_left is a number, and 'soon' is none"},
    {T "expect: certificate.trusted = maybe\n",
     "s.yaml:2:31: certificate.trusted is true or false, and 'maybe' is neither"},
    {T "expect: certificate.trusted > no\n",
     "s.yaml:2:31: certificate.trusted is true or false: compare it with = or !="},
    {T "expect: tls.version > new\n",
     "s.yaml:2:23: tls.version is a text: only = and != compare it with 'new' (the others "
     "take what begins with a digit)"},
    {T "expect: licensing.messages > X\n",
     "s.yaml:2:30: licensing.messages is a list: = and != say whether 'X' is in it"},
    {T "expect: tls.version = \"1.2\n", "s.yaml:2:9: a quotation mark is not closed"},
    {T "expect: {when: tls=1.2}\n", "s.yaml:2:9: the key 'expect' is missing: what is expected?"},
    {T "expect: {when: tls=9, expect: connected}\n", "s.yaml:2:20: '9' is no level of tls: it has default, 1.0, 1.1, "
                                                     "1.2, 1.3"},
    {T "expect: {groop: x, expect: connected}\n",
     "s.yaml:2:10: 'groop' is no key of an expectation: did you mean 'group'?"},
    {"targets: [{host: a, group: dmz}]\nexpect: {group: dmx, expect: connected}\n",
     "s.yaml:2:17: 'dmx' is no group of a target: did you mean 'dmz'?"},
    {T "expect: {group: dmx, expect: connected}\n", "s.yaml:2:17: 'dmx' is no group of a target: there are none"},
    // Hostile text does not reach a terminal.
    {T "expect: \"a\\e[31mb\"\n", "s.yaml:2:9: 'a?[31mb' is nothing that a trial has: write connected, failed, phase, "
                                  "ms, an outcome such as errinfo 7 or a fact such as tls.version"},
};

static const struct {
    const char *list, *error;
} list_mistakes[] = {
    {"", "s.yaml:1:17: the list of targets 'l.txt' names no target"},
    {"# only\n\n", "s.yaml:1:17: the list of targets 'l.txt' names no target"},
    {"a\n# x\n\nb c # d\n", "l.txt:4:1: target 'b c' has a character that no host name may have"},
    {"a\n  b:0 # d\n", "l.txt:2:3: target 'b:0' has a port that is no number from 1 to 65535"},
    {"a\nb,3389\n", "l.txt:2:1: the line has fields, but the list began without a header such as host,port,group"},
    {"a\r\nb\r\na\r\n", "l.txt:3:1: target a:3389 is listed twice, first at l.txt:1"},
    {"host;port\na;1\n", "l.txt:1:1: fields are separated by commas, not by ';'"},
    {"name,port\na,1\n",
     "l.txt:1:1: 'name' is no column of a list of targets: there are host, port, group, credentials, "
     "user, domain, gateway, gateway-credentials, alias"},
    {"host,prt\na,1\n", "l.txt:1:6: 'prt' is no column of a list of targets: did you mean 'port'?"},
    {"port,group\n1,x\n", "l.txt:1:1: the header has no column 'host'"},
    {"host,host\na,b\n", "l.txt:1:6: column 'host' is given twice"},
    {"host,port\na,1,2\n", "l.txt:2:5: the line has 3 fields, and the header 2"},
    {"host,port\n\"a\",x\n", "l.txt:2:5: 'x' is no port: a number from 1 to 65535"},
    {"host,port\n\"a,1\n", "l.txt:2:1: a quotation mark is not closed"},
    {"host,port\n\"a\"b,1\n", "l.txt:2:1: text follows a closed quotation mark"},
    {"host,port\n,1\n", "l.txt:2:1: the line names no host"},
    {"host,credentials\na,x\n", "l.txt:2:3: 'x' names no credentials: the section credentials: has none with a name"},
    {"a\xff\n", "l.txt:1:2: byte 0xFF is no UTF-8"},
    {"\xc3\xa4\x1b\n", "l.txt:1:2: control character 0x1B has no place here"},
    {"a\n\xc2\x9b\n", "l.txt:2:1: control character 0x9B has no place here"},
};

static void says_what_is_wrong_and_where(void **state)
{
    char error[2048];
    unsigned wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof mistakes / sizeof mistakes[0]; i++) {
        struct scenario *s = scenario_file_read(mistakes[i].text, error, sizeof error);
        if (s || strcmp(error, mistakes[i].error) != 0) {
            print_error("%s  wanted: %s\n  got:    %s\n", mistakes[i].text, mistakes[i].error,
                        s ? "a scenario" : error);
            wrong++;
        }
        scenario_free(s);
    }
    assert_int_equal(wrong, 0);
}

static void says_what_is_wrong_in_lists(void **state)
{
    char error[2048];
    unsigned wrong = 0;
    (void)state;
    for (size_t i = 0; i < sizeof list_mistakes / sizeof list_mistakes[0]; i++) {
        scenario_file_write("l.txt", list_mistakes[i].list, strlen(list_mistakes[i].list));
        struct scenario *s = scenario_file_read("targets: {file: l.txt}\n", error, sizeof error);
        if (s || strcmp(error, list_mistakes[i].error) != 0) {
            print_error("%s  wanted: %s\n  got:    %s\n", list_mistakes[i].list, list_mistakes[i].error,
                        s ? "a scenario" : error);
            wrong++;
        }
        scenario_free(s);
    }
    assert_int_equal(wrong, 0);
}

// A password that was written into the scenario by mistake is in no message.
static void does_not_repeat_a_password(void **state)
{
    static const char *const texts[] = {
        T "credentials: {user: u, password: hunter-2}\n",
        T "credentials: {user: u, password: [hunter-2]}\n",
        T "credentials: {user: u, password: {environment: hunter-2}}\n",
        T "credentials: {user: u, password: {descriptor: [hunter-2]}}\n",
        T "credentials: {user: u, password: {descriptor: hunter-2}}\n",
        T "credentials: {user: u, password: {hunter-2}}\n",
    };
    char error[2048];
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        assert_null(scenario_file_read(texts[i], error, sizeof error));
        assert_null(strstr(error, "hunter"));
    }
}

static void names_a_file_that_is_not_there(void **state)
{
    char error[2048];
    (void)state;
    assert_null(scenario_read("/nonexistent/s.yaml", NULL, error, sizeof error));
    assert_string_equal(error, "/nonexistent/s.yaml: cannot be opened: No such file or directory");
    assert_null(scenario_read("/", NULL, error, sizeof error));
    assert_string_equal(error, "/: is a directory");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_is_wrong_and_where),
        cmocka_unit_test(says_what_is_wrong_in_lists),
        cmocka_unit_test(does_not_repeat_a_password),
        cmocka_unit_test(names_a_file_that_is_not_there),
    };
    return cmocka_run_group_tests(tests, scenario_file_setup, scenario_file_teardown);
}
