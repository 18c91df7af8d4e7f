// SPDX-License-Identifier: Apache-2.0
// The decoders on PDUs captured from three servers: what each server's PDUs say, and that no prefix of one is taken for
// more than it is.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pdu_example.h"
#include "protocol/autodetect.h"
#include "protocol/capability.h"
#include "protocol/gcc_server.h"
#include "protocol/licensing.h"
#include "protocol/mcs.h"
#include "protocol/ntlm.h"
#include "protocol/redirection.h"
#include "protocol/server_hello.h"
#include "protocol/session_info.h"
#include "protocol/share.h"
#include "protocol/spnego.h"
#include "protocol/tsrequest.h"
#include "protocol/x224.h"

enum { SECURITY_HEADER = 4, MAC_HEADER = 12, REDIRECTION_PAD = 2, TLS_1_3 = 0x0304, AES_256 = 0x1302 };

// The PDU of a name in a server's file: "lab", "shadow" or "xrdp".
static struct pdu_example pdu(const char *server, const char *name)
{
    char path[512], line[256], hex[2 * PDU_EXAMPLE_MAX + 1] = "";
    bool found = false;

    snprintf(path, sizeof path, "%s/%s.txt", CAPTURED, server);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] != ' ')
            found = strcmp(line, name) == 0;
        else if (found)
            strncat(hex, line + 1, sizeof hex - strlen(hex) - 1);
    }
    fclose(file);
    assert_true(hex[0]);
    return pdu_example(hex);
}

// User data of a SendDataIndication or -Request.
static struct pdu_example payload(const char *server, const char *name)
{
    struct pdu_example whole = pdu(server, name), part = {0};
    struct mcs_pdu mcs;
    assert_true(mcs_parse(whole.data, whole.size, &mcs));
    assert_true(mcs.type == MCS_SEND_DATA_INDICATION || mcs.type == MCS_SEND_DATA_REQUEST);
    memcpy(part.data, mcs.payload, part.size = mcs.size);
    return part;
}

static struct share_pdu share(const struct pdu_example *data, size_t header)
{
    struct share_pdu pdu;
    size_t taken;
    assert_true(share_parse(data->data + header, data->size - header, &pdu, &taken));
    return pdu;
}

static void x224(void **state)
{
    static const char *const servers[] = {"lab", "shadow", "xrdp"};
    static const uint32_t selected[] = {PROTOCOL_HYBRID_EX, PROTOCOL_HYBRID, PROTOCOL_SSL};
    static const uint8_t flags[] = {0x01, 0x03, 0x01};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct pdu_example request = pdu(servers[i], "request"), confirm = pdu(servers[i], "confirm");
        struct x224_request asked;
        struct x224_confirm answer;
        assert_true(x224_parse_request(request.data, request.size, &asked));
        assert_true(asked.negotiates && asked.is_cookie);
        assert_int_equal(asked.protocols & selected[i], selected[i]);
        assert_true(x224_parse_confirm(confirm.data, confirm.size, &answer));
        assert_int_equal(answer.kind, CONFIRM_RESPONSE);
        assert_int_equal(answer.value, selected[i]);
        assert_int_equal(answer.flags, flags[i]);
    }
}

static void tls(void **state)
{
    static const char *const servers[] = {"lab", "shadow", "xrdp"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct pdu_example bytes = pdu(servers[i], "server_hello");
        struct server_hello hello;
        assert_true(server_hello_parse(bytes.data, bytes.size, &hello));
        assert_int_equal(hello.version, TLS_1_3);
        assert_int_equal(hello.cipher, AES_256);
    }
}

static void credssp_and_ntlm(void **state)
{
    static const char *const servers[] = {"lab", "shadow"}; // xrdp has no NLA
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct pdu_example bytes = pdu(servers[i], "challenge");
        struct tsrequest request;
        struct spnego spnego;
        struct ntlm_challenge challenge;
        assert_true(tsrequest_parse(bytes.data, bytes.size, &request));
        assert_int_equal(request.version, 6);
        assert_false(request.has_error || request.has_pub_key_auth);
        assert_true(spnego_parse(request.token, request.token_size, &spnego));
        assert_int_equal(spnego.mechanism, MECHANISM_NTLM);
        assert_true(ntlm_challenge_parse(spnego.token, spnego.token_size, &challenge));
        assert_true(challenge.has_version && challenge.has_time);
        assert_int_equal(challenge.major, 10);
        assert_int_equal(challenge.build, 22631);
        assert_int_equal(challenge.revision, 15);
        assert_string_equal(challenge.computer, "VM");
        assert_string_equal(challenge.domain, "VM");
        assert_string_equal(challenge.dns_computer, "VM");
        assert_string_equal(challenge.forest, "");
        bytes = pdu(servers[i], "public_key");
        assert_true(tsrequest_parse(bytes.data, bytes.size, &request));
        assert_true(request.has_pub_key_auth && !request.token);
    }
}

