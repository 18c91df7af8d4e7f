// SPDX-License-Identifier: Apache-2.0
#include "connection/channels.h"

#include <freerdp/addin.h>
#include <freerdp/channels/channels.h>
#include <freerdp/channels/drdynvc.h>
#include <freerdp/channels/rdpgfx.h>
#include <freerdp/client/channels.h>
#include <freerdp/svc.h>
#include <string.h>

#include "connection/picture/picture.h"

struct channel {
    const char *name;
    ULONG options; // as mstsc has them, 2.2.1.3.4.1
};

static const struct channel drdynvc = {"drdynvc", CHANNEL_OPTION_INITIALIZED | CHANNEL_OPTION_ENCRYPT_RDP |
                                                      CHANNEL_OPTION_COMPRESS_RDP};

static const struct channel redirected[] = {
    {"rdpdr", CHANNEL_OPTION_INITIALIZED | CHANNEL_OPTION_ENCRYPT_RDP | CHANNEL_OPTION_COMPRESS_RDP},
    {"rdpsnd", CHANNEL_OPTION_INITIALIZED | CHANNEL_OPTION_ENCRYPT_RDP},
    {"cliprdr", CHANNEL_OPTION_INITIALIZED | CHANNEL_OPTION_ENCRYPT_RDP | CHANNEL_OPTION_COMPRESS_RDP |
                    CHANNEL_OPTION_SHOW_PROTOCOL},
};

static bool announce(rdpSettings *settings, const struct channel *channel)
{
    uint32_t count = freerdp_settings_get_uint32(settings, FreeRDP_ChannelCount);
    CHANNEL_DEF *definition;

    if (count >= freerdp_settings_get_uint32(settings, FreeRDP_ChannelDefArraySize))
        return false;
    definition = freerdp_settings_get_pointer_array_writable(settings, FreeRDP_ChannelDefArray, count);
    if (!definition)
        return false;
    *definition = (CHANNEL_DEF){.options = channel->options};
    memcpy(definition->name, channel->name, strlen(channel->name));
    return freerdp_settings_set_uint32(settings, FreeRDP_ChannelCount, count + 1);
}

// The graphics pipeline's plugin, and that of the dynamic channels which it goes through; the latter announces its own.
// Nothing else is loaded: freerdp_client_load_addins() would add whatever it takes for granted.
static bool load_pipeline(freerdp *instance)
{
    rdpContext *context = instance->context;
    char name[] = RDPGFX_CHANNEL_NAME;
    char *arguments[] = {name};
    void *const both_types = arguments; // FreeRDP up to 3.5 asks for char *[], later ones for const char *const []
    ADDIN_ARGV *pipeline = freerdp_addin_argv_new(1, both_types);
    union {
        PVIRTUALCHANNELENTRY plain;
        PVIRTUALCHANNELENTRYEX extended; // what there is, under the same type
    } entry;

    freerdp_register_addin_provider(freerdp_channels_load_static_addin_entry, 0);
    if (!pipeline || !freerdp_dynamic_channel_collection_add(context->settings, pipeline)) {
        freerdp_addin_argv_free(pipeline);
        return false;
    }
    entry.plain = freerdp_load_channel_addin_entry(DRDYNVC_SVC_CHANNEL_NAME, NULL, NULL,
                                                   FREERDP_ADDIN_CHANNEL_STATIC | FREERDP_ADDIN_CHANNEL_ENTRYEX);
    return entry.plain && freerdp_channels_client_load_ex(context->channels, context->settings, entry.extended,
                                                          context->settings) == 0;
}

bool channels_announce(freerdp *instance, const struct connection_request *request)
{
    const struct variant *variant = &request->profile.levels;
    rdpSettings *settings = instance->context->settings;
    bool redirection = variant->level[FACTOR_REDIRECTION] == REDIRECTION_ON;
    bool ok = true;

    for (size_t i = 0; redirection && i < sizeof redirected / sizeof redirected[0]; i++)
        ok = ok && announce(settings, &redirected[i]);
    // The graphics pipeline is a dynamic channel, and all of those go through this one.
    if (picture_by_pipeline(request))
        ok = ok && load_pipeline(instance);
    else if (redirection || variant->level[FACTOR_GRAPHICS] == GRAPHICS_GFX)
        ok = ok && announce(settings, &drdynvc);
    return ok;
}

BOOL channels_receive(freerdp *instance, UINT16 channel, const BYTE *data, size_t size, UINT32 flags, size_t total)
{
    (void)freerdp_channels_data(instance, channel, data, size, flags, total);
    return TRUE;
}
