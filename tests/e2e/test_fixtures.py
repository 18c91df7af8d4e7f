# SPDX-License-Identifier: Apache-2.0
"""The fixtures themselves: what the independent servers answer, and that nothing is left when they end."""

import concurrent.futures
import os
import socket
import ssl
import subprocess
import sys
import time

import pytest

from fixtures.credentials import md4, sam_line
from fixtures.display import virtual_display
from fixtures.negotiation import (HYBRID, HYBRID_REQUIRED, RDP, SSL, SSL_NOT_ALLOWED, SSL_REQUIRED, negotiate,
                                  request)
from fixtures.port import free_port
from fixtures.process import DidNotStart, Process, listening_on, processes_with, wait_until
from fixtures.shadow import shadow_server

TESTS = os.path.dirname(os.path.abspath(__file__))
PLAIN = {"PATH": os.environ["PATH"]}


@pytest.fixture
def xfreerdp(scratch, display):
    """Runs xfreerdp3 with its arguments in a file: (exit status, output)."""

    def run(*arguments):
        folder = scratch("xfreerdp")
        (folder / "arguments").write_text("\n".join(arguments) + "\n")
        environment = {**PLAIN, "HOME": str(folder), "DISPLAY": display, "TZ": "UTC"}
        with Process(["xfreerdp3", f"/args-from:{folder / 'arguments'}"], folder, environment) as client:
            return client.wait(60), client.stdout + client.stderr

    return run


@pytest.mark.parametrize("message, digest", [  # RFC 1320, appendix A.5
    (b"", "31d6cfe0d16ae931b73c59d7e0c089c0"),
    (b"abc", "a448017aaf21d8525fc10ae87aa6729d"),
    (b"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
     "e33b4ddc9c38f2199c3e7b164fcc0536"),
])
def test_md4(message, digest):
    assert md4(message).hex() == digest


def test_sam_line_is_what_winpr_hash_prints():
    # The one password that is on a command line; it is used nowhere else.
    printed = subprocess.run(["winpr-hash3", "-u", "carol", "-p", "printed-once", "-d", "DOM", "-f", "sam"],
                             capture_output=True, text=True, check=True).stdout
    assert sam_line("carol", "printed-once", "DOM").strip() == printed.strip()


@pytest.mark.parametrize("security, protocols, answer", [
    ("nla", HYBRID | SSL, ("selected", HYBRID)),
    ("nla", SSL, ("failure", HYBRID_REQUIRED)),
    ("tls", HYBRID | SSL, ("selected", SSL)),
    ("tls", RDP, ("failure", SSL_REQUIRED)),
    ("rdp", RDP, ("selected", RDP)),
    ("rdp", SSL, ("failure", SSL_NOT_ALLOWED)),
])
def test_shadow_negotiates_as_configured(shadow, security, protocols, answer):
    server = shadow(security)
    assert negotiate(server.host, server.port, protocols) == answer, server.log


@pytest.mark.parametrize("security_layer, protocols, answer", [
    ("negotiate", HYBRID | SSL, ("selected", SSL)),
    ("tls", SSL, ("selected", SSL)),
    ("tls", RDP, ("failure", SSL_REQUIRED)),
    ("rdp", RDP, ("selected", RDP)),
])
def test_xrdp_negotiates_as_configured(xrdp, security_layer, protocols, answer):
    server = xrdp(security_layer)
    assert negotiate(server.host, server.port, protocols) == answer, server.log


def test_shadow_checks_the_nla_account(shadow, xfreerdp):
    server = shadow("nla", user="dave", password="Right-Pw1", domain="DOM")
    common = [f"/v:{server.target}", "/u:dave", "/d:DOM", "/cert:ignore", "/sec:nla", "+auth-only"]
    # xfreerdp3's statuses: "authentication only" done is 131 (3.15: 0), an authentication failure 132.
    assert xfreerdp(*common, "/p:Right-Pw1")[0] in (131, 0), server.log
    assert xfreerdp(*common, "/p:Wrong-Pw1")[0] == 132, server.log


def test_shadow_shows_the_session_certificate(shadow, certificate):
    server = shadow("tls")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with socket.create_connection((server.host, server.port), 10) as stream:
        stream.sendall(request(SSL))
        assert len(stream.recv(19, socket.MSG_WAITALL)) == 19
        with context.wrap_socket(stream) as tls:
            shown = tls.getpeercert(True)
    assert shown == ssl.PEM_cert_to_DER_cert(certificate.certificate.read_text())


def test_xrdp_log_names_the_tls_version(xrdp, xfreerdp):
    server = xrdp("tls", protocols="TLSv1.2")
    xfreerdp(f"/v:{server.target}", "/u:eve", "/p:any", "/cert:ignore", "/sec:tls", "+auth-only")
    assert wait_until(lambda: "TLSv1.2 with cipher" in server.log, 10), server.log


def test_servers_run_side_by_side(shadow, xrdp):
    servers = [shadow("nla"), shadow("tls"), xrdp("tls"), xrdp("negotiate")]
    assert len({server.port for server in servers}) == 4
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda server: negotiate(server.host, server.port, HYBRID | SSL), servers))
    assert answers == [("selected", HYBRID), ("selected", SSL), ("selected", SSL), ("selected", SSL)]


def test_a_failing_test_leaves_no_server(tmp_path, display, certificate):
    with pytest.raises(ZeroDivisionError), shadow_server(tmp_path, display, certificate) as server:
        mark = server.process.mark
        assert server.pid in processes_with(mark)
        raise ZeroDivisionError
    assert processes_with(mark) == []


def test_a_killed_run_leaves_no_server(tmp_path):
    script = ("import os, sys; sys.path.insert(0, sys.argv[1]); from fixtures.process import Process\n"
              "server = Process(['sleep', '300'], sys.argv[2], os.environ); print(server.mark, flush=True)\n"
              "server.wait(300)")
    with subprocess.Popen([sys.executable, "-c", script, TESTS, str(tmp_path)], stdout=subprocess.PIPE,
                          text=True) as run:
        mark = run.stdout.readline().strip()
        assert wait_until(lambda: len(processes_with(mark)) == 1, 5)
        run.kill()
    assert wait_until(lambda: processes_with(mark) == [], 5)


def test_what_a_process_leaves_is_found_and_ended(tmp_path):
    # The inner sleep leaves the session and outlives its parent: only the mark in its environment finds it.
    with Process(["sh", "-c", "setsid sleep 300 & exec sleep 300"], tmp_path, PLAIN) as process:
        assert wait_until(lambda: len(process.family()) == 2, 5)
        left = process.stop()
    assert len(left) == 1 and wait_until(lambda: processes_with(process.mark) == [], 5)


def test_a_server_that_cannot_start_says_why(tmp_path):
    begin = time.monotonic()
    with pytest.raises(DidNotStart, match="(?s)ended with status 3.*no licence"):
        with Process(["sh", "-c", "echo no licence >&2; exit 3"], tmp_path, PLAIN) as process:
            process.wait_ready(lambda: False, 20)
    assert time.monotonic() - begin < 10


def test_ports_are_reserved_and_listeners_are_told_apart():
    with free_port() as one, free_port() as other, socket.socket() as listener:
        assert one != other
        listener.bind(("127.0.0.1", one))
        listener.listen()
        assert listening_on(os.getpid(), one)
        assert not listening_on(os.getpid(), other)
        assert not listening_on(1, one)


def test_two_displays_at_once(tmp_path):
    with virtual_display(tmp_path) as one, virtual_display(tmp_path) as other:
        assert one != other
