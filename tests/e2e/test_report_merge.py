# SPDX-License-Identifier: Apache-2.0
"""rdpprobe report --merge joins the shards of a plan; and what a journal that is not whole does to a report."""

import json
import xml.etree.ElementTree

import pytest

from fixtures.journal import Journal


@pytest.fixture
def shards(scratch):
    """Makes the journals of a plan's shards: shards(3) -> paths"""
    folder = scratch("shards")

    def make(count, plan="00112233445566ff", trials=4):
        made = []
        for index in range(1, count + 1):
            journal = Journal(folder / f"{plan[:4]}-{index}-of-{count}.jsonl")
            journal.run(trials=trials, shard=(index, count), fingerprint=plan)
            for number in range(trials):
                journal.trial(f"srv{index}-{number // 2}:3389", "nla", tls=("default", "1.2")[number % 2])
            journal.end()
            made.append(journal.path)
        return made

    return make


def summary(result):
    data = json.loads(result.stdout)
    return data, data["runs"][0]


def test_all_shards_are_one_run(rdpprobe, shards):
    result = rdpprobe("report", "--merge", "--format", "json", *shards(3))
    data, run = summary(result)
    assert result.status == 0 and not result.stderr
    assert len(data["runs"]) == 1 and data["met"] is True and data["notes"] == []
    assert (run["trials"], run["targets"], run["shards"], run["shards_seen"], run["planned"]) == (12, 6, 3, 3, 12)


@pytest.mark.parametrize("count, kept, sentence", [
    (2, [1], "shard 2 of 2 is missing"), (8, [1, 3, 4], "shards 2, 5-8 of 8 are missing"),
    (5, [5], "shards 1-4 of 5 are missing")])
def test_missing_shards_are_named_everywhere(rdpprobe, shards, count, kept, sentence):
    paths = [path for number, path in enumerate(shards(count), 1) if number in kept]
    text = rdpprobe("report", "--merge", *paths)
    assert text.status == 3 and sentence in text.stderr and sentence in text.stdout
    data, _ = summary(rdpprobe("report", "--merge", "--format", "json", *paths))
    assert data["notes"] == [sentence] and data["met"] is False
    root = xml.etree.ElementTree.fromstring(rdpprobe("report", "--merge", "--format", "junit", *paths).stdout)
    assert [error.get("message") for error in root.iter("error")] == [sentence]


def test_a_shard_without_targets_says_so(rdpprobe, shards):
    result = rdpprobe("report", shards(3, trials=0)[1])
    assert result.status == 0 and result.stdout.endswith(": no target belongs to shard 2 of 3\n"), result


def test_another_plan_is_refused(rdpprobe, shards):
    ours, theirs = shards(2), shards(2, plan="ffee")
    result = rdpprobe("report", "--merge", ours[0], theirs[1])
    assert result.status == 2 and result.stdout == ""
    assert "00112233445566ff" in result.stderr and "ffee" in result.stderr and str(theirs[1]) in result.stderr
    cut_otherwise = rdpprobe("report", "--merge", ours[0], shards(3)[1])
    assert cut_otherwise.status == 2 and "one of 3 shards" in cut_otherwise.stderr
    assert rdpprobe("report", ours[0], theirs[1]).status == 0, "without --merge they are two reports"


def test_a_refused_merge_leaves_the_old_file(rdpprobe, shards, scratch):
    path = scratch("out") / "result.xml"
    path.write_text("old")
    result = rdpprobe("report", "--merge", "--output", path, shards(2)[0], shards(2, plan="ffee")[1])
    assert result.status == 2 and path.read_text() == "old" and [item.name for item in path.parent.iterdir()] == [
        "result.xml"]


def test_trials_that_are_there_twice_are_told_and_left_out(rdpprobe, shards):
    first, second = shards(2)
    result = rdpprobe("report", "--merge", "--format", "json", first, second, first)
    _, run = summary(result)
    assert result.status == 0 and "4 trials recorded before" in result.stderr
    assert run["trials"] == 8
    _, run = summary(rdpprobe("report", "--format", "json", first, first))
    assert (run["trials"], run["repeated"]) == (8, 4), "without --merge they are counted"


def test_a_connect_journal_cannot_be_merged(rdpprobe, scratch):
    path = scratch("journal") / "connect.jsonl"
    path.write_text('{"record":"run","schema":1,"command":"connect","target":"a:1"}\n')
    result = rdpprobe("report", "--merge", path)
    assert result.status == 2 and "no journal of matrix" in result.stderr


def test_a_killed_run(rdpprobe, shards):
    """A cut last line and a missing end are told, and cost no other trial; going on heals both."""
    path, = shards(1)
    whole = path.read_bytes()
    end = whole.rindex(b'{"record": "end"')
    path.write_bytes(whole[:end - 100])
    result = rdpprobe("report", path)
    assert result.status == 3 and "the last line, 5, is cut" in result.stderr
    assert "3 trials" in result.stdout and "the run did not end: 3 of 4 planned trials are recorded" in result.stdout
    resumed = Journal(path.parent / "resumed.jsonl")
    resumed.append(whole[:end].replace(b'"resumed": false', b'"resumed": true'))
    path.write_bytes(b"".join(whole[:end].splitlines(keepends=True)[:3]))
    healed = rdpprobe("report", "--merge", path, resumed.path)
    assert healed.status == 3 and "did not end" in healed.stdout
    resumed.append(whole[end:])
    healed = rdpprobe("report", "--merge", resumed.path)
    assert healed.status == 0 and "did not end" not in healed.stdout


def test_a_stopped_run(rdpprobe, shards):
    path, = shards(1)
    stopped = b'"record": "end", "stop": "interrupt", "why": "SIGINT", '
    path.write_bytes(path.read_bytes().replace(b'"record": "end", ', stopped))
    result = rdpprobe("report", path)
    assert result.status == 3 and "Stopped (interrupt): SIGINT" in result.stdout


@pytest.mark.parametrize("line, sentence", [
    (b"{\"record\":\"tri{\"record\":\"run\"}\n", "line 3 is no JSON object; it is left out"),
    (b"[1]\n", "no JSON object"),
    (b"\n", "no JSON object"), (b"{\"record\":\"trial\",\"schema\":2}\n", "no record of this journal format"),
    (b"[" * 100000 + b"\n", "no JSON object"), (b"\0\xff\x80\n", "no JSON object")],
    ids=["cut", "array", "blank", "schema", "deep", "bytes"])
def test_a_damaged_line_is_told_and_passed_over(rdpprobe, shards, line, sentence):
    path, = shards(1)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], line, *lines[2:]]))
    result = rdpprobe("report", path)
    assert result.status == 3 and sentence in result.stderr and "4 trials" in result.stdout


def test_what_is_no_journal(rdpprobe, scratch, shards):
    folder = scratch("files")
    (folder / "empty").touch()
    (folder / "notes").write_text("hello\n" * 1000)
    good, = shards(1)
    for name, sentence in (("empty", "is empty"), ("notes", "so this is no journal"),
                           ("none", "cannot be read: No such"), (".", "Is a directory")):
        result = rdpprobe("report", folder / name, good)
        assert result.status == 3 and sentence in result.stderr and result.stderr.count("\n") == 1, result
        assert "4 trials" in result.stdout, "the other journal is reported"


def test_standard_input(rdpprobe, shards):
    path, = shards(1)
    assert rdpprobe("report", "-", stdin=path.read_text()).stdout == rdpprobe("report", path).stdout
