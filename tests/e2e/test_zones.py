# SPDX-License-Identifier: Apache-2.0
"""Targets on the link of one interface: fe80::1%eth0."""

import socket
import subprocess

import pytest


@pytest.fixture
def listener():
    """(address with its zone, port) of a listener on a link-local address of this machine."""
    told = subprocess.run(["ip", "-6", "-o", "address", "show", "scope", "link"], stdout=subprocess.PIPE, text=True,
                          check=False).stdout.split()
    if not told:
        pytest.skip("no interface of this machine has a link-local address")
    address = f"{told[3].partition('/')[0]}%{told[1]}"
    with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as server:
        server.bind(socket.getaddrinfo(address, 0, socket.AF_INET6, socket.SOCK_STREAM)[0][4])
        server.listen()
        yield address, server.getsockname()[1]


def test_a_target_with_its_zone(listener, rdpprobe):
    address, port = listener
    result = rdpprobe("connect", "--json", "--until", "tcp", f"[{address}]:{port}")
    assert result.status == 0 and result.trial["target"] == f"[{address}]:{port}", repr(result)


def test_a_zone_that_is_not_there(rdpprobe):
    result = rdpprobe("connect", "--json", "--until", "tcp", "--deadline", "5", "fe80::1%nosuch0")
    assert result.trial["outcome"]["family"] == "dns", repr(result)
