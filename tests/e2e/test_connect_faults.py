# SPDX-License-Identifier: Apache-2.0
"""Every fault at every phase gives its phase and family, and a server that never answers ends at the deadline."""

import contextlib
import errno
import json
import select
import socket
import time

import pytest

from fixtures.program import Program

# Where a fault of the lab strikes, and the phase the client is in then. Two cannot be told apart on the wire:
# - tcp: the connection stands when the server falls silent, so what is missing is the answer to the X.224 request;
# - info: Client Info has no answer of its own, so what is missing is the first licensing message.
# nla strikes at the first TSRequest, nla-auth at the one with the NTLM AUTHENTICATE message.
PHASES = {"tcp": "negotiate", "negotiate": "negotiate", "tls": "tls", "nla": "nla", "nla-auth": "nla", "mcs": "mcs",
          "channels": "channels", "info": "licensing", "licensing": "licensing", "capabilities": "capabilities",
          "finalize": "finalize", "active": "active"}
# The family of an answer that makes no sense, by the phase it comes in.
GARBAGE = {"negotiate": "negotiation", "tls": "tls", "nla": "credssp", "mcs": "protocol", "channels": "protocol",
           "licensing": "licensing", "capabilities": "protocol", "finalize": "protocol", "active": "protocol"}
AFTER_AUTHENTICATE = ("nla-auth", "mcs", "channels", "info", "licensing", "capabilities", "finalize", "active")
DEADLINE = 1.5


def rows(kind, *securities):
    """Every phase that exists under a security, with a fault of this kind."""
    missing = {"nla": (), "tls": ("nla", "nla-auth"), "rdp": ("tls", "nla", "nla-auth")}
    for security in securities:
        for at in PHASES:
            if at not in missing[security]:
                yield pytest.param(security, at, kind, id=f"{security}-{at}:{kind}")


@pytest.mark.parametrize("security, at, kind", [*rows("close", "nla", "tls", "rdp"), *rows("rst", "nla", "rdp")])
def test_peer_that_goes(trial, security, at, kind):
    result, truth = trial(["--fault", f"{at}:{kind}"], security=security)
    outcome = result.trial["outcome"]
    assert truth["fault"] == f"{at}:{kind}"
    phases = {PHASES[at]}
    if f"{at}:{kind}" == "tcp:rst" and outcome["phase"] == "tcp":
        # The reset can overtake the end of connect(), which then fails with it.
        assert (outcome["family"], outcome["name"]) == ("tcp", "ECONNRESET"), result
        return
    if (security, at) == ("rdp", "info"):
        # There the lab strikes at the Security Exchange, which comes before Client Info: the reset and this client's
        # sending of Client Info are a race.
        phases.add("info")
    assert (result.status, outcome["family"]) == (1, "closed") and outcome["phase"] in phases, result
    if kind == "rst":
        assert (outcome["code"], outcome["name"]) == (errno.ECONNRESET, "RST"), result
    # An end where a confirm is due costs one more, which asks whether TLS comes first: test_tls_first.py
    assert result.trial["connections"] == (2 if outcome["phase"] == "negotiate" else 1)
    assert result.trial["logons"] == truth["ntlm_authenticates"] == (security == "nla" and at in AFTER_AUTHENTICATE)
    # Only an AUTHENTICATE without an answer may have been refused; what came through NLA was not.
    assert result.trial["failed_logons"] == (at == "nla-auth")


@pytest.mark.parametrize("security, at, kind", rows("garbage", "nla", "rdp"))
def test_answer_that_makes_no_sense(trial, security, at, kind):
    result, truth = trial(["--fault", f"{at}:{kind}"], security=security)
    outcome = result.trial["outcome"]
    assert truth["fault"] == f"{at}:{kind}"
    assert (result.status, outcome["phase"], outcome["family"]) == (1, PHASES[at], GARBAGE[PHASES[at]]), result
    assert result.seconds < 5  # it does not wait for the deadline of 20 s: the answer came


