# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the end-to-end tests. Every server here listens on a free loopback port and ends with its test.

    rdpprobe("connect", "--json", target, password="...")   run the built program; see fixtures/program.py
    lab("--licensing", "issue", user="bob", password="x")    rdplab; .target .port .records() .wait_for(n)
    trial([...], "--set", "security=tls")                    both: one trial of rdpprobe against a lab, and its truth
    gateway(...)                                             labgateway, likewise
    shadow("nla" | "tls" | "rdp")                            freerdp-shadow-cli3; .target .user .password .log
    xrdp("tls" | "rdp" | "negotiate")                        xrdp; .target .log
    display, certificate                                     an X display and a server certificate of the session
    plant("security=nla", "security=nla")                    isolate against a lab with a planted rule; see there
"""

import contextlib
import itertools
import os

import pytest

from fixtures.credentials import Certificate
from fixtures.display import virtual_display
from fixtures.experiment import NAME, PASSWORD, USER, Experiment, levels, seed_license, two_families
from fixtures.gateway_case import GatewayCase, ways
from fixtures.lab import lab_program
from fixtures.matrix import PASSWORD as FLEET_PASSWORD
from fixtures.matrix import USER as FLEET_USER
from fixtures.matrix import Matrix
from fixtures.program import Program
from fixtures.shadow import shadow_server
from fixtures.xrdp import xrdp_server

LAB_PASSWORD = "Lab-Pw1"  # of bob, the account of the fixture trial()


def pytest_configure(config):
    config.addinivalue_line("markers", "timed: measures a time; CTest runs these alone, as e2e.timed")


@pytest.fixture(scope="session")
def display(tmp_path_factory):
    """DISPLAY of an X server that all tests of this run share."""
    with virtual_display(tmp_path_factory.mktemp("display")) as name:
        yield name


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate for localhost, 127.0.0.1 and ::1 that all servers of this run may use."""
    return Certificate(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(autouse=True)
def records_are_described():
    """When a test is over, every record that its runs wrote must be as probe/journal.schema.json says."""
    yield
    Program.check_records()


@pytest.fixture
def servers():
    """Where started servers are registered: they end in reverse order when the test does, however it ends."""
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture
def scratch(tmp_path):
    """A function that makes a new folder of this test: scratch("shadow")."""
    numbers = itertools.count(1)

    def make(name):
        folder = tmp_path / f"{name}-{next(numbers)}"
        folder.mkdir()
        return folder

    return make


@pytest.fixture
def rdpprobe(scratch):
    return Program(scratch("rdpprobe"))


def with_key(options, certificate):
    """The options, with a key where a lab would make one: that takes most of its start."""
    return [*(["--key", certificate.key] if "--certificate" not in options else []), *options]


@pytest.fixture
def lab(servers, scratch, certificate):
    """Starts rdplab; .target says "localhost:PORT". Options go in as words; user and password are the one account."""

    def start(*options, user=None, password=None, port=0, hostname=None):
        account = ["--user", user] if user is not None else []
        options = ["--port", str(port), *account, *map(str, with_key(options, certificate))]
        return servers.enter_context(lab_program("rdplab", scratch("lab"), *options, password=password,
                                                 hostname=hostname))

    return start


@pytest.fixture
def trial(lab, rdpprobe, certificate):
    """One trial against a lab with the account bob: trial(["--fault", "tls:rst"], "--deadline", "2", security="tls").

    Returns the Result and the lab's ground truth of the only connection there was.
    """

    def run(server_options, *arguments, security="nla", password=LAB_PASSWORD, **options):
        server = lab("--certificate", certificate.certificate, "--key", certificate.key, *server_options,
                     user="bob", password=LAB_PASSWORD)
        result = rdpprobe("connect", "--json", "--user", "bob", "--set", f"security={security}", *arguments,
                          server.target, password=password, **options)
        # What ends where a confirm is due is asked once more, whether TLS comes first: test_tls_first.py
        looked = any("tls_first" in trial["facts"].get("negotiation", {}) for trial in result.trials)
        return result, server.connections()[0] if looked else server.only_connection()

    return run


@pytest.fixture
def fleet(rdpprobe, scratch):
    """Runs of matrix; see fixtures/matrix.py."""
    return Matrix(rdpprobe, scratch("fleet"))


@pytest.fixture
def fleet_lab(lab, certificate):
    """A lab on every loopback address, with the account of fleets."""

    def start(*options, password=FLEET_PASSWORD):
        return lab("--certificate", certificate.certificate, "--key", certificate.key, "--bind", "0.0.0.0", *options,
                   user=FLEET_USER, password=password)

    return start


@pytest.fixture
def gateway(servers, scratch, certificate):
    """Starts labgateway with the given options."""

    def start(*options, password=None):
        options = map(str, with_key(options, certificate))
        return servers.enter_context(lab_program("labgateway", scratch("gateway"), *options, password=password))

    return start


@pytest.fixture
def shadow(servers, scratch, display, certificate):
    """Starts a shadow server; further arguments as of shadow_server()."""

    def start(security="nla", **account):
        return servers.enter_context(shadow_server(scratch("shadow"), display, certificate, security, **account))

    return start


@pytest.fixture
def xrdp(servers, scratch, certificate):
    """Starts xrdp; further arguments as of xrdp_server()."""

    def start(security_layer="negotiate", **options):
        return servers.enter_context(xrdp_server(scratch("xrdp"), certificate, security_layer, **options))

    return start


@pytest.fixture
def plant(lab, gateway, rdpprobe, scratch, request):
    """Runs isolate by name, with a baseline, against a lab that denies by a rule; returns the Experiment.

    rule: rdplab's --deny-if. baseline: "tls=1.2 license=reuse". at: moment of the denial. A licence in the rule or the
    baseline switches licensing on, a gateway brings one up. seeded: the user's own store has a licence of this lab.
    lab_options, gateway_options, options: further ones of rdplab, labgateway and isolate.
    plant.at_once(cases) runs one for each case, a dictionary of these, all at the same time; yields (case, Experiment).
    """

    def begin(rule, baseline="", at="licensing", seeded=False, licensing=None, through=None, lab_options=(),
              gateway_options=(), options=(), environment=None):
        base = levels(baseline)
        licensing = licensing or ("issue" if "license" in rule or "license" in base else "off")
        through = "gateway" in rule or "gateway" in base if through is None else through
        seed = "seed" if seeded else None
        expression = f"({rule}) & user!={seed}" if seed else rule
        server = lab("--licensing", licensing, "--deny-if", expression, "--at", at,
                     *(["--gateway-port", "http", "--gateway-port", "websocket"] if through else []),
                     *lab_options, user=USER, password=PASSWORD)
        front, skipped = None, 0
        if seeded:
            seed_license(server, scratch("xfreerdp3"), rdpprobe, request.getfixturevalue("display"), seed)
            skipped = len(server.records())
        # Only a denial of an active session needs time to show after the connection.
        settle = [] if at.startswith("active") else ["--settle", "0.02"]
        # The order of the confirming trials is drawn by lot: the same one for every run of a test.
        words = ["--user", USER, "--pause", "0", "--seed", os.environ.get("RDPPROBE_ORDER_SEED", "1"), *settle]
        words += [f"--set={factor}={level}" for factor, level in base.items()]
        if through:
            via = [f"--via={level}={port}" for level, port in server.gateway_ports.items()]
            front = gateway("--map", f"{NAME}=127.0.0.1", *via, *gateway_options)
            words += ["--gateway", f"localhost:{front.port}"]
            if "gateway" not in base:
                words.append("--set=gateway=off")
        end = rdpprobe.begin("isolate", "--json", *words, *options, f"{NAME}:{server.port}", password=PASSWORD,
                             environment={**two_families(scratch("names")), **(environment or {})}, timeout=120)
        return lambda: Experiment(end(), server, front, skipped, seeded)

    def run(*arguments, **named):
        return begin(*arguments, **named)()

    def at_once(cases):
        # Each with logons of its own on record: runs for one account wait for each other.
        ends = [begin(**case, environment={"XDG_STATE_HOME": str(scratch("state"))}) for case in cases]
        return zip(cases, [end() for end in ends])

    run.at_once = at_once
    return run


@pytest.fixture
def case(rdpprobe, scratch):
    """Runs isolate through a gateway, with NAME at 127.0.0.1 and ::1; see fixtures/gateway_case.py."""
    return GatewayCase(rdpprobe, two_families(scratch("names")))


@pytest.fixture
def behind(lab, gateway):
    """(lab, gateway): a lab, and a gateway that leads NAME there; `lab_options` and further ones of the gateway."""

    def start(*gateway_options, lab_options=(), inner=NAME, address="127.0.0.1", port=0):
        server = lab("--gateway-port", "http", "--gateway-port", "websocket", *lab_options, user=USER,
                     password=PASSWORD, port=port)
        return server, gateway("--map", f"{inner}={address}", *ways(server), *gateway_options)

    return start
