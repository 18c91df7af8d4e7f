# SPDX-License-Identifier: Apache-2.0
"""The journal of a run that is killed, interrupted, or out of space, and going on with it."""

import os
import resource
import signal
import subprocess

import pytest

from fixtures.journal_schema import check_lines
from fixtures.lab import built
from fixtures.matrix import PASSWORD, addresses, connections, lines, planned, steps
from fixtures.process import wait_until

VARIANTS = ("{security: nla}", "{security: tls}")
LIMIT = 50 * 1024


@pytest.fixture
def run(fleet, fleet_lab):
    """A lab, and a scenario of 40 targets x 2 variants that takes a few seconds: (lab, scenario, journal, targets)."""
    lab = fleet_lab()
    targets = [f"{address}:{lab.port}" for address in addresses(40)]
    scenario = fleet.scenario(targets, VARIANTS, limits="max-in-flight: 8, settle: 0.3")
    return lab, scenario, fleet.folder / "journal.jsonl", targets


def start(fleet, scenario, journal, count, *options, **further):
    """Starts a run and waits until its journal has so many trials."""
    process = fleet.start(scenario, "--quiet", *options, **further)
    assert wait_until(lambda: len(planned(lines(journal))) >= count, 60), process.stderr
    assert process.status is None
    return process


@pytest.mark.parametrize("cut", [False, True])
def test_resume_after_a_kill(fleet, run, cut):
    lab, scenario, journal, targets = run
    with start(fleet, scenario, journal, 15, "--journal", journal) as process:
        os.kill(process.pid, signal.SIGKILL)
        process.wait(5)
        assert wait_until(lambda: not process.family(), 10)
    before = lines(journal)
    assert 15 <= len(planned(before)) < 80 and before[-1]["record"] == "trial"
    if cut:  # as if it had died while it wrote a line
        with open(journal, "a") as file:
            file.write('{"record":"trial","schema":1,"tri')
    seen = len(connections(lab))
    assert len(planned(before)) <= seen <= len(planned(before)) + 8
    result = fleet(scenario, "--resume", journal)
    assert result.status == 0, result
    after = lines(journal)
    assert after[:len(before)] == before
    assert steps(after) == {(target, step): 1 for target in targets for step in range(2)}
    numbers = [record["trial"] for record in planned(after)]
    assert len(set(numbers)) == len(numbers)
    assert len(connections(lab)) == seen + 80 - len(planned(before))
    headers = [record for record in after if record["record"] == "run"]
    assert [header["resumed"] for header in headers] == [False, True]
    assert after[-1]["record"] == "end" and after[-1]["trials"] == 80
    # Once more, there is nothing left to do.
    result = fleet(scenario, "--resume", journal)
    assert result.status == 0 and result.trials == [], result


def test_an_interrupt_lets_running_trials_end(fleet, run):
    lab, scenario, journal, targets = run
    with start(fleet, scenario, journal, 10, "--journal", journal) as process:
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(30) == 130, process.stderr
        assert "interrupted" in process.stderr
    records = lines(journal)
    assert 10 <= len(planned(records)) < 80
    assert records[-1]["record"] == "end" and records[-1]["stop"] == "interrupt"
    # Not one connection without its record.
    assert len(connections(lab)) == len(planned(records))
    assert all(record["outcome"]["result"] == "connected" for record in planned(records))
    assert fleet(scenario, "--resume", journal).status == 0
    assert steps(lines(journal)) == {(target, step): 1 for target in targets for step in range(2)}
    assert len(connections(lab)) == 80


def test_a_second_interrupt_ends_at_once(fleet, fleet_lab):
    lab = fleet_lab("--fault", "tls:hang")
    scenario = fleet.scenario([f"{address}:{lab.port}" for address in addresses(5)], further="deadline: 60")
    with fleet.start(scenario, "--quiet") as process:
        assert wait_until(lambda: len(process.family()) >= 7, 20)
        os.kill(process.pid, signal.SIGINT)
        assert wait_until(lambda: process.status is not None, 1) is False
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(5) == 130
        assert wait_until(lambda: not process.family(), 5)


