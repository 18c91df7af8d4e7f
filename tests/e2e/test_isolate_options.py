# SPDX-License-Identifier: Apache-2.0
"""What isolate is asked for, and what it writes."""

import json

import pytest

from fixtures.experiment import NAME, PASSWORD, USER, two_families


def test_signature_that_the_baseline_does_not_show(plant):
    experiment = plant("true", lab_options=["--errinfo", "5"], options=["--signature", "0x3/0x7"])
    experiment.accuses_nobody("inconclusive")
    assert experiment.result.status == 1 and "0x5" in experiment.verdict["reason"]


def test_signature_that_the_baseline_shows(plant):
    experiment = plant("security=nla", options=["--signature", "0x3/0x7"])
    experiment.names("security=nla")
    assert experiment.verdict["signature"] == "0x3/0x7"


def test_vary_another_factor(plant):
    experiment = plant("security=nla", options=["--vary", "tls"])
    experiment.accuses_nobody("inconclusive")
    assert "security or address" in experiment.verdict["reason"] and "not varied" in experiment.verdict["reason"]
    assert {trial["variant"]["security"] for trial in experiment.trials} == {"nla"}
    assert {trial["variant"]["address"] for trial in experiment.trials} == {"name"}
    assert experiment.verdict["factors"]["security"]["finding"] == "not-tested"
    assert experiment.verdict["factors"]["tls"]["finding"] == "innocent"


def test_vary_to_one_level(plant):
    experiment = plant("security=nla", options=["--vary", "security=tls"])
    experiment.names("security=nla")
    assert {trial["variant"]["security"] for trial in experiment.trials} == {"nla", "tls"}
    assert {trial["variant"]["tls"] for trial in experiment.trials} == {"default"}


@pytest.mark.parametrize("limit", (1, 2, 3, 6, 10, 13))
def test_max_trials(limit, plant):
    experiment = plant("security=nla", options=["--max-trials", limit])
    experiment.accuses_nobody("inconclusive", "stopped")
    assert len(experiment.trials) == limit and experiment.result.status == 1


def test_records(plant, tmp_path):
    journal = tmp_path / "journal"
    experiment = plant("security=nla", options=["--journal", journal])
    records = experiment.result.records
    assert [record["record"] for record in records] == ["run", *["trial"] * len(experiment.trials), "verdict"]
    assert {record["schema"] for record in records} == {1}
    assert [trial["trial"] for trial in experiment.trials] == list(range(1, len(experiment.trials) + 1))
    assert [json.loads(line) for line in journal.read_text().splitlines()] == records
    assert experiment.result.stderr == ""
    verdict = experiment.verdict
    assert verdict["surveys"] == sum(trial["until"] != "active" for trial in experiment.trials)
    assert {row["level"]: row["observation"] for row in verdict["sweep"]} == {"tls": "no-signature",
                                                                             "rdp": "no-signature"}


def test_report(lab, rdpprobe, scratch):
    names = two_families(scratch("names"))
    server = lab("--deny-if", "security=nla", user=USER, password=PASSWORD)
    result = rdpprobe("isolate", "--user", USER, "--pause", "0", f"{NAME}:{server.port}", password=PASSWORD,
                      environment=names)
    assert result.status == 1 and result.stderr == ""
    first = result.stdout.splitlines()[0]
    assert first == f"{NAME}:{server.port}: isolated: security=nla triggers 0x3/0x7."
    quiet = rdpprobe("isolate", "--quiet", "--user", USER, "--pause", "0", f"{NAME}:{server.port}", password=PASSWORD,
                     environment=names)
    assert (quiet.status, quiet.stdout, quiet.stderr) == (1, "", "")