static void mcs_and_gcc(void **state)
{
    static const struct {
        const char *server;
        uint32_t version, requested, early_flags;
        bool has_requested, has_early_flags;
        unsigned message_channel;
    } rows[] = {{"lab", 0x80011, 0xB, 0xA, true, true, 1004},
                {"shadow", 0x80011, 0xB, 0xA, true, true, 0},
                {"xrdp", 0x80004, 0x1, 0, true, false, 0}};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct pdu_example response = pdu(rows[i].server, "connect_response"),
                           confirm = pdu(rows[i].server, "attach_confirm");
        struct mcs_pdu mcs;
        struct gcc_blocks blocks;
        struct gcc_block block;
        struct gcc_server_core core = {0};
        struct gcc_server_security security = {.method = 99};
        struct gcc_server_network network = {0};
        uint16_t message_channel = 0;
        assert_true(mcs_parse(response.data, response.size, &mcs));
        assert_int_equal(mcs.type, MCS_CONNECT_RESPONSE);
        assert_int_equal(mcs.result, 0);
        assert_true(mcs_parse(confirm.data, confirm.size, &mcs));
        assert_int_equal(mcs.type, MCS_ATTACH_USER_CONFIRM);
        assert_true(gcc_open(response.data, response.size, &blocks));
        while (gcc_next(&blocks, &block)) {
            if (block.type == GCC_SC_CORE)
                assert_true(gcc_read_server_core(&block, &core));
            if (block.type == GCC_SC_SECURITY)
                assert_true(gcc_read_server_security(&block, &security));
            if (block.type == GCC_SC_NET)
                assert_true(gcc_read_server_network(&block, &network));
            if (block.type == GCC_SC_MCS_MSGCHANNEL)
                assert_true(gcc_read_message_channel(&block, &message_channel));
        }
        assert_int_equal(core.version, rows[i].version);
        assert_int_equal(core.has_requested, rows[i].has_requested);
        assert_int_equal(core.requested, rows[i].requested);
        assert_int_equal(core.has_early_flags, rows[i].has_early_flags);
        assert_int_equal(core.early_flags, rows[i].early_flags);
        assert_int_equal(security.method, 0);
        assert_int_equal(network.io_channel, 1003);
        assert_int_equal(network.count, 0);
        assert_int_equal(message_channel, rows[i].message_channel);
    }
    struct pdu_example join = pdu("xrdp", "join_confirm"), ultimatum = pdu("lab", "ultimatum");
    struct mcs_pdu mcs;
    assert_true(mcs_parse(join.data, join.size, &mcs));
    assert_int_equal(mcs.type, MCS_CHANNEL_JOIN_CONFIRM);
    assert_true(mcs_parse(ultimatum.data, ultimatum.size, &mcs));
    assert_int_equal(mcs.type, MCS_DISCONNECT_ULTIMATUM);
    assert_int_equal(mcs.reason, 1);
}

static void licensing(void **state)
{
    static const char *const servers[] = {"lab", "shadow", "xrdp"};
    struct licensing_message message;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct pdu_example bytes = payload(servers[i], "valid_client");
        uint16_t flags = 0;
        assert_true(security_flags(bytes.data, bytes.size, &flags));
        assert_true(flags & SEC_LICENSE_PKT);
        assert_true(licensing_parse(bytes.data + SECURITY_HEADER, bytes.size - SECURITY_HEADER, &message));
        assert_int_equal(message.type, LICENSING_ERROR_ALERT);
        assert_int_equal(message.error, LICENSING_STATUS_VALID_CLIENT);
        assert_int_equal(message.transition, LICENSING_NO_TRANSITION);
    }
    for (size_t i = 0; i < 3; i += 2) { // shadow asks for no licence
        struct pdu_example bytes = payload(servers[i], "license_request");
        struct licensing_request request;
        assert_true(licensing_parse(bytes.data + SECURITY_HEADER, bytes.size - SECURITY_HEADER, &message));
        assert_int_equal(message.type, LICENSING_REQUEST);
        assert_true(licensing_parse_request(bytes.data + SECURITY_HEADER, bytes.size - SECURITY_HEADER, &request));
        assert_string_equal(request.company, "Microsoft Corporation");
        assert_string_equal(request.product, i == 0 ? "A02" : "236");
        assert_int_equal(request.major, i == 0 ? 6 : 4);
        assert_int_equal(request.scope_count, 1);
        assert_string_equal(request.scopes[0], "microsoft.com");
    }
    struct pdu_example challenge = payload("lab", "platform_challenge");
    assert_true(licensing_parse(challenge.data + SECURITY_HEADER, challenge.size - SECURITY_HEADER, &message));
    assert_int_equal(message.type, LICENSING_PLATFORM_CHALLENGE);
}

