# SPDX-License-Identifier: Apache-2.0
"""Trials through labgateway: steps, codes, messages, what hangs or ends; all held against the gateway's own records."""

import contextlib
import json
import os
import pathlib
import re
import signal
import socket

import pytest

from fixtures.credentials import Certificate, secret_file
from fixtures.process import wait_until

TRANSPORTS = ("websocket", "http")
USER, PASSWORD = "bob", "Target-Pw1"
TOKEN = "access-token-of-a-test"
FIRST, SECOND, AFTER = ["tls", "http"], ["second-tcp", "second-tls", "second-http"], ["handshake", "tunnel",
                                                                                   "authorize", "channel"]
STEPS = {"websocket": FIRST + AFTER, "http": FIRST + SECOND + AFTER}
LOADED = 4  # how much slower than alone a machine may be that runs other tests, too

# MS-TSGU 2.2.6 and MS-ERREF: low word, name, and mstsc's counterpart where the facts have exactly one.
CODES = (
    (0x5, "ERROR_ACCESS_DENIED", None), (0x57, "ERROR_INVALID_PARAMETER", None),
    (0x59D8, "E_PROXY_INTERNALERROR", None), (0x59DA, "E_PROXY_RAP_ACCESSDENIED", 0x300001B),
    (0x59DB, "E_PROXY_NAP_ACCESSDENIED", 0x300001C), (0x59DD, "E_PROXY_TS_CONNECTFAILED", 0x3000008),
    (0x59DF, "E_PROXY_ALREADYDISCONNECTED", 0x3000018), (0x59E6, "E_PROXY_MAXCONNECTIONSREACHED", 0x3000022),
    (0x59E8, "E_PROXY_NOTSUPPORTED", 0x3000023), (0x59E9, "E_PROXY_CAPABILITYMISMATCH", 0x3000024),
    (0x59EE, "E_PROXY_NOCERTAVAILABLE", 0x3000028), (0x59F6, "E_PROXY_SESSIONTIMEOUT", 0x3000033),
    (0x59F7, "E_PROXY_COOKIE_BADPACKET", 0x3000034),
    (0x59F8, "E_PROXY_COOKIE_AUTHENTICATION_ACCESS_DENIED", 0x3000035),
    (0x59F9, "E_PROXY_UNSUPPORTED_AUTHENTICATION_METHOD", 0x3000037), (0x59FA, "E_PROXY_REAUTH_AUTHN_FAILED", None),
    (0x59FB, "E_PROXY_REAUTH_CAP_FAILED", None), (0x59FC, "E_PROXY_REAUTH_RAP_FAILED", None),
    (0x59FD, "E_PROXY_SDR_NOT_SUPPORTED_BY_TS", 0x300003B), (0x5A00, "E_PROXY_REAUTH_NAP_FAILED", None),
)
ANSWERS = ([(0x80070000 | word, name, mstsc) for word, name, mstsc in CODES] + list(CODES) +
           [(0x8009030C, "SEC_E_LOGON_DENIED", None), (0x80070775, "ERROR_ACCOUNT_LOCKED_OUT", None),
            (0x80071234, "", None)])
STATUSES = ((302, "HTTP_STATUS_REDIRECT"),
            (400, "HTTP_STATUS_BAD_REQUEST"), (401, "HTTP_STATUS_DENIED"), (403, "HTTP_STATUS_FORBIDDEN"),
            (404, "HTTP_STATUS_NOT_FOUND"), (405, "HTTP_STATUS_BAD_METHOD"), (407, "HTTP_STATUS_PROXY_AUTH_REQ"),
            (418, "HTTP_STATUS_418"), (500, "HTTP_STATUS_SERVER_ERROR"), (502, "HTTP_STATUS_BAD_GATEWAY"),
            (503, "HTTP_STATUS_SERVICE_UNAVAIL"), (504, "HTTP_STATUS_GATEWAY_TIMEOUT"))


@pytest.fixture
def front(gateway, certificate):
    """labgateway with a ready certificate, which starts sooner."""
    def start(*options, **further):
        return gateway("--certificate", certificate.certificate, "--key", certificate.key, *options, **further)
    return start


@pytest.fixture
def token(scratch):
    return str(secret_file(scratch("token") / "token", TOKEN))


