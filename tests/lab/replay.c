// SPDX-License-Identifier: Apache-2.0
//
// labreplay FILE: plays a server's side of a conversation, over real X.224 and TLS, on a free port of 127.0.0.1, which
// it prints as "port N". Each connection is played from the start, one after the other, until the process is ended.
//
// FILE has a PDU a line: "S HEX" of the server, "C HEX" of the client, as they are after decryption; "pause MS" waits;
// "close" ends the connection, else it stays open until the client goes. "#" begins a comment; blanks in HEX are free.
// - TLS begins after the X.224 confirm, if that selects it. CredSSP is not played: let the confirm select TLS.
// - A "C" line waits until the client has sent its like: X.224 request, Connect Initial, Client Info, Confirm Active,
//   Font List. Other "C" lines are for the reader. What the client sends besides is read and dropped.
// - Attach User and Channel Join are answered here, with the user id of the recorded Attach User Confirm; "S" lines
//   with their confirms are not sent, nor is data of a channel that the client has not joined. So the client may join
//   other channels than the recorded one did.
#include <arpa/inet.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "certificate.h"

enum { LINES_MAX = 4096, PDU_MAX = 65536, LINE_MAX_SIZE = 2 * PDU_MAX + 64 };

enum kind {
    OTHER,
    REQUEST,
    CONNECT_INITIAL,
    ATTACH,
    JOIN,
    INFO,
    CONFIRM_ACTIVE,
    FONT_LIST,
    ATTACH_CONFIRM,
    JOIN_CONFIRM
};

enum action { WAIT, SEND, PAUSE, CLOSE };

struct line {
    enum action action;
    enum kind kind;
    unsigned ms;
    size_t size;
    uint8_t *pdu;
};

struct player {
    struct line lines[LINES_MAX];
    size_t count;
    uint8_t joined[1 << 13]; // a bit for each channel id that the client joined in this connection
    uint8_t user[2];         // MCS user id - 1001, as the recorded Attach User Confirm has it
    int fd;
    SSL_CTX *context;
    SSL *ssl;
};

static int usage(const char *sentence)
{
    fprintf(stderr, "labreplay: %s\n", sentence);
    return 2;
}

// ---- PDUs ----

// Of user data: MS-RDPBCGR 2.2.8.1.1.1.1 and 2.2.8.1.1.1.2 for share PDUs, else a security header's SEC_INFO_PKT.
static enum kind payload_kind(const uint8_t *p, size_t size)
{
    if (size >= 6 && p[3] == 0 && (p[2] & 0xF0) == 0x10)
        return (p[2] & 0x0F) == 3 ? CONFIRM_ACTIVE : (p[2] & 0x0F) == 7 && size > 14 && p[14] == 39 ? FONT_LIST : OTHER;
    return size >= 4 && p[0] & 0x40 ? INFO : OTHER;
}

// By X.224 and MCS (T.125 7); user data counts on the I/O channel, 1003, alone.
static enum kind kind_of(const uint8_t *pdu, size_t size)
{
    if (size < 8 || pdu[0] != 3)
        return OTHER;
    if (pdu[5] == 0xE0)
        return REQUEST;
    if (size > 8 && pdu[7] == 0x7F)
        return pdu[8] == 0x65 ? CONNECT_INITIAL : OTHER;
    switch (pdu[7] >> 2) {
    case 10:
        return ATTACH;
    case 11:
        return ATTACH_CONFIRM;
    case 14:
        return JOIN;
    case 15:
        return JOIN_CONFIRM;
    case 25: {
        if (size < 15 || pdu[10] != 0x03 || pdu[11] != 0xEB)
            return OTHER;
        size_t at = pdu[13] & 0x80 ? 15 : 14;
        return payload_kind(pdu + at, size - at);
    }
    default:
        return OTHER;
    }
}

// ---- the file ----

static bool read_hex(struct line *line, const char *text)
{
    unsigned byte;
    int used;
    line->pdu = malloc(strlen(text) / 2 + 1);
    if (!line->pdu)
        return false;
    while (sscanf(text, " %2x%n", &byte, &used) == 1) {
        line->pdu[line->size++] = (uint8_t)byte;
        text += used;
    }
    return line->size > 0 && text[strspn(text, " \r\n")] == '\0';
}

static bool take(struct player *player, const char *text)
{
    struct line *line = &player->lines[player->count];
    if (strchr("#\r\n", *text))
        return true;
    if (player->count == LINES_MAX - 1)
        return false;
    player->count++;
    if (strncmp(text, "close", 5) == 0) {
        line->action = CLOSE;
        return true;
    }
    if (sscanf(text, "pause %u", &line->ms) == 1) {
        line->action = PAUSE;
        return true;
    }
    line->action = *text == 'S' ? SEND : WAIT;
    if (!strchr("CS", *text) || text[1] != ' ' || !read_hex(line, text + 1))
        return false;
    line->kind = kind_of(line->pdu, line->size);
    if (line->kind == ATTACH_CONFIRM && line->size >= 11)
        memcpy(player->user, line->pdu + 9, sizeof player->user);
    return true;
}

static bool load(struct player *player, const char *name)
{
    static char text[LINE_MAX_SIZE];
    unsigned number = 0;
    FILE *file = fopen(name, "r");
    if (!file)
        return false;
    while (fgets(text, sizeof text, file)) {
        number++;
        if (!take(player, text)) {
            fprintf(stderr, "labreplay: %s:%u: no line of a conversation\n", name, number);
            fclose(file);
            return false;
        }
    }
    fclose(file);
    return true;
}

// ---- the connection ----

static bool put(struct player *player, const uint8_t *data, size_t size)
{
    if (player->ssl)
        return SSL_write(player->ssl, data, (int)size) > 0;
    return write(player->fd, data, size) == (ssize_t)size;
}