def run_together(lab, certificate, scratch, faults, deadline):
    """One trial for each (security, PHASE:KIND), all at the same time: {row: (Result's trial, truth, seconds)}."""
    runs, ended = {}, {}
    with contextlib.ExitStack() as stack:
        for security, fault in faults:
            server = lab("--certificate", certificate.certificate, "--key", certificate.key, "--fault", fault,
                         "--drip", 1, user="bob", password="Lab-Pw1")
            program = Program(scratch("rdpprobe"))
            process = stack.enter_context(program.start(
                "connect", "--json", "--user", "bob", "--set", f"security={security}", "--deadline", deadline,
                server.target, password="Lab-Pw1"))
            runs[security, fault] = (server, process, time.monotonic())
        while len(ended) < len(runs):
            for row, (server, process, begin) in runs.items():
                if row not in ended and process.status is not None:
                    ended[row] = (server, process, time.monotonic() - begin)
                assert time.monotonic() - begin < deadline + 20, (row, process.stdout, process.stderr)
            time.sleep(0.01)
        return {row: (server, process, seconds, process.stop()) for row, (server, process, seconds) in ended.items()}


def trial_record(process):
    import json
    records = [json.loads(line) for line in process.stdout.splitlines()]
    assert [record["record"] for record in records] == ["run", "trial"], process.stdout + process.stderr
    return records[1]


HANGS = [("nla", f"{at}:hang") for at in PHASES if at != "active"] + [
    ("tls", "mcs:hang"), ("tls", "licensing:hang"), ("rdp", "negotiate:hang"), ("rdp", "mcs:hang"),
    ("rdp", "info:hang"), ("rdp", "capabilities:hang")]


@pytest.mark.timed
def test_a_server_that_never_answers_ends_at_the_deadline(lab, certificate, scratch):
    runs = run_together(lab, certificate, scratch, HANGS, DEADLINE)
    seen, late = {}, {}
    for row, (server, process, seconds, left) in runs.items():
        record = trial_record(process)
        truth = server.only_connection()
        seen[row] = (process.status, record["outcome"]["family"], record["outcome"]["phase"], truth["fault"],
                     record["logons"] == truth["ntlm_authenticates"], left)
        if not DEADLINE * 1000 <= record["ms"] <= (DEADLINE + 1) * 1000 or not DEADLINE <= seconds <= DEADLINE + 2:
            late[row] = (record["ms"], seconds)  # from outside it is a little more: seventeen programs start at once
    assert seen == {(security, fault): (1, "timeout", PHASES[fault.split(":")[0]], fault, True, [])
                    for security, fault in HANGS}
    assert late == {}


@pytest.mark.timed
@pytest.mark.parametrize("at", ["negotiate", "nla", "licensing"])
def test_the_end_comes_within_a_second_of_the_deadline(trial, at):
    result, truth = trial(["--fault", f"{at}:hang"], "--deadline", "0.7")
    assert (result.status, truth["fault"]) == (1, f"{at}:hang")
    assert 0.7 <= result.seconds < 1.7, result


def test_a_session_that_falls_silent_is_connected(trial):
    # active:hang: the session is there, and to say nothing is a session's right.
    result, truth = trial(["--fault", "active:hang"])
    assert (result.status, truth["fault"]) == (0, "active:hang")
    assert result.trial["outcome"] == {"result": "connected", "phase": "active"}


def test_a_slow_server_is_waited_for(lab, certificate, scratch):
    """A byte each millisecond from any phase on: within the deadline that is no failure."""
    slow = [("nla", f"{at}:slow") for at in PHASES] + [("rdp", "negotiate:slow"), ("tls", "mcs:slow")]
    runs = run_together(lab, certificate, scratch, slow, 30)
    seen = {row: (process.status, trial_record(process)["outcome"], server.only_connection()["fault"])
            for row, (server, process, _, _) in runs.items()}
    assert seen == {(security, fault): (0, {"result": "connected", "phase": "active"}, fault)
                    for security, fault in slow}


