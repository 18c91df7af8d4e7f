// SPDX-License-Identifier: Apache-2.0
#include "comparison.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// How the values of a fact are written and compared.
enum value_kind { KIND_CHOICE, KIND_SWITCH, KIND_NUMBER, KIND_TEXT, KIND_ADDRESS, KIND_CHANNEL };

struct choice {
    const char *word;
    uint32_t value;
};

static const struct choice security_choices[] = {
    {"nla", LAB_SECURITY_NLA}, {"tls", LAB_SECURITY_TLS}, {"rdp", LAB_SECURITY_RDP}, {NULL, 0}};
static const struct choice tls_choices[] = {{"1.0", LAB_TLS_1_0}, {"1.1", LAB_TLS_1_1},   {"1.2", LAB_TLS_1_2},
                                            {"1.3", LAB_TLS_1_3}, {"none", LAB_TLS_NONE}, {NULL, 0}};
static const struct choice license_choices[] = {{"new", LAB_LICENSE_NEW},
                                                {"stored", LAB_LICENSE_STORED},
                                                {"foreign", LAB_LICENSE_FOREIGN},
                                                {"none", LAB_LICENSE_NONE},
                                                {NULL, 0}};
static const struct choice address_choices[] = {
    {"name", LAB_ADDRESS_NAME}, {"ipv4", LAB_ADDRESS_IPV4}, {"ipv6", LAB_ADDRESS_IPV6}, {NULL, 0}};
static const struct choice family_choices[] = {{"ipv4", LAB_FAMILY_IPV4}, {"ipv6", LAB_FAMILY_IPV6}, {NULL, 0}};
static const struct choice gateway_choices[] = {
    {"off", LAB_GATEWAY_OFF}, {"http", LAB_GATEWAY_HTTP}, {"websocket", LAB_GATEWAY_WEBSOCKET}, {NULL, 0}};
static const struct choice errinfo_choices[] = {{"advertised", true}, {"silent", false}, {NULL, 0}};
static const struct choice switch_choices[] = {{"on", true}, {"off", false}, {NULL, 0}};
static const struct choice graphics_choices[] = {{"gfx", true}, {"bitmap", false}, {NULL, 0}};

#define AT(member) offsetof(struct lab_facts, member)

// One row a fact. The longest texts: a client name has 15 characters ([MS-RDPBCGR] 2.2.1.3.2), a channel name 7
// (2.2.1.3.4.1), all others what struct lab_facts keeps.
static const struct fact_row {
    const char *name;
    enum value_kind kind;
    size_t offset;                // of the value in struct lab_facts; KIND_CHOICE and KIND_NUMBER: of 32 bits
    const struct choice *choices; // KIND_CHOICE and KIND_SWITCH
    uint32_t lowest, highest;     // KIND_NUMBER: possible values; KIND_TEXT, KIND_CHANNEL: longest text in `highest`
} rows[LAB_FACT_COUNT] = {
    [LAB_FACT_SECURITY] = {"security", KIND_CHOICE, AT(security), security_choices, 0, 0},
    [LAB_FACT_TLS] = {"tls", KIND_CHOICE, AT(tls), tls_choices, 0, 0},
    [LAB_FACT_LICENSE] = {"license", KIND_CHOICE, AT(license), license_choices, 0, 0},
    [LAB_FACT_ADDRESS] = {"address", KIND_CHOICE, AT(address), address_choices, 0, 0},
    [LAB_FACT_FAMILY] = {"family", KIND_CHOICE, AT(family), family_choices, 0, 0},
    [LAB_FACT_GATEWAY] = {"gateway", KIND_CHOICE, AT(gateway), gateway_choices, 0, 0},
    [LAB_FACT_ERRINFO] = {"errinfo", KIND_SWITCH, AT(errinfo_advertised), errinfo_choices, 0, 0},
    [LAB_FACT_ADMIN] = {"admin", KIND_SWITCH, AT(admin), switch_choices, 0, 0},
    [LAB_FACT_GRAPHICS] = {"graphics", KIND_SWITCH, AT(gfx), graphics_choices, 0, 0},
    [LAB_FACT_AUTODETECT] = {"autodetect", KIND_SWITCH, AT(autodetect), switch_choices, 0, 0},
    [LAB_FACT_MULTITRANSPORT] = {"multitransport", KIND_SWITCH, AT(multitransport), switch_choices, 0, 0},
    [LAB_FACT_RESTRICTED_ADMIN] = {"restricted-admin", KIND_SWITCH, AT(restricted_admin), switch_choices, 0, 0},
    [LAB_FACT_SNI] = {"sni", KIND_TEXT, AT(sni), NULL, 0, LAB_TEXT_SIZE - 1},
    [LAB_FACT_PEER] = {"peer", KIND_ADDRESS, AT(peer), NULL, 0, 0},
    [LAB_FACT_USER] = {"user", KIND_TEXT, AT(user), NULL, 0, LAB_TEXT_SIZE - 1},
    [LAB_FACT_DOMAIN] = {"domain", KIND_TEXT, AT(domain), NULL, 0, LAB_TEXT_SIZE - 1},
    [LAB_FACT_CLIENT_NAME] = {"client-name", KIND_TEXT, AT(client_name), NULL, 0, 15},
    [LAB_FACT_CLIENT_BUILD] = {"client-build", KIND_NUMBER, AT(client_build), NULL, 0, UINT32_MAX},
    [LAB_FACT_COLOR_DEPTH] = {"color-depth", KIND_NUMBER, AT(color_depth), NULL, 4, 32},
    [LAB_FACT_KEYBOARD] = {"keyboard", KIND_NUMBER, AT(keyboard), NULL, 0, UINT32_MAX},
    [LAB_FACT_CHANNEL] = {"channel", KIND_CHANNEL, AT(channels), NULL, 0, 7},
    [LAB_FACT_COOKIE] = {"cookie", KIND_TEXT, AT(cookie), NULL, 0, LAB_TEXT_SIZE - 1},
    [LAB_FACT_CLIENT_VERSION] = {"client-version", KIND_NUMBER, AT(client_version), NULL, 0, UINT32_MAX},
    [LAB_FACT_EARLY_FLAGS] = {"early-flags", KIND_NUMBER, AT(early_flags), NULL, 0, UINT16_MAX},
    [LAB_FACT_TLS_GROUPS] = {"tls-groups", KIND_NUMBER, AT(groups), NULL, 0, UINT16_MAX},
    [LAB_FACT_SOURCE] = {"source", KIND_TEXT, AT(source), NULL, 0, LAB_TEXT_SIZE - 1},
    [LAB_FACT_CONNECTION] = {"connection", KIND_NUMBER, AT(connection), NULL, 1, UINT32_MAX},
};
_Static_assert(sizeof(enum lab_tls) == sizeof(uint32_t), "the values of words are read as 32 bits");

