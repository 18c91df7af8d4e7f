# SPDX-License-Identifier: Apache-2.0
"""Ports that begin with TLS, and programs in the path of a real server."""

import contextlib
import pathlib
import shutil

import pytest

from fixtures.listener import listening
from fixtures.port import free_port
from fixtures.process import Process, listening_on

WORDS = "TLS from the first octet, so it is not RDP, or RDP behind a TLS wrapper"
ENVIRONMENT = {"PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"}


def need(program, package):
    path = shutil.which(program, path=ENVIRONMENT["PATH"])
    if not path:
        pytest.skip(f"{package} is not installed (ci/install)")
    return path


@contextlib.contextmanager
def serving(folder, port, *arguments):
    with Process([str(argument) for argument in arguments], folder, ENVIRONMENT) as process:
        process.wait_ready(lambda: listening_on(process.pid, port), 20)
        yield


def pem(certificate, folder):
    """Certificate and key in one file, as HAProxy and socat want them."""
    file = folder / "both.pem"
    file.write_text(open(certificate.certificate).read() + open(certificate.key).read())
    return file


@contextlib.contextmanager
def stunnel(folder, certificate, port, upstream):
    file = folder / "stunnel.conf"
    file.write_text(f"""foreground = yes
pid =
[rdp]
accept = 127.0.0.1:{port}
connect = 127.0.0.1:{upstream}
cert = {certificate.certificate}
key = {certificate.key}
""")
    with serving(folder, port, need("stunnel4", "stunnel4"), file):
        yield


@contextlib.contextmanager
def haproxy(folder, certificate, port, upstream, tls=True):
    file = folder / "haproxy.cfg"
    file.write_text(f"""defaults
    mode tcp
    timeout connect 5s
    timeout client 30s
    timeout server 30s
listen rdp
    bind 127.0.0.1:{port}{f" ssl crt {pem(certificate, folder)}" if tls else ""}
    server one 127.0.0.1:{upstream}
""")
    with serving(folder, port, need("haproxy", "haproxy"), "-db", "-f", file):
        yield


@contextlib.contextmanager
def socat(folder, certificate, port, upstream):
    with serving(folder, port, need("socat", "socat"),
                 f"OPENSSL-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork,verify=0,cert={pem(certificate, folder)}",
                 f"TCP:127.0.0.1:{upstream}"):
        yield


@contextlib.contextmanager
def nginx(folder, certificate, port, upstream):
    modules = "/usr/lib/nginx/modules/ngx_stream_module.so"
    program = need("nginx", "nginx or libnginx-mod-stream")
    if not pathlib.Path(modules).exists():
        pytest.skip("libnginx-mod-stream is not installed (ci/install)")
    file = folder / "nginx.conf"
    file.write_text(f"""load_module {modules};
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
stream {{ server {{ listen 127.0.0.1:{port}; proxy_pass 127.0.0.1:{upstream}; }} }}
""")
    with serving(folder, port, program, "-c", file, "-p", folder):
        yield


@pytest.mark.parametrize("program", [stunnel, haproxy, socat])
def test_tls_from_the_first_octet_is_named(rdpprobe, certificate, scratch, program, xrdp):
    """X.224 is answered with an end or an alert; one more connection tells why."""
    folder = scratch(program.__name__)
    with free_port() as port, program(folder, certificate, port, xrdp("tls").port):
        result = rdpprobe("connect", "--json", "--set", "security=tls", "--repeat", "2", "--pause", "0",
                          f"127.0.0.1:{port}")
    first, second = result.trials
    assert (first["outcome"]["phase"], first["facts"]["negotiation"]["tls_first"]) == ("negotiate", True), result
    assert WORDS in first["outcome"]["detail"], result
    assert (first["connections"], second["connections"]) == (2, 1), result  # once a run is enough
    assert "tls_first" not in second["facts"]["negotiation"], result
    same = ("phase", "family", "code", "name")
    assert [first["outcome"].get(name) for name in same] == [second["outcome"].get(name) for name in same], result


@contextlib.contextmanager
def one_that_ends(answer=b""):
    """A server that reads once and closes; yields (port, what came first on each connection)."""
    seen = []

    def serve(connection):
        seen.append(connection.recv(1000))
        connection.sendall(answer)

    with listening(serve) as port:
        yield port, seen


@pytest.mark.parametrize("answer", [b"", b"What?\r\n"])
def test_what_does_not_answer_with_tls_is_not_called_so(rdpprobe, answer):
    with one_that_ends(answer) as (port, seen):
        result = rdpprobe("connect", "--json", "--set", "security=tls", f"127.0.0.1:{port}")
    assert result.trial["facts"]["negotiation"]["tls_first"] is False, result
    assert WORDS not in result.trial["outcome"]["detail"] and result.trial["connections"] == 2, result
    assert [first[:2].hex() for first in seen] == ["0300", "1603"], seen


def test_another_service_is_not_asked(rdpprobe):
    with one_that_ends(b"SSH-2.0-OpenSSH_9.2p1\r\n") as (port, seen):
        result = rdpprobe("connect", "--json", "--set", "security=tls", f"127.0.0.1:{port}")
    assert "tls_first" not in result.trial["facts"]["negotiation"] and len(seen) == 1, result


def test_isolation_counts_the_connection_and_names_what_it_found(rdpprobe, certificate, scratch, xrdp):
    with free_port() as port, stunnel(scratch("stunnel"), certificate, port, xrdp("tls").port):
        result = rdpprobe("isolate", "--json", "--set", "security=tls", "--pause", "0", "--vary", "security",
                          f"127.0.0.1:{port}")
    assert [trial["facts"].get("negotiation", {}).get("tls_first") for trial in result.trials].count(True) == 1, result
    assert sum(trial["connections"] for trial in result.trials) == len(result.trials) + 1, result


def plain_haproxy(*arguments):
    return haproxy(*arguments, tls=False)


@pytest.mark.parametrize("program", [plain_haproxy, nginx])
def test_a_plain_proxy_in_the_path_changes_nothing(rdpprobe, certificate, scratch, xrdp, program):
    with free_port() as port, program(scratch("proxy"), certificate, port, xrdp("tls").port):
        result = rdpprobe("connect", "--json", "--set", "security=tls", f"127.0.0.1:{port}")
    assert (result.status, result.trial["outcome"]["phase"], result.trial["connections"]) == (0, "active", 1), result
