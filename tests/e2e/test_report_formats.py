# SPDX-License-Identifier: Apache-2.0
"""rdpprobe report: recorded journals as text, JUnit XML and JSON; what servers say does no harm there."""

import json
import pathlib
import re
import xml.etree.ElementTree

import pytest

from fixtures.journal import HOSTILE, Journal

GOLDEN = pathlib.Path(__file__).parent / "golden"


@pytest.fixture
def journal(scratch):
    return Journal(scratch("journal") / "run.jsonl")


def recorded(journal):
    """A run with every kind of result, small enough to read."""
    journal.run(trials=6)
    journal.trial("srv1.example:3389", "nla", group="office")
    journal.trial("srv1.example:3389", "nla", tls="1.2", group="office")
    journal.trial("srv2.example:3389", "nla", group="plant", failed=("licensing", "errinfo", 7), unmet=[
        ("connected", 26, "expected connected, saw failed in licensing with errinfo SERVER_DENIED_CONNECTION"),
        ("ms < 10000", 27, "expected ms < 10000, saw 12345.0")])
    journal.trial("srv2.example:3389", "nla", tls="1.2", group="plant", failed=("tls", "local", 0),
                  unmet=[("connected", 26, "expected connected, saw failed in tls with local")])
    journal.trial("srv3.example:3389", "nla")
    journal.skipped("srv3.example:3389", "nla", tls="1.2", why="CORP\\probe had 2 failed logons")
    journal.end()
    return journal.path


def suites(result):
    root = xml.etree.ElementTree.fromstring(result.stdout.encode())
    assert root.tag == "testsuites"
    return root


def names(root):
    return [(case.get("classname"), case.get("name")) for case in root.iter("testcase")]


@pytest.mark.parametrize("format, ending", [("text", "txt"), ("junit", "xml"), ("json", "json")])
def test_golden(rdpprobe, journal, format, ending):
    result = rdpprobe("report", "--format", format, recorded(journal))
    assert result.status == 4, result  # an account was spared
    assert re.sub(r"  +(?=>)", " ", result.stdout) == (GOLDEN / f"report.{ending}").read_text()


def test_every_format_has_a_golden_file(rdpprobe):
    formats = rdpprobe("report", "--help").stdout.split("Formats\n")[1].split("\n\n")[0]
    endings = re.findall(r"^  [a-z]+ \((\.[a-z]+)\)", formats, re.M)
    assert len(endings) >= 3 and {path.suffix for path in GOLDEN.glob("report.*")} == set(endings)


def test_text_says_the_verdict_first_and_fits(rdpprobe, journal):
    path = recorded(journal)
    for columns in ("60", "80", "120"):
        result = rdpprobe("report", path, environment={"COLUMNS": columns})
        assert result.stdout.startswith("smoke: 3 expectations unmet in 2 of 5 trials")
        assert max(map(len, result.stdout.splitlines())) <= int(columns)
    assert result.stdout.count("expected connected, saw failed in") == 2


