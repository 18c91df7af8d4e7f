// SPDX-License-Identifier: Apache-2.0
// What makes texts a target of a scenario.
#include <ctype.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "scenario/scenario_reader.h"
#include "scenario/target_entry.h"
#include "trial/account_name.h"

enum { RDP_PORT = 3389, GATEWAY_PORT = 443, TARGETS_MAX = 1000000, GROUP_MAX = 128, IDENTITY_SIZE = 1200 };

// What was added, to find it again: targets by identity and by host and port, and credentials that differ in the user
// by their content.
struct known {
    char *key;
    int credentials;
    size_t target; // the first of an address
    struct place place;
};

struct target_index {
    void *targets, *addresses, *credentials; // trees of struct known, tsearch(3)
};

static int compare(const void *a, const void *b)
{
    return strcmp(((const struct known *)a)->key, ((const struct known *)b)->key);
}

static void known_free(void *entry)
{
    free(((struct known *)entry)->key);
    free(entry);
}

struct target_index *target_index_new(void)
{
    return calloc(1, sizeof(struct target_index));
}

void target_index_free(struct target_index *index)
{
    if (!index)
        return;
    tdestroy(index->targets, known_free);
    tdestroy(index->addresses, known_free);
    tdestroy(index->credentials, known_free);
    free(index);
}

// The entry of a key; a new one has place.line 0 and credentials -1. NULL where memory is out.
static struct known *known_of(void **tree, const char *key)
{
    struct known *known = malloc(sizeof *known);
    if (!known)
        return NULL;
    *known = (struct known){.key = strdup(key), .credentials = -1};
    struct known **found = known->key ? tsearch(known, tree, compare) : NULL;
    if (!found || *found != known)
        known_free(known);
    return found ? *found : NULL;
}

static bool find_credentials(struct scenario_reader *reader, struct place place, const char *name, int *index)
{
    enum { NAMES_MAX = 64 };
    const struct scenario *s = reader->scenario;
    const char *names[NAMES_MAX];
    size_t count = 0;
    *index = credentials_find(reader, name);
    if (*index >= 0 && name[0])
        return true;
    for (size_t i = 0; i < reader->named_credentials && count < NAMES_MAX; i++) {
        if (s->credentials[i].name[0])
            names[count++] = s->credentials[i].name;
    }
    if (count == 0)
        return reader_fail(reader, place, "'%.60s' names no credentials: the section credentials: has none with a name",
                           name);
    return reader_refuse_word(reader, place, "name of credentials", name, names, count);
}

// The given credentials with another user: an entry of their own, shared by all targets with the same.
static bool derive_credentials(struct scenario_reader *reader, const struct target_texts *texts,
                               const struct target_places *places, int *index)
{
    struct scenario *s = reader->scenario;
    struct place place = texts->user ? places->user : places->domain;
    char key[IDENTITY_SIZE];
    const char *user = texts->user, *domain = texts->domain ? texts->domain : "";
    int base = *index;
    const char *fault = user ? account_user_fault(user) : NULL;
    if (fault)
        return reader_fail(reader, place, "the user %s", fault);
    if (!user) {
        user = base >= 0 ? s->credentials[base].user : "";
        if (!user[0])
            return reader_fail(reader, place, "the target has a domain and no user");
    } else if (!texts->domain && base >= 0 && !strpbrk(user, "\\@")) {
        domain = s->credentials[base].domain;
    }
    if (domain[0] && texts->domain && strchr(user, '\\'))
        return reader_fail(reader, place, "the user has a domain already: '%.60s'", user);
    if (strlen(user) > 255 || strlen(domain) > 255)
        return reader_fail(reader, place, "the user or domain is longer than 255 bytes");
    snprintf(key, sizeof key, "%d\n%s\n%s", base, user, domain);
    struct known *known = known_of(&reader->index->credentials, key);
    if (!known)
        return reader_fail(reader, place, "memory is out");
    if (known->credentials < 0) {
        if (!reader_grow(reader, &s->credentials, s->credentials_count, sizeof *s->credentials))
            return false;
        const struct credentials *from = base >= 0 ? &s->credentials[base] : NULL;
        struct credentials *c = &s->credentials[s->credentials_count];
        *c = (struct credentials){.name = strdup(from ? from->name : ""),
                                  .user = strdup(user),
                                  .domain = strdup(domain),
                                  .source = from ? from->source : SECRET_NONE,
                                  .reference = from && from->reference ? strdup(from->reference) : NULL};
        known->credentials = (int)s->credentials_count++;
        if (!c->name || !c->user || !c->domain || (from && from->reference && !c->reference))
            return reader_fail(reader, place, "memory is out");
    }
    *index = known->credentials;
    return true;
}

static bool choose_credentials(struct scenario_reader *reader, const struct target_texts *texts,
                               const struct target_places *places, struct scenario_target *target)
{
    const struct scenario *s = reader->scenario;
    target->credentials = -1;
    if (texts->credentials) {
        if (!find_credentials(reader, places->credentials, texts->credentials, &target->credentials))
            return false;
    } else {
        if (target->group[0])
            target->credentials = credentials_find(reader, target->group);
        if (target->credentials < 0)
            target->credentials = credentials_find(reader, "");
        if (target->credentials < 0)
            target->credentials = credentials_find(reader, "default");
    }
    if ((texts->user || texts->domain) && !derive_credentials(reader, texts, places, &target->credentials))
        return false;
    // Only the targets' own columns can make up for credentials that name nobody.
    if (target->credentials >= 0 && !s->credentials[target->credentials].user[0])
        return reader_fail(reader, places->host,
                           "the target has no user: neither its credentials nor its list name one");
    target->gateway_credentials = -1;
    return !texts->gateway_credentials || find_credentials(reader, places->gateway_credentials,
                                                           texts->gateway_credentials, &target->gateway_credentials);
}