@pytest.fixture
def paa(front, token):
    """A gateway that takes an access token: nothing there is a logon, so it may refuse as often as it likes."""
    return lambda *options: front("--auth", "paa", "--token-file", token, *options)


@pytest.fixture
def target(lab, certificate):
    return lambda *options: lab("--certificate", certificate.certificate, "--key", certificate.key, *options,
                                user=USER, password=PASSWORD)


@pytest.fixture
def through(rdpprobe, token):
    """connect through a gateway; .trials as --json tells them."""
    def run(front, transport, server, *options, json=True, credentials=None, **further):
        words = credentials if credentials is not None else ["--gateway-token-file", token]
        return rdpprobe("connect", *(["--json"] if json else []), "--user", USER, "--gateway",
                        f"localhost:{front.port}", "--set", f"gateway={transport}", *words, *options, server,
                        password=PASSWORD, **further)
    return run


def steps_of(trial):
    (phase,) = [phase for phase in trial["phases"] if phase["phase"] == "gateway"]
    return phase, phase.get("steps", [])


def check_timeline(trial):
    """Steps follow each other without a gap, in the phase and from its beginning to its end."""
    phase, steps = steps_of(trial)
    at = phase["start"]
    for step in steps:
        assert step["start"] == pytest.approx(at, abs=0.5) and step["ms"] >= 0, trial["phases"]
        at = step["start"] + step["ms"]
    assert at == pytest.approx(phase["start"] + phase["ms"], abs=0.5), trial["phases"]
    assert trial["facts"]["gateway"]["step"] == steps[-1]["step"]
    return [step["step"] for step in steps]


def check_idle(trial):
    """The worker waited, and did not spin: a spin takes all of the time that it has."""
    assert trial["cpu_ms"] < 50 + 0.15 * trial["ms"], trial


# ---- a tunnel that stands ----

@pytest.mark.parametrize("transport", TRANSPORTS)
def test_every_step_is_timed(transport, front, target, through, rdpprobe):
    server = target()
    gate = front("--auth", "ntlm", "--user", "gus", "--source", "127.0.0.9", password="Gateway-Pw1")
    words = ["--gateway-user", "gus", "--gateway-password-file", rdpprobe.password_file("Gateway-Pw1", "gateway")]
    result = through(gate, transport, server.target, credentials=words)
    trial = result.trial
    assert result.status == 0 and check_timeline(trial) == STEPS[transport], result
    names = [phase["phase"] for phase in trial["phases"]]
    assert names[:3] == ["resolve", "tcp", "gateway"] and names[3:6] == ["negotiate", "tls", "nla"], names
    channels = {"websocket": 1, "http": 2}[transport]
    facts = trial["facts"]["gateway"]
    assert (trial["connections"], facts["logons"], trial["logons"]) == (channels, channels, channels + 1)
    assert (facts["authentication"], facts["credentials"], facts["transport"]) == ("NTLM", "verified", transport)
    # The gateway's record: this transport and no other, as often as is told; the target saw nobody but the gateway.
    (tunnel,) = gate.wait_for(1, kind="tunnel")
    assert (tunnel["transport"], tunnel["reached"], tunnel["ntlm_authenticates"]) == (transport, "data", channels)
    assert not gate.records("refused")
    assert server.only_connection()["peer"] == "127.0.0.9"


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_steps_in_the_report(transport, paa, target, through):
    text = through(paa(), transport, target().target, json=False).stdout
    rows = re.findall(r"^    ([a-z-]+) +[0-9.]+ ", text.split("Facts")[0], re.MULTILINE)
    assert rows == STEPS[transport], text


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_messages_and_policies_are_facts(transport, paa, target, through):
    gate = paa("--consent", "Only for tests.", "--service", "Maintenance at noon.", "--idle-timeout", "30",
               "--redirection", "9", "--reauthenticate", "--keepalive", "--deny", "authorize=800759ED")
    result = through(gate, transport, target("--fault", "licensing:hang").target, "--deadline", "1")
    facts = result.trial["facts"]["gateway"]
    assert facts["consent"] == "Only for tests." and facts["messages"] == ["Maintenance at noon."], result
    assert facts["idle_timeout"] == 30 and facts["redirection"] == ["DISABLE_DRIVE", "DISABLE_CLIPBOARD"], result
    assert facts["quarantine"] is True and facts["reauthentication"] is True, result
    assert facts["authentication"] == "PAA" and "logons" not in facts, result


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_far_host_that_refuses(transport, paa, target, through):
    server = target("--deny-if", "true", "--errinfo", "7")
    result = through(paa(), transport, server.target, json=False)
    assert result.status == 1 and "0x7" in result.stdout, result
    assert "the tunnel worked, the far host refused" in " ".join(result.stdout.split()), result


