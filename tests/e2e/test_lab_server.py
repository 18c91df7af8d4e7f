# SPDX-License-Identifier: Apache-2.0
"""rdplab itself, against clients that are not this project's: xfreerdp3, and bytes written by hand."""

import contextlib
import os
import pathlib
import random
import signal
import socket
import struct
import subprocess

import pytest

from fixtures import negotiation
from fixtures.credentials import secret_file
from fixtures.lab import built
from fixtures.process import wait_until

USER, PASSWORD = "bob", "Lab-Pw1"
SECURITY = ("nla", "tls", "rdp")
DENIED, GENERIC, LOGON_FAILURE, TRANSPORT_FAILED = 7, 131, 132, 147  # xfreerdp3's exit statuses
FAULT_PHASES = ("mcs", "channels", "info", "licensing", "capabilities", "finalize", "active")


@pytest.fixture
def server(lab):
    """rdplab with the one account."""
    return lambda *options: lab(*options, user=USER, password=PASSWORD)


@pytest.fixture
def client(scratch, display):
    """Runs xfreerdp3 until it ends; returns its exit status. Secrets go in a file; `folder` keeps its licences."""

    def run(server, security, *options, password=PASSWORD, folder=None, seconds=20):
        folder = folder or scratch("xfreerdp3")
        words = [f"/v:localhost:{server.port}", f"/u:{USER}", f"/p:{password}", f"/sec:{security}", "/cert:ignore",
                 "/log-level:OFF", *options]
        arguments = secret_file(folder / "arguments", "\n".join(words) + "\n")
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_CONFIG_HOME": str(folder / "config"),
                       "DISPLAY": display}
        return subprocess.run(["xfreerdp3", f"/args-from:{arguments}"], env=environment, timeout=seconds,
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode

    return run


def closed_by(server):
    """Rules that end every session a moment after it began, so that xfreerdp3 does."""
    return server("--licensing", "issue", "--deny-if", "true", "--at", "active+50")


def connect(server, host="127.0.0.1"):
    return contextlib.closing(socket.create_connection((host, server.port), 10))


def reset_by_peer(stream):
    try:
        return stream.recv(1) is None
    except ConnectionResetError:
        return True


def test_ready_line_names_the_ports_of_both_families(lab):
    server = lab("--security", "tls", "--gateway-port", "http", "--gateway-port", "websocket")
    assert server.ready["pid"] == server.pid
    assert server.ready["addresses"] == ["127.0.0.1", "::1"]
    assert set(server.gateway_ports) == {"http", "websocket"}
    for address in server.ready["addresses"]:
        for port in (server.port, *server.gateway_ports.values()):
            with contextlib.closing(socket.create_connection((address, port), 5)):
                pass
    records = server.wait_for(6)
    assert sorted(record["gateway"] for record in records) == ["http"] * 2 + ["off"] * 2 + ["websocket"] * 2
    assert sorted(record["family"] for record in records) == ["ipv4"] * 3 + ["ipv6"] * 3
    assert {(record["reached"], record["ended"]) for record in records} == {("tcp", "client")}


@pytest.mark.parametrize("words", [
    ["--security", "nla"], ["--security", "x"], ["--port", "70000"], ["--fault", "tcp"], ["--fault", "tcp:melt"],
    ["--fault", "x:close"], ["--errinfo", "7"], ["--at", "active"], ["--deny-if", "true", "--at", "later"],
    ["--flaky", "2"], ["--tls-min", "1.3", "--tls-max", "1.2"], ["--user", "bob"], ["--certificate", "x"],
    ["--licensing", "x"], ["extra"], ["--unknown"]])
def test_usage_errors(words):
    result = subprocess.run([built("rdplab"), "--security", "tls", *words], capture_output=True, text=True, timeout=10)
    assert (result.returncode, result.stdout) == (2, "")
    assert result.stderr.startswith(("rdplab: ", str(built("rdplab")))) and result.stderr.count("\n") == 1


def test_rule_errors_have_a_column():
    result = subprocess.run([built("rdplab"), "--security", "tls", "--deny-if", "tls=1.2 & nla=on"],
                            capture_output=True, text=True, timeout=10)
    assert result.returncode == 2 and "column 11" in result.stderr


@pytest.mark.parametrize("accepted, requested, answer", [
    ("nla", negotiation.SSL, ("failure", negotiation.HYBRID_REQUIRED)),
    ("nla", negotiation.RDP, ("failure", negotiation.HYBRID_REQUIRED)),
    ("tls,nla", negotiation.RDP, ("failure", negotiation.SSL_REQUIRED)),
    ("rdp", negotiation.SSL | negotiation.HYBRID, ("failure", negotiation.SSL_NOT_ALLOWED)),
    ("nla,tls,rdp", negotiation.SSL | negotiation.HYBRID, ("selected", negotiation.HYBRID)),
    ("tls,rdp", negotiation.SSL | negotiation.HYBRID, ("selected", negotiation.SSL)),
    ("tls,rdp", negotiation.RDP, ("selected", negotiation.RDP))])
def test_refuses_as_windows_does(server, accepted, requested, answer):
    lab = server("--security", accepted)
    assert negotiation.negotiate("127.0.0.1", lab.port, requested) == answer
    (record,) = lab.wait_for(1)
    assert record["negotiation_failure"] == (answer[1] if answer[0] == "failure" else None)


@pytest.mark.parametrize("security", SECURITY)
def test_a_session(server, client, security):
    lab = closed_by(server)
    assert client(lab, security) == DENIED
    (record,) = lab.wait_for(1)
    expected = {"security": security, "reached": "active", "ended": "denied", "errinfo_sent": 7, "user": USER,
                "authenticated": True, "client_info_password": True, "ntlm_authenticates": int(security == "nla"),
                "errinfo": "silent", "license": "new", "errinfo_at": "active+50", "logon_reported": "logged-on",
                "tls": "none" if security == "rdp" else "1.3", "sni": "" if security == "rdp" else "localhost"}
    assert {key: record[key] for key in expected} == expected
    assert {"cliprdr", "rdpsnd"} <= set(record["channels"])


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "1.3"])
def test_tls_versions(server, client, version):
    lab = server("--deny-if", f"tls={version}", "--at", "capabilities")
    assert client(lab, "tls", f"/tls:seclevel:0,enforce:{version}") == GENERIC
    (record,) = lab.wait_for(1)
    assert (record["tls"], record["rule"]) == (version, f"tls={version}")


