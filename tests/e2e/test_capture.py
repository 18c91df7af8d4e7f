# SPDX-License-Identifier: Apache-2.0
"""connect --capture, as tshark reads it: whole, it decrypts all; redacted, it names all and holds no credential."""

import re
import socket
import stat
import subprocess

import pytest

from fixtures.secrecy import spellings
from fixtures.tshark import Capture

PASSWORD, GATEWAY_PASSWORD, TOKEN = "Cap-Ture-5821", "Gate-Way-7713", "paa-token-904177"
WHOLE = "--capture-redact=no"
LICENSING = ["License Request", "New License Request", "Platform Challenge", "Platform Challenge Response"]
NLA = ["NTLMSSP_NEGOTIATE", "NTLMSSP_CHALLENGE", "NTLMSSP_AUTH, User: \\bob"]


@pytest.fixture
def captured(lab, rdpprobe, certificate):
    """One trial with a capture: (Result, path of the capture, the lab)."""

    def run(*arguments, server_options=(), security="nla", target=None, **options):
        server = lab("--certificate", certificate.certificate, "--key", certificate.key, *server_options,
                     user="bob", password=PASSWORD)
        path = rdpprobe.home / "trial.pcapng"
        result = rdpprobe("connect", "--json", "--user", "bob", "--autologon", "--set", f"security={security}",
                          "--capture", path, *arguments, target or server.target, password=PASSWORD, **options)
        return result, path, server

    return run


def contains_in_order(names, wanted):
    """Whether each wanted name stands in one of the names, in this order."""
    rest = iter(names)
    return all(any(name in candidate for candidate in rest) for name in wanted)


def holds_no_credential(path, *secrets):
    """The file's bytes have no secret in any spelling; tshark finds no response, no key and no password in it."""
    bytes = path.read_bytes()
    for secret in (PASSWORD, *secrets):
        assert not any(spelling in bytes for spelling in spellings(secret))
    capture = Capture(path)
    for field in ("ntlmssp.ntlmv2_response.ntproofstr", "http.authbasic"):
        assert capture.column(field) == [], field
    # An empty response or session key is shown as the bytes that say so: all zero.
    for field in ("ntlmssp.auth.ntresponse", "ntlmssp.auth.lmresponse", "ntlmssp.auth.sesskey", "credssp.authInfo",
                  "credssp.pubKeyAuth", "rdp.password"):
        assert not re.sub(r"[0:,. ]|\\000", "", "".join(capture.column(field))), field
    # Decryption Secrets Blocks have type 0xA; none is there, and nothing in the key log's format.
    assert b"CLIENT_RANDOM" not in bytes and b"_TRAFFIC_SECRET" not in bytes
    assert 0xA not in [kind for kind, _ in blocks(bytes)]


def blocks(bytes):
    """(type, body) of each block; fails unless the file is whole blocks to its end."""
    at = 0
    while at < len(bytes):
        kind, size = (int.from_bytes(bytes[at + i:at + i + 4], "little") for i in (0, 4))
        assert size >= 12 and size % 4 == 0 and at + size <= len(bytes)
        assert bytes[at + size - 4:at + size] == bytes[at + 4:at + 8]
        yield kind, bytes[at + 8:at + size - 4]
        at += size


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_tshark_decrypts_a_whole_capture(captured, tls):
    result, path, server = captured(WHOLE, "--set", f"tls={tls}", server_options=["--licensing", "issue"])
    assert result.status == 0, result
    capture = Capture(path, [server.port])
    infos = capture.infos("tcp")
    assert contains_in_order(infos, ["[SYN]", "[SYN, ACK]", "[ACK]", "Client Hello", "Server Hello", *NLA, "ClientData",
                                     "ServerData", "erectDomainRequest", "ClientInfo", *LICENSING]), infos
    assert capture.column("tls.handshake.certificate"), "the certificate is decrypted as well"
    assert capture.column("credssp.authInfo") or capture.column("credssp.pubKeyAuth")
    secret = PASSWORD.encode("utf-16-le").hex()
    assert secret in capture.run("-V", "-x", "-Y", "rdp.clientInfoPDU").replace(" ", "") or \
        PASSWORD in capture.run("-V", "-Y", "rdp.clientInfoPDU")
    # No sequence number is wrong, and no checksum.
    assert capture.column("frame.number", where="tcp.analysis.flags && !tcp.analysis.window_full") == []
    capture.options += ["-o", "tcp.check_checksum:TRUE", "-o", "ip.check_checksum:TRUE"]
    assert capture.column("frame.number", where='tcp.checksum.status=="Bad" || ip.checksum.status=="Bad"') == []


