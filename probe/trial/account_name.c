// SPDX-License-Identifier: Apache-2.0
#include "trial/account_name.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unicase.h>
#include <unictype.h>
#include <unistr.h>

static bool is_ascii(const char *text)
{
    for (; *text; text++) {
        if ((unsigned char)*text >= 0x80)
            return false;
    }
    return true;
}

// Cuts what is too long between two characters of UTF-8.
static void copy(char *to, size_t size, const char *from, size_t length)
{
    if (length >= size)
        for (length = size - 1; length > 0 && ((unsigned char)from[length] & 0xc0) == 0x80;)
            length--;
    memcpy(to, from, length);
    to[length] = '\0';
}

static void fold_ascii(char *text)
{
    for (; *text; text++)
        *text = (char)tolower((unsigned char)*text);
}

// Marks that combine with a letter are left out, and what is not seen: directories compare without them.
static size_t drop_marks(uint8_t *text, size_t length)
{
    size_t kept = 0;
    for (size_t i = 0; i < length;) {
        ucs4_t c;
        int n = u8_mbtouc(&c, text + i, length - i);
        if (!uc_is_general_category(c, UC_NON_SPACING_MARK) && !uc_is_general_category(c, UC_FORMAT)) {
            memmove(text + kept, text + i, (size_t)n);
            kept += (size_t)n;
        }
        i += (size_t)n;
    }
    return kept;
}

static void fold_unicode(const char *text, char *folded, size_t size)
{
    const uint8_t *bytes = (const uint8_t *)text;
    size_t length = strlen(text);
    uint8_t *whole = u8_check(bytes, length) ? NULL : u8_casefold(bytes, length, NULL, UNINORM_NFKD, NULL, &length);
    if (whole) {
        length = drop_marks(whole, length);
        copy(folded, size, (const char *)whole, length);
        free(whole);
    } else {
        copy(folded, size, text, strlen(text));
    }
    fold_ascii(folded); // what is no UTF-8, and letters of a compatibility form
}

// Of a name that a server tells nothing gets into files and messages but text.
static void drop_controls(char *text)
{
    for (; *text; text++) {
        if (iscntrl((unsigned char)*text))
            *text = '?';
    }
}

static void trim(char *text)
{
    size_t skip = strspn(text, " \t"), length = strlen(text + skip);
    while (length > 0 && strchr(" \t.", text[skip + length - 1]))
        length--;
    if (length == 0) // nothing but these
        return;
    memmove(text, text + skip, length);
    text[length] = '\0';
}

char *account_fold(const char *text, char *folded, size_t size)
{
    if (is_ascii(text)) {
        copy(folded, size, text, strlen(text));
        fold_ascii(folded);
    } else {
        fold_unicode(text, folded, size);
    }
    trim(folded);
    drop_controls(folded);
    return folded;
}

// The parts of an account as it is spelled; lengths in bytes.
struct parts {
    const char *user, *domain;
    size_t user_length, domain_length;
};

static struct parts parts_of(const char *user, const char *domain)
{
    struct parts parts = {user, domain, strlen(user), strlen(domain)};
    const char *backslash = strchr(user, '\\');
    if (backslash && backslash[1]) {
        if (!parts.domain_length) {
            parts.domain = user;
            parts.domain_length = (size_t)(backslash - user);
        }
        parts.user = backslash + 1;
        parts.user_length = strlen(parts.user);
    }
    const char *at = strrchr(parts.user, '@');
    if (at && at > parts.user && at[1]) {
        if (!parts.domain_length) {
            parts.domain = at + 1;
            parts.domain_length = strlen(at + 1);
        }
        parts.user_length = (size_t)(at - parts.user);
    }
    if (parts.domain_length == 1 && parts.domain[0] == '.') // this host's own
        parts.domain_length = 0;
    return parts;
}

bool account_is_bare(const struct account *account)
{
    return parts_of(account->user, account->domain).domain_length == 0;
}

static void make_key(const struct parts *parts, const char *host, char key[ACCOUNT_KEY_MAX])
{
    char text[ACCOUNT_TEXT_MAX], user[ACCOUNT_TEXT_MAX], where[ACCOUNT_TEXT_MAX];
    copy(text, sizeof text, parts->user, parts->user_length);
    account_fold(text, user, sizeof user);
    copy(text, sizeof text, parts->domain_length ? parts->domain : host,
         parts->domain_length ? parts->domain_length : strlen(host));
    account_fold(text, where, sizeof where);
    // A key has one backslash, in front of its user.
    for (char *c = user; *c; c++)
        *c = *c == '\\' ? '/' : *c;
    for (char *c = where; *c; c++)
        *c = *c == '\\' ? '/' : *c;
    snprintf(key, ACCOUNT_KEY_MAX, "%s\\%s", where, user);
}

