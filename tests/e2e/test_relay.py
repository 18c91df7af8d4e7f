# SPDX-License-Identifier: Apache-2.0
"""The relay with accidents: each fate does to the connections what it says, and nothing else."""

import contextlib
import socket
import time

import pytest

from fixtures import relay
from fixtures.listener import listening
from fixtures.relay import Relay

LONG = b"x" * 4000


@contextlib.contextmanager
def backend(name):
    """A port whose connections are told `name`, and then what they send."""

    def serve(client):
        client.sendall(name)
        while octets := client.recv(65536):
            client.sendall(octets)

    with listening(serve) as port:
        yield port


def ask(port, octets=b""):
    """All that comes for `octets`, or "reset"."""
    answer = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=20) as client:
            client.sendall(octets)
            client.shutdown(socket.SHUT_WR)
            while piece := client.recv(65536):
                answer += piece
    except OSError as error:
        assert not isinstance(error, TimeoutError)
        return "reset"
    return answer.decode()


@pytest.fixture
def asked(servers):
    """The answers of `count` connections through a relay with this fate, before the servers A and B."""

    def run(count, fate, octets=b"?"):
        ports = [servers.enter_context(backend(name)) for name in (b"A", b"B")]
        before = servers.enter_context(Relay(ports, fate))
        return [ask(before.port, octets)[:1] for _ in range(count)]

    return run


@pytest.mark.parametrize("fate, answers", [
    (lambda: relay.in_turn([0, 1]), "ABAB"),
    (lambda: relay.in_turn([0, 0, 1]), "AABA"),
    (lambda: relay.resets({2, 4}), "ArAr"),
    (lambda: relay.first_fail(2), "rrAA"),
    (lambda: relay.switch(3), "AAAB"),
    (lambda: relay.limit(2, 3600), "AArr"),
    (lambda: relay.limit(1, 0), "AAAA"),
], ids=("two", "three", "resets", "first", "switch", "limit", "no-limit"))
def test_connections_by_number(fate, answers, asked):
    assert "".join(asked(4, fate())) == answers


def test_lots_are_drawn_by_the_seed(asked):
    first, again, other = (asked(40, relay.by_lot(seed, 0.5)) for seed in (1, 1, 2))
    assert first == again != other and {"A", "B"} == set(first)


def test_what_is_sent_arrives_both_ways():
    with backend(b"A") as port, Relay([port], relay.in_turn([0])) as before:
        assert ask(before.port, LONG) == "A" + LONG.decode()


def test_a_cut():
    with backend(LONG) as port, Relay([port], relay.cut(1500)) as before:
        assert [len(ask(before.port)) for _ in range(2)] == [1500] * 2


def test_a_delay(asked):
    begin = time.monotonic()
    assert asked(1, relay.slow(0.2)) == ["A"]
    assert time.monotonic() - begin >= 0.2


def test_an_open_connection_does_not_hold_the_relay(servers):
    with backend(b"A") as port:
        with Relay([port], relay.in_turn([0])) as before:
            client = servers.enter_context(socket.create_connection(("127.0.0.1", before.port), timeout=20))
            assert client.recv(1) == b"A"
        assert client.recv(1) == b""