# ---- codes ----

@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("step", AFTER)
def test_every_code_at_every_step(step, transport, paa, through):
    gate = paa("--deny", f"{step}=" + ",".join(f"{code:X}" for code, _, _ in ANSWERS))
    result = through(gate, transport, "127.0.0.1:1", "--repeat", len(ANSWERS), "--pause", "0", "--deadline", "20")
    records = gate.wait_for(len(ANSWERS), kind="tunnel")
    assert len(result.trials) == len(records) == len(ANSWERS), result
    for trial, (code, name, mstsc), record in zip(result.trials, ANSWERS, records):
        outcome, facts = trial["outcome"], trial["facts"]["gateway"]
        assert (outcome["phase"], outcome["family"], outcome["code"]) == ("gateway", "gateway", code), trial
        assert outcome.get("name", "") == name and f"step {step}" in outcome["detail"], trial
        assert (facts["step"], facts["code"], facts.get("code_name", "")) == (step, code, name), trial
        claim = outcome.get("mstsc")
        assert (claim["code"], claim["basis"]) == (mstsc, "inferred") if mstsc else claim is None, trial
        assert record["denied"]["step"] == step and int(record["denied"]["code"], 16) == code
        # Also those that FreeRDP takes for success: the trial ends at the answer, long before its deadline.
        assert trial["ms"] < 5000 and (trial["logons"], trial["failed_logons"]) == (0, 0), trial


@pytest.mark.parametrize("transport, step", (("websocket", "http"), ("http", "http"), ("http", "second-http")))
def test_every_http_status(transport, step, paa, through):
    option = {"http": "--http-status", "second-http": "--second-status"}[step]
    gate = paa(option, ",".join(str(status) for status, _ in STATUSES))
    result = through(gate, transport, "127.0.0.1:1", "--repeat", len(STATUSES), "--pause", "0", "--deadline", "20")
    assert [record["status"] for record in gate.wait_for(len(STATUSES), kind="refused")] == [s for s, _ in STATUSES]
    for trial, (status, name) in zip(result.trials, STATUSES, strict=True):
        outcome, facts = trial["outcome"], trial["facts"]["gateway"]
        assert (outcome["phase"], outcome["family"], outcome["code"]) == ("gateway", "gateway", status), trial
        assert outcome.get("name", "") == name and (facts["step"], facts["http"]["status"]) == (step, status), trial
        assert facts["http"]["reason"] in outcome["detail"] and trial["ms"] < 5000, trial
        # No other transport, no second attempt.
        assert trial["connections"] == (2 if step == "second-http" else 1), trial


def test_only_ways_of_authentication_that_this_client_lacks(front, through, rdpprobe):
    gate = front("--auth", "basic")
    words = ["--gateway-user", "gus", "--gateway-password-file", rdpprobe.password_file("Gateway-Pw1", "gateway")]
    trial = through(gate, "http", "127.0.0.1:1", credentials=words).trial
    assert (trial["outcome"]["code"], trial["logons"], trial["failed_logons"]) == (401, 0, 0), trial
    assert trial["outcome"]["name"] == "NO_COMMON_SCHEME" and "offers Basic" in trial["outcome"]["detail"], trial
    assert trial["facts"]["gateway"]["http"]["schemes"] == ["Basic"], trial


