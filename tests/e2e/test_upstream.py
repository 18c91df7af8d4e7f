# SPDX-License-Identifier: Apache-2.0
"""rdplab --upstream: rules and faults between a client and a real server, whose own log says what came through."""

import contextlib
import re
import subprocess

import pytest

from fixtures.credentials import secret_file
from fixtures.lab import built
from fixtures.port import free_port
from fixtures.process import wait_until
from fixtures.shadow import shadow_server
from fixtures.xrdp import xrdp_server

USER, PASSWORD = "alice", "Shadow-Pw1"
CLIENT = "FRONTDESK7"
MOMENTS = {"licensing": "licensing", "capabilities": "capabilities", "post-connect": "active", "active": "active",
           "active+40": "active"}  # and the phase in which the client hears of it
HYBRID_REQUIRED, LOGON_FAILURE = 5, 0xC000006D


class Upstream:
    """A running server of this file, and what its log says since this test began."""

    def __init__(self, server):
        self.server, self.target, self._skipped = server, server.target, len(server.log)

    @property
    def log(self):
        return self.server.log[self._skipped:]

    def count(self, pattern):
        return len(re.findall(pattern, self.log))

    def came(self, pattern, times=1):
        """How often the log has a line, once it has it that often."""
        assert wait_until(lambda: self.count(pattern) >= times, 10), self.log
        return self.count(pattern)


@pytest.fixture(scope="module")
def shared(tmp_path_factory, display, certificate):
    """Starts each real server of this file once."""
    running = {}
    with contextlib.ExitStack() as stack:
        def start(name):
            if name not in running:
                program, security = name.split()
                folder = tmp_path_factory.mktemp(program)
                running[name] = stack.enter_context(
                    xrdp_server(folder, certificate) if program == "xrdp" else
                    shadow_server(folder, display, certificate, security, user=USER, password=PASSWORD))
            return running[name]

        yield start


@pytest.fixture
def server(shared):
    """The real server of a name such as "shadow nla"; "xrdp tls" and "xrdp rdp" are one that accepts both."""
    return lambda name: Upstream(shared("xrdp both" if name.startswith("xrdp") else name))


def first_of(front, trial):
    """The trial's own connection: one that ends where a confirm is due is followed by one that looks for TLS."""
    records = front.connections()
    looked = "tls_first" in trial["facts"].get("negotiation", {})
    assert len(records) == 1 + looked, records
    return records[0]


@pytest.fixture
def through(rdpprobe, lab):
    """A trial through rdplab to a server: its record and rdplab's only one."""

    def run(upstream, security, *options, rules=(), password=PASSWORD, account=PASSWORD):
        front = lab("--upstream", upstream.target, *rules, user=USER, password=account)
        result = rdpprobe("connect", "--json", "--user", USER, f"--set=security={security}", *options, front.target,
                          password=password)
        record = first_of(front, result.trials[0])
        assert record["upstream"] == upstream.target or record["reached"] in ("tcp", "negotiate"), record
        return result.trials[0], record

    return run


def outcome(trial):
    return tuple(trial["outcome"].get(member) for member in ("result", "phase", "family", "code"))


def asked_for_license(trial):
    """What rdplab must have seen: xrdp asks for a licence, without meaning it, up to its release 0.9."""
    return "new" if trial["facts"]["licensing"]["messages"][0] == "LICENSE_REQUEST" else "none"


SERVERS = ("xrdp tls", "xrdp rdp", "shadow nla", "shadow tls")


@pytest.mark.parametrize("name", SERVERS)
def test_a_session_reaches_active(name, server, through):
    upstream, security = server(name), name.split()[1]
    trial, record = through(upstream, security, "--set=color-depth=16", "--set=redirection=on", "--set=tls=default",
                            "--client-name", CLIENT, "--set=client-name=given", rules=("--deny-if", "client-name=X"))
    assert outcome(trial)[:2] == ("connected", "active") and trial["in_effect"], trial
    assert (record["reached"], record["ended"], record["rule"], record["upstream_error"]) == \
        ("active", "client", None, None)
    assert (record["security"], record["client_name"], record["color_depth"]) == (security, CLIENT, 16)
    assert record["channels"] == ["rdpdr", "rdpsnd", "cliprdr", "drdynvc"] and record["user"] == USER
    assert record["tls"] == ("none" if security == "rdp" else "1.3")
    assert record["license"] == asked_for_license(trial)
    assert (record["ntlm_authenticates"], record["authenticated"]) == ((1, True) if security == "nla" else (0, False))
    if name.startswith("xrdp"):
        assert upstream.came(f"Connected client computer name: {CLIENT}\n") == 1
        assert upstream.came(f"selected \\[{'SSL' if security == 'tls' else 'RDP'}\\]") == 1
        assert upstream.came(f"Client supplied username: {USER}\n") == 1
        assert upstream.came("xrdp_caps_process_pointer") == 1  # Confirm Active came
    else:
        assert upstream.came(r"\[shadow_client_thread\]: Failed") == 1  # the end of the one session


