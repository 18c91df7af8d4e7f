// SPDX-License-Identifier: Apache-2.0
#include "connection/sandbox.h"

#include <errno.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "connection/sandbox_calls.h"
#include "connection/sandbox_files.h"

// DNS, Kerberos and its change of passwords.
enum { PORT_DNS = 53, PORT_KERBEROS = 88, PORT_KPASSWD = 464, CONFIGURATION_MAX = 64 * 1024, PORT_MAX = 65535 };

static bool disabled;
static uint16_t ports[SANDBOX_PORTS_MAX / 2] = {PORT_DNS, PORT_KERBEROS, PORT_KPASSWD};
static size_t port_count = 3;

void sandbox_disable(void)
{
    disabled = true;
}

bool sandbox_disabled(void)
{
    return disabled;
}

// KDCs on other ports: "kdc = host:port". What else looks like that in the file is one port more.
static void note_kerberos_ports(void)
{
    static char text[CONFIGURATION_MAX];
    FILE *file = fopen("/etc/krb5.conf", "re");
    size_t size = file ? fread(text, 1, sizeof text - 1, file) : 0;
    text[size] = '\0';
    if (file)
        fclose(file);
    for (const char *p = strchr(text, ':'); p; p = strchr(p + 1, ':')) {
        unsigned long port = p[1] >= '0' && p[1] <= '9' ? strtoul(p + 1, NULL, 10) : 0;
        if (port > 0 && port <= PORT_MAX && port_count < sizeof ports / sizeof ports[0])
            ports[port_count++] = (uint16_t)port;
    }
}

bool sandbox_prepare(void)
{
    note_kerberos_ports();
    landlock_note_libraries();
    return disabled || !calls_can_be_filtered() || calls_prepare();
}

static bool drop_capabilities(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    return syscall(SYS_capset, &head, none) == 0;
}

bool sandbox_enter(const struct sandbox_needs *needs, char *error, size_t size)
{
    const char *layer = NULL;
    struct sandbox_needs all = *needs;
    if (disabled)
        return true;
    for (size_t i = 0; i < port_count && all.port_count < SANDBOX_PORTS_MAX; i++)
        all.ports[all.port_count++] = ports[i];
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        layer = "new privileges cannot be renounced";
    else if (!drop_capabilities())
        layer = "capabilities cannot be dropped";
    else if (!landlock_enter(&all))
        layer = "Landlock cannot be entered";
    else if (calls_can_be_filtered() && !calls_enter(needs->sink))
        layer = "system calls cannot be filtered";
    if (layer)
        snprintf(error, size, "%s: %s", layer, strerror(errno));
    return !layer;
}

bool sandbox_tighten(bool udp)
{
    return disabled || !calls_can_be_filtered() || calls_tighten(udp);
}

const char *sandbox_text(void)
{
    static char text[200];
    const int landlock = landlock_version();
    const bool calls = calls_can_be_filtered();
    if (disabled)
        return "none (--no-sandbox)";
    snprintf(text, sizeof text, "no new privileges, no capabilities%s%s%s%s", calls ? ", system calls" : "",
             landlock ? ", files" : "", landlock >= 4 ? ", TCP ports" : "",
             landlock >= 6 ? ", signals and abstract sockets" : "");
    size_t used = strlen(text);
    if (landlock)
        used += (size_t)snprintf(text + used, sizeof text - used, " (Landlock %d)", landlock);
    if (!calls || landlock < 6)
        snprintf(text + used, sizeof text - used, "; not on this kernel:%s%s%s%s", calls ? "" : " system calls",
                 landlock ? "" : " files", landlock < 4 ? " TCP ports" : "",
                 landlock < 6 ? " signals and abstract sockets" : "");
#ifdef __SANITIZE_ADDRESS__
    used = strlen(text);
    snprintf(text + used, sizeof text - used, "; relaxed for AddressSanitizer");
#endif
    return text;
}
