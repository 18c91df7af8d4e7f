// SPDX-License-Identifier: Apache-2.0
#include "connection/picture/image.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BYTES = 4, RGB_BYTES = 3, USER_ONLY = 0600, ATTEMPTS = 100 };

// Of the 256 levels of a channel, by how many what was one colour may differ after a lossy codec: RemoteFX of FreeRDP's
// shadow server was seen to make up to 2 of it.
enum { TOLERANCE = 4 };

// ---- what it shows ----

static const uint8_t *pixel(const struct image *image, size_t x, size_t y)
{
    return image->pixels + y * image->stride + x * BYTES;
}

double image_painted(const struct image *image)
{
    const size_t count = (size_t)image->width * image->height;
    size_t painted = 0;
    for (size_t i = 0; i < count; i++)
        painted += image->painted[i] != 0;
    return count ? 100.0 * (double)painted / (double)count : 0;
}

bool image_uniform(const struct image *image, uint32_t *color)
{
    uint8_t least[RGB_BYTES], most[RGB_BYTES];
    uint64_t sum[RGB_BYTES] = {0}, count = 0;

    memset(least, 0xFF, sizeof least);
    memset(most, 0, sizeof most);
    for (size_t y = 0; y < image->height; y++) {
        for (size_t x = 0; x < image->width; x++) {
            const uint8_t *p = pixel(image, x, y);
            if (!image->painted[y * image->width + x])
                continue;
            for (int i = 0; i < RGB_BYTES; i++) {
                least[i] = p[i] < least[i] ? p[i] : least[i];
                most[i] = p[i] > most[i] ? p[i] : most[i];
                if (most[i] - least[i] > TOLERANCE)
                    return false;
                sum[i] += p[i];
            }
            count++;
        }
    }
    if (!count)
        return false;
    *color = 0;
    for (int i = RGB_BYTES - 1; i >= 0; i--) // from red down to blue
        *color = *color << 8 | (uint32_t)((sum[i] + count / 2) / count);
    return true;
}

// ---- the file ----

// A file that is being written. It has a name only where the file system knows no files without.
struct draft {
    int fd;
    char name[PATH_MAX];
};

static bool directory_of(const char *path, char directory[PATH_MAX])
{
    char copy[PATH_MAX];
    if (strlen(path) >= sizeof copy) {
        errno = ENAMETOOLONG;
        return false;
    }
    strcpy(copy, path);
    strcpy(directory, dirname(copy));
    return true;
}

static bool draft_name(const char *directory, unsigned number, char name[PATH_MAX])
{
    int n = snprintf(name, PATH_MAX, "%s/.rdpprobe-%ld-%u.png", directory, (long)getpid(), number);
    if (n > 0 && n < PATH_MAX)
        return true;
    errno = ENAMETOOLONG;
    return false;
}

static bool draft_open(struct draft *draft, const char *directory)
{
    draft->name[0] = '\0';
    draft->fd = open(directory, O_TMPFILE | O_WRONLY | O_CLOEXEC, USER_ONLY);
    // EISDIR: of kernels that do not know O_TMPFILE.
    if (draft->fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR && errno != EINVAL))
        return draft->fd >= 0;
    for (unsigned i = 0; i < ATTEMPTS && draft->fd < 0; i++) {
        if (!draft_name(directory, i, draft->name))
            break;
        draft->fd = open(draft->name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, USER_ONLY);
        if (draft->fd < 0 && errno != EEXIST)
            break;
    }
    return draft->fd >= 0;
}

static void draft_drop(const struct draft *draft)
{
    int saved = errno;
    if (draft->name[0])
        unlink(draft->name);
    errno = saved;
}

// Gives the complete file its name. A link cannot take another file's place, so it gets a name of its own first.
static bool draft_publish(struct draft *draft, const char *directory, const char *path)
{
    char self[40];
    snprintf(self, sizeof self, "/proc/self/fd/%d", draft->fd);
    for (unsigned i = 0; !draft->name[0]; i++) {
        char name[PATH_MAX];
        if (!draft_name(directory, i, name))
            return false;
        if (linkat(AT_FDCWD, self, AT_FDCWD, name, AT_SYMLINK_FOLLOW) == 0)
            strcpy(draft->name, name);
        else if (errno != EEXIST || i == ATTEMPTS)
            return false;
    }
    return rename(draft->name, path) == 0;
}

static uint8_t *rgb_of(const struct image *image)
{
    uint8_t *rgb = malloc((size_t)image->width * image->height * RGB_BYTES), *to = rgb;
    for (size_t y = 0; rgb && y < image->height; y++) {
        for (size_t x = 0; x < image->width; x++) {
            const uint8_t *p = pixel(image, x, y);
            *to++ = p[2];
            *to++ = p[1];
            *to++ = p[0];
        }
    }
    return rgb;
}

// Writes what a PNG file has in it. Leaves the descriptor open.
static bool write_png(const struct image *image, int fd)
{
    png_image png = {.version = PNG_IMAGE_VERSION,
                     .width = image->width,
                     .height = image->height,
                     .format = PNG_FORMAT_RGB,
                     .flags = PNG_IMAGE_FLAG_FAST};
    uint8_t *rgb = rgb_of(image);
    int own = rgb ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : -1;
    FILE *file = own >= 0 ? fdopen(own, "wb") : NULL;
    bool ok = false;

    errno = 0;
    if (file) {
        ok = png_image_write_to_stdio(&png, file, 0, rgb, 0, NULL) != 0;
        ok = fclose(file) == 0 && ok;
    } else if (own >= 0) {
        close(own);
    }
    if (!ok && errno == 0)
        errno = rgb ? EIO : ENOMEM;
    free(rgb);
    return ok;
}

bool image_can_save(const char *path)
{
    char directory[PATH_MAX];
    struct draft draft;
    struct stat status;

    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode)) {
        errno = EEXIST;
        return false;
    }
    if (!directory_of(path, directory) || !draft_open(&draft, directory))
        return false;
    close(draft.fd);
    draft_drop(&draft);
    return true;
}

bool image_save(const struct image *image, const char *path)
{
    int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, USER_ONLY);
    bool ok = fd >= 0 && fchmod(fd, USER_ONLY) == 0 && write_png(image, fd);
    int saved = errno;
    if (fd >= 0)
        close(fd);
    errno = saved;
    return ok;
}

static bool copy(int from, int to)
{
    struct stat status;
    if (fstat(from, &status) != 0 || !S_ISREG(status.st_mode)) {
        errno = EINVAL;
        return false;
    }
    while (status.st_size > 0) {
        ssize_t n = sendfile(to, from, NULL, (size_t)status.st_size);
        if (n <= 0)
            return false;
        status.st_size -= n;
    }
    return true;
}

bool image_publish(const char *from, const char *path)
{
    char directory[PATH_MAX];
    struct draft draft;
    int fd = open(from, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

    bool begun = fd >= 0 && directory_of(path, directory) && draft_open(&draft, directory);
    bool ok = begun && fchmod(draft.fd, USER_ONLY) == 0 && copy(fd, draft.fd) && draft_publish(&draft, directory, path);
    if (begun && !ok)
        draft_drop(&draft);
    int saved = errno;
    if (begun)
        close(draft.fd);
    if (fd >= 0)
        close(fd);
    errno = saved;
    return ok;
}
