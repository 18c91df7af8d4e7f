# SPDX-License-Identifier: Apache-2.0
"""matrix runs exactly its plan, and judges each trial by what the scenario expects."""

import json

import pytest

from fixtures.matrix import addresses, connections, lines, planned, steps

VARIANTS = ("{security: nla}", "{security: nla, tls: '1.2'}", "{security: tls}")


def test_the_plan_and_nothing_else(fleet, fleet_lab):
    lab = fleet_lab()
    targets = [f"{address}:{lab.port}" for address in addresses(6)]
    scenario = fleet.scenario(targets, VARIANTS, further="repeats: 2")
    dry = fleet(scenario, "--dry-run")
    assert dry.status == 0, dry
    plan = dry.records[0]
    assert plan["record"] == "plan" and plan["trials"] == plan["connections"] == 36 and plan["logons"] == 24
    assert lab.records() == []

    result = fleet(scenario)
    assert result.status == 0, result
    header, end = result.records[0], result.records[-1]
    assert header["record"] == "run" and header["command"] == "matrix" and header["scenario"] == "fleet"
    assert header["fingerprint"] == plan["fingerprint"] and header["trials"] == 36
    assert header["shard"] == {"index": 1, "count": 1, "source": "none"}
    assert end["record"] == "end" and end["trials"] == 36 and end["unmet"] == 0 and "stop" not in end
    expected = [(record["target"], record["step"], record["repeat"], record["variant"]) for record in dry.of("planned")]
    found = [(record["target"], record["step"], record["repeat"], record["variant"]) for record in result.trials]
    key = str
    assert sorted(expected, key=key) == sorted(found, key=key)
    assert sorted(record["trial"] for record in result.trials) == list(range(1, 37))
    assert len(connections(lab)) == 36
    for target in targets:  # each in the plan's order: what sends no password comes first
        own = [record for record in result.trials if record["target"] == target]
        assert [record["step"] for record in own] == list(range(6))
        assert [record["variant"]["security"] for record in own] == ["tls"] * 2 + ["nla"] * 4
        assert all(record["in_effect"] for record in own)


def test_expectations(fleet, fleet_lab):
    lab = fleet_lab("--tls-max", "1.2")
    scenario = fleet.scenario(
        [f"{{host: '127.1.0.1:{lab.port}', group: old}}", f"{{host: '127.1.0.2:{lab.port}', group: new}}"],
        ("{security: nla}", "{security: nla, tls: '1.3'}"),
        ("{when: tls=default, expect: [connected, tls.version >= 1.2]}",
         "{when: tls=1.3, group: new, expect: connected}", "ms < 60000"))
    result = fleet(scenario)
    assert result.status == 1, result
    for trial in result.trials:
        old, modern = trial["group"] == "old", trial["variant"]["tls"] == "1.3"
        met = {item["text"]: item["met"] for item in trial["expectations"]}
        assert met == ({"ms < 60000": True} if old and modern else {"connected": False, "ms < 60000": True} if modern
                       else {"connected": True, "tls.version >= 1.2": True, "ms < 60000": True}), trial
        for item in trial["expectations"]:
            assert ("sentence" in item) == (not item["met"])
            assert item["line"] > 0
            if not item["met"]:
                assert "expected connected" in item["sentence"] and "tls" in item["sentence"]
    assert result.records[-1]["unmet"] == 1
    # The same for people.
    text = fleet.rdpprobe("matrix", scenario, password="Fleet-Pw1")
    assert text.status == 1 and "expected connected" in text.stdout, text
    quiet = fleet.rdpprobe("matrix", "--quiet", scenario, password="Fleet-Pw1")
    assert quiet.status == 1 and quiet.stdout == "" and quiet.stderr == "", quiet


@pytest.mark.parametrize("resumed", [False, True])
def test_reports_during_the_run_are_those_of_its_journal(fleet, fleet_lab, resumed):
    """In every format at once, by name and by ending; also of a run that goes on with a journal."""
    lab = fleet_lab("--tls-max", "1.2")
    scenario = fleet.scenario([f"{address}:{lab.port}" for address in addresses(3)],
                              ("{security: nla}", "{security: nla, tls: '1.3'}"), expect=("connected", "ms < 60000"))
    journal, folder = fleet.folder / "journal.jsonl", fleet.folder / "reports"
    folder.mkdir()
    words = ("--journal", journal)
    if resumed:
        assert fleet(scenario, "--max-trials", "2", *words).status == 0
        words = ("--resume", journal)
    files = {"junit": folder / "result.xml", "json": folder / "result.json", "text": folder / "result.txt"}
    options = [f"--report={format}={path}" for format, path in files.items()] + [f"--report={folder / 'ending.xml'}"]
    result = fleet.rdpprobe("matrix", *words, *options, scenario, password="Fleet-Pw1")
    assert result.status == 1 and result.stderr == "", result
    for format, path in files.items():
        after = fleet.rdpprobe("report", "--format", format, journal)
        assert after.status == 1 and path.read_text() == after.stdout, format
    assert (folder / "ending.xml").read_text() == files["junit"].read_text()
    assert sorted(path.name for path in folder.iterdir()) == ["ending.xml", "result.json", "result.txt", "result.xml"]
    assert result.stdout == files["text"].read_text()
    assert files["junit"].read_text().count("<failure") == 3
    summary = json.loads(files["json"].read_text())
    assert [len(run["unmet"]) for run in summary["runs"]] == [3] and not summary["met"]
    assert files["text"].read_text().startswith("fleet: 3 expectations unmet in 3 of 6 trials, on 3 of 3 targets\n")


