# SPDX-License-Identifier: Apache-2.0
"""isolate and the way through a gateway: certificates, who reaches whom, .rdp files, and the routing cookie."""

from types import SimpleNamespace

import pytest

from fixtures.credentials import Authority, secret_file
from fixtures.experiment import DENIED, NAME, PASSWORD, USER, causes, two_families
from fixtures.gateway_case import CONNECT_FAILED, FAR_HOST, NONE, SAME, GatewayExperiment, ways
from fixtures.gateway_case import LEVELS as TRANSPORTS
from fixtures.port import free_port, silent_port

REFUSED, NOT_FOUND = ("tcp", 111), ("dns", 2)


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
    assert experiment.status_of("H30") == "supported" and "off" not in {
        record["gateway"] for record in experiment.truth.values()}


def test_an_address_that_only_the_gateway_reaches(case, behind):
    """The name leads here to an address where nothing listens, there to one where the target does."""
    with free_port() as port:
        server, front = behind(lab_options=("--bind", "127.0.0.77"), address="127.0.0.77", port=port)
        experiment = case(f"{NAME}:{port}", front, "gateway=off", lab=server)
    experiment.names_exactly("gateway=off", REFUSED, "the target is reached, from here it is not",
                             {"http": NONE, "websocket": NONE})
    assert "off" not in {record["gateway"] for record in experiment.truth.values()}


def test_a_way_that_only_the_gateway_has(case, behind):
    """Here a firewall drops what goes to the target; the gateway is behind it."""
    server, front = behind()
    with silent_port() as port:
        experiment = case(f"{NAME}:{port}", front, "gateway=off", "--deadline", "1", lab=server)
    experiment.names_exactly("gateway=off", ("timeout", 0), "the target is reached, from here it is not",
                             {"http": NONE, "websocket": NONE})
    assert (experiment.status_of("H02"), experiment.status_of("H28")) == ("supported", "refuted"), repr(experiment)


def test_neither_way_leads_to_a_session(case, behind):
    """Directly the target denies everybody, and the gateway's policy lets nobody through: no way out is named."""
    server, front = behind("--deny", "authorize=800759DB", lab_options=("--deny-if", "true"))
    experiment = case(f"{NAME}:{server.port}", front, "gateway=off", lab=server)
    experiment.accuses_nobody("not-client-side")
    gateway = experiment.verdict["factors"]["gateway"]
    assert gateway["finding"] == "not-tested" and "(CAP) refuses" in gateway["why"], repr(experiment)


@pytest.mark.parametrize("baseline, signature, cause", (("gateway=off", REFUSED, "H04"),
                                                        ("gateway=websocket", CONNECT_FAILED, "H01")))
def test_a_target_that_nobody_reaches(baseline, signature, cause, case, gateway):
    """A gateway that is reached is no target that is: no way around is named."""
    with free_port() as port:
        front = gateway("--map", f"{NAME}=127.0.0.1")
        experiment = case(f"{NAME}:{port}", front, baseline)
        experiment.accuses_nobody("not-client-side", "inconclusive")
    assert experiment.signature(experiment.trials[0], signature), repr(experiment)
    assert "could not reach the target" in experiment.told, experiment.told
    assert experiment.status_of(cause) == "supported", repr(experiment)


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


# ---- the routing cookie, which FreeRDP makes otherwise for a gateway ----

@pytest.mark.parametrize("user, cookie", ((USER, USER), (f"CORP\\{USER}", f"CORP\\{USER}"),
                                          (f"{USER}@corp.test", f"{USER}@corp.test"[:9])))
@pytest.mark.parametrize("level", ("off", *TRANSPORTS))
def test_the_cookie_is_the_same_every_way(level, user, cookie, lab, gateway, rdpprobe):
    server = lab("--gateway-port", "http", "--gateway-port", "websocket", user=USER, password=PASSWORD)
    front = gateway(*[f"--via={way}={port}" for way, port in server.gateway_ports.items()])
    result = rdpprobe("connect", "--json", "--user", user, "--gateway", f"localhost:{front.port}",
                      f"--set=gateway={level}", f"localhost:{server.port}", password=PASSWORD)
    truth = server.only_connection()
    assert (truth["gateway"], truth["cookie"]) == (level, cookie), result
    assert result.trial["facts"]["negotiation"]["cookie"] == cookie and result.status == 0, result


@pytest.mark.parametrize("level", ("off", *TRANSPORTS))
def test_the_cookie_of_nobody(level, behind, rdpprobe):
    server, front = behind(inner="localhost")
    result = rdpprobe("connect", "--json", "--gateway", f"localhost:{front.port}", "--gateway-user", USER,
                      "--set=security=tls", f"--set=gateway={level}", f"localhost:{server.port}",
                      environment={"RDPPROBE_GATEWAY_PASSWORD": PASSWORD})
    truth = server.only_connection()
    assert result.status == 0 and result.trial["in_effect"], repr(result)
    assert (truth["gateway"], truth["cookie"]) == (level, ""), truth
    assert result.trial["facts"]["negotiation"]["cookie"] == "", repr(result)


def test_a_rule_about_the_cookie_is_none_about_the_gateway(plant):
    """A broker that sends this user nowhere, by the cookie: no way around it leads there, but another cookie does."""
    experiment = plant(f"cookie={USER}", "gateway=websocket")
    experiment.names("cookie=short")
    assert experiment.verdict["factors"]["gateway"]["finding"] == "innocent", repr(experiment)
