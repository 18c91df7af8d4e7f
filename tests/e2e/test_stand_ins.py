# SPDX-License-Identifier: Apache-2.0
"""The fixtures that run this project's own programs, tried on stand-ins: a faulty program must not pass unnoticed."""

import pathlib

import pytest

from fixtures.lab import lab_program
from fixtures.process import DidNotStart, processes_with, wait_until
from fixtures.program import Program


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Puts a shell script in the place of a built program."""

    def put(place, script):
        path = tmp_path / "build" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n" + script)
        path.chmod(0o755)
        monkeypatch.setenv("RDPPROBE_BUILD", str(tmp_path / "build"))

    return put


@pytest.fixture
def run(tmp_path, stand_in):
    """Runs a script as if it were rdpprobe."""

    def start(script, *arguments, **options):
        stand_in("probe/rdpprobe", script)
        return Program(tmp_path)(*arguments, **options)

    return start


def test_result_of_a_run(run):
    result = run('echo \'{"record":"trial","trial":1}\'; echo "to stderr $*" >&2; exit 1', "connect", "--json", 7)
    assert (result.status, result.trial, result.stderr) == (1, {"record": "trial", "trial": 1},
                                                            "to stderr connect --json 7\n")
    with pytest.raises(AssertionError, match="0 verdict records"):
        assert result.verdict
    with pytest.raises(AssertionError, match="'schema' is a required property"):
        Program.check_records()  # as when any test is over


def test_output_that_is_not_json_shows_the_run(run):
    with pytest.raises(AssertionError, match="(?s)not JSON Lines.*exit status 0.*hello"):
        assert run("echo hello").records


def test_the_home_is_the_test_s_own(run, tmp_path, monkeypatch):
    monkeypatch.setenv("https_proxy", "http://proxy.example")
    lines = run("env").stdout.splitlines()
    variables = dict(line.split("=", 1) for line in lines)
    for variable in ("HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "TMPDIR"):
        assert pathlib.Path(variables[variable]).is_dir() and variables[variable].startswith(str(tmp_path))
    assert "https_proxy" not in variables and "DISPLAY" not in variables


def test_a_password_goes_by_environment_file_or_stdin(run, tmp_path):
    assert run('echo "$RDPPROBE_PASSWORD"', password="Pw-1").stdout == "Pw-1\n"
    assert run("cat", stdin="Pw-2\n").stdout == "Pw-2\n"
    path = Program(tmp_path).password_file("Pw-3")
    assert pathlib.Path(path).stat().st_mode & 0o077 == 0
    assert run('cat "$1"', path).stdout == "Pw-3\n"


def test_a_password_among_the_arguments_is_refused(run):
    with pytest.raises(AssertionError, match="argument list"):
        run("true", "--password=Pw-4", password="Pw-4")


def test_a_run_that_does_not_end_fails(run):
    with pytest.raises(AssertionError, match="still ran after 0.3 s"):
        run("sleep 300", timeout=0.3)


def test_a_run_that_leaves_a_process_fails(run):
    with pytest.raises(AssertionError, match="left the processes"):
        run("setsid sleep 300 >/dev/null 2>&1 &")


READY = """printf '{"record":"ready","port":4711,"gateway_ports":{"http":4712}}\\n'\n"""


def test_ground_truth_of_the_lab(stand_in, tmp_path):
    stand_in("tests/lab/rdplab", READY + """echo '{"record":"connection","connection":1}'; printf '{"record":"conn'
sleep 0.3; echo 'ection","connection":2}'; cat "$4" >&2; exec sleep 300\n""")
    with lab_program("rdplab", tmp_path, "--licensing", "issue", password="Pw-5") as lab:
        assert (lab.target, lab.gateway_ports) == ("localhost:4711", {"http": 4712})
        assert [record["connection"] for record in lab.wait_for(2)] == [1, 2]
        assert wait_until(lambda: lab.stderr == "Pw-5\n", 5), lab.stderr
        mark = lab.process.mark
        with pytest.raises(AssertionError, match="2 of 3 records"):
            lab.wait_for(3, seconds=0.2)
    assert processes_with(mark) == []


def test_a_lab_that_leaves_a_process_fails(stand_in, tmp_path):
    stand_in("tests/lab/rdplab", "setsid sleep 300 &\n" + READY + "exec sleep 300\n")
    with pytest.raises(AssertionError, match="left the processes"), lab_program("rdplab", tmp_path):
        pass


def test_a_lab_that_refuses_its_options_says_why(stand_in, tmp_path):
    stand_in("tests/lab/gateway/labgateway", "echo 'unknown option' >&2; exit 2\n")
    with pytest.raises(DidNotStart, match="(?s)status 2.*unknown option"), lab_program("labgateway", tmp_path):
        pass