def test_a_websocket_that_is_declined(paa, through):
    gate = paa("--transport", "http")
    trial = through(gate, "websocket", "127.0.0.1:1").trial
    assert (trial["outcome"]["family"], trial["outcome"]["name"]) == ("gateway", "WEBSOCKET_DECLINED"), trial
    assert trial["connections"] == 1 and trial["facts"]["gateway"]["step"] == "http", trial
    (record,) = gate.wait_for(1, kind="tunnel")
    assert record["reached"] == "http"


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("code, name, family", (
    (0x59F6, "E_PROXY_SESSIONTIMEOUT", "gateway"), (0x4D4, "ERROR_CONNECTION_ABORTED", "gateway"),
    (0x800759FB, "E_PROXY_REAUTH_CAP_FAILED", "gateway"), (0xA0, "ERROR_BAD_ARGUMENTS", "closed"),
    (0x4CA, "ERROR_GRACEFUL_DISCONNECT", "closed"), (0, None, "closed")))
def test_a_channel_that_the_gateway_closes(code, name, family, transport, paa, target, through):
    gate = paa("--close-after", "1000", "--close-status", f"{code:X}")
    result = through(gate, transport, target().target)
    outcome, facts = result.trial["outcome"], result.trial["facts"]["gateway"]
    assert (outcome["family"], facts["close"], facts.get("close_name")) == (family, code, name), result
    assert outcome["phase"] not in ("resolve", "tcp", "gateway") and facts["step"] == "channel", result
    if family == "gateway":
        assert (outcome["code"], outcome["name"]) == (code, name), result
    assert gate.wait_for(1, kind="tunnel")[0]["ended"] == "gateway"


# ---- silence, nonsense, the end ----

@pytest.mark.parametrize("transport, at, step", (
    *((transport, at, at) for transport in TRANSPORTS for at in FIRST + AFTER), ("http", "second-tls", "second-tls"),
    ("http", "second-http", "second-http"), ("websocket", "tcp", "tls"), ("http", "second-tcp", "second-tls")))
def test_a_gateway_that_is_silent(transport, at, step, paa, through):
    gate = paa("--fault", f"{at}:hang")
    result = through(gate, transport, "127.0.0.1:1", "--deadline", "1.5")
    trial = result.trial
    assert (trial["outcome"]["family"], trial["outcome"]["phase"]) == ("timeout", "gateway"), result
    assert check_timeline(trial)[-1] == step and f"step {step}" in trial["outcome"]["detail"], result
    assert ("connects to the target" in trial["outcome"]["detail"]) == (step == "channel"), result
    assert 1400 < trial["ms"] < 1500 * LOADED, result
    check_idle(trial)


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_tunnel_that_goes_silent(transport, paa, target, through):
    result = through(paa("--fault", "data:hang"), transport, target().target, "--deadline", "1.5")
    assert (result.trial["outcome"]["family"], result.trial["outcome"]["phase"]) == ("timeout", "negotiate"), result
    assert "the tunnel worked" in " ".join(through(paa("--fault", "data:hang"), transport, target().target,
                                                   "--deadline", "0.7", json=False).stdout.split())
    check_idle(result.trial)


@pytest.mark.parametrize("transport, options", (
    ("websocket", ["--fault", "http:hang"]), ("http", ["--fault", "second-http:hang"]),
    ("http", ["--fault", "data:hang", "--fault-after", "1400"]),
    ("http", ["--chunked-out", "--content-type", "application/byte-stream", "--fault", "channel:hang"])),
    ids=("http", "second-http", "session", "chunks"))
def test_waiting_costs_nothing(transport, options, paa, target, through):
    """Three seconds more of it: FreeRDP by itself takes a tenth of them, and all of them between chunks."""
    gate, server = paa(*options), target()
    short, long = (through(gate, transport, server.target, "--deadline", seconds).trial for seconds in (1, 4))
    assert short["outcome"]["family"] == long["outcome"]["family"] == "timeout", long
    assert long["cpu_ms"] - short["cpu_ms"] < 60, (short, long)


@pytest.mark.parametrize("transport", TRANSPORTS)
@pytest.mark.parametrize("after", (100, 1400, 2400))
@pytest.mark.parametrize("kind", ("close", "rst", "hang"))
def test_a_gateway_that_drops_a_session(kind, after, transport, paa, target, through):
    gate = paa("--fault", f"data:{kind}", "--fault-after", after)
    result = through(gate, transport, target().target, "--deadline", "1.5", "--settle", "30")
    trial = result.trial
    family = "timeout" if kind == "hang" else "closed"
    assert trial["outcome"]["family"] == family and trial["outcome"]["phase"] not in ("tcp", "gateway"), result
    assert trial["ms"] < 1500 * LOADED and gate.wait_for(1, kind="tunnel")[0]["ended"] == "fault", result
    check_idle(trial)


