// SPDX-License-Identifier: Apache-2.0
// What the gateway had to do with the failure, in words: whether its tunnel stood, who refused, and what the other
// paths did (MS-TSGU 1.3.2; whoever answers beyond the channel is the target).
#include "analysis/gateway_path.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "knowledge/codes.h"
#include "trial/append.h"
#include "trial/fact.h"

enum { LISTED = 3 }; // trials that a clause names

// Trials of one kind: how many, and the first of them.
struct trials {
    unsigned count;
    uint64_t numbers[LISTED];
    const struct trial *first;
};

// The trials that say something of the gateway, by how they went and how they ended.
struct paths {
    struct trials beyond;                  // with the failure, through a tunnel
    struct trials at_gateway;              // with the failure, before there was a tunnel
    struct trials direct;                  // with the failure, without a gateway
    struct trials unreached;               // with another failure, before there was a tunnel
    struct trials through;                 // a proof's other side: without the failure, through a tunnel
    struct trials direct_pass;             // likewise, without a gateway
    const struct trial *renamed;           // likewise, through a tunnel, by another name or address of the target
    bool transports[LEVELS_MAX];           // of `through`
    const struct trial *failing, *passing; // a minimal pair of the gateway, one of them direct
};

static void add(struct trials *trials, const struct trial *trial)
{
    if (!trials->first)
        trials->first = trial;
    if (trials->count < LISTED)
        trials->numbers[trials->count] = trial->number;
    trials->count++;
}

static bool tunnelled(const struct trial *trial)
{
    return fact_get(trial->facts, FACT_GATEWAY_TRANSPORT) && trial->outcome.phase > PHASE_GATEWAY;
}

static bool direct(const struct trial *trial)
{
    return trial->variant.level[FACTOR_GATEWAY] == GATEWAY_OFF;
}

static void add_pass(struct paths *paths, const struct trial *trial)
{
    if (!trial)
        return;
    add(direct(trial) ? &paths->direct_pass : &paths->through, trial);
    if (!direct(trial))
        paths->transports[trial->variant.level[FACTOR_GATEWAY]] = true;
}

// Passes count only where nothing but the gateway differs from a failure: in the proof and the sweep after it.
static void look_at_proof(const struct experiment *experiment, const struct verdict *verdict, struct paths *paths)
{
    for (unsigned i = 0; i < verdict->pair_count; i++) {
        const struct trial *failing = experiment_numbered(experiment, verdict->pairs[i].failing);
        const struct trial *passing = experiment_numbered(experiment, verdict->pairs[i].passing);
        if (verdict->pairs[i].factor == FACTOR_ADDRESS && passing && tunnelled(passing))
            paths->renamed = passing;
        if (verdict->pairs[i].factor != FACTOR_GATEWAY || !failing || !passing)
            continue;
        add_pass(paths, passing);
        if (direct(failing) != direct(passing)) {
            paths->failing = failing;
            paths->passing = passing;
        }
    }
    for (unsigned i = 0; i < verdict->sweep_count; i++) {
        const struct sweep_row *row = &verdict->sweep[i];
        bool known = false;
        for (unsigned k = 0; k < verdict->pair_count; k++)
            known = known || verdict->pairs[k].passing == row->trial;
        if (row->condition.factor == FACTOR_GATEWAY && row->observation == OBSERVED_NO_SIGNATURE && !known)
            add_pass(paths, experiment_numbered(experiment, row->trial));
    }
}

static struct paths look(const struct experiment *experiment, const struct verdict *verdict)
{
    struct paths paths = {0};
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        enum observation seen = experiment_observe(experiment, trial);
        if (seen == OBSERVED_SIGNATURE)
            add(direct(trial) ? &paths.direct : tunnelled(trial) ? &paths.beyond : &paths.at_gateway, trial);
        else if (seen == OBSERVED_UNRESOLVED && !direct(trial) && !tunnelled(trial) &&
                 trial->outcome.family == FAMILY_GATEWAY)
            add(&paths.unreached, trial);
    }
    look_at_proof(experiment, verdict, &paths);
    return paths;
}

static void list(char *text, size_t size, const struct trials *trials)
{
    unsigned named = trials->count < LISTED ? trials->count : LISTED;
    text_append(text, size, " (%s", trials->count == 1 ? "trial" : "trials");
    for (unsigned i = 0; i < named; i++)
        text_append(text, size, "%s%" PRIu64,
                    i == 0                   ? " "
                    : i + 1 == trials->count ? " and "
                                             : ", ",
                    trials->numbers[i]);
    if (trials->count > named)
        text_append(text, size, " and %u more", trials->count - named);
    text_append(text, size, ")");
}