static void capabilities(void **state)
{
    static const char *const servers[] = {"lab", "shadow", "xrdp"};
    static const unsigned counts[] = {14, 14, 10};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct pdu_example bytes = payload(servers[i], "demand_active");
        struct share_pdu pdu = share(&bytes, 0);
        struct capabilities sets;
        struct capability set;
        unsigned count = 0;
        assert_int_equal(pdu.type, SHARE_DEMAND_ACTIVE);
        assert_true(capabilities_open(pdu.body, pdu.size, &sets));
        while (capabilities_next(&sets, &set))
            count++;
        assert_int_equal(count, counts[i]);
    }
}

static void share_data(void **state)
{
    static const char *const servers[] = {"lab", "shadow", "xrdp"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct pdu_example bytes = payload(servers[i], "font_map");
        assert_int_equal(share(&bytes, 0).type, SHARE_FONT_MAP);
    }
    struct pdu_example bytes = payload("lab", "set_error_info");
    struct share_pdu pdu = share(&bytes, 0);
    assert_int_equal(pdu.type, SHARE_SET_ERROR_INFO);
    assert_int_equal(pdu.error_info, 7);
    bytes = payload("lab", "status_info");
    pdu = share(&bytes, 0);
    assert_int_equal(pdu.type, SHARE_STATUS_INFO);
    assert_int_equal(pdu.status, 0x501);
    bytes = payload("lab", "save_session_info"); // out of RC4, with the header that stood before it
    pdu = share(&bytes, MAC_HEADER);
    struct session_info info;
    assert_int_equal(pdu.type, SHARE_SAVE_SESSION_INFO);
    assert_true(session_info_parse(pdu.body, pdu.size, &info));
    assert_int_equal(info.type, INFOTYPE_LOGON_PLAINNOTIFY);
    assert_true(session_info_logged_on(&info));
}

static void redirection_and_autodetect(void **state)
{
    struct pdu_example bytes = payload("lab", "redirection");
    struct share_pdu pdu = share(&bytes, MAC_HEADER);
    struct redirection packet;
    struct autodetect message;
    char token[REDIRECTION_TEXT];
    (void)state;
    assert_int_equal(pdu.type, SHARE_REDIRECTION);
    assert_true(redirection_parse(pdu.body + REDIRECTION_PAD, pdu.size - REDIRECTION_PAD, &packet));
    assert_int_equal(packet.session, 5);
    assert_int_equal(packet.flags, LB_FLAG_TARGET_NET_ADDRESS | LB_FLAG_LOAD_BALANCE_INFO | LB_FLAG_USERNAME |
                                       LB_FLAG_PASSWORD | LB_FLAG_DONTSTOREUSERNAME);
    assert_string_equal(packet.address, "host7.example");
    assert_string_equal(packet.user, "bob");
    assert_string_equal(redirection_token(&packet, token, sizeof token), "Cookie: msts=7.15629.0000");
    bytes = payload("lab", "rtt_request");
    assert_true(autodetect_parse(bytes.data + MAC_HEADER, bytes.size - MAC_HEADER, &message));
    assert_true(message.rtt_request);
    bytes = payload("lab", "bandwidth_results");
    assert_true(autodetect_parse(bytes.data + MAC_HEADER, bytes.size - MAC_HEADER, &message));
    assert_true(message.has_bandwidth && message.bandwidth > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(x224),
        cmocka_unit_test(tls),
        cmocka_unit_test(credssp_and_ntlm),
        cmocka_unit_test(mcs_and_gcc),
        cmocka_unit_test(licensing),
        cmocka_unit_test(capabilities),
        cmocka_unit_test(share_data),
        cmocka_unit_test(redirection_and_autodetect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