def test_a_gateway_that_drops_the_half_of_a_session(paa, target, through):
    """In the target's TLS handshake. What goes to the gateway is still taken, and nothing will ever answer."""
    gate = paa("--fault", "data:half", "--fault-after", 100)
    trial = through(gate, "http", target().target, "--deadline", "1.5").trial
    assert (trial["outcome"]["family"], trial["outcome"]["name"]) == ("closed", "RST"), trial
    assert (trial["outcome"]["phase"], trial["facts"]["end"]["by"]) == ("tls", "gateway"), trial
    check_idle(trial)


@pytest.mark.parametrize("transport, at", (*((transport, at) for transport in TRANSPORTS for at in FIRST + AFTER),
                                           ("http", "second-tls"), ("http", "second-http")))
@pytest.mark.parametrize("kind", ("close", "garbage"))
def test_a_gateway_that_breaks_off(kind, transport, at, paa, through):
    trial = through(paa("--fault", f"{at}:{kind}"), transport, "127.0.0.1:1", "--deadline", "20").trial
    outcome = trial["outcome"]
    if kind == "garbage" and not at.endswith("tls"):
        assert (outcome["family"], outcome["name"]) == ("gateway", "MALFORMED_ANSWER"), trial
    elif kind == "garbage":  # who hears of it first, the client's TLS or its socket, is a race
        assert outcome["family"] in ("closed", "tls"), trial
    else:
        assert outcome["family"] == "closed", trial
    assert outcome["phase"] == "gateway" and trial["facts"]["gateway"]["step"] == at, trial
    assert trial["ms"] < 5000 and trial["connections"] == (2 if transport == "http" and at not in FIRST else 1), trial
    assert "mstsc" not in outcome, trial


def test_a_tunnel_in_chunks_that_freerdp_cannot_read(paa, target, through):
    """It takes the tunnel for a body, and would wait for its end: that is told, and not waited for."""
    result = through(paa("--chunked-out"), "http", target().target, "--deadline", "20")
    outcome = result.trial["outcome"]
    assert (outcome["family"], outcome["name"]) == ("local", "TUNNEL_IN_CHUNKS"), result
    assert result.trial["facts"]["gateway"]["http"]["chunked"] is True and result.trial["ms"] < 5000, result
    check_idle(result.trial)


def test_a_tunnel_in_chunks(paa, target, through):
    """Of another type FreeRDP reads chunks, and would spin between them."""
    gate, server = paa("--chunked-out", "--content-type", "application/byte-stream"), target()
    result = through(gate, "http", server.target, "--settle", "1")
    assert result.status == 0 and result.trial["facts"]["gateway"]["http"]["chunked"] is True, result
    assert server.only_connection()["reached"] == "active", server.records()
    check_idle(result.trial)


def children(pid):
    """Processes whose parent is this one."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        with contextlib.suppress(OSError, ValueError):
            if int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1]) == pid:
                found.append(int(entry.name))
    return found


def test_a_worker_that_spins_is_stopped(paa, rdpprobe, token):
    """The kernel's signal to a process that has used its processor time, sent here without waiting for a spin."""
    gate = paa("--fault", "channel:hang")
    with rdpprobe.start("connect", "--json", "--user", USER, "--gateway", f"localhost:{gate.port}",
                        "--gateway-token-file", token, "127.0.0.1:1", password=PASSWORD) as process:
        workers = wait_until(lambda: [w for zygote in children(process.pid) for w in children(zygote)], 10)
        limits = pathlib.Path(f"/proc/{workers[0]}/limits")
        assert wait_until(lambda: re.search(r"Max cpu time +5 ", limits.read_text()), 10), limits.read_text()
        os.kill(workers[0], signal.SIGXCPU)
        assert process.wait(20) == 1
        (trial,) = [record for record in map(json.loads, process.stdout.splitlines()) if record["record"] == "trial"]
    assert (trial["outcome"]["family"], trial["outcome"]["name"]) == ("crash", "XCPU"), trial
    assert "processor time" in trial["outcome"]["detail"], trial


