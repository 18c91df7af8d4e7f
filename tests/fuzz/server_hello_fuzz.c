// SPDX-License-Identifier: Apache-2.0
#include "target.h"

#include "protocol/server_hello.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct server_hello hello;

    if (server_hello_parse(data, size, &hello))
        promise(size >= 42 && data[0] == 2); // header, version, random, session id, cipher, compression
    return 0;
}