struct complaint {
    char *message;
    size_t size;
};

__attribute__((format(printf, 2, 3))) static bool refuse(const struct complaint *complaint, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(complaint->message, complaint->size, format, arguments);
    va_end(arguments);
    return false;
}

bool fact_find(const char *word, size_t length, enum lab_fact *fact)
{
    for (size_t i = 0; i < LAB_FACT_COUNT; i++) {
        if (strlen(rows[i].name) == length && memcmp(rows[i].name, word, length) == 0) {
            *fact = (enum lab_fact)i;
            return true;
        }
    }
    return false;
}

const char *fact_name(enum lab_fact fact)
{
    return rows[fact].name;
}

void fact_list(char *names, size_t size)
{
    size_t used = 0;

    for (size_t i = 0; i < LAB_FACT_COUNT && used < size; i++)
        used += (size_t)snprintf(names + used, size - used, "%s%s", i ? " " : "", rows[i].name);
}

bool fact_has_order(enum lab_fact fact)
{
    return rows[fact].kind == KIND_NUMBER || fact == LAB_FACT_TLS;
}

static bool is_ordered(const struct comparison *comparison)
{
    return comparison->sign != FACT_EQUAL && comparison->sign != FACT_NOT_EQUAL;
}

static bool accept_choice(struct comparison *comparison, const struct complaint *complaint)
{
    char known[80] = "";
    size_t used = 0;

    for (const struct choice *choice = rows[comparison->fact].choices; choice->word; choice++) {
        if (strcmp(choice->word, comparison->text) == 0) {
            comparison->number = choice->value;
            if (comparison->fact == LAB_FACT_TLS && comparison->number == LAB_TLS_NONE && is_ordered(comparison))
                return refuse(complaint, "tls=none has no order; only = and != compare with it.");
            return true;
        }
        used += (size_t)snprintf(known + used, sizeof(known) - used, " %s", choice->word);
    }
    return refuse(complaint, "%s is never \"%.32s\"; it can be%s.", rows[comparison->fact].name, comparison->text,
                  known);
}

