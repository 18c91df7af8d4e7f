# SPDX-License-Identifier: Apache-2.0
"""One account is one, however it and its host are spelled; only the names that hosts tell in NLA tell two apart."""

import itertools
import json
import pathlib
import socket

import pytest

from fixtures.matrix import connections

RIGHT, WRONG = "Right-Pw1", "Wrong-Pw1"

HOSTS = ("localhost", "127.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]", "localhost.", "LOCALHOST")
USERS = (("bob",), (".\\bob",), ("BOB",), ("CORP\\bob",), ("corp.example\\Bob",), ("bob@corp.example",), ("bob@CORP",),
         ("bob", "--domain", "CORP"), ("bob", "--domain", "other.example"), (" bob. ",), ("b\u00f6b",), ("B\u00d6B",))


@pytest.fixture
def server(lab, certificate):
    def start(*options, user="bob", **how):
        return lab("--certificate", certificate.certificate, "--key", certificate.key, *options, user=user,
                   password=RIGHT, **how)

    return start


@pytest.fixture
def connect(rdpprobe):
    def run(target, *options, user="bob", password=WRONG):
        return rdpprobe("connect", "--json", "--pause", "0", "--user", user, *options, target, password=password)

    return run


def authenticates(lab):
    return sum(record["ntlm_authenticates"] for record in lab.connections())


def test_two_logons_fail_however_the_account_is_spelled(server, connect):
    """One wrong password, and every way to write the account and its host: two AUTHENTICATEs, then status 4."""
    lab = server("--bind", "127.0.0.1", "--bind", "::1")
    machine = socket.gethostname()
    ways = list(itertools.zip_longest(HOSTS + (machine,), USERS, fillvalue=None))
    results = [connect(f"{host or 'localhost'}:{lab.port}", *(words or ("bob",))[1:], user=(words or ("bob",))[0])
               for host, words in ways]
    assert authenticates(lab) == 2, [result.status for result in results]
    # A host that does not resolve here is not asked for its names.
    stopped = [result for result in results[2:] if result.trials == [] or result.trial["connections"] != 0]
    assert len(stopped) >= len(ways) - 4, results
    for result in stopped:
        assert result.status == 4 and "2 failed logons of 127.0.0.1\\bob, localhost\\bob are" in result.stderr, result


@pytest.mark.parametrize("one, other", (("J\u00dcRGEN", "j\u00fcrgen"), ("ju\u0308rgen", "J\u00dcRGEN"),
                                        ("STRASSE", "stra\u00dfe")))
def test_case_is_unicode_s(server, connect, one, other):
    lab = server()
    assert [connect(lab.target, user=name).status for name in (one, other, one)] == [1, 1, 4]
    assert authenticates(lab) == 2


def test_a_fleet_spells_one_account_in_many_ways(fleet, server, scratch):
    lab = server("--bind", "0.0.0.0")
    secret = scratch("passwords") / "wrong"
    secret.write_text(WRONG)
    secret.chmod(0o600)
    users = [words[0] for words in USERS if len(words) == 1]
    credentials = "{" + ", ".join(f"c{i}: {{user: '{user}', password: {{file: '{secret}'}}}}"
                                  for i, user in enumerate(users)) + "}"
    targets = [f"{{host: '127.1.{i}.1:{lab.port}', credentials: c{i}}}" for i in range(len(users))]
    targets += [f"{{host: '127.2.{i}.1:{lab.port}', credentials: c{i}}}" for i in range(len(users))]
    result = fleet(fleet.scenario(targets, credentials=credentials, limits="max-in-flight: 20"), password=None)
    assert result.status == 4, result
    assert sum(record["ntlm_authenticates"] for record in connections(lab)) == 2
    assert len(result.trials) == 2 and len(result.of("skipped")) == len(targets) - 2


