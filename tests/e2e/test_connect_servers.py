# SPDX-License-Identifier: Apache-2.0
"""Full trials against servers that nobody here wrote, and the facts against what the server itself saw."""

import re
import socket
import ssl
import time

import pytest

from fixtures.process import wait_until

PROTOCOL = {"nla": "HYBRID", "tls": "SSL", "rdp": "RDP"}
PATH = {  # phases of a connection that reaches the session
    "nla": ["resolve", "tcp", "negotiate", "tls", "nla", "mcs", "channels", "info", "licensing", "capabilities",
            "finalize", "active"],
}
PATH["tls"] = [phase for phase in PATH["nla"] if phase != "nla"]
PATH["rdp"] = [phase for phase in PATH["tls"] if phase != "tls"]


def assert_active(result, security):
    assert result.status == 0, result
    assert result.trial["outcome"] == {"result": "connected", "phase": "active"}
    # The lab reports the logon at once, if there was one; the others do not.
    assert [phase["phase"] for phase in result.trial["phases"] if phase["phase"] != "logon"] == PATH[security]
    assert result.trial["facts"]["negotiation"]["selected"] == PROTOCOL[security]
    assert result.trial["in_effect"] is True and result.trial["connections"] == 1
    assert result.trial["failed_logons"] == 0


# ---- shadow ----

@pytest.mark.parametrize("security", ["nla", "tls", "rdp"])
def test_shadow_reaches_active(shadow, rdpprobe, security):
    server = shadow(security)
    result = rdpprobe("connect", "--json", "--user", server.user, "--set", f"security={security}", server.target,
                      password=server.password)
    assert_active(result, security)
    assert result.trial["logons"] == (security == "nla")
    if security == "nla":
        assert result.trial["facts"]["logon"]["credentials"] == "verified"


def test_shadow_refuses_a_wrong_password(shadow, rdpprobe):
    server = shadow("nla", user="dave", password="Right-Pw1", domain="DOM")
    result = rdpprobe("connect", "--json", "--user", "DOM\\dave", server.target, password="Wrong-Pw1")
    outcome = result.trial["outcome"]
    assert (result.status, outcome["phase"], outcome["family"]) == (1, "nla", "credssp"), result
    # Which NTSTATUS this server makes of a message integrity check that failed differs by its version.
    assert outcome["code"] >> 30 == 3 and outcome["code"] == result.trial["facts"]["credssp"]["ntstatus"]
    assert "failed with SEC_E_" in server.log
    assert result.trial["facts"]["logon"]["credentials"] == "refused"
    assert (result.trial["connections"], result.trial["logons"], result.trial["failed_logons"]) == (1, 1, 1)
    # The same account, the same server: it was the password.
    result = rdpprobe("connect", "--json", "--user", "dave", "--domain", "DOM", server.target, password="Right-Pw1")
    assert_active(result, "nla")


def test_shadow_refuses_another_protocol(shadow, rdpprobe):
    result = rdpprobe("connect", "--json", "--set", "security=rdp", shadow("nla").target)
    outcome = result.trial["outcome"]
    assert (result.status, outcome["phase"], outcome["family"]) == (1, "negotiate", "negotiation"), result
    assert outcome["name"] in ("SSL_REQUIRED_BY_SERVER", "HYBRID_REQUIRED_BY_SERVER")


def test_shadow_shows_the_certificate_it_was_given(shadow, rdpprobe, certificate):
    server = shadow("tls")
    result = rdpprobe("connect", "--json", "--set", "security=tls", "--until", "tls", server.target)
    # Python reads the file when it trusts it as an authority, which a self-signed certificate is.
    context = ssl.create_default_context(cafile=certificate.certificate)
    truth = context.get_ca_certs()[0]
    facts = result.trial["facts"]["certificate"]
    assert facts["subject"] == facts["issuer"] == "CN=%s" % dict(pair[0] for pair in truth["subject"])["commonName"]
    for name, member in (("not_before", "notBefore"), ("not_after", "notAfter")):
        assert facts[name] == time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ssl.cert_time_to_seconds(truth[member])))
    assert facts["name_match"] is True  # 127.0.0.1 is among its alternative names


