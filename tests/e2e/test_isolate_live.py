# SPDX-License-Identifier: Apache-2.0
"""Sixty causes, drawn by a seed and planted in rdplab: isolate names each exactly or says that it does not know.

Single factors, pairs, alternatives, nobody or everybody denied, and servers that let through one denied client in ten;
over every factor whose effect the lab sees. RDPPROBE_LIVE_SEED draws others.
"""

import os

import pytest

from fixtures import planted
from fixtures.experiment import NAME, PASSWORD, Experiment, two_families

SEED = int(os.environ.get("RDPPROBE_LIVE_SEED", "20"))
KINDS = (*["single"] * 18, *["pair"] * 18, *["either"] * 12, *["none", "all"] * 2,
         *["flaky-single"] * 4, *["flaky-pair"] * 2, *["flaky-either"] * 2)
PLANS = planted.draw(SEED, KINDS)
TRIALS, SECONDS = 64, 120  # the budget of each


@pytest.fixture
def experiment(lab, gateway, rdpprobe, scratch, certificate):
    """Plants a cause and has it isolated."""

    def run(plan):
        licensing = "issue" if "license" in plan.varied else "off"
        through = "gateway" in plan.varied
        server = lab("--licensing", licensing, "--deny-if", plan.rule, "--at", plan.at,
                     "--certificate", certificate.certificate, "--key", certificate.key,
                     *(["--flaky", "0.1", "--seed", SEED * len(PLANS) + plan.number] if plan.flaky else []),
                     *(["--gateway-port", "http", "--gateway-port", "websocket"] if through else []),
                     user=planted.USER, password=PASSWORD)
        words, front = [], None
        if through:
            via = [f"--via={level}={port}" for level, port in server.gateway_ports.items()]
            front = gateway("--map", f"{NAME}=127.0.0.1", *via)
            words = ["--gateway", f"localhost:{front.port}"]
        result = rdpprobe("isolate", "--json", "--user", planted.USER, "--pause", "0", "--settle", "0.02",
                          "--seed", "1", "--budget", f"trials={TRIALS},seconds={SECONDS}", *plan.options, *words,
                          f"{NAME}:{server.port}", password=PASSWORD, environment=two_families(scratch("names")),
                          timeout=SECONDS + 60)
        return Experiment(result, server, front)

    return run


@pytest.fixture(scope="module")
def named():
    """What each cause that a server denies only nine times in ten has come to."""
    return {}


def test_the_causes_are_spread():
    """At least nine factors are of causes, whatever the seed."""
    assert len(PLANS) == 60 and len(set().union(*(plan.factors for plan in PLANS))) >= 9


@pytest.mark.parametrize("plan", PLANS, ids=str)
def test_named_exactly_or_not_at_all(plan, experiment, named):
    found = experiment(plan)
    plan.check(found, TRIALS)
    if plan.flaky:
        named[plan.number] = found.verdict["verdict"]


def test_most_causes_are_named_in_spite_of_noise(named):
    """Not to know is right, but not a way out: measured are 24 of 24, over three seeds."""
    flaky = [plan for plan in PLANS if plan.flaky]
    if len(named) < len(flaky):
        pytest.skip("not all of them were run")
    assert sum(verdict == "isolated" for verdict in named.values()) >= 0.75 * len(flaky), named