def test_machines_that_tell_their_names_are_apart(server, connect, rdpprobe):
    """Two machines outside every domain: the one's failures are not the other's, and its success clears nothing."""
    one = server("--bind", "127.0.0.2", hostname="rdp-pc1")
    other = server("--bind", "127.0.0.3", hostname="rdp-pc2")
    first, second = f"127.0.0.2:{one.port}", f"127.0.0.3:{other.port}"
    assert [connect(first).status for _ in range(3)] == [1, 1, 4]
    ledger = pathlib.Path(rdpprobe.environment["XDG_STATE_HOME"]) / "rdpprobe" / "logons.json"
    assert json.loads(ledger.read_text())["accounts"]["127.0.0.2\\bob"]["machine"] == "rdp-pc1"
    # Its names are known only when it is asked: then the password is sent, and right.
    result = connect(second, password=RIGHT)
    assert result.status == 0 and result.trial["logons"] == 1, result
    assert connect(first, password=RIGHT).status == 4
    # A domain's account may be either's.
    assert connect(second, user="CORP\\bob").status == 4
    # The second machine has two failures of its own.
    assert [connect(second).status for _ in range(3)] == [1, 1, 4]
    assert sum(record["ntlm_authenticates"] for record in one.records()) == 2
    assert sum(record["ntlm_authenticates"] for record in other.records()) == 3


def test_a_password_that_one_machine_takes_is_not_proved_for_another(fleet, server, scratch):
    """Bare users of a fleet: the first machine takes the password, the second refuses it, no more than twice."""
    good = server("--bind", "0.0.0.0", hostname="rdp-pc1")
    bad = server("--bind", "0.0.0.0", user="nobody", hostname="rdp-pc2")
    secret = scratch("passwords") / "right"
    secret.write_text(RIGHT)
    secret.chmod(0o600)
    targets = [f"127.1.{i}.1:{good.port}" for i in range(8)] + [f"127.2.{i}.1:{bad.port}" for i in range(16)]
    result = fleet(fleet.scenario(targets, credentials=f"{{user: bob, password: {{file: '{secret}'}}}}",
                                  limits="max-in-flight: 24"), password=None)
    assert result.status == 4, result
    assert sum(record["ntlm_authenticates"] for record in connections(bad)) == 2
    assert sum(record["ntlm_authenticates"] for record in connections(good)) == 8


def test_one_host_that_tells_another_name_is_one(server, connect):
    first = server("--bind", "127.0.0.2", hostname="rdp-pc1")
    again = server("--bind", "127.0.0.2", hostname="rdp-pc2")
    assert [connect(f"127.0.0.2:{first.port}").status for _ in range(2)] == [1, 1]
    assert connect(f"127.0.0.2:{again.port}").status == 4
    assert connect(f"[::ffff:127.0.0.2]:{again.port}").status == 4
    assert sum(record["ntlm_authenticates"] for record in again.records()) == 0


def test_a_server_s_word_clears_nothing(server, connect, rdpprobe):
    """A server that takes any password, and says so in Save Session Info, has not shown that it knows it."""
    lab, liar = server(), server()
    ledger = pathlib.Path(rdpprobe.environment["XDG_STATE_HOME"]) / "rdpprobe" / "logons.json"
    assert connect(lab.target).status == 1
    for security in ("tls", "rdp"):
        result = connect(liar.target, "--set", f"security={security}", "--autologon", password=RIGHT)
        assert result.status == 0 and result.trial["facts"]["logon"]["credentials"] == "verified", result
        assert result.trial["facts"]["logon"]["proof"] == "server's word"
        assert json.loads(ledger.read_text())["accounts"]["localhost\\bob"]["failures"] == 1
    result = connect(lab.target, password=RIGHT)
    assert result.trial["facts"]["logon"]["proof"] == "session key"
    assert json.loads(ledger.read_text())["accounts"] == {}


def test_a_server_s_word_is_enough_with_a_certificate_that_is_trusted(server, connect, rdpprobe, certificate):
    lab = server()
    ledger = pathlib.Path(rdpprobe.environment["XDG_STATE_HOME"]) / "rdpprobe" / "logons.json"
    assert connect(lab.target).status == 1
    result = rdpprobe("connect", "--json", "--user", "bob", "--set", "security=tls", "--autologon", lab.target,
                      password=RIGHT, environment={"SSL_CERT_FILE": certificate.certificate})
    assert result.status == 0 and result.trial["facts"]["certificate"]["trusted"] is True, result
    assert result.trial["facts"]["certificate"]["name_match"] is True, result
    assert json.loads(ledger.read_text())["accounts"] == {}
