// SPDX-License-Identifier: Apache-2.0
#include "connection/capture/capture_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connection/capture/pcapng.h"

static bool write_head(int fd, const char *program, bool redact)
{
    static const char *const names[CAPTURE_INTERFACES] = {"tcp", "tunnel", "pdus"};
    static const char *const whole[CAPTURE_INTERFACES] = {
        "the trial's TCP connections; headers are made up around the bytes that were sent and received",
        "the connection inside a gateway's tunnel; addresses and headers are made up",
        "PDUs outside TLS, those that RDP security encrypts, decrypted, and Set Error Info",
    };
    static const char *const redacted[CAPTURE_INTERFACES] = {
        "the trial's TCP connections, data left out; headers are made up",
        "the connection inside a gateway's tunnel, data left out; addresses and headers are made up",
        "decrypted PDUs without credentials, session data and pictures; a comment says what was taken out",
    };
    static const enum pcapng_link links[CAPTURE_INTERFACES] = {LINK_RAW_IP, LINK_RAW_IP, LINK_UPPER_PDU};
    uint8_t bytes[1024];
    struct pcapng_buffer buffer = {.data = bytes, .capacity = sizeof bytes};

    if (!pcapng_section(&buffer, program))
        return false;
    for (int i = 0; i < CAPTURE_INTERFACES; i++) {
        if (!pcapng_interface(&buffer, links[i], names[i], (redact ? redacted : whole)[i]))
            return false;
    }
    return pwrite(fd, bytes, buffer.used, 0) == (ssize_t)buffer.used;
}

int capture_file_create(const char *path, const char *program, bool redact)
{
    struct stat status;

    // A file that is there already may be open to others: it is left to them, and another one takes its name.
    if (lstat(path, &status) == 0) {
        if (!S_ISREG(status.st_mode)) {
            errno = EEXIST;
            return -1;
        }
        if (unlink(path) != 0)
            return -1;
    }
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (fd >= 0 && !write_head(fd, program, redact)) {
        int saved = errno;
        close(fd);
        errno = saved ? saved : ENOSPC;
        return -1;
    }
    return fd;
}

static bool read_head(void *context, uint64_t offset, uint8_t out[8])
{
    const int *fd = context;
    return pread(*fd, out, 8, (off_t)offset) == 8;
}

// Whether the file ends with a whole block: its length stands at both ends.
static bool ends_well(int fd, uint64_t size)
{
    uint8_t tail[4], head[8];
    if (size < sizeof head || pread(fd, tail, sizeof tail, (off_t)(size - sizeof tail)) != sizeof tail)
        return false;
    uint64_t length = tail[0] | (uint64_t)tail[1] << 8 | (uint64_t)tail[2] << 16 | (uint64_t)tail[3] << 24;
    return length <= size && length >= sizeof head && read_head(&fd, size - length, head) &&
           memcmp(head + 4, tail, sizeof tail) == 0;
}

bool capture_file_repair(int fd)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        return false;
    uint64_t size = (uint64_t)status.st_size;
    if (ends_well(fd, size))
        return true;
    uint64_t whole = pcapng_whole(0, size, read_head, &fd);
    return whole == size || ftruncate(fd, (off_t)whole) == 0;
}
