// SPDX-License-Identifier: Apache-2.0
#include "runner/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

// FreeRDP keeps <ConfigPath>/licenses/<SHA-1 of the client name>.cal.
static const char STORE[] = "licenses";
static const char ISSUED[] = "issued";

static bool join(char path[SCRATCH_PATH], const char *directory, const char *name)
{
    int n = snprintf(path, SCRATCH_PATH, "%s/%s", directory, name);
    if (n >= SCRATCH_PATH)
        errno = ENAMETOOLONG;
    return n > 0 && n < SCRATCH_PATH;
}

// In memory where there is such a place: two directories made and removed for each trial cost more on a disk than all
// that the parent does for it besides.
static const char *find_parent(void)
{
    const char *given = getenv("TMPDIR");
    if (given && given[0] == '/')
        return given;
    return access("/dev/shm", R_OK | W_OK | X_OK) == 0 ? "/dev/shm" : "/tmp";
}

bool scratch_make(char path[SCRATCH_PATH])
{
    char issued[SCRATCH_PATH];
    return join(path, find_parent(), "rdpprobe-XXXXXX") && mkdtemp(path) && join(issued, path, ISSUED) &&
           mkdir(issued, 0700) == 0;
}

bool scratch_make_part(const char *path)
{
    char issued[SCRATCH_PATH];
    return mkdir(path, 0700) == 0 && join(issued, path, ISSUED) && mkdir(issued, 0700) == 0;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    remove(path);
    return 0;
}

void scratch_remove(const char *path)
{
    enum { DESCRIPTORS = 8 };
    nftw(path, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}

static bool copy_file(const char *from, const char *to)
{
    struct stat status;
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = in < 0 ? -1 : open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = out >= 0 && fstat(in, &status) == 0;
    while (ok && status.st_size > 0) {
        ssize_t n = sendfile(out, in, NULL, (size_t)status.st_size);
        ok = n > 0;
        status.st_size -= ok ? n : 0;
    }
    int saved = errno;
    if (in >= 0)
        close(in);
    if (out >= 0 && close(out) != 0)
        ok = false;
    errno = saved;
    return ok;
}

// Damages a licence in the middle, so that it has its length and its beginning, and is no licence.
static bool damage(const char *path)
{
    uint8_t bytes[4096];
    FILE *file = fopen(path, "r+be");
    size_t size = file ? fread(bytes, 1, sizeof bytes, file) : 0;
    bool ok = file != NULL;
    for (size_t i = size / 3; i < size - size / 3; i++)
        bytes[i] ^= 0xA5;
    ok = ok && fseek(file, 0, SEEK_SET) == 0 && fwrite(bytes, 1, size, file) == size;
    if (file && fclose(file) != 0)
        ok = false;
    return ok;
}

static bool is_license(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && strcmp(name + length - 4, ".cal") == 0;
}

// Copies all licences from one directory into another, damaged if so wanted. Returns how many, or -1. A source that is
// not there has none.
static int copy_licenses(const char *from, const char *to, bool damaged)
{
    char source[SCRATCH_PATH], copy[SCRATCH_PATH];
    struct dirent *entry;
    int count = 0;
    DIR *directory = opendir(from);

    if (!directory)
        return errno == ENOENT || errno == ENOTDIR ? 0 : -1;
    while (count >= 0 && (entry = readdir(directory))) {
        if (!is_license(entry->d_name))
            continue;
        bool ok = join(source, from, entry->d_name) && join(copy, to, entry->d_name) && copy_file(source, copy) &&
                  (!damaged || damage(copy));
        count = ok ? count + 1 : -1;
    }
    closedir(directory);
    return count;
}

// FreeRDP's own configuration directory of the user.
static bool user_store(char path[SCRATCH_PATH])
{
    const char *config = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    if (config && config[0] == '/')
        return join(path, config, "freerdp/licenses");
    return home && join(path, home, ".config/freerdp/licenses");
}

bool scratch_prepare(const char *scratch, unsigned long number, enum license_level license, char config[SCRATCH_PATH])
{
    char name[40], store[SCRATCH_PATH], from[SCRATCH_PATH];

    snprintf(name, sizeof name, "trial-%lu", number);
    if (!join(config, scratch, name) || mkdir(config, 0700) != 0 || !join(store, config, STORE) ||
        mkdir(store, 0700) != 0)
        return false;
    switch (license) {
    case LICENSE_KEEP:
        return !user_store(from) || copy_licenses(from, store, false) >= 0;
    case LICENSE_REUSE:
    case LICENSE_CORRUPT:
        return join(from, scratch, ISSUED) && copy_licenses(from, store, license == LICENSE_CORRUPT) >= 0;
    case LICENSE_CLEAR:
        break;
    }
    return true;
}

int scratch_save_licenses(const char *scratch, const char *config)
{
    char store[SCRATCH_PATH], issued[SCRATCH_PATH];
    if (!join(store, config, STORE) || !join(issued, scratch, ISSUED))
        return -1;
    return copy_licenses(store, issued, false);
}

bool scratch_has_licenses(const char *scratch)
{
    char issued[SCRATCH_PATH];
    struct dirent *entry;
    bool found = false;
    DIR *directory = join(issued, scratch, ISSUED) ? opendir(issued) : NULL;
    while (directory && !found && (entry = readdir(directory)))
        found = is_license(entry->d_name);
    if (directory)
        closedir(directory);
    return found;
}
