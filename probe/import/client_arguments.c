// SPDX-License-Identifier: Apache-2.0
#include "import/client_arguments.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

bool client_argument_has_sign(const char *word)
{
    return word[0] == '/' || word[0] == '+' || word[0] == '-';
}

static const char *name_of(const char *word, size_t *length)
{
    const char *name = word + 1;
    if (word[0] == '-' && word[1] == '-')
        name++;
    *length = strcspn(name, ":=");
    return name;
}

static bool is_named(const char *word, const char *name)
{
    size_t length;
    const char *own;
    if (!client_argument_has_sign(word))
        return false;
    own = name_of(word, &length);
    return length == strlen(name) && strncasecmp(own, name, length) == 0;
}

// The value of argv[i], in the same word or, in POSIX form, in the next; NULL if there is none.
static char *value_of(int i, int argc, char *const *argv)
{
    size_t length;
    const char *name = name_of(argv[i], &length);
    if (name[length])
        return argv[i] + (name - argv[i]) + length + 1;
    return i + 1 < argc && argv[i][0] == '-' ? argv[i + 1] : NULL;
}

bool client_arguments_have(int argc, char *const *argv, const char *name)
{
    for (int i = 0; i < argc; i++) {
        if (is_named(argv[i], name))
            return true;
    }
    return false;
}

char *client_argument_name(const char *word, char *name, size_t size)
{
    size_t length = 0;
    const char *own = client_argument_has_sign(word) ? name_of(word, &length) : NULL;
    if (own && length)
        snprintf(name, size, "%.*s", (int)(own - word + (ptrdiff_t)length), word);
    else
        snprintf(name, size, "…");
    return name;
}

bool client_arguments_allowed(int argc, char *const *argv, char *error, size_t size)
{
    static const struct {
        const char *name, *why;
    } refused[] = {
        {"args-from", "it reads further arguments: write them after -- instead"},
        {"from-stdin", "it asks for a password: use --password-file FILE, or - for standard input"},
        {"assistance", "Remote Assistance is not tried by this program"},
        {"log-level", "the log is this program's own"},
        {"log-filters", "the log is this program's own"},
        {"list", "it only prints a list"},
        {"kbd-list", "it only prints a list"},
        {"kbd-lang-list", "it only prints a list"},
        {"kbd-scancode-list", "it only prints a list"},
        {"monitor-list", "it only prints a list"},
        {"smartcard-list", "it only prints a list"},
        {"tune-list", "it only prints a list"},
        {"help", "it only prints a text"},
        {"?", "it only prints a text"},
        {"version", "it only prints a text"},
        {"buildconfig", "it only prints a text"},
    };
    for (int i = 0; i < argc; i++) {
        for (size_t r = 0; r < sizeof refused / sizeof refused[0]; r++) {
            if (!is_named(argv[i], refused[r].name))
                continue;
            snprintf(error, size, "xfreerdp's argument /%s is not taken: %s", refused[r].name, refused[r].why);
            return false;
        }
    }
    return true;
}

const char *client_argument_new_form(const char *word)
{
    // xfreerdp 2's, by the help texts of both (cmdline.h of 2.11 and 3.10).
    static const struct {
        const char *name, *form;
    } forms[] = {
        {"v", "/v:HOST[:PORT], an IPv6 address in brackets: /v:[2001:db8::5]"},
        {"g", "/gateway:g:HOST[:PORT]"},
        {"gu", "/gateway:u:USER"},
        {"gd", "/gateway:d:DOMAIN"},
        {"gp", "/gateway:p:PASSWORD, or --gateway-password-file"},
        {"gt", "/gateway:type:http or rpc"},
        {"gat", "/gateway:access-token:TOKEN, or --gateway-token-file"},
        {"gateway-usage-method", "/gateway:usage-method:direct or detect"},
        {"cert-ignore", "/cert:ignore"},
        {"cert-deny", "/cert:deny"},
        {"cert-tofu", "/cert:tofu"},
        {"cert-name", "/cert:name:NAME"},
        {"tls-ciphers", "/tls:ciphers:LIST"},
        {"tls-seclevel", "/tls:seclevel:0, 1 or 2"},
        {"enforce-tlsv1_2", "/tls:enforce:1.2"},
        {"sec-rdp", "/sec:rdp"},
        {"sec-tls", "/sec:tls"},
        {"sec-nla", "/sec:nla"},
        {"sec-ext", "/sec:ext"},
        {"rdp", "/sec:rdp"},
        {"tls", "/sec:tls, or /tls:enforce:1.2"},
        {"nla", "/sec:nla"},
        {"kbd", "/kbd:layout:0x407"},
        {"kbd-type", "/kbd:type:4"},
        {"kbd-subtype", "/kbd:subtype:0"},
        {"kbd-fn-key", "/kbd:fn-key:12"},
        {"gfx-h264", "/gfx:AVC444"},
        {"gfx-progressive", "/gfx:progressive"},
        {"gfx-small-cache", "/gfx:small-cache"},
        {"gfx-thin-client", "/gfx:thin-client"},
        {"app-name", "/app:name:NAME"},
        {"app-icon", "/app:icon:FILE"},
        {"app-cmd", "/app:cmd:COMMAND"},
        {"app-file", "/app:file:FILE"},
        {"app-guid", "/app:guid:GUID"},
        {"app", "/app:program:NAME"},
        {"bitmap-cache", "/cache:bitmap"},
        {"offscreen-cache", "/cache:offscreen"},
        {"glyph-cache", "/cache:glyph"},
        {"codec-cache", "/cache:codec:rfx"},
        {"persist-cache", "/cache:persist"},
        {"persist-cache-file", "/cache:persist-file:FILE"},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (is_named(word, forms[i].name))
            return forms[i].form;
    }
    return NULL;
}

