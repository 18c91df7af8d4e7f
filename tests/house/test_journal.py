# SPDX-License-Identifier: Apache-2.0
"""The journal's description is whole: schema, document and the program's tables agree, and what is wrong shows."""

import json
import os
import pathlib
import re
import sys

import pytest

import journal_tables

SOURCE = pathlib.Path(os.environ.get("RDPPROBE_SOURCE", pathlib.Path(__file__).parents[2]))
sys.path.insert(0, str(SOURCE / "tests" / "e2e"))
journal_schema = pytest.importorskip("fixtures.journal_schema", reason="python3-jsonschema is not installed")

SCHEMA = journal_tables.load(SOURCE)
TYPES = {"TEXT": "string", "INTEGER": "integer", "BOOLEAN": "boolean", "LIST": "array", "OBJECTS": "array",
         "REAL": "number"}
VARIANT = {"security": "nla", "tls": "1.2"}
TRIAL = {"record": "trial", "schema": 1, "trial": 1, "target": "srv.example:3389", "repeat": 1, "variant": VARIANT,
         "until": "active", "in_effect": True, "outcome": {"result": "connected", "phase": "active"},
         "phases": [{"phase": "resolve", "start": 0.0, "ms": 0.4, "round_trips": 0}],
         "facts": {"tls": {"version": "1.2"}, "gateway": {"tls": {"version": "1.3"}}}, "connections": 1, "logons": 1,
         "failed_logons": 0, "ms": 41.7}
FAILED = {"result": "failed", "phase": "licensing", "family": "errinfo", "code": 7, "side": "target",
          "mstsc": {"code": 3, "extended": 7, "basis": "documented"}}
SKIPPED = {"record": "skipped", "schema": 1, "target": "srv.example:3389", "repeat": 1, "why": "it was left out",
           "variant": VARIANT, "until": "active", "target_id": "00112233445566ff", "step": 0}
VERDICT = {"record": "verdict", "schema": 1, "verdict": "isolated", "signature": "errinfo 7",
           "cause": [[{"factor": "security", "level": "nla"}]],
           "minimal_pairs": [{"factor": "security", "failing": 1, "passing": 2}],
           "sweep": [{"factor": "security", "level": "rdp", "observation": "unresolved", "why": "it was not tried"}],
           "factors": {"security": {"finding": "cause", "why": "it decides"}},
           "causes": [{"id": "H14", "status": "undecided", "because": [], "facts": ["tls.version"]}],
           "confidence": 0.99, "next_trials": [{"variant": VARIANT, "until": "nla", "why": "it decides"}], "trials": 2,
           "surveys": 0, "search_trials": 1, "confirming_trials": 1, "logons": 2, "reason": "so it is"}
END = {"record": "end", "schema": 1, "trials": 2, "unmet": 0, "skipped": 0, "withdrawn": 0}
GONE = object()
PLANTED = [  # a record, where in it something is wrong, and what stands there
    (TRIAL, "colour", "blue"), (TRIAL, "schema", 2), (TRIAL, "record", "trail"), (TRIAL, "trial", 0),
    (TRIAL, "ms", "41.7"), (TRIAL, "logons", 1.5), (TRIAL, "in_effect", GONE), (TRIAL, "until", "bedtime"),
    (TRIAL, "variant.Security", "nla"), (TRIAL, "variant.security", GONE), (TRIAL, "variant.tls", 1.2),
    (TRIAL, "phases.0.steps", [{"step": "tunnel"}]), (TRIAL, "phases.0.phase", "nap"), (TRIAL, "step", 3),
    (TRIAL, "facts.tls.colour", "blue"), (TRIAL, "facts.tls.version", 1.2), (TRIAL, "facts.weather", {"rain": 1}),
    (TRIAL, "facts.gateway.tls.colour", "blue"), (TRIAL, "facts.certificate", {"chain": [{"subject": "CN=x"}]}),
    (TRIAL, "outcome.family", "errinfo"), (TRIAL, "outcome.side", "nobody"), (TRIAL, "outcome", {**FAILED, "code": -1}),
    (TRIAL, "outcome", {"result": "failed", "phase": "tls", "family": "tls"}),
    (TRIAL, "outcome", {**FAILED, "family": "weather"}), (TRIAL, "outcome", {**FAILED, "mstsc": {"code": 3}}),
    (SKIPPED, "step", GONE), (SKIPPED, "target_id", "7"), (END, "stop", "budget"), (END, "unmet", None),
    (VERDICT, "verdict", "solved"), (VERDICT, "confidence", 1.5), (VERDICT, "causes.0.id", "14"),
    (VERDICT, "cause.0", []), (VERDICT, "minimal_pairs.0.passing", 0), (VERDICT, "factors.security.why", GONE),
    ({"record": "run", "schema": 1, "command": "connect"}, "rdpprobe", "0.1.0"),
]


