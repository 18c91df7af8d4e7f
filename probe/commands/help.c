// SPDX-License-Identifier: Apache-2.0
#include "commands/help.h"

#include <stdio.h>

#include "commands/command.h"
#include "report/format.h"

enum { OPTION_COLUMN = 34, FACTOR_COLUMN = 19, MEANING_COLUMN = FACTOR_COLUMN + 12 };

#define TARGET_IS                                                                                                      \
    "TARGET is HOST[:PORT], IPV4[:PORT], [IPV6]:PORT, or an .rdp file; the port is 3389 where none is given. "         \
    "Arguments of xfreerdp are taken after --, alone or behind a TARGET: -- /v:HOST /sec:tls. What they and the file " \
    "say is the baseline. Options before -- override it, and --explain-baseline tells what became of each setting."

static const struct {
    enum command command;
    const char *name, *operands;
    const char *purpose, *operands_are;
} usages[] = {
    {COMMAND_CONNECT, "connect", "TARGET",
     "Makes one RDP connection and reports it phase by phase: times, facts, how it ended, and what mstsc would show.",
     TARGET_IS},
    {COMMAND_ISOLATE, "isolate", "TARGET",
     "Reproduces a failing RDP connection, varies one client-side factor after another, and names the one that "
     "triggers the failure, with the two trials that prove it; or says that none does.",
     TARGET_IS},
    {COMMAND_MATRIX, "matrix", "SCENARIO",
     "Runs the trials that a scenario plans, each target with each variant, many targets at the same time, and judges "
     "them by what the scenario expects.",
     "SCENARIO is a YAML file that names targets, credentials by reference, factors, a design, limits and "
     "expectations; - is standard input. The files in scenarios/ are made to start from."},
    {COMMAND_REPORT, "report", "JOURNAL...",
     "Renders journals of connect, isolate and matrix in a format. A JOURNAL is a file that --journal wrote; - is "
     "standard input. Journals are read as a stream: of matrix the same memory is taken for any number of targets and "
     "trials, and beyond some ten thousand targets a temporary file (in $TMPDIR, else /tmp).",
     NULL},
    {COMMAND_EXPLAIN, "explain", "CODE [EXTENDED] | --list | --causes [ID]",
     "Tells what a code means that somebody holds: what it is called, who sends or shows it and in which phase, what "
     "mstsc shows, what to look at, which known causes fit, and the command that tries it. It connects to nothing.",
     "CODE is a number or a name, wherever it comes from: mstsc's Error code and Extended error code (0x3 0x7, "
     "0x904/0x7, 0x3000022), a server's error info (ERRINFO_SERVER_DENIED_CONNECTION), an NTSTATUS or SEC_E code of a "
     "logon (0xC000006D), a gateway's code (E_PROXY_RAP_ACCESSDENIED) or HTTP status, FreeRDP's last error (131092, "
     "0x2000D), an exit status of xfreerdp3 (131), a TLS alert (tls 70), an event of Windows (event 36871). Where a "
     "number is several codes, all are told; before it may stand which kind of code it is, as --list calls it."},
};