@pytest.mark.parametrize("security", SECURITY)
@pytest.mark.parametrize("moment", ["licensing", "capabilities", "post-connect", "active"])
def test_set_error_info_at_every_moment(server, client, security, moment):
    lab = server("--deny-if", "true", "--at", moment)
    status = client(lab, security)
    # FreeRDP's client loses the code before licensing has ended, and (3.10, not 3.5) connects again.
    assert status == {"licensing": TRANSPORT_FAILED, "capabilities": GENERIC}.get(moment, DENIED)
    records = lab.wait_for(1)
    assert {(record["errinfo_sent"], record["errinfo_at"], record["ended"]) for record in records} == {
        (7, moment, "denied")}


def test_strict_servers_are_silent_to_silent_clients(server, client):
    lab = server("--strict-errinfo", "--no-ultimatum", "--deny-if", "true", "--at", "capabilities")
    assert client(lab, "tls") == TRANSPORT_FAILED
    assert {(record["errinfo_sent"], record["ended"]) for record in lab.wait_for(1)} == {(None, "denied")}


def test_wrong_passwords(server, client):
    lab = closed_by(server)
    assert client(lab, "nla", password="wrong") == LOGON_FAILURE + 2
    assert client(lab, "tls", password="wrong") == DENIED
    nla, tls = lab.wait_for(2)
    assert (nla["authenticated"], nla["reached"], nla["ntlm_authenticates"], nla["ntstatus_sent"]) == (
        False, "nla", 1, 0xC000006D)
    assert (tls["authenticated"], tls["reached"], tls["logon_reported"]) == (False, "active", "refused")


@pytest.mark.parametrize("security", SECURITY)
def test_licences_are_recognised(server, client, scratch, security):
    folder = scratch("licences")
    first, second = closed_by(server), closed_by(server)
    for lab in (first, first, second):
        assert client(lab, security, folder=folder) == DENIED
    new, stored = first.wait_for(2)
    (foreign,) = second.wait_for(1)
    assert (new["license"], stored["license"], foreign["license"]) == ("new", "stored", "foreign")
    assert stored["license_id"] == new["license_issued"] and foreign["license_issued"]


# xfreerdp3 never ends after garbage in a session (FreeRDP 3.10.3).
@pytest.mark.parametrize("security, phase, kind", [
    *(("tls", phase, "close") for phase in FAULT_PHASES), *(("rdp", phase, "rst") for phase in FAULT_PHASES),
    *(("nla", phase, "garbage") for phase in FAULT_PHASES[:-2])])
def test_faults_behind_the_negotiation(server, client, security, phase, kind):
    lab = server("--fault", f"{phase}:{kind}", "--licensing", "issue")
    client(lab, security)
    for record in lab.wait_for(1):
        assert (record["fault"], record["reached"], record["ended"]) == (f"{phase}:{kind}", phase, "fault")


@pytest.mark.parametrize("phase, reached", [("nla", "nla"), ("nla-auth", "nla"), ("tls", "tls")])
@pytest.mark.parametrize("kind", ["close", "rst", "garbage"])
def test_faults_up_to_nla(server, client, phase, reached, kind):
    lab = server("--fault", f"{phase}:{kind}")
    client(lab, "nla")
    for record in lab.wait_for(1):
        assert (record["fault"], record["reached"], record["ended"]) == (f"{phase}:{kind}", reached, "fault")
        assert record["ntlm_authenticates"] == int(phase == "nla-auth")


