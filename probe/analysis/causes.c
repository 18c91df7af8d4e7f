// SPDX-License-Identifier: Apache-2.0
#include "analysis/causes.h"

#include "analysis/cause_evidence.h"

static void add_trial(struct cause_finding *finding, uint64_t trial)
{
    unsigned i = finding->because_count;
    for (unsigned k = 0; k < i; k++) {
        if (finding->because[k] == trial)
            return;
    }
    if (i == BECAUSE_MAX)
        return;
    for (; i > 0 && finding->because[i - 1] > trial; i--)
        finding->because[i] = finding->because[i - 1];
    finding->because[i] = trial;
    finding->because_count++;
}

static void add_fact(struct cause_finding *finding, enum fact fact)
{
    for (unsigned k = 0; k < finding->fact_count; k++) {
        if (finding->facts[k] == fact)
            return;
    }
    if (finding->fact_count < BECAUSE_FACTS_MAX)
        finding->facts[finding->fact_count++] = fact;
}

static void add_evidence(struct cause_finding *finding, enum cause_evidence evidence, const struct shown *shown)
{
    for (unsigned k = 0; k < finding->evidence_count; k++) {
        if (finding->evidence[k] == evidence)
            return;
    }
    if (finding->evidence_count == BECAUSE_EVIDENCE_MAX)
        return;
    finding->evidence[finding->evidence_count++] = evidence;
    for (unsigned i = 0; i < shown->trial_count; i++)
        add_trial(finding, shown->trials[i]);
    for (unsigned i = 0; i < shown->fact_count; i++)
        add_fact(finding, shown->facts[i]);
}

// Every rule that holds is told: it is what the status rests on.
static void add_rules(struct cause_finding *finding, const struct cause_rule *rules, const bool has[EVIDENCE_COUNT],
                      const struct shown shown[EVIDENCE_COUNT])
{
    for (; rules->all[0] != EVIDENCE_END; rules++) {
        for (int i = 0; cause_rule_holds(rules, has) && rules->all[i] != EVIDENCE_END; i++)
            add_evidence(finding, rules->all[i], &shown[rules->all[i]]);
    }
}

void find_causes(const struct verdict *verdict, const struct trial *const *trials, size_t count,
                 struct cause_finding findings[CAUSE_COUNT])
{
    struct shown shown[EVIDENCE_COUNT];
    bool has[EVIDENCE_COUNT];
    gather_evidence(verdict, trials, count, shown);
    for (int e = 0; e < EVIDENCE_COUNT; e++)
        has[e] = shown[e].is;
    for (size_t i = 0; i < CAUSE_COUNT; i++) {
        const struct cause_row *cause = cause_row_at(i);
        findings[i] =
            (struct cause_finding){.cause = cause,
                                   .status = cause_judge(cause, has),
                                   .contradicts_protocol = cause->plausibility == PLAUSIBILITY_CONTRADICTS_PROTOCOL};
        add_rules(&findings[i], cause->supports, has, shown);
        add_rules(&findings[i], cause->refutes, has, shown);
    }
}

static json_t *finding_to_json(const struct cause_finding *finding)
{
    json_t *because = json_array(), *facts = json_array();
    for (unsigned i = 0; i < finding->because_count; i++)
        json_array_append_new(because, json_integer((json_int_t)finding->because[i]));
    for (unsigned i = 0; i < finding->fact_count; i++) {
        const struct fact_row *row = fact_row(finding->facts[i]);
        json_array_append_new(facts, json_sprintf("%s.%s", row->group, row->name));
    }
    json_t *json = json_pack("{s:s, s:s, s:o, s:o}", "id", finding->cause->id, "status",
                             cause_status_name(finding->status), "because", because, "facts", facts);
    if (json && finding->contradicts_protocol && json_object_set_new(json, "contradicts_protocol", json_true()) != 0) {
        json_decref(json);
        return NULL;
    }
    return json;
}

json_t *causes_to_json(const struct cause_finding findings[CAUSE_COUNT])
{
    json_t *causes = json_array();
    for (size_t i = 0; causes && i < CAUSE_COUNT; i++) {
        if (json_array_append_new(causes, finding_to_json(&findings[i])) != 0) {
            json_decref(causes);
            return NULL;
        }
    }
    return causes;
}

bool verdict_set_causes(json_t *verdict, const struct cause_finding findings[CAUSE_COUNT])
{
    return json_object_set_new(verdict, "causes", causes_to_json(findings)) == 0;
}
