# SPDX-License-Identifier: Apache-2.0
"""Everything that servers do wrong, in one table: what each comes to, who ended it, and that no two come to the same.

The rows are the misbehaviours that FreeRDP's own last error cannot tell apart, and every PHASE:KIND fault of the lab.
"""

import collections
import contextlib
import json
import socket
import ssl
import threading
import time

import pytest

from fixtures.credentials import secret_file
from fixtures.lab import lab_program
from fixtures.program import Program

PASSWORD = "Lab-Pw1"
DEADLINE = 1.2
CONFIRM = "030000130ed00000123400020008000{}000000"  # X.224 Connection Confirm, selected protocol
SSL, HYBRID, RDSTLS, HYBRID_EX, RDP = 1, 2, 4, 8, 0
# ServerHello for TLS 1.2 with ECDHE-RSA-AES128-GCM-SHA256 and an empty renegotiation_info (RFC 5246, 5746); then a
# record that says version 3.9.
BROKEN = bytes.fromhex("1603030031" "0200002d" "0303" + "5a" * 32 + "00" "c02f" "00" "0005" "ff01000100"
                       "1603090004" "0b000000")

# without: what this client lacks: "legacy" (OpenSSL's provider). target: where there is no server at all
Row = collections.namedtuple("Row", "cause server arguments expected without target", defaults=("", None))
# phase, family, code, name, side, logons
Outcome = collections.namedtuple("Outcome", "phase family code name by logons", defaults=("", "server", 0))


class Scripted:
    """A server that plays a few bytes: before TLS, and in it."""

    def __init__(self, certificate, *, answer=None, inside=None):
        self.answer, self.inside, self.certificate = answer, inside, certificate
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        with contextlib.suppress(OSError):
            client, _ = self.listener.accept()
            client.settimeout(10)
            with client:
                client.recv(4096)
                client.sendall(self.answer)
                if self.inside is not None:
                    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                    context.load_cert_chain(self.certificate.certificate, self.certificate.key)
                    client = context.wrap_socket(client, server_side=True)
                    client.recv(4096)
                    client.sendall(self.inside)
                while client.recv(4096):
                    pass


def lab(*options):
    return {"lab": [str(option) for option in options]}


def scripted(answer, inside=None):
    return {"answer": answer if isinstance(answer, bytes) else bytes.fromhex(answer), "inside": inside}


# Where a fault of the lab strikes, and the phase the client is in then; see test_connect_faults.py.
PHASES = {"tcp": "negotiate", "negotiate": "negotiate", "tls": "tls", "nla": "nla", "nla-auth": "nla", "mcs": "mcs",
          "channels": "channels", "info": "licensing", "licensing": "licensing", "capabilities": "capabilities",
          "finalize": "finalize", "active": "active"}
LOGGED_ON = ("nla-auth", "mcs", "channels", "info", "licensing", "capabilities", "finalize", "active")
GARBAGE = {"negotiate": ("negotiation", "MALFORMED_CONFIRM"), "tls": ("tls", ""), "nla": ("credssp", ""),
           "licensing": ("licensing", "")}


def faults():
    for at, phase in PHASES.items():
        logons = int(at in LOGGED_ON)
        family, name = GARBAGE.get(phase, ("protocol", ""))
        outcomes = {"close": Outcome(phase, "closed", 0, "FIN", "server", logons),
                    "rst": Outcome(phase, "closed", 104, "RST", "server", logons),
                    "hang": Outcome(phase, "timeout", 0, "DEADLINE", "deadline", logons),
                    "garbage": Outcome(phase, family, 0, name, "client", logons)}
        for kind, outcome in outcomes.items():
            if (at, kind) != ("active", "hang"):  # a session that says nothing is connected
                yield f"{at}:{kind}", Row(f"{kind} at {at}", lab("--fault", f"{at}:{kind}"), [], outcome)


