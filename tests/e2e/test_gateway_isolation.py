# SPDX-License-Identifier: Apache-2.0
"""isolate through a gateway: what is planted in the gateway, in the target, or on the way between them is named."""

from types import SimpleNamespace

import pytest

from fixtures.credentials import Authority, secret_file
from fixtures.experiment import DENIED, NAME, PASSWORD, USER, causes, two_families
from fixtures.gateway_case import LEVELS as TRANSPORTS
from fixtures.gateway_case import GatewayCase, GatewayExperiment, ways
from fixtures.port import free_port
from fixtures.process import wait_until

RAP, CAP, CONNECT_FAILED = (("gateway", 0x80070000 | word) for word in (0x59DA, 0x59DB, 0x59DD))
REFUSED, NOT_FOUND = ("tcp", 111), ("dns", 2)
FAR_HOST = "the tunnel worked, the far host refused"
NONE, SAME = "no-signature", "signature"


@pytest.fixture
def case(rdpprobe, scratch):
    """Runs isolate through a gateway, with NAME at 127.0.0.1 and ::1; see fixtures/gateway_case.py."""
    return GatewayCase(rdpprobe, two_families(scratch("names")))


@pytest.fixture
def behind(lab, gateway):
    """(lab, gateway): a lab, and a gateway that leads NAME there; `lab_options` and further ones of the gateway."""

    def start(*gateway_options, lab_options=(), inner=NAME, address="127.0.0.1"):
        server = lab("--gateway-port", "http", "--gateway-port", "websocket", *lab_options, user=USER,
                     password=PASSWORD)
        return server, gateway("--map", f"{inner}={address}", *ways(server), *gateway_options)

    return start


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
    assert "gateway=http triggers gateway 0x800759DB" in text and "E_PROXY_NAP_ACCESSDENIED" in text, text
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
    experiment.names_exactly("gateway=websocket", ("timeout", 0), "before there was a tunnel",
                             {"off": NONE, "http": SAME})
    assert experiment.status_of("H27") == "supported", repr(experiment)


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


# ---- an .rdp file with a gateway ----

@pytest.fixture
def rdp_file(scratch):
    """Writes an .rdp file whose target is reached through a gateway; returns its path."""

    def write(server, front, method=1, **keys):
        keys = {"full address:s": f"{NAME}:{server.port}", "username:s": USER, "gatewayusagemethod:i": method,
                "gatewayhostname:s": f"localhost:{front.port}", "gatewayprofileusagemethod:i": 1,
                "gatewaycredentialssource:i": 0, "promptcredentialonce:i": 1, **keys}
        path = scratch("rdp") / "office.rdp"
        path.write_text("".join(f"{key}:{value}\r\n" for key, value in keys.items()))
        return path

    return write


@pytest.fixture
def ntlm_behind(behind, scratch):
    """Like behind, with a gateway that wants the user's own password."""

    def start(*lab_options):
        secret = secret_file(scratch("gateway-secret") / "password", PASSWORD)
        return behind("--auth", "ntlm", "--user", USER, "--password-file", secret, lab_options=lab_options)

    return start


@pytest.mark.parametrize("method, way", ((0, "off"), (1, "http"), (2, "http"), (4, "off")))
def test_connect_as_the_file_says(method, way, ntlm_behind, rdp_file, rdpprobe, scratch):
    """2 would try the direct way first; a trial goes one way."""
    server, front = ntlm_behind()
    result = rdpprobe("connect", "--json", rdp_file(server, front, method), password=PASSWORD,
                      environment=two_families(scratch("names")))
    assert result.status == 0 and result.trial["variant"]["gateway"] == way, repr(result)
    assert server.only_connection()["gateway"] == way
    at_gateway = sum(record["ntlm_authenticates"] for record in front.wait_for(way != "off", kind="tunnel"))
    assert result.trial["logons"] == 1 + at_gateway == {"off": 1, "http": 3}[way], repr(result)


