# SPDX-License-Identifier: Apache-2.0
"""A Slurm array, really: the template's tasks, joined, have the same trials as one process."""

import os
import pathlib
import tempfile

import pytest

from fixtures.fleet import PASSWORD, Fleet, records, trials
from fixtures.lab import built
from fixtures.secrecy import files_with, watched_process_list
from fixtures.slurm import lack, slurm

SOURCE = pathlib.Path(os.environ.get("RDPPROBE_SOURCE", pathlib.Path(__file__).parents[2]))

pytestmark = pytest.mark.skipif(lack() is not None, reason=str(lack()))


@pytest.fixture
def cluster():
    # munged wants a folder that no one else can write to, and a socket's name has room for 107 characters.
    with tempfile.TemporaryDirectory(prefix="slurm-", ignore_cleanup_errors=True) as folder:
        with slurm(pathlib.Path(folder)) as started:
            yield started


@pytest.mark.parametrize("array, shards", [("0-3", 4), ("2-6:2", 3)])
def test_the_same_trials_as_one_process(lab, rdpprobe, scratch, cluster, array, shards):
    folder = scratch("fleet")
    fleet = Fleet(lab, folder)
    whole = rdpprobe("matrix", "--journal", folder / "whole.jsonl", fleet.scenario, password=PASSWORD,
                     stdin=fleet.targets.read_text())
    assert whole.status == 0, whole
    variables = {**rdpprobe.environment, "PATH": cluster.environment["PATH"], "RDPPROBE": str(built("rdpprobe")),
                 "RDPPROBE_PASSWORD": PASSWORD, "RDPPROBE_TARGETS": str(fleet.targets)}
    with watched_process_list(PASSWORD) as seen:
        job = cluster.run("sbatch", "--wait", f"--array={array}", SOURCE / "ci" / "slurm-array.sh", fleet.scenario,
                          folder / "results", variables=variables, cwd=folder)
    assert not seen and not files_with(folder, PASSWORD)
    logs = "".join(path.read_text() for path in folder.glob("rdpprobe-*.log"))
    assert job.returncode == 0, job.stdout + job.stderr + logs

    journals = sorted((folder / "results").glob("shard-*.jsonl"))
    assert len(journals) == shards, logs
    assert trials(*journals) == trials(folder / "whole.jsonl") and len(trials(*journals)) == fleet.count
    taken = [record["shard"] for record in records(*journals) if record["record"] == "run"]
    assert taken == [{"index": number, "count": shards, "source": "SLURM_ARRAY_TASK_ID"}
                     for number in range(1, shards + 1)]

    report = rdpprobe("report", "--merge", *journals)
    assert report.status == 0, report
    assert report.stdout.startswith(f"fleet: every expectation is met: 7 targets, {fleet.count} trials\n")
    lost = rdpprobe("report", "--merge", *journals[1:])
    assert lost.status == 3 and f"shard 1 of {shards} is missing" in lost.stderr, lost