# ---- logons ----

def ledger_of(rdpprobe):
    files = list((rdpprobe.home / "state").rglob("*"))
    return " ".join(path.read_text() for path in files if path.is_file())


@pytest.fixture
def logon(front, through, rdpprobe):
    """Trials of gus at a gateway with these options; returns the trial and the gateway."""
    def run(transport, *options, password="Gateway-Pw1", server="127.0.0.1:1", deadline="20"):
        gate = front("--auth", "ntlm", "--user", "gus", *options, password="Gateway-Pw1")
        words = ["--gateway-user", "gus", "--gateway-password-file", rdpprobe.password_file(password, "gateway")]

        def again():
            return through(gate, transport, server, "--deadline", deadline, credentials=words)
        return again, gate
    return run


@pytest.mark.parametrize("options, password, logons, failed, credentials", (
    ((), "wrong", 1, 1, "refused"),
    (("--http-status", "403"), "Gateway-Pw1", 1, 1, "not proved"),
    (("--http-status", "500"), "Gateway-Pw1", 1, 1, "not proved"),
    (("--http-status", "503"), "Gateway-Pw1", 1, 1, "not proved"),
    (("--fault", "logon:close"), "Gateway-Pw1", 1, 1, "not proved"),
    (("--fault", "logon:rst"), "Gateway-Pw1", 1, 1, "not proved"),
    (("--restrict", "SMARTCARD"), "Gateway-Pw1", 1, 0, "not proved"),
    (("--fault", "http:close"), "Gateway-Pw1", 0, 0, None),
    (("--deny", "authorize=8009030C"), "Gateway-Pw1", "all", 1, "refused"),
    (("--deny", "tunnel=8007052E"), "Gateway-Pw1", "all", 1, "refused"),
    (("--deny", "authorize=800759DB"), "Gateway-Pw1", "all", 0, "verified"),
    (("--deny", "channel=800759DA"), "Gateway-Pw1", "all", 0, "verified"),
    (("--deny", "channel=59DD"), "Gateway-Pw1", "all", 0, "verified"),
))
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_logons_are_counted_as_they_are_sent(transport, options, password, logons, failed, credentials, logon):
    again, gate = logon(transport, *options, password=password)
    result = again()
    trial = result.trial
    expected = {"websocket": 1, "http": 2}[transport] if logons == "all" else logons
    assert (trial["logons"], trial["failed_logons"]) == (expected, failed), result
    assert trial["facts"]["gateway"].get("credentials") == credentials, result
    assert trial["outcome"]["phase"] == "gateway", result
    seen = sum(record["ntlm_authenticates"] for record in (*gate.records("tunnel"), *gate.records("refused")))
    assert seen == expected, gate.records(None)


@pytest.mark.parametrize("options, code, name, words", (
    (("--restrict", "SMARTCARD"), 401, "USER_ACCOUNT_RESTRICTED", "it wants SMARTCARD"),
    (("--fault", "logon:close"), 0, "CLOSED_AFTER_LOGON", "said nothing of it"),
))
def test_what_is_no_refused_password(options, code, name, words, logon):
    again, _ = logon("websocket", *options)
    outcome = again().trial["outcome"]
    assert (outcome["family"], outcome["code"], outcome["name"]) == ("gateway", code, name), outcome
    assert words in outcome["detail"], outcome


def test_the_domain_of_a_gateways_account(front, through, rdpprobe):
    words = ["--gateway-user", "gus", "--gateway-password-file", rdpprobe.password_file("Gateway-Pw1", "gateway")]
    gate = front("--auth", "ntlm", "--user", "gus", "--domain", "EDGE", "--deny", "channel=59DD",
                 password="Gateway-Pw1")
    for options in (["--gateway-domain", "EDGE", *words], ["--gateway-user", "EDGE\\gus", *words[2:]]):
        assert through(gate, "websocket", "127.0.0.1:1", credentials=options).trial["outcome"]["code"] == 0x59DD
    assert [(r["user"], r["domain"]) for r in gate.wait_for(2, kind="tunnel")] == [("gus", "EDGE")] * 2


