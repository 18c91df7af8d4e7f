// SPDX-License-Identifier: Apache-2.0
// Builds as Microsoft's release information pages for Windows and Windows Server name them. A version that came as an
// enablement package may say the build of what it enables (19045 says 19041): such a build has the names of all.
#include "knowledge/windows_build.h"

static const struct windows_build rows[] = {
    {2600, "Windows XP"},
    {3790, "Windows Server 2003 / Windows XP x64"},
    {6000, "Windows Vista"},
    {6001, "Windows Server 2008 / Windows Vista SP1"},
    {6002, "Windows Server 2008 SP2 / Windows Vista SP2"},
    {6003, "Windows Server 2008 SP2"},
    {7600, "Windows Server 2008 R2 / Windows 7"},
    {7601, "Windows Server 2008 R2 SP1 / Windows 7 SP1"},
    {9200, "Windows Server 2012 / Windows 8"},
    {9600, "Windows Server 2012 R2 / Windows 8.1"},
    {10240, "Windows 10 1507"},
    {10586, "Windows 10 1511"},
    {14393, "Windows Server 2016 / Windows 10 1607"},
    {15063, "Windows 10 1703"},
    {16299, "Windows Server 1709 / Windows 10 1709"},
    {17134, "Windows Server 1803 / Windows 10 1803"},
    {17763, "Windows Server 2019 / Windows 10 1809"},
    {18362, "Windows Server 1903 or 1909 / Windows 10 1903 or 1909"},
    {18363, "Windows Server 1909 / Windows 10 1909"},
    {19041, "Windows Server 2004 or 20H2 / Windows 10 2004 to 22H2"},
    {19042, "Windows Server 20H2 / Windows 10 20H2"},
    {19043, "Windows 10 21H1"},
    {19044, "Windows 10 21H2"},
    {19045, "Windows 10 22H2"},
    {20348, "Windows Server 2022"},
    {22000, "Windows 11 21H2"},
    {22621, "Windows 11 22H2 or 23H2"},
    {22631, "Windows 11 23H2"},
    {25398, "Windows Server 23H2"},
    {26100, "Windows Server 2025 / Windows 11 24H2 to 26H2"},
    {26200, "Windows 11 25H2"},
    {26300, "Windows 11 26H2"},
    {28000, "Windows 11 26H1"},
};

const char *windows_build_name(uint16_t build)
{
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].build == build)
            return rows[i].name;
    }
    return NULL;
}

const struct windows_build *windows_build_at(size_t index)
{
    return index < sizeof rows / sizeof rows[0] ? &rows[index] : NULL;
}
