// SPDX-License-Identifier: Apache-2.0
#include "commands/plan_text.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "trial/journal.h"
#include "trial/until.h"

enum { EXCLUDED_MAX = 50 };

static unsigned repeats_of(const struct plan *plan)
{
    return plan->scenario->repeats ? plan->scenario->repeats : 1;
}

static void write_duration(struct page *page, double seconds)
{
    if (seconds < 120)
        page_line(page, STYLE_PLAIN, "  %-14s%.0f s", "at most", seconds);
    else if (seconds < 2 * 3600)
        page_line(page, STYLE_PLAIN, "  %-14s%.0f min", "at most", seconds / 60);
    else
        page_line(page, STYLE_PLAIN, "  %-14s%.1f h", "at most", seconds / 3600);
}

static void write_cost(struct page *page, const struct plan *plan)
{
    const struct scenario *s = plan->scenario;
    page_line(page, STYLE_HEADING, "Plan of %s", s->name);
    page_line(page, STYLE_PLAIN, "  %-14s%zu of %zu", "targets", plan->target_count, s->target_count);
    page_line(page, STYLE_PLAIN, "  %-14s%zu", "variants", plan->variant_count);
    if (repeats_of(plan) > 1)
        page_line(page, STYLE_PLAIN, "  %-14s%u", "repeats", repeats_of(plan));
    page_line(page, STYLE_PLAIN, "  %-14s%zu", "trials", plan->trials);
    page_line(page, STYLE_PLAIN, "  %-14s%zu", "connections", plan->connections);
    page_line(page, STYLE_PLAIN, "  %-14s%zu", "logons", plan->logons);
    write_duration(page, plan->longest_s);
    page_line(page, STYLE_PLAIN, "  %-14s%u of %u (%s)", "shard", plan->shard.index, plan->shard.count,
              plan->shard.source);
    page_line(page, STYLE_PLAIN, "  %-14s%016" PRIx64, "fingerprint", plan->fingerprint);
}

static void write_variants(struct page *page, const struct plan *plan)
{
    char text[VARIANT_TEXT_MAX];
    const char *why;
    page_newline(page);
    page_line(page, STYLE_HEADING, "Variants, in their order, until %s",
              until_name((struct until){plan->scenario->until, plan->scenario->at_challenge}));
    for (size_t i = 0; i < plan->variant_count; i++)
        page_line(page, STYLE_PLAIN, "  %3zu  %s", i + 1, variant_text(&plan->variants[i], text, sizeof text));
    for (size_t i = 0; i < plan->design.excluded_count && i < EXCLUDED_MAX; i++) {
        const struct variant *variant = &plan->design.excluded[i];
        why = "";
        scenario_allows(plan->scenario, variant, &why);
        page_line(page, STYLE_FAINT, "    -  %s: %s", variant_text(variant, text, sizeof text), why);
    }
    if (plan->design.excluded_count > EXCLUDED_MAX)
        page_line(page, STYLE_FAINT, "    -  and %zu more that are excluded",
                  plan->design.excluded_count - EXCLUDED_MAX);
}

// "all", or the numbers of the variants that the target gets.
static void write_target(struct page *page, const struct plan *plan, const struct scenario_target *target)
{
    char text[HOST_MAX + 16];
    size_t left_out = 0;
    for (size_t i = 0; i < plan->variant_count; i++)
        left_out += !plan_applies(plan->scenario, target, &plan->variants[i], NULL);
    page_put(page, STYLE_PLAIN, "  %s", target_text(&target->target, text, sizeof text));
    if (target->has_gateway)
        page_put(page, STYLE_PLAIN, " through %s", target_text(&target->gateway, text, sizeof text));
    if (target->group[0])
        page_put(page, STYLE_FAINT, " (%s)", target->group);
    if (left_out)
        page_put(page, STYLE_PLAIN, ": not");
    for (size_t i = 0; i < plan->variant_count && left_out; i++) {
        const char *why = "";
        if (!plan_applies(plan->scenario, target, &plan->variants[i], &why))
            page_put(page, STYLE_PLAIN, " %zu (%s)", i + 1, why);
    }
    page_newline(page);
}

void plan_text(struct page *page, const struct plan *plan)
{
    write_cost(page, plan);
    write_variants(page, plan);
    page_newline(page);
    page_line(page, STYLE_HEADING, "Targets");
    for (size_t i = 0; i < plan->target_count; i++)
        write_target(page, plan, &plan->scenario->targets[plan->targets[i]]);
}

static bool write_json(FILE *file, json_t *json)
{
    char *line = json ? json_dumps(json, JSON_COMPACT) : NULL;
    bool ok = line && fprintf(file, "%s\n", line) > 0;
    json_decref(json);
    free(line);
    return ok;
}

static json_t *header(const struct plan *plan)
{
    char fingerprint[24];
    json_t *variants = json_array();
    snprintf(fingerprint, sizeof fingerprint, "%016" PRIx64, plan->fingerprint);
    for (size_t i = 0; i < plan->variant_count; i++)
        json_array_append_new(variants, variant_to_json(&plan->variants[i]));
    return json_pack("{s:s, s:i, s:s, s:s, s:{s:i, s:i, s:s}, s:I, s:I, s:I, s:I, s:I, s:f, s:o}", "record", "plan",
                     "schema", JOURNAL_SCHEMA, "scenario", plan->scenario->name, "fingerprint", fingerprint, "shard",
                     "index", (int)plan->shard.index, "count", (int)plan->shard.count, "source", plan->shard.source,
                     "targets", (json_int_t)plan->target_count, "trials", (json_int_t)plan->trials, "skipped",
                     (json_int_t)plan->skipped, "connections", (json_int_t)plan->connections, "logons",
                     (json_int_t)plan->logons, "longest_s", plan->longest_s, "variants", variants);
}

bool plan_json(FILE *file, const struct plan *plan)
{
    char text[HOST_MAX + 16];
    const unsigned repeats = repeats_of(plan);
    bool ok = write_json(file, header(plan));
    for (size_t t = 0; t < plan->target_count; t++) {
        const struct scenario_target *target = &plan->scenario->targets[plan->targets[t]];
        for (size_t step = 0; step < plan->variant_count * repeats && ok; step++) {
            const struct variant *variant = &plan->variants[step / repeats];
            if (plan_applies(plan->scenario, target, variant, NULL))
                ok = write_json(
                    file, json_pack("{s:s, s:i, s:s, s:I, s:i, s:o}", "record", "planned", "schema", JOURNAL_SCHEMA,
                                    "target", target_text(&target->target, text, sizeof text), "step", (json_int_t)step,
                                    "repeat", (int)(step % repeats) + 1, "variant", variant_to_json(variant)));
        }
    }
    return ok && fflush(file) == 0;
}