def test_what_a_target_cannot_have_is_left_out(fleet, fleet_lab):
    lab = fleet_lab()
    scenario = fleet.scenario([f"127.1.0.1:{lab.port}", f"localhost:{lab.port}"],
                              ("{security: tls}", "{security: tls, address: ipv6}"), expect=())
    result = fleet(scenario, "--dry-run")
    assert result.status == 0 and len(result.of("planned")) == 3 and result.records[0]["skipped"] == 1, result


def test_a_licence_is_issued_for_each_target(fleet, fleet_lab):
    lab = fleet_lab("--licensing", "issue")
    targets = [f"{address}:{lab.port}" for address in addresses(4)]
    result = fleet(fleet.scenario(targets, ("{license: reuse}", "{license: corrupt}", "{license: clear}")))
    assert result.status == 0, result
    assert len(planned(result.records)) == 12 and all(trial["in_effect"] for trial in result.trials)
    extra = [trial for trial in result.trials if "step" not in trial]
    assert sorted(trial["target"] for trial in extra) == sorted(targets)
    assert all(trial["variant"]["license"] == "clear" and "expectations" not in trial for trial in extra)
    presented = {}
    for record in sorted(connections(lab), key=lambda record: record["began_ms"]):
        seen = presented.setdefault(record["local"], [])
        seen.append(record["license_id"])
        if record["license_issued"]:
            seen.append("issued " + record["license_issued"])
    for seen in presented.values():  # a licence is presented only where it came from
        issued = {text.split()[1] for text in seen if text and text.startswith("issued")}
        assert {text for text in seen if text and not text.startswith("issued")} <= issued, presented


@pytest.mark.parametrize("words, status, sentence", [
    ((), 2, "a SCENARIO is missing"),
    (("/nonexistent.yaml",), 2, "nonexistent.yaml"),
    (("--shard", "4/3", "SCENARIO"), 2, "4/3"),
    (("--resume", "/nonexistent.jsonl", "SCENARIO"), 2, "cannot be read"),
    (("--report", "nothing=x", "SCENARIO"), 2, "nothing"),
    (("--max-in-flight", "0", "SCENARIO"), 2, "--max-in-flight"),
])
def test_mistakes(fleet, words, status, sentence):
    scenario = fleet.scenario(["127.1.0.1:1"])
    words = [str(scenario) if word == "SCENARIO" else word for word in words]
    result = fleet.rdpprobe("matrix", *words, password="Fleet-Pw1")
    assert result.status == status and sentence in result.stderr and result.stdout == "", result
    assert result.stderr.count("\n") == 1, result


def test_a_password_that_is_not_there(fleet):
    result = fleet(fleet.scenario(["127.1.0.1:1"]), password=None)
    assert result.status == 2 and "RDPPROBE_PASSWORD" in result.stderr, result


def test_passwords_by_descriptor_and_file(fleet, fleet_lab, scratch):
    lab = fleet_lab()
    file = scratch("secret") / "pw"
    file.write_text("Fleet-Pw1\n")
    file.chmod(0o600)
    result = fleet(fleet.scenario([f"127.1.0.1:{lab.port}"],
                                  credentials=f"{{user: bob, password: {{file: '{file}'}}}}"), password=None)
    assert result.status == 0, result
    result = fleet(fleet.scenario([f"127.1.0.1:{lab.port}"], credentials="{user: bob, password: {descriptor: 0}}"),
                   password=None, stdin="Fleet-Pw1\n")
    assert result.status == 0, result


def test_two_hundred_targets_at_fifty_in_flight(fleet, fleet_lab):
    lab = fleet_lab()
    targets = [f"{address}:{lab.port}" for address in addresses(200)]
    journal = fleet.folder / "journal.jsonl"
    result = fleet(fleet.scenario(targets, ("{security: nla}", "{security: tls}"), further="until: nla"),
                   "--max-in-flight", "50", "--journal", journal, timeout=240)
    assert result.status == 0, result.stderr
    assert lines(journal) == result.records
    assert steps(result.records) == {(target, step): 1 for target in targets for step in range(2)}
    assert len(connections(lab)) == 400


def test_a_report_says_that_there_was_no_sandbox(rdpprobe, tmp_path):
    path = tmp_path / "scenario.yaml"
    path.write_text("name: t\ntargets: ['127.0.0.1:1']\nset: {security: tls}\nuntil: tls\n")
    for words, told in (([], False), (["--no-sandbox"], True)):
        text = " ".join(rdpprobe("matrix", *words, path).stdout.split())
        assert ("without a sandbox" in text) == told, text