# ---- xrdp ----

@pytest.mark.parametrize("layer, security", [("tls", "tls"), ("negotiate", "tls"), ("negotiate", "rdp"),
                                             ("rdp", "rdp")])
def test_xrdp_reaches_active(xrdp, rdpprobe, layer, security):
    server = xrdp(layer)
    result = rdpprobe("connect", "--json", "--user", "eve", "--set", f"security={security}", "--settle", "0.5",
                      server.target, password="any")
    assert_active(result, security)
    # What ends xrdp's licensing is odd, and must not be lost for that; then comes a login screen, in slow path.
    assert result.trial["facts"]["licensing"]["messages"][-1] == "ERROR_ALERT"
    assert result.trial["logons"] == 0  # without NLA the password is not sent unless --autologon asks for it


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "1.3"])
def test_the_tls_version_is_the_one_in_xrdp_s_log(xrdp, rdpprobe, version):
    server = xrdp("tls", protocols="TLSv1, TLSv1.1, TLSv1.2, TLSv1.3", ciphers="ALL:@SECLEVEL=0")
    result = rdpprobe("connect", "--json", "--set", "security=tls", "--set", f"tls={version}", server.target)
    assert_active(result, "tls")
    logged = wait_until(lambda: re.search(r"(TLSv[\d.]+) with cipher (\S+)", server.log), 10)
    assert logged, server.log
    facts = result.trial["facts"]["tls"]
    assert logged[1] == ("TLSv1" if version == "1.0" else f"TLSv{version}")
    assert (facts["version"], facts["cipher"]) == (version, logged[2])


@pytest.mark.parametrize("protocols, spoken", [("TLSv1.2", "1.2"), ("TLSv1.3", "1.3"), ("TLSv1.2, TLSv1.3", "1.3")])
def test_the_highest_common_version_is_spoken_by_default(xrdp, rdpprobe, protocols, spoken):
    server = xrdp("tls", protocols=protocols)
    result = rdpprobe("connect", "--json", "--set", "security=tls", "--until", "licensing", server.target)
    assert result.status == 0 and result.trial["facts"]["tls"]["version"] == spoken
    assert wait_until(lambda: f"TLSv{spoken} with cipher" in server.log, 10), server.log


def test_xrdp_without_a_common_version(xrdp, rdpprobe):
    server = xrdp("tls", protocols="TLSv1.3")
    result = rdpprobe("connect", "--json", "--set", "security=tls", "--set", "tls=1.2", server.target)
    outcome = result.trial["outcome"]
    assert (result.status, outcome["phase"], outcome["family"]) == (1, "tls", "tls"), result
    assert outcome["name"] == "protocol_version"


def test_xrdp_has_no_nla(xrdp, rdpprobe):
    result = rdpprobe("connect", "--json", "--user", "eve", xrdp("negotiate").target, password="any")
    assert (result.trial["outcome"]["family"], result.trial["outcome"]["name"]) == (
        "negotiation", "OTHER_PROTOCOL_SELECTED")
    assert result.trial["logons"] == 0 and result.trial["in_effect"] is False


# ---- the lab's ground truth ----

@pytest.mark.parametrize("security", ["nla", "tls", "rdp"])
def test_facts_are_what_the_server_saw(trial, security):
    result, truth = trial([], security=security)
    assert_active(result, security)
    facts = result.trial["facts"]
    assert truth["security"] == security
    assert facts["negotiation"]["requested"] == truth["requested"]
    assert facts["address"]["used"] == truth["peer"]  # over loopback both ends have the same address
    assert facts["address"]["family"] == truth["family"]
    assert facts["address"]["presented"] == "localhost"
    assert set(facts["address"]["resolved"]) == {item[4][0] for item in socket.getaddrinfo("localhost", None)}
    assert facts["licensing"]["role"] == "valid-client"
    assert facts["errinfo"]["advertised"] is (truth["errinfo"] == "advertised")
    assert truth["user"] == "bob" and truth["cookie"] == "bob"
    if security == "rdp":
        assert "tls" not in facts and "certificate" not in facts
        return
    assert (facts["tls"]["version"], facts["tls"]["cipher"]) == (truth["tls"], truth["cipher"])
    assert "ended_by" not in facts["tls"]  # the trial was over first
    assert truth["sni"] == "localhost" and truth["address"] == "name"
    if security == "nla":
        assert facts["credssp"]["version"] == truth["credssp_version"]
        assert truth["authenticated"] is True and facts["logon"]["credentials"] == "verified"


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "1.3"])
@pytest.mark.parametrize("security", ["nla", "tls"])
def test_the_version_asked_for_is_spoken(trial, security, version):
    result, truth = trial([], "--set", f"tls={version}", security=security)
    assert_active(result, security)
    assert truth["tls"] == version
    assert (result.trial["facts"]["tls"]["version"], result.trial["facts"]["tls"]["cipher"]) == (
        version, truth["cipher"])