// What is said after options and factors, in this order.
static const struct {
    unsigned commands;
    const char *heading, *text;
} paragraphs[] = {
    {COMMAND_EVERY, "What a trial does to the target",
     "A trial that goes through logs on as the given user and leaves as soon as the session is active. Where "
     "that user has a session already, the trial takes it over: whoever works in it is disconnected (mstsc "
     "shows them 0x3/0x5), and afterwards the session is left disconnected. Otherwise a new session is made, "
     "logon scripts run, and it is left disconnected until the server ends it. On a client edition of Windows "
     "the user at the console is locked out. On a Session Host a trial may draw a client access licence. Use "
     "a test account."},
    {COMMAND_MATRIX, "What a scenario says",
     "name; targets: a host or .rdp file, a list of them and of mappings (host, port, group, user, domain, "
     "credentials, gateway, gateway-credentials), {file: NAME} or - for standard input, one HOST[:PORT] "
     "a line or CSV with a header; credentials: user, domain and password by {file: NAME}, "
     "{environment: NAME} or {descriptor: NUMBER}, or several of them by name; gateway and "
     "gateway-credentials, for targets without their own. "
     "variants, a list of {FACTOR: LEVEL}; or factors, each with a list of levels, design (one-at-a-time, "
     "pairwise, three-way, full), seed and never, rules such as security=rdp & tls=1.3; set, for levels "
     "that do not vary. repeats, until, deadline, client-name, load-balance-info, keyboard, cert-policy, autologon "
     "(off or on): of every trial. limits: max-in-flight, max-failed-logons, max-trials, rate, "
     "gateway-rate and target-rate (trials a second: over all, through each gateway, of each target), pause and "
     "settle (seconds). expect: see below."},
    {COMMAND_MATRIX, "What is expected",
     "The scenario's expect: says what must be true of each trial, of all or of those of a variant or "
     "group: connected, failed, phase >= nla, an "
     "outcome such as 0x3/0x7 or negotiation HYBRID_REQUIRED, a fact such as tls.version >= 1.2, "
     "certificate.days_left > 14 or clock.skew < 300, ms < 3000; joined by & | ! and ( ). A scenario "
     "without it expects 'connected'."},
    {COMMAND_MATRIX, "Runs of many trials",
     "A target has one connection at a time, in the order of the plan: what sends no password comes "
     "first. Until a password is proved, only so many logons of its account are under way as may fail; the "
     "others wait right before theirs, at most two seconds, which no time of a trial includes "
     "(logon.waited_ms), or come back later. An "
     "account that is refused twice, locked out or disabled stops its own trials, and the others go on. "
     "The journal has each trial as soon as it ends; --resume goes on where a run was interrupted or "
     "killed, with the same plan only. The first SIGINT, SIGTERM or SIGHUP lets the trials under way end, a "
     "second one does not."},
    {COMMAND_EVERY, "Logons",
     "Every trial that sends the password is a logon: under NLA always, under TLS or RDP security only "
     "with --autologon. After two failed ones the account is left alone, in this run and in later ones "
     "(--max-failed-logons; the record is logons.json in $XDG_STATE_HOME/rdpprobe), however user, domain and host "
     "are spelled: only the names that hosts tell in NLA tell accounts of one user name apart. NLA, or a logon at "
     "a host whose certificate is trusted, clears the record. An answer that the "
     "account is locked out, disabled or expired ends all its trials at once. Trials of a target follow each "
     "other with a pause, shorter after one that stops before any logon, never side by side. A password is never "
     "taken as an argument: where none is given, it is asked for on the terminal."},
    {COMMAND_EVERY, "Gateways",
     "Through an RD Gateway the phase gateway is told in steps: tls, http (its authentication), second-tcp, "
     "second-tls and second-http (the other channel of the transport http), handshake, tunnel, authorize "
     "(connection policy) and channel (resource policy, and the gateway's own way to the target). A trial has "
     "one transport and falls back to no other; HTTP status and MS-TSGU's codes are read from the wire, those "
     "included that FreeRDP takes for success. The gateway is given NTLM, or a token; each channel is a logon, "
     "counted for the gateway's account. A message that asks for consent is agreed to and reported. gateway=rpc "
     "goes as far as FreeRDP's client does; no server of this program's tests can prove it."},
    {COMMAND_CONNECT, "Without a logon",
     "--until nla-challenge stops at the server's NTLM challenge, and needs neither user nor password: it "
     "tells certificate, CredSSP version, names, Windows build and the server's clock. Nothing is sent "
     "that a server could count as a logon. With --set security=tls or rdp it stops before MCS."},
    {COMMAND_CONNECT, "Captures",
     "--capture writes a pcapng file for Wireshark while the trial runs, without any privilege; a trial "
     "that is killed leaves all up to there. TCP headers are made up, what they carry and the times are "
     "real. By default it is redacted: the decrypted PDUs, with passwords, NTLM responses, tickets, "
     "tokens, cookies, session data and pictures overwritten with zeros or cut off, and of the TCP "
     "connections the X.224 and TLS handshakes and alerts; it has no key, and what it shows of a "
     "gateway are HTTP heads. It still names users, computers and addresses. With --no-capture-redact "
     "it has every byte and the TLS secrets that decrypt them, a gateway's tunnel included: whoever "
     "has the file has the password. In both cases only you can read it (mode 0600)."},
    {COMMAND_CONNECT, "Pictures",
     "--until graphics waits for the first paint. --screenshot FILE saves the desktop when nothing on it "
     "has changed for 0.3 seconds, or after five seconds (half of what --deadline leaves, if that is "
     "less) if it does not come to rest; --settle makes it wait longer. What was never painted is white; "
     "the facts say how much was painted, and whether all of it has one colour. The server paints "
     "bitmaps, or by the graphics pipeline with --set graphics=gfx. The file is readable by you alone: a "
     "desktop may show secrets. Where the session fails after something was painted, that is saved."},
};

