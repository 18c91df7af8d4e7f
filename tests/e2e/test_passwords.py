# SPDX-License-Identifier: Apache-2.0
"""A password that is needed and was not given: asked for on a terminal, else a usage error before any connection."""

import os
import pty
import select
import signal
import termios
import time

import pytest

from fixtures.lab import built

PASSWORD = "Asked-Pw1"


class Asked:
    """rdpprobe on a terminal of its own: what it shows, until it asks."""

    def __init__(self, rdpprobe, *arguments):
        self.shown = b""
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            program = str(built("rdpprobe"))
            os.execve(program, [program, *map(str, arguments)], rdpprobe.environment)

    def _read(self, seconds):
        """False at the end."""
        if not select.select([self.terminal], [], [], seconds)[0]:
            return True
        try:
            more = os.read(self.terminal, 4096)
        except OSError:
            return False
        self.shown += more
        return bool(more)

    def wait_for(self, text, seconds=20):
        end = time.monotonic() + seconds
        while text not in self.shown and time.monotonic() < end and self._read(0.1):
            pass
        assert text in self.shown, self.shown

    def echoes(self):
        return bool(termios.tcgetattr(self.terminal)[3] & termios.ECHO)

    def type(self, text):
        os.write(self.terminal, text.encode())

    def end(self):
        while self._read(30):
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def test_it_is_asked_for_and_never_shown(lab, rdpprobe, tmp_path):
    server = lab(user="bob", password=PASSWORD)
    journal = tmp_path / "journal"
    run = Asked(rdpprobe, "connect", "--user", "bob", "--journal", journal, server.target)
    run.wait_for(b"Password of bob: ")
    assert not run.echoes()
    run.type(PASSWORD + "\n")
    assert run.end() == 0, run.shown
    assert PASSWORD.encode() not in run.shown and PASSWORD not in journal.read_text()
    assert server.only_connection()["authenticated"]


def test_an_interrupt_restores_the_terminal(lab, rdpprobe):
    server = lab(user="bob", password=PASSWORD)
    run = Asked(rdpprobe, "isolate", "--user", "bob", server.target)
    run.wait_for(b"Password of bob: ")
    os.kill(run.pid, signal.SIGINT)
    run.wait_for(b": \r\n")
    assert run.end() in (130, -signal.SIGINT)
    assert server.connections() == []


def test_an_empty_answer_is_a_usage_error(lab, rdpprobe):
    server = lab(user="bob", password=PASSWORD)
    run = Asked(rdpprobe, "isolate", "--user", "bob", server.target)
    run.wait_for(b"Password of bob: ")
    run.type("\n")
    assert run.end() == 2 and b"--password-file" in run.shown
    assert server.connections() == []


@pytest.mark.parametrize("command", ["connect", "isolate"])
@pytest.mark.parametrize("account", [(), ("--user", "bob")])
def test_where_nobody_can_be_asked_it_is_a_usage_error(lab, rdpprobe, command, account):
    server = lab(user="bob", password=PASSWORD)
    result = rdpprobe(command, *account, server.target)
    assert (result.status, result.stdout, result.stderr.count("\n")) == (2, "", 1), result
    assert "--password-file" in result.stderr and "RDPPROBE_PASSWORD" in result.stderr
    assert server.connections() == []


@pytest.mark.parametrize("credentials", ["", "credentials: {user: bob}\n"])
def test_a_matrix_without_a_password_connects_nowhere(lab, rdpprobe, tmp_path, credentials):
    server = lab(user="bob", password=PASSWORD)
    scenario = tmp_path / "days.yaml"
    scenario.write_text(f"targets: ['{server.target}']\n{credentials}expect: ['certificate.days_left > 14']\n")
    result = rdpprobe("matrix", scenario)
    assert (result.status, result.stdout) == (2, "") and "RDPPROBE_PASSWORD" in result.stderr, result
    assert server.connections() == []


@pytest.mark.parametrize("until", ["tls", "nla-challenge"])
def test_before_any_logon_none_is_needed(lab, rdpprobe, until):
    server = lab(user="bob", password=PASSWORD)
    assert rdpprobe("connect", "--until", until, server.target).status == 0