// The target's own word, as against a connection that merely ended.
static bool refused(const struct outcome *outcome)
{
    switch (outcome->family) {
    case FAMILY_ERRINFO:
    case FAMILY_NEGOTIATION:
    case FAMILY_CREDSSP:
    case FAMILY_AUTHORIZATION:
    case FAMILY_LICENSING:
    case FAMILY_LOGON:
    case FAMILY_ULTIMATUM:
        return true;
    case FAMILY_TLS:
        return outcome->code != 0 && outcome->side != SIDE_CLIENT; // an alert that it sent
    default:
        return false;
    }
}

// Who refused, and what: the gateway's own code. The target is asked for in the last step only.
static void say_refusal(char *text, size_t size, const struct trial *trial)
{
    const char *presented = fact_text(trial->facts, FACT_ADDRESS_PRESENTED, NULL);
    const char *name = trial->outcome.name;
    enum gateway_step step = GATEWAY_STEP_CHANNEL;
    gateway_step_from_name(fact_text(trial->facts, FACT_GATEWAY_STEP, ""), &step);
    switch (gateway_code_word(trial->outcome.code)) {
    case HTTP_ANSWER_DENIED:
        text_append(text, size, "the gateway refused the logon");
        break;
    case GATEWAY_RAP_ACCESSDENIED:
        text_append(text, size, "the gateway let the user in, and its resource policy (RAP) refused the target%s%s",
                    presented ? " by the name " : "", presented ? presented : "");
        break;
    case GATEWAY_NAP_ACCESSDENIED:
        text_append(text, size, "the gateway's connection policy (CAP) refused the user or this client");
        break;
    case GATEWAY_TS_CONNECTFAILED:
        text_append(text, size, "the gateway let the user in, and could not reach the target");
        break;
    default:
        text_append(text, size, "the gateway itself refused%s%s", name[0] ? " with " : "", name);
        break;
    }
    if (step < GATEWAY_STEP_CHANNEL)
        text_append(text, size, "; the target was never asked");
}

// What is wrong with the gateway's certificate.
static void say_certificate(char *text, size_t size, const struct trial *trial)
{
    bool name = fact_boolean(trial->facts, FACT_GATEWAY_CERTIFICATE_NAME_MATCH, true);
    bool trusted = fact_boolean(trial->facts, FACT_GATEWAY_CERTIFICATE_TRUSTED, true);
    text_append(text, size, "%s%s%s",
                trusted ? "" : fact_text(trial->facts, FACT_GATEWAY_CERTIFICATE_VERIFICATION, "not trusted"),
                trusted || name ? "" : ", ",
                name ? "" : fact_text(trial->facts, FACT_GATEWAY_CERTIFICATE_NAME_VERIFICATION, "another name"));
}

// What a failure before the tunnel was.
static void say_stop(char *text, size_t size, const struct trial *trial)
{
    const struct outcome *outcome = &trial->outcome;
    if (outcome->family == FAMILY_GATEWAY && outcome->code) {
        say_refusal(text, size, trial);
    } else if (outcome->family == FAMILY_LOCAL && fact_get(trial->facts, FACT_GATEWAY_CERTIFICATE_SUBJECT)) {
        text_append(text, size, "this client did not accept the gateway's certificate (");
        say_certificate(text, size, trial);
        text_append(text, size, "); the target was never asked");
    } else if (outcome->family == FAMILY_LOCAL) {
        text_append(text, size, "this client broke off at the gateway; the target was never asked");
    } else if (outcome->phase < PHASE_GATEWAY) {
        bool target = (outcome->family == FAMILY_DNS || outcome->family == FAMILY_TCP) && outcome->side != SIDE_GATEWAY;
        text_append(text, size, "%s",
                    target ? "no address of the target was found that the gateway could be given"
                           : "the gateway itself was not reached");
    } else if (outcome->family == FAMILY_TIMEOUT) {
        const char *step = fact_text(trial->facts, FACT_GATEWAY_STEP, "");
        bool connecting = strcmp(step, gateway_step_name(GATEWAY_STEP_CHANNEL)) == 0;
        text_append(text, size, "the gateway fell silent%s%s, before there was a tunnel%s", step[0] ? " at step " : "",
                    step, connecting ? ": it was to reach the target" : "; the target was never asked");
    } else {
        text_append(text, size, "the connection ended at the gateway, before there was a tunnel");
    }
}