def test_isolate_as_the_file_says(ntlm_behind, rdp_file, rdpprobe, scratch):
    server, front = ntlm_behind("--deny-if", "gateway!=off")
    words = (rdp_file(server, front), "--pause", "0", "--settle", "0.02")
    names = two_families(scratch("names"))
    result = rdpprobe("isolate", "--json", *words, password=PASSWORD, environment=names, timeout=120)
    experiment = GatewayExperiment(result, server, front)
    experiment.names_exactly("gateway=http", DENIED, FAR_HOST, {"off": NONE, "websocket": SAME})
    experiment.check_truth()
    text = rdpprobe("isolate", *words, password=PASSWORD, environment=names, timeout=120).stdout
    assert f"{NAME}:{server.port}: isolated: gateway=http triggers 0x3/0x7." in text, text
    assert FAR_HOST in " ".join(text.split()), text


# ---- the gateway's certificate ----

@pytest.mark.parametrize("how, why", (
    ("expired", "certificate has expired"), ("name", "hostname mismatch"), ("unknown", "unable to get local issuer"),
))
def test_a_bad_certificate_of_the_gateway(how, why, case, behind, scratch):
    """Where certificates count: the target's is good, the gateway's is not, by either transport."""
    authority = Authority(scratch("authority"))
    signer = Authority(scratch("other"), "Nobody's Authority") if how == "unknown" else authority
    leaf, key = authority.issue("target", f"DNS:{NAME},IP:127.0.0.1,IP:::1")
    bad, bad_key = signer.issue("gateway", "DNS:elsewhere.test" if how == "name" else "DNS:localhost",
                                expired=how == "expired")
    server, front = behind("--certificate", bad, "--key", bad_key, lab_options=("--certificate", leaf, "--key", key))
    experiment = case(f"{NAME}:{server.port}", front, "gateway=websocket", "--cert-policy", "require", lab=server,
                      environment={"SSL_CERT_FILE": str(authority.certificate)})
    outcome = experiment.trials[0]["outcome"]
    assert (outcome["phase"], outcome["name"]) == ("gateway", "CERTIFICATE_REJECTED"), repr(experiment)
    experiment.names_exactly("gateway=websocket", ("local", outcome["code"]),
                             "did not accept the gateway's certificate", {"off": NONE, "http": SAME})
    assert why in experiment.told, experiment.told
    shown = {"expired": 0x3000007, "name": 0x3000006}.get(how)
    assert outcome.get("mstsc", {}).get("code") == shown, outcome
    assert experiment.status_of("H28") == "supported", repr(experiment)
    assert not [record for record in front.records("tunnel") if record["reached"] not in ("tcp", "tls")]


def test_a_good_certificate_of_the_gateway(case, behind, scratch):
    authority = Authority(scratch("authority"))
    leaf, key = authority.issue("both", f"DNS:{NAME},DNS:localhost,IP:127.0.0.1,IP:::1")
    pem = ("--certificate", leaf, "--key", key)
    server, front = behind(*pem, lab_options=pem)
    experiment = case(f"{NAME}:{server.port}", front, "gateway=websocket", "--cert-policy", "require", lab=server,
                      environment={"SSL_CERT_FILE": str(authority.certificate)})
    experiment.accuses_nobody("not-reproduced")
    assert experiment.told == ""


def test_a_certificate_that_only_mstsc_minds(case, behind):
    """Certificates do not count where nothing else is said: the report says what mstsc makes of this one."""
    server, front = behind()
    experiment = case(f"{NAME}:{server.port}", front, "gateway=websocket", lab=server)
    experiment.accuses_nobody("not-reproduced")
    assert "the tunnel worked, but mstsc" in experiment.told and "self-signed" in experiment.told, experiment.told
    text = " ".join(case(f"{NAME}:{server.port}", front, "gateway=websocket", json=False).stdout.split())
    assert "--cert-policy require makes it count" in text, text


# ---- who reaches the target ----

