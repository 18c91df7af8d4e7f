# SPDX-License-Identifier: Apache-2.0
"""Failed logons are counted for each account, across runs and processes, and end before an account is locked."""

import json
import os
import pathlib
import signal
import stat

import pytest

from fixtures.process import wait_until

RIGHT, WRONG = "Right-Pw1", "Wrong-Pw1"
LOCKED_OUT, DISABLED, EXPIRED = "C0000234", "C0000072", "C0000193"
MUST_CHANGE, HOURS = "C0000224", "C000006F"


@pytest.fixture
def server(lab, certificate):
    """A lab with the account bob, and further options."""

    def start(*options):
        return lab("--certificate", certificate.certificate, "--key", certificate.key, *options,
                   user="bob", password=RIGHT)

    return start


@pytest.fixture
def connect(rdpprobe):
    """rdpprobe connect with one home, so with one ledger, for the whole test."""

    def run(target, *options, user="bob", password=WRONG):
        return rdpprobe("connect", "--json", "--pause", "0", "--user", user, *options, target, password=password)

    return run


@pytest.fixture
def ledger(rdpprobe):
    return pathlib.Path(rdpprobe.environment["XDG_STATE_HOME"]) / "rdpprobe" / "logons.json"


def logons_seen(lab):
    """Logons as the server counts them: AUTHENTICATE messages in all connections so far."""
    return sum(record["ntlm_authenticates"] for record in lab.connections())


def assert_stopped(result, *words):
    """Status 4, no trial, and one sentence on stderr that says what happened and what to do."""
    assert result.status == 4, result
    assert result.trials == []
    assert result.stderr.count("\n") == 1 and "--reset-failed-logons" in result.stderr, result
    for word in words:
        assert word in result.stderr, result


def test_two_refused_logons_stop_the_account_across_runs(server, connect, ledger):
    lab = server()
    for trial in (1, 2):
        result = connect(lab.target)
        assert result.status == 1 and result.trial["failed_logons"] == 1, result
        account = json.loads(ledger.read_text())["accounts"]["localhost\\bob"]
        assert account["failures"] == trial
    assert logons_seen(lab) == 2
    assert_stopped(connect(lab.target), "2 failed logons", "localhost\\bob", str(ledger))
    # The right password does not help either: nobody here can know that it is right.
    assert_stopped(connect(lab.target, password=RIGHT))
    assert logons_seen(lab) == 2
    assert stat.S_IMODE(ledger.stat().st_mode) == 0o600 and stat.S_IMODE(ledger.parent.stat().st_mode) == 0o700
    assert WRONG not in ledger.read_text()


def test_a_good_password_that_is_refused_neither_counts_nor_clears(server, connect, ledger):
    def failures():
        return json.loads(ledger.read_text())["accounts"]["localhost\\bob"]["failures"]

    assert connect(server().target).trial["failed_logons"] == 1
    assert failures() == 1
    for status in (MUST_CHANGE, HOURS):
        result = connect(server("--ntstatus", status).target, password=RIGHT)
        assert result.trial["facts"]["logon"]["credentials"] == "verified", result
        assert (result.trial["failed_logons"], failures()) == (0, 1), result
    # Not authorized is another thing: that logon went well.
    result = connect(server("--early-authorization", "deny").target, password=RIGHT)
    assert result.trial["outcome"]["name"] == "AUTHZ_ACCESS_DENIED", result
    assert "localhost\\bob" not in json.loads(ledger.read_text())["accounts"]


def test_two_refused_logons_stop_a_run(server, connect):
    lab = server()
    result = connect(lab.target, "--repeat", "5")
    assert result.status == 4 and "2 failed logons" in result.stderr, result
    assert [trial["failed_logons"] for trial in result.trials] == [1, 1]
    assert logons_seen(lab) == 2


@pytest.mark.parametrize("spelling", [("--user", "DOM\\bob"), ("--user", "bob", "--domain", "dom")])
def test_a_domain_account_is_one_on_all_servers(server, rdpprobe, spelling):
    one, other = server(), server()
    for lab in (one, other):
        assert rdpprobe("connect", "--json", *spelling, lab.target, password=WRONG).status == 1
    assert_stopped(rdpprobe("connect", "--json", "--user", "DOM\\Bob", one.target, password=WRONG), "dom\\bob")
    assert logons_seen(one) == logons_seen(other) == 1


