# SPDX-License-Identifier: Apache-2.0
"""What a scenario says about all its trials, as the lab sees it; and targets that share a host and port."""

import xml.etree.ElementTree

import pytest

from fixtures.experiment import NAME, two_families
from fixtures.matrix import connections, planned

HOST = "127.1.0.1"
ALIAS = "dual"  # the target's other name


def test_client_name_and_routing_token(fleet, fleet_lab):
    lab = fleet_lab()
    result = fleet(fleet.scenario([f"{HOST}:{lab.port}"], ("{security: tls}", "{security: tls, client-name: host}"),
                                  further="client-name: PC-7\nload-balance-info: tsv://farm.1"))
    assert result.status == 0 and all(trial["in_effect"] for trial in result.trials), result
    assert [trial["variant"]["client-name"] for trial in result.trials] == ["given", "host"]
    seen = connections(lab)
    assert [record["client_name"] == "PC-7" for record in seen] == [True, False]
    assert all("tsv://farm.1" in record["cookie"] for record in seen), seen


@pytest.mark.parametrize("given", ["scenario", "target", "list", "option"])
def test_a_targets_other_name(given, fleet, fleet_lab, scratch):
    """The text of address=alias comes from the scenario, the target, its column in a list, or the command line."""
    lab = fleet_lab()
    target, options, further = f"{NAME}:{lab.port}", [], ""
    if given == "scenario":
        further = f"alias: {ALIAS}"
    elif given == "target":
        target = f"{{host: '{target}', alias: {ALIAS}}}"
    elif given == "list":
        (fleet.folder / "list.csv").write_text(f"host,alias\n{target},{ALIAS}\n")
        target = "{file: list.csv}"
    else:
        options = ["--alias", ALIAS]
    scenario = fleet.scenario([target], ("{security: tls}", "{security: tls, address: alias}"), further=further)
    result = fleet(scenario, *options, environment=two_families(scratch("names"), NAME, ALIAS))
    assert result.status == 0 and all(trial["in_effect"] for trial in result.trials), result
    assert [record["sni"] for record in lab.connections()] == [NAME, ALIAS]


def test_until_the_challenge_nobody_logs_on(fleet, fleet_lab):
    lab = fleet_lab()
    scenario = fleet.scenario([f"{HOST}:{lab.port}"], further="until: nla-challenge", credentials="")
    dry = fleet(scenario, "--dry-run", password=None)
    assert dry.records[0]["logons"] == 0
    result = fleet(scenario, password=None)
    assert result.status == 0, result
    (trial,) = result.trials
    assert trial["until"] == "nla-challenge" and trial["logons"] == 0 and trial["facts"]["ntlm"], trial
    assert "until nla-challenge" in fleet.rdpprobe("matrix", "--dry-run", scenario).stdout


def test_autologon_is_a_logon(fleet, fleet_lab):
    lab = fleet_lab()
    scenario = fleet.scenario([f"{HOST}:{lab.port}"], ("{security: tls}",), further="autologon: on")
    assert fleet(scenario, "--dry-run").records[0]["logons"] == 1
    result = fleet(scenario)
    assert result.status == 0 and result.trials[0]["logons"] == 1, result


def test_certificates_that_are_required(fleet, fleet_lab):
    lab = fleet_lab()  # signed by nobody whom this machine trusts
    scenario = fleet.scenario([f"{HOST}:{lab.port}"], ("{security: tls}",), further="cert-policy: require")
    result = fleet(scenario)
    assert result.status == 1 and result.trials[0]["outcome"]["phase"] == "tls", result
    assert fleet(scenario, "--cert-policy", "report").status == 0


@pytest.mark.timed
def test_no_pause(fleet, fleet_lab):
    lab = fleet_lab()
    path = fleet.scenario([f"{HOST}:{lab.port}"], ("{security: tls}",), further="repeats: 40\nuntil: negotiate")
    path.write_text(path.read_text().replace("pause: 0.001", "pause: 0"))
    result = fleet(path)
    assert result.status == 0 and len(result.trials) == 40, result
    assert result.seconds < 40 * 0.5 / 2, "half a second is the pause where a scenario has none"


def test_without_expectations_trials_are_to_connect(fleet, fleet_lab):
    lab = fleet_lab("--security", "nla")
    result = fleet(fleet.scenario([f"{HOST}:{lab.port}"], ("{security: nla}", "{security: tls}"), expect=()))
    assert result.status == 1, result
    assert [(item["text"], item["met"]) for trial in planned(result.records) for item in trial["expectations"]] == \
        [("connected", False), ("connected", True)]
    assert "expects 'connected'" in fleet.rdpprobe("matrix", "--help").stdout


def test_targets_of_one_address_are_told_apart(fleet, fleet_lab, gateway):
    lab = fleet_lab("--security", "nla")
    front = gateway()
    address = f"{HOST}:{lab.port}"
    journal, report = fleet.folder / "journal.jsonl", fleet.folder / "report.xml"
    scenario = fleet.scenario([address, f"{{host: '{address}', user: eve, domain: CORP}}",
                               f"{{host: '{address}', gateway: 'localhost:{front.port}'}}", f"127.1.0.2:{lab.port}"],
                              ("{security: tls}", "{security: tls, gateway: websocket}"))
    text = fleet.rdpprobe("matrix", "--journal", journal, "--report", f"junit={report}", scenario,
                          password="Fleet-Pw1")
    assert text.status == 1, text
    names = [f"{address} as bob", f"{address} as CORP\\eve", f"{address} as bob through localhost:{front.port}",
             f"127.1.0.2:{lab.port}"]
    cases = [case.get("name") for case in xml.etree.ElementTree.parse(report).iter("testcase")]
    assert len(cases) == len(set(cases)) == 5 and not any("again" in case for case in cases), cases
    for name in names:
        assert f"  {name} security=tls:" in text.stdout, text
        assert sum(case.startswith(f"{name} · ") for case in cases) == (2 if "through" in name else 1), cases
    again = fleet.rdpprobe("report", "--format", "text", journal)
    assert again.stdout == text.stdout, again


@pytest.mark.parametrize("text", ["zzzzzzzz: 1", "limits: {zzzzzzzz: 1}", "targets: [{zzzzzzzz: 1}]",
                                  "credentials: {user: a, zzzzzzzz: 1}", "design: zzzzzzzz"])
def test_help_names_every_key(text, rdpprobe):
    message = rdpprobe("matrix", "-", stdin=f"{text}\n").stderr.strip()
    assert ": there are " in message, message
    keys = message.rsplit(": there are ")[1].split(" (")[0].split(", ")
    words = set(rdpprobe("matrix", "--help").stdout.replace(",", " ").replace(";", " ").replace(":", " ")
                .replace(")", " ").replace("(", " ").replace(".", " ").split())
    assert len(keys) > 2 and set(keys) <= words, (set(keys) - words, message)