@pytest.mark.parametrize("form", ["yes", "no"])
@pytest.mark.parametrize("security, at", [("nla", "licensing"), ("tls", "capabilities"), ("rdp", "active")])
def test_error_info_is_named(captured, form, security, at):
    result, path, _ = captured(f"--capture-redact={form}", security=security,
                               server_options=["--deny-if", "true", "--at", at, "--errinfo", "7"])
    assert result.trial["outcome"]["code"] == 7, result
    capture = Capture(path)
    comments = capture.column("frame.comment")
    assert any("Set Error Info: 0x7 ERRINFO_SERVER_DENIED_CONNECTION" in text for text in comments), comments
    if security == "tls":  # Wireshark knows it by itself once it has seen the end of licensing
        assert "47" in capture.column("rdp.pduType2") or form == "no"
    if form == "yes":
        holds_no_credential(path)


def test_a_redacted_capture_is_the_default_and_names_everything(captured):
    result, path, _ = captured(server_options=["--licensing", "issue"])
    assert result.status == 0, result
    capture = Capture(path)
    infos = capture.infos("pdus")
    assert contains_in_order(infos, ["Negotiate Request", "Negotiate Response", *NLA, "ClientData", "ServerData",
                                     "ClientInfo", *LICENSING, "New License"]), infos
    # Of the connection the handshake is there, and of what is encrypted only how much it was.
    assert contains_in_order(capture.infos("tcp"), ["[SYN]", "Client Hello", "Server Hello"])
    assert capture.column("frame.number", where="frame.cap_len < frame.len")
    comments = capture.column("frame.comment")
    assert "left out: the password" in comments and any("NTLM responses" in text for text in comments)
    holds_no_credential(path)


@pytest.mark.parametrize("security", ["nla", "tls", "rdp"])
def test_the_proof_can_fail(captured, security):
    """The same search finds the credentials in a whole capture, or in what it decrypts."""
    _, path, server = captured(WHOLE, security=security)
    with pytest.raises(AssertionError):
        holds_no_credential(path)
    if security == "nla":
        assert Capture(path, [server.port]).column("ntlmssp.auth.ntresponse")
    if security == "rdp":  # decrypted by the probe
        assert any(spelling in path.read_bytes() for spelling in spellings(PASSWORD))


@pytest.mark.parametrize("security", ["nla", "tls", "rdp"])
def test_no_credential_in_a_redacted_capture(captured, security):
    result, path, server = captured(security=security)
    assert result.status == 0 and server.only_connection()["client_info_password"] is True
    assert any(info.startswith("ClientInfo") for info in Capture(path).infos("pdus"))
    holds_no_credential(path)