static bool get(struct player *player, uint8_t *data, size_t size)
{
    while (size) {
        ssize_t n = player->ssl ? SSL_read(player->ssl, data, (int)size) : read(player->fd, data, size);
        if (n <= 0)
            return false;
        data += n;
        size -= (size_t)n;
    }
    return true;
}

// The client's next PDU, TPKT or fast-path; its size, or 0 when the client is gone.
static size_t get_pdu(struct player *player, uint8_t *pdu)
{
    size_t have = 4, size;
    if (!get(player, pdu, 2))
        return 0;
    if (pdu[0] == 3) {
        if (!get(player, pdu + 2, 2))
            return 0;
        size = (size_t)pdu[2] << 8 | pdu[3];
    } else {
        have = pdu[1] & 0x80 ? 3 : 2;
        if (have == 3 && !get(player, pdu + 2, 1))
            return 0;
        size = have == 3 ? (size_t)(pdu[1] & 0x7F) << 8 | pdu[2] : pdu[1];
    }
    return size >= have && get(player, pdu + have, size - have) ? size : 0;
}

// Answers what this program answers by itself.
static bool answer(struct player *player, enum kind kind, const uint8_t *pdu)
{
    uint8_t attach[] = {3, 0, 0, 11, 2, 0xF0, 0x80, 0x2E, 0, player->user[0], player->user[1]};
    uint8_t join[] = {3, 0, 0, 15, 2, 0xF0, 0x80, 0x3E, 0, pdu[8], pdu[9], pdu[10], pdu[11], pdu[10], pdu[11]};
    if (kind == JOIN)
        player->joined[pdu[10] << 5 | pdu[11] >> 3] |= (uint8_t)(1 << (pdu[11] & 7));
    return kind == ATTACH ? put(player, attach, sizeof attach) : kind != JOIN || put(player, join, sizeof join);
}

// Reads until the client has sent a PDU of this kind; OTHER: until it is gone, which is false.
static bool wait_for(struct player *player, enum kind kind)
{
    static uint8_t pdu[PDU_MAX];
    for (;;) {
        size_t size = get_pdu(player, pdu);
        if (!size)
            return false;
        enum kind came = size >= 12 || size == 8 ? kind_of(pdu, size) : OTHER;
        if (!answer(player, came, pdu))
            return false;
        if (kind != OTHER && came == kind)
            return true;
    }
}

// The X.224 confirm: rdpNegRsp (MS-RDPBCGR 2.2.1.2.1) with a protocol other than 0 is followed by TLS.
static bool start_tls(struct player *player, const struct line *line)
{
    if (line->size < 19 || line->pdu[5] != 0xD0 || line->pdu[11] != 2 || line->pdu[15] == 0)
        return true;
    player->ssl = SSL_new(player->context);
    return player->ssl && SSL_set_fd(player->ssl, player->fd) && SSL_accept(player->ssl) == 1;
}

// Whether a PDU is data of a channel that this client has not joined.
static bool is_unjoined(const struct player *player, const struct line *line)
{
    const uint8_t *pdu = line->pdu;
    return line->size > 12 && pdu[0] == 3 && pdu[5] == 0xF0 && pdu[7] == 0x68 &&
           !(player->joined[pdu[10] << 5 | pdu[11] >> 3] & 1 << (pdu[11] & 7));
}

static bool play_line(struct player *player, const struct line *line)
{
    const struct timespec pause = {line->ms / 1000, (long)(line->ms % 1000) * 1000000};
    switch (line->action) {
    case PAUSE:
        nanosleep(&pause, NULL);
        return true;
    case CLOSE:
        return false;
    case SEND:
        if (line->kind == ATTACH_CONFIRM || line->kind == JOIN_CONFIRM || is_unjoined(player, line))
            return true;
        return put(player, line->pdu, line->size) && start_tls(player, line);
    case WAIT:
        break;
    }
    return line->kind == OTHER || line->kind == ATTACH || line->kind == JOIN || wait_for(player, line->kind);
}

static void play(struct player *player)
{
    size_t i = 0;
    memset(player->joined, 0, sizeof player->joined);
    while (i < player->count && play_line(player, &player->lines[i]))
        i++;
    if (i == player->count)
        (void)wait_for(player, OTHER);
    if (player->ssl)
        SSL_shutdown(player->ssl);
    SSL_free(player->ssl);
    player->ssl = NULL;
    close(player->fd);
}

static bool prepare_tls(struct player *player)
{
    struct lab_certificate certificate = {0};
    if (!lab_certificate_make(&certificate, "localhost", 30, NULL))
        return false;
    BIO *bio = BIO_new_mem_buf(certificate.certificate, -1);
    X509 *x509 = bio ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    player->context = SSL_CTX_new(TLS_server_method());
    bool ok = x509 && player->context && SSL_CTX_use_certificate(player->context, x509) == 1 &&
              SSL_CTX_use_PrivateKey(player->context, certificate.pkey) == 1;
    X509_free(x509);
    BIO_free(bio);
    lab_certificate_free(&certificate);
    return ok;
}

int main(int count, char **arguments)
{
    static struct player player;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;

    if (count != 2)
        return usage("say which file to play: labreplay FILE");
    if (!load(&player, arguments[1]))
        return usage("the file cannot be played");
    signal(SIGPIPE, SIG_IGN);
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    if (!prepare_tls(&player) || bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 8) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &size) != 0)
        return usage("cannot listen");
    printf("port %u\n", ntohs(address.sin_port));
    fflush(stdout);
    while ((player.fd = accept(listener, NULL, NULL)) >= 0)
        play(&player);
    return 1;
}
