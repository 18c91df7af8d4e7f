# SPDX-License-Identifier: Apache-2.0
"""What isolate says where no factor decides, where it cannot know, and where it is to look at something else."""

import json

import pytest

from fixtures.experiment import FACTORS, NAME, PASSWORD, USER, Experiment, causes, two_families
from fixtures.port import free_port
from fixtures.process import wait_until

MOMENTS = ("licensing", "capabilities", "post-connect", "active")


@pytest.fixture
def names(scratch):
    return two_families(scratch("names"))


@pytest.fixture
def isolate(rdpprobe, names):
    """Runs isolate --json against a target that is not planted; the fixture plant does it for those that are."""

    def run(target, *options, user=USER, password=PASSWORD, timeout=120):
        return rdpprobe("isolate", "--json", "--user", user, "--pause", "0", *options, target, password=password,
                        environment=names, timeout=timeout)

    return run


def never_wrong(experiment, *right):
    """Isolated only if the cause is this one; never that the client does not matter, if it does."""
    if experiment.verdict["verdict"] == "isolated":
        assert right and causes(experiment.verdict) == {frozenset(words.split()) for words in right}, repr(experiment)
        experiment.check_pairs()
    else:
        experiment.accuses_nobody("inconclusive", "not-reproduced", *(() if right else ("not-client-side",)))


# ---- nothing on the client's side decides ----

@pytest.mark.parametrize("licensing", ("off", "issue"))
@pytest.mark.parametrize("at", MOMENTS)
def test_everybody_is_denied(at, licensing, plant):
    experiment = plant("true", at=at, licensing=licensing)
    experiment.accuses_nobody("not-client-side")
    experiment.check_truth()
    assert experiment.result.status == 1
    findings = {factor: experiment.verdict["factors"][factor]["finding"] for factor in FACTORS}
    assert findings == {"security": "innocent", "tls": "innocent", "address": "innocent", "license": "innocent",
                        "gateway": "not-tested"}
    seen = {(factor, level) for trial in experiment.trials if experiment.signature(trial)
            for factor, level in trial["variant"].items()}
    assert {("security", "nla"), ("security", "tls"), ("security", "rdp"), ("tls", "1.0"), ("tls", "1.2"),
            ("address", "name"), ("address", "ipv4"), ("address", "ipv6")} <= seen
    assert (("license", "reuse") in seen) == (licensing == "issue" and at != "licensing")


def test_everybody_is_denied_with_a_gateway(plant):
    experiment = plant("true", at="capabilities", licensing="issue", through=True)
    experiment.accuses_nobody("not-client-side")
    experiment.check_truth()
    assert {experiment.verdict["factors"][factor]["finding"] for factor in FACTORS} == {"innocent"}


@pytest.mark.parametrize("rule, at, licensing", (
    ("license=new | license=stored", "licensing", "issue"),  # denied once it knows the licence, before it issues one
    ("true", "capabilities", "accept-only"),  # looks at licences, has none to give
))
def test_a_license_that_nobody_is_issued_is_left_open(rule, at, licensing, plant):
    experiment = plant(rule, at=at, licensing=licensing)
    experiment.accuses_nobody("inconclusive")
    experiment.check_truth()
    assert experiment.result.status == 1 and "licence" in experiment.verdict["reason"]
    assert experiment.verdict["factors"]["license"]["finding"] != "innocent"


@pytest.mark.parametrize("licensing", ("off", "issue"))
def test_nothing_fails(licensing, plant):
    experiment = plant("user=somebody-else", licensing=licensing)
    experiment.accuses_nobody("not-reproduced")
    experiment.check_truth()
    assert experiment.result.status == 0
    assert all(trial["outcome"]["result"] == "connected" for trial in experiment.trials)


def test_the_baseline_works_and_another_variant_fails(plant):
    experiment = plant("security=tls")
    assert (experiment.result.status, experiment.verdict["verdict"]) == (1, "isolated"), repr(experiment)
    assert causes(experiment.verdict) == {frozenset({"security=tls"})}, repr(experiment)
    assert experiment.verdict["baseline"]["security"] == "tls" and "connects" in experiment.verdict["reason"]
    experiment.check_pairs()


def test_only_nla_is_accepted(plant):
    experiment = plant("true", lab_options=["--security", "nla"])
    experiment.accuses_nobody("not-client-side")
    assert experiment.verdict["factors"]["security"]["finding"] == "not-tested"


def test_only_nla_is_accepted_and_something_else_decides(plant):
    plant("tls=1.2", "tls=1.2", lab_options=["--security", "nla"]).names("tls=1.2")


def test_a_protocol_that_is_refused_is_the_cause(plant):
    experiment = plant("user=somebody-else", "security=tls", lab_options=["--security", "nla"])
    assert (experiment.result.status, experiment.verdict["verdict"]) == (1, "isolated"), repr(experiment)
    assert causes(experiment.verdict) == {frozenset({"security=tls"})}, repr(experiment)
    experiment.check_pairs(("negotiation", 5))


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


# ---- a server that does not keep to its rule ----

@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("rule, baseline, right", (
    ("security=nla", "", ["security=nla"]),
    ("tls=1.2 & security=nla", "tls=1.2", ["tls=1.2 security=nla"]),
    ("true", "", []),
), ids=("one", "pair", "none"))
def test_a_rule_that_holds_now_and_then(rule, baseline, right, seed, plant):
    never_wrong(plant(rule, baseline, lab_options=["--flaky", "0.3", "--seed", seed]), *right)


@pytest.mark.parametrize("last", (1, 2, 3, 6, 9, 12, 15))
def test_a_denial_that_ends_in_the_middle(last, plant):
    never_wrong(plant(f"connection<={last}"))


