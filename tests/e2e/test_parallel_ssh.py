# SPDX-License-Identifier: Apache-2.0
"""GNU parallel over ssh, really: two names of a server that shares no file with this side."""

import os
import pathlib
import shutil
import subprocess

import pytest

from fixtures.fleet import PASSWORD, Fleet, records, trials
from fixtures.lab import built
from fixtures.secrecy import files_with
from fixtures.sshd import lack, sshd

SOURCE = pathlib.Path(os.environ.get("RDPPROBE_SOURCE", pathlib.Path(__file__).parents[2]))

pytestmark = [pytest.mark.skipif(lack() is not None, reason=str(lack())),
              pytest.mark.skipif(shutil.which("parallel") is None, reason="GNU parallel is not installed (ci/install)")]


@pytest.fixture
def remote(scratch, rdpprobe):
    """What stands for two machines: they have the program, a password file and a home, and nothing of folder."""
    there, folder = scratch("there"), scratch("here")
    (there / "password").write_text(PASSWORD + "\n")
    (there / "password").chmod(0o600)
    variables = {**{name: str(there / name.lower()) for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME")},
                 "PATH": f"{pathlib.Path(built('rdpprobe')).parent}:/usr/bin:/bin"}
    variables |= {name: value for name, value in rdpprobe.environment.items() if name.endswith("SAN_OPTIONS")}
    with sshd(scratch("keys"), folder, variables) as client:
        yield client, there, folder


def test_the_same_trials_as_one_process(lab, rdpprobe, remote):
    client, there, folder = remote
    fleet = Fleet(lab, folder)
    scenario = fleet.scenario.read_text().replace("{environment: RDPPROBE_PASSWORD}", f"{{file: {there / 'password'}}}")
    fleet.scenario.write_text(scenario)
    whole = rdpprobe("matrix", "--journal", folder / "whole.jsonl", fleet.scenario, stdin=fleet.targets.read_text())
    assert whole.status == 0, whole
    environment = {**rdpprobe.environment, "RDPPROBE_TARGETS": str(fleet.targets), "PARALLEL_SSH": client,
                   "PATH": f"{pathlib.Path(built('rdpprobe')).parent}:{rdpprobe.environment['PATH']}"}

    def run():
        return subprocess.run([SOURCE / "ci" / "gnu-parallel.sh", "4", fleet.scenario, folder / "results", "one,two"],
                              text=True, capture_output=True, env=environment, stdin=subprocess.DEVNULL, timeout=180,
                              cwd=folder, check=False)

    result = run()
    assert result.returncode == 0, result.stdout + result.stderr
    assert result.stdout.startswith(f"fleet: every expectation is met: 7 targets, {fleet.count} trials\n"), result
    shards = sorted((folder / "results").glob("shard-*.jsonl"))
    assert len(shards) == 4 and not files_with(folder, PASSWORD)
    assert trials(*shards) == trials(folder / "whole.jsonl") and len(trials(*shards)) == fleet.count
    headers = [record for record in records(*shards) if record["record"] == "run"]
    assert [header["shard"] for header in headers] == [
        {"index": number, "count": 4, "source": "PARALLEL_SEQ"} for number in (1, 2, 3, 4)]

    # Twice is no more than once: each machine goes on with the journals that it has.
    again = run()
    assert again.returncode == 0, again.stdout + again.stderr
    assert trials(*shards) == trials(folder / "whole.jsonl"), again.stderr