@pytest.mark.parametrize("phase, sent", [("tcp", b""), ("negotiate", negotiation.request(negotiation.SSL))])
def test_faults_of_the_socket(server, phase, sent):
    def peer(kind):
        stream = stack.enter_context(connect(server("--fault", f"{phase}:{kind}", "--drip", "20")))
        stream.sendall(sent)
        return stream

    with contextlib.ExitStack() as stack:
        assert peer("close").recv(1) == b""
        assert reset_by_peer(peer("rst"))
        assert len(peer("garbage").recv(1000)) > 100
        silent = peer("hang")
        silent.settimeout(0.3)
        with pytest.raises(TimeoutError):
            silent.recv(1)
        if phase == "negotiate":
            drops = peer("slow")
            assert [len(drops.recv(100)) for _ in range(5)] == [1] * 5


def test_fault_only_where_its_condition_holds(server):
    lab = server("--fault", "negotiate:close", "--fault-if", "cookie=bob")
    for cookie, answered in (("bob", False), ("eve", True)):
        with connect(lab) as stream:
            stream.sendall(negotiation.request(negotiation.SSL, cookie))
            assert bool(stream.recv(100)) == answered
    assert [record["fault"] for record in lab.wait_for(2)] == ["negotiate:close", None]


def test_flaky_rules_repeat_with_their_seed(server, client):
    def run(seed):
        lab = server("--deny-if", "true", "--at", "capabilities", "--flaky", "0.5", "--seed", seed,
                     "--fault", "active:close")
        for _ in range(6):
            client(lab, "tls")
        records = lab.wait_for(6)
        assert all((record["ended"] == "denied") != record["flaked"] for record in records)
        return [record["ended"] for record in records]

    runs = run(3), run(3)
    assert runs[0] == runs[1] and set(runs[0]) == {"denied", "fault"}


def test_twenty_at_once(server):
    lab = server()
    with contextlib.ExitStack() as stack:
        streams = [stack.enter_context(connect(lab)) for _ in range(20)]
        for stream in streams:
            stream.sendall(negotiation.request(negotiation.SSL))
        assert all(struct.unpack("<I", stream.recv(19)[15:])[0] == negotiation.SSL for stream in streams)
    assert [record["connection"] for record in lab.wait_for(20)] == list(range(1, 21))


def unread(port):
    """Bytes that the kernel holds for the server at `port`, of all its connections."""
    rows = [line.split() for table in ("/proc/net/tcp", "/proc/net/tcp6")
            for line in pathlib.Path(table).read_text().splitlines()[1:]]
    return sum(int(row[4].split(":")[1], 16) for row in rows
               if row[3] == "01" and int(row[1].rsplit(":", 1)[1], 16) == port)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_leave_nothing(server, number):
    lab = server("--fault", "negotiate:hang", "--fault-if", "cookie=hang")
    with contextlib.ExitStack() as stack:
        for cookie in ("hang", "hang", "wait"):
            stack.enter_context(connect(lab)).sendall(negotiation.request(negotiation.SSL, cookie))
        assert wait_until(lambda: len(lab.process.family()) == 4 and unread(lab.port) == 0, 5)
        os.kill(lab.pid, number)
        assert lab.process.wait(5) == 0
        assert lab.process.family() == []
    assert sorted(record["ended"] for record in lab.records()) == ["fault", "fault", "server"]


def test_ends_with_the_reader_of_its_output():
    process = subprocess.Popen([built("rdplab"), "--security", "tls"], stdout=subprocess.PIPE)
    process.stdout.readline()
    process.stdout.close()
    assert process.wait(5) == 0


def test_reports_a_connection_whose_process_died(server):
    lab = server()
    with connect(lab) as stream:
        stream.sendall(negotiation.request(negotiation.SSL, "bob"))
        stream.recv(19)
        (child,) = set(lab.process.family()) - {lab.pid}
        os.kill(child, signal.SIGSEGV)
        (record,) = lab.wait_for(1)
    assert (record["ended"], record["cookie"], record["security"]) == ("error", "bob", "tls")


def test_survives_noise(server):
    lab = server("--licensing", "issue")
    noise = random.Random(7)
    connect_initial = b"\x03\x00\x01\x00\x02\xf0\x80\x7f\x65\x82\x00\xf0Duca\x80\xa0"
    beginnings = (b"", b"\x03\x00", b"\x03\x00\x00\x13\x0e\xe0", negotiation.request(negotiation.SSL),
                  negotiation.request(negotiation.RDP) + connect_initial)
    for turn in range(60):
        with connect(lab) as stream, contextlib.suppress(OSError):
            stream.sendall(beginnings[turn % len(beginnings)] + noise.randbytes(noise.randrange(1, 300)))
            stream.shutdown(socket.SHUT_WR)
            stream.recv(1000)
    assert {record["ended"] for record in lab.wait_for(60)} <= {"client", "server"}
    assert negotiation.negotiate("127.0.0.1", lab.port, negotiation.SSL) == ("selected", negotiation.SSL)
