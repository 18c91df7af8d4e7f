# SPDX-License-Identifier: Apache-2.0
"""The facts of a trial against tshark's fields for the same trial: one table, two captures.

One capture is the probe's own, the other the kernel's, taken on loopback by dumpcap beside it, with nothing of the
probe's but the TLS secrets.
"""

import hashlib
import os
import shutil
import subprocess
from datetime import datetime

import pytest

from fixtures.process import DidNotStart, Process, wait_until
from fixtures.tshark import Capture

PASSWORD = "Lab-Pw1"
PROTOCOLS = {1: "SSL", 2: "HYBRID", 4: "RDSTLS", 8: "HYBRID_EX", 16: "RDSAAD"}
LICENSING = {0x01: "LICENSE_REQUEST", 0x02: "PLATFORM_CHALLENGE", 0x03: "NEW_LICENSE", 0x12: "LICENSE_INFO",
             0x13: "NEW_LICENSE_REQUEST", 0x15: "PLATFORM_CHALLENGE_RESPONSE", 0xFF: "ERROR_ALERT"}
METHODS = {0: "ENCRYPTION_METHOD_NONE", 2: "ENCRYPTION_METHOD_128BIT"}
LEVELS = {0: "ENCRYPTION_LEVEL_NONE", 2: "ENCRYPTION_LEVEL_CLIENT_COMPATIBLE", 3: "ENCRYPTION_LEVEL_HIGH"}
DECRYPTION_SECRETS = 0xA  # pcapng's block type

# In which packet a field counts: one that has another field, with this value.
CLIENT_HELLO, SERVER_HELLO = ("tls.handshake.type", "1"), ("tls.handshake.type", "2")
CORE, SERVER_CORE = ("rdp.client.coreData", None), ("rdp.server.coreData", None)
CONFIRM = ("rdp.pduType.type", "0x0003")
CHALLENGE = ("ntlmssp.messagetype", "0x00000002")


def number(text):
    return int(text.split(",")[0], 0)


def names(table):
    def read(text):
        mask = number(text)
        return [name for bit, name in table.items() if mask & bit] or ["RDP"]
    return read


def little_endian(text):
    """What tshark up to 4.0 shows as bytes, and 4.4 as a number."""
    return number(text) if text.startswith("0x") else int.from_bytes(bytes.fromhex(text.replace(":", "")), "little")


def named(table):
    return lambda text: table[number(text)]


def version(minor_major):
    minor, major = minor_major
    return number(major) << 16 | number(minor)


def cipher(text):
    """OpenSSL's name of a cipher suite's number."""
    listed = subprocess.run(["openssl", "ciphers", "-V", "ALL:@SECLEVEL=0"], capture_output=True, text=True, check=True)
    wanted = "0x%02X,0x%02X" % divmod(number(text), 256)
    return next(line.split()[2] for line in listed.stdout.splitlines() if line.split()[0] == wanted)


def fingerprint(text):
    digest = hashlib.sha256(bytes.fromhex(text.split(",")[0].replace(":", ""))).hexdigest().upper()
    return ":".join(digest[i:i + 2] for i in range(0, 64, 2))


def tls_version(text):
    return {0x301: "1.0", 0x302: "1.1", 0x303: "1.2", 0x304: "1.3"}[number(text)]


def timestamp(text):
    """The Windows time in the CHALLENGE, as tshark prints it, to the millisecond."""
    shown, fraction = text.removesuffix(" UTC").split(".")
    return datetime.strptime(shown, "%b %d, %Y %H:%M:%S").strftime("%Y-%m-%dT%H:%M:%S") + f".{fraction[:3]}Z"


