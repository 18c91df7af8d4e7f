# SPDX-License-Identifier: Apache-2.0
"""isolate through a gateway: what is planted in the target or in the gateway's policies is named, and who refused."""

import pytest

from fixtures.experiment import DENIED, NAME, PASSWORD, USER, causes
from fixtures.gateway_case import CAP, FAR_HOST, NONE, RAP, SAME, ways
from fixtures.gateway_case import LEVELS as TRANSPORTS
from fixtures.process import wait_until


# ---- the target tells the ways apart ----

@pytest.mark.parametrize("rule, baseline, sweep, told", (
    ("gateway!=off", "gateway=websocket", {"off": NONE, "http": SAME}, FAR_HOST),
    ("gateway!=off", "gateway=http", {"off": NONE, "websocket": SAME}, FAR_HOST),
    ("gateway=off", "gateway=off", {"http": NONE, "websocket": NONE}, "by http and websocket this does not happen"),
    ("gateway=websocket", "gateway=websocket", {"off": NONE, "http": NONE}, "by http the same gateway lets it through"),
    ("gateway=http", "gateway=http", {"off": NONE, "websocket": NONE}, "by websocket the same gateway lets it through"),
), ids=("through-websocket", "through-http", "direct", "only-websocket", "only-http"))
def test_the_target_denies_one_way(rule, baseline, sweep, told, case, behind):
    server, front = behind(lab_options=("--deny-if", rule))
    experiment = case(f"{NAME}:{server.port}", front, baseline, lab=server)
    experiment.names_exactly(baseline, DENIED, told, sweep)
    experiment.check_truth()
    # One host both ways: told where the ways differ in nothing but the gateway.
    assert ("the same host both ways" in experiment.told) == ("!=" in rule or rule == "gateway=off"), experiment.told
    assert experiment.status_of("H28") == "refuted", repr(experiment)
    if baseline != "gateway=off":
        assert FAR_HOST in experiment.told


def test_the_gateway_leads_to_another_host(case, lab, gateway, certificate):
    """The name is one host here and another one there, which denies everybody."""
    here = lab("--certificate", certificate.certificate, "--key", certificate.key, user=USER, password=PASSWORD)
    there = lab("--deny-if", "true", "--gateway-port", "http", "--gateway-port", "websocket", user=USER,
                password=PASSWORD)
    front = gateway("--map", f"{NAME}=127.0.0.1", *ways(there))
    experiment = case(f"{NAME}:{here.port}", front, "gateway=websocket")
    experiment.names_exactly("gateway=websocket", DENIED, FAR_HOST, {"off": NONE, "http": SAME})
    assert "the gateway leads to another host" in experiment.told


@pytest.mark.parametrize("baseline", ("gateway=websocket", "gateway=off"))
def test_the_target_denies_every_way(baseline, case, behind):
    server, front = behind(lab_options=("--deny-if", "true"))
    experiment = case(f"{NAME}:{server.port}", front, baseline, lab=server)
    experiment.accuses_nobody("not-client-side")
    experiment.check_truth()
    assert FAR_HOST in experiment.told and "directly the failure is the same" in experiment.told, experiment.told
    assert experiment.verdict["factors"]["gateway"]["finding"] == "innocent"
    assert experiment.status_of("H28") == "refuted"
    text = " ".join(case(f"{NAME}:{server.port}", front, baseline, json=False).stdout.split())
    assert FAR_HOST in text and "directly the failure is the same" in text, text


def test_the_report_of_a_denial_beyond_the_tunnel(case, behind):
    server, front = behind(lab_options=("--deny-if", "gateway!=off"))
    text = " ".join(case(f"{NAME}:{server.port}", front, "gateway=websocket", json=False).stdout.split())
    assert "gateway=websocket triggers 0x3/0x7." in text and FAR_HOST in text, text
    assert "What to do next" in text and "200, 300 and 302, and 303 right after" in text, text

    def told():  # the last tunnel's record may come after the report
        asked = sum(record["ntlm_authenticates"] for record in front.records("tunnel"))
        return asked and f"logons, {asked} of them at the gateway" in text

    assert wait_until(told, 5), text


@pytest.mark.parametrize("logons", (3, 6, 10))
def test_a_budget_of_logons_counts_the_gateways(logons, case, behind):
    """A trial by http may make three, and none is begun once the budget is used up."""
    server, front = behind(lab_options=("--deny-if", "true"))
    experiment = case(f"{NAME}:{server.port}", front, "gateway=websocket", "--budget", f"logons={logons}", lab=server)
    experiment.accuses_nobody("inconclusive")
    assert logons <= experiment.verdict["logons"] <= logons + 2, repr(experiment)
    experiment.check_logons()


