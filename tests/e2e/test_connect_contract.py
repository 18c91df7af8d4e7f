# SPDX-License-Identifier: Apache-2.0
"""What connect promises to whoever calls it: records, exit statuses, --until, one sentence for each error."""

import json
import os
import pathlib
import re
import signal
import stat
import time

import pytest

from fixtures.process import wait_until

PASSWORD = "Lab-Pw1"
PATH = ["resolve", "tcp", "negotiate", "tls", "nla", "mcs", "channels", "info", "licensing", "capabilities", "finalize",
        "active"]
CORE = {"security": "nla", "tls": "default", "address": "name", "gateway": "off", "license": "keep"}
FACTORS = (pathlib.Path(__file__).parents[2] / "probe/trial/factors.def").read_text().count("\nFACTOR(")


# ---- records ----

def test_json_is_the_run_and_its_trials(lab, rdpprobe):
    server = lab(user="bob", password=PASSWORD)
    begin = time.time()
    result = rdpprobe("connect", "--json", "--user", "bob", "--repeat", "3", "--pause", "0.2", server.target,
                      password=PASSWORD)
    assert result.status == 0 and result.stderr == ""
    assert [record["record"] for record in result.records] == ["run", "trial", "trial", "trial"]
    assert {record["schema"] for record in result.records} == {1}
    header = result.records[0]
    assert (header["command"], header["target"], header["user"]) == ("connect", server.target, "bob")
    assert "FreeRDP" in header["libraries"] and "OpenSSL" in header["libraries"]
    started = time.mktime(time.strptime(header["started"], "%Y-%m-%dT%H:%M:%SZ")) - time.timezone
    assert begin - 2 <= started <= time.time() + 2
    assert [trial["trial"] for trial in result.trials] == [1, 2, 3]
    for trial in result.trials:
        assert trial["target"] == server.target and trial["until"] == "active"
        assert trial["variant"].items() >= CORE.items() and len(trial["variant"]) == FACTORS
        assert trial["in_effect"] is True and trial["outcome"] == {"result": "connected", "phase": "active"}
        assert (trial["connections"], trial["logons"], trial["failed_logons"]) == (1, 1, 0)
        assert set(trial) >= {"repeat", "phases", "facts", "ms"}
        groups = {"address", "negotiation", "tls", "certificate", "credssp", "licensing", "errinfo"}
        assert groups <= set(trial["facts"])
    assert len(server.connections()) == 3
    assert result.seconds >= 0.4  # two pauses


def test_times_add_up(trial):
    result, truth = trial([])
    phases = result.trial["phases"]
    assert [phase["phase"] for phase in phases] == [*PATH, "logon"]  # each once, in the order of the protocol
    for phase, following in zip(phases, phases[1:]):
        assert phase["start"] + phase["ms"] == pytest.approx(following["start"], abs=0.01)
    assert phases[-1]["start"] + phases[-1]["ms"] == pytest.approx(result.trial["ms"], abs=0.01)
    assert all(phase["ms"] >= 0 for phase in phases)
    assert phases[-1]["ms"] >= 100  # --settle
    assert result.trial["ms"] <= result.seconds * 1000
    # The server's own clock saw the same connection, from accept() on.
    assert truth["ms"] == pytest.approx(result.trial["ms"] - phases[1]["start"], abs=1000)


@pytest.mark.parametrize("server, words, last", [
    (["--deny-if", "true", "--at", "capabilities"], [], "capabilities"),  # a failure
    (["--ntstatus", "C000006D"], [], "nla"),
    (["--fault", "tls:hang"], ["--deadline", "1"], "tls"),  # killed
    (["--fault", "licensing:hang"], ["--deadline", "1"], "licensing"),
])
def test_times_add_up_to_a_failure_and_to_a_kill(trial, server, words, last):
    result, truth = trial(server, *words)
    phases, total = result.trial["phases"], result.trial["ms"]
    assert [phase["phase"] for phase in phases] == PATH[:PATH.index(last) + 1], result
    for phase, following in zip(phases, phases[1:]):
        assert phase["start"] + phase["ms"] == pytest.approx(following["start"], abs=0.01)
    assert phases[-1]["start"] + phases[-1]["ms"] == pytest.approx(total, abs=0.01)
    assert total <= result.seconds * 1000
    if words:  # the phase it hung in lasts until the deadline
        assert 1000 <= total and phases[-1]["ms"] >= 1000 - phases[-1]["start"] - 0.01
        assert truth["fault"] == f"{last}:hang"


