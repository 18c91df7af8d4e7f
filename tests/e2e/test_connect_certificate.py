# SPDX-License-Identifier: Apache-2.0
"""The server's certificate: what is said of it, and that one that is not accepted is no failure of TLS."""

import subprocess

import pytest

from fixtures.credentials import Authority

X509_V_ERR_CERT_HAS_EXPIRED, X509_V_ERR_SELF_SIGNED, X509_V_ERR_HOSTNAME_MISMATCH = 10, 18, 62  # x509_vfy.h


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def connect(lab, rdpprobe, authority):
    """A trial against a lab with this certificate: (Result, truth). trusting: the authority is one of the system's."""

    def run(certificate, *arguments, trusting=True, host="localhost"):
        leaf, key = certificate
        server = lab("--certificate", leaf, "--key", key, user="bob", password="Lab-Pw1")
        environment = {"SSL_CERT_FILE": str(authority.certificate)} if trusting else {}
        result = rdpprobe("connect", "--json", "--user", "bob", *arguments, f"{host}:{server.port}",
                          password="Lab-Pw1", environment=environment)
        return result, server.only_connection()

    return run


def read_independently(path):
    """What the openssl program says: subject, issuer and the ends of the validity, as the journal writes them."""
    printed = subprocess.run(["openssl", "x509", "-in", path, "-noout", "-subject", "-issuer", "-startdate", "-enddate",
                              "-nameopt", "RFC2253,-esc_msb", "-dateopt", "iso_8601"],
                             check=True, capture_output=True, text=True).stdout
    lines = dict(line.split("=", 1) for line in printed.splitlines())
    return {"subject": lines["subject"].strip(), "issuer": lines["issuer"].strip(),
            "not_before": lines["notBefore"].replace(" ", "T"), "not_after": lines["notAfter"].replace(" ", "T")}


def assert_rejected(result, truth, code):
    outcome = result.trial["outcome"]
    assert (result.status, outcome["phase"], outcome["family"]) == (1, "tls", "local"), result
    assert (outcome["name"], outcome["code"]) == ("CERTIFICATE_REJECTED", code)
    assert "mstsc" not in outcome  # it was this program that refused
    # No password was on its way to a server that was not to be trusted with it.
    assert result.trial["logons"] == truth["ntlm_authenticates"] == 0 and not truth["client_info_password"]


def test_what_is_said_of_a_certificate(connect, authority):
    leaf, key = authority.issue("Prüfstand, Raum 1", "DNS:localhost")
    result, _ = connect((leaf, key))
    facts = result.trial["facts"]["certificate"]
    assert {name: facts[name] for name in ("subject", "issuer", "not_before", "not_after")} == read_independently(leaf)
    assert facts["name_match"] is True and facts["self_signed"] is False and facts["trusted"] is True
    assert facts["days_left"] in (29, 30)


def test_what_is_said_of_a_self_signed_one(connect, certificate):
    result, _ = connect((certificate.certificate, certificate.key))
    facts = result.trial["facts"]["certificate"]
    truth = read_independently(certificate.certificate)
    assert {name: facts[name] for name in truth} == truth and facts["subject"] == facts["issuer"]
    assert facts["self_signed"] is True and facts["trusted"] is False
    assert result.status == 0


@pytest.mark.parametrize("alternative, host, match", [
    ("DNS:localhost", "localhost", True),
    ("DNS:LOCALHOST", "localhost", True),
    ("DNS:other.example", "localhost", False),
    ("DNS:localhost", "127.0.0.1", False),
    ("IP:127.0.0.1", "127.0.0.1", True),
    ("IP:127.0.0.1", "localhost", False),
    ("IP:::1", "[::1]", True),
])
def test_name_match(connect, authority, alternative, host, match):
    result, _ = connect(authority.issue("a subject that names no host", alternative), host=host)
    assert result.trial["facts"]["certificate"]["name_match"] is match, result
    assert result.status == 0  # reported, not enforced


def test_by_default_a_certificate_is_only_reported(connect, authority):
    result, truth = connect(authority.issue(alternative="DNS:other.example", expired=True), trusting=False)
    facts = result.trial["facts"]["certificate"]
    assert (result.status, truth["reached"]) == (0, "active"), result
    assert (facts["name_match"], facts["trusted"], facts["days_left"] < 0) == (False, False, True)


@pytest.mark.parametrize("security", ["nla", "tls"])
def test_require_refuses_a_self_signed_certificate(connect, certificate, security):
    result, truth = connect((certificate.certificate, certificate.key), "--cert-policy", "require",
                            "--set", f"security={security}", "--autologon")
    assert_rejected(result, truth, X509_V_ERR_SELF_SIGNED)
    assert result.trial["facts"]["certificate"]["trusted"] is False
    assert result.trial["facts"]["tls"]["version"] == truth["tls"]


@pytest.mark.parametrize("security", ["nla", "tls"])
def test_require_takes_a_certificate_of_a_trusted_authority(connect, authority, security):
    result, truth = connect(authority.issue(), "--cert-policy", "require", "--set", f"security={security}")
    assert (result.status, truth["reached"]) == (0, "active"), result
    facts = result.trial["facts"]["certificate"]
    assert (facts["trusted"], facts["name_match"], facts["self_signed"]) == (True, True, False)


def test_require_refuses_an_unknown_authority(connect, authority):
    result, truth = connect(authority.issue(), "--cert-policy", "require", trusting=False)
    # X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY
    assert_rejected(result, truth, 20)


def test_require_refuses_an_expired_certificate(connect, authority):
    result, truth = connect(authority.issue(expired=True), "--cert-policy", "require")
    assert_rejected(result, truth, X509_V_ERR_CERT_HAS_EXPIRED)
    assert result.trial["facts"]["certificate"]["days_left"] < 0


def test_require_refuses_another_name(connect, authority):
    result, truth = connect(authority.issue(alternative="DNS:other.example"), "--cert-policy", "require")
    assert_rejected(result, truth, X509_V_ERR_HOSTNAME_MISMATCH)
    facts = result.trial["facts"]["certificate"]
    assert (facts["trusted"], facts["name_match"]) == (True, False)