# Fact, tshark's field(s), in which packet, and how the one is written as the other.
TABLE = [
    ("negotiation.requested", "rdp.negReq.requestedProtocols", None, names(PROTOCOLS)),
    ("negotiation.request_flags", "rdp.negReq.flags", None, number),
    ("negotiation.cookie", "rdp.rt_cookie", None, lambda text: text.removeprefix("Cookie: mstshash=")),
    ("negotiation.selected", "rdp.negReq.selectedProtocol", None, lambda text: names(PROTOCOLS)(text)[0]),
    ("negotiation.flags", "rdp.negRsp.flags", None, number),
    ("tls.version", ("tls.handshake.extensions.supported_version", "tls.handshake.version"), SERVER_HELLO,
     lambda pair: tls_version(pair[0] or pair[1])),
    ("tls.cipher", "tls.handshake.ciphersuite", SERVER_HELLO, cipher),
    ("tls.sni", "tls.handshake.extensions_server_name", CLIENT_HELLO, str),
    ("tls.hello", "tls.handshake.ja3_full", CLIENT_HELLO, str),
    ("tls.ja3", "tls.handshake.ja3", CLIENT_HELLO, str),
    ("certificate.sha256", "tls.handshake.certificate", None, fingerprint),
    ("credssp.version", "credssp.version", CHALLENGE, number),
    ("ntlm.os_version", ("ntlmssp.version.major", "ntlmssp.version.minor", "ntlmssp.version.build_number"), CHALLENGE,
     ".".join),
    ("ntlm.computer", "ntlmssp.challenge.target_info.nb_computer_name", CHALLENGE, str),
    ("ntlm.domain", "ntlmssp.challenge.target_info.nb_domain_name", CHALLENGE, str),
    ("ntlm.dns_computer", "ntlmssp.challenge.target_info.dns_computer_name", CHALLENGE, str),
    ("ntlm.dns_domain", "ntlmssp.challenge.target_info.dns_domain_name", CHALLENGE, str),
    ("clock.server", "ntlmssp.challenge.target_info.timestamp", CHALLENGE, timestamp),
    ("client.name", "rdp.client.name", CORE, str),
    ("client.build", "rdp.client.build", CORE, number),
    ("client.version", ("rdp.version.major", "rdp.version.minor"), CORE, version),
    ("client.product_id", "rdp.client.digProductId", CORE, str),
    ("client.keyboard", "rdp.keyboardLayout", CORE, number),
    ("client.early_flags", "rdp.earlyCapabilityFlags", CORE, number),
    ("client.info_flags", "rdp.optionFlags", None, number),
    ("client.source", "rdp.sourceDescriptor", CONFIRM, str),
    ("client.code_page", "rdp.codePage", None, number),
    ("client.performance_flags", "rdp.performanceFlags", None, number),
    ("client.connection_type", "rdp.connectionType", CORE, number),
    ("client.cluster_flags", "rdp.clusterFlags", CORE, number),
    ("client.encryption_methods", "rdp.encryptionMethods", CORE, little_endian),
    ("client.multitransport", "rdp.multiTransportFlags", CORE, number),
    ("mcs.result", "t125.result", SERVER_CORE, number),
    ("server.version", ("rdp.version.major", "rdp.version.minor"), SERVER_CORE, version),
    ("server.early_flags", "rdp.earlyCapabilityFlags", SERVER_CORE, number),
    ("server.requested", "rdp.client.requestedProtocols", SERVER_CORE, names(PROTOCOLS)),
    ("server.encryption_method", "rdp.encryptionMethod", SERVER_CORE, named(METHODS)),
    ("server.encryption_level", "rdp.encryptionLevel", SERVER_CORE, named(LEVELS)),
    ("server.channels", "rdp.channelCount", SERVER_CORE, number),
    ("server.message_channel", "rdp.msgChannelId", SERVER_CORE, number),
    ("autodetect.base_rtt", "rdp.networkcharacteristics.basertt", None, number),
    ("autodetect.average_rtt", "rdp.networkcharacteristics.averagertt", None, number),
    ("autodetect.bandwidth", "rdp.networkcharacteristics.bandwidth", None, number),
]


def fact(facts, path):
    for member in path.split("."):
        facts = (facts or {}).get(member)
    return facts


class Packets:
    """All that the table asks of a capture, in one run of tshark for each way to read it."""

    def __init__(self, captures):
        self.columns = {"rdp.bMsgType"}
        for _, fields, where, _ in TABLE:
            self.columns.update(fields if isinstance(fields, tuple) else (fields,))
            self.columns.update([where[0]] if where else [])
        self.columns = sorted(self.columns)
        self.packets = [dict(zip(self.columns, row)) for capture in captures for row in capture.rows(*self.columns)]

    def rows(self, fields, where=None):
        """The values of the fields in each packet that has one."""
        for packet in self.packets:
            if where and not (packet[where[0]] and where[1] in (None, *packet[where[0]].split(","))):
                continue
            row = [packet[field] for field in fields]
            if any(row):
                yield row


def compare(facts, captures):
    """{fact: (fact, tshark)} of all that differ, and the paths of those that both know."""
    packets = Packets(captures)
    different, compared = {}, []
    for path, fields, where, convert in TABLE:
        fields = fields if isinstance(fields, tuple) else (fields,)
        row = next(packets.rows(fields, where), None)
        mine = fact(facts, path)
        if row is None or mine is None:
            continue
        theirs = convert(row if len(fields) > 1 else row[0])
        compared.append(path)
        if theirs != mine:
            different[path] = (mine, theirs)
    messages = [LICENSING[number(row[0])] for row in packets.rows(["rdp.bMsgType"])]
    # Once a licence is issued tshark takes what follows for data.
    if messages:
        compared.append("licensing.messages")
        if messages != fact(facts, "licensing.messages")[:len(messages)]:
            different["licensing.messages"] = (fact(facts, "licensing.messages"), messages)
    return different, compared


def secrets(path):
    """The TLS secrets that the probe put into its capture, in the key log's format."""
    bytes, at, text = path.read_bytes(), 0, b""
    while at < len(bytes):
        kind, size = (int.from_bytes(bytes[at + i:at + i + 4], "little") for i in (0, 4))
        if kind == DECRYPTION_SECRETS:
            text += bytes[at + 16:at + 16 + int.from_bytes(bytes[at + 12:at + 16], "little")]
        at += size
    return text