def codes():
    names = {1: "SSL_REQUIRED_BY_SERVER", 2: "SSL_NOT_ALLOWED_BY_SERVER", 3: "SSL_CERT_NOT_ON_SERVER",
             4: "INCONSISTENT_FLAGS", 5: "HYBRID_REQUIRED_BY_SERVER", 6: "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER",
             0x77: ""}
    for code, name in names.items():
        yield f"failure-{code}", Row(f"negotiation failure {code}", lab("--negotiation-failure", code), [],
                                     Outcome("negotiate", "negotiation", code, name))
    names = {0xC000006D: "STATUS_LOGON_FAILURE", 0xC0000234: "STATUS_ACCOUNT_LOCKED_OUT",
             0xC0000072: "STATUS_ACCOUNT_DISABLED", 0xC0000071: "STATUS_PASSWORD_EXPIRED",
             0xC0000224: "STATUS_PASSWORD_MUST_CHANGE", 0xC000015B: "STATUS_LOGON_TYPE_NOT_GRANTED",
             0xC0000193: "STATUS_ACCOUNT_EXPIRED", 0xC0000413: "STATUS_AUTHENTICATION_FIREWALL_FAILED",
             0x80090308: "SEC_E_INVALID_TOKEN"}
    for code, name in names.items():
        yield f"ntstatus-{code:x}", Row(f"NTSTATUS {code:X}", lab("--ntstatus", f"{code:X}"), [],
                                        Outcome("nla", "credssp", code, name, "server", 1))
    for code in (14, 15):
        yield f"mcs-{code}", Row(f"MCS result {code}", lab("--mcs-result", code), [],
                                 Outcome("mcs", "protocol", code, "MCS_RESULT", "server", 1))
    for code, name in ((2, "ERR_NO_LICENSE"), (6, "ERR_NO_LICENSE_SERVER"), (8, "ERR_INVALID_CLIENT")):
        yield f"license-{code}", Row(f"licensing error {code}", lab("--license-alert", f"{code}:1"), [],
                                     Outcome("licensing", "licensing", code, name, "server", 1))
    for code, name in ((7, "ERRINFO_SERVER_DENIED_CONNECTION"), (9, "ERRINFO_SERVER_INSUFFICIENT_PRIVILEGES")):
        for at in ("licensing", "capabilities", "active"):
            yield f"errinfo-{code}-{at}", Row(
                f"error info {code} at {at}", lab("--deny-if", "true", "--at", at, "--errinfo", code), [],
                Outcome(at, "errinfo", code, name, "server", 1))


