# SPDX-License-Identifier: Apache-2.0
"""What decides besides the client, behind a relay to which things happen: no factor is accused, and it is told."""

import contextlib

import pytest

from fixtures import relay
from fixtures.experiment import causes

USER, PASSWORD = "bob", "World-Pw1"
DENIED = ("--deny-if", "true")


@pytest.fixture
def behind(lab, certificate, rdpprobe, tmp_path):
    """isolate --json behind a relay before labs with these options each; also what --from says of its journal."""
    with contextlib.ExitStack() as stack:
        def run(fate, *options, labs=((),), seed=1):
            servers = [lab("--certificate", certificate.certificate, "--key", certificate.key, *lab_options, user=USER,
                           password=PASSWORD) for lab_options in labs]
            before = stack.enter_context(relay.Relay([server.port for server in servers], fate))
            journal = tmp_path / "journal"
            result = rdpprobe("isolate", "--json", "--user", USER, "--pause", "0", "--settle", "0.02", "--seed", seed,
                              "--journal", journal, *options, before.target, password=PASSWORD, timeout=200)
            again = rdpprobe("isolate", "--json", "--from", journal)
            assert again.verdict == result.verdict, (again, result)
            return result

        yield run


def check(result, world, words):
    verdict = result.verdict
    assert not causes(verdict) and verdict["verdict"] == "inconclusive" and result.status == 1, repr(result)
    assert verdict.get("world") == world and words in verdict["reason"], repr(result)
    assert verdict["confidence"] is None, repr(result)


@pytest.mark.parametrize("turns", (2, 3))
def test_machines_in_turn(turns, behind):
    """One of them denies everybody; what is varied has no part in it."""
    result = behind(relay.in_turn([1] + [0] * (turns - 1)), "--vary", "admin", "--vary", "redirection",
                    labs=((), DENIED))
    check(result, "in-turn", f"{turns} machines may answer")


def test_machines_by_lot(behind):
    result = behind(relay.by_lot(2, 0.6), "--vary", "admin", "--vary", "redirection", labs=((), DENIED), seed=2)
    assert not causes(result.verdict) and result.verdict["verdict"] != "isolated", repr(result)


def test_scans_that_are_reset(behind):
    """NLA is denied; the first scans are cut off by accident: the levels that they asked for are asked for again."""
    result = behind(relay.resets({3, 4}), labs=(("--deny-if", "security=nla"),))
    assert causes(result.verdict) == {frozenset(["security=nla"])}, repr(result)


def test_one_connection_a_second(behind):
    result = behind(relay.limit(1, 1), "--vary", "security", "--vary", "tls")
    check(result, "rate", "--pause 5")


def test_the_deadline_of_the_probe(behind):
    result = behind(relay.slow(0.25), "--deadline", "1.5", "--vary", "security")
    check(result, "deadline", "--deadline 6")


def test_a_coin_is_not_a_factor(behind):
    """Two of seven trials failed, and the factor was named, with 99.99 %: more is asked for, in an order by lot."""
    result = behind(relay.by_lot(7, 0), "--vary", "admin", labs=(("--deny-if", "true", "--flaky", "0.5"),), seed=3)
    assert not causes(result.verdict), repr(result)


def test_every_connection_is_cut(behind):
    """After so many bytes that TLS alone comes through: nobody is accused by trials that stopped after it."""
    result = behind(relay.cut(1700), "--vary", "security", "--vary", "tls")
    assert not causes(result.verdict) and result.verdict["verdict"] != "isolated", repr(result)