@pytest.mark.parametrize("first", (10, 13, 14, 15, 16))
def test_a_denial_of_everybody_that_begins_in_the_middle(first, plant):
    """From then on nothing at the client matters: that may be said, but not without the passes that were seen."""
    experiment = plant(f"security=nla | connection>={first}")
    if experiment.verdict["verdict"] == "not-client-side":
        experiment.accuses_nobody("not-client-side")
        assert "passed" in experiment.verdict["reason"], repr(experiment)
    else:
        never_wrong(experiment, "security=nla")


def test_a_denial_of_everybody_that_begins_before_any_variant_passed(plant):
    """From then on nothing at the client does matter, and nothing else was seen before."""
    plant("security=nla | connection>=3").accuses_nobody("not-client-side")


@pytest.mark.parametrize("after", (1, 4, 8, 12, 15))
def test_a_server_that_dies_in_the_middle(after, lab, rdpprobe, names):
    server = lab("--deny-if", "security=nla", user=USER, password=PASSWORD)
    with rdpprobe.start("isolate", "--json", "--user", USER, "--pause", "0.02", f"{NAME}:{server.port}",
                        password=PASSWORD, environment=names) as process:
        wait_until(lambda: len(server.records()) >= after, 20, every=0.002)
        server.process.stop()
        assert process.wait(60) in (1, 3), process.stderr
        lines = [json.loads(line) for line in process.stdout.splitlines()]
    verdict = lines[-1]
    if verdict["verdict"] == "isolated":
        assert causes(verdict) == {frozenset({"security=nla"})}, lines
    else:
        assert (verdict["record"], verdict["cause"], verdict["minimal_pairs"]) == ("verdict", [], []), lines
        assert verdict["verdict"] == "inconclusive" or after == 1, lines


# ---- other failures than a denial with 0x7 ----

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


def test_another_code_is_another_failure(plant):
    """Security tls is denied with 0x5: no way out, but no proof either."""
    experiment = plant("security=nla", lab_options=["--errinfo", "7", "--deny-if", "security=tls", "--errinfo", "5"])
    assert causes(experiment.verdict) == {frozenset({"security=nla"})}, repr(experiment)
    experiment.check_pairs()
    passing = [experiment.numbered[pair["passing"]] for pair in experiment.verdict["minimal_pairs"]]
    assert {trial["variant"]["security"] for trial in passing} == {"rdp"}


# ---- options ----

def test_signature_that_the_baseline_does_not_show(plant):
    experiment = plant("true", lab_options=["--errinfo", "5"], options=["--signature", "0x3/0x7"])
    experiment.accuses_nobody("inconclusive")
    assert experiment.result.status == 1 and "0x5" in experiment.verdict["reason"]


def test_signature_that_the_baseline_shows(plant):
    experiment = plant("security=nla", options=["--signature", "0x3/0x7"])
    experiment.names("security=nla")
    assert experiment.verdict["signature"] == "0x3/0x7"


def test_vary_another_factor(plant):
    experiment = plant("security=nla", options=["--vary", "tls"])
    experiment.accuses_nobody("inconclusive")
    assert "security or address" in experiment.verdict["reason"] and "not varied" in experiment.verdict["reason"]
    assert {trial["variant"]["security"] for trial in experiment.trials} == {"nla"}
    assert {trial["variant"]["address"] for trial in experiment.trials} == {"name"}
    assert experiment.verdict["factors"]["security"]["finding"] == "not-tested"
    assert experiment.verdict["factors"]["tls"]["finding"] == "innocent"


def test_vary_to_one_level(plant):
    experiment = plant("security=nla", options=["--vary", "security=tls"])
    experiment.names("security=nla")
    assert {trial["variant"]["security"] for trial in experiment.trials} == {"nla", "tls"}
    assert {trial["variant"]["tls"] for trial in experiment.trials} == {"default"}


@pytest.mark.parametrize("limit", (1, 2, 3, 6, 10, 13))
def test_max_trials(limit, plant):
    experiment = plant("security=nla", options=["--max-trials", limit])
    experiment.accuses_nobody("inconclusive", "stopped")
    assert len(experiment.trials) == limit and experiment.result.status == 1


def test_records(plant, tmp_path):
    journal = tmp_path / "journal"
    experiment = plant("security=nla", options=["--journal", journal])
    records = experiment.result.records
    assert [record["record"] for record in records] == ["run", *["trial"] * len(experiment.trials), "verdict"]
    assert {record["schema"] for record in records} == {1}
    assert [trial["trial"] for trial in experiment.trials] == list(range(1, len(experiment.trials) + 1))
    assert [json.loads(line) for line in journal.read_text().splitlines()] == records
    assert experiment.result.stderr == ""
    verdict = experiment.verdict
    assert verdict["surveys"] == sum(trial["until"] != "active" for trial in experiment.trials)
    assert {row["level"]: row["observation"] for row in verdict["sweep"]} == {"tls": "no-signature",
                                                                             "rdp": "no-signature"}


def test_report(lab, rdpprobe, names):
    server = lab("--deny-if", "security=nla", user=USER, password=PASSWORD)
    result = rdpprobe("isolate", "--user", USER, "--pause", "0", f"{NAME}:{server.port}", password=PASSWORD,
                      environment=names)
    assert result.status == 1 and result.stderr == ""
    first = result.stdout.splitlines()[0]
    assert first == f"{NAME}:{server.port}: isolated: security=nla triggers 0x3/0x7."
    quiet = rdpprobe("isolate", "--quiet", "--user", USER, "--pause", "0", f"{NAME}:{server.port}", password=PASSWORD,
                     environment=names)
    assert (quiet.status, quiet.stdout, quiet.stderr) == (1, "", "")


# ---- servers that nobody here wrote ----

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
