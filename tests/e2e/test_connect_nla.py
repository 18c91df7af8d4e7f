# SPDX-License-Identifier: Apache-2.0
"""What NLA tells before and without a logon: versions, names, the system, and the server's clock against ours."""

import socket
import struct
import threading

import pytest

PASSWORD = "Lab-Pw1"
WINDOWS_11_23H2 = 22631  # what WinPR says of itself


@pytest.fixture
def challenge(lab, rdpprobe):
    """connect --until nla-challenge against a lab with these options: (Result, truth)."""

    def run(*server_options, arguments=(), password=None):
        server = lab(*server_options, user="bob", password=PASSWORD)
        result = rdpprobe("connect", "--json", "--until", "nla-challenge", *arguments, server.target,
                          password=password)
        return result, server.only_connection()

    return run


def assert_no_logon(result, truth):
    assert result.status == 0, result
    assert result.trial["outcome"] == {"result": "connected", "phase": "nla"}
    assert result.trial["until"] == "nla-challenge"
    assert (result.trial["logons"], result.trial["failed_logons"], result.trial["connections"]) == (0, 0, 1)
    assert truth["ntlm_authenticates"] == 0 and not truth["client_info_password"] and truth["reached"] == "nla"


def test_the_challenge_needs_no_credentials(challenge):
    result, truth = challenge()
    assert_no_logon(result, truth)
    assert truth["user"] is None and truth["cookie"] == ""  # the made-up identity stays here
    facts = result.trial["facts"]
    assert facts["credssp"]["mechanism"] == "NTLM" and facts["credssp"]["version"] == 6
    assert facts["credssp"]["oracle_remediation"].startswith("remedied")
    name = socket.gethostname().split(".")[0]
    assert facts["ntlm"]["computer"].lower() == name.lower()[:15]
    assert facts["ntlm"]["dns_computer"].lower().split(".")[0] == name.lower()
    assert facts["ntlm"]["os_build"] == WINDOWS_11_23H2
    assert facts["ntlm"]["os_version"] == f"10.0.{WINDOWS_11_23H2}"
    assert facts["ntlm"]["os_name"] == "Windows 11 23H2"


def test_the_challenge_uses_no_credentials_that_are_given(challenge, rdpprobe):
    result, truth = challenge(arguments=["--user", "bob"], password=PASSWORD)
    assert_no_logon(result, truth)
    assert truth["cookie"] == "bob"
    # Nor does it touch the record of failed logons.
    assert not list(rdpprobe.home.rglob("logons.json"))


def test_the_challenge_of_shadow(shadow, rdpprobe):
    server = shadow("nla")
    result = rdpprobe("connect", "--json", "--until", "nla-challenge", server.target)
    assert (result.status, result.trial["logons"]) == (0, 0), result
    assert abs(result.trial["facts"]["clock"]["skew"]) < 0.05
    assert "failed" not in server.log.lower() or "ntlm_server" not in server.log


@pytest.mark.parametrize("security", ["tls", "rdp"])
def test_without_nla_it_ends_before_mcs(lab, rdpprobe, security):
    server = lab(user="bob", password=PASSWORD)
    result = rdpprobe("connect", "--json", "--until", "nla-challenge", "--set", f"security={security}", server.target)
    assert (result.status, result.trial["logons"]) == (0, 0), result
    assert "ntlm" not in result.trial["facts"]
    assert server.only_connection()["reached"] in ("tls", "negotiate")


def test_a_server_that_hangs_in_nla_is_seen_there(challenge):
    result, truth = challenge("--fault", "nla:hang", arguments=["--deadline", "2"])
    assert (result.status, result.trial["outcome"]["phase"], result.trial["outcome"]["family"]) == (1, "nla", "timeout")
    assert result.trial["logons"] == truth["ntlm_authenticates"] == 0


# ---- the clock ----

@pytest.mark.parametrize("skew", [300, -90.5, 0])
def test_the_clock_is_measured(challenge, skew):
    result, truth = challenge("--clock-skew", skew)
    assert_no_logon(result, truth)
    clock = result.trial["facts"]["clock"]
    assert abs(clock["skew"] - skew) < 0.05, clock
    assert 0 <= clock["uncertainty"] < 0.05