def changed(record, path, value):
    whole = part = json.loads(json.dumps(record))
    *steps, last = path.split(".")
    for step in steps:
        part = part[int(step) if step.isdigit() else step]
    if value is GONE:
        del part[last]
    else:
        part[int(last) if last.isdigit() else last] = value
    return whole


@pytest.mark.parametrize("record", [TRIAL, changed(TRIAL, "outcome", FAILED), SKIPPED, END, VERDICT,
                                    changed(VERDICT, "signature", None), changed(VERDICT, "confidence", None)])
def test_a_sound_record_is_taken(record):
    assert journal_schema.complaint(record) is None


@pytest.mark.parametrize("record, path, value", PLANTED)
def test_a_planted_wrong_record_is_found(record, path, value):
    assert journal_schema.complaint(changed(record, path, value))


def test_lines_are_checked_up_to_a_cut_one():
    line = json.dumps(END) + "\n"
    journal_schema.check_lines(line + line + line[:20], "a journal")
    for wrong in (line[:20] + "\n", "[]\n", "\n", json.dumps({**END, "more": 1}) + "\n"):
        with pytest.raises(AssertionError, match="a journal, line 2"):
            journal_schema.check_lines(line + wrong, "a journal")


def test_the_schema_is_one():
    journal_schema.jsonschema.Draft202012Validator.check_schema(SCHEMA)


def members(part, path=""):
    """(path, description) of everything that the schema names below `part`."""
    if isinstance(part, dict):
        for name, what in part.get("properties", {}).items():
            yield f"{path}.{name}", what
        for name, inner in part.items():
            yield from members(inner, f"{path}.{name}")
    elif isinstance(part, list):
        for inner in part:
            yield from members(inner, path)


def test_every_member_has_type_meaning_and_schema_and_every_measure_its_unit():
    seen = 0
    for path, what in members(SCHEMA["$defs"]):
        if "then" in path.split(".") or "if" in path.split("."):
            continue
        seen += 1
        assert {"type", "const", "enum", "$ref"} & what.keys() and what["description"] and what["since"] == 1, path
        if re.search(r"(^|[._])(ms|kib|bits|percent)$|_ms_?", path) or what.get("type") == "number":
            assert what.get("unit") or path.endswith("confidence"), path
    assert seen > 300


def test_nothing_is_described_that_nothing_has():
    text = json.dumps(SCHEMA)
    used = set(re.findall(r'"#/\$defs/(\w+)"', text))
    assert used == set(SCHEMA["$defs"])


def test_the_facts_are_those_of_the_programs_table():
    rows = re.findall(r'\[FACT_\w+\] = \{"([\w.]+)",\s*"(\w+)",\s*FACT_(\w+),',
                      (SOURCE / "probe" / "trial" / "fact.c").read_text())
    table = {f"{group}.{name}": TYPES[kind] for group, name, kind in rows}
    described = {}
    for path, part in journal_tables.facts(SCHEMA["$defs"]["facts"]["properties"]):
        target = SCHEMA["$defs"][part["$ref"].removeprefix("#/$defs/")] if "$ref" in part else part
        described[path] = target.get("type", "string")  # a name of an enum is text
    assert len(rows) > 150 and described == table


@pytest.mark.parametrize("part, file, pattern", [
    ("phase_name", "phase.c", r'\[PHASE_\w+\] = "([\w-]+)"'),
    ("step_name", "gateway_step.c", r'\[GATEWAY_STEP_\w+\] = "([\w-]+)"'),
    ("outcome.family", "outcome.c", r'\[FAMILY_\w+\] = "([\w-]+)"')])
def test_names_are_those_of_the_program(part, file, pattern):
    name, *member = part.split(".")
    described = SCHEMA["$defs"][name]
    for step in member:
        described = described["properties"][step]
    assert set(described["enum"]) == set(re.findall(pattern, (SOURCE / "probe" / "trial" / file).read_text()))


def test_the_document_is_as_the_schema_has_it():
    text = (SOURCE / "probe" / "journal.md").read_text()
    assert text == journal_tables.filled(text, SCHEMA), "run tests/house/journal_tables.py"
    wanted = {name for name, part in SCHEMA["$defs"].items() if part.get("properties")}
    assert sorted(journal_tables.names(text)) == sorted(wanted)