// What each exit status means.
static const struct {
    unsigned commands;
    int status;
    const char *meaning;
} statuses[] = {
    {COMMAND_CONNECT, EXIT_CONNECTED, "connected"},
    {COMMAND_ISOLATE, EXIT_CONNECTED, "nothing failed"},
    {COMMAND_MATRIX, EXIT_CONNECTED, "every expectation is met"},
    {COMMAND_REPORT, EXIT_CONNECTED, "every expectation is met; where none was stated, every trial connected"},
    {COMMAND_CONNECT, EXIT_FAILURE_FOUND, "a failure was found"},
    {COMMAND_ISOLATE, EXIT_FAILURE_FOUND, "a failure was found, whatever the verdict"},
    {COMMAND_MATRIX, EXIT_FAILURE_FOUND, "an expectation is not met"},
    {COMMAND_REPORT, EXIT_FAILURE_FOUND, "one is not"},
    {COMMAND_ALL, EXIT_USAGE, "usage error"},
    {COMMAND_MATRIX, EXIT_USAGE, "usage or scenario error"},
    {COMMAND_REPORT, EXIT_USAGE, "usage error, or journals of different plans"},
    {COMMAND_EXPLAIN, EXIT_CONNECTED, "the code is known"},
    {COMMAND_EXPLAIN, EXIT_FAILURE_FOUND, "it is not; the nearest is named"},
    {COMMAND_EXPLAIN, EXIT_USAGE, "usage error"},
    {COMMAND_EXPLAIN, EXIT_CANNOT_RUN, "the answer could not be written"},
    {COMMAND_EVERY, EXIT_CANNOT_RUN, "could not run"},
    {COMMAND_REPORT, EXIT_CANNOT_RUN, "a journal or a shard is missing or not whole, or no report can be written"},
    {COMMAND_ALL, EXIT_SAFETY, "stopped by a safety limit"},
    {COMMAND_MATRIX, EXIT_SAFETY, "trials were stopped by a safety limit"},
    {COMMAND_REPORT, EXIT_SAFETY, "trials were left out for the safety of accounts"},
    {COMMAND_EVERY | COMMAND_REPORT, EXIT_INTERRUPTED, "interrupted"},
};

static void paragraph(struct page *page, const char *heading, const char *text)
{
    page_newline(page);
    page_line(page, STYLE_HEADING, "%s", heading);
    page_put(page, STYLE_PLAIN, "  ");
    page_wrap(page, 2, 2, "%s", text);
}

static void option(struct page *page, const struct option_row *row)
{
    char text[80];
    char letter[] = {'-', row->letter, ',', ' ', '\0'};
    snprintf(text, sizeof text, "  %s--%s%s%s", row->letter ? letter : "    ", row->name, row->argument ? " " : "",
             row->argument ? row->argument : "");
    if (page_width(text) >= OPTION_COLUMN) {
        page_line(page, STYLE_PLAIN, "%s", text);
        text[0] = '\0';
    }
    page_put(page, STYLE_PLAIN, "%-*s", OPTION_COLUMN, text);
    page_wrap(page, OPTION_COLUMN, OPTION_COLUMN, "%s", row->help);
}

static void options(struct page *page, enum command command)
{
    size_t count;
    const struct option_row *rows = option_rows(&count);
    page_newline(page);
    page_line(page, STYLE_HEADING, "Options");
    for (size_t i = 0; i < count; i++) {
        if (rows[i].help && rows[i].commands & command)
            option(page, &rows[i]);
    }
}

static void usage(struct page *page, enum command command)
{
    for (size_t i = 0; i < sizeof usages / sizeof usages[0]; i++) {
        if (usages[i].command != command)
            continue;
        page_line(page, STYLE_PLAIN, "Usage: rdpprobe %s [OPTIONS] %s", usages[i].name, usages[i].operands);
        page_newline(page);
        page_wrap(page, 0, 0, "%s", usages[i].purpose);
        if (usages[i].operands_are)
            page_wrap(page, 0, 0, "%s", usages[i].operands_are);
    }
}

static void factors(struct page *page)
{
    page_newline(page);
    page_line(page, STYLE_HEADING, "Factors and their levels");
    for (int f = 0; f < FACTOR_COUNT; f++) {
        const struct factor_row *row = factor_row((enum factor)f);
        page_put(page, STYLE_PLAIN, "  %-*s", FACTOR_COLUMN - 2, row->name);
        page_wrap(page, FACTOR_COLUMN, FACTOR_COLUMN, "%s", row->summary);
        for (unsigned level = 0; level < factor_levels((enum factor)f); level++) {
            page_put(page, STYLE_PLAIN, "%*s%-11s ", FACTOR_COLUMN, "", row->levels[level]);
            page_wrap(page, MEANING_COLUMN, MEANING_COLUMN, "%s", row->meaning[level]);
        }
    }
}

static void formats(struct page *page)
{
    size_t count;
    const struct format *rows = format_rows(&count);
    page_newline(page);
    page_line(page, STYLE_HEADING, "Formats");
    for (size_t i = 0; i < count; i++) {
        char name[40];
        snprintf(name, sizeof name, "  %s (%s)", rows[i].name, rows[i].ending);
        page_put(page, STYLE_PLAIN, "%-*s", OPTION_COLUMN, name);
        page_wrap(page, OPTION_COLUMN, OPTION_COLUMN, "%s", rows[i].summary);
    }
}

void help_command(struct page *page, enum command command)
{
    usage(page, command);
    options(page, command);
    if (command == COMMAND_REPORT)
        formats(page);
    else if (command != COMMAND_EXPLAIN)
        factors(page);
    for (size_t i = 0; i < sizeof paragraphs / sizeof paragraphs[0]; i++) {
        if (paragraphs[i].commands & command)
            paragraph(page, paragraphs[i].heading, paragraphs[i].text);
    }
    page_newline(page);
    page_line(page, STYLE_HEADING, "Exit status");
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
        if (statuses[i].commands & command)
            page_line(page, STYLE_PLAIN, "  %d  %s", statuses[i].status, statuses[i].meaning);
    }
}
