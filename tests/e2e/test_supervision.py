# SPDX-License-Identifier: Apache-2.0
"""Whatever becomes of the processes that trials are made with, a run comes to its end and says so."""

import json
import os
import pathlib
import shlex
import signal
import time

import pytest

from fixtures.matrix import addresses
from fixtures.process import Process, wait_until
from fixtures.program import built

PASSWORD = "Lab-Pw1"


def parent_of(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return int(text[text.rindex(")") + 2:].split()[1])


def outcomes(process):
    records = [json.loads(line) for line in process.stdout.splitlines()]
    return [record["outcome"] for record in records if record["record"] == "trial"]


@pytest.fixture
def hanging(lab, rdpprobe):
    """A trial that hangs in NLA: (Process, the zygote's id, the folder of temporary files)."""
    server = lab("--fault", "nla:hang", user="bob", password=PASSWORD)

    def start(*arguments):
        process = rdpprobe.start("connect", "--json", "--user", "bob", *arguments, server.target, password=PASSWORD)
        assert wait_until(lambda: len(process.family()) == 3, 10), process.stderr
        return process, next(pid for pid in process.family() if parent_of(pid) == process.pid)

    return start


@pytest.mark.timed
@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_the_run_goes_on_without_its_zygote(hanging, rdpprobe, number):
    process, zygote = hanging("--repeat", "2", "--pause", "0", "--deadline", "1.5")
    with process:
        begin = time.monotonic()
        os.kill(zygote, number)
        assert process.wait(20) == 1, process.stderr
        assert time.monotonic() - begin < 8
        first, second = outcomes(process)
        assert (first["family"], first["name"], first["side"]) == ("crash", "SUPERVISOR", "client")
        assert ("did not answer" in first["detail"]) == (number == signal.SIGSTOP), first
        # The zygote that was started anew does what the first one did.
        assert (second["family"], second["name"], second["phase"]) == ("timeout", "DEADLINE", "nla")
        assert wait_until(lambda: not process.family(), 5)
    assert list(pathlib.Path(rdpprobe.environment["TMPDIR"]).iterdir()) == []


def test_a_zygote_that_dies_again_and_again_is_given_up(hanging):
    process, zygote = hanging("--repeat", "9", "--pause", "0", "--deadline", "60")
    with process:
        killed = set()
        while process.status is None:
            for pid in process.family():
                if parent_of(pid) == process.pid and pid not in killed and \
                        any(parent_of(worker) == pid for worker in process.family()):
                    killed.add(pid)
                    os.kill(pid, signal.SIGKILL)
        assert process.status == 3 and "again and again" in process.stderr, process.stderr
        assert [outcome["name"] for outcome in outcomes(process)] == ["SUPERVISOR"] * 3
    assert zygote in killed and len(killed) == 3


@pytest.mark.timed
def test_two_interrupts_end_a_stopped_zygote_too(hanging, rdpprobe):
    process, zygote = hanging("--deadline", "60")
    with process:
        os.kill(zygote, signal.SIGSTOP)
        begin = time.monotonic()
        os.kill(process.pid, signal.SIGINT)
        time.sleep(0.1)
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(10) in (130, -signal.SIGINT)
        assert time.monotonic() - begin < 2
        assert wait_until(lambda: not process.family(), 1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_each_signal_ends_a_fleet_with_its_journal_s_end(fleet, fleet_lab, number):
    lab = fleet_lab("--fault", "tls:hang")
    scenario = fleet.scenario([f"{address}:{lab.port}" for address in addresses(3)], further="deadline: 60")
    journal = pathlib.Path(scenario).parent / "journal"
    with fleet.start(scenario, "--quiet", "--journal", journal) as process:
        assert wait_until(lambda: len(process.family()) >= 5, 20)
        os.kill(process.pid, number)
        assert wait_until(lambda: process.status is not None, 0.3) is False  # trials under way may end
        os.kill(process.pid, number)
        assert process.wait(5) == 130, process.stderr
        assert wait_until(lambda: not process.family(), 5)
    last = json.loads(journal.read_text().splitlines()[-1])
    assert last["record"] == "end" and last["stop"] == "interrupt"


# ---- descriptors ----

@pytest.mark.parametrize("arguments, closed, status", [
    (("connect",), ">&-", 3), (("connect", "--json"), ">&-", 3), (("connect",), "2>&-", 0), (("connect",), "<&-", 0),
    (("connect",), "<&- >&- 2>&-", 3),
])
def test_a_missing_descriptor_is_no_place_for_a_journal(lab, rdpprobe, arguments, closed, status):
    server = lab(user="bob", password=PASSWORD)
    journal = rdpprobe.scratch / "journal"
    words = shlex.join([str(built("rdpprobe")), *arguments, "--until", "negotiate", "--journal", str(journal),
                        server.target])
    with Process(["/bin/sh", "-c", f"exec {words} {closed}"], rdpprobe.scratch, rdpprobe.environment) as process:
        assert process.wait(20) == status, process.stderr
    if "--json" not in arguments or status == 0:
        assert [json.loads(line)["record"] for line in journal.read_text().splitlines()] == ["run", "trial"]


@pytest.mark.parametrize("command", [["--help"], ["--version"], ["connect", "--help"]])
def test_what_could_not_be_written_is_status_3(rdpprobe, command):
    words = shlex.join([str(built("rdpprobe")), *command])
    with Process(["/bin/sh", "-c", f"exec {words} >&-"], rdpprobe.scratch, rdpprobe.environment) as process:
        assert process.wait(20) == 3, process.stderr


def test_no_process_may_write_a_core(hanging):
    process, _ = hanging("--deadline", "60")
    with process:
        for pid in process.family():
            text = pathlib.Path(f"/proc/{pid}/limits").read_text()
            line = next(line for line in text.splitlines() if line.startswith("Max core file size"))
            assert line.split()[4:6] == ["0", "0"], pid