@pytest.mark.parametrize("at", MOMENTS)
@pytest.mark.parametrize("name", SERVERS)
def test_a_rule_denies_at_its_moment(name, at, server, through):
    upstream, security = server(name), name.split()[1]
    rule = f"security={security} & color-depth=15 & client-name!={CLIENT}"
    trial, record = through(upstream, security, "--set=color-depth=15", "--settle", "0.5",
                            rules=("--deny-if", rule, "--at", at, "--errinfo", "12"))
    assert outcome(trial) == ("failed", MOMENTS[at], "errinfo", 12), trial
    assert (record["ended"], record["rule"], record["errinfo_sent"], record["errinfo_at"]) == ("denied", rule, 12, at)
    assert record["reached"] == MOMENTS[at], record
    if name.startswith("xrdp"):
        assert upstream.came("Connected client computer name") == 1
        sooner = at in ("licensing", "capabilities")
        assert upstream.count("xrdp_caps_process_pointer") == (0 if sooner else 1)


@pytest.mark.parametrize("level", ("new", "stored", "none"))
def test_a_rule_about_the_license_waits_for_the_answer(level, server, through):
    trial, record = through(server("xrdp tls"), "tls", rules=("--deny-if", f"license={level}"))
    assert record["reached"] == ("licensing" if record["license"] == level else "active")
    assert (record["ended"] == "denied") == (trial["outcome"]["result"] == "failed") == (record["license"] == level)
    if record["license"] == "new":
        assert trial["facts"]["licensing"]["messages"][:2] == ["LICENSE_REQUEST", "NEW_LICENSE_REQUEST"]
    elif "licensing" in trial["facts"]:  # else denied before the server's message
        assert asked_for_license(trial) == record["license"] == "none"


@pytest.mark.parametrize("name, asked, refused", (
    ("shadow nla", "tls", HYBRID_REQUIRED), ("shadow tls", "rdp", 1), ("shadow rdp", "tls", 2)))
def test_the_upstream_refuses_a_protocol(name, asked, refused, server, through):
    trial, record = through(server(name), asked)
    assert outcome(trial) == ("failed", "negotiate", "negotiation", refused), trial
    assert (record["negotiation_failure"], record["ended"], record["reached"]) == (refused, "server", "negotiate")


def test_the_upstream_chooses_another_protocol(server, through):
    """xrdp has no NLA and answers with TLS: that is what the client gets."""
    trial, record = through(server("xrdp tls"), "nla")
    assert not trial["in_effect"] and trial["facts"]["negotiation"]["selected"] == "SSL", trial
    assert record["security"] == "tls" and record["requested"][:2] == ["SSL", "HYBRID"]


def test_the_lab_refuses_before_the_upstream_is_asked(xrdp, lab, rdpprobe):
    upstream = xrdp()
    front = lab("--upstream", upstream.target, "--security", "tls")
    result = rdpprobe("connect", "--json", "--set=security=rdp", front.target)
    assert outcome(result.trials[0]) == ("failed", "negotiate", "negotiation", 1)
    assert front.only_connection()["upstream"] is None and "connection received" not in upstream.log


def test_encrypted_rdp_security_is_not_passed_on(xrdp, through):
    trial, record = through(xrdp("rdp", crypt_level="high"), "rdp")
    assert outcome(trial)[:2] == ("failed", "mcs") and "encrypts" in record["upstream_error"], (trial, record)
    assert (record["ended"], record["reached"]) == ("server", "mcs")


def test_accounts_of_both_sides(server, through):
    """The lab checks the client's password itself, and has one of its own to show to the upstream."""
    upstream = server("shadow nla")
    trial, record = through(upstream, "nla", password="wrong")
    assert outcome(trial)[1:] == ("nla", "credssp", LOGON_FAILURE), trial
    assert (record["authenticated"], record["ntstatus_sent"], record["ended"]) == (False, LOGON_FAILURE, "server")
    trial, record = through(upstream, "nla", password="other", account="other")  # not the upstream's
    assert record["authenticated"] and record["reached"] == "mcs" and record["upstream_error"], record
    assert outcome(trial)[:2] == ("failed", "mcs"), trial


