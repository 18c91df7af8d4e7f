// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include <string.h>

#include "protocol/client_hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[CLIENT_HELLO_TEXT_MAX];

    if (client_hello_text(data, size, text, sizeof text))
        promise(size >= 41 && data[0] == 1 && strlen(text) >= 5); // header, version, random, three empty vectors
    else
        promise(!text[0]);
    return 0;
}