@pytest.fixture
def beside(scratch, servers):
    """Starts dumpcap on loopback for a port and returns the path it writes to; skips where that is not permitted."""

    def start(port):
        folder = scratch("dumpcap")
        path = folder / "loopback.pcapng"
        if not shutil.which("dumpcap"):
            pytest.skip("there is no dumpcap")
        process = servers.enter_context(Process(
            ["dumpcap", "-i", "lo", "-f", f"tcp port {port}", "-w", path, "-q"], folder,
            {"PATH": os.environ["PATH"], "HOME": str(folder)}))
        try:
            process.wait_ready(lambda: "File:" in process.stderr, 20)
        except DidNotStart as error:
            pytest.skip(f"packets cannot be captured here: {error}")
        return process, path

    return start


def both(rdpprobe, beside, server, port, security, *arguments, **options):
    """A trial; its facts, its own capture, and the kernel's with the secrets of that one."""
    process, theirs = beside(port)
    mine = rdpprobe.home / "own.pcapng"
    result = rdpprobe("connect", "--json", "--set", f"security={security}", "--capture", mine, "--capture-redact=no",
                      *arguments, server, **options)
    assert result.status == 0, result
    keys = mine.with_suffix(".keys")
    keys.write_bytes(secrets(mine))
    keylog = ["-o", f"tls.keylog_file:{keys}"]
    kernel = Capture(theirs, [port])
    kernel.options += keylog

    def ended():
        """Both directions' FIN; or a reset, alone where the client went with something unread."""
        try:
            return (len(kernel.column("frame.number", where="tcp.flags.fin==1")) > 1
                    or kernel.column("frame.number", where="tcp.flags.reset==1"))
        except AssertionError:  # dumpcap is writing a packet
            return False

    assert wait_until(ended, 20, every=0.3)
    process.stop()
    # tshark does not go over from X.224 to TLS by itself: what comes before TLS takes another reading.
    before = Capture(theirs)
    before.options = ["-d", f"tcp.port=={port},tpkt"]
    return result.trial["facts"], [Capture(mine, [port])], [before, kernel]


NLA_ALONE = {"ntlm", "credssp", "clock"}


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@pytest.mark.parametrize("security", ["nla", "tls"])
def test_the_lab(lab, rdpprobe, beside, certificate, security, tls):
    server = lab("--certificate", certificate.certificate, "--key", certificate.key, "--network", "7,11,12345",
                 "--early-authorization", "allow", user="bob", password=PASSWORD)
    facts, own, kernel = both(rdpprobe, beside, server.target, server.port, security, "--user", "bob", "--set",
                              f"tls={tls}", "--set", "autodetect=on", "--settle", "0.3", password=PASSWORD)
    for captures in (own, kernel):
        different, compared = compare(facts, captures)
        assert different == {}
        # All of the table, but what NLA alone has.
        expected = {path for path, *_ in TABLE if security == "nla" or path.split(".")[0] not in NLA_ALONE}
        assert expected <= set(compared)
        assert "licensing.messages" in compared


def test_a_licence(lab, rdpprobe, beside):
    server = lab("--licensing", "issue", user="bob", password=PASSWORD)
    facts, own, kernel = both(rdpprobe, beside, server.target, server.port, "nla", "--user", "bob", password=PASSWORD)
    for captures in (own, kernel):
        different, compared = compare(facts, captures)
        assert different == {} and "licensing.messages" in compared
        assert len(captures[-1].column("rdp.bMsgType")) >= 4


def test_shadow(shadow, rdpprobe, beside):
    server = shadow("nla")
    port = int(server.target.rpartition(":")[2])
    facts, own, kernel = both(rdpprobe, beside, server.target, port, "nla", "--user", server.user,
                              password=server.password)
    for captures in (own, kernel):
        different, compared = compare(facts, captures)
        assert different == {} and {"ntlm.computer", "clock.server", "server.version", "tls.cipher"} <= set(compared)


def test_xrdp(xrdp, rdpprobe, beside):
    server = xrdp("tls")
    port = int(server.target.rpartition(":")[2])
    facts, own, kernel = both(rdpprobe, beside, server.target, port, "tls", "--user", "bob")
    for captures in (own, kernel):
        different, compared = compare(facts, captures)
        assert different == {} and {"server.version", "certificate.sha256", "licensing.messages"} <= set(compared)


@pytest.mark.parametrize("field, path, wrong", [
    ("server.version", "server", {"version": 0x80004}), ("clock.server", "clock", {"server": "2026-01-01T00:00:00Z"}),
    ("licensing.messages", "licensing", {"messages": ["LICENSE_REQUEST"]})])
def test_the_comparison_can_fail(lab, rdpprobe, field, path, wrong):
    server = lab(user="bob", password=PASSWORD)
    mine = rdpprobe.home / "own.pcapng"
    result = rdpprobe("connect", "--json", "--user", "bob", "--capture", mine, "--capture-redact=no", server.target,
                      password=PASSWORD)
    facts = result.trial["facts"]
    facts[path].update(wrong)
    different, _ = compare(facts, [Capture(mine, [server.port])])
    assert list(different) == [field]
