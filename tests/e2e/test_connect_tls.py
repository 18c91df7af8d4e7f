# SPDX-License-Identifier: Apache-2.0
"""TLS: the facts against what another implementation saw, who ended it, and what is this machine's own limit."""

import re
import socket
import ssl
import subprocess
import threading

import pytest

from fixtures.credentials import Authority

CONFIRM_SSL = bytes.fromhex("030000130ed000001234000200080001000000")


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


class TlsServer:
    """Speaks X.224 and then TLS by Python's ssl: an RDP server as far as --until tls goes. .seen: what it saw"""

    def __init__(self, chain, key):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(chain, key)
        self.context.sni_callback = lambda _, name, __: self.seen.update(sni=name)
        self.seen = {}
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        client, _ = self.listener.accept()
        with client:
            client.recv(4096)
            client.sendall(CONFIRM_SSL)
            try:
                with self.context.wrap_socket(client, server_side=True) as tls:
                    self.seen.update(version=tls.version(), cipher=tls.cipher()[0])
                    tls.recv(1)
            except OSError:
                pass


def printed(certificate, *options):
    return subprocess.run(["openssl", "x509", "-noout", *options], input=certificate, check=True, capture_output=True,
                          text=True).stdout


def check_certificate(facts, pem):
    """One object of the chain against what the openssl program reads."""
    text = printed(pem, "-text")
    lines = dict(line.split("=", 1) for line in printed(
        pem, "-subject", "-issuer", "-startdate", "-enddate", "-nameopt", "RFC2253,-esc_msb", "-dateopt",
        "iso_8601").splitlines())
    assert facts["subject"] == lines["subject"].strip() and facts["issuer"] == lines["issuer"].strip()
    assert facts["not_before"] == lines["notBefore"].replace(" ", "T")
    assert facts["not_after"] == lines["notAfter"].replace(" ", "T")
    assert facts["sha256"] == printed(pem, "-fingerprint", "-sha256").split("=", 1)[1].strip()
    assert facts["key_bits"] == int(re.search(r"Public-Key: \((\d+) bit", text)[1])
    assert facts["key_type"] == {"rsaEncryption": "RSA", "id-ecPublicKey": "EC"}[
        re.search(r"Public Key Algorithm: (\S+)", text)[1]]
    assert facts["signature"] == re.search(r"Signature Algorithm: (\S+)", text)[1]
    names = re.search(r"Subject Alternative Name:.*\n\s*(.*)", text)
    expected = names[1].replace("IP Address:", "IP:").split(", ") if names else []
    assert [name.replace("0:0:0:0:0:0:0:1", "::1") for name in expected] == facts["names"]
    assert (facts["eku"] == ["serverAuth"]) is ("TLS Web Server Authentication" in text)
    assert facts["self_signed"] is (lines["subject"] == lines["issuer"])


def test_the_whole_chain(rdpprobe, authority, tmp_path):
    leaf, key = authority.issue()
    pems = [leaf.read_text(), authority.certificate.read_text()]
    chain = tmp_path / "chain.pem"
    chain.write_text("".join(pems))
    server = TlsServer(chain, key)
    result = rdpprobe("connect", "--json", "--set", "security=tls", "--until", "tls", f"localhost:{server.port}",
                      environment={"SSL_CERT_FILE": str(authority.certificate)})
    assert result.status == 0, result
    facts = result.trial["facts"]["certificate"]
    assert len(facts["chain"]) == 2
    for given, pem in zip(facts["chain"], pems):
        check_certificate(given, pem)
    assert facts["chain"][1]["ca"] is True and facts["chain"][0]["ca"] is False
    assert facts["sha256"] == facts["chain"][0]["sha256"]
    assert (facts["trusted"], facts["verification"], facts["name_verification"]) == (True, "ok", "ok")
    server.thread.join(10)
    tls = result.trial["facts"]["tls"]
    assert f"TLSv{tls['version']}" == server.seen["version"] and tls["cipher"] == server.seen["cipher"]
    assert tls["sni"] == server.seen["sni"] == "localhost"
    assert tls["alpn"] == "none" and tls["group"] in ("x25519", "X25519MLKEM768")  # the latter from OpenSSL 3.5 on


def test_an_elliptic_key_and_the_reasons(rdpprobe, tmp_path):
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-384", "-nodes",
                    "-days", "3", "-subj", "/CN=other", "-sha384", "-keyout", key, "-out", certificate], check=True,
                   capture_output=True, stdin=subprocess.DEVNULL)
    server = TlsServer(certificate, key)
    result = rdpprobe("connect", "--json", "--set", "security=tls", "--until", "tls", f"127.0.0.1:{server.port}")
    facts = result.trial["facts"]["certificate"]
    check_certificate(facts["chain"][0], certificate.read_text())
    assert (facts["chain"][0]["key_type"], facts["chain"][0]["key_bits"]) == ("EC", 384)
    assert facts["verification"] == "self-signed certificate"
    assert facts["name_verification"] == "IP address mismatch"
    assert result.trial["facts"]["tls"]["sni"] == "127.0.0.1"


# ---- who ended it ----

