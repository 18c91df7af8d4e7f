# SPDX-License-Identifier: Apache-2.0
"""GNU parallel, really: the template's shards, joined, have the same trials as one process."""

import os
import pathlib
import shutil
import subprocess

import pytest

from fixtures.fleet import PASSWORD, Fleet, records, trials
from fixtures.lab import built
from fixtures.secrecy import files_with, watched_process_list

SOURCE = pathlib.Path(os.environ.get("RDPPROBE_SOURCE", pathlib.Path(__file__).parents[2]))

pytestmark = pytest.mark.skipif(shutil.which("parallel") is None, reason="GNU parallel is not installed (ci/install)")


def run(rdpprobe, fleet, folder, shards):
    environment = {**rdpprobe.environment, "RDPPROBE": str(built("rdpprobe")), "RDPPROBE_PASSWORD": PASSWORD,
                   "RDPPROBE_TARGETS": str(fleet.targets)}
    return subprocess.run([SOURCE / "ci" / "gnu-parallel.sh", str(shards), fleet.scenario, folder], text=True,
                          capture_output=True, env=environment, stdin=subprocess.DEVNULL, timeout=120,
                          cwd=folder.parent)


def test_the_same_trials_as_one_process(lab, rdpprobe, scratch):
    folder = scratch("fleet")
    fleet = Fleet(lab, folder)
    whole = rdpprobe("matrix", "--journal", folder / "whole.jsonl", fleet.scenario, password=PASSWORD,
                     stdin=fleet.targets.read_text())
    assert whole.status == 0, whole
    with watched_process_list(PASSWORD) as seen:
        result = run(rdpprobe, fleet, folder / "results", 3)
    assert not seen and not files_with(folder, PASSWORD)
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.startswith(f"fleet: every expectation is met: 7 targets, {fleet.count} trials\n")

    shards = sorted((folder / "results").glob("shard-*.jsonl"))
    assert len(shards) == 3
    assert trials(*shards) == trials(folder / "whole.jsonl") and len(trials(*shards)) == fleet.count
    headers = [record for record in records(*shards) if record["record"] == "run"]
    assert [header["shard"] for header in headers] == [
        {"index": number, "count": 3, "source": "PARALLEL_SEQ"} for number in (1, 2, 3)]
    assert {header["fingerprint"] for header in headers + records(folder / "whole.jsonl")[:1]} == {
        headers[0]["fingerprint"]}
    owners = [{record["target"] for record in records(shard) if record["record"] == "trial"} for shard in shards]
    assert sum(map(len, owners)) == 7, "a target with all its variants belongs to one shard"

    # Twice is no more than once: each shard goes on with its journal and finds nothing left to do.
    again = run(rdpprobe, fleet, folder / "results", 3)
    assert again.returncode == 0 and trials(*shards) == trials(folder / "whole.jsonl"), again.stderr

    shards[1].unlink()
    report = rdpprobe("report", "--merge", *sorted((folder / "results").glob("shard-*.jsonl")))
    assert report.status == 3 and "shard 2 of 3 is missing" in report.stderr and "shard 2 of 3" in report.stdout
