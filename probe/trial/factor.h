// SPDX-License-Identifier: Apache-2.0
// Factors: the client-side settings that are varied, their levels, and variants (one level for every factor).
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "trial/phase.h"

struct profile;
struct trial;

enum factor {
#define FACTOR(NAME, file) FACTOR_##NAME,
#include "trial/factors.def"
#undef FACTOR
    FACTOR_COUNT
};

// The core factors: the factors before this one, which an experiment varies where it is told nothing else.
enum { FACTOR_CORE_END = FACTOR_AUTH };

// Levels are indices into the factor's row; level 0 is the default of every factor. Named here are those that more than
// the factor's own files know of.
enum { LEVELS_MAX = 8 };
enum security_level { SECURITY_NLA, SECURITY_TLS, SECURITY_RDP };
enum tls_level { TLS_DEFAULT, TLS_1_0, TLS_1_1, TLS_1_2, TLS_1_3 };
enum address_level { ADDRESS_NAME, ADDRESS_IPV4, ADDRESS_IPV6, ADDRESS_ALIAS };
enum gateway_level { GATEWAY_OFF, GATEWAY_HTTP, GATEWAY_WEBSOCKET, GATEWAY_RPC };
enum license_level { LICENSE_KEEP, LICENSE_CLEAR, LICENSE_REUSE, LICENSE_CORRUPT };
// NTLM comes first, because a look-up of a KDC with a silent resolver hangs for a minute.
enum auth_level { AUTH_LEVEL_NTLM, AUTH_LEVEL_NEGOTIATE, AUTH_LEVEL_KERBEROS };
enum user_form_level { USER_FORM_AS_GIVEN, USER_FORM_UPN, USER_FORM_DOWN_LEVEL };
enum admin_level { ADMIN_OFF, ADMIN_ON };
enum load_balance_level { LOAD_BALANCE_OFF, LOAD_BALANCE_TOKEN };
enum error_info_level { ERROR_INFO_ADVERTISED, ERROR_INFO_SILENT };
enum graphics_level { GRAPHICS_NONE, GRAPHICS_BITMAP, GRAPHICS_GFX };
enum redirection_level { REDIRECTION_OFF, REDIRECTION_ON };
enum client_name_level { CLIENT_NAME_HOST, CLIENT_NAME_GIVEN };
enum color_depth_level { COLOR_DEPTH_32, COLOR_DEPTH_24, COLOR_DEPTH_16, COLOR_DEPTH_15, COLOR_DEPTH_8 };
enum autodetect_level { AUTODETECT_OFF, AUTODETECT_ON };
enum multitransport_level { MULTITRANSPORT_OFF, MULTITRANSPORT_ON };
enum cookie_level { COOKIE_SHORTENED, COOKIE_USER, COOKIE_NONE };
enum { COOKIE_SHORT = 9 }; // bytes of the short one
enum client_level { CLIENT_MSTSC, CLIENT_FREERDP };
enum { CLIENT_MSTSC_VERSION = 0x80010, CLIENT_MSTSC_BUILD = 22621 }; // what Client Core Data says at the first level
enum restricted_admin_level { RESTRICTED_ADMIN_OFF, RESTRICTED_ADMIN_ON };
enum keyboard_level { KEYBOARD_US, KEYBOARD_NONE, KEYBOARD_GIVEN };
enum negotiation_level { NEGOTIATION_OFFERED, NEGOTIATION_LEGACY, NEGOTIATION_SKIPPED };
enum rdp_encryption_level {
    RDP_ENCRYPTION_ANY,
    RDP_ENCRYPTION_128,
    RDP_ENCRYPTION_56,
    RDP_ENCRYPTION_40,
    RDP_ENCRYPTION_FIPS
};

// encryptionMethods (MS-RDPBCGR 2.2.1.3.3) of a level of the factor rdp-encryption: all for `any`, else one bit.
enum { RDP_ENCRYPTION_METHODS_ALL = 0x1B };
uint32_t rdp_encryption_methods(unsigned level);

// Whether the level presents an address, and no name.
static inline bool address_is_literal(unsigned level)
{
    return level == ADDRESS_IPV4 || level == ADDRESS_IPV6;
}

// Whether the level takes a licence that the server issued earlier in the run.
static inline bool license_needs_issue(unsigned level)
{
    return level == LICENSE_REUSE || level == LICENSE_CORRUPT;
}

// One level for every factor. All zero is the default variant.
struct variant {
    unsigned char level[FACTOR_COUNT];
};

// What the wire of a trial shows of a factor's level.
enum effect {
    EFFECT_YES,       // the wire shows the level, or the level asks for nothing
    EFFECT_NO,        // the wire shows another level: the trial proves nothing about this one
    EFFECT_UNREACHED, // the trial ended before this factor could matter on the wire
    EFFECT_VOID       // the target has no use for the factor (no licence is ever asked for; TLS version without TLS)
};