static bool accept_number(struct comparison *comparison, const struct complaint *complaint)
{
    const struct fact_row *row = &rows[comparison->fact];
    const bool hexadecimal = strncasecmp(comparison->text, "0x", 2) == 0;
    const char *digits = comparison->text + (hexadecimal ? 2 : 0);
    const size_t length = strlen(digits);
    unsigned long long number;

    if (length == 0 || length > 10 || strspn(digits, hexadecimal ? "0123456789abcdefABCDEF" : "0123456789") != length)
        return refuse(complaint, "%s is a number, decimal or 0x hexadecimal, not \"%.32s\".", row->name,
                      comparison->text);
    number = strtoull(digits, NULL, hexadecimal ? 16 : 10);
    if (number < row->lowest || number > row->highest)
        return refuse(complaint, "%s is from %" PRIu32 " to %" PRIu32 ", never %.32s.", row->name, row->lowest,
                      row->highest, comparison->text);
    // [MS-RDPBCGR] 2.2.1.3.2 knows no other depths, so equality with one is a slip of the pen.
    if (comparison->fact == LAB_FACT_COLOR_DEPTH && !is_ordered(comparison) && number != 4 && number != 8 &&
        number != 15 && number != 16 && number != 24 && number != 32)
        return refuse(complaint, "color-depth is 4, 8, 15, 16, 24 or 32, never %.32s.", comparison->text);
    comparison->number = (uint32_t)number;
    return true;
}

// Writes an address in the one form that inet_ntop() gives it. Returns false if it is none.
static bool normalize_address(const char *text, char address[INET6_ADDRSTRLEN])
{
    const int family = strchr(text, ':') ? AF_INET6 : AF_INET;
    unsigned char bytes[sizeof(struct in6_addr)];

    return inet_pton(family, text, bytes) == 1 && inet_ntop(family, bytes, address, INET6_ADDRSTRLEN);
}

bool comparison_accept(struct comparison *comparison, char *message, size_t size)
{
    const struct complaint complaint = {message, size};
    const struct fact_row *row = &rows[comparison->fact];
    char address[INET6_ADDRSTRLEN] = "";

    switch (row->kind) {
    case KIND_CHOICE:
    case KIND_SWITCH:
        return accept_choice(comparison, &complaint);
    case KIND_NUMBER:
        return accept_number(comparison, &complaint);
    case KIND_ADDRESS:
        if (!normalize_address(comparison->text, address))
            return refuse(&complaint, "%s is an IP address, not \"%.64s\".", row->name, comparison->text);
        memcpy(comparison->text, address, sizeof(address));
        return true;
    case KIND_CHANNEL:
        if (!comparison->text[0])
            return refuse(&complaint, "A channel always has a name.");
        break;
    case KIND_TEXT:
        break;
    }
    if (strlen(comparison->text) > row->highest)
        return refuse(&complaint, "%s has at most %" PRIu32 " characters, never \"%.32s\".", row->name, row->highest,
                      comparison->text);
    return true;
}

static bool compare_numbers(enum comparison_sign sign, uint32_t left, uint32_t right)
{
    switch (sign) {
    case FACT_EQUAL:
        return left == right;
    case FACT_NOT_EQUAL:
        return left != right;
    case FACT_LESS:
        return left < right;
    case FACT_LESS_EQUAL:
        return left <= right;
    case FACT_GREATER:
        return left > right;
    case FACT_GREATER_EQUAL:
        return left >= right;
    }
    return false;
}

static bool has_channel(const struct lab_facts *facts, const char *name)
{
    for (size_t i = 0; i < facts->channel_count && i < LAB_CHANNELS_MAX; i++) {
        if (strcasecmp(facts->channels[i], name) == 0)
            return true;
    }
    return false;
}

static bool same_address(const char *seen, const char *wanted)
{
    char address[INET6_ADDRSTRLEN];

    return strcmp(normalize_address(seen, address) ? address : seen, wanted) == 0;
}

enum rule_truth comparison_evaluate(const struct comparison *comparison, const struct lab_facts *facts)
{
    const struct fact_row *row = &rows[comparison->fact];
    const char *value = (const char *)facts + row->offset;
    uint32_t number = 0;
    bool equal = false;

    if (!lab_facts_known(facts, comparison->fact))
        return RULE_UNKNOWN;
    switch (row->kind) {
    case KIND_CHOICE:
    case KIND_NUMBER:
        memcpy(&number, value, sizeof(number));
        // Without TLS there is no version that could be lower or higher.
        if (comparison->fact == LAB_FACT_TLS && number == LAB_TLS_NONE && is_ordered(comparison))
            return RULE_NO;
        return compare_numbers(comparison->sign, number, comparison->number) ? RULE_YES : RULE_NO;
    case KIND_SWITCH:
        equal = *(const bool *)value == (comparison->number != 0);
        break;
    case KIND_TEXT:
        equal = strcasecmp(value, comparison->text) == 0;
        break;
    case KIND_ADDRESS:
        equal = same_address(value, comparison->text);
        break;
    case KIND_CHANNEL:
        equal = has_channel(facts, comparison->text);
        break;
    }
    return equal == (comparison->sign == FACT_EQUAL) ? RULE_YES : RULE_NO;
}
