# SPDX-License-Identifier: Apache-2.0
"""Factor segment-size: a path that drops large packets without a word is told from a server that is dead."""

import pytest

from fixtures.black_hole import SERVER, black_hole
from fixtures.experiment import causes
from fixtures.lab import lab_program

USER, PASSWORD = "bob", "Segments-Pw1"


@pytest.fixture
def path():
    try:
        network = black_hole()
        hosts = network.__enter__()
    except OSError as error:
        pytest.skip(f"network namespaces are not to be had here: {error}")
    yield hosts
    network.__exit__(None, None, None)


def isolate(rdpprobe, client, port, *options):
    with client:
        return rdpprobe("isolate", "--json", "--user", USER, "--pause", "0", "--settle", "0.05", "--deadline", "2",
                        "--vary=segment-size", *options, f"{SERVER}:{port}", password=PASSWORD, timeout=200)


def test_a_black_hole_is_isolated(path, scratch, rdpprobe):
    """What fits through connects, what does not hangs, and no ICMP tells: the size is named."""
    client, server = path
    with server, lab_program("rdplab", scratch("lab"), "--bind", SERVER, "--user", USER,
                             password=PASSWORD) as lab:
        result = isolate(rdpprobe, client, lab.port)
        assert (result.status, result.verdict["verdict"]) == (1, "isolated"), repr(result)
        assert causes(result.verdict) == {frozenset(["segment-size=default"])}, repr(result)
        sizes = {trial["variant"]["segment-size"]: trial["facts"]["address"]["segment_size"]
                 for trial in result.trials if "segment_size" in trial["facts"].get("address", {})}
        assert sizes["default"] > 1300 > 1200 >= sizes["1200"] > 536, sizes
        failed = [trial for trial in result.trials if trial["variant"]["segment-size"] == "default"]
        assert {trial["outcome"]["family"] for trial in failed} == {"timeout"}, repr(result)


def test_a_dead_server_is_no_black_hole(path, scratch, rdpprobe):
    """A server that falls silent does so whatever fits through."""
    client, server = path
    with server, lab_program("rdplab", scratch("lab"), "--bind", SERVER, "--user", USER, "--fault", "tls:hang",
                             password=PASSWORD) as lab:
        result = isolate(rdpprobe, client, lab.port)
        assert result.verdict["verdict"] != "isolated", repr(result)
        assert result.status == 1 and not causes(result.verdict), repr(result)