// Whether both paths lead to the same host, by its certificate.
static void compare_hosts(char *text, size_t size, const struct paths *paths)
{
    if (!paths->failing)
        return;
    const char *one = fact_text(paths->failing->facts, FACT_CERTIFICATE_SHA256, NULL);
    const char *other = fact_text(paths->passing->facts, FACT_CERTIFICATE_SHA256, NULL);
    if (!one || !other)
        return;
    if (strcmp(one, other) == 0)
        text_append(text, size,
                    "; by its certificate it is the same host both ways: what differs is where it sees the "
                    "connection come from");
    else
        text_append(text, size, "; the certificates differ: the gateway leads to another host than the name does here");
}

static void say_transports(char *text, size_t size, const struct paths *paths)
{
    for (unsigned level = GATEWAY_OFF + 1, n = 0; level < factor_levels(FACTOR_GATEWAY); level++) {
        if (paths->transports[level])
            text_append(text, size, "%s%s", n++ ? " and " : "", level_name(FACTOR_GATEWAY, level));
    }
}

static void tell_failing(char *text, size_t size, const struct paths *paths)
{
    const struct trials *failing = paths->beyond.count ? &paths->beyond : &paths->at_gateway;
    if (!paths->beyond.count)
        say_stop(text, size, failing->first);
    else if (failing->first->outcome.family == FAMILY_GATEWAY)
        text_append(text, size, "the tunnel worked until the gateway closed it");
    else if (refused(&failing->first->outcome))
        text_append(text, size, "the tunnel worked, the far host refused");
    else
        text_append(text, size, "the tunnel worked, and the connection failed beyond it");
    list(text, size, failing);
    const char *presented = paths->renamed ? fact_text(paths->renamed->facts, FACT_ADDRESS_PRESENTED, NULL) : NULL;
    if (presented && !paths->beyond.count)
        text_append(text, size, "; by the name %s it lets the client through (trial %" PRIu64 ")", presented,
                    paths->renamed->number);
    if (paths->direct.count &&
        !paths->direct_pass.count) { // with both, something else than the gateway triggers it too
        text_append(text, size, "; directly the failure is the same");
        list(text, size, &paths->direct);
    }
    if (paths->through.count) {
        text_append(text, size, "; by ");
        say_transports(text, size, paths);
        text_append(text, size, " the same gateway lets it through");
        list(text, size, &paths->through);
    }
    if (paths->direct_pass.count) {
        text_append(text, size, "; directly this does not happen");
        list(text, size, &paths->direct_pass);
        if (paths->beyond.count && !paths->through.count)
            compare_hosts(text, size, paths);
    }
}

// The failure was seen without a gateway only.
static void tell_direct(char *text, size_t size, const struct paths *paths)
{
    if (paths->through.count) {
        bool unreached = paths->direct.first->outcome.phase <= PHASE_TCP;
        text_append(text, size, "by ");
        say_transports(text, size, paths);
        text_append(text, size, "%s",
                    unreached ? " the target is reached, from here it is not" : " this does not happen");
        list(text, size, &paths->through);
        if (!unreached)
            compare_hosts(text, size, paths);
    } else if (paths->unreached.count) {
        say_stop(text, size, paths->unreached.first);
        list(text, size, &paths->unreached);
    }
}

// Where nothing failed: mstsc takes no certificate of a gateway on trust, and has codes of its own for what is wrong.
static void tell_certificate(const struct experiment *experiment, char *text, size_t size)
{
    for (unsigned i = 0; i < experiment->count; i++) {
        const struct trial *trial = experiment->trials[i];
        if (!tunnelled(trial) || (fact_boolean(trial->facts, FACT_GATEWAY_CERTIFICATE_TRUSTED, true) &&
                                  fact_boolean(trial->facts, FACT_GATEWAY_CERTIFICATE_NAME_MATCH, true)))
            continue;
        text_append(text, size,
                    "the tunnel worked, but mstsc does not go through a gateway whose certificate it cannot check, "
                    "and this one's does not pass here (");
        say_certificate(text, size, trial);
        text_append(text, size, "; trial %" PRIu64 "): --cert-policy require makes it count", trial->number);
        return;
    }
}

void tell_gateway_path(const struct experiment *experiment, struct verdict *verdict)
{
    char *text = verdict->gateway;
    text[0] = '\0';
    if (!experiment->reference) {
        tell_certificate(experiment, text, sizeof verdict->gateway);
        return;
    }
    struct paths paths = look(experiment, verdict);
    if (paths.beyond.count || paths.at_gateway.count)
        tell_failing(text, sizeof verdict->gateway, &paths);
    else if (paths.direct.count)
        tell_direct(text, sizeof verdict->gateway, &paths);
}