def test_a_name_that_only_the_gateway_knows(case, behind):
    server, front = behind(inner="inner.invalid")
    experiment = case(f"inner.invalid:{server.port}", front, "gateway=off", lab=server)
    experiment.names_exactly("gateway=off", NOT_FOUND, "by http and websocket the target is reached, from here it is "
                             "not", {"http": NONE, "websocket": NONE})
    assert experiment.status_of("H01") == "supported" and "off" not in {
        record["gateway"] for record in experiment.truth.values()}


def test_an_address_that_only_the_gateway_reaches(case, behind):
    """The name leads here to an address where nothing listens, there to one where the target does."""
    server, front = behind(lab_options=("--bind", "127.0.0.77"), address="127.0.0.77")
    experiment = case(f"{NAME}:{server.port}", front, "gateway=off", lab=server)
    experiment.names_exactly("gateway=off", REFUSED, "the target is reached, from here it is not",
                             {"http": NONE, "websocket": NONE})
    assert "off" not in {record["gateway"] for record in experiment.truth.values()}


@pytest.mark.parametrize("baseline, signature", (("gateway=off", REFUSED), ("gateway=websocket", CONNECT_FAILED)))
def test_a_target_that_nobody_reaches(baseline, signature, case, gateway):
    """A gateway that is reached is no target that is: no way around is named."""
    with free_port() as port:
        front = gateway("--map", f"{NAME}=127.0.0.1")
        experiment = case(f"{NAME}:{port}", front, baseline)
        experiment.accuses_nobody("not-client-side", "inconclusive")
    assert experiment.signature(experiment.trials[0], signature), repr(experiment)
    assert "could not reach the target" in experiment.told, experiment.told
    assert experiment.status_of("H01") == "supported", repr(experiment)


def test_a_gateway_that_is_not_there(case, lab):
    """Nothing of what mstsc shows for a target that is not there is claimed of it."""
    server = lab(user=USER, password=PASSWORD)
    with free_port() as port:
        experiment = case(f"{NAME}:{server.port}", SimpleNamespace(port=port), "gateway=websocket")
    outcome = experiment.trials[0]["outcome"]
    assert (outcome["family"], outcome["name"]) == ("tcp", "GATEWAY_ECONNREFUSED") and "mstsc" not in outcome, outcome
    assert causes(experiment.verdict) == {frozenset({"gateway=websocket"})}, repr(experiment)
    assert "the gateway itself was not reached" in experiment.told, experiment.told


def test_a_name_that_nobody_knows(case, gateway):
    experiment = case("nowhere.invalid", gateway(), "gateway=off")
    experiment.accuses_nobody("not-client-side", "inconclusive")
    assert "could not reach the target" in experiment.told, experiment.told


# ---- the routing cookie, which FreeRDP makes otherwise for a gateway ----

@pytest.mark.parametrize("user, cookie", ((USER, USER), (f"CORP\\{USER}", USER), (f"{USER}@corp.test",) * 2))
@pytest.mark.parametrize("level", ("off", *TRANSPORTS))
def test_the_cookie_is_the_same_every_way(level, user, cookie, lab, gateway, rdpprobe):
    server = lab("--gateway-port", "http", "--gateway-port", "websocket", user=USER, password=PASSWORD)
    front = gateway(*[f"--via={way}={port}" for way, port in server.gateway_ports.items()])
    result = rdpprobe("connect", "--json", "--user", user, "--gateway", f"localhost:{front.port}",
                      f"--set=gateway={level}", f"localhost:{server.port}", password=PASSWORD)
    truth = server.only_connection()
    assert (truth["gateway"], truth["cookie"]) == (level, cookie), result
    assert result.trial["facts"]["negotiation"]["cookie"] == cookie and result.status == 0, result


def test_a_rule_about_the_cookie_is_none_about_the_gateway(plant):
    """A broker that sends this user nowhere, by the cookie: no way around it leads to the target."""
    experiment = plant(f"cookie={USER}", "gateway=websocket")
    experiment.accuses_nobody("not-client-side")
    experiment.check_truth()
    assert experiment.verdict["factors"]["gateway"]["finding"] == "innocent", repr(experiment)
    assert {record["cookie"] for record in experiment.truth.values()} == {USER}
