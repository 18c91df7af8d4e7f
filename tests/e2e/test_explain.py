# SPDX-License-Identifier: Apache-2.0
"""rdpprobe explain: what a code means, without a connection."""

import json
import os
import pathlib
import subprocess

import pytest

PROGRAM = pathlib.Path(os.environ["RDPPROBE_BUILD"]) / "probe" / "rdpprobe"


@pytest.fixture
def explain(rdpprobe):
    return lambda *words: rdpprobe("explain", *words)


@pytest.mark.parametrize("words, status, must", (
    (["0x3", "0x7"], 0, "ERRINFO_SERVER_DENIED_CONNECTION"),
    (["0x904/0x7"], 0, "socket closed"),
    (["-1073741715"], 0, "STATUS_LOGON_FAILURE"),
    (["131"], 0, "XF_EXIT_CONN_FAILED"),
    (["--causes"], 0, "H45"),
    (["--causes", "H16"], 0, "corrupt client licence"),
    (["--list"], 0, "36871"),
    (["--help"], 0, "Usage: rdpprobe explain")))
def test_what_is_known_is_told(words, status, must, explain):
    result = explain(*words)
    assert result.status == status and must in result.stdout and not result.stderr, repr(result)


@pytest.mark.parametrize("words, status, must", (
    (["STATUS_LOGON_FAILUR"], 1, "the nearest is"),
    (["0xDEAD0000"], 1, "--list has all"),
    (["--causes", "H99"], 1, "H01 to H45"),
    ([], 2, "a CODE is missing"),
    (["1", "2", "3"], 2, "takes one code, or two"),
    (["0x3/x"], 2, "0x3/0x7"),
    (["--list", "7"], 2, "--list takes no code"),
    (["--lits"], 2, "did you mean --list")))
def test_what_is_not_is_one_sentence(words, status, must, explain):
    result = explain(*words)
    assert result.status == status and must in result.stderr and not result.stdout, repr(result)
    assert result.stderr.count("\n") == 1, result.stderr


def test_json(explain):
    (answer,) = map(json.loads, explain("--json", "0x3/0x7").stdout.splitlines())
    (meaning,) = answer["meanings"]
    assert (answer["record"], answer["schema"], meaning["kind"], meaning["code"]) == ("explanation", 1, "errinfo", 7)
    assert meaning["mstsc"] == {"code": 3, "extended": 7, "basis": "documented"} and "H05" in meaning["causes"]
    unknown = explain("--json", "STATUS_LOGON_FAILUR")
    assert unknown.status == 1 and json.loads(unknown.stdout)["nearest"]["name"] == "STATUS_LOGON_FAILURE"
    codes = [json.loads(line) for line in explain("--json", "--list").stdout.splitlines()]
    assert {code["record"] for code in codes} == {"code"} and len(codes) > 400
    causes = [json.loads(line) for line in explain("--json", "--causes").stdout.splitlines()]
    assert len(causes) == 45 and causes[15]["id"] == "H16"


def test_an_answer_that_cannot_be_written():
    with open("/dev/full", "w") as full:
        result = subprocess.run([PROGRAM, "explain", "7"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert result.returncode == 3 and "could not be written" in result.stderr