@pytest.mark.parametrize("skew", [300, -90.5])
def test_a_skewed_clock_does_not_hinder_the_logon(trial, skew):
    result, truth = trial(["--clock-skew", skew])
    assert (result.status, truth["authenticated"]) == (0, True), result
    assert abs(result.trial["facts"]["clock"]["skew"] - skew) < 0.05


# ---- CredSSP ----

@pytest.mark.parametrize("version, remedied", [(2, False), (3, False), (4, False), (5, True), (6, True)])
def test_the_version_and_what_it_says(challenge, version, remedied):
    result, truth = challenge("--credssp-version", version)
    assert_no_logon(result, truth)
    facts = result.trial["facts"]["credssp"]
    assert facts["version"] == version
    assert facts["oracle_remediation"].startswith("remedied" if remedied else "not remedied")


@pytest.mark.parametrize("version", [5, 6])
def test_a_logon_with_that_version(trial, version):
    result, truth = trial(["--credssp-version", version])
    assert (result.status, truth["authenticated"], result.trial["logons"]) == (0, True, 1), result


@pytest.mark.parametrize("status, name", [
    (0xC000006D, "STATUS_LOGON_FAILURE"), (0xC0000234, "STATUS_ACCOUNT_LOCKED_OUT"),
    (0xC0000133, "STATUS_TIME_DIFFERENCE_AT_DC")])
def test_ntstatus_by_name(trial, status, name):
    result, truth = trial(["--ntstatus", f"{status:X}"])
    assert truth["ntstatus_sent"] == result.trial["facts"]["credssp"]["ntstatus"] == status
    assert result.trial["facts"]["credssp"]["status_name"] == name


# ---- negotiation ----

class Rewriting:
    """A middlebox: passes everything on, but asks the server for other protocols than the client did."""

    def __init__(self, port, protocols):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port, self.target, self.protocols = self.listener.getsockname()[1], port, protocols
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    @staticmethod
    def pump(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def run(self):
        client, _ = self.listener.accept()
        server = socket.create_connection(("127.0.0.1", self.target))
        with client, server:
            request = client.recv(4096)
            # MS-RDPBCGR 2.2.1.1.1: requestedProtocols are the last four bytes
            server.sendall(request[:-4] + struct.pack("<I", self.protocols))
            back = threading.Thread(target=self.pump, args=(server, client), daemon=True)
            back.start()
            self.pump(client, server)
            back.join(10)


SSL, HYBRID, HYBRID_EX = 1, 2, 8


@pytest.mark.parametrize("protocols, changed", [(SSL | HYBRID | HYBRID_EX, False), (HYBRID, True)])
def test_a_middlebox_shows_in_the_echo(lab, rdpprobe, protocols, changed):
    server = lab(user="bob", password=PASSWORD)
    middlebox = Rewriting(server.port, protocols)
    result = rdpprobe("connect", "--json", "--user", "bob", f"localhost:{middlebox.port}", password=PASSWORD)
    assert result.status == 0, result
    assert result.trial["facts"]["negotiation"]["middlebox"] is changed
    assert server.only_connection()["requested"] == (["HYBRID"] if changed else ["SSL", "HYBRID", "HYBRID_EX"])


def test_flags_and_failures_have_names(lab, rdpprobe):
    server = lab("--security", "nla", user="bob", password=PASSWORD)
    facts = rdpprobe("connect", "--json", "--until", "negotiate", server.target).trial["facts"]["negotiation"]
    names = {1: "EXTENDED_CLIENT_DATA_SUPPORTED", 2: "DYNVC_GFX_PROTOCOL_SUPPORTED",
             8: "RESTRICTED_ADMIN_MODE_SUPPORTED", 16: "REDIRECTED_AUTHENTICATION_MODE_SUPPORTED"}
    assert facts.get("flag_names", []) == [name for flag, name in names.items() if facts["flags"] & flag]
    facts = rdpprobe("connect", "--json", "--set", "security=tls", server.target).trial["facts"]["negotiation"]
    assert (facts["failure"], facts["failure_name"]) == (5, "HYBRID_REQUIRED_BY_SERVER")
