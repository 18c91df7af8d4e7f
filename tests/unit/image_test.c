// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connection/picture/image.h"

enum { WIDTH = 3, HEIGHT = 2, STRIDE = 16 };

// Blue, green, red, nothing; four bytes behind each row belong to nobody.
static const uint8_t pixels[HEIGHT * STRIDE] = {
    0x10, 0x20, 0x30, 0x00, 0x10, 0x20, 0x30, 0xFF, 0x11, 0x22, 0x33, 0x44, 0xEE, 0xEE, 0xEE, 0xEE, //
    0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0x00, 0xEE, 0xEE, 0xEE, 0xEE,
};
static const uint8_t rgb[WIDTH * HEIGHT * 3] = {0x30, 0x20, 0x10, 0x30, 0x20, 0x10, 0x33, 0x22, 0x11,
                                                0x00, 0x00, 0xFF, 0x00, 0xFF, 0x00, 0xFF, 0x00, 0x00};

static struct image image_with(const uint8_t *painted)
{
    return (struct image){.pixels = pixels, .stride = STRIDE, .painted = painted, .width = WIDTH, .height = HEIGHT};
}

static void test_what_was_painted(void **state)
{
    (void)state;
    const uint8_t all[] = {1, 1, 1, 1, 1, 1}, none[6] = {0}, two[] = {1, 1, 0, 0, 0, 0}, last[] = {0, 0, 0, 0, 0, 9};
    const struct image whole = image_with(all), blank = image_with(none), pair = image_with(two),
                       one = image_with(last);
    const struct image empty = {.pixels = pixels, .painted = all};
    uint32_t color = 1;

    assert_true(image_painted(&whole) == 100);
    assert_true(image_painted(&blank) == 0);
    assert_true(image_painted(&empty) == 0);
    assert_true(image_painted(&pair) > 33.3 && image_painted(&pair) < 33.4);

    assert_false(image_uniform(&whole, &color));
    assert_false(image_uniform(&blank, &color)); // nothing painted is no colour
    assert_false(image_uniform(&empty, &color));
    assert_int_equal(color, 1);
    assert_true(image_uniform(&pair, &color)); // the byte that means nothing differs
    assert_int_equal(color, 0x302010);
    assert_true(image_uniform(&one, &color));
    assert_int_equal(color, 0xFF0000);
}

static void test_one_colour_but_for_a_codec(void **state)
{
    (void)state;
    const uint8_t three[] = {1, 1, 1, 0, 0, 0}, both[] = {1, 1};
    const uint8_t near[] = {7, 7, 7, 0, 7, 11, 7, 0}, far[] = {7, 7, 7, 0, 7, 7, 12, 0};
    const struct image mixed = image_with(three);
    struct image image = {.pixels = near, .stride = 8, .painted = both, .width = 2, .height = 1};
    uint32_t color;

    assert_true(image_uniform(&mixed, &color));
    assert_int_equal(color, 0x312110); // the mean, rounded
    assert_true(image_uniform(&image, &color));
    assert_int_equal(color, 0x070907);
    image.pixels = far;
    assert_false(image_uniform(&image, &color));
}

struct folder {
    char path[64];
};

static int make_folder(void **state)
{
    struct folder *folder = calloc(1, sizeof *folder);
    strcpy(folder->path, "/tmp/image_test.XXXXXX");
    *state = folder;
    return mkdtemp(folder->path) ? 0 : -1;
}

static int remove_folder(void **state)
{
    struct folder *folder = *state;
    int status = rmdir(folder->path); // every test has removed what it made
    free(folder);
    return status;
}

static unsigned count_files(const char *path)
{
    DIR *directory = opendir(path);
    unsigned count = 0;
    const struct dirent *entry;
    while ((entry = readdir(directory)))
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    closedir(directory);
    return count;
}

static void check_file(const char *path)
{
    png_image png = {.version = PNG_IMAGE_VERSION};
    uint8_t read[sizeof rgb];
    struct stat status;

    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_true(png_image_begin_read_from_file(&png, path));
    assert_int_equal(png.width, WIDTH);
    assert_int_equal(png.height, HEIGHT);
    assert_int_equal(png.format, PNG_FORMAT_RGB); // opaque
    assert_true(png_image_finish_read(&png, NULL, read, 0, NULL));
    assert_memory_equal(read, rgb, sizeof rgb);
}

// The worker's part and the parent's.
static bool save(const struct image *image, const char *path)
{
    char own[] = "/tmp/image_test-XXXXXX", draft[40];
    if (!mkdtemp(own))
        return false;
    snprintf(draft, sizeof draft, "%s/draft.png", own);
    bool ok = image_save(image, draft) && !image_save(image, draft) && image_publish(draft, path);
    int saved = errno;
    unlink(draft);
    rmdir(own);
    errno = saved;
    return ok;
}

static void test_save(void **state)
{
    const struct folder *folder = *state;
    const uint8_t painted[WIDTH * HEIGHT] = {0};
    const struct image image = image_with(painted);
    char path[128];

    snprintf(path, sizeof path, "%s/desk.png", folder->path);
    mode_t before = umask(0);
    assert_true(image_can_save(path));
    assert_int_equal(count_files(folder->path), 0);
    assert_true(save(&image, path));
    check_file(path);

    assert_int_equal(chmod(path, 0644), 0); // one of the same name is replaced, not written into
    umask(0777);
    assert_true(image_can_save(path));
    assert_true(save(&image, path));
    umask(before);
    check_file(path);
    assert_int_equal(count_files(folder->path), 1);
    assert_int_equal(unlink(path), 0);
}

static void test_save_in_vain(void **state)
{
    const struct folder *folder = *state;
    const uint8_t painted[WIDTH * HEIGHT] = {0};
    const struct image image = image_with(painted);
    char path[128], *longer = calloc(1, 8192);

    snprintf(path, sizeof path, "%s/missing/desk.png", folder->path);
    assert_false(image_can_save(path));
    assert_int_equal(errno, ENOENT);
    assert_false(save(&image, path));
    assert_int_equal(errno, ENOENT);

    assert_false(image_can_save(folder->path)); // a directory
    assert_int_equal(errno, EEXIST);
    assert_false(image_can_save("/dev/null"));
    assert_int_equal(errno, EEXIST);

    snprintf(path, sizeof path, "%s/directory", folder->path); // made after it was looked at
    assert_int_equal(mkdir(path, 0700), 0);
    assert_false(save(&image, path));
    assert_int_equal(count_files(folder->path), 1);
    assert_int_equal(rmdir(path), 0);

    memset(longer, 'a', 8191);
    assert_false(image_can_save(longer));
    assert_int_equal(errno, ENAMETOOLONG);
    free(longer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_painted),
        cmocka_unit_test(test_one_colour_but_for_a_codec),
        cmocka_unit_test_setup_teardown(test_save, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(test_save_in_vain, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
