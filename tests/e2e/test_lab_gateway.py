# SPDX-License-Identifier: Apache-2.0
"""labgateway itself, against a client and servers that are not this project's: xfreerdp3, freerdp-shadow-cli3."""

import os
import signal
import socket
import ssl

import pytest

from fixtures.credentials import secret_file
from fixtures.lab import built
from fixtures.process import Process, wait_until

TRANSPORTS = ("websocket", "http")
AUTH_ONLY_DONE = 131  # xfreerdp3's exit status after a complete logon with +auth-only
ACCESS_DENIED = 155  # ERRCONNECT_ACCESS_DENIED
PASSWORD = "Gateway-Pw1"
TOKEN = "paa-token-1"


@pytest.fixture
def client(scratch, display):
    """Runs xfreerdp3 +auth-only through a gateway; returns (exit status, log). Secrets go in a file."""

    def run(gateway, target, user, password, transport, *options, seconds=20):
        folder = scratch("xfreerdp3")
        # /gateway:g:HOST:PORT drops the port (FreeRDP 3.10.3), the .rdp file does not.
        rdp = folder / "target.rdp"
        rdp.write_text(f"full address:s:{target}\ngatewayhostname:s:localhost:{gateway.port}\n"
                       "gatewayusagemethod:i:1\ngatewayprofileusagemethod:i:1\n")
        kind = {"websocket": "type:http", "http": "type:http,no-websockets"}[transport]
        words = [str(rdp), f"/gateway:{','.join([*options, kind])}", f"/u:{user}", f"/p:{password}", "/cert:ignore",
                 "/log-level:WARN", "+auth-only"]
        arguments = secret_file(folder / "arguments", "\n".join(words) + "\n")
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config"),
                       "DISPLAY": display}
        with Process(["xfreerdp3", f"/args-from:{arguments}"], folder, environment) as process:
            status = process.wait(seconds)
            return status, process.stdout + process.stderr

    return run


@pytest.fixture
def ntlm_gateway(gateway):
    def start(*options):
        return gateway("--auth", "ntlm", "--user", "bob", *options, password=PASSWORD)

    return start


def ntlm(password=PASSWORD, user="bob"):
    return f"u:{user}", f"p:{password}"


def the_tunnel(gateway):
    (record,) = gateway.wait_for(1, kind="tunnel")
    return record


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_ntlm_reaches_the_target(transport, ntlm_gateway, shadow, client):
    gateway, server = ntlm_gateway(), shadow("nla")
    status, log = client(gateway, server.target, server.user, server.password, transport, *ntlm())
    assert status == AUTH_ONLY_DONE and "exit status 1" in log, log
    record = the_tunnel(gateway)
    assert (record["transport"], record["reached"]) == (transport, "data")
    # The client says goodbye inside RDP: who closes first then is a race.
    assert record["ended"] in ("client", "target")
    assert (record["auth"], record["user"], record["authenticated"]) == ("ntlm", "bob", True)
    # OUT and IN are two connections, and NTLM authenticates connections.
    assert record["ntlm_authenticates"] == {"websocket": 1, "http": 2}[transport]
    assert record["connected_to"] == server.target and record["denied"] is None
    assert record["bytes_in"] > 1000 and record["bytes_out"] > 1000


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_wrong_password_is_refused_and_counted(transport, ntlm_gateway, client):
    gateway = ntlm_gateway()
    status, log = client(gateway, "127.0.0.1:1", "alice", "x", transport, *ntlm("wrong"))
    assert status == ACCESS_DENIED, log
    (record,) = gateway.wait_for(1, kind="refused")
    assert (record["status"], record["reason"], record["user"]) == (401, "logon", "bob")
    assert record["ntlm_authenticates"] == 1 and not gateway.records("tunnel")


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("kind", ("paa", "bearer"))
def test_tokens(kind, transport, gateway, shadow, client, scratch):
    token = secret_file(scratch("token") / "token", TOKEN + "\n")
    server = shadow("nla")
    option = {"paa": "access-token", "bearer": "bearer"}[kind]
    good, bad = (gateway("--auth", kind, "--token-file", token) for _ in range(2))
    status, log = client(good, server.target, server.user, server.password, transport, f"{option}:{TOKEN}")
    assert status == AUTH_ONLY_DONE and the_tunnel(good)["authenticated"], log
    status, log = client(bad, server.target, server.user, server.password, transport, f"{option}:nonsense")
    if kind == "paa":
        record = the_tunnel(bad)
        assert record["denied"]["name"] == "E_PROXY_COOKIE_AUTHENTICATION_ACCESS_DENIED" and record["ended"] == "denied"
        assert "E_PROXY_COOKIE_AUTHENTICATION_ACCESS_DENIED" in log
    else:
        assert status == ACCESS_DENIED and bad.wait_for(1, kind="refused")[0]["reason"] == "token"


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("step, code, name, reached", (
    ("handshake", "800759F9", "E_PROXY_UNSUPPORTED_AUTHENTICATION_METHOD", "http"),
    ("tunnel", "800759DB", "E_PROXY_NAP_ACCESSDENIED", "handshake"),
    ("authorize", "800759DB", "E_PROXY_NAP_ACCESSDENIED", "tunnel"),
    ("channel", "800759DA", "E_PROXY_RAP_ACCESSDENIED", "authorize"),
))
def test_denials(step, code, name, reached, transport, ntlm_gateway, client):
    gateway = ntlm_gateway("--deny", f"{step}={code}")
    _, log = client(gateway, "127.0.0.1:1", "alice", "x", transport, *ntlm())
    assert name in log
    record = the_tunnel(gateway)
    assert record["denied"] == {"step": step, "code": f"0x{code}", "name": name}
    assert (record["reached"], record["ended"]) == (reached, "denied")