def test_trials_without_a_logon_go_on(server, connect):
    lab = server()
    connect(lab.target, "--repeat", "2")
    for options in (("--until", "tls"), ("--set", "security=tls"), ("--set", "security=rdp")):
        result = connect(lab.target, *options)
        assert result.status == 0 and result.trial["logons"] == 0, result
    assert logons_seen(lab) == 2


@pytest.mark.parametrize("status", [LOCKED_OUT, DISABLED, EXPIRED])
def test_a_blocked_account_stops_at_once(server, connect, status):
    lab = server("--ntstatus", status)
    result = connect(lab.target, "--repeat", "3", password=RIGHT)
    assert result.status == 4 and len(result.trials) == 1, result
    assert result.trials[0]["outcome"]["code"] == int(status, 16)
    # One logon is below every limit: what stops is the answer.
    assert_stopped(connect(lab.target, "--max-failed-logons", "100", password=RIGHT), "locked out, disabled or expired")
    assert logons_seen(lab) == 1


def test_a_success_resets_the_count(server, connect, ledger):
    lab = server()
    assert connect(lab.target).status == 1
    assert connect(lab.target, password=RIGHT).status == 0
    assert json.loads(ledger.read_text())["accounts"] == {}
    assert connect(lab.target).status == 1  # the first failure again
    assert connect(lab.target, password=RIGHT).status == 0
    assert logons_seen(lab) == 4


def test_a_proved_password_counts_as_success_although_the_trial_fails(server, connect, ledger):
    lab = server("--deny-if", "true", "--at", "licensing")
    for _ in range(4):
        assert connect(lab.target, password=RIGHT).status == 1
    assert logons_seen(lab) == 4
    assert json.loads(ledger.read_text())["accounts"] == {}


@pytest.mark.parametrize("limit", [1, 3])
def test_max_failed_logons(server, connect, limit):
    lab = server()
    result = connect(lab.target, "--repeat", "6", "--max-failed-logons", limit)
    assert result.status == 4 and len(result.trials) == limit
    assert_stopped(connect(lab.target, "--max-failed-logons", limit), f"the limit is {limit}")
    assert logons_seen(lab) == limit


def test_reset_failed_logons(server, connect, ledger):
    lab = server()
    connect(lab.target, "--repeat", "2")
    assert_stopped(connect(lab.target))
    result = connect(lab.target, "--reset-failed-logons", password=RIGHT)
    assert result.status == 0 and json.loads(ledger.read_text())["accounts"] == {}
    assert logons_seen(lab) == 3


def test_reset_puts_a_blocked_account_right(server, connect):
    assert connect(server("--ntstatus", LOCKED_OUT).target, user="DOM\\bob").status == 1
    lab = server()
    assert_stopped(connect(lab.target, user="DOM\\bob"))
    assert connect(lab.target, "--reset-failed-logons", user="DOM\\bob", password=RIGHT).status == 0


def test_an_answer_that_never_came_may_have_been_a_refusal(server, connect):
    lab = server("--fault", "nla-auth:hang")
    for _ in range(2):
        result = connect(lab.target, "--deadline", "0.5", password=RIGHT)
        assert result.trial["outcome"]["family"] == "timeout" and result.trial["failed_logons"] == 1
    assert_stopped(connect(lab.target, password=RIGHT))
    assert logons_seen(lab) == 2


@pytest.mark.parametrize("security", ["tls", "rdp"])
def test_autologon_counts_what_nothing_confirmed(server, connect, security):
    """Without NLA a server need not say whether the password in Client Info was right: this one says nothing more."""
    lab = server("--fault", "active:hang")
    result = connect(lab.target, "--set", f"security={security}", "--autologon", "--repeat", "4", password=RIGHT)
    assert result.status == 4 and len(result.trials) == 2, result
    assert sum(record["client_info_password"] for record in lab.connections()) == 2


@pytest.mark.parametrize("security", ["tls", "rdp"])
def test_autologon_that_the_session_confirms_is_not_counted(server, connect, ledger, security):
    lab = server()
    result = connect(lab.target, "--set", f"security={security}", "--autologon", "--repeat", "3", password=RIGHT)
    assert result.status == 0, result
    assert [trial["facts"]["logon"]["credentials"] for trial in result.trials] == ["verified"] * 3
    assert [trial["logons"] for trial in result.trials] == [1] * 3
    assert json.loads(ledger.read_text())["accounts"] == {}
    assert sum(record["client_info_password"] for record in lab.connections()) == 3


