# SPDX-License-Identifier: Apache-2.0
"""Progress of matrix on a terminal: done, failing, in flight, time left; and nowhere else."""

import os
import re
import signal

import pytest

from fixtures.matrix import addresses
from fixtures.process import wait_until
from fixtures.terminal import Terminal

FRAME = re.compile(r"\A(\d+) of (\d+) done, (\d+) failing, (\d+) in flight(?:, (\d+) (s|min) left)?\x1b\[K")


@pytest.fixture
def on_terminal(fleet, fleet_lab):
    """Runs a scenario, half of whose 16 trials fail, with stderr on a terminal: (status, stdout, what it shows)."""
    terminal = Terminal()
    lab = fleet_lab("--tls-max", "1.2")
    scenario = fleet.scenario([f"{address}:{lab.port}" for address in addresses(8)],
                              ("{security: tls}", "{security: tls, tls: '1.3'}"), expect=(),
                              limits="max-in-flight: 3, rate: 8")

    def run(*options):
        with fleet.start(scenario, *options, stderr=terminal.fd) as process:
            wait_until(lambda: terminal.text is None or process.status is not None, 60)
            return process.status, process.stdout, terminal.text

    yield run
    terminal.close()


def test_done_failing_in_flight_and_time_left(on_terminal):
    status, stdout, seen = on_terminal()
    assert status == 1 and "8 of 16 trials" in stdout and "\x1b[K" not in stdout, (status, stdout, seen)
    first, *frames = seen.split("\r")
    assert first == "" and len(frames) > 4, seen
    assert frames.pop() == "\x1b[K", seen  # the line goes when the run is over
    numbers = [FRAME.match(frame) for frame in frames]
    assert all(numbers), seen
    done, due, failing, flying = ([int(match[i]) for match in numbers] for i in (1, 2, 3, 4))
    assert set(due) == {16} and done == sorted(done) and failing == sorted(failing)
    assert done[-1] == 16 and failing[-1] == 8 and 1 <= max(flying) <= 3 and flying[-1] == 0
    assert all(bad <= ended for bad, ended in zip(failing, done))
    left = [int(match[5]) for match in numbers if match[5]]
    assert left and all(match[6] == "s" for match in numbers if match[5]) and left[-1] <= 2 and max(left) < 60
    assert all((match[5] is not None) == (0 < int(match[1]) < 16) for match in numbers)
    assert all(len(frame) < 80 for frame in frames)


def test_minutes_left(fleet, fleet_lab):
    """At one trial a second, hundreds of them take minutes."""
    terminal, lab = Terminal(), fleet_lab()
    scenario = fleet.scenario([f"{address}:{lab.port}" for address in addresses(300)], ("{security: tls}",),
                              limits="rate: 1", further="until: tls")
    with fleet.start(scenario, stderr=terminal.fd) as process:
        seen = wait_until(lambda: re.search(r", (\d+) min left", terminal.text), 30)
        assert process.status is None and seen, terminal.text
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(20) == 130
    assert 2 <= int(seen[1]) <= 10, terminal.text
    terminal.close()


@pytest.mark.parametrize("option", ["--quiet", "--json"])
def test_not_where_records_or_nothing_is_asked_for(option, on_terminal):
    status, stdout, seen = on_terminal(option)
    assert status == 1 and seen == "", (status, seen)
    assert (stdout == "") == (option == "--quiet")
