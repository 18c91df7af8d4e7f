# SPDX-License-Identifier: Apache-2.0
"""Many targets at once: one connection at a time to each, none waits for another, rates and shards."""

import collections
import socket
import threading
import time

import pytest

from fixtures.matrix import addresses, connections, planned, steps


@pytest.fixture
def silent():
    """HOST:PORT of a listener that accepts connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.2.0.1", 0))
        listener.listen(64)
        yield f"127.2.0.1:{listener.getsockname()[1]}"


def test_a_slow_host_delays_nobody(fleet, fleet_lab, silent):
    lab = fleet_lab()
    targets = [silent, *(f"{address}:{lab.port}" for address in addresses(12))]
    scenario = fleet.scenario(targets, ("{security: nla}", "{security: tls}"), limits="max-in-flight: 4",
                              further="deadline: 12", user=".\\bob")
    result = fleet(scenario)
    assert result.status == 1, result
    slow = [trial for trial in result.trials if trial["target"] == silent]
    assert [trial["outcome"]["family"] for trial in slow] == ["timeout", "timeout"]
    # All trials of the others are over before the first of the silent one is.
    kinds = [trial["target"] == silent for trial in result.trials]
    assert kinds == [False] * 24 + [True] * 2, kinds
    assert 24 <= result.seconds < 40


def test_the_deadline_is_absolute(fleet, fleet_lab):
    """A server that sends one byte every now and then is always about to answer, and gets no more time for it."""
    lab = fleet_lab("--fault", "nla:slow", "--drip", "200")
    scenario = fleet.scenario([f"{address}:{lab.port}" for address in addresses(3)], expect=("timeout",),
                              limits="max-failed-logons: 100", further="deadline: 3\nrepeats: 2")
    result = fleet(scenario)
    assert result.status == 0 and len(result.trials) == 6, result
    for trial in result.trials:
        assert trial["outcome"]["phase"] == "nla" and trial["ms"] >= 2900, trial
        assert "no end within the deadline of 3 s" in trial["outcome"]["detail"]
    assert [record["fault"] for record in connections(lab)] == ["nla:slow"] * 6
    assert result.seconds < 2 * 3 + 20


def overlaps(seen, tolerance_ms):
    """Pairs of connections to one address that were there at the same time for longer than the tolerance."""
    found, last = [], {}
    for record in sorted(seen, key=lambda record: record["began_ms"]):
        before = last.get(record["local"])
        if before and before["began_ms"] + before["ms"] > record["began_ms"] + tolerance_ms:
            found.append((before["connection"], record["connection"]))
        last[record["local"]] = record
    return found


def test_hundreds_in_flight(fleet):
    """Three hundred hosts that never answer: all are connected to before the first of them is given up."""
    with socket.socket() as listener:
        listener.bind(("0.0.0.0", 0))
        listener.listen(512)
        port = listener.getsockname()[1]
        accepted = []

        def accept():
            while len(accepted) < 300:
                accepted.append((listener.accept()[0], time.monotonic()))

        waiting = threading.Thread(target=accept, daemon=True)
        waiting.start()
        scenario = fleet.scenario([f"{address}:{port}" for address in addresses(300, 4)], ("{security: tls}",),
                                  expect=("timeout",), further="deadline: 12", limits="max-in-flight: 300")
        result = fleet(scenario, timeout=120)
        waiting.join(1)
    times = [moment for _, moment in accepted]
    for connection, _ in accepted:
        connection.close()
    assert result.status == 0 and len(result.trials) == len(accepted) == 300, result.stderr
    assert max(times) - min(times) < 12, "some were connected to only after others were over"
    assert min(trial["ms"] for trial in result.trials) >= 11000
    assert result.seconds < 2 * 12 + 6


def test_one_connection_at_a_time_to_a_target(fleet, fleet_lab):
    lab = fleet_lab()
    targets = [f"{address}:{lab.port}" for address in addresses(8)]
    scenario = fleet.scenario(targets, ("{security: nla}", "{security: tls}", "{security: rdp}"),
                              limits="max-in-flight: 24, settle: 0.4", further="repeats: 2")
    result = fleet(scenario)
    assert result.status == 0, result
    seen = connections(lab)
    assert len(seen) == 48
    assert collections.Counter(record["local"] for record in seen) == dict.fromkeys(addresses(8), 6)
    assert overlaps(seen, 200) == []
    # …and all targets at the same time.
    begun = sorted(record["began_ms"] for record in seen)
    total = sum(record["ms"] for record in seen)
    assert begun[-1] - begun[0] < total / 2


def test_the_pause_of_a_target(fleet, fleet_lab):
    lab = fleet_lab()
    scenario = fleet.scenario([f"127.1.0.1:{lab.port}"], ("{security: tls}",), further="repeats: 4")
    scenario.write_text(scenario.read_text().replace("pause: 0.001", "pause: 0.5"))
    assert fleet(scenario).status == 0
    begun = [record["began_ms"] for record in connections(lab)]
    assert all(after - before >= 500 for before, after in zip(begun, begun[1:])), begun


# How much later than another a worker's connection may reach its server: the schedule spaces what it starts.
LATE_MS = 150


def distances(begun):
    """Milliseconds from each connection to the next one."""
    return [after - before for before, after in zip(sorted(begun), sorted(begun)[1:])]


@pytest.mark.parametrize("limit, options", [("rate: 5", ()), ("rate: 1000", ("--rate", "5"))])
def test_the_overall_rate(fleet, fleet_lab, limit, options):
    lab = fleet_lab()
    targets = [f"{address}:{lab.port}" for address in addresses(13)]
    begin = time.monotonic()
    result = fleet(fleet.scenario(targets, ("{security: tls}",), further="until: tls", limits=limit), *options)
    assert result.status == 0 and time.monotonic() - begin >= 12 / 5
    begun = [record["began_ms"] for record in connections(lab)]
    assert max(begun) - min(begun) >= 12 * 200 - LATE_MS
    assert min(distances(begun)) >= 200 - LATE_MS


@pytest.mark.parametrize("limit, options", [("target-rate: 2", ()), ("target-rate: 1000", ("--target-rate", "2"))])
def test_the_rate_of_each_target(fleet, fleet_lab, limit, options):
    """Each has its own: four targets take no longer than one."""
    lab = fleet_lab()
    scenario = fleet.scenario([f"{address}:{lab.port}" for address in addresses(4)], ("{security: tls}",),
                              limits=limit, further="until: tls\nrepeats: 4")
    assert fleet(scenario, *options).status == 0
    seen = connections(lab)
    for address in addresses(4):
        begun = [record["began_ms"] for record in seen if record["local"] == address]
        assert len(begun) == 4 and max(begun) - min(begun) >= 3 * 500 - LATE_MS, (address, begun)
        assert min(distances(begun)) >= 500 - LATE_MS, (address, begun)
    begun = [record["began_ms"] for record in seen]
    assert max(begun) - min(begun) < 15 * 500, begun  # which one rate for all would take


@pytest.mark.parametrize("limit, options", [("gateway-rate: 4", ()), ("", ("--gateway-rate", "4"))])
def test_the_rate_of_each_gateway(fleet, fleet_lab, gateway, limit, options):
    """Two gateways do not share a rate, and direct connections have none."""
    lab = fleet_lab()
    fronts = [gateway("--source", f"127.3.0.{n}") for n in (1, 2)]
    targets = [f"{{host: '{address}:{lab.port}', gateway: 'localhost:{fronts[i % 2].port}'}}"
               for i, address in enumerate(addresses(12))]
    scenario = fleet.scenario(targets, ("{security: tls}", "{security: tls, gateway: websocket}"),
                              further="until: tls", limits=limit)
    assert fleet(scenario, *options).status == 0
    begun = collections.defaultdict(list)
    for record in connections(lab):
        begun[record["peer"] if record["peer"].startswith("127.3.") else "direct"].append(record["began_ms"])
    assert {name: len(times) for name, times in begun.items()} == {"127.3.0.1": 6, "127.3.0.2": 6, "direct": 12}
    spans = {name: max(times) - min(times) for name, times in begun.items()}
    # The first may reach its target late, since a tunnel comes before; without a rate all take a tenth of a second.
    assert all(spans[name] >= 3 * 250 for name in ("127.3.0.1", "127.3.0.2")), spans
    through = begun["127.3.0.1"] + begun["127.3.0.2"]
    assert max(through) - min(through) < 11 * 250, spans  # which one rate for both would take
    assert spans["direct"] < 5 * 250, spans


def test_shards_are_disjoint_and_whole(fleet, fleet_lab):
    lab = fleet_lab()
    targets = [f"{address}:{lab.port}" for address in addresses(24)]
    scenario = fleet.scenario(targets, ("{security: nla}", "{security: tls}"), further="until: tls")
    parts, fingerprints = [], set()
    for options, environment, source in (
            (("--shard", "1/3"), {}, "--shard"),
            ((), {"CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "3"}, "CI_NODE_INDEX"),
            (("--shard=3/3",), {"CI_NODE_INDEX": "2", "CI_NODE_TOTAL": "3"}, "--shard")):
        result = fleet(scenario, *options, environment=environment)
        assert result.status == 0, result
        header = result.records[0]
        assert header["shard"] == {"index": len(parts) + 1, "count": 3, "source": source}
        assert header["trials"] == len(planned(result.records))
        fingerprints.add(header["fingerprint"])
        parts.append(steps(result.records))
    assert len(fingerprints) == 1
    whole = sum(parts, collections.Counter())
    assert whole == {(target, step): 1 for target in targets for step in range(2)}
    hosts = [{target for target, _ in part} for part in parts]
    assert sum(map(len, hosts)) == 24 and all(hosts)  # a target belongs to one shard