def test_junit_counts_and_kinds(rdpprobe, journal):
    root = suites(rdpprobe("report", "--format", "junit", recorded(journal)))
    suite, = root.findall("testsuite")
    for element in (root, suite):
        assert [element.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["6", "1", "1", "1"]
    assert suite.get("timestamp") == "2026-11-20T10:00:00" and suite.get("hostname") == "probe1"
    failure = root.find(".//failure")
    assert failure.get("type") == "connected" and failure.get("message").startswith("expected connected, saw failed")
    assert failure.text.splitlines()[:2] == [
        "expected connected, saw failed in licensing with errinfo SERVER_DENIED_CONNECTION",
        "expected ms < 10000, saw 12345.0"]
    case = next(case for case in root.iter("testcase") if case.find("failure") is not None)
    assert (case.get("file"), case.get("line")) == ("scenarios/smoke.yaml", "26")
    assert case.get("classname") == "plant" and case.get("name") == "srv2.example:3389 · smoke · security=nla"
    properties = {item.get("name"): item.get("value") for item in case.iter("property")}
    assert properties["family"] == "errinfo" and properties["code"] == "7" and properties["phase.tcp.ms"] == "1.100"
    assert "tcp" in case.find("system-out").text and "errinfo 7" in case.find("system-out").text
    assert root.find(".//skipped").text == "CORP\\probe had 2 failed logons"


def test_hostile_names(rdpprobe, journal):
    """Whatever a server or a list of targets says: well-formed, no control character, no two equal names."""
    journal.run(trials=2 * len(HOSTILE), scenario=HOSTILE[0])
    for number, text in enumerate(HOSTILE):
        for _ in range(2):
            journal.trial(text, "nla", group=text, failed=("tls", "tls", 70), name=text, detail=text,
                          unmet=[(text, number, f"expected {text}, saw {text}")])
    journal.end()
    journal.append(b'{"record":"trial","schema":1,"trial":99,"target":"\xff\xfe\x80","repeat":1,'
                   b'"variant":{"security":"nla"},'
                   b'"outcome":{"result":"failed","phase":"tls","family":"tls","code":70,"detail":"\xc3("},"ms":1,'
                   b'"expectations":[{"text":"\xc3(","met":false,"sentence":"\xed\xa0\x80"}]}\n')
    root = suites(rdpprobe("report", "--format", "junit", journal.path))
    found = names(root)
    assert len(found) == len(set(found)) == 2 * len(HOSTILE) + 1
    assert len({name for _, name in found}) == len(found)
    texts = [text for element in root.iter() for text in [*element.attrib.values(), element.text or ""]]
    assert not [text for text in texts if re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e\u2066]", text)]
    for out in root.iter("system-out"):
        assert "ATTACHMENT" not in out.text, "GitLab takes it for an order"
    text = rdpprobe("report", journal.path).stdout
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\u2066]", text)
    summary = json.loads(rdpprobe("report", "--format", "json", journal.path).stdout)
    assert summary["runs"][0]["trials"] == 2 * len(HOSTILE) + 1 and summary["met"] is False


def test_the_summary_has_its_documented_members(rdpprobe, journal):
    summary = json.loads(rdpprobe("report", "--format", "json", recorded(journal)).stdout)
    run, = summary["runs"]
    assert summary["record"] == "summary" and summary["schema"] == 1 and summary["notes"] == []
    assert [run[name] for name in ("trials", "connected", "could_not_run", "skipped", "planned", "unended")] == [
        5, 3, 1, 1, 6, 0]
    assert [item["expectation"] for item in run["unmet"]] == ["connected", "ms < 10000", "connected"]
    assert run["unmet"][0]["target"] == "srv2.example:3389" and run["unmet"][0]["line"] == 26
    assert run["tests"]["connected"] == {"checked": 5, "unmet": 2}
    assert run["outcomes"]["errinfo 0x7 in licensing"]["trials"] == 1
    assert run["groups"]["plant"]["unmet"] == 3


def numbers_and_words(text):
    """The words of a text without its bars, and its times as numbers."""
    return [float(word) if re.fullmatch(r"\d+\.\d", word) else word
            for word in re.sub(r"[\u2580-\u259f|#]", " ", text).split()]


def without_rounding(text):
    """What numbers_and_words() may be where times were rounded to microseconds first, as a journal has them."""
    return [pytest.approx(word, abs=0.11) if isinstance(word, float) else word for word in numbers_and_words(text)]


def test_connect_and_isolate_are_reported_as_by_themselves(rdpprobe, lab, scratch):
    server = lab("--deny-if", "security=nla & tls=1.2", user="bob", password="Lab-Pw1")
    folder = scratch("journals")
    for name, words in (("connect", ["--set", "tls=1.2"]), ("isolate", ["--set", "tls=1.2", "--pause", "0"])):
        own = rdpprobe(name, "--journal", folder / name, "--user", "bob", *words, server.target, password="Lab-Pw1",
                       timeout=120)
        later = rdpprobe("report", folder / name)
        assert own.status == later.status == 1, later
        assert later.stdout.count("\n") == own.stdout.count("\n")
        assert numbers_and_words(later.stdout) == without_rounding(own.stdout)
        case, = suites(rdpprobe("report", "--format", "junit", folder / name)).iter("testcase")
        assert case.find("failure") is not None and case.get("name").startswith(f"{server.target} · {name}")
