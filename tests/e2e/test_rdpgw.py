# SPDX-License-Identifier: Apache-2.0
"""Through an RD Gateway that nobody here wrote, to RDP servers that nobody here wrote, checked against its own log."""

import pytest

from fixtures.experiment import Experiment, causes
from fixtures.network import own_network
from fixtures.port import free_port
from fixtures.rdpgw import CannotBeHad, programs, rdpgw_gateway

TRANSPORTS = ("websocket", "http")
CHANNELS = {"websocket": 1, "http": 2}  # connections, each of which NTLM authenticates
RAP_DENIED, INTERNAL_ERROR = 0x800759DA, 0x800759D8


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    try:
        return programs(tmp_path_factory.mktemp("rdpgw"))
    except CannotBeHad as why:
        pytest.skip(f"no rdpgw: {why}")


@pytest.fixture(scope="module", autouse=True)
def loopback(built, display):
    """rdpgw listens on every address: here is only loopback. Building needs the network, so it comes before."""
    try:
        network = own_network()
        network.__enter__()
    except OSError as error:
        pytest.skip(f"rdpgw would listen on every address, and this user cannot make a network of its own: {error}")
    yield
    network.__exit__(None, None, None)


@pytest.fixture
def rdpgw(servers, scratch, built, certificate):
    """Starts rdpgw for these hosts."""

    def start(*hosts):
        return servers.enter_context(rdpgw_gateway(scratch("rdpgw"), built, certificate, hosts))

    return start


@pytest.fixture
def through(rdpprobe):
    """Runs a command of rdpprobe with that gateway as websocket or http."""

    def run(command, front, transport, target, *options, password=None, gateway_password=None, **more):
        secret = rdpprobe.password_file(gateway_password or front.password, "gateway-password")
        return rdpprobe(command, "--json", "--gateway", front.address, "--gateway-user", front.user,
                        "--gateway-password-file", secret, f"--set=gateway={transport}", *options, target,
                        password=password, **more)

    return run


def check_tunnel(result, front, transport, target):
    """The probe's account of the tunnel is the gateway's."""
    assert result.trial["facts"]["gateway"]["transport"] == transport, repr(result)
    assert f"Verifying {target} host connection" in front.log and "Connection established" in front.log, front.log
    assert front.log.count("Opening RDGOUT") == front.log.count("Opening RDGIN") == (transport == "http"), front.log
    assert front.logons == (CHANNELS[transport], 0), front.log
    assert result.trial["connections"] == CHANNELS[transport], repr(result)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_shadow(transport, through, rdpgw, shadow):
    server = shadow("nla")
    front = rdpgw(server.target)
    result = through("connect", front, transport, server.target, "--user", server.user, password=server.password)
    assert result.status == 0 and result.trial["in_effect"], repr(result)
    check_tunnel(result, front, transport, server.target)
    assert (result.trial["logons"], result.trial["failed_logons"]) == (CHANNELS[transport] + 1, 0), repr(result)
    assert f"NTLM: User {front.user} authenticated" in front.log


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_xrdp(transport, through, rdpgw, xrdp):
    server = xrdp("tls")
    front = rdpgw(server.target)
    result = through("connect", front, transport, server.target, "--set=security=tls")
    assert result.status == 0 and result.trial["in_effect"], repr(result)
    check_tunnel(result, front, transport, server.target)
    assert (result.trial["logons"], result.trial["failed_logons"]) == (CHANNELS[transport], 0), repr(result)
    assert server.log.count("TLS connection established from 127.0.0.1 port") == 1, server.log


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_wrong_password(transport, through, rdpgw):
    front = rdpgw("127.0.0.1:3389")
    result = through("connect", front, transport, "127.0.0.1:3389", "--user", "alice", password="x",
                     gateway_password="Wrong-Pw1")
    outcome = result.trial["outcome"]
    assert result.status == 1 and (outcome["family"], outcome["code"]) == ("gateway", 401), repr(result)
    assert outcome["name"] == "HTTP_STATUS_DENIED"
    assert front.logons == (0, 1) and "Verifying" not in front.log, front.log
    assert (result.trial["logons"], result.trial["failed_logons"]) == (1, 1), repr(result)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_host_that_its_policy_refuses(transport, through, rdpgw):
    front = rdpgw("127.0.0.1:3389")
    result = through("connect", front, transport, "127.0.0.2:3389", "--user", "alice", password="x")
    outcome = result.trial["outcome"]
    assert result.status == 1 and (outcome["family"], outcome["code"]) == ("gateway", RAP_DENIED), repr(result)
    assert outcome["name"] == "E_PROXY_RAP_ACCESSDENIED"
    assert "Not allowed to connect to 127.0.0.2:3389 by policy handler" in front.log, front.log
    assert "Establishing connection" not in front.log


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_host_that_it_cannot_reach(transport, through, rdpgw):
    with free_port() as port:
        front = rdpgw(f"127.0.0.1:{port}")
        result = through("connect", front, transport, f"127.0.0.1:{port}", "--user", "alice", password="x")
    outcome = result.trial["outcome"]
    # Windows says E_PROXY_TS_CONNECTFAILED there.
    assert result.status == 1 and (outcome["family"], outcome["code"]) == ("gateway", INTERNAL_ERROR), repr(result)
    assert f"Error connecting to 127.0.0.1:{port}" in front.log, front.log


def test_isolate_names_its_policy(through, rdpgw, xrdp):
    """Directly the server is there, by either transport the policy refuses it."""
    server = xrdp("tls")
    front = rdpgw("127.0.0.1:3389")
    result = through("isolate", front, "websocket", server.target, "--set=security=tls", "--pause", "0", timeout=120)
    experiment = Experiment(result)
    assert (result.status, causes(experiment.verdict)) == (1, {frozenset({"gateway=websocket"})}), repr(experiment)
    experiment.check_pairs(("gateway", RAP_DENIED))
    assert {row["level"]: row["observation"] for row in experiment.verdict["sweep"]} == \
        {"off": "no-signature", "http": "signature"}, repr(experiment)
    failures = sum(trial["outcome"].get("code") == RAP_DENIED for trial in experiment.trials)
    assert front.log.count("Not allowed to connect") == failures, front.log
