// SPDX-License-Identifier: Apache-2.0
// Names of capability sets (MS-RDPBCGR 2.2.1.13.1.1.1) and of the systems in the general one (2.2.7.1.1).
#include "knowledge/table.h"

static const struct code_row sets[] = {
    {0x01, "GENERAL", "general abilities"},
    {0x02, "BITMAP", "size and depth of the desktop"},
    {0x03, "ORDER", "drawing orders"},
    {0x04, "BITMAPCACHE", "bitmap cache, first revision"},
    {0x05, "CONTROL", "control of the session"},
    {0x07, "ACTIVATION", "activation of windows"},
    {0x08, "POINTER", "pointers"},
    {0x09, "SHARE", "the server's channel"},
    {0x0A, "COLORCACHE", "color table cache"},
    {0x0C, "SOUND", "beeps"},
    {0x0D, "INPUT", "keyboard and mouse"},
    {0x0E, "FONT", "fonts"},
    {0x0F, "BRUSH", "brushes"},
    {0x10, "GLYPHCACHE", "glyph cache"},
    {0x11, "OFFSCREENCACHE", "offscreen bitmap cache"},
    {0x12, "BITMAPCACHE_HOSTSUPPORT", "persistent bitmap caches"},
    {0x13, "BITMAPCACHE_REV2", "bitmap cache, second revision"},
    {0x14, "VIRTUALCHANNEL", "virtual channels"},
    {0x15, "DRAWNINEGRIDCACHE", "nine-grid bitmaps"},
    {0x16, "DRAWGDIPLUS", "GDI+ drawing"},
    {0x17, "RAIL", "remote programs"},
    {0x18, "WINDOW", "windows of remote programs"},
    {0x19, "COMPDESK", "desktop composition"},
    {0x1A, "MULTIFRAGMENTUPDATE", "updates in several fragments"},
    {0x1B, "LARGE_POINTER", "large pointers"},
    {0x1C, "SURFACE_COMMANDS", "surface commands"},
    {0x1D, "BITMAP_CODECS", "bitmap codecs"},
    {0x1E, "FRAME_ACKNOWLEDGE", "acknowledged frames"},
};

static const struct code_row os_major[] = {
    {0, "UNSPECIFIED", "not told"},
    {1, "WINDOWS", "Windows"},
    {2, "OS2", "OS/2"},
    {3, "MACINTOSH", "Macintosh"},
    {4, "UNIX", "Unix"},
    {5, "IOS", "iOS"},
    {6, "OSX", "macOS"},
    {7, "ANDROID", "Android"},
    {8, "CHROME_OS", "Chrome OS"},
};

static const struct code_row os_minor[] = {
    {0, "UNSPECIFIED", "not told"},
    {1, "WINDOWS_31X", "Windows 3.1"},
    {2, "WINDOWS_95", "Windows 95"},
    {3, "WINDOWS_NT", "Windows NT"},
    {4, "OS2_V21", "OS/2 2.1"},
    {5, "POWER_PC", "PowerPC"},
    {6, "MACINTOSH", "Macintosh"},
    {7, "NATIVE_XSERVER", "native X server"},
    {8, "PSEUDO_XSERVER", "pseudo X server"},
    {9, "WINDOWS_RT", "Windows RT"},
};

const struct code_row *capability_row(uint32_t type)
{
    return CODE_ROW_FIND(sets, type);
}

const struct code_row *capability_os_major_row(uint32_t type)
{
    return CODE_ROW_FIND(os_major, type);
}

const struct code_row *capability_os_minor_row(uint32_t type)
{
    return CODE_ROW_FIND(os_minor, type);
}