static bool read_address(struct scenario_reader *reader, const struct target_texts *texts,
                         const struct target_places *places, struct scenario_target *target)
{
    const char *clause;
    char shown[HOST_MAX];
    if (!target_parse(texts->host, 0, &target->target, &clause))
        return reader_fail(reader, places->host, "target '%.60s' %s", target_shown(texts->host, shown, sizeof shown),
                           clause);
    if (target->target.port == 0 && texts->port) {
        char text[300];
        // Read together with a host that cannot fail, so that a port means the same everywhere.
        snprintf(text, sizeof text, "h:%.16s", texts->port);
        struct target port;
        if (!target_parse(text, 0, &port, &clause))
            return reader_fail(reader, places->port, "'%.60s' is no port: a number from 1 to 65535", texts->port);
        target->target.port = port.port;
    }
    if (target->target.port == 0)
        target->target.port = RDP_PORT;
    if (!texts->gateway || strcmp(texts->gateway, "off") == 0)
        return true;
    if (!target_parse(texts->gateway, GATEWAY_PORT, &target->gateway, &clause))
        return reader_fail(reader, places->gateway, "gateway '%.60s' %s",
                           target_shown(texts->gateway, shown, sizeof shown), clause);
    target->has_gateway = true;
    return true;
}

// The target's own texts for levels that need one.
static bool read_operands(struct scenario_reader *reader, const struct target_texts *texts,
                          const struct target_places *places, struct scenario_target *target)
{
    for (int f = 0; f < FACTOR_COUNT; f++) {
        const struct factor_operand *operand = factor_row((enum factor)f)->operand;
        char text[OPERAND_MAX];
        const char *clause;
        if (!texts->operand[f])
            continue;
        if (!operand->check(texts->operand[f], text, sizeof text, &clause))
            return reader_fail(reader, places->operand[f], "%s '%.60s' %s", operand->option, texts->operand[f], clause);
        if (!target->operands && !(target->operands = calloc(FACTOR_COUNT, sizeof *target->operands)))
            return reader_fail(reader, places->operand[f], "memory is out");
        if (!(target->operands[f] = reader_copy(reader, places->operand[f], text)))
            return false;
    }
    return true;
}

// Marks the last target, and the others with the same host and port.
static bool note_address(struct scenario_reader *reader, const char *address)
{
    struct scenario *s = reader->scenario;
    const size_t last = s->target_count - 1;
    struct known *known = known_of(&reader->index->addresses, address);
    if (!known)
        return false;
    if (known->place.line == 0) {
        known->place.line = 1;
        known->target = last;
        return true;
    }
    s->targets[known->target].shares_address = s->targets[last].shares_address = true;
    return true;
}

// Two entries for the same would be tried twice and told apart by nothing.
static bool register_target(struct scenario_reader *reader, const struct scenario_target *target)
{
    const struct scenario *s = reader->scenario;
    const struct credentials *c = target->credentials >= 0 ? &s->credentials[target->credentials] : NULL;
    char identity[IDENTITY_SIZE], address[300], host[300], gateway[300] = "";
    target_text(&target->target, host, sizeof host);
    if (target->has_gateway)
        target_text(&target->gateway, gateway, sizeof gateway);
    int n = snprintf(identity, sizeof identity, "%s\n%s\n", host, gateway);
    snprintf(identity + n, sizeof identity - (size_t)n, "%s\n%s", c ? c->domain : "", c ? c->user : "");
    for (char *p = identity; *p; p++)
        *p = (char)tolower((unsigned char)*p);
    snprintf(address, sizeof address, "%.*s", (int)strcspn(identity, "\n"), identity);
    if (!note_address(reader, address))
        return reader_fail(reader, target->place, "memory is out");
    struct known *known = known_of(&reader->index->targets, identity);
    if (!known)
        return reader_fail(reader, target->place, "memory is out");
    if (known->place.line)
        return reader_fail(reader, target->place, "target %s is listed twice, first at %s:%u", host, known->place.file,
                           known->place.line);
    known->place = target->place;
    return true;
}

bool target_add(struct scenario_reader *reader, const struct target_texts *texts, const struct target_places *places)
{
    struct scenario *s = reader->scenario;
    const char *group = texts->group ? texts->group : "";
    if (s->target_count == TARGETS_MAX)
        return reader_fail(reader, places->host, "there are more than %d targets", TARGETS_MAX);
    if (strlen(group) > GROUP_MAX)
        return reader_fail(reader, places->group, "a group's name is longer than %d bytes", GROUP_MAX);
    if (!reader_grow(reader, &s->targets, s->target_count, sizeof *s->targets))
        return false;
    struct scenario_target *target = &s->targets[s->target_count++];
    *target = (struct scenario_target){.place = places->host, .credentials = -1, .gateway_credentials = -1};
    target->group = reader_copy(reader, places->host, group);
    return target->group && read_operands(reader, texts, places, target) &&
           read_address(reader, texts, places, target) && choose_credentials(reader, texts, places, target) &&
           register_target(reader, target);
}
