# SPDX-License-Identifier: Apache-2.0
"""A password that was typed where none belongs is in no message, journal or plan, and in no list of processes."""

import os
import pathlib

import pytest

from fixtures.process import wait_until

SECRET = "Hunter-2-typed"

LINES = (
    ("connect", f"alice:{SECRET}@srv"), ("connect", f"alice:{SECRET}"), ("connect", f"{SECRET}@srv"),
    ("connect", f"alice%{SECRET}@srv"), ("connect", f"alice%{SECRET}"), ("isolate", f"alice:{SECRET}@srv:3389"),
    ("connect", "--user", f"bob%{SECRET}", "srv"), ("connect", "--user", f"CORP\\bob:{SECRET}", "srv"),
    ("connect", "--user", "bob", "--domain", f"CORP%{SECRET}", "srv"),
    ("connect", "--gateway", f"bob:{SECRET}@gw", "srv"), ("connect", "--gateway-user", f"bob%{SECRET}", "srv"),
    ("connect", f"/v:srv", "/u:bob", f"/p:{SECRET}"), (f"/p:{SECRET}",), (f"alice:{SECRET}@srv",),
    ("connect", f"--p:{SECRET}", "srv"), ("connect", f"--password={SECRET}", "srv"), ("connect", f"-p{SECRET}", "srv"),
    ("connect", "--", f"/v:bob:{SECRET}@srv", "/u:x"), ("connect", "--", "/v:srv", f"/u:bob%{SECRET}"),
    ("connect", "--explain-baseline", "--", "/v:srv", "/u:bob", f"/gateway:g:gw,u:bob%{SECRET}"),
    ("connect", "--", "/v:srv", f"/p:{SECRET}", f"/g:a:{SECRET}@gw"),
)


@pytest.mark.parametrize("words", LINES, ids=[" ".join(line).replace(SECRET, "PW") for line in LINES])
def test_it_is_not_repeated(rdpprobe, tmp_path, words):
    journal = tmp_path / "journal.jsonl"
    options = ("--journal", journal) if len(words) > 1 and words[0] in ("connect", "isolate") else ()
    result = rdpprobe(*words[:1], *options, *words[1:], timeout=20)
    assert result.status == 2, result
    assert SECRET not in result.stdout + result.stderr and "hunter" not in result.stderr.lower(), result
    assert not journal.exists() or SECRET not in journal.read_text()


FILES = (
    ("s.yaml", "targets: ['bob:PW@srv']\n"), ("s.yaml", "targets: [{host: srv, gateway: 'bob:PW@gw'}]\n"),
    ("s.yaml", "targets: [srv]\ncredentials: {user: 'bob%PW'}\n"), ("s.yaml", "targets: ['bob%PW']\n"),
    ("x.rdp", "full address:s:bob:PW@srv\n"), ("x.rdp", "full address:s:srv\nusername:s:bob%PW\n"),
    ("l.csv", "host,user\nsrv,bob%PW\n"), ("l.csv", "host\nbob:PW@srv\n"),
)


@pytest.mark.parametrize("name, text", FILES)
def test_a_file_s_is_not_repeated(rdpprobe, tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text.replace("PW", SECRET))
    words = ("connect", path)
    if name != "x.rdp":
        scenario = path if name == "s.yaml" else tmp_path / "s.yaml"
        if scenario != path:
            scenario.write_text(f"targets: {{file: {name}}}\n")
        words = ("matrix", "--dry-run", scenario)
    result = rdpprobe(*words, timeout=20)
    assert result.status == 2, result
    assert SECRET not in result.stdout + result.stderr, result


def test_arguments_are_overwritten_before_any_other_work(rdpprobe, tmp_path):
    """While the options are still being read, which here waits for a pipe, no list of processes shows a secret."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with rdpprobe.start("connect", "--load-balance", f"@{pipe}", "--", "/v:srv", "/u:bob", f"/p:{SECRET}",
                        f"/gp:{SECRET}") as run:
        arguments = pathlib.Path(f"/proc/{run.pid}/cmdline")
        assert wait_until(lambda: "/p:***" in arguments.read_text(), 10), arguments.read_text()
        assert SECRET not in arguments.read_text()
