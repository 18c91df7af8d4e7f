# SPDX-License-Identifier: Apache-2.0
"""What isolate says of a server that keeps to its rule only now and then, or only for a time."""

import json

import pytest

from fixtures.experiment import NAME, PASSWORD, USER, causes, two_families
from fixtures.process import wait_until


def never_wrong(experiment, *right):
    """Isolated only if the cause is this one; never that the client does not matter, if it does."""
    if experiment.verdict["verdict"] == "isolated":
        assert right and causes(experiment.verdict) == {frozenset(words.split()) for words in right}, repr(experiment)
        experiment.check_pairs()
    else:
        experiment.accuses_nobody("inconclusive", "not-reproduced", *(() if right else ("not-client-side",)))


# Most of each run is the rest by which a limit of connections is told: several rest at the same time.

@pytest.mark.parametrize("rule, baseline, right", (
    ("security=nla", "", ["security=nla"]),
    ("tls=1.2 & security=nla", "tls=1.2", ["tls=1.2 security=nla"]),
    ("true", "", []),
), ids=("one", "pair", "none"))
def test_a_rule_that_holds_now_and_then(rule, baseline, right, plant):
    for case, experiment in plant.at_once([{"rule": rule, "baseline": baseline,
                                            "lab_options": ["--flaky", "0.3", "--seed", seed]} for seed in range(4)]):
        print(case)
        never_wrong(experiment, *right)


def test_a_denial_that_ends_in_the_middle(plant):
    for case, experiment in plant.at_once([{"rule": f"connection<={last}"} for last in (1, 2, 3, 6, 9, 12, 15)]):
        print(case)
        never_wrong(experiment)


def test_a_denial_of_everybody_that_begins_in_the_middle(plant):
    """From then on nothing at the client matters: that may be said, but not without the passes that were seen."""
    for case, experiment in plant.at_once([{"rule": f"security=nla | connection>={first}"}
                                           for first in (10, 13, 14, 15, 16)]):
        print(case)
        if experiment.verdict["verdict"] == "not-client-side":
            experiment.accuses_nobody("not-client-side")
            assert "passed" in experiment.verdict["reason"], repr(experiment)
        else:
            never_wrong(experiment, "security=nla")


def test_a_denial_of_everybody_that_begins_before_any_variant_passed(plant):
    """From then on nothing at the client does matter, and nothing else was seen before."""
    plant("security=nla | connection>=3").accuses_nobody("not-client-side")


@pytest.mark.parametrize("after", (1, 4, 8, 12, 15))
def test_a_server_that_dies_in_the_middle(after, lab, rdpprobe, scratch):
    server = lab("--deny-if", "security=nla", user=USER, password=PASSWORD)
    with rdpprobe.start("isolate", "--json", "--user", USER, "--pause", "0.02", f"{NAME}:{server.port}",
                        password=PASSWORD, environment=two_families(scratch("names"))) as process:
        wait_until(lambda: len(server.records()) >= after, 20, every=0.002)
        server.process.stop()
        assert process.wait(60) in (1, 3), process.stderr
        lines = [json.loads(line) for line in process.stdout.splitlines()]
    verdict = lines[-1]
    if verdict["verdict"] == "isolated":
        assert causes(verdict) == {frozenset({"security=nla"})}, lines
    else:
        assert (verdict["record"], verdict["cause"], verdict["minimal_pairs"]) == ("verdict", [], []), lines
        assert verdict["verdict"] == "inconclusive" or after == 1, lines