def test_another_plan_is_refused(fleet, run):
    lab, scenario, journal, targets = run
    assert fleet(scenario, "--journal", journal, "--shard", "1/2").status == 0
    size = journal.stat().st_size
    other = fleet.scenario(targets[:-1], VARIANTS, limits="settle: 0.3", name="other")
    for words, sentence in (((other, "--shard", "1/2"), "another plan"), ((scenario,), "shard 1 of 2"),
                            ((scenario, "--shard", "2/2"), "shard 1 of 2")):
        result = fleet(*words, "--resume", journal)
        assert result.status == 2 and sentence in result.stderr and result.stdout == "", result
    result = fleet(scenario, "--journal", journal)
    assert result.status == 2 and "--resume" in result.stderr, result
    assert journal.stat().st_size == size
    # What only paces the run may change.
    paced = fleet.scenario(targets, VARIANTS, limits="max-in-flight: 3, settle: 0.3, rate: 1000")
    assert fleet(paced, "--resume", journal, "--shard", "1/2").status == 0


def test_unmet_before_is_unmet_after(fleet, fleet_lab):
    lab = fleet_lab("--deny-if", "security=nla")
    scenario = fleet.scenario([f"127.1.0.1:{lab.port}"], VARIANTS)
    journal = fleet.folder / "journal.jsonl"
    assert fleet(scenario, "--journal", journal).status == 1
    result = fleet.rdpprobe("matrix", "--resume", journal, scenario, password="Fleet-Pw1")
    assert result.status == 1 and "expected connected" in result.stdout, result


def test_two_runs_do_not_share_a_journal(fleet, run):
    _, scenario, journal, _ = run
    with start(fleet, scenario, journal, 3, "--journal", journal):
        result = fleet(scenario, "--resume", journal)
        assert result.status == 3 and "another rdpprobe" in result.stderr, result


def test_a_full_disk_stops_the_run(fleet, run):
    """A limit of the size of files fails as a full disk does: in the middle of a record."""
    lab, scenario, journal, targets = run
    process = fleet.start(scenario, "--quiet", "--journal", journal)
    with process:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (LIMIT, LIMIT))
        assert process.wait(60) == 3, process.stderr
        assert process.stderr.count("\n") == 1 and "the journal cannot be written" in process.stderr
        assert "File too large" in process.stderr and str(journal) in process.stderr
    text = journal.read_text()
    assert text.endswith("\n") and len(text) <= LIMIT
    records = lines(journal)
    assert records[0]["record"] == "run" and 5 <= len(planned(records)) < 80
    seen = len(connections(lab))
    assert seen < 80
    assert fleet(scenario, "--resume", journal).status == 0
    assert steps(lines(journal)) == {(target, step): 1 for target in targets for step in range(2)}


def test_a_file_system_that_is_full(fleet, run):
    """A small file system in a mount namespace of the run's own; the journal is looked at from within."""
    lab, scenario, _, targets = run
    disk, kept = fleet.folder / "disk", fleet.folder / "kept.jsonl"
    disk.mkdir()
    journal = disk / "journal.jsonl"
    script = 'mount -t tmpfs -o size=64k tmpfs "$1" || exit 77; shift; "$@"; status=$?; cp "$0" KEPT; exit $status'
    words = ["unshare", "--mount", "sh", "-c", script.replace("KEPT", f"'{kept}'"), journal, disk,
             built("rdpprobe"), "matrix", "--quiet", "--journal", journal, scenario]
    environment = {**fleet.rdpprobe.environment, "RDPPROBE_PASSWORD": PASSWORD}
    result = subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60, check=False)
    if result.returncode in (1, 77) and not kept.exists():
        pytest.skip(f"this machine lets nobody mount file systems: {result.stderr}")
    assert result.returncode == 3, result
    assert result.stderr.count("\n") == 1 and f"the journal cannot be written to {journal}" in result.stderr
    assert "No space left on device" in result.stderr
    text = kept.read_text()
    assert text.endswith("\n") and 40 * 1024 < len(text) <= 64 * 1024
    check_lines(text, kept)
    records = lines(kept)
    assert records[0]["record"] == "run" and 5 <= len(planned(records)) < 80 and records[-1]["record"] == "trial"
    assert len(connections(lab)) < 80
    assert fleet(scenario, "--resume", kept).status == 0
    assert steps(lines(kept)) == {(target, step): 1 for target in targets for step in range(2)}


def test_a_device_that_is_full(fleet, run):
    lab, scenario, _, _ = run
    result = fleet.rdpprobe("matrix", "--quiet", "--journal", "/dev/full", scenario, password="Fleet-Pw1")
    assert result.status == 3 and "No space left on device" in result.stderr, result
    assert connections(lab) == []