@pytest.mark.parametrize("security", ["tls", "rdp"])
def test_autologon_with_a_wrong_password_stops(server, connect, security):
    lab = server()
    result = connect(lab.target, "--set", f"security={security}", "--autologon", "--repeat", "4")
    assert result.status == 4 and len(result.trials) == 2, result
    assert all(trial["facts"].get("logon", {}).get("credentials") != "verified" for trial in result.trials)
    assert sum(record["client_info_password"] for record in lab.connections()) == 2


def test_two_processes_at_once_make_no_more_than_two_logons(server, rdpprobe):
    lab = server()
    runs = [rdpprobe.start("connect", "--json", "--pause", "0", "--repeat", "4", "--user", "bob", lab.target,
                           password=WRONG) for _ in range(2)]
    try:
        assert [run.wait(30) for run in runs] == [4, 4], [run.stderr for run in runs]
    finally:
        left = [run.stop() for run in runs]
    assert left == [[], []]
    assert logons_seen(lab) == 2


def test_a_killed_run_counts(server, rdpprobe, connect, ledger):
    """A trial whose process was killed may have been a refused logon: it is counted when the next one begins."""
    lab = server("--fault", "nla-auth:hang")

    def account():
        return ledger.exists() and json.loads(ledger.read_text())["accounts"]["localhost\\bob"]

    for counted in range(2):
        with rdpprobe.start("connect", "--json", "--user", "bob", lab.target, password=RIGHT) as run:
            assert wait_until(lambda: account() and account()["pending"] and account()["failures"] == counted, 10)
            os.kill(run.pid, signal.SIGKILL)
            run.wait(5)
    assert_stopped(connect(lab.target, password=RIGHT), "2 failed logons")
    assert logons_seen(lab) <= 2


def test_an_interrupted_trial_counts_what_it_sent(server, rdpprobe, ledger):
    lab = server("--fault", "nla-auth:hang")
    with rdpprobe.start("connect", "--json", "--user", "bob", lab.target, password=RIGHT) as run:
        # By then the AUTHENTICATE is mostly sent; where it is not, both counts below are 0.
        wait_until(lambda: run.status is not None, 0.7)
        os.kill(run.pid, signal.SIGINT)
        assert run.wait(5) == 130, run.stderr
    accounts = json.loads(ledger.read_text())["accounts"] if ledger.exists() else {}
    assert accounts.get("localhost\\bob", {"failures": 0})["failures"] == logons_seen(lab)
    assert not any(account["pending"] for account in accounts.values())


@pytest.mark.parametrize("content", ["", "{", "[]", '{"schema": 9, "accounts": {}}'])
def test_a_damaged_ledger_allows_no_logon(server, connect, ledger, content):
    lab = server()
    ledger.parent.mkdir(parents=True)
    ledger.write_text(content)
    result = connect(lab.target, password=RIGHT)
    assert result.status == 3 and str(ledger) in result.stderr and result.stdout == "", result
    assert ledger.read_text() == content
    assert connect(lab.target, "--reset-failed-logons", password=RIGHT).status == 3
    assert logons_seen(lab) == 0


@pytest.mark.parametrize("name", ["logons.json", "logons.lock", "accounts.lock"])
@pytest.mark.parametrize("kind", ["pipe", "link"])
def test_a_ledger_that_is_no_file_is_refused_and_not_waited_for(server, connect, ledger, name, kind):
    lab = server()
    ledger.parent.mkdir(parents=True)
    path = ledger.parent / name
    if kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/dev/zero")
    result = connect(lab.target, password=RIGHT)
    assert result.status in (3, 4) and result.trials == [] and result.seconds < 5, result
    assert str(path) in result.stderr and result.stderr.count("\n") == 1, result
    assert logons_seen(lab) == 0


def test_a_count_that_would_overflow_allows_no_logon(server, connect, ledger):
    """A further failure, of a trial whose process died, would make it a negative one."""
    lab = server()
    ledger.parent.mkdir(parents=True)
    ledger.write_text(json.dumps({"schema": 1, "accounts": {"localhost\\bob": {
        "failures": 2**63 - 1, "blocked": False, "pending": 1, "since": "", "last": ""}}}))
    result = connect(lab.target)
    assert result.status == 3 and "is damaged" in result.stderr and result.stderr.count("\n") == 1, result
    assert logons_seen(lab) == 0


def test_without_a_place_for_the_ledger_there_is_no_logon(server, rdpprobe):
    lab = server()
    result = rdpprobe("connect", "--json", "--user", "bob", lab.target, password=RIGHT,
                      environment={"XDG_STATE_HOME": None, "HOME": None})
    assert result.status == 3 and "XDG_STATE_HOME" in result.stderr, result
    assert logons_seen(lab) == 0