static uint16_t port_in(const char *text, size_t length)
{
    const char *colon = memchr(text, ':', length), *bracket = memchr(text, ']', length);
    if (text[0] == '[')
        colon = bracket && bracket + 1 < text + length && bracket[1] == ':' ? bracket + 1 : NULL;
    unsigned long port = colon && colon[1] >= '0' && colon[1] <= '9' ? strtoul(colon + 1, NULL, 10) : 0;
    return port <= UINT16_MAX ? (uint16_t)port : 0;
}

uint16_t client_arguments_gateway_port(int argc, char *const *argv)
{
    uint16_t port = 0;
    for (int i = 0; i < argc; i++) {
        bool whole = is_named(argv[i], "g");
        if (!whole && !is_named(argv[i], "gateway"))
            continue;
        const char *value = value_of(i, argc, argv);
        if (value)
            port = 0; // of several, the last one counts
        for (size_t length; value && *value; value += length + (value[length] == ',')) {
            length = strcspn(value, ",");
            if (whole)
                port = port_in(value, length);
            else if (strncasecmp(value, "g:", 2) == 0)
                port = port_in(value + 2, length - 2);
        }
    }
    return port;
}

static const char *const secret_names[] = {"p", "gp", "gat", "pth", "reconnect-cookie", "smartcard-logon", "proxy"};

// Calls back for the bytes of each secret.
static void each_secret(int argc, char *const *argv, void (*found)(char *secret, size_t length, void *context),
                        void *context)
{
    for (int i = 0; i < argc; i++) {
        char *value = client_argument_has_sign(argv[i]) ? value_of(i, argc, argv) : NULL;
        for (size_t s = 0; value && s < sizeof secret_names / sizeof secret_names[0]; s++) {
            // A proxy's address is none, only user and password before it.
            bool secret = strcmp(secret_names[s], "proxy") != 0 || strchr(value, '@');
            if (secret && is_named(argv[i], secret_names[s]))
                found(value, strlen(value), context);
        }
        if (!value || !is_named(argv[i], "gateway"))
            continue;
        for (size_t length; *value; value += length + (value[length] == ',')) {
            static const char *const parts[] = {"p:", "access-token:", "bearer:"};
            length = strcspn(value, ",");
            for (size_t p = 0; p < sizeof parts / sizeof parts[0]; p++) {
                size_t skip = strlen(parts[p]);
                if (length > skip && strncasecmp(value, parts[p], skip) == 0)
                    found(value + skip, length - skip, context);
            }
        }
    }
}

static void note(char *secret, size_t length, void *context)
{
    bool *held = context;
    (void)secret;
    *held = *held || length > 0;
}

bool client_arguments_hold_secret(int argc, char *const *argv)
{
    bool held = false;
    each_secret(argc, argv, note, &held);
    return held;
}

static void hide(char *secret, size_t length, void *context)
{
    (void)context;
    memset(secret, '*', length);
}

void client_arguments_hide_secrets(int argc, char **argv)
{
    each_secret(argc, argv, hide, NULL);
}