def test_a_server_too_slow_for_the_deadline_is_a_timeout(trial):
    # The certificate alone is some 700 bytes: at 50 ms each the handshake takes half a minute.
    result, truth = trial(["--fault", "tls:slow", "--drip", "50"], "--deadline", "1")
    assert (result.status, truth["fault"]) == (1, "tls:slow")
    assert (result.trial["outcome"]["family"], result.trial["outcome"]["phase"]) == ("timeout", "tls")


# ---- before the server's first byte ----

@pytest.fixture
def refusing():
    """An address that is reserved and that nobody listens on."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield "127.0.0.1:%d" % bound.getsockname()[1]


@pytest.fixture
def silent():
    """An address whose queue of connections is full: the kernel answers no further one."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        for _ in range(20):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(address)
            if not select.select([], [waiting], [], 0.3)[1]:
                break
        else:
            pytest.fail("the kernel takes every connection to a full queue")
        yield "127.0.0.1:%d" % address[1]


@pytest.mark.timed
def test_a_closed_port_is_tcp_at_once(rdpprobe, refusing):
    result = rdpprobe("connect", "--json", "--until", "tls", refusing)
    outcome = result.trial["outcome"]
    assert (result.status, outcome["phase"], outcome["family"]) == (1, "tcp", "tcp"), result
    assert (outcome["code"], outcome["name"]) == (errno.ECONNREFUSED, "ECONNREFUSED")
    assert outcome["mstsc"]["basis"] == "inferred" and outcome["mstsc"]["code"] == 0x204
    assert result.trial["facts"]["address"]["failed"] == ["127.0.0.1 ECONNREFUSED"]
    assert (result.trial["connections"], result.trial["logons"]) == (0, 0)
    assert result.seconds < 1


@pytest.mark.timed
def test_an_accept_that_never_comes_is_a_tcp_timeout(rdpprobe, silent):
    result = rdpprobe("connect", "--json", "--until", "tls", "--deadline", DEADLINE, silent)
    outcome = result.trial["outcome"]
    assert (result.status, outcome["phase"], outcome["family"]) == (1, "tcp", "timeout"), result
    assert result.trial["connections"] == 0
    assert DEADLINE <= result.seconds < DEADLINE + 1


def test_an_unknown_name_is_dns(rdpprobe):
    # RFC 6761 6.4: no resolver knows a name under "invalid". Where there is none at all, it is EAI_AGAIN.
    result = rdpprobe("connect", "--json", "--until", "tls", "rdpprobe-test.invalid")
    outcome = result.trial["outcome"]
    assert (result.status, outcome["phase"], outcome["family"]) == (1, "resolve", "dns"), result
    known = {"EAI_NONAME": -socket.EAI_NONAME, "EAI_AGAIN": -socket.EAI_AGAIN}
    assert outcome["code"] == known[outcome["name"]]
    assert [phase["phase"] for phase in result.trial["phases"]] == ["resolve"]
    assert result.trial["connections"] == 0
    assert result.trial["facts"]["address"] == {"asked": "rdpprobe-test.invalid", "port": 3389}


# ---- answers that refuse ----

@pytest.mark.parametrize("code, name", [
    (1, "SSL_REQUIRED_BY_SERVER"), (2, "SSL_NOT_ALLOWED_BY_SERVER"), (3, "SSL_CERT_NOT_ON_SERVER"),
    (4, "INCONSISTENT_FLAGS"), (5, "HYBRID_REQUIRED_BY_SERVER"), (6, "SSL_WITH_USER_AUTH_REQUIRED_BY_SERVER"),
    (0x4711, None)])
def test_negotiation_failure(trial, code, name):
    result, truth = trial(["--negotiation-failure", code])
    outcome = result.trial["outcome"]
    assert truth["negotiation_failure"] == code
    assert (result.status, outcome["phase"], outcome["family"]) == (1, "negotiate", "negotiation"), result
    assert (outcome["code"], outcome.get("name")) == (code, name)
    facts = result.trial["facts"]["negotiation"]
    assert (facts["requested"], facts["failure"], facts.get("failure_name")) == (truth["requested"], code, name)
    assert "selected" not in facts
    assert (result.trial["connections"], result.trial["logons"]) == (1, 0)


