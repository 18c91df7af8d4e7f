# SPDX-License-Identifier: Apache-2.0
"""isolate --follow-redirect: the host behind a broker is studied, and the broker is not accused."""

import json
import os
import signal

import pytest

from fixtures.experiment import DENIED, NAME, PASSWORD, USER, causes, two_families
from fixtures.process import wait_until

BROKER, HOST = "127.0.0.1", "127.0.0.2"
SECRET = "Redirection-Pw1"  # stands in the lab's redirections where a broker puts a password
FEW = ("--vary=security", "--vary=tls", "--vary=admin")
WORDS = ("--user", USER, "--pause", "0", "--settle", "0.02", "--seed", "1")


@pytest.fixture
def farm(lab):
    """Two servers at one port of two addresses: the first sends everybody to the second."""
    def start(*host_options, broker_options=(), host_password=PASSWORD):
        broker = lab("--bind", BROKER, "--redirect", HOST, *broker_options, user=USER, password=PASSWORD)
        return broker, lab("--bind", HOST, *host_options, user=USER, password=host_password, port=broker.port)
    return start


@pytest.fixture
def isolate(rdpprobe, tmp_path):
    """Runs isolate; the Result, whose journal gives the same record and the same report again, byte for byte."""
    def run(server, *options, follow=True, again=True, password=PASSWORD):
        journal = tmp_path / "journal"
        journal.unlink(missing_ok=True)
        words = ["isolate", *WORDS, *options, *(["--follow-redirect"] if follow else [])]
        result = rdpprobe(*words, "--journal", journal, f"{BROKER}:{server.port}", password=password, timeout=120)
        text, result.stdout = result.stdout, journal.read_text()
        verdict = result.stdout.splitlines()[-1] + "\n"
        assert not again or rdpprobe("isolate", "--json", "--from", journal).stdout == verdict, repr(result)
        assert not again or rdpprobe("isolate", "--from", journal).stdout == text, repr(result)
        assert rdpprobe("report", journal).stdout == text, repr(result)
        assert SECRET not in text + result.stdout + result.stderr, repr(result)
        result.text = " ".join(text.split())
        return result
    return run


def journeys(result):
    """The trials as they are studied: lists of the connections of each."""
    found = {}
    for trial in result.trials:
        found[trial["trial"]] = [*found.pop(trial.get("redirected_from"), []), trial]
    return list(found.values())


def test_a_cause_behind_the_broker_is_isolated(farm, isolate):
    broker, host = farm("--deny-if", "security=nla & tls=1.3", "--at", "licensing")
    result = isolate(broker, *FEW)
    assert result.status == 1 and result.verdict["verdict"] == "isolated", repr(result)
    assert causes(result.verdict) == {frozenset({"security=nla", "tls=default"})}
    # Each whole trial is two connections: the broker's ends by its redirection, the host's is the outcome.
    whole = [journey for journey in journeys(result) if journey[0]["until"] == "active"]
    assert whole and all(len(journey) == 2 for journey in whole), repr(result)
    for first, last in whole:
        assert (first["outcome"]["name"], first["target"]) == ("REDIRECTED", f"{BROKER}:{broker.port}")
        # The session that the broker names is asked for in place of the administrative one.
        assert last["target"] == f"{HOST}:{broker.port}" and {**first["variant"], "admin": "off"} == last["variant"]
        denied = first["variant"]["security"] == "nla" and first["variant"]["tls"] in ("default", "1.3")
        assert ((last["outcome"].get("family"), last["outcome"].get("code")) == DENIED) == denied, last
        assert (last["outcome"]["result"] == "connected") == (not denied), last
    # Both servers saw what is told, and logons are counted at both.
    there = [*broker.wait_for(len(journeys(result))), *host.wait_for(len(whole))]
    assert len(there) == sum(trial["connections"] for trial in result.trials) == len(result.trials)
    logons = sum(bool(record["ntlm_authenticates"]) for record in there)
    assert result.verdict["logons"] == sum(trial["logons"] for trial in result.trials) == logons > len(whole)
    assert result.verdict["trials"] == len(journeys(result))
    # A pair's trials are those that decided.
    ends = {journey[-1]["trial"]: journey for journey in whole}
    for pair in result.verdict["minimal_pairs"]:
        assert {pair["failing"], pair["passing"]} <= ends.keys(), repr(result)
    assert f"{len(whole)} trials were sent on by a broker, to {HOST}:{broker.port} ({len(whole)})" in result.text