@pytest.mark.parametrize("fault, by, with_", [
    ("tls:close", "server", {"FIN"}),
    ("tls:rst", "server", {"RST"}),
    ("nla:close", "server", {"FIN", "close_notify"}),
    ("nla:rst", "server", {"RST"}),
    ("tls:garbage", "client", {"alert", "gave up"}),
    ("nla:garbage", "client", {"gave up", "close_notify"}),
])
def test_who_ended_it(trial, fault, by, with_):
    result, truth = trial(["--fault", fault])
    facts = result.trial["facts"]["tls"]
    assert (facts["ended_by"], truth["fault"]) == (by, fault), result
    assert facts["ended_with"] in with_


@pytest.mark.parametrize("server, client, alert", [
    (["--tls-min", "1.3"], "1.2", "protocol_version"),
    (["--tls-max", "1.2", "--ciphers", "AES128-GCM-SHA256"], "1.1", "handshake_failure"),
])
def test_an_alert_of_the_server(trial, server, client, alert):
    result, _ = trial(server, "--set", f"tls={client}")
    facts = result.trial["facts"]["tls"]
    assert (facts["alert_received"], facts["ended_by"], facts["ended_with"]) == (alert, "server", "alert"), result
    assert result.trial["outcome"]["family"] == "tls"  # all that was asked for was offered


# ---- this machine's limits ----

def configuration(folder, line):
    """An OpenSSL configuration whose defaults for TLS have this line."""
    path = folder / "openssl.cnf"
    path.write_text(f"openssl_conf = all\n[all]\nssl_conf = ssl\n[ssl]\nsystem_default = tls\n[tls]\n{line}\n")
    return {"OPENSSL_CONF": str(path)}


@pytest.mark.parametrize("line", ["Protocol = -TLSv1", "CipherString = ECDHE+AESGCM"])
@pytest.mark.parametrize("security", ["nla", "tls"])
def test_a_version_that_this_machine_cannot_offer(trial, scratch, line, security):
    result, truth = trial([], "--set", "tls=1.0", security=security,
                          environment=configuration(scratch("openssl"), line))
    outcome = result.trial["outcome"]
    assert (outcome["phase"], outcome["family"], outcome["name"]) == ("tls", "local", "TLS_NOT_OFFERED"), result
    assert "mstsc" not in outcome
    assert result.trial["facts"]["tls"]["ended_by"] == "client"
    assert truth["tls"] is None and result.trial["logons"] == 0


@pytest.mark.parametrize("line", ["Protocol = -TLSv1", "CipherString = ECDHE+AESGCM"])
def test_a_server_that_takes_none_of_what_is_left(trial, scratch, line):
    result, _ = trial(["--tls-max", "1.0"], environment=configuration(scratch("openssl"), line))
    outcome = result.trial["outcome"]
    assert (outcome["phase"], outcome["family"], outcome["name"]) == ("tls", "local", "TLS_VERSION_DISABLED"), result
    assert outcome["detail"].endswith("instead of TLS 1.0")


@pytest.mark.parametrize("line", ["MinProtocol = TLSv1.2", "CipherString = DEFAULT@SECLEVEL=3"])
def test_what_the_configuration_forbids_by_default_is_lifted(trial, scratch, line):
    result, truth = trial([], "--set", "tls=1.0", environment=configuration(scratch("openssl"), line))
    assert (result.status, truth["tls"]) == (0, "1.0"), result


@pytest.mark.parametrize("security, until, needed", [
    ("nla", "active", True), ("rdp", "active", True), ("tls", "active", False),
    ("nla", "nla-challenge", False), ("nla", "tls", False), ("rdp", "mcs", False),
])
def test_no_legacy_provider(lab, rdpprobe, security, until, needed):
    server = lab(user="bob", password="Lab-Pw1")
    result = rdpprobe("connect", "--json", "--user", "bob", "--set", f"security={security}", "--until", until,
                      server.target, password="Lab-Pw1", environment={"OPENSSL_MODULES": "/nonexistent"})
    outcome = result.trial["outcome"]
    assert result.status == needed, result
    if needed:
        assert (outcome["family"], outcome["name"]) == ("local", "LEGACY_PROVIDER_MISSING")
        assert result.trial["connections"] == result.trial["logons"] == 0  # and the server knows nothing of it


# ---- through a gateway ----

@pytest.mark.parametrize("transport", ["http", "websocket"])
def test_the_gateways_tls_is_kept_apart(lab, gateway, rdpprobe, authority, transport):
    leaf, key = authority.issue("the target", "DNS:localhost")
    server = lab("--tls-max", "1.2", "--gateway-port", transport, "--certificate", leaf, "--key", key, user="bob",
                 password="Lab-Pw1")
    front = gateway("--map", "localhost=127.0.0.1", f"--via={transport}={server.gateway_ports[transport]}")
    result = rdpprobe("connect", "--json", "--user", "bob", "--set", f"gateway={transport}", "--gateway",
                      f"localhost:{front.port}", server.target, password="Lab-Pw1")
    assert result.status == 0, result
    facts, truth = result.trial["facts"], server.only_connection()
    assert (facts["tls"]["version"], facts["tls"]["cipher"], truth["tls"]) == ("1.2", truth["cipher"], "1.2")
    check_certificate(facts["certificate"]["chain"][0], leaf.read_text())
    assert facts["certificate"]["subject"] == "CN=the target"
    outer = facts["gateway"]
    assert outer["tls"]["version"] in ("1.2", "1.3") and outer["tls"]["sni"] == "localhost"
    assert outer["certificate"]["subject"] != "CN=the target" and outer["certificate"]["chain"][0]["sha256"]
    assert outer["certificate"]["sha256"] != facts["certificate"]["sha256"]
