# SPDX-License-Identifier: Apache-2.0
"""Proof means a session: what takes the failure away and ends in another one does not work."""

import pytest

from fixtures.experiment import causes

USER, PASSWORD = "bob", "Proof-Pw1"


@pytest.fixture
def isolate(lab, rdpprobe):
    def run(*options, lab_options=()):
        server = lab(*lab_options, user=USER, password=PASSWORD)
        return rdpprobe("isolate", "--json", "--user", USER, "--pause", "0", "--settle", "0.05", *options,
                        server.target, password=PASSWORD, timeout=200)

    return run


def test_another_failure_follows(isolate):
    """NLA is denied in licensing, and every other way ends after activation: nothing works."""
    result = isolate("--vary=security", lab_options=["--deny-if", "security=nla", "--fault", "active:close",
                                                     "--fault-if", "security!=nla"])
    assert (result.status, result.verdict["verdict"]) == (1, "inconclusive"), repr(result)
    assert not causes(result.verdict), repr(result)
    assert "another failure follows" in result.verdict["reason"], repr(result)


def test_a_protocol_that_is_only_accepted_does_not_work(isolate):
    """TLS is refused in the negotiation, which NLA passes; its session is denied for another reason."""
    result = isolate("--vary=security", "--set=security=tls",
                     lab_options=["--security", "nla", "--deny-if", "true", "--errinfo", "5"])
    assert (result.status, result.verdict["verdict"]) == (1, "inconclusive"), repr(result)
    assert "with security=nla another failure follows, 0x3/0x5" in result.verdict["reason"], repr(result)


def test_a_session_proves(isolate):
    result = isolate("--vary=security", "--set=security=tls", lab_options=["--security", "nla"])
    assert causes(result.verdict) == {frozenset(["security=tls"])}, repr(result)
    trials = {trial["trial"]: trial for trial in result.trials}
    (pair,) = result.verdict["minimal_pairs"]
    assert trials[pair["passing"]]["until"] == "active", repr(result)
    assert trials[pair["passing"]]["outcome"]["result"] == "connected", repr(result)
