# SPDX-License-Identifier: Apache-2.0
"""Each scenario that is shipped, as it is: on hosts that are well, and on hosts that are not as they should be."""

import os
import pathlib

import pytest

from fixtures.matrix import connections, planned

SOURCE = pathlib.Path(os.environ.get("RDPPROBE_SOURCE", pathlib.Path(__file__).parents[2])) / "scenarios"
USER, PASSWORD = "probe", "Scenario-Pw1"  # the user that the scenarios name

WELL = {
    "smoke": (),
    "isolate-0x3-0x7": ("--licensing", "issue"),
    "licensing": ("--licensing", "issue"),
    "patch-day": (),
    "tls-policy": ("--security", "nla", "--tls-min", "1.2"),
}

EVERY = {"security": "nla"}
DENIED = "ERRINFO_SERVER_DENIED_CONNECTION"

# Scenario, options of a host that is not as it should be, the expectation that says so, what else the sentence says,
# and the only variants of which it is said.
ILL = [
    ("smoke", ("--fault", "tls:close"), "connected", "tls", EVERY),
    ("smoke", ("--cert-days", "-1"), "certificate.days_left > 14", "days_left", EVERY),
    ("isolate-0x3-0x7", ("--licensing", "issue", "--deny-if", "license=stored"), "! 0x3/0x7", DENIED,
     {"license": "reuse"}),
    ("isolate-0x3-0x7", ("--licensing", "issue", "--deny-if", "security=tls"), "! 0x3/0x7", DENIED,
     {"security": "tls"}),
    ("licensing", ("--license-alert", "6"), "! licensing NO_LICENSE_SERVER", "NO_LICENSE_SERVER", {}),
    ("licensing", ("--licensing", "issue", "--deny-if", "license=stored"), "! 0x3/0x7", DENIED,
     {"license": "reuse"}),
    ("patch-day", ("--cert-days", "-1"), "certificate.days_left > 14 | failed", "days_left", EVERY),
    ("patch-day", ("--clock-skew", "400"), "clock.skew < 300 | failed", "skew", EVERY),
    ("patch-day", ("--tls-max", "1.1"), "connected", "tls", {"tls": "1.2"}),
    ("tls-policy", ("--security", "nla", "--tls-max", "1.1"), "connected", "tls", {"tls": "1.2"}),
    ("tls-policy", ("--security", "nla", "--tls-min", "1.1"), "phase = tls & failed & !local", "connected",
     {"tls": "1.1"}),
    ("tls-policy", ("--security", "nla,tls", "--tls-min", "1.2"), "negotiation HYBRID_REQUIRED", "connected",
     {"security": "tls"}),
    ("tls-policy", ("--tls-min", "1.2"), "negotiation HYBRID_REQUIRED | negotiation SSL_REQUIRED", "connected",
     {"security": "rdp"}),
]


def test_the_one_in_the_readme(rdpprobe, lab, scratch):
    """As it stands there, with a list of targets of two groups."""
    text = (SOURCE.parent / "README.md").read_text()
    folder, server = scratch("fleet"), lab("--bind", "0.0.0.0", user=USER, password=PASSWORD)
    scenario = text.split("<!-- scenario -->\n```yaml\n")[1].split("```\n<!-- /scenario -->")[0]
    (folder / "patch-day.yaml").write_text(scenario)
    (folder / "dmz.pw").write_text(PASSWORD + "\n")
    (folder / "dmz.pw").chmod(0o600)
    rows = [f"127.1.0.{number},{server.port},{'dmz' if number > 2 else ''}\n" for number in range(1, 5)]
    (folder / "fleet.csv").write_text("host,port,group\n" + "".join(rows))
    plan = rdpprobe("matrix", "--dry-run", folder / "patch-day.yaml", password=PASSWORD)
    assert plan.status == 0 and "  trials        8\n" in plan.stdout, plan
    result = rdpprobe("matrix", folder / "patch-day.yaml", password=PASSWORD)
    assert result.status == 0, result
    assert result.stdout.startswith("patch-day: every expectation is met: 4 targets, 8 trials\n")
    domains = {record["local"]: record["domain"] for record in connections(server)}
    assert domains == {f"127.1.0.{number}": "CORP" if number < 3 else "." for number in range(1, 5)}


@pytest.fixture
def run(rdpprobe):
    """Runs a shipped scenario with a list of targets on standard input, as its own first lines say."""

    def matrix(name, targets, *options):
        return rdpprobe("matrix", *options, SOURCE / f"{name}.yaml", stdin=targets, password=PASSWORD, timeout=120)

    return matrix