@pytest.mark.parametrize("accepted, security, code", [
    ("nla", "tls", 5), ("nla", "rdp", 5), ("tls", "rdp", 1), ("rdp", "nla", 2), ("rdp", "tls", 2)])
def test_a_protocol_the_server_is_not_set_to(trial, accepted, security, code):
    result, truth = trial(["--security", accepted], security=security)
    outcome = result.trial["outcome"]
    assert truth["negotiation_failure"] == code
    assert (outcome["phase"], outcome["family"], outcome["code"]) == ("negotiate", "negotiation", code), result


def test_another_protocol_than_asked_for_is_not_gone_on_with(trial):
    # NLA's request offers TLS too (MS-RDPBCGR 2.2.1.1.1), and this server takes that. A trial has one protocol.
    result, truth = trial(["--security", "tls"], security="nla")
    outcome = result.trial["outcome"]
    assert (outcome["family"], outcome["name"]) == ("negotiation", "OTHER_PROTOCOL_SELECTED"), result
    assert result.trial["facts"]["negotiation"]["selected"] == "SSL"
    assert result.trial["in_effect"] is False
    assert (truth["reached"], truth["ended"]) == ("negotiate", "client")


@pytest.mark.parametrize("status, name, mstsc, credentials", [
    (0xC0000022, "STATUS_ACCESS_DENIED", None, "not checked"),
    (0xC000005E, "STATUS_NO_LOGON_SERVERS", (0x1807, "inferred"), "not checked"),
    (0xC0000064, "STATUS_NO_SUCH_USER", (0xA07, "inferred"), "refused"),
    (0xC000006D, "STATUS_LOGON_FAILURE", (0x807, "documented"), "refused"),
    (0xC000006E, "STATUS_ACCOUNT_RESTRICTION", (0xC07, "documented"), "not checked"),
    (0xC000006F, "STATUS_INVALID_LOGON_HOURS", (0x1007, "inferred"), "verified"),
    (0xC0000071, "STATUS_PASSWORD_EXPIRED", (0xF07, "documented"), "verified"),
    (0xC0000072, "STATUS_ACCOUNT_DISABLED", (0xB07, "documented"), "not checked"),
    (0xC000015B, "STATUS_LOGON_TYPE_NOT_GRANTED", (0x1307, "documented"), "verified"),
    (0xC0000193, "STATUS_ACCOUNT_EXPIRED", (0xE07, "documented"), "not checked"),
    (0xC0000224, "STATUS_PASSWORD_MUST_CHANGE", (0x1207, "documented"), "verified"),
    (0xC0000234, "STATUS_ACCOUNT_LOCKED_OUT", (0xD07, "documented"), "not checked"),
    (0xC0000418, "STATUS_NTLM_BLOCKED", None, "not checked"),
    (0xC0001234, None, None, "not checked"),  # no specification names it
])
def test_ntstatus(trial, status, name, mstsc, credentials):
    result, truth = trial(["--ntstatus", f"{status:X}"])
    outcome, facts = result.trial["outcome"], result.trial["facts"]
    assert truth["ntstatus_sent"] == status
    assert (result.status, outcome["phase"], outcome["family"]) == (1, "nla", "credssp"), result
    assert (outcome["code"], outcome.get("name")) == (status, name)
    shown = outcome.get("mstsc")
    assert (shown and (shown["code"], shown["basis"])) == mstsc
    assert (facts["credssp"]["ntstatus"], facts["credssp"].get("status_name")) == (status, name)
    assert facts["credssp"]["version"] == 6
    assert result.trial["logons"] == truth["ntlm_authenticates"] == 1
    assert facts["logon"]["credentials"] == credentials
    # What is not known to have been a good password counts: the account's lockout counter is on the server. Not so
    # where a policy or the server's own trust refused, and nobody looked at the password.
    not_judged = name in ("STATUS_NO_LOGON_SERVERS", "STATUS_ACCOUNT_RESTRICTION", "STATUS_NTLM_BLOCKED")
    assert result.trial["failed_logons"] == (credentials != "verified" and not not_judged)