def test_the_cipher_is_the_server_s_choice(trial):
    result, truth = trial(["--tls-max", "1.2", "--ciphers", "AES128-SHA"], security="tls")
    assert truth["cipher"] == "AES128-SHA"
    facts = result.trial["facts"]["tls"]
    assert (facts["version"], facts["cipher"]) == ("1.2", "AES128-SHA")
    assert "group" not in facts  # RSA key exchange has none


@pytest.mark.parametrize("level, literal, host", [("ipv4", "127.0.0.1", "127.0.0.1"), ("ipv6", "::1", "[::1]")])
def test_an_address_is_presented_as_such(lab, rdpprobe, level, literal, host):
    server = lab(user="bob", password="Lab-Pw1")
    result = rdpprobe("connect", "--json", "--user", "bob", "--set", f"address={level}", f"{host}:{server.port}",
                      password="Lab-Pw1")
    truth = server.only_connection()
    assert_active(result, "nla")
    assert (truth["family"], truth["address"], truth["peer"]) == (level, level, literal)
    facts = result.trial["facts"]["address"]
    assert (facts["used"], facts["family"], facts["presented"]) == (literal, level, literal)
    assert result.trial["facts"]["certificate"]["name_match"] is True


def test_a_name_as_ipv4(lab, rdpprobe):
    server = lab(user="bob", password="Lab-Pw1")
    result = rdpprobe("connect", "--json", "--user", "bob", "--set", "address=ipv4", server.target, password="Lab-Pw1")
    truth = server.only_connection()
    assert_active(result, "nla")
    assert (truth["family"], truth["address"]) == ("ipv4", "ipv4")
    facts = result.trial["facts"]["address"]
    assert (facts["asked"], facts["presented"], facts["used"]) == ("localhost", truth["peer"], truth["peer"])


@pytest.mark.parametrize("security", ["nla", "tls", "rdp"])
def test_licensing_messages_and_the_issued_licence(lab, rdpprobe, security):
    """A first trial is issued a licence, the second presents it: as the server saw it."""
    server = lab("--licensing", "issue", user="bob", password="Lab-Pw1")
    result = rdpprobe("connect", "--json", "--user", "bob", "--set", f"security={security}", "--set", "license=reuse",
                      "--pause", "0", server.target, password="Lab-Pw1")
    first, second = server.connections()
    assert result.status == 0, result
    assert (first["license"], second["license"]) == ("new", "stored")
    assert second["license_id"] == first["license_issued"]
    cleared, reused = result.trials
    assert (cleared["variant"]["license"], reused["variant"]["license"]) == ("clear", "reuse")
    assert cleared["facts"]["licensing"] == {
        "role": "license-server", "company": "Microsoft Corporation", "product": "A02", "version": "6.0",
        "scopes": ["microsoft.com"], "key_exchanges": ["KEY_EXCHANGE_ALG_RSA"],
        "messages": ["LICENSE_REQUEST", "NEW_LICENSE_REQUEST", "PLATFORM_CHALLENGE", "PLATFORM_CHALLENGE_RESPONSE",
                     "NEW_LICENSE"]}
    assert reused["facts"]["licensing"]["role"] == "license-server"
    assert reused["facts"]["licensing"]["messages"][:2] == ["LICENSE_REQUEST", "LICENSE_INFO"]
    assert cleared["in_effect"] is True and reused["in_effect"] is True