@pytest.fixture
def gateway_scenario(run, lab, gateway):
    """gateway.yaml with one target behind a gateway with these options: (result of --json, target, gateway)."""

    def matrix(*options, lab_options=()):
        server = lab("--gateway-port", "http", "--gateway-port", "websocket", *lab_options, user=USER,
                     password=PASSWORD)
        front = gateway("--auth", "ntlm", "--user", USER, *options, password=PASSWORD)
        return run("gateway", f"host,gateway\n{server.target},localhost:{front.port}\n", "--json"), server, front

    return matrix


def unmet(result):
    """(variant, expectation, sentence) of each that was not met."""
    return [(trial["variant"], item["text"], item["sentence"]) for trial in planned(result.records)
            for item in trial["expectations"] if not item["met"]]


def test_every_shipped_scenario_is_here():
    names = {path.stem for path in SOURCE.glob("*.yaml")}
    assert names == {*WELL, "gateway"} == {*(case[0] for case in ILL), "gateway"}
    for path in SOURCE.glob("*.yaml"):
        assert path.read_text().split("\n")[1].startswith("# When to use it: "), path


@pytest.mark.parametrize("name", WELL)
def test_on_a_host_that_is_well(name, run, lab):
    server = lab(*WELL[name], user=USER, password=PASSWORD)
    result = run(name, f"# hosts\n{server.target}\n", "--json")
    assert result.status == 0 and unmet(result) == [], result
    trials = planned(result.records)
    assert trials and all(trial["expectations"] and trial["in_effect"] for trial in trials
                          if trial["outcome"]["result"] == "connected"), result
    dry = run(name, f"{server.target}\n", "--json", "--dry-run")
    assert len(dry.of("planned")) == len(trials) == result.records[0]["trials"]
    assert result.records[0]["scenario"] == name


@pytest.mark.parametrize("name, options, expectation, seen, variant", ILL,
                         ids=[f"{case[0]}-{'-'.join(case[1]).strip('-')}" for case in ILL])
def test_on_a_host_that_is_not(name, options, expectation, seen, variant, run, lab):
    server = lab(*options, user=USER, password=PASSWORD)
    result = run(name, f"host,group\n{server.target},office\n", "--json")
    assert result.status == 1, result
    found = [(levels, sentence) for levels, text, sentence in unmet(result) if text == expectation]
    assert found, result
    for levels, sentence in found:
        assert seen in sentence and variant.items() <= levels.items(), (levels, sentence)
    people = run(name, f"{server.target}\n") if name in ("smoke", "tls-policy") else None
    said = found[0][1].split(", saw ")[0] + ", saw "  # what was seen may be a day later by now
    assert not people or (people.status == 1 and said in " ".join(people.stdout.split())), people


def test_a_gateway_that_is_well(gateway_scenario):
    result, server, front = gateway_scenario()
    assert result.status == 0 and unmet(result) == [], result
    assert sorted(trial["variant"]["gateway"] for trial in planned(result.records)) == ["http", "off", "websocket"]
    assert {record["transport"] for record in front.wait_for(2, kind="tunnel")} == {"http", "websocket"}
    assert all(trial["in_effect"] for trial in planned(result.records))


@pytest.mark.parametrize("options, seen", [
    (("--deny", "authorize=800759DB"), "gateway"),
    (("--fault", "tls:close"), "gateway"),
])
def test_a_gateway_that_lets_nobody_through(options, seen, gateway_scenario):
    result, server, front = gateway_scenario(*options)
    assert result.status == 1, result
    found = unmet(result)
    # The direct way works; both of the gateway's do not.
    assert {variant["gateway"] for variant, _, _ in found} == {"http", "websocket"}, result
    assert {text for _, text, _ in found} == {"connected", "phase > gateway"}, result
    for _, text, sentence in found:
        if text == "connected":
            assert seen in sentence, sentence


def test_a_target_that_denies_beyond_the_gateway(gateway_scenario):
    """The tunnel worked: of the expectations only that of a session is not met, the direct way's neither."""
    result, server, front = gateway_scenario(lab_options=("--deny-if", "true"))
    assert result.status == 1, result
    found = unmet(result)
    assert {variant["gateway"] for variant, _, _ in found} == {"off", "http", "websocket"}, result
    assert {text for _, text, _ in found} == {"connected"} and all(DENIED in sentence for _, _, sentence in found)
    assert {record["reached"] for record in front.wait_for(2, kind="tunnel")} == {"data"}