def test_the_journal_file_is_the_same(lab, rdpprobe, tmp_path):
    server = lab("--deny-if", "true", user="bob", password=PASSWORD)
    journal = tmp_path / "journal.jsonl"
    old = os.umask(0)
    try:
        result = rdpprobe("connect", "--json", "--journal", journal, "--user", "bob", server.target, password=PASSWORD)
    finally:
        os.umask(old)
    assert result.status == 1 and journal.read_text() == result.stdout
    assert stat.S_IMODE(journal.stat().st_mode) == 0o600
    # A second run is appended, without --json too.
    second = rdpprobe("connect", "--journal", journal, "--until", "tls", server.target)
    records = [json.loads(line) for line in journal.read_text().splitlines()]
    assert [record["record"] for record in records] == ["run", "trial", "run", "trial"]
    assert second.status == 0 and not second.stdout.startswith("{")


def test_a_journal_that_cannot_be_written(rdpprobe, lab, tmp_path):
    server = lab(user="bob", password=PASSWORD)
    for path in (tmp_path / "missing" / "journal", tmp_path):
        result = rdpprobe("connect", "--user", "bob", "--journal", path, server.target, password=PASSWORD)
        assert (result.status, result.stdout, result.stderr.count("\n")) == (3, "", 1), result
        assert str(path) in result.stderr
    result = rdpprobe("connect", "--user", "bob", "--journal", "/dev/full", server.target, password=PASSWORD)
    assert result.status == 3 and "/dev/full" in result.stderr
    assert server.connections() == []


# ---- --until, and what is left undone ----

@pytest.mark.parametrize("security, phase", [
    *(("nla", phase) for phase in PATH),
    *(("tls", phase) for phase in ("negotiate", "mcs", "channels", "info", "licensing")),
    *(("rdp", phase) for phase in ("negotiate", "mcs", "channels", "info", "licensing")),
])
def test_until(lab, rdpprobe, certificate, security, phase):
    server = lab("--certificate", certificate.certificate, "--key", certificate.key, user="bob", password=PASSWORD)
    result = rdpprobe("connect", "--json", "--user", "bob", "--autologon", "--set", f"security={security}",
                      "--until", phase, server.target, password=PASSWORD)
    assert result.status == 0 and result.trial["outcome"] == {"result": "connected", "phase": phase}, result
    # The lab reports a logon while the session settles.
    reported = phase == "active" and security == "nla"
    assert result.trial["phases"][-1]["phase"] == ("logon" if reported else phase)
    connections = server.connections()
    if phase == "resolve":
        assert connections == [] and result.trial["connections"] == 0
        return
    assert len(connections) == result.trial["connections"] == 1
    truth = connections[0]
    # A server enters a phase when its own part of the one before is done: it waits one phase ahead of the client, and
    # without a licence server it gets from Client Info to Demand Active unasked. Nothing more was sent to it.
    ahead = "capabilities" if phase in ("info", "licensing") else PATH[min(PATH.index(phase) + 1, len(PATH) - 1)]
    assert PATH.index(truth["reached"]) <= PATH.index(ahead)
    sent = truth["ntlm_authenticates"] if security == "nla" else bool(truth["client_info_password"])
    assert result.trial["logons"] == sent
    if PATH.index(phase) < PATH.index("nla") or (security != "nla" and PATH.index(phase) <= PATH.index("channels")):
        assert result.trial["logons"] == 0 and not truth["client_info_password"]