def test_what_the_host_refuses_in_its_negotiation_is_not_looked_for_at_the_broker(farm, isolate):
    """The failure is in a phase that the broker was long past: a trial that stops there would always pass."""
    broker, _ = farm("--security", "tls")
    result = isolate(broker, *FEW)
    assert result.verdict["verdict"] == "isolated", repr(result)
    assert causes(result.verdict) == {frozenset({"security=nla"})}
    assert result.verdict["signature"].startswith("negotiation"), result.verdict
    assert "in negotiate:" in result.text
    broker, _ = farm("--negotiation-failure", "3")  # nothing that is asked for will do
    result = isolate(broker, "--vary=security", "--vary=admin")
    assert result.verdict["verdict"] != "isolated" and not result.verdict["cause"], repr(result)
    assert result.verdict["factors"]["security"]["finding"] == "innocent", repr(result)


@pytest.mark.parametrize("options, where", [
    (("--redirect", HOST, "--redirect-token", "7.15629.0000"), "Cookie: msts=7.15629.0000"),
    (("--redirect", ""), None)])
def test_the_way_back_to_the_same_server(options, where, lab, isolate):
    """With a token for the balancer before it, or to a session of it; what the client does there decides."""
    server = lab(*options, "--redirect-new", "--deny-if", "channel=cliprdr", "--at", "active", user=USER,
                 password=PASSWORD)
    result = isolate(server, "--vary=redirection", "--set=redirection=on")
    assert causes(result.verdict) == {frozenset({"redirection=on"})}, repr(result)
    for first, last in (journey for journey in journeys(result) if journey[0]["until"] == "active"):
        assert first["target"] == last["target"] and last["facts"]["client"]["session"] == 5, repr(result)
        assert last["facts"]["negotiation"].get("routing_token") == where, repr(result)
        assert last["in_effect"] is True, repr(result)


def test_through_a_gateway_each_connection_has_its_logon_there(behind, rdpprobe, scratch):
    server, front = behind(lab_options=("--redirect", HOST, "--redirect-token", "7.15629.0000", "--redirect-new",
                                        "--deny-if", "security=nla", "--at", "active"))
    result = rdpprobe("isolate", "--json", *WORDS, "--follow-redirect", "--gateway", f"localhost:{front.port}",
                      "--set=gateway=http", "--vary=security", f"{NAME}:{server.port}", password=PASSWORD,
                      environment=two_families(scratch("names")))
    assert causes(result.verdict) == {frozenset({"security=nla"})}, repr(result)
    whole = [journey for journey in journeys(result) if journey[0]["until"] == "active"]
    assert whole and all(len(journey) == 2 for journey in whole), repr(result)
    asked = sum(record["ntlm_authenticates"] for record in front.wait_for(len(result.trials), kind="tunnel"))
    there = sum(record["ntlm_authenticates"] for record in server.wait_for(len(result.trials)))
    assert result.verdict["logons"] == sum(trial["logons"] for trial in result.trials) == asked + there, repr(result)


def test_a_token_that_looks_like_a_cookie_is_the_token(lab, rdpprobe, tmp_path):
    """As a .rdp file of a farm has it, and as the lab saw it."""
    server = lab("--deny-if", "tls=1.3", user=USER, password=PASSWORD)
    token = "Cookie: mstshash=alice#role_IN_0"
    file = tmp_path / "farm.rdp"
    file.write_text(f"full address:s:localhost:{server.port}\r\nloadbalanceinfo:s:{token}\r\nusername:s:{USER}\r\n"
                    "use redirection server name:i:1\r\n")
    result = rdpprobe("isolate", "--json", *WORDS[2:], *FEW, "--vary=load-balance", file, password=PASSWORD)
    assert causes(result.verdict) == {frozenset({"tls=default"})}, repr(result)
    for trial, record in zip(result.trials, server.wait_for(len(result.trials)), strict=True):
        sent = trial["variant"]["load-balance"] == "token"
        assert record["cookie"] == ("alice#role_IN_0" if sent else USER), (trial, record)
        assert trial["facts"]["negotiation"].get("routing_token") == (token if sent else None), (trial, record)


