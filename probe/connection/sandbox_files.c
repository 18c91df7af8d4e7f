// SPDX-License-Identifier: Apache-2.0
#include "connection/sandbox_files.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// landlock(7) and linux/landlock.h, whose newest members the headers of older systems lack.
enum {
    CREATE_RULESET = 444, // on every architecture
    ADD_RULE = 445,
    RESTRICT_SELF = 446,
    QUERY_VERSION = 1,
    RULE_PATH = 1,
    RULE_PORT = 2
};

enum {
    FILE_EXECUTE = 1 << 0,
    FILE_WRITE = 1 << 1,
    FILE_READ = 1 << 2,
    DIRECTORY_READ = 1 << 3,
    DIRECTORY_REMOVE = 1 << 4,
    FILE_REMOVE = 1 << 5,
    DIRECTORY_MAKE = 1 << 7,
    FILE_MAKE = 1 << 8,
    ALL_OF_ABI_1 = (1 << 13) - 1,
    REFER = 1 << 13,    // ABI 2
    TRUNCATE = 1 << 14, // ABI 3
    IOCTL = 1 << 15,    // ABI 5
    BIND_TCP = 1 << 0,  // ABI 4
    CONNECT_TCP = 1 << 1,
    SCOPE_ABSTRACT_SOCKETS = 1 << 0, // ABI 6
    SCOPE_SIGNALS = 1 << 1,
    OF_FILES = FILE_EXECUTE | FILE_WRITE | FILE_READ | TRUNCATE | IOCTL, // the others are of directories only
    READING = FILE_READ | DIRECTORY_READ,
    WRITING = READING | FILE_WRITE | DIRECTORY_REMOVE | FILE_REMOVE | DIRECTORY_MAKE | FILE_MAKE | TRUNCATE
};

struct ruleset {
    uint64_t files, net, scopes;
};

struct path_rule {
    uint64_t access;
    int32_t parent;
} __attribute__((packed));

struct port_rule {
    uint64_t access, port;
};

// Name services (nsswitch.conf(5), nscd, systemd-resolved, SSSD), Kerberos, OpenSSL, time zones, character sets. Not
// all of /etc and /proc: a worker of root must not read /etc/shadow, nor other processes.
static const char *const readable[] = {"/usr",
                                       "/lib",
                                       "/lib64",
                                       "/lib32",
                                       "/bin",
                                       "/etc/hosts",
                                       "/etc/resolv.conf",
                                       "/etc/nsswitch.conf",
                                       "/etc/host.conf",
                                       "/etc/gai.conf",
                                       "/etc/services",
                                       "/etc/protocols",
                                       "/etc/hostname",
                                       "/etc/passwd",
                                       "/etc/group",
                                       "/etc/krb5.conf",
                                       "/etc/krb5.conf.d",
                                       "/etc/krb5",
                                       "/etc/localtime",
                                       "/etc/timezone",
                                       "/etc/ld.so.cache",
                                       "/etc/ld.so.preload",
                                       "/etc/ssl",
                                       "/etc/pki",
                                       "/etc/crypto-policies",
                                       "/etc/ca-certificates",
                                       "/etc/gss",
                                       "/etc/machine-id",
                                       "/run/systemd/resolve",
                                       "/run/resolvconf",
                                       "/run/NetworkManager",
                                       "/run/nscd",
                                       "/var/cache/nscd",
                                       "/var/lib/sss/mc",
                                       "/var/lib/sss/pubconf",
                                       "/dev/urandom",
                                       "/dev/random",
                                       "/dev/zero",
                                       "/proc/self",
                                       "/proc/cpuinfo",
                                       "/proc/meminfo",
                                       "/proc/stat",
                                       "/proc/filesystems",
                                       "/proc/sys/crypto",
                                       "/proc/sys/vm",
                                       "/sys/devices/system"};

// Where the user has them elsewhere. Of nss_wrapper, which stands in for a host's name services without changing it.
static const char *const variables[] = {"SSL_CERT_FILE",   "SSL_CERT_DIR",      "OPENSSL_CONF",
                                        "OPENSSL_MODULES", "HOSTALIASES",       "ICU_DATA",
                                        "LOCPATH",         "NSS_WRAPPER_HOSTS", "NSS_WRAPPER_PASSWD"};

