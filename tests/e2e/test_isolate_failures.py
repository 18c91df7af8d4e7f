# SPDX-License-Identifier: Apache-2.0
"""What isolate says of other failures than a denial, and of servers that nobody here wrote."""

import pytest

from fixtures.experiment import NAME, PASSWORD, USER, Experiment, causes, two_families
from fixtures.port import free_port


@pytest.fixture
def isolate(rdpprobe, scratch):
    """Runs isolate --json against a target that is not planted; the fixture plant does it for those that are."""
    names = two_families(scratch("names"))

    def run(target, *options, user=USER, password=PASSWORD, timeout=120):
        return rdpprobe("isolate", "--json", "--user", user, "--pause", "0", *options, target, password=password,
                        environment=names, timeout=timeout)

    return run


def test_server_down(isolate):
    with free_port() as port:
        experiment = Experiment(isolate(f"{NAME}:{port}"))
    experiment.accuses_nobody("not-client-side", "inconclusive")
    assert experiment.result.status == 1 and experiment.verdict["logons"] == 0
    assert {trial["outcome"]["family"] for trial in experiment.trials} == {"tcp"}


def test_server_down_on_one_address(lab, isolate):
    server = lab("--bind", "127.0.0.1", user=USER, password=PASSWORD)
    experiment = Experiment(isolate(f"{NAME}:{server.port}", "--set=address=ipv6"))
    assert causes(experiment.verdict) == {frozenset({"address=ipv6"})}, repr(experiment)
    experiment.check_pairs(("tcp", 111))


def test_unknown_name(isolate):
    experiment = Experiment(isolate("no-such-host.invalid"))
    experiment.accuses_nobody("not-client-side", "inconclusive")
    assert {trial["outcome"]["family"] for trial in experiment.trials} == {"dns"}


def test_a_wrong_password_is_tried_twice_at_most(lab, isolate):
    server = lab(user=USER, password=PASSWORD)
    result = isolate(server.target, password="wrong")
    experiment = Experiment(result, server)
    experiment.accuses_nobody("stopped")
    assert result.status == 4
    experiment.check_logons()
    assert sum(record["ntlm_authenticates"] for record in server.connections()) == 2
    assert {trial["outcome"]["family"] for trial in experiment.trials if trial["logons"]} == {"credssp"}
    # The record lasts: the next run leaves the account alone, even with the right password.
    count = len(server.connections())
    again = isolate(server.target)
    assert again.status == 4 and again.verdict["verdict"] == "stopped"
    assert sum(record["ntlm_authenticates"] for record in server.connections()[count:]) == 0


def test_a_close_without_a_reason(plant):
    experiment = plant("security=nla", lab_options=["--errinfo", "0", "--no-ultimatum"])
    assert causes(experiment.verdict) == {frozenset({"security=nla"})}, repr(experiment)
    failed = [trial["outcome"] for trial in experiment.trials if trial["outcome"]["result"] == "failed"]
    # A level that this machine cannot have, Kerberos without a ticket, is retired by one trial.
    assert {outcome["family"] for outcome in failed} <= {"closed", "local"}, repr(experiment)
    assert sum(outcome["family"] == "local" for outcome in failed) <= 1, repr(experiment)


def test_a_server_that_hangs(plant):
    experiment = plant("user=somebody-else", "tls=1.2", options=["--deadline", "0.7"],
                       lab_options=["--security", "nla,tls", "--fault", "mcs:hang", "--fault-if", "tls=1.2"])
    assert causes(experiment.verdict) == {frozenset({"tls=1.2"})}, repr(experiment)
    experiment.check_pairs(("timeout", 0))


@pytest.mark.parametrize("gateway_options, code, passing", (
    (["--deny", "channel=800759DA"], 0x800759DA, {"off"}),  # E_PROXY_RAP_ACCESSDENIED
    (["--transport", "websocket"], None, {"off", "websocket"}),
), ids=("policy", "transport"))
def test_a_gateway_that_refuses(gateway_options, code, passing, plant):
    experiment = plant("user=somebody-else", "gateway=http", gateway_options=gateway_options)
    assert causes(experiment.verdict) == {frozenset({"gateway=http"})}, repr(experiment)
    first = experiment.trials[0]["outcome"]
    assert code in (None, first["code"]), repr(experiment)
    assert first["phase"] == "gateway", repr(experiment)
    experiment.check_pairs((first["family"], first["code"]))
    assert {row["level"] for row in experiment.verdict["sweep"] if row["observation"] == "no-signature"} == passing


def test_shadow_requires_nla(shadow, isolate):
    server = shadow("nla")
    experiment = Experiment(isolate(server.target, "--set=security=tls", user=server.user, password=server.password))
    assert (experiment.result.status, experiment.verdict["verdict"]) == (1, "isolated"), repr(experiment)
    assert causes(experiment.verdict) == {frozenset({"security=tls"})}, repr(experiment)
    experiment.check_pairs(("negotiation", 5))
    failing = experiment.numbered[experiment.verdict["minimal_pairs"][0]["failing"]]
    assert "HYBRID_REQUIRED" in failing["outcome"]["name"]


def test_xrdp_has_no_nla(xrdp, isolate):
    experiment = Experiment(isolate(xrdp("tls").target, "--set=security=nla"))
    assert (experiment.result.status, experiment.verdict["verdict"]) == (1, "isolated"), repr(experiment)
    assert causes(experiment.verdict) == {frozenset({"security=nla"})}, repr(experiment)
    experiment.check_pairs(("negotiation", 0))
    passing = experiment.numbered[experiment.verdict["minimal_pairs"][0]["passing"]]
    assert passing["variant"]["security"] == "tls" and experiment.verdict["logons"] == 0


def test_xrdp_has_no_tls_13(xrdp, isolate):
    server = xrdp("tls", protocols="TLSv1.2")
    experiment = Experiment(isolate(server.target, "--set=security=tls", "--set=tls=1.3"))
    assert (experiment.result.status, experiment.verdict["verdict"]) == (1, "isolated"), repr(experiment)
    assert causes(experiment.verdict) == {frozenset({"tls=1.3"})}, repr(experiment)
    passing = experiment.numbered[experiment.verdict["minimal_pairs"][0]["passing"]]
    assert passing["facts"]["tls"]["version"] == "1.2"
    experiment.check_pairs(("tls", 70))  # RFC 8446 6: protocol_version
