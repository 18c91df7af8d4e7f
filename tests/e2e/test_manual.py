# SPDX-License-Identifier: Apache-2.0
"""The manual page that the build makes: whole, sound, and what the program says of itself."""

import os
import pathlib
import re
import shutil
import subprocess

import pytest

PAGE = pathlib.Path(os.environ["RDPPROBE_BUILD"]) / "probe" / "rdpprobe.1"
COMMANDS = ("connect", "isolate", "matrix", "report", "explain")


@pytest.fixture(scope="module")
def page():
    """The page as a reader has it, without troff's escapes."""
    text = PAGE.read_text()
    for escape, plain in ((r"\-", "-"), (r"\(aq", "'"), (r"\e", "\\"), (r"\&", "")):
        text = text.replace(escape, plain)
    return text


def section(page, command):
    """Of the page, what stands under one command."""
    found = re.search(rf"^\.SH RDPPROBE {command.upper()}$(.*?)(?=^\.SH )", page, re.M | re.S)
    assert found, f"there is no section about {command}"
    return found.group(1)


def words(text):
    return " ".join(text.split())


def test_all_commands_have_a_section(rdpprobe, page):
    listed = rdpprobe("--help").stdout.split("Commands\n")[1].split("\n\n")[0]
    assert [line.split()[0] for line in listed.splitlines()] == list(COMMANDS)
    assert re.findall(r"^\.SH RDPPROBE (\w+)$", page, re.M) == [command.upper() for command in COMMANDS]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_is_there_with_its_words(rdpprobe, page, command):
    options = rdpprobe(command, "--help").stdout.split("Options\n")[1].split("\n\n")[0]
    column = re.search(r"^.*--help +(?=show this)", options, re.M).end() - options.rindex("\n", 0, options.index(
        "show this")) - 1
    entries = re.findall(r"^\.TP\n\.B (.*)\n((?:(?!\.).*\n)*)", section(page, command), re.M)
    described = {term: words(meaning) for term, meaning in entries}
    seen = 0
    for option in re.split(r"\n(?= {2}-| {6}--)", options):
        first, *rest = option.split("\n")
        term = first[:column].strip() if len(first) > column and first[column - 1] == " " else first.strip()
        meaning = words(" ".join([first[column:] if term != first.strip() else "", *rest]))
        assert described.get(term) == meaning, term
        seen += 1
    assert seen == len(re.findall(r"^ {2}(?:-.,|   ) --", options, re.M)) >= 4


@pytest.mark.parametrize("command", COMMANDS)
def test_every_headed_part_is_there_once(rdpprobe, page, command):
    text = rdpprobe(command, "--help").stdout
    for heading in re.findall(r"^(?!Usage)(\S.*)\n(?= )", text, re.M):
        assert heading in section(page, command), heading
        assert page.count(f".SS {heading}\n") >= 1, heading
    assert page.count(".SS Logons\n") == 1, "what two commands say alike is said once"


@pytest.mark.parametrize("words", [["mandoc", "-Tlint", "-Wwarning"], ["groff", "-man", "-ww", "-z", "-Tutf8"],
                                   ["man", "--warnings=w", "-l"]], ids=lambda words: words[0])
def test_readers_of_manuals_have_nothing_to_complain_about(words):
    if not shutil.which(words[0]):
        pytest.skip(f"there is no {words[0]}")
    result = subprocess.run([*words, PAGE], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=60,
                            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "MANPAGER": "cat"}, check=False)
    complaints = result.stderr + (result.stdout if words[0] == "mandoc" else "")
    assert (result.returncode, complaints) == (0, ""), complaints


def test_it_bears_the_programs_version(rdpprobe, page):
    assert f'"{" ".join(rdpprobe("--version").stdout.split()[:2])}"' in page.splitlines()[0]
