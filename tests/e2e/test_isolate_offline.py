# SPDX-License-Identifier: Apache-2.0
"""isolate --from: the same experiment on trials that were measured before, without a connection."""

import json

import pytest

from fixtures.experiment import PASSWORD, USER



def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def write(path, records):
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


@pytest.fixture
def offline(rdpprobe):
    """isolate --from JOURNAL --json; its Result."""
    def run(journal, *options):
        return rdpprobe("isolate", "--json", "--from", journal, *options)
    return run


@pytest.fixture
def recorded(plant, tmp_path):
    """An isolate run whose journal is kept: (Experiment, path)."""
    def run(rule, *arguments, further=(), **options):
        journal = tmp_path / "journal"
        experiment = plant(rule, *arguments, options=["--journal", journal, *further], **options)
        return experiment, journal
    return run


@pytest.mark.parametrize("rule, baseline", [
    ("security=nla", ""), ("security=nla & tls=1.2", "tls=1.2"), ("family=ipv4 | tls=1.1", "tls=1.1 address=ipv4"),
    ("license=stored & security=tls", "license=reuse security=tls")])
def test_a_run_s_journal_gives_its_verdict_again(rule, baseline, recorded, offline):
    experiment, journal = recorded(rule, baseline)
    before = len(experiment.lab.connections())
    # The first trial of a run with license=reuse is another one: it has a licence issued.
    result = offline(journal, *[f"--set={level}" for level in baseline.split()])
    assert result.status == 1 and result.stderr == "", result
    assert [record["record"] for record in result.records] == ["verdict"]
    verdict = result.verdict
    assert verdict["verdict"] == experiment.verdict["verdict"] == "isolated", (verdict["reason"], experiment.verdict)
    assert verdict == experiment.verdict  # word for word
    numbers = {trial["trial"] for trial in experiment.trials}
    assert all({pair["failing"], pair["passing"]} <= numbers for pair in verdict["minimal_pairs"])
    # The connection by which the lab was asked before is the only further one.
    assert verdict["next_trials"] == [] and len(experiment.lab.connections()) == before + 1


def test_what_is_open_is_named_with_the_trials_that_would_decide(recorded, offline, rdpprobe):
    """Of the journal only the failure and the first variant that works in several factors at once."""
    few = [f"--vary={factor}" for factor in ("security", "tls", "address")]
    experiment, journal = recorded("security=nla & tls=1.2", "tls=1.2", further=few)
    records = lines(journal)
    failing = [r for r in records if r["record"] == "trial" and r["outcome"].get("name", "").startswith("ERRINFO")][:2]
    passing = next(r for r in records if r["record"] == "trial" and r["outcome"]["result"] == "connected"
                   and r["until"] == "active" and r["variant"]["security"] != "nla" and r["variant"]["tls"] != "1.2")
    part = write(journal.with_name("part"), [records[0], *failing, passing])
    result = offline(part)
    verdict = result.verdict
    assert result.status == 1 and verdict["verdict"] == "inconclusive" and not verdict.get("cause"), result
    wanted = [trial["variant"] for trial in verdict["next_trials"]]
    differing = [sum(variant[f] != failing[0]["variant"][f] for f in ("security", "tls", "address"))
                 for variant in wanted]
    # One of them alone at another level decides most; and what is asked for was not measured yet.
    assert wanted and min(differing) == 1 and failing[0]["variant"] not in wanted and passing["variant"] not in wanted
    text = rdpprobe("isolate", "--from", part).stdout
    assert "inconclusive" in text and "What would decide it, best first" in text, text
    # Measured, they decide: the whole journal has them.
    measured = [r["variant"] for r in records if r["record"] == "trial"]
    assert any(variant in measured for variant in wanted)


def test_one_target_of_several(recorded, offline):
    experiment, journal = recorded("security=nla")
    records = lines(journal)
    other = [{**r, "target": "other.example:3389"} for r in records if r["record"] == "trial"][:1]
    both = write(journal.with_name("both"), [records[0], *other, *records[1:]])
    own = records[1]["target"]
    assert offline(both, own).verdict["verdict"] == "isolated"
    asked = offline(both)
    assert asked.status == 2 and "other.example:3389" in asked.stderr and own in asked.stderr, asked
    nothing = offline(both, "third.example")
    assert nothing.status == 3 and "has no trial of third.example" in nothing.stderr, nothing


@pytest.mark.parametrize("content, words", [
    (None, "cannot be opened"), ("", "has no trial"), ("{\"record\":\"trial\"}\n", "line 1"), ("nonsense\n", "line 1")])
def test_a_journal_that_says_nothing(content, words, offline, tmp_path):
    path = tmp_path / "journal"
    if content is not None:
        path.write_text(content)
    result = offline(path)
    assert result.status == 3 and result.stdout == "" and words in result.stderr and str(path) in result.stderr, result
    assert result.stderr.count("\n") == 1


def test_what_the_rest_of_a_journal_contradicts_is_not_named(recorded, offline, lab, rdpprobe):
    """A run that isolates, and later passes of the variant that failed: they were not part of the run, but count."""
    _, journal = recorded("security=nla")
    records = lines(journal)
    failing = next(r for r in records if r["record"] == "trial")
    mended = lab(user=USER, password=PASSWORD)
    passes = rdpprobe("connect", "--json", "--user", USER, "--pause", "0", "--repeat", "6", mended.target,
                      password=PASSWORD).trials
    later = [{**trial, "target": failing["target"], "variant": failing["variant"]} for trial in passes]
    assert len(later) == 6 and {trial["outcome"]["result"] for trial in later} == {"connected"}
    assert offline(write(journal.with_name("more"), [*records, failing])).verdict["verdict"] == "isolated"
    result = offline(write(journal.with_name("contradicted"), [*records, *later]))
    assert result.verdict["verdict"] == "inconclusive" and not result.verdict.get("cause"), result