def test_something_else_decides_beyond_the_tunnel(case, behind):
    """Passes with another TLS version say nothing of the gateway, and nothing is said."""
    server, front = behind(lab_options=("--deny-if", "tls=1.2"))
    experiment = case(f"{NAME}:{server.port}", front, "tls=1.2 gateway=websocket", lab=server)
    experiment.names("tls=1.2")
    assert experiment.told.startswith(FAR_HOST), experiment.told
    assert "does not happen" not in experiment.told and "lets it through" not in experiment.told


def test_the_way_is_one_of_two_causes(case, behind):
    """Directly the other one triggers the failure as well: what the way does is told by its proof alone."""
    server, front = behind(lab_options=("--deny-if", "gateway!=off | tls=1.2"))
    experiment = case(f"{NAME}:{server.port}", front, "tls=1.2 gateway=websocket", lab=server)
    experiment.names("tls=1.2", "gateway=websocket")
    assert FAR_HOST in experiment.told and "directly this does not happen" in experiment.told, experiment.told
    assert "directly the failure is the same" not in experiment.told, experiment.told


# ---- the gateway refuses ----

@pytest.mark.parametrize("step", ("tunnel", "authorize"))
@pytest.mark.parametrize("level, other", (TRANSPORTS, TRANSPORTS[::-1]))
def test_the_connection_policy(level, other, step, case, behind):
    server, front = behind("--deny", f"{step}=800759DB")
    experiment = case(f"{NAME}:{server.port}", front, f"gateway={level}", lab=server)
    experiment.names_exactly(f"gateway={level}", CAP, "connection policy (CAP) refused", {"off": NONE, other: SAME})
    assert "the target was never asked" in experiment.told
    assert {record["gateway"] for record in experiment.truth.values()} == {"off"}
    assert {record["denied"]["step"] for record in front.records("tunnel")} == {step}
    # Its TLS worked, and so did the logon there.
    assert (experiment.status_of("H28"), experiment.status_of("H09")) == ("refuted", "refuted"), repr(experiment)


FULL, SHORT = "srv.corp.test", "srv"


@pytest.mark.parametrize("given, other", ((FULL, SHORT), (SHORT, FULL)), ids=("netbios-only", "fqdn-only"))
@pytest.mark.parametrize("level", TRANSPORTS)
def test_the_resource_policy_by_name(level, given, other, case, behind):
    """The gateway knows both names, its policy has the other one; the client knows neither: there is no direct way."""
    server, front = behind("--map", f"{FULL}=127.0.0.1", "--map", f"{SHORT}=127.0.0.1", "--allow", other)
    experiment = case(f"{given}:{server.port}", front, f"gateway={level}", "--alias", other, lab=server)
    experiment.names_exactly("address=name", RAP, f"refused the target by the name {given}", {"alias": NONE})
    assert f"by the name {other} it lets the client through" in experiment.told, experiment.told
    assert {record["target"] for record in front.records("tunnel") if record["denied"]} == {given}
    assert {record["sni"] for record in experiment.truth.values()} == {other}
    assert (experiment.status_of("H28"), experiment.status_of("H30")) == ("refuted", "undecided"), repr(experiment)


def test_the_resource_policy_in_the_report(case, behind):
    server, front = behind("--map", f"{FULL}=127.0.0.1", "--map", f"{SHORT}=127.0.0.1", "--allow", SHORT)
    text = " ".join(case(f"{FULL}:{server.port}", front, "gateway=http", "--alias", SHORT, json=False).stdout.split())
    assert f"fails with name ({FULL})" in text and f"works with alias ({SHORT})" in text, text
    assert "What to do next" in text and "event 301" in text, text


def test_the_resource_policy_and_addresses(case, behind):
    """The address is in the policy, the name is not: the gateway decides as much as the name that it is given."""
    server, front = behind("--allow", "127.0.0.1")
    experiment = case(f"{NAME}:{server.port}", front, "gateway=http", lab=server)
    assert (experiment.result.status, experiment.verdict["verdict"]) == (1, "isolated"), repr(experiment)
    assert causes(experiment.verdict) == {frozenset({"address=name", "gateway=http"})}, repr(experiment)
    experiment.check_pairs(RAP)
    experiment.check_tunnels()
    assert f"refused the target by the name {NAME}" in experiment.told, experiment.told


def test_the_resource_policy_has_none_of_its_names(case, behind):
    server, front = behind("--allow", "elsewhere.test", "--map", f"{SHORT}=127.0.0.1")
    experiment = case(f"{NAME}:{server.port}", front, "gateway=http", "--alias", SHORT, lab=server)
    experiment.names_exactly("gateway=http", RAP, "refused the target by the name", {"off": NONE, "websocket": SAME})
    assert {record["target"] for record in front.records("tunnel")} >= {NAME, SHORT, "127.0.0.1", "::1"}