@pytest.mark.parametrize("form", ["yes", "no"])
def test_only_the_owner_reads_it_and_is_warned(captured, form, rdpprobe):
    old = rdpprobe.home / "trial.pcapng"
    old.write_text("open to all")
    old.chmod(0o666)
    with open(old) as reader:
        result, path, server = captured(f"--capture-redact={form}")
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert reader.read() == "open to all", "who had the old file open does not get the new one"
    assert ("warning" in result.stderr and "password" in result.stderr) == (form == "no"), result
    # The command that is printed is one that works.
    command = re.search(r"to read it: (tshark .*)", result.stderr).group(1)
    done = subprocess.run(command.split(), capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0 and "NTLMSSP_CHALLENGE" in done.stdout, done
    assert (f"tls.port=={server.port},tpkt" in command) == (form == "no")


@pytest.mark.parametrize("phase", ["negotiate", "tls", "nla", "licensing"])
@pytest.mark.parametrize("form", ["yes", "no"])
def test_a_killed_trial_leaves_a_capture(captured, form, phase):
    result, path, server = captured(f"--capture-redact={form}", "--deadline", "1",
                                    server_options=["--fault", f"{phase}:hang"])
    assert result.trial["outcome"]["name"] == "DEADLINE", result
    list(blocks(path.read_bytes()))
    infos = Capture(path, [server.port] if form == "no" else []).infos()
    last = {"negotiate": "Negotiate Request", "tls": "Client Hello", "nla": "NTLMSSP_NEGOTIATE",
            "licensing": "ClientInfo"}[phase]
    assert any(last in info for info in infos), infos


def test_times_are_those_of_the_trial(captured):
    result, path, server = captured(WHOLE)
    capture = Capture(path, [server.port])
    times = [float(time) for time in capture.column("frame.time_epoch")]
    assert times == sorted(times)
    # Phases count from the trial's start; between connecting and a PDU both clocks measure the same.
    phases = {phase["phase"]: phase.get("start_ms", phase.get("start", 0)) for phase in result.trial["phases"]}
    hello = float(capture.column("frame.time_epoch", where="tls.handshake.type==1")[0])
    auth = float(capture.column("frame.time_epoch", where="ntlmssp.messagetype==1")[0])
    wire, told = (auth - hello) * 1000, phases["nla"] - phases["tls"]
    assert abs(wire - told) < max(25, told / 2), (wire, told, result.trial["phases"])
    assert (times[-1] - times[0]) * 1000 < result.trial["ms"] + 1100


def test_what_is_refused_and_what_ends_show(captured, rdpprobe):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    path = rdpprobe.home / "closed.pcapng"
    result = rdpprobe("connect", "--json", "--until", "tls", "--capture", path, f"127.0.0.1:{port}")
    assert result.status == 1 and contains_in_order(Capture(path).infos(), ["[SYN]", "[RST, ACK]"])
    for fault, flag in (("negotiate:rst", "RST"), ("negotiate:close", "FIN")):
        _, path, _ = captured(server_options=["--fault", fault])
        assert any(flag in info for info in Capture(path).infos()), Capture(path).infos()


@pytest.mark.parametrize("form", ["yes", "no"])
@pytest.mark.parametrize("transport", ["websocket", "http"])
@pytest.mark.parametrize("auth", ["ntlm", "token"])
def test_a_gateway_s_tunnel(captured, lab, gateway, rdpprobe, transport, form, auth):
    server = lab("--gateway-port", transport, user="bob", password=PASSWORD)
    if auth == "ntlm":
        front = gateway("--auth", "ntlm", "--user", "gus", "--via", f"{transport}={server.gateway_ports[transport]}",
                        password=GATEWAY_PASSWORD)
        words = ["--gateway-user", "gus", "--gateway-password-file",
                 rdpprobe.password_file(GATEWAY_PASSWORD, "gateway-password")]
    else:
        token = rdpprobe.password_file(TOKEN, "token")
        front = gateway("--auth", "paa", "--token-file", token,
                        "--via", f"{transport}={server.gateway_ports[transport]}")
        words = ["--gateway-token-file", token]
    result, path, _ = captured(f"--capture-redact={form}", "--gateway", f"localhost:{front.port}",
                               "--set", f"gateway={transport}", *words, target=server.target)
    assert result.status == 0, result
    if form == "no":
        capture = Capture(path, [server.port], [front.port])
        assert contains_in_order(capture.infos("tunnel"), ["Client Hello", *NLA, "ClientData", "ClientInfo"])
        assert any("HTTP/1.1" in info for info in capture.infos("tcp")), capture.infos("tcp")
    else:
        capture = Capture(path)
        assert contains_in_order(capture.infos("pdus"), ["HTTP/1.1", *NLA, "ClientData", "ClientInfo"])
        assert b"Authorization: " in path.read_bytes() or auth == "token"
        holds_no_credential(path, GATEWAY_PASSWORD, TOKEN)


def test_shadow(rdpprobe, shadow):
    server = shadow("nla")
    path = rdpprobe.home / "shadow.pcapng"
    for form in ("yes", "no"):
        result = rdpprobe("connect", "--user", server.user, "--capture", path, f"--capture-redact={form}",
                          server.target, password=server.password)
        assert result.status == 0, result
        capture = Capture(path, [int(server.target.rpartition(":")[2])] if form == "no" else [])
        assert contains_in_order(capture.infos(), ["NTLMSSP_CHALLENGE", "NTLMSSP_AUTH", "ClientInfo"])
        assert any("Confirm Active" in info for info in capture.infos())


def test_several_trials_in_one_file(captured):
    result, path, server = captured(WHOLE, "--repeat", "3", "--pause", "0")
    assert result.status == 0
    capture = Capture(path, [server.port])
    assert len(capture.column("frame.number", where="tcp.flags.syn==1 && tcp.flags.ack==0")) == 3
    assert sum("NTLMSSP_AUTH" in info for info in capture.infos("tcp")) == 3


def test_where_it_cannot_be_written(rdpprobe, lab):
    server = lab(user="bob", password=PASSWORD)
    for path, word in (("/proc/x.pcapng", "cannot be made"), (rdpprobe.home, "no plain file"),
                       ("/dev/null", "no plain file")):
        result = rdpprobe("connect", "--until", "tls", "--capture", path, server.target)
        assert result.status == 3 and word in result.stderr, result
    assert server.connections() == []
    result = rdpprobe("connect", "--no-capture-redact", server.target)
    assert result.status == 2 and "--capture" in result.stderr


@pytest.mark.parametrize("form", ["yes", "no"])
def test_early_user_authorization_is_named(captured, form):
    result, path, _ = captured(f"--capture-redact={form}", server_options=["--early-authorization", "deny"])
    assert result.trial["outcome"]["name"] == "AUTHZ_ACCESS_DENIED", result
    comments = Capture(path).column("frame.comment")
    assert "Early User Authorization Result: 0x5 AUTHZ_ACCESS_DENIED" in comments, comments
    if form == "yes":
        holds_no_credential(path)
