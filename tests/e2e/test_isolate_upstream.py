# SPDX-License-Identifier: Apache-2.0
"""isolate against real servers, xrdp and freerdp-shadow, with causes planted between them and the client."""

import os

import pytest

from fixtures import planted
from fixtures.experiment import NAME, Experiment, two_families

USER, PASSWORD = planted.USER, "Upstream-Pw1"
SEED = int(os.environ.get("RDPPROBE_LIVE_SEED", "20"))
KINDS = ("single", "pair", "either", "pair", "single", "all", "none", "flaky-single")
TRIALS = 40  # the budget of each
# xrdp has no NLA, asks for licences without issuing any, and under RDP security is sent no multitransport data; shadow
# has only NLA here.
XRDP = {**{factor: levels for factor, levels in planted.LEVELS.items()
           if factor not in ("gateway", "license", "restricted-admin", "multitransport")},
        "security": {level: planted.LEVELS["security"][level] for level in ("tls", "rdp")}}
SHADOW = {factor: levels for factor, levels in planted.LEVELS.items()
          if factor not in ("gateway", "license", "security")}
PLANS = [("xrdp", plan) for plan in planted.draw(SEED, KINDS, XRDP, 6)] + \
    [("shadow", plan) for plan in planted.draw(SEED + 1, KINDS, SHADOW, 6)]


@pytest.fixture
def experiment(lab, rdpprobe, scratch, certificate, request):
    """Plants a cause in front of a real server and has it isolated; the server and the Experiment."""

    def run(program, plan):
        if program == "xrdp":
            upstream, security = request.getfixturevalue("xrdp")(), "tls"
        else:
            upstream = request.getfixturevalue("shadow")("nla", user=USER, password=PASSWORD)
            security = "nla"
        front = lab("--upstream", upstream.target, "--deny-if", plan.rule, "--at", plan.at,
                    *(["--flaky", "0.1", "--seed", SEED + plan.number] if plan.flaky else []),
                    "--certificate", certificate.certificate, "--key", certificate.key, user=USER, password=PASSWORD)
        words = [] if "security" in plan.varied else [f"--set=security={security}"]
        result = rdpprobe("isolate", "--json", "--user", USER, "--pause", "0", "--settle", "0.02",
                          "--budget", f"trials={TRIALS}", *words, *plan.options, f"{NAME}:{front.port}",
                          password=PASSWORD, environment=two_families(scratch("names")), timeout=180)
        return upstream, Experiment(result, front)

    return run


@pytest.mark.parametrize("program, plan", PLANS, ids=str)
def test_named_exactly(program, plan, experiment):
    upstream, found = experiment(program, plan)
    plan.check(found, TRIALS)
    whole = f"planted: {plan.rule}, at {plan.at}\n{found!r}"
    for number, record in found.truth.items():
        trial = found.numbered[number]
        assert record["upstream"] == upstream.target and record["upstream_error"] is None, whole
        assert (record["ended"] == "denied") == found.signature(trial), whole
        if trial["until"] == "active":
            assert (record["ended"] == "denied" or record["flaked"]) == plan.denies(trial["variant"]), whole
    if program == "xrdp":  # every trial that was more than a look at the protocols came there
        logged = upstream.log.count("Connected client computer name")
        assert logged == sum(trial["until"] == "active" for trial in found.trials), whole