def test_nothing_is_drawn_and_no_channel_is_loaded(trial):
    result, truth = trial([])
    assert result.status == 0 and truth["reached"] == "active"
    assert truth["channels"] == []


@pytest.mark.parametrize("level", ["tls", "negotiate"])
def test_up_to_tls_no_account_is_needed(lab, rdpprobe, level):
    server = lab(user="bob", password=PASSWORD)
    result = rdpprobe("connect", "--json", "--until", level, server.target)
    assert result.status == 0 and server.only_connection()["ntlm_authenticates"] == 0


def test_nla_without_an_account_is_a_usage_error(lab, rdpprobe):
    server = lab(user="bob", password=PASSWORD)
    result = rdpprobe("connect", "--json", server.target)
    assert (result.status, result.stdout) == (2, "") and "--user" in result.stderr, result
    assert server.connections() == []


# ---- credentials ----

def test_a_password_comes_by_file_stdin_or_environment(lab, rdpprobe):
    server = lab(user="bob", password=PASSWORD)
    path = rdpprobe.password_file(PASSWORD)
    for arguments, given in ((("--password-file", path), {}), (("--password-file", "-"), {"stdin": PASSWORD + "\n"}),
                             ((), {"password": PASSWORD})):
        result = rdpprobe("connect", "--json", "--user", "bob", *arguments, server.target, **given)
        assert result.status == 0, result
    assert [record["authenticated"] for record in server.connections()] == [True] * 3


def test_a_password_file_everybody_can_read_is_warned_of(lab, rdpprobe):
    server = lab(user="bob", password=PASSWORD)
    path = rdpprobe.password_file(PASSWORD)
    os.chmod(path, 0o644)
    result = rdpprobe("connect", "--user", "bob", "--password-file", path, server.target)
    assert result.status == 0 and result.stderr.count("\n") == 1 and path in result.stderr


# ---- exit statuses and errors ----

def test_exit_statuses(lab, rdpprobe, tmp_path):
    """All but 4, which the ledger's tests show."""
    server = lab("--deny-if", "user=eve", user="bob", password=PASSWORD)
    assert rdpprobe("connect", "--user", "bob", server.target, password=PASSWORD).status == 0
    assert rdpprobe("connect", "--user", "eve", "--set", "security=tls", server.target).status == 1
    assert rdpprobe("connect", "--user", "bob").status == 2
    assert rdpprobe("connect", "--user", "bob", server.target, password=PASSWORD,
                    environment={"TMPDIR": str(tmp_path / "missing")}).status == 3


@pytest.mark.parametrize("arguments, words", [
    ((), "TARGET"),
    (("--no-such-option", "host"), "--no-such-option"),
    (("--untill", "tls", "host"), "--until"),
    (("-z", "host"), "-z"),
    (("--signature", "0x3/0x7", "host"), "--signature"),  # of isolate only
    (("host", "--deadline"), "--deadline"),
    (("--deadline", "soon", "host"), "soon"),
    (("--deadline", "0", "host"), "--deadline"),
    (("--deadline", "-1", "host"), "--deadline"),
    (("--repeat", "0", "host"), "--repeat"),
    (("--until", "login", "host"), "--until"),
    (("--until", "tsl", "host"), "'tls'"),
    (("--set", "colour=red", "host"), "colour"),
    (("--set", "securty=tls", "host"), "'security'"),
    (("--set", "tls=1.4", "host"), "1.0, 1.1, 1.2, 1.3"),
    (("--set", "tls", "host"), "FACTOR=LEVEL"),
    (("--set", "gateway=http", "host"), "--gateway"),
    (("--set", "security=rdp", "--set", "tls=1.2", "host"), "--set"),
    (("--cert-policy", "maybe", "host"), "report"),
    (("--json=1", "host"), "--json"),
    (("one", "two"), "2 arguments"),
    (("host:port",), "the target 'host:…' has a port"),
    (("host:0",), "host:0"),
    (("host:65536",), "host:65536"),
    (("[::1",), "[::1"),
    (("",), "target"),
    (("/v:host",), "/"),
    (("session.rdp",), "session.rdp"),
    (("--password-file", "/dev/null", "host"), "--user"),
    (("--user", "bob", "--password-file", "/nonexistent/file", "host"), "/nonexistent/file"),
    (("--user", "DOM\\bob", "--domain", "OTHER", "host"), "domain"),
])
def test_usage_errors(rdpprobe, arguments, words):
    result = rdpprobe("connect", *arguments, timeout=10)
    assert result.status == 2 and result.stdout == "", result
    assert result.stderr.count("\n") == 1 and result.stderr.startswith("rdpprobe connect: "), result
    assert words in result.stderr


