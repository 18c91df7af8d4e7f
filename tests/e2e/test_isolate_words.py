# SPDX-License-Identifier: Apache-2.0
"""A verdict says no more of trials and levels than they showed."""

import pytest

from fixtures.experiment import causes

USER, PASSWORD = "bob", "Words-Pw1"


@pytest.fixture
def isolate(lab, rdpprobe):
    def run(*options, lab_options=()):
        server = lab(*lab_options, user=USER, password=PASSWORD)
        return rdpprobe("isolate", "--json", "--user", USER, "--pause", "0", "--settle", "0.02", *options,
                        server.target, password=PASSWORD, timeout=200)

    return run


def test_what_fails_besides_a_working_baseline_is_told(isolate):
    """NLA works, TLS is cut in finalize: that is a failure, though not one that the server gave a reason for."""
    result = isolate("--vary=security=nla,tls", lab_options=["--fault", "finalize:rst", "--fault-if", "security=tls"])
    assert (result.status, result.verdict["verdict"]) == (1, "inconclusive"), repr(result)
    assert not causes(result.verdict)
    assert "1 of 1 other variants failed" in result.verdict["reason"], repr(result)
    assert "closed" in result.verdict["reason"] and "finalize" in result.verdict["reason"], repr(result)