def others():
    yield "ultimatum", Row("an ultimatum and no reason", lab("--deny-if", "true", "--deny-ultimatum-only"), [],
                           Outcome("licensing", "ultimatum", 1, "rn-provider-initiated", "server", 1))
    yield "not-authorized", Row("not authorized", lab("--early-authorization", "deny"), [],
                                Outcome("nla", "authorization", 5, "AUTHZ_ACCESS_DENIED", "server", 1))
    yield "redirected", Row("a broker", lab("--redirect", "host7.example"), [],
                            Outcome("capabilities", "redirection", 0, "REDIRECTED", "server", 1))
    # Answers that are no X.224
    for name, answer in (("SSH", b"SSH-2.0-OpenSSH_9.2p1 Debian\r\n"),
                         ("HTTP", b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"),
                         ("TLS", bytes.fromhex("15030100020246")), ("VNC", b"RFB 003.008\n")):
        yield f"answer-{name}", Row(f"{name} on this port", scripted(answer), [],
                                    Outcome("negotiate", "negotiation", 0, f"ANSWER_IS_{name}", "client"))
    yield "slow", Row("an answer that comes too slowly", lab("--fault", "negotiate:slow", "--drip", 100), [],
                      Outcome("negotiate", "timeout", 0, "DEADLINE", "deadline"))
    yield "slow-tls", Row("a handshake that comes too slowly", lab("--fault", "tls:slow", "--drip", 50), [],
                          Outcome("tls", "timeout", 0, "DEADLINE", "deadline"))
    # Another protocol than the trial's
    for selected, security, name in ((RDP, "tls", "RDP"), (SSL, "nla", "SSL")):
        yield f"selects-{name}", Row(f"selects {name}", scripted(CONFIRM.format(selected)),
                                     ["--set", f"security={security}"],
                                     Outcome("negotiate", "negotiation", 0, "OTHER_PROTOCOL_SELECTED", "client"))
    # …which the request did not offer, or no protocol at all; or an answer to what was not asked
    for selected, security in ((HYBRID_EX, "tls"), (SSL, "rdp"), (RDSTLS, "nla"), (SSL | HYBRID, "nla")):
        yield f"unasked-{selected}-{security}", Row(
            f"selects {selected} for {security}", scripted(CONFIRM.format(selected)), ["--set", f"security={security}"],
            Outcome("negotiate", "protocol", selected, "PROTOCOL_NOT_OFFERED", "client"))
    yield "unasked-negotiation", Row("negotiates with who does not", scripted(CONFIRM.format(RDP)),
                                     ["--set", "security=rdp", "--set", "negotiation=legacy"],
                                     Outcome("negotiate", "protocol", 0, "NEGOTIATION_NOT_OFFERED", "client"))
    # TLS
    yield "tls-text", Row("SSH's text for TLS", scripted(bytes.fromhex(CONFIRM.format(HYBRID)) + b"SSH-2.0-x\r\n"), [],
                          Outcome("tls", "tls", 0, "", "client"))
    broken = bytes.fromhex(CONFIRM.format(HYBRID)) + BROKEN
    yield "tls-broken", Row("a ServerHello, and then a record of no version", scripted(broken), [],
                            Outcome("tls", "tls", 70, "sent_protocol_version", "client"))
    yield "tls-too-old", Row("an offer too old", lab("--tls-min", "1.3"), ["--set", "tls=1.2"],
                             Outcome("tls", "tls", 70, "protocol_version", "server"))
    yield "tls-too-new", Row("an offer too new", lab("--tls-max", "1.2"), ["--set", "tls=1.3"],
                             Outcome("tls", "tls", 70, "protocol_version", "server"))
    yield "tls-old-server", Row("a server too old", lab("--tls-max", "1.1"), ["--set", "tls=1.2"],
                                Outcome("tls", "tls", 70, "sent_protocol_version", "client"))
    yield "tls-cipher", Row("no cipher in common", lab("--tls-max", "1.2", "--ciphers", "AES128-GCM-SHA256"),
                            ["--set", "tls=1.1"], Outcome("tls", "tls", 40, "handshake_failure", "server"))
    yield "certificate", Row("a certificate that is not trusted", lab(), ["--cert-policy", "require"],
                             Outcome("tls", "local", 18, "CERTIFICATE_REJECTED", "client"))
    yield "zeros-nla", Row("zeros in NLA", scripted(CONFIRM.format(HYBRID), bytes(64)), [],
                           Outcome("nla", "credssp", 0, "", "client"))
    yield "zeros-tls", Row("zeros in MCS", scripted(CONFIRM.format(SSL), bytes(64)), ["--set", "security=tls"],
                           Outcome("mcs", "protocol", 0, "", "client"))
    # This machine
    yield "no-legacy", Row("no legacy provider", lab(), [],
                           Outcome("resolve", "local", 0, "LEGACY_PROVIDER_MISSING", "client"), without="legacy")
    yield "unknown-name", Row("an unknown name", None, [], Outcome("resolve", "dns", None, None, None),
                              target="rdpprobe-test.invalid")
    yield "refused", Row("a closed port", None, [], Outcome("tcp", "tcp", 111, "ECONNREFUSED", None),
                         target="127.0.0.1:CLOSED")


def gateways():
    """Through a gateway, by websocket; each answer at each step is in test_gateway.py."""
    for status, name in ((401, "HTTP_STATUS_DENIED"), (404, "HTTP_STATUS_NOT_FOUND"),
                         (503, "HTTP_STATUS_SERVICE_UNAVAIL")):
        yield f"gateway-{status}", Row(f"HTTP {status}", {"gateway": ["--http-status", status]}, [],
                                       Outcome("gateway", "gateway", status, name, "gateway"))
    for step, code, name in (("tunnel", 0x800759DB, "E_PROXY_NAP_ACCESSDENIED"),
                             ("channel", 0x800759DA, "E_PROXY_RAP_ACCESSDENIED"),
                             ("channel", 0x59DD, "E_PROXY_TS_CONNECTFAILED")):
        yield f"gateway-{code:x}", Row(f"{name} at {step}", {"gateway": ["--deny", f"{step}={code:X}"]}, [],
                                       Outcome("gateway", "gateway", code, name, "gateway"))
    for step in ("http", "handshake", "tunnel", "authorize", "channel"):
        yield f"gateway-{step}:close", Row(
            f"a gateway that closes at {step}", {"gateway": ["--fault", f"{step}:close"]}, [],
            Outcome("gateway", "closed", 0, "FIN", "gateway"))
        yield f"gateway-{step}:garbage", Row(
            f"a gateway's nonsense at {step}", {"gateway": ["--fault", f"{step}:garbage"]}, [],
            Outcome("gateway", "gateway", 0, "MALFORMED_ANSWER", "client"))
        yield f"gateway-{step}:hang", Row(
            f"a gateway silent at {step}", {"gateway": ["--fault", f"{step}:hang"]}, [],
            Outcome("gateway", "timeout", 0, "DEADLINE", "deadline"))
    yield "gateway-declines", Row("a gateway without websocket", {"gateway": ["--transport", "http"]}, [],
                                  Outcome("gateway", "gateway", 0, "WEBSOCKET_DECLINED", "client"))
    yield "gateway-refused", Row("a gateway's closed port", None,
                                 ["--gateway", "127.0.0.1:CLOSED", "--set", "gateway=websocket"],
                                 Outcome("tcp", "tcp", 111, "GATEWAY_ECONNREFUSED", None), target="127.0.0.1")


ROWS = dict([*faults(), *codes(), *others(), *gateways()])

# Rows that may share an outcome, because what comes over the wire is the same.
SAME = [
    (["tcp:close", "negotiate:close"], "a close in place of the answer to the request; whether it was read is unseen"),
    (["tcp:rst", "negotiate:rst"], "likewise"),
    (["tcp:garbage", "negotiate:garbage"], "likewise"),
    (["tcp:hang", "negotiate:hang"], "silence from the start on"),
    (["info:close", "licensing:close"], "Client Info has no answer of its own"),
    (["info:rst", "licensing:rst"], "likewise"),
    (["info:hang", "licensing:hang"], "likewise"),
    (["info:garbage", "licensing:garbage"], "likewise"),
    (["tls:garbage", "tls-text"], "bytes that are no TLS, whosoever they are"),
    (["tls-too-old", "tls-too-new"], "one alert for both (RFC 8446 6.2)"),
    (["nla:garbage", "zeros-nla"], "bytes that are no TSRequest, whosoever they are"),
]
AT_ONCE = 8


def start(row, stack, scratch, certificate):
    words = list(row.arguments)
    if row.server is None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            target, *words = [str(word).replace("CLOSED", str(free.getsockname()[1])) for word in (row.target, *words)]
    elif "gateway" in row.server:
        token = secret_file(scratch("token") / "token", "paa-token-55")
        front = stack.enter_context(lab_program(
            "labgateway", scratch("gateway"), "--certificate", certificate.certificate, "--key", certificate.key,
            "--auth", "paa", "--token-file", token, *map(str, row.server["gateway"])))
        words += ["--gateway", f"localhost:{front.port}", "--gateway-token-file", token, "--set", "gateway=websocket"]
        target = "127.0.0.1:1"
    elif "lab" in row.server:
        target = stack.enter_context(lab_program(
            "rdplab", scratch("lab"), "--user", "bob", "--certificate", certificate.certificate, "--key",
            certificate.key, *row.server["lab"], password=PASSWORD)).target
    else:
        target = f"localhost:{Scripted(certificate, **row.server).port}"
    return stack.enter_context(Program(scratch("rdpprobe")).start(
        "connect", "--json", "--user", "bob", "--deadline", DEADLINE, *words, target,
        environment={"OPENSSL_MODULES": "/nonexistent"} if row.without == "legacy" else {},
        password=PASSWORD))


def trial_of(process):
    lines = [json.loads(line) for line in process.stdout.splitlines()]
    trials = [line for line in lines if line["record"] == "trial"]
    assert len(trials) == 1, process.stdout + process.stderr
    return trials[0]


@pytest.fixture(scope="module")
def trials(tmp_path_factory, certificate):
    """The trial of each row; some at a time."""

    def scratch(name):
        return tmp_path_factory.mktemp(name)

    found, rows = {}, list(ROWS.items())
    for at in range(0, len(rows), AT_ONCE):
        with contextlib.ExitStack() as stack:
            running = {name: start(row, stack, scratch, certificate) for name, row in rows[at:at + AT_ONCE]}
            end = time.monotonic() + 30
            while any(process.status is None for process in running.values()) and time.monotonic() < end:
                time.sleep(0.01)
            found.update({name: trial_of(process) for name, process in running.items()})
    return found


def outcome_of(trial):
    outcome = trial["outcome"]
    return Outcome(outcome["phase"], outcome.get("family"), outcome.get("code"), outcome.get("name", ""),
                   trial["facts"].get("end", {}).get("by"), trial["logons"])


@pytest.mark.parametrize("name", ROWS)
def test_what_it_comes_to(trials, name):
    trial, expected = trials[name], ROWS[name].expected
    seen = outcome_of(trial)
    if name == "unknown-name":  # EAI_AGAIN where there is no resolver at all
        assert seen.name in ("EAI_NONAME", "EAI_AGAIN")
        seen = seen._replace(code=None, name=None)
    if name == "tcp:rst" and seen.phase == "tcp":  # it can overtake the end of connect()
        expected = Outcome("tcp", "tcp", 104, "ECONNRESET", None)
    assert seen == expected, trial
    asked = "tls_first" in trial["facts"].get("negotiation", {})  # with one more connection: test_tls_first.py
    assert trial["connections"] == (0 if expected.phase in ("resolve", "tcp") else 2 if asked else 1)
    assert trial["outcome"]["result"] == "failed" and trial["outcome"]["detail"]


def test_no_two_causes_come_to_one(trials):
    """The whole outcome, its words included, tells any two rows apart that the wire tells apart."""
    alike = collections.defaultdict(list)
    for name, trial in trials.items():
        alike[outcome_of(trial), trial["outcome"]["detail"]].append(name)
    together = [sorted(names) for names in alike.values() if len(names) > 1]
    allowed = [sorted(names) for names, _ in SAME]
    # A reset may come too early to share its outcome.
    assert [names for names in together if names not in allowed] == []
    missing = [names for names in allowed if names not in together and "tcp:rst" not in names]
    assert missing == [], "listed as alike, but they are not"