def test_a_gateways_account_is_left_alone_after_two_refusals(logon, rdpprobe, target):
    again, gate = logon("websocket", password="wrong")
    assert [again().status for _ in range(3)] == [1, 1, 4]
    assert len(gate.records("refused")) == 2
    # It is the gateway's account: the target's was sent nothing, and may log on.
    result = rdpprobe("connect", "--json", "--user", USER, target().target, password=PASSWORD)
    assert result.status == 0 and result.trial["facts"]["logon"]["credentials"] == "verified", result


def test_a_policy_that_refuses_locks_nobody_out(logon):
    again, gate = logon("websocket", "--deny", "authorize=800759DB")
    assert [again().status for _ in range(4)] == [1, 1, 1, 1]
    assert len(gate.wait_for(4, kind="tunnel")) == 4


def test_a_lockout_at_the_gateway_stops_at_once(logon):
    again, gate = logon("websocket", "--deny", "authorize=80070775")
    first, second = again(), again()
    assert first.trial["outcome"]["name"] == "ERROR_ACCOUNT_LOCKED_OUT", first
    assert (first.status, second.status) == (4, 4) or (first.status, second.status) == (1, 4), second
    assert len(gate.wait_for(1, kind="tunnel")) == 1


def test_a_silent_gateway_after_the_password(logon):
    again, gate = logon("websocket", "--fault", "logon:hang", deadline="0.7")
    first = again()
    assert first.trial["outcome"]["family"] == "timeout", first
    assert (first.trial["logons"], first.trial["failed_logons"]) == (1, 1), first
    assert (again().status, again().status) == (1, 4)


def test_a_silent_target_behind_a_proved_logon(logon, target):
    """The worker is killed: what the gateway proved counts, and the target was sent no password."""
    server = target("--fault", "negotiate:hang")
    again, gate = logon("http", server=server.target, deadline="1")
    for _ in range(3):
        result = again()
        assert (result.trial["outcome"]["family"], result.trial["outcome"]["phase"]) == ("timeout", "negotiate"), result
        assert (result.trial["logons"], result.trial["failed_logons"]) == (2, 0), result


# ---- tokens, names, certificates ----

@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_bearer_token(transport, front, token, target, through, scratch):
    other = str(secret_file(scratch("other") / "token", "of-somebody-else"))
    gate, server = front("--auth", "bearer", "--token-file", token), target()
    good = through(gate, transport, server.target, credentials=["--gateway-bearer-file", token])
    bad = through(gate, transport, server.target, credentials=["--gateway-bearer-file", other])
    assert good.status == 0 and good.trial["facts"]["gateway"]["authentication"] == "Bearer", good
    assert (bad.trial["outcome"]["code"], bad.trial["logons"], bad.trial["failed_logons"]) == (401, 0, 0), bad
    assert gate.wait_for(1, kind="tunnel")[0]["authenticated"] and gate.wait_for(1, kind="refused")
    assert all(secret not in result.stdout + result.stderr for result in (good, bad)
               for secret in (TOKEN, "of-somebody-else"))


def rdp_file(folder, server, front, **keys):
    lines = [f"full address:s:{server}", f"username:s:{USER}", f"gatewayhostname:s:localhost:{front.port}"]
    lines += [f"{key}:{'i' if isinstance(value, int) else 's'}:{value}" for key, value in keys.items()]
    path = folder / "target.rdp"
    path.write_text("\n".join(lines) + "\n")
    path.chmod(0o600)
    return str(path)


@pytest.mark.parametrize("method, used", ((0, False), (1, True), (2, True), (4, False)))
def test_the_gateway_of_an_rdp_file(method, used, paa, target, rdpprobe, scratch):
    gate, server = paa(), target()
    path = rdp_file(scratch("rdp"), server.target, gate, gatewayusagemethod=method, gatewaycredentialssource=5,
                    gatewayprofileusagemethod=1, gatewayaccesstoken=TOKEN)
    result = rdpprobe("connect", "--json", path, password=PASSWORD)
    assert result.status == 0, result
    assert result.trial["variant"]["gateway"] == ("http" if used else "off"), result
    assert [record["reached"] for record in gate.wait_for(int(used), kind="tunnel")] == ["data"] * used
    assert TOKEN not in result.stdout + result.stderr