def test_an_unreachable_target(gateway, client):
    server = gateway()
    _, log = client(server, "127.0.0.1:1", "alice", "x", "websocket", *ntlm())
    assert "E_PROXY_TS_CONNECTFAILED" in log
    record = the_tunnel(server)
    assert record["denied"]["code"] == "0x800759DD" and record["ended"] == "target"
    assert record["error"] == "Connection refused" and record["authenticated"] is False


def test_without_websocket_an_upgrade_becomes_plain_http(ntlm_gateway, shadow, client):
    gateway, server = ntlm_gateway("--transport", "http"), shadow("nla")
    status, log = client(gateway, server.target, server.user, server.password, "websocket", *ntlm())
    assert status == AUTH_ONLY_DONE, log
    assert the_tunnel(gateway)["transport"] == "http"


def test_without_http_a_plain_request_is_refused(ntlm_gateway, client):
    gateway = ntlm_gateway("--transport", "websocket")
    client(gateway, "127.0.0.1:1", "alice", "x", "http", *ntlm())
    (record,) = gateway.wait_for(1, kind="refused")
    assert (record["status"], record["reason"], record["ntlm_authenticates"]) == (403, "transport", 0)


def test_http_status(ntlm_gateway, client):
    gateway = ntlm_gateway("--http-status", "503")
    client(gateway, "127.0.0.1:1", "alice", "x", "http", *ntlm())
    (record,) = gateway.wait_for(1, kind="refused")
    assert (record["status"], record["reason"], record["ntlm_authenticates"]) == (503, "http-status", 1)


@pytest.mark.parametrize("step, reached", (("tcp", "tcp"), ("tls", "tcp"), ("http", "tls"), ("handshake", "http"),
                                           ("tunnel", "handshake"), ("authorize", "tunnel"), ("channel", "authorize"),
                                           ("data", "channel")))
@pytest.mark.parametrize("kind", ("close", "rst", "garbage"))
def test_faults_end_the_client_where_they_say(step, reached, kind, gateway, shadow, client):
    target = shadow("nla").target if step == "data" else "127.0.0.1:1"
    server = gateway("--fault", f"{step}:{kind}")
    status, log = client(server, target, "alice", "x", "http", *ntlm())
    assert status not in (0, AUTH_ONLY_DONE), log
    # FreeRDP may connect a second time by itself: then there are two tunnels, and they end alike.
    ends = {(record["reached"], record["ended"]) for record in server.wait_for(1, kind="tunnel")}
    assert ends == {(reached, "fault")}


def test_a_hang_lasts_until_the_client_leaves(gateway):
    server = gateway("--fault", "tls:hang")
    connection = socket.create_connection(("127.0.0.1", server.port), 5)
    context = ssl._create_unverified_context()
    connection.settimeout(0.3)
    with pytest.raises(TimeoutError):
        context.wrap_socket(connection, server_hostname="localhost")
    connection.close()
    assert the_tunnel(server)["ended"] == "fault"


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_the_lab_server_knows_the_transport_and_the_source(transport, gateway, lab, client):
    server = lab("--gateway-port", "http", "--gateway-port", "websocket", user="alice", password="Target-Pw1")
    via = [word for level in TRANSPORTS for word in ("--via", f"{level}={server.gateway_ports[level]}")]
    front = gateway("--map", "inner.corp=127.0.0.1", "--source", "127.0.0.9", *via)
    status, log = client(front, f"inner.corp:{server.port}", "alice", "Target-Pw1", transport, *ntlm())
    assert status == AUTH_ONLY_DONE, log
    record = the_tunnel(front)
    assert (record["target"], record["target_port"]) == ("inner.corp", server.port)
    assert record["connected_to"] == f"127.0.0.1:{server.gateway_ports[transport]}"
    connection = server.wait_for(1)[0]
    assert "127.0.0.9" in str(connection) and transport in str(connection), connection


@pytest.mark.parametrize("number", (signal.SIGTERM, signal.SIGINT))
def test_it_ends_its_tunnels_when_it_is_told_to(number, ntlm_gateway):
    server = ntlm_gateway()
    connection = socket.create_connection(("127.0.0.1", server.port), 5)
    tls = ssl._create_unverified_context().wrap_socket(connection, server_hostname="localhost")
    tls.sendall(b"RDG_OUT_DATA / HTTP/1.1\r\nContent-Length: 0\r\n\r\n")
    assert tls.recv(4096).startswith(b"HTTP/1.1 401 ")
    os.kill(server.pid, number)
    record = the_tunnel(server)
    assert (record["reached"], record["ended"], record["sni"]) == ("tls", "gateway", "localhost")
    assert wait_until(lambda: server.process.status is not None, 5) and server.process.status == 0
    tls.close()


@pytest.mark.parametrize("words", (["--nonsense"], ["--auth", "ntlm"], ["--port", "70000"], ["--deny", "tls=5"],
                                   ["--fault", "tls:maybe"], ["--fault", "second-tunnel:hang"],
                                   ["--deny", "tunnel=1,,2"], ["--http-status", "403,99"], ["--map", "x"],
                                   ["--bind", "nowhere"], ["word"]))
def test_usage_errors(words, scratch):
    with Process([built("labgateway"), *words], scratch("usage"), {"PATH": os.environ["PATH"]}) as process:
        assert process.wait(5) == 2
        assert process.stdout == "" and len(process.stderr.splitlines()) == 1