@pytest.mark.parametrize("arguments", [("--password", "Typed-Pw1", "host"), ("--password=Typed-Pw1", "host"),
                                       ("-p", "Typed-Pw1", "host"), ("-pTyped-Pw1", "host"),
                                       ("--passwort=Typed-Pw1", "host"), ("--user", "bob", "host", "Typed-Pw1"),
                                       ("--gateway", "gw", "--gateway-password", "Typed-Pw1", "host")])
def test_a_password_among_the_arguments_is_refused_and_not_repeated(rdpprobe, arguments):
    result = rdpprobe("connect", *arguments)
    assert (result.status, result.stdout, result.stderr.count("\n")) == (2, "", 1), result
    assert "Typed-Pw1" not in result.stderr


def test_help_goes_to_stdout(rdpprobe):
    result = rdpprobe("connect", "--help")
    assert result.status == 0 and result.stderr == ""
    for word in ("--until", "--deadline", "--cert-policy", "security", "Exit status", "takes it"):
        assert word in result.stdout
    assert max(len(line) for line in result.stdout.splitlines()) <= 80


# ---- the report ----

@pytest.mark.parametrize("environment", [{}, {"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, {"TERM": "xterm-256color"}])
def test_a_report_into_a_pipe_has_no_escape_sequence(lab, rdpprobe, environment):
    server = lab("--deny-if", "true", user="bob", password=PASSWORD)
    result = rdpprobe("connect", "--user", "bob", server.target, password=PASSWORD, environment=environment)
    assert result.status == 1 and "\033" not in result.stdout and result.stderr == ""


def test_the_report_has_phases_facts_and_what_mstsc_would_show(lab, rdpprobe, tmp_path):
    server = lab("--deny-if", "true", user="bob", password=PASSWORD)
    journal = tmp_path / "journal"
    result = rdpprobe("connect", "--user", "bob", "--journal", journal, server.target, password=PASSWORD)
    trial = json.loads(journal.read_text().splitlines()[1])
    lines = result.stdout.splitlines()
    assert lines[0].startswith(f"{server.target}: ")
    times = dict(match.groups() for match in (re.match(r"  (\w+) +([0-9.]+) ", line) for line in lines) if match)
    for phase in trial["phases"]:  # a tenth of a millisecond, of the time before the journal rounded it
        assert float(times[phase["phase"]]) == pytest.approx(phase["ms"], abs=0.0506), phase
    for fact in ("127.0.0.1", "TLS_AES_256_GCM_SHA384", "CN=localhost", "HYBRID", "1 TCP connection, 1 logon"):
        assert fact in result.stdout, fact
    assert "documented" in result.stdout and "0x7" in result.stdout


def test_quiet_says_nothing(lab, rdpprobe):
    server = lab("--deny-if", "true", user="bob", password=PASSWORD)
    result = rdpprobe("connect", "--quiet", "--user", "bob", server.target, password=PASSWORD)
    assert (result.status, result.stdout, result.stderr) == (1, "", "")


@pytest.mark.parametrize("arguments", [("--json",), ()])
def test_a_reader_that_goes_is_no_hang_and_no_crash(lab, rdpprobe, arguments):
    server = lab(user="bob", password=PASSWORD)
    read_end, write_end = os.pipe()
    os.close(read_end)
    try:
        process = rdpprobe.start("connect", *arguments, "--repeat", "3", "--user", "bob", server.target,
                                 password=PASSWORD, stdout=write_end)
    finally:
        os.close(write_end)
    with process:
        assert process.wait(20) == 3  # not the signal SIGPIPE, and not a success either
        assert process.stop() == []
        assert process.stderr.count("\n") == 1, process.stderr


# ---- ends that were not planned ----

@pytest.fixture
def hanging(lab, rdpprobe):
    """A trial that hangs in NLA, once the server has it: (Process, folder of temporary files)."""
    server = lab("--fault", "nla:hang", user="bob", password=PASSWORD)
    temporary = pathlib.Path(rdpprobe.environment["TMPDIR"])

    def start(*arguments):
        process = rdpprobe.start("connect", "--json", "--user", "bob", "--deadline", "60", *arguments, server.target,
                                 password=PASSWORD)
        # The run header, the scratch directory, and three processes: the program, the zygote, its worker.
        assert wait_until(lambda: process.stdout.count("\n") == 1 and list(temporary.iterdir())
                          and len(process.family()) == 3, 10), process.stderr
        return process, temporary

    return start


def assert_nothing_left(process, temporary):
    assert wait_until(lambda: not process.family(), 5), process.family()
    assert wait_until(lambda: not list(temporary.iterdir()), 5), list(temporary.rglob("*"))


@pytest.mark.timed
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_one_signal_ends_a_hanging_trial_soon(hanging, number):
    process, temporary = hanging()
    with process:
        os.kill(process.pid, number)
        begin = time.monotonic()
        status = process.wait(10)
        assert time.monotonic() - begin < 2
        assert status == 130, process.stderr
        assert_nothing_left(process, temporary)


@pytest.mark.timed
def test_more_signals_end_it_at_once(hanging):
    process, temporary = hanging()
    with process:
        begin = time.monotonic()
        while process.status is None:
            os.kill(process.pid, signal.SIGINT)
            wait_until(lambda: process.status is not None, 0.02)
        assert time.monotonic() - begin < 1
        assert process.status in (-signal.SIGINT, 130)
        assert_nothing_left(process, temporary)


def test_killing_the_program_leaves_nothing(hanging):
    process, temporary = hanging()
    with process:
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait(2) == -signal.SIGKILL
        assert_nothing_left(process, temporary)


def test_killing_the_zygote_is_an_end_and_not_a_hang(hanging):
    process, temporary = hanging()
    with process:
        children = [pid for pid in process.family() if pid != process.pid]
        zygote = next(pid for pid in children if parent_of(pid) == process.pid)
        os.kill(zygote, signal.SIGKILL)
        assert process.wait(5) == 1, process.stderr
        outcome = json.loads(process.stdout.splitlines()[1])["outcome"]
        assert (outcome["result"], outcome["family"], outcome["name"]) == ("failed", "crash", "SUPERVISOR")
        assert_nothing_left(process, temporary)


def test_killing_the_worker_is_an_outcome(hanging):
    process, temporary = hanging()
    with process:
        zygote = next(pid for pid in process.family() if parent_of(pid) == process.pid)
        worker = next(pid for pid in process.family() if parent_of(pid) == zygote)
        os.kill(worker, signal.SIGSEGV)
        assert process.wait(5) == 1, process.stderr
        outcome = json.loads(process.stdout.splitlines()[1])["outcome"]
        assert (outcome["result"], outcome["family"], outcome["code"]) == ("failed", "crash", signal.SIGSEGV)
        assert_nothing_left(process, temporary)


def parent_of(pid):
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    return int(text[text.rindex(")") + 2:].split()[1])


def test_a_run_leaves_no_scratch(lab, rdpprobe):
    server = lab("--licensing", "issue", user="bob", password=PASSWORD)
    assert rdpprobe("connect", "--user", "bob", "--set", "license=reuse", "--pause", "0", server.target,
                    password=PASSWORD).status == 0
    assert list(pathlib.Path(rdpprobe.environment["TMPDIR"]).iterdir()) == []