static inline enum effect effect_if(bool seen)
{
    return seen ? EFFECT_YES : EFFECT_NO;
}

enum { OPERAND_MAX = 256 }; // bytes of an operand, with its terminating zero

// The text that one level of a factor needs. Option, scenario key and JSON member are made from it.
struct factor_operand {
    unsigned level;       // which needs it
    const char *option;   // without "--"; the scenario's key too
    const char *member;   // in JSON
    const char *argument; // what --help calls it: "NAME"
    const char *help;     // of the option
    const char *noun;     // for messages: "routing token"
    const char *lack;     // why the level cannot be had without it: a clause that goes on after "because"
    size_t length_max;    // of the text, in bytes; less than OPERAND_MAX
    // Whether a text will do, and as what it is taken: written to canonical[size]. If not, *clause (static) completes
    // "NAME …".
    bool (*check)(const char *text, char *canonical, size_t size, const char **clause);
    bool quoted;         // a message about the text repeats it
    bool from_file;      // on the command line @FILE stands for the first line of a file
    bool of_target;      // each target of a scenario may have its own
    const char *missing; // where of_target: of a target that has none, a clause
    bool implied;        // where it is given, its level is the baseline's unless --set says otherwise
};

// All that is known of a factor outside FreeRDP: one in each file of trial/factors/. What the connection does for it is
// in connection/factors/.
struct factor_row {
    const char *name;                // as in --set NAME=LEVEL
    const char *heading;             // a shorter name, for the columns of narrow tables
    const char *summary;             // what it varies, for --help and the report
    const char *levels[LEVELS_MAX];  // names, NULL terminated
    const char *meaning[LEVELS_MAX]; // one clause for each level
    enum phase phase;                // of its first byte on the wire: an earlier failure cannot depend on it
    unsigned earlier;                // the level that was sent before there was the factor: that of older journals
    unsigned rare;                   // bit set of levels that few have a use for: tried where they are asked for
    unsigned usual_with_rdp;         // those of them that are as usual as others where the baseline is RDP security
    double weight;                   // how likely it takes part in a failure; 1: as often as any
    double cost;                     // of a level other than the first, in trials: seconds and further logons
    const struct factor_operand *operand; // NULL where no level needs a text
    bool led;                             // a broker that sends the client on says what the next connection has of it
    // What the wire of a trial shows of the factor's level.
    enum effect (*effect)(const struct trial *trial);
    // Why a level cannot be had with this profile, whatever the target: a static clause that goes on after "because",
    // or NULL where it can be. May be NULL; that an operand is missing is looked after in trial/availability.c.
    const char *(*unavailable)(const struct profile *profile, unsigned level);
    // Why no connection can realise the variant, by reason of this factor: a static clause, or NULL. May be NULL.
    const char *(*conflict)(const struct variant *variant);
    // Whether two levels come to the same with this profile, so that there is nothing to compare. May be NULL.
    bool (*same)(const struct profile *profile, unsigned a, unsigned b);
};

// The rows, factor_security and so on.
#define FACTOR(NAME, file) extern const struct factor_row factor_##file;
#include "trial/factors.def"
#undef FACTOR

// The row of a factor. Static, never NULL for a valid factor.
const struct factor_row *factor_row(enum factor factor);

// The levels of a factor, as a bit set, that few have a use for who have this baseline.
unsigned factor_rare(enum factor factor, const struct variant *baseline);

// Number of levels of a factor (2 to LEVELS_MAX).
unsigned factor_levels(enum factor factor);

// Name of a level; "?" if the factor has no such level. Static.
const char *level_name(enum factor factor, unsigned level);

// Read a factor's or level's name; false if there is none such.
bool factor_from_name(const char *name, enum factor *factor);
bool level_from_name(enum factor factor, const char *name, unsigned *level);

// Whether two variants are the same in every factor.
bool variant_equal(const struct variant *a, const struct variant *b);

// Number of factors in which two variants differ.
unsigned variant_distance(const struct variant *a, const struct variant *b);

// The variant with one factor set to another level.
struct variant variant_with(struct variant variant, enum factor factor, unsigned level);

// False for variants that no connection can realise: RDP security has no TLS handshake, so it only goes with
// tls=default; restricted admin is a way of NLA; Kerberos needs a name. Known without connecting. *why, where given,
// gets a static clause that says what excludes what. What one profile cannot have is in
// trial/availability.h.
bool variant_possible(const struct variant *variant, const char **why);

enum { VARIANT_TEXT_MAX = 512 }; // room for the longest

// Writes "security=nla tls=default …" into text (always terminated) and returns text: the core factors in full, the
// other factors where they are not at their default.
char *variant_text(const struct variant *variant, char *text, size_t size);
