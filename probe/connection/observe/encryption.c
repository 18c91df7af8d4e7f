// SPDX-License-Identifier: Apache-2.0
#include "connection/observe/encryption.h"

#include <stdlib.h>

#include "protocol/gcc.h"
#include "protocol/gcc_server.h"

enum { RANDOM_SIZE = 32 };

// Session keys exist once the client random was made; FreeRDP keeps both randoms in its settings.
static void follow(struct encryption *encryption)
{
    const rdpSettings *settings = encryption->context->settings;
    if (encryption->streams || freerdp_settings_get_uint32(settings, FreeRDP_ServerRandomLength) != RANDOM_SIZE ||
        freerdp_settings_get_uint32(settings, FreeRDP_ClientRandomLength) != RANDOM_SIZE)
        return;
    encryption->streams = standard_security_new(freerdp_settings_get_pointer(settings, FreeRDP_ClientRandom),
                                                freerdp_settings_get_pointer(settings, FreeRDP_ServerRandom),
                                                freerdp_settings_get_uint32(settings, FreeRDP_EncryptionMethods));
}

bool encryption_unasked(const struct encryption *encryption, struct bytes connect_response, uint32_t *method)
{
    const rdpSettings *settings = encryption->context->settings;
    struct gcc_blocks blocks;
    struct gcc_block block;
    struct gcc_server_security security;

    if (!freerdp_settings_get_bool(settings, FreeRDP_UseRdpSecurityLayer) ||
        !gcc_open(connect_response.data, connect_response.size, &blocks))
        return false;
    while (gcc_next(&blocks, &block)) {
        if (!gcc_read_server_security(&block, &security))
            continue;
        *method = security.method;
        return *method & ~freerdp_settings_get_uint32(settings, FreeRDP_EncryptionMethods);
    }
    return false;
}

uint8_t *encryption_open(struct encryption *encryption, enum standard_direction direction, struct bytes *payload)
{
    size_t size = 0;

    follow(encryption);
    if (!encryption->streams)
        return NULL;
    uint8_t *plain = malloc(payload->size ? payload->size : 1);
    if (plain && !standard_security_open(encryption->streams, direction, payload->data, payload->size, plain, &size)) {
        free(plain);
        plain = NULL;
    }
    *payload = (struct bytes){plain, plain ? size : 0};
    return plain;
}
