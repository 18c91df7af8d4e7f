# SPDX-License-Identifier: Apache-2.0
"""Shards that log on as one account count its failures together, or divide how many there may be, or do not start."""

import pytest

from fixtures.matrix import addresses, connections

WRONG = "Wrong-Pw1"
APART = {"XDG_STATE_HOME": None}  # then HOME's, which may be each machine's own


def authenticates(lab):
    return sum(record["ntlm_authenticates"] for record in connections(lab))


@pytest.fixture
def shards(fleet, fleet_lab):
    """Runs shard I of N with a wrong password: run(index, count, *options, **start)."""
    lab = fleet_lab()
    targets = [f"{address}:{lab.port}" for address in addresses(16)]

    def run(index, count, *options, user="bob", variants=("{security: nla}",), **start):
        scenario = fleet.scenario(targets, variants, user=user, name=f"shard{index}")
        return fleet(scenario, "--shard", f"{index}/{count}", *options, password=WRONG, **start)

    run.lab = lab
    return run


def test_shards_that_share_no_ledger_do_not_start(shards):
    for index in (1, 2):
        result = shards(index, 2, environment=APART)
        assert result.status == 2 and result.stdout == "", result
        assert "log on as bob" in result.stderr and "XDG_STATE_HOME" in result.stderr, result
        assert "--own-ledger" in result.stderr and result.stderr.count("\n") == 1
    assert connections(shards.lab) == []


def test_shards_with_one_ledger_count_together(shards):
    assert [shards(index, 2).status for index in (1, 2)] == [4, 4]
    assert authenticates(shards.lab) == 2


def test_shards_with_ledgers_of_their_own_divide_the_limit(shards, scratch):
    """Four shards of 16 targets, each as on a machine of its own: four AUTHENTICATEs at most, and not eight."""
    result = shards(1, 4, "--own-ledger", environment=APART)
    assert result.status == 2 and "leaves none" in result.stderr and "give 4 if" in result.stderr, result
    for index in range(1, 5):
        result = shards(index, 4, "--own-ledger", "--max-failed-logons", "5",
                        environment={**APART, "HOME": str(scratch(f"machine{index}"))})
        # Of how many targets the shard has, one is tried.
        assert len(result.trials) <= 1 and result.status in (0, 1, 4), result
    assert 2 <= authenticates(shards.lab) <= 4


def test_what_sends_no_password_or_is_whole_may_start(shards):
    assert shards(1, 2, variants=("{security: tls}",), environment=APART).status == 0
    assert shards(1, 1, environment=APART).status == 4


def test_accounts_of_one_shard_alone_may_start(fleet, fleet_lab):
    """Each target has a user of its own, so no other shard logs on as them; one user in many spellings is shared."""
    lab = fleet_lab()
    names = ["bob", "BOB", "CORP\\bob", "bob@corp.example", ".\\bob", "bob."] * 2
    targets = [f"{{host: '{address}:{lab.port}', credentials: c{i}}}" for i, address in enumerate(addresses(12))]

    def statuses(name, users):
        credentials = "{" + ", ".join(f"c{i}: {{user: '{user}', password: {{environment: RDPPROBE_PASSWORD}}}}"
                                      for i, user in enumerate(users)) + "}"
        scenario = fleet.scenario(targets, credentials=credentials, name=name)
        return {fleet(scenario, "--shard", f"{index}/3", environment=APART).status for index in (1, 2, 3)}

    assert statuses("own", [f"user{i}" for i in range(12)]) <= {0, 1}
    seen = len(connections(lab))
    assert seen == 12 and 2 in statuses("spelled", names)
    assert len(connections(lab)) == seen
