# SPDX-License-Identifier: Apache-2.0
"""Where reports go: whole under their name or not at all; and what report says to wrong arguments."""

import os
import stat

import pytest

from fixtures.journal import Journal

FORMATS = ["text", "junit", "json"]


@pytest.fixture
def journal(scratch):
    journal = Journal(scratch("journal") / "run.jsonl")
    journal.run(trials=1)
    journal.trial("srv1:3389", "nla")
    journal.end()
    return journal.path


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_has_what_standard_output_has(rdpprobe, journal, scratch, format):
    path = scratch("out") / "result"
    result = rdpprobe("report", "--format", format, "--output", path, journal)
    assert (result.status, result.stdout, result.stderr) == (0, "", "")
    assert path.read_text() == rdpprobe("report", "--format", format, journal).stdout
    assert [item.name for item in path.parent.iterdir()] == ["result"]
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~mask


def test_the_ending_chooses_the_format(rdpprobe, journal, scratch):
    path = scratch("out") / "result.xml"
    rdpprobe("report", "--output", path, journal)
    assert path.read_text().startswith("<?xml")


@pytest.mark.parametrize("format", FORMATS)
def test_a_full_disk(rdpprobe, journal, format):
    with open("/dev/full", "w") as full:
        result = rdpprobe("report", "--format", format, journal, stdout=full)
    assert result.status == 3
    assert f"the {format} report cannot be written to standard output: No space left on device" in result.stderr
    result = rdpprobe("report", "--format", format, "--output", "/dev/full", journal)
    assert result.status == 3 and "/dev/full: No space left on device" in result.stderr
    assert stat.S_ISCHR(os.stat("/dev/full").st_mode), "a device stays one"


@pytest.mark.parametrize("format", FORMATS)
def test_a_closed_pipe(rdpprobe, journal, format):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as pipe:
        result = rdpprobe("report", "--format", format, journal, stdout=pipe)
    assert result.status == 3 and "Broken pipe" in result.stderr


def test_a_directory_that_cannot_be_written(rdpprobe, journal, scratch):
    for path in ("/proc/result.xml", scratch("out") / "none" / "result.xml", scratch("out")):
        result = rdpprobe("report", "--output", path, journal)
        assert result.status == 3 and f"report cannot be written to {path}" in result.stderr, result


def test_an_older_file_and_a_link_to_it(rdpprobe, journal, scratch):
    folder = scratch("out")
    (folder / "real.json").write_text("old")
    (folder / "link.json").symlink_to("real.json")
    assert rdpprobe("report", "--output", folder / "link.json", journal).status == 0
    assert (folder / "link.json").is_symlink() and (folder / "real.json").read_text().startswith('{"record":"summary"')


def test_an_interrupt_leaves_nothing(rdpprobe, journal, scratch):
    folder = scratch("out")
    with rdpprobe.start("report", "--output", folder / "result.xml", "-", stdin=None, **{}) as process:
        process.wait(20)  # standard input is empty
    assert process.status == 3
    (folder / "result.xml").unlink()
    os.mkfifo(folder / "journal")
    with rdpprobe.start("report", "--output", folder / "result.xml", folder / "journal") as process:
        with open(folder / "journal", "wb") as pipe:
            pipe.write(journal.read_bytes())
            pipe.flush()
            process.wait_ready(lambda: list(folder.glob(".result.xml.*")), 20)
            os.kill(process.pid, 15)
            assert process.wait(20) == 143
    assert [item.name for item in folder.iterdir()] == ["journal"]


@pytest.mark.parametrize("words, sentence", [
    ((), "a JOURNAL is missing"), (("--format", "xml", "j"), "there are text, junit, json"),
    (("--format", "junti", "j"), "did you mean 'junit'?"), (("--fromat", "text", "j"), "did you mean --format?"),
    (("--output",), "--output needs an argument"), (("--output", "", "j"), "--output names no file")])
def test_wrong_arguments(rdpprobe, words, sentence):
    result = rdpprobe("report", *words)
    assert result.status == 2 and sentence in result.stderr and result.stdout == ""


def test_quiet_leaves_the_exit_status(rdpprobe, journal):
    result = rdpprobe("report", "--quiet", journal)
    assert (result.status, result.stdout, result.stderr) == (0, "", "")


def test_help_names_every_format(rdpprobe):
    result = rdpprobe("report", "--help")
    assert result.status == 0 and all(f"  {name} (" in result.stdout for name in FORMATS)
    assert max(map(len, result.stdout.splitlines())) <= 80