enum { LIBRARY_FOLDERS_MAX = 32 };
static char *library_folders[LIBRARY_FOLDERS_MAX];
static size_t library_folder_count;

static int note_library(struct dl_phdr_info *info, size_t size, void *context)
{
    const char *slash = strrchr(info->dlpi_name, '/');
    (void)size, (void)context;
    size_t length = slash ? (size_t)(slash - info->dlpi_name) : 0;
    for (size_t i = 0; i < library_folder_count; i++) {
        if (strlen(library_folders[i]) == length && strncmp(library_folders[i], info->dlpi_name, length) == 0)
            return 0;
    }
    if (length && library_folder_count < LIBRARY_FOLDERS_MAX) {
        library_folders[library_folder_count] = strndup(info->dlpi_name, length);
        library_folder_count += library_folders[library_folder_count] != NULL;
    }
    return 0;
}

void landlock_note_libraries(void)
{
    dl_iterate_phdr(note_library, NULL);
}

int landlock_version(void)
{
    long version = syscall(CREATE_RULESET, NULL, 0, QUERY_VERSION);
    return version > 0 ? (int)version : 0;
}

static uint64_t known_file_rights(int version)
{
    return ALL_OF_ABI_1 | (version >= 2 ? REFER : 0) | (version >= 3 ? TRUNCATE : 0) | (version >= 5 ? IOCTL : 0);
}

// What is not there needs no right.
static bool allow_path(int rules, const char *path, uint64_t access)
{
    struct stat status;
    struct path_rule rule = {.access = access, .parent = open(path, O_PATH | O_CLOEXEC)};
    if (rule.parent < 0)
        return true;
    if (fstat(rule.parent, &status) == 0 && !S_ISDIR(status.st_mode))
        rule.access &= OF_FILES;
    bool ok = syscall(ADD_RULE, rules, RULE_PATH, &rule, 0) == 0;
    int saved = errno;
    close(rule.parent);
    errno = saved;
    return ok;
}

static bool allow_files(int rules, int version, const char *scratch)
{
    char path[64];
    const uint64_t known = known_file_rights(version);
    bool ok =
        allow_path(rules, scratch, WRITING & known) && allow_path(rules, "/dev/null", (READING | FILE_WRITE) & known);
    for (size_t i = 0; ok && i < sizeof readable / sizeof readable[0]; i++)
        ok = allow_path(rules, readable[i], READING);
    for (size_t i = 0; ok && i < library_folder_count; i++)
        ok = allow_path(rules, library_folders[i], READING);
    for (size_t i = 0; ok && i < sizeof variables / sizeof variables[0]; i++) {
        const char *value = getenv(variables[i]);
        ok = !value || value[0] != '/' || !value[1] || allow_path(rules, value, READING);
    }
    // Kerberos tickets that the user has already, where Debian and Fedora keep them in files.
    snprintf(path, sizeof path, "/tmp/krb5cc_%u", (unsigned)getuid());
    ok = ok && allow_path(rules, path, READING);
    snprintf(path, sizeof path, "/run/user/%u/krb5cc", (unsigned)getuid());
    return ok && allow_path(rules, path, READING);
}

static bool allow_ports(int rules, const struct sandbox_needs *needs)
{
    bool ok = true;
    for (size_t i = 0; ok && i < needs->port_count; i++) {
        struct port_rule rule = {.access = CONNECT_TCP, .port = needs->ports[i]};
        ok = syscall(ADD_RULE, rules, RULE_PORT, &rule, 0) == 0;
    }
    return ok;
}

bool landlock_enter(const struct sandbox_needs *needs)
{
    const int version = landlock_version();
    const struct ruleset set = {.files = known_file_rights(version),
                                .net = version >= 4 ? BIND_TCP | CONNECT_TCP : 0,
                                .scopes = version >= 6 ? SCOPE_ABSTRACT_SOCKETS | SCOPE_SIGNALS : 0};
    const size_t size = version >= 6 ? sizeof set : version >= 4 ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
    if (version == 0)
        return true;
    int rules = (int)syscall(CREATE_RULESET, &set, size, 0);
    if (rules < 0)
        return false;
    bool ok = allow_files(rules, version, needs->scratch) && (version < 4 || allow_ports(rules, needs)) &&
              syscall(RESTRICT_SELF, rules, 0) == 0;
    int saved = errno;
    close(rules);
    errno = saved;
    return ok;
}