@pytest.mark.parametrize("security", ["nla", "tls", "rdp"])
@pytest.mark.parametrize("code, name", [(0x2, "ERR_NO_LICENSE"), (0x6, "ERR_NO_LICENSE_SERVER"),
                                        (0x8, "ERR_INVALID_CLIENT"), (0x77, None)])
def test_licensing_alert(trial, code, name, security):
    result, truth = trial(["--license-alert", f"{code}:1"], security=security)  # 1: ST_TOTAL_ABORT
    outcome = result.trial["outcome"]
    assert truth["license_alert_sent"] == code
    assert (result.status, outcome["phase"], outcome["family"]) == (1, "licensing", "licensing"), result
    assert (outcome["code"], outcome.get("name")) == (code, name)
    facts = result.trial["facts"]["licensing"]
    assert (facts["messages"], facts["error"], facts.get("error_name")) == (["ERROR_ALERT"], code, name)
    assert facts["transition"] == "ST_TOTAL_ABORT"


def test_licensing_code_7_is_success_and_no_error_info(trial):
    # STATUS_VALID_CLIENT has the number of ERRINFO_SERVER_DENIED_CONNECTION. The lab closes after it.
    result, truth = trial(["--license-alert", "7:2"])  # 2: ST_NO_TRANSITION
    outcome, facts = result.trial["outcome"], result.trial["facts"]
    assert truth["license_alert_sent"] == 7
    assert (outcome["phase"], outcome["family"]) == ("capabilities", "closed"), result
    assert (facts["licensing"]["messages"], facts["licensing"]["role"]) == (["ERROR_ALERT"], "valid-client")
    assert "error" not in facts["licensing"]
    assert "code" not in facts["errinfo"]


@pytest.mark.parametrize("security", ["nla", "tls", "rdp"])
def test_mcs_result(trial, security):
    result, truth = trial(["--mcs-result", "14"], security=security)  # T.125: rt-user-rejected is 15, 14 unspecified
    outcome = result.trial["outcome"]
    assert truth["ended"] == "server"
    assert (result.status, outcome["phase"], outcome["family"], outcome["code"]) == (1, "mcs", "protocol", 14), result
    assert result.trial["facts"]["mcs"] == {"result": 14, "result_name": "rt-unspecified-failure"}


# ---- TLS ----

@pytest.mark.parametrize("limits, level, alert", [
    (("--tls-min", "1.3"), "1.2", "alert_received"),
    (("--tls-min", "1.2"), "1.0", "alert_received"),
    (("--tls-min", "1.2"), "1.1", "alert_received"),
    (("--tls-max", "1.2"), "1.3", "alert_received"),
    # Up to TLS 1.2 a server answers with the version it can do, and it is for the client to refuse that.
    (("--tls-max", "1.1"), "1.2", "alert_sent"),
])
@pytest.mark.parametrize("security", ["nla", "tls"])
def test_tls_versions_that_do_not_meet(trial, security, limits, level, alert):
    result, truth = trial(limits, "--set", f"tls={level}", security=security)
    outcome = result.trial["outcome"]
    assert (result.status, outcome["phase"], outcome["family"]) == (1, "tls", "tls"), result
    # RFC 8446 6.2; the name tells an alert of ours from one of the server's.
    name = "sent_protocol_version" if alert == "alert_sent" else "protocol_version"
    assert (outcome["code"], outcome["name"]) == (70, name)
    facts = result.trial["facts"]["tls"]
    assert facts[alert] == "protocol_version" and "version" not in facts
    assert (facts["ended_by"], facts["ended_with"]) == ("client" if alert == "alert_sent" else "server", "alert")
    assert truth["reached"] == "tls"
    assert result.trial["logons"] == truth["ntlm_authenticates"] == 0
