# SPDX-License-Identifier: Apache-2.0
"""The password of a connection: in no argument list, no output, no file, no dump; and the user's own files stay."""

import os
import pathlib
import shutil

import pytest

from fixtures.process import wait_until
from fixtures.secrecy import files_with, spellings, watched_process_list

SECRET = "Sec-Ret-7391"


@pytest.fixture
def inputs(rdpprobe):
    """Each way in for the password: (arguments, further arguments of rdpprobe)."""
    path = rdpprobe.password_file(SECRET)
    return {"file": (("--password-file", path), {}), "stdin": (("--password-file", "-"), {"stdin": SECRET + "\n"}),
            "environment": ((), {"password": SECRET})}


def given(rdpprobe):
    """The files that rightly hold the password: those this test hands it over with."""
    return [rdpprobe.scratch / "password", rdpprobe.scratch / "stdin"]


def shown_in(text):
    return any(spelling in text.encode(errors="surrogateescape") for spelling in spellings(SECRET))


def snapshot(folder):
    return {path.relative_to(folder): (path.stat().st_mtime_ns, path.read_bytes())
            for path in pathlib.Path(folder).rglob("*") if path.is_file()}


@pytest.mark.parametrize("way", ["file", "stdin", "environment"])
@pytest.mark.parametrize("security, fails", [("nla", False), ("nla", True), ("tls", False), ("rdp", False)])
def test_the_password_is_shown_nowhere(lab, rdpprobe, inputs, way, security, fails):
    arguments, start = inputs[way]
    server = lab("--licensing", "issue", *(["--deny-if", "true", "--at", "active"] if fails else []),
                 user="bob", password=SECRET)
    journal = rdpprobe.home / "journal"
    with watched_process_list(SECRET) as seen:
        result = rdpprobe("connect", "--user", "bob", "--autologon", "--set", f"security={security}",
                          "--journal", journal, *arguments, server.target, **start)
    assert result.status == int(fails), result
    truth = server.only_connection()
    assert truth["client_info_password"] is True  # it was really sent
    assert seen == []
    assert not shown_in(result.stdout) and not shown_in(result.stderr) and not shown_in(journal.read_text())
    assert files_with(rdpprobe.scratch, SECRET, apart_from=given(rdpprobe)) == []
    assert list(rdpprobe.scratch.rglob("core*")) == []


def test_a_wrong_password_is_shown_nowhere(lab, rdpprobe):
    server = lab(user="bob", password="another one")
    with watched_process_list(SECRET) as seen:
        result = rdpprobe("connect", "--json", "--user", "bob", server.target, password=SECRET)
    assert result.trial["outcome"]["name"] == "STATUS_LOGON_FAILURE" and seen == []
    assert not shown_in(result.stdout + result.stderr)
    assert files_with(rdpprobe.scratch, SECRET) == []


@pytest.mark.parametrize("way", ["file", "stdin", "environment"])
def test_nothing_holds_it_while_a_trial_hangs(lab, rdpprobe, inputs, way):
    """Nothing a process of the same user could read: no file, no environment, and the worker's memory is closed."""
    arguments, start = inputs[way]
    server = lab("--fault", "nla:hang", user="bob", password=SECRET)
    with rdpprobe.start("connect", "--json", "--user", "bob", "--deadline", "30", *arguments, server.target,
                        **start) as process:
        assert wait_until(lambda: len(process.family()) == 3, 10), process.stderr
        assert files_with(rdpprobe.scratch, SECRET, apart_from=given(rdpprobe)) == []
        for pid in process.family():
            folder = pathlib.Path(f"/proc/{pid}")
            assert not shown_in(folder.joinpath("cmdline").read_text(errors="surrogateescape"))
            try:
                environment = folder.joinpath("environ").read_text(errors="surrogateescape")
            except PermissionError:
                continue
            assert not shown_in(environment), f"{folder}/environ shows it"
        assert process.status is None


def test_no_core_dump(lab, rdpprobe):
    """The worker dies of what would write a core, and may not write one."""
    server = lab("--fault", "nla:hang", user="bob", password=SECRET)
    with rdpprobe.start("connect", "--json", "--user", "bob", "--deadline", "30", server.target,
                        password=SECRET) as process:
        assert wait_until(lambda: len(process.family()) == 3, 10), process.stderr
        # The program itself holds the password too; the zygote does not.
        parents = {pid: int(pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
                   for pid in process.family()}
        worker = next(pid for pid, parent in parents.items() if parent not in (os.getpid(), process.pid))

        def limits():
            text = pathlib.Path(f"/proc/{worker}/limits").read_text()
            return next(line for line in text.splitlines() if line.startswith("Max core file size")).split()[4:6]

        # It is a process a moment before it sets them, and before it is told the password.
        assert wait_until(lambda: limits() == ["0", "0"], 10), limits()


def test_the_user_s_own_freerdp_folder_is_only_read(lab, rdpprobe):
    """license=keep presents the user's licence, and a new one that the server issues does not go into that store."""
    server = lab("--licensing", "issue", user="bob", password=SECRET)
    folder = pathlib.Path(rdpprobe.environment["XDG_CONFIG_HOME"]) / "freerdp"
    (folder / "licenses").mkdir(parents=True)
    (folder / "licenses" / "0123456789abcdef.cal").write_bytes(b"another client's licence")
    (folder / "known_hosts2").write_text("localhost 1 2 3 4\n")
    before = snapshot(rdpprobe.environment["XDG_CONFIG_HOME"])
    for level in ("keep", "clear", "reuse"):
        result = rdpprobe("connect", "--json", "--user", "bob", "--pause", "0", "--set", f"license={level}",
                          server.target, password=SECRET)
        assert result.status == 0, result
    assert snapshot(rdpprobe.environment["XDG_CONFIG_HOME"]) == before
    assert [record["license"] for record in server.connections()] == ["new", "new", "new", "stored"]


def test_nothing_is_written_but_the_ledger(lab, rdpprobe):
    server = lab("--licensing", "issue", user="bob", password=SECRET)
    result = rdpprobe("connect", "--user", "bob", server.target, password=SECRET)
    assert result.status == 0
    state = pathlib.Path(rdpprobe.environment["XDG_STATE_HOME"]) / "rdpprobe"
    written = [path for path in rdpprobe.home.rglob("*") if path.is_file()]
    assert written and all(path.parent == state for path in written), written
    shutil.rmtree(state)
    # Without a password there is no logon to count, and so nothing at all.
    assert rdpprobe("connect", "--until", "tls", server.target).status == 0
    assert [path for path in rdpprobe.home.rglob("*") if path.is_file()] == []
