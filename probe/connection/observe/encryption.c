// SPDX-License-Identifier: Apache-2.0
#include "connection/observe/encryption.h"

#include <stdlib.h>

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