void account_identify(const struct account *account, const char *host, struct account_identity *identity)
{
    const struct parts parts = parts_of(account->user, account->domain);
    *identity = (struct account_identity){0};
    make_key(&parts, host, identity->key);
}

void account_identify_key(const char *key, struct account_identity *identity)
{
    const struct parts parts = parts_of(key, "");
    *identity = (struct account_identity){0};
    make_key(&parts, "", identity->key);
}

const char *account_user_part(const char *key)
{
    const char *backslash = strrchr(key, '\\');
    return backslash ? backslash + 1 : key;
}

// ---- places ----

static bool same(const char *a, const char *b)
{
    char x[ACCOUNT_TEXT_MAX], y[ACCOUNT_TEXT_MAX];
    return a[0] && b[0] && strcmp(account_fold(a, x, sizeof x), account_fold(b, y, sizeof y)) == 0;
}

bool host_is_alone(const struct host_names *names)
{
    // Outside a domain Windows gives its own name for the domain's, and names no forest.
    return same(names->computer, names->domain) && !names->forest[0] &&
           (!names->dns_domain[0] || same(names->dns_domain, names->dns_computer) ||
            same(names->dns_domain, names->computer));
}

static bool is_name_of(const char *where, const struct host_names *names)
{
    return same(where, names->computer) || same(where, names->dns_computer);
}

static bool is_domain_of(const char *where, const struct host_names *names)
{
    return same(where, names->domain) || same(where, names->dns_domain) || same(where, names->forest);
}

void account_place(struct account_identity *identity, bool bare, const struct host_names *names, const char *address)
{
    struct account_place *place = &identity->place;
    char where[ACCOUNT_TEXT_MAX];

    *place = (struct account_place){0};
    copy(where, sizeof where, identity->key, strcspn(identity->key, "\\"));
    if (host_is_alone(names)) {
        if (!address[0] || (!bare && !is_name_of(where, names)))
            return;
        account_fold(names->computer, place->machine, sizeof place->machine);
        // An IPv4 address is the same one as it is mapped into IPv6 (RFC 4291 section 2.5.5.2).
        const bool mapped = strncasecmp(address, "::ffff:", 7) == 0 && strchr(address, '.');
        snprintf(place->address, sizeof place->address, "%s", mapped ? address + 7 : address);
    } else if (!bare && is_domain_of(where, names)) {
        const char *forest = names->forest[0]       ? names->forest
                             : names->dns_domain[0] ? names->dns_domain
                                                    : names->domain;
        account_fold(forest, place->forest, sizeof place->forest);
    }
}

static bool same_user(const struct account_identity *a, const struct account_identity *b)
{
    return strcmp(account_user_part(a->key), account_user_part(b->key)) == 0;
}

static bool machines_differ(const struct account_place *a, const struct account_place *b)
{
    return a->machine[0] && b->machine[0] && strcmp(a->machine, b->machine) != 0 && strcmp(a->address, b->address) != 0;
}

bool account_may_be_same(const struct account_identity *a, const struct account_identity *b)
{
    const struct account_place *p = &a->place, *q = &b->place;
    if (!same_user(a, b))
        return false;
    if (strcmp(a->key, b->key) == 0)
        return true;
    if ((p->machine[0] && q->forest[0]) || (p->forest[0] && q->machine[0]) || machines_differ(p, q))
        return false;
    return !(p->forest[0] && q->forest[0] && strcmp(p->forest, q->forest) != 0);
}

bool account_is_same(const struct account_identity *a, const struct account_identity *b)
{
    const struct account_place *p = &a->place, *q = &b->place;
    if (!same_user(a, b))
        return false;
    if (strcmp(a->key, b->key) == 0)
        return !machines_differ(p, q);
    if (p->machine[0] && strcmp(p->machine, q->machine) == 0)
        return strcmp(p->address, q->address) == 0;
    return p->forest[0] && strcmp(p->forest, q->forest) == 0;
}

const char *account_user_fault(const char *user)
{
    // USER%PASSWORD and USER:PASSWORD are other programs' ways to write a password; a colon is in no user's name.
    if (strchr(user, '%'))
        return "has a '%', behind which other programs take a password: a password comes by file or variable only";
    if (strchr(user, ':'))
        return "has a ':', behind which other programs take a password: a password comes by file or variable only";
    return NULL;
}
