// SPDX-License-Identifier: Apache-2.0
// Which Windows has which build number.
#pragma once

#include <stddef.h>
#include <stdint.h>

struct windows_build {
    uint16_t build;
    const char *name;
};

// The editions whose NTLM messages show this build ("Windows Server 2019 / Windows 10 1809"), or NULL. Releases that
// are only switched on by an enablement package show the build below them (19041 for 19042 to 19045). Other software
// that speaks NTLM, such as FreeRDP's server, shows a build of its own choice. Static.
const char *windows_build_name(uint16_t build);

// The rows in the order of their builds, from index 0; NULL past the last. Static.
const struct windows_build *windows_build_at(size_t index);
