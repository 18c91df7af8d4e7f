# SPDX-License-Identifier: Apache-2.0
"""A verdict says no more of trials and levels than they showed."""

import contextlib
import re

import pytest

from fixtures import relay
from fixtures.experiment import causes
from fixtures.process import wait_until
from fixtures.terminal import Terminal

USER, PASSWORD = "bob", "Words-Pw1"


@pytest.fixture
def isolate(lab, rdpprobe):
    def run(*options, lab_options=()):
        server = lab(*lab_options, user=USER, password=PASSWORD)
        return rdpprobe("isolate", "--json", "--user", USER, "--pause", "0", "--settle", "0.02", *options,
                        server.target, password=PASSWORD, timeout=200)

    return run


def test_what_fails_besides_a_working_baseline_is_told(isolate):
    """NLA works, TLS is cut in finalize: that is a failure, though not one that the server gave a reason for."""
    result = isolate("--vary=security=nla,tls", lab_options=["--fault", "finalize:rst", "--fault-if", "security=tls"])
    assert (result.status, result.verdict["verdict"]) == (1, "inconclusive"), repr(result)
    assert not causes(result.verdict)
    assert "1 of 1 other variants failed" in result.verdict["reason"], repr(result)
    assert "closed" in result.verdict["reason"] and "finalize" in result.verdict["reason"], repr(result)


def test_what_is_cut_after_some_bytes_has_no_cause(lab, rdpprobe):
    """Each way comes as far as its bytes last: what stopped after TLS proves nothing."""
    server = lab(user=USER, password=PASSWORD)
    for limit in (1500, 3000):
        with relay.Relay([server.port], relay.cut(limit, both=True)) as cut:
            result = rdpprobe("isolate", "--json", "--user", USER, "--pause", "0", "--vary=security", "--vary=tls",
                              "--max-failed-logons=100", cut.target, password=PASSWORD, timeout=200)
        assert (result.status, result.verdict["verdict"]) == (1, "inconclusive"), repr(result)
        assert not causes(result.verdict) and "Nothing connected" in result.verdict["reason"], repr(result)


def test_what_has_a_session_proves(lab, rdpprobe):
    """NLA is denied; with TLS another failure follows, RDP security works: a pair with that one is the proof."""
    server = lab("--deny-if", "security=nla", "--fault", "active:close", "--fault-if", "security=tls", user=USER,
                 password=PASSWORD)
    result = rdpprobe("isolate", "--user", USER, "--pause", "0", "--settle", "0.02", "--vary=security",
                      server.target, password=PASSWORD, timeout=200)
    text = " ".join(result.stdout.split())
    assert "isolated: security=nla triggers 0x3/0x7." in text, repr(result)
    assert "works with rdp, nothing else differs" in text, repr(result)
    assert "fails with nla, works with rdp, with tls another failure follows: closed after activation" in text


def test_a_level_without_its_password_is_named_and_not_tried(lab, rdpprobe):
    """No password, and NLA among the levels: no trial fails on this machine for want of it."""
    server = lab("--deny-if", "true", user=USER, password=PASSWORD)
    result = rdpprobe("isolate", "--json", "--set=security=tls", "--pause", "0", "--vary=security=nla,rdp",
                      server.target, timeout=200)
    assert (result.status, result.verdict["verdict"]) == (1, "inconclusive"), repr(result)
    assert "security=nla was not tried" in result.verdict["reason"], repr(result)
    assert {trial["variant"]["security"] for trial in result.trials} == {"tls", "rdp"}, repr(result)


LINE = re.compile(r"\Atrial (\d+), at most (\d+) left: (.+), ([^,]+\?|the same again, to be sure)\x1b\[K\Z")


@pytest.mark.parametrize("option", [None, "--quiet", "--json"])
def test_who_waits_at_a_terminal_sees_one_line(lab, rdpprobe, option):
    server, terminal = lab("--deny-if", "security=nla", user=USER, password=PASSWORD), Terminal()
    with contextlib.closing(terminal), \
            rdpprobe.start("isolate", "--user", USER, "--pause", "0", "--settle", "0.02", "--vary=security",
                           *([option] if option else []), server.target, password=PASSWORD,
                           stderr=terminal.fd) as process:
        wait_until(lambda: terminal.text is None or process.status is not None, 60)
        seen = terminal.text
    assert process.status == 1 and "\x1b[K" not in process.stdout
    if option:
        assert seen == "", seen
        return
    first, *frames = seen.split("\r")
    assert first == "" and frames.pop() == "\x1b[K", seen  # the line goes when the run is over
    lines = [LINE.match(frame) for frame in frames]
    assert all(lines) and all(len(frame) < 84 for frame in frames), seen
    assert [int(line[1]) for line in lines] == list(range(1, len(lines) + 1)), seen
    assert [int(line[2]) for line in lines] == list(range(63, 63 - len(lines), -1)), seen
    assert lines[0][3] == "the baseline" and "security=tls" in {line[3] for line in lines}, seen
    assert {line[4] for line in lines} >= {"does the failure show?", "does the target accept it?"}, seen