def test_a_redirection_that_is_not_followed_is_no_failure(farm, isolate):
    broker, host = farm()
    result = isolate(broker, follow=False)
    assert (result.status, result.verdict["verdict"], len(result.trials)) == (1, "inconclusive", 2), repr(result)
    assert "--follow-redirect studies that host" in result.verdict["reason"], repr(result)
    assert not [cause for cause in result.verdict["causes"] if cause["status"] == "supported"], repr(result)
    assert "repair" not in result.text and not host.records()
    # Followed, there is nothing to study.
    result = isolate(broker, *FEW)
    assert (result.status, result.verdict["verdict"]) == (0, "not-reproduced"), repr(result)


def test_servers_that_send_in_a_circle(lab, isolate):
    server = lab("--redirect", HOST, "--redirect-token", "7.15629.0000", user=USER, password=PASSWORD)
    result = isolate(server)
    assert [len(journey) for journey in journeys(result)] == [6, 6], repr(result)
    assert (result.status, result.verdict["verdict"]) == (1, "inconclusive"), repr(result)
    assert "circle" in result.verdict["reason"] and "--follow-redirect" not in result.text, repr(result)
    assert (result.verdict["trials"], result.verdict["logons"]) == (2, 12)


def test_limits_hold_behind_the_broker(farm, isolate):
    """The host has another password: its refusals count for the account, and end the run."""
    broker, host = farm(host_password="Another-Pw1")
    result = isolate(broker, *FEW, "--max-failed-logons", "2")
    assert (result.status, result.verdict["verdict"]) == (4, "stopped"), repr(result)
    assert sum(trial["failed_logons"] for trial in result.trials) == 2
    there = host.wait_for(sum(trial["target"].startswith(HOST) for trial in result.trials))
    assert sum(bool(record["ntlm_authenticates"]) for record in there) == 2, repr(result)
    # The next run leaves the account alone, and takes it up again where that is asked for.
    result = isolate(broker, *FEW, again=False)
    assert result.status == 4 and not result.trials, repr(result)
    result = isolate(broker, *FEW, "--reset-failed-logons")
    assert sum(trial["failed_logons"] for trial in result.trials) == 2, repr(result)


def test_a_limit_of_trials_counts_each_once(farm, isolate):
    broker, _ = farm("--deny-if", "true")
    result = isolate(broker, *FEW, "--max-trials", "4")
    assert len(journeys(result)) == result.verdict["trials"] == 4, repr(result)
    assert "The budget of 4 trials is used up" in result.verdict["reason"], repr(result)


def test_a_run_that_is_stopped_between_the_two(farm, rdpprobe, tmp_path):
    broker, host = farm("--deny-if", "true", "--fault", "negotiate:hang", "--fault-if", "connection>1")
    journal = tmp_path / "journal"
    with rdpprobe.start("isolate", *WORDS, *FEW, "--json", "--journal", journal, "--follow-redirect",
                        f"{BROKER}:{broker.port}", password=PASSWORD) as process:
        assert wait_until(lambda: journal.is_file() and journal.read_text().count("REDIRECTED") == 2, 20)
        os.kill(process.pid, signal.SIGINT)
        assert wait_until(lambda: process.status is not None, 20)
        output = process.stdout
    records = [json.loads(line) for line in output.splitlines()]
    assert [record["record"] for record in records] == ["run", *["trial"] * 3, "verdict"], records
    assert (records[-1]["verdict"], records[-1]["trials"], records[-1]["logons"]) == ("stopped", 2, 3), records[-1]
    again = rdpprobe("isolate", "--json", "--from", journal)
    assert again.stdout.splitlines() == output.splitlines()[-1:] and again.stderr == "", repr(again)