@pytest.mark.parametrize("level", ("off", *TRANSPORTS))
def test_the_alias_is_what_is_named(level, lab, gateway, rdpprobe):
    """To the gateway, to the target's TLS, and to the resolver where there is no gateway."""
    server = lab("--gateway-port", "http", "--gateway-port", "websocket", user=USER, password=PASSWORD)
    front = gateway("--map", "localhost=127.0.0.1", *ways(server))
    result = rdpprobe("connect", "--json", "--user", USER, "--gateway", f"localhost:{front.port}",
                      f"--set=gateway={level}", "--set=address=alias", "--alias", "localhost",
                      f"given.invalid:{server.port}", password=PASSWORD)
    truth = server.only_connection()
    assert result.status == 0 and result.trial["in_effect"], repr(result)
    assert (truth["sni"], truth["gateway"]) == ("localhost", level), truth
    address = result.trial["facts"]["address"]
    assert (address["asked"], address["presented"]) == ("given.invalid", "localhost"), address
    assert result.of("run")[0]["alias"] == "localhost"
    tunnels = [] if level == "off" else front.wait_for(1, kind="tunnel")
    assert [record["target"] for record in tunnels] == ["localhost"] * len(tunnels)


@pytest.mark.parametrize("words, sentence", (
    (["--set=address=alias"], "needs --alias"), (["--alias", "HERE.test"], "has anyway"),
    (["--alias", "127.0.0.1"], "a name without a port"), (["--alias", "srv:3390"], "a name without a port"),
))
def test_aliases_that_are_none(words, sentence, rdpprobe):
    result = rdpprobe("connect", *words, "here.test")
    assert result.status == 2 and sentence in result.stderr, repr(result)


def test_the_connection_policy_in_the_report(case, behind):
    server, front = behind("--deny", "authorize=800759DB")
    text = " ".join(case(f"{NAME}:{server.port}", front, "gateway=http", json=False).stdout.split())
    assert "gateway=http triggers gateway E_PROXY_NAP_ACCESSDENIED." in text and "0x800759DB" in text, text
    assert "What to do next - the gateway's connection policy:" in text and "event 201" in text, text


def test_one_transport_is_refused_by_the_gateway(case, behind):
    """Only websocket works there; the far host is never asked by http."""
    server, front = behind("--transport", "websocket")
    experiment = case(f"{NAME}:{server.port}", front, "gateway=http", lab=server)
    first = experiment.trials[0]["outcome"]
    experiment.names_exactly("gateway=http", (first["family"], first.get("code", 0)),
                             "by websocket the same gateway lets it through", {"off": NONE, "websocket": NONE})


def test_an_upgrade_that_becomes_plain_http(case, behind):
    """Only http works there: what asks for websocket gets another transport, and does not take it."""
    server, front = behind("--transport", "http")
    experiment = case(f"{NAME}:{server.port}", front, "gateway=websocket", lab=server)
    first = experiment.trials[0]["outcome"]
    experiment.names_exactly("gateway=websocket", (first["family"], first.get("code", 0)),
                             "by http the same gateway lets it through", {"off": NONE, "http": NONE})


@pytest.mark.parametrize("code, named, told", (
    ("59DA", 0x59DA, "resource policy (RAP) refused"), ("59E6", 0x59E6, "refused with E_PROXY_MAXCONNECTIONSREACHED"),
), ids=("RAP", "MAXCONNECTIONS"))
def test_low_words_that_freerdp_takes_for_success(code, named, told, case, behind):
    server, front = behind("--deny", f"channel={code}")
    experiment = case(f"{NAME}:{server.port}", front, "gateway=websocket", lab=server)
    experiment.names_exactly("gateway=websocket", ("gateway", named), told, {"off": NONE, "http": SAME})
    assert "never asked" not in experiment.told


@pytest.mark.parametrize("step", ("handshake", "channel"))
def test_a_gateway_that_says_nothing(step, case, behind):
    server, front = behind("--fault", f"{step}:hang")
    experiment = case(f"{NAME}:{server.port}", front, "gateway=websocket", "--deadline", "1", lab=server)
    experiment.names_exactly("gateway=websocket", ("timeout", 0), f"the gateway fell silent at step {step}",
                             {"off": NONE, "http": SAME})
    assert ("it was to reach the target" in experiment.told) == (step == "channel"), experiment.told
    assert experiment.status_of("H27") == "undecided", repr(experiment)


def test_a_wrong_password_at_the_gateway(gateway, lab, case):
    """Two failed logons, and no more: whether they matter at the target is not asked."""
    server = lab("--gateway-port", "http", "--gateway-port", "websocket", user=USER, password=PASSWORD)
    front = gateway("--map", f"{NAME}=127.0.0.1", "--auth", "ntlm", "--user", USER, *ways(server), password="Another-1")
    experiment = case(f"{NAME}:{server.port}", front, "gateway=websocket", lab=server)
    experiment.accuses_nobody("stopped")
    assert experiment.result.status == 4 and sum(trial["failed_logons"] for trial in experiment.trials) == 2
    assert sum(record["ntlm_authenticates"] for record in front.records("refused")) == 2
    assert "the gateway refused the logon" in experiment.told, experiment.told
    assert experiment.status_of("H09") == "supported", repr(experiment)