def test_the_upstream_is_not_there(lab, rdpprobe):
    with free_port() as port:
        front = lab("--security", "tls", "--upstream", f"127.0.0.1:{port}")
        result = rdpprobe("connect", "--json", "--set=security=tls", front.target)
        record = first_of(front, result.trials[0])
    assert outcome(result.trials[0])[:3] == ("failed", "negotiate", "closed")
    assert (record["ended"], record["upstream_error"]) == ("server", "Connection refused")


def test_the_upstream_ends_the_session(xrdp, lab, rdpprobe):
    """xrdp is stopped while the session lasts: the client sees its server go, and the lab says who went."""
    upstream = xrdp()
    front = lab("--security", "tls", "--upstream", upstream.target)
    argv = ["--set=security=tls", "--settle", "30", "--deadline", "40", front.target]
    with rdpprobe.start("connect", "--json", *argv) as client:
        assert wait_until(lambda: "xrdp_caps_process_pointer" in upstream.log, 10), upstream.log
        upstream.process.stop()
        client.wait(30)
    record = front.only_connection()
    assert (record["reached"], record["ended"], record["rule"]) == ("active", "server", None)


PHASES = ("tcp", "negotiate", "tls", "mcs", "channels", "info", "licensing", "capabilities", "finalize", "active")


@pytest.mark.parametrize("phase", (*PHASES, "nla", "nla-auth"))
@pytest.mark.parametrize("kind", ("close", "rst"))
def test_faults(phase, kind, server, through):
    reached = phase.removesuffix("-auth")
    trial, record = through(server("shadow nla"), "nla", "--settle", "0.5", rules=("--fault", f"{phase}:{kind}"))
    assert (record["fault"], record["ended"], record["reached"]) == (f"{phase}:{kind}", "fault", reached), record
    assert trial["outcome"]["result"] == "failed" and trial["outcome"]["family"] in ("closed", "tls", "tcp"), trial
    if phase in ("channels", "info", "licensing", "capabilities"):  # the client hears of it in this phase
        assert trial["outcome"]["phase"] in (phase, "licensing"), trial


@pytest.mark.parametrize("kind", ("hang", "garbage", "slow"))
def test_faults_that_keep_the_connection(kind, server, through):
    trial, record = through(server("xrdp tls"), "tls", "--deadline", "2",
                            rules=("--fault", f"capabilities:{kind}", "--fault-if", "security=tls", "--drip", "1"))
    assert record["fault"] == f"capabilities:{kind}"
    assert trial["outcome"]["result"] == ("connected" if kind == "slow" else "failed"), trial


def test_a_fault_only_where_its_condition_holds(server, through):
    trial, record = through(server("xrdp tls"), "tls", rules=("--fault", "mcs:close", "--fault-if", "color-depth=8"))
    assert outcome(trial)[0] == "connected" and record["fault"] is None


def test_flaky(server, lab, rdpprobe):
    """The same connections are let through with the same seed, and both kinds occur."""
    upstream = server("shadow tls")

    def seen(seed):
        front = lab("--security", "tls", "--upstream", upstream.target, "--deny-if", "true", "--flaky", "0.5",
                    "--seed", seed)
        results = [rdpprobe("connect", "--json", "--set=security=tls", front.target).trials[0] for _ in range(4)]
        records = front.connections()
        assert [record["flaked"] for record in records] == [outcome(trial)[0] == "connected" for trial in results]
        assert [record["ended"] == "denied" for record in records] == [not record["flaked"] for record in records]
        return [record["flaked"] for record in records]

    first = seen(3)
    assert set(first) == {True, False} and seen(3) == first


@pytest.mark.parametrize("words, sentence", (
    (["--upstream", "localhost"], "is not HOST:PORT"), (["--upstream", "::1:3389"], "is not HOST:PORT"),
    (["--upstream", "localhost:70000"], "is not HOST:PORT"), (["--upstream", "[::1:1"], "is not HOST:PORT"),
    (["--upstream", "localhost:1", "--licensing", "issue"], "not of an --upstream"),
    (["--upstream", "localhost:1", "--redirect", "other"], "not of an --upstream")))
def test_usage_errors(words, sentence, scratch):
    path = secret_file(scratch("password") / "password", PASSWORD)
    result = subprocess.run([built("rdplab"), "--user", USER, "--password-file", path, *words], capture_output=True,
                            text=True, timeout=10, check=False)
    assert result.returncode == 2 and sentence in result.stderr and result.stderr.count("\n") == 1, result