def test_a_bearer_token_stands_before_the_rdp_file(front, token, target, rdpprobe, scratch):
    gate, server = front("--auth", "bearer", "--token-file", token), target()
    path = rdp_file(scratch("rdp"), server.target, gate, gatewayusagemethod=1, gatewayaccesstoken="of-the-file")
    result = rdpprobe("connect", "--json", "--gateway-bearer-file", token, "--set", "gateway=websocket", path,
                      password=PASSWORD)
    assert result.status == 0 and gate.wait_for(1, kind="tunnel")[0]["auth"] == "bearer", result


def test_a_gateway_whose_port_is_closed(rdpprobe, target, through):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))

        class Closed:
            port = closed.getsockname()[1]
        server = target()
        trial = through(Closed, "http", server.target).trial
    outcome = trial["outcome"]
    assert (outcome["phase"], outcome["family"], outcome["name"]) == ("tcp", "tcp", "GATEWAY_ECONNREFUSED"), trial
    assert "the gateway localhost" in outcome["detail"] and trial["connections"] == 0, trial
    assert server.connections() == []


def test_kerberos_is_for_the_target(front, target, through, rdpprobe):
    """The gateway is given NTLM at every level, so that each of its logons shows; here is no KDC for the target's."""
    gate = front("--auth", "ntlm", "--user", "gus", password="Gateway-Pw1")
    words = ["--gateway-user", "gus", "--gateway-password-file", rdpprobe.password_file("Gateway-Pw1", "gateway")]
    trial = through(gate, "websocket", target().target, "--set", "auth=kerberos", "--deadline", "20",
                    credentials=words).trial
    assert (trial["outcome"]["phase"], trial["outcome"]["name"]) == ("nla", "NO_TICKET"), trial
    assert trial["facts"]["gateway"]["authentication"] == "NTLM" and trial["logons"] == 1, trial


def test_a_gateway_without_an_address(rdpprobe, token):
    result = rdpprobe("connect", "--json", "--user", USER, "--gateway", "gateway.invalid", "--gateway-token-file",
                      token, "127.0.0.1:1", password=PASSWORD)
    outcome = result.trial["outcome"]
    assert (outcome["phase"], outcome["family"]) == ("resolve", "dns") and "gateway.invalid" in outcome["detail"]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_certificate_of_another_name(transport, gateway, token, target, through, scratch):
    other = Certificate(scratch("certificate"), "other.example")
    gate = gateway("--auth", "paa", "--token-file", token, "--certificate", other.certificate, "--key", other.key)
    server = target()
    told = through(gate, transport, server.target)
    assert told.status == 0, told
    facts = told.trial["facts"]
    assert facts["gateway"]["certificate"]["subject"] == "CN=other.example", told
    assert facts["gateway"]["certificate"]["name_match"] is False and facts["certificate"]["name_match"] is True, told
    refused = through(gate, transport, server.target, "--cert-policy", "require").trial
    assert (refused["outcome"]["phase"], refused["outcome"]["name"]) == ("gateway", "CERTIFICATE_REJECTED")
    assert "the gateway's certificate" in refused["outcome"]["detail"], refused
    assert refused["facts"]["gateway"]["step"] == "tls" and "certificate" not in refused["facts"], refused
    server.only_connection()  # that of the first trial


@pytest.mark.parametrize("version", ("1.0", "1.1", "1.2", "1.3"))
def test_tls_versions_of_a_gateway(version, paa, target, through):
    gate, server = paa("--tls-min", version, "--tls-max", version), target("--tls-max", "1.2")
    trial = through(gate, "websocket", server.target).trial
    assert trial["outcome"]["result"] == "connected", trial
    assert (trial["facts"]["gateway"]["tls"]["version"], trial["facts"]["tls"]["version"]) == (version, "1.2"), trial
    assert gate.wait_for(1, kind="tunnel")[0]["tls"] == version


def test_rpc_says_what_nobody_has_proved(front, through):
    text = through(front(), "rpc", "127.0.0.1:1", "--deadline", "3", credentials=[], json=False).stdout
    assert "no server of this program's tests can prove it" in " ".join(text.split()), text
