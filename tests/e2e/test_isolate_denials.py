# SPDX-License-Identifier: Apache-2.0
"""What isolate says where everybody is denied, nobody is, or a protocol is refused."""

import pytest

from fixtures.experiment import FACTORS, causes

MOMENTS = ("licensing", "capabilities", "post-connect", "active")


@pytest.mark.parametrize("licensing", ("off", "issue"))
@pytest.mark.parametrize("at", MOMENTS)
def test_everybody_is_denied(at, licensing, plant):
    experiment = plant("true", at=at, licensing=licensing)
    experiment.accuses_nobody("not-client-side")
    experiment.check_truth()
    assert experiment.result.status == 1
    findings = {factor: experiment.verdict["factors"][factor]["finding"] for factor in FACTORS}
    assert findings == {"security": "innocent", "tls": "innocent", "address": "innocent", "license": "innocent",
                        "gateway": "not-tested"}
    seen = {(factor, level) for trial in experiment.trials if experiment.signature(trial)
            for factor, level in trial["variant"].items()}
    assert {("security", "nla"), ("security", "tls"), ("security", "rdp"), ("tls", "1.0"), ("tls", "1.2"),
            ("address", "name"), ("address", "ipv4"), ("address", "ipv6")} <= seen
    assert (("license", "reuse") in seen) == (licensing == "issue" and at != "licensing")


def test_everybody_is_denied_with_a_gateway(plant):
    experiment = plant("true", at="capabilities", licensing="issue", through=True)
    experiment.accuses_nobody("not-client-side")
    experiment.check_truth()
    assert {experiment.verdict["factors"][factor]["finding"] for factor in FACTORS} == {"innocent"}


@pytest.mark.parametrize("rule, at, licensing", (
    ("license=new | license=stored", "licensing", "issue"),  # denied once it knows the licence, before it issues one
    ("true", "capabilities", "accept-only"),  # looks at licences, has none to give
))
def test_a_license_that_nobody_is_issued_is_left_open(rule, at, licensing, plant):
    experiment = plant(rule, at=at, licensing=licensing)
    experiment.accuses_nobody("inconclusive")
    experiment.check_truth()
    assert experiment.result.status == 1 and "licence" in experiment.verdict["reason"]
    assert experiment.verdict["factors"]["license"]["finding"] != "innocent"


@pytest.mark.parametrize("licensing", ("off", "issue"))
def test_nothing_fails(licensing, plant):
    experiment = plant("user=somebody-else", licensing=licensing)
    experiment.accuses_nobody("not-reproduced")
    experiment.check_truth()
    assert experiment.result.status == 0
    assert all(trial["outcome"]["result"] == "connected" for trial in experiment.trials)


def test_the_baseline_works_and_another_variant_fails(plant):
    experiment = plant("security=tls")
    assert (experiment.result.status, experiment.verdict["verdict"]) == (1, "isolated"), repr(experiment)
    assert causes(experiment.verdict) == {frozenset({"security=tls"})}, repr(experiment)
    assert experiment.verdict["baseline"]["security"] == "tls" and "connects" in experiment.verdict["reason"]
    experiment.check_pairs()


def test_only_nla_is_accepted(plant):
    experiment = plant("true", lab_options=["--security", "nla"])
    experiment.accuses_nobody("not-client-side")
    assert experiment.verdict["factors"]["security"]["finding"] == "not-tested"


def test_only_nla_is_accepted_and_something_else_decides(plant):
    plant("tls=1.2", "tls=1.2", lab_options=["--security", "nla"]).names("tls=1.2")


def test_a_protocol_that_is_refused_is_the_cause(plant):
    experiment = plant("user=somebody-else", "security=tls", lab_options=["--security", "nla"])
    assert (experiment.result.status, experiment.verdict["verdict"]) == (1, "isolated"), repr(experiment)
    assert causes(experiment.verdict) == {frozenset({"security=tls"})}, repr(experiment)
    experiment.check_pairs(("negotiation", 5))


def test_another_code_is_another_failure(plant):
    """Security tls is denied with 0x5: no way out, but no proof either."""
    experiment = plant("security=nla", lab_options=["--errinfo", "7", "--deny-if", "security=tls", "--errinfo", "5"])
    assert causes(experiment.verdict) == {frozenset({"security=nla"})}, repr(experiment)
    experiment.check_pairs()
    passing = [experiment.numbered[pair["passing"]] for pair in experiment.verdict["minimal_pairs"]]
    assert {trial["variant"]["security"] for trial in passing} == {"rdp"}
