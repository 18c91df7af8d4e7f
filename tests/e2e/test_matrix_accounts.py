# SPDX-License-Identifier: Apache-2.0
"""The logon guard of a fleet: an account that is refused stops its own trials, and a proved one holds nobody up."""

import json
import pathlib

from fixtures.matrix import PASSWORD, addresses, connections

LOCKED_OUT = "C0000234"


def authenticates(lab):
    return sum(record["ntlm_authenticates"] for record in connections(lab))


def two_accounts(scratch, wrong="Wrong-Pw1", bad="carol"):
    """credentials: of a scenario with the accounts good and bad, each of which is one for all targets."""
    folder = scratch("passwords")
    for name, password in (("good", PASSWORD), ("bad", wrong)):
        (folder / name).write_text(password)
        (folder / name).chmod(0o600)
    # The labs tell the name of one machine, of which bob is; a domain account of another user may not be his.
    return "{" + ", ".join(f"{name}: {{user: '{user}', password: {{file: '{folder / name}'}}}}"
                           for name, user in (("good", "bob"), ("bad", f"DOMbad\\{bad}"))) + "}"


def targets_of(lab, count, credentials, network):
    return [f"{{host: '{address}:{lab.port}', credentials: {credentials}}}" for address in addresses(count, network)]


def test_a_refused_account_stops_only_its_own_trials(fleet, fleet_lab, scratch):
    lab, other = fleet_lab(), fleet_lab()
    targets = targets_of(lab, 10, "good", 1) + targets_of(other, 10, "bad", 3)
    scenario = fleet.scenario(targets, ("{security: nla}", "{security: tls}"), credentials=two_accounts(scratch))
    result = fleet(scenario, password=None)
    assert result.status == 4, result
    assert authenticates(other) == 2 and authenticates(lab) == 10
    skipped = result.of("skipped")
    assert len(skipped) == 8 and all(record["target"].startswith("127.3.") for record in skipped)
    for record in skipped:
        assert "2 failed logons of dombad\\carol" in record["why"] and record["variant"]["security"] == "nla"
    # Its trials without a logon are run, and all of the other account's.
    assert len(result.trials) == 40 - 8
    assert sum(trial["variant"]["security"] == "tls" for trial in result.trials) == 20
    assert result.stderr.count("\n") == 1 and "trials are left out" in result.stderr, result
    assert result.records[-1]["skipped"] == 8
    # The next run knows.
    result = fleet(scenario, password=None)
    assert result.status == 4 and len(result.of("skipped")) == 10, result
    assert authenticates(other) == 2


def test_a_lockout_stops_at_once(fleet, fleet_lab, scratch):
    lab = fleet_lab("--ntstatus", LOCKED_OUT)
    scenario = fleet.scenario(targets_of(lab, 12, "good", 1), credentials=two_accounts(scratch),
                              limits="max-failed-logons: 100, max-in-flight: 1")
    result = fleet(scenario, password=None)
    assert result.status == 4 and len(result.trials) == 1 and len(result.of("skipped")) == 11, result
    assert "locked out" in result.of("skipped")[0]["why"]
    assert authenticates(lab) == 1


def test_a_wrong_password_makes_no_more_logons_than_may_fail(fleet, fleet_lab, scratch):
    """However many targets the account has, and however many are in flight."""
    lab = fleet_lab()
    scenario = fleet.scenario(targets_of(lab, 60, "bad", 1), credentials=two_accounts(scratch),
                              limits="max-in-flight: 40, max-failed-logons: 3")
    result = fleet(scenario, password=None)
    assert result.status == 4 and authenticates(lab) == 3, result
    assert len(result.trials) == 3 and len(result.of("skipped")) == 57


def test_two_fleets_at_once_share_the_account(fleet, fleet_lab, scratch):
    lab = fleet_lab()
    credentials = two_accounts(scratch)
    runs = []
    for i in range(3):
        scenario = fleet.scenario(targets_of(lab, 10, "bad", 4 + i), credentials=credentials, name=f"fleet{i}")
        runs.append(fleet.start(scenario, "--json", password=None))
    try:
        assert [run.wait(60) for run in runs] == [4, 4, 4], [run.stderr for run in runs]
    finally:
        left = [run.stop() for run in runs]
    assert left == [[], [], []]
    assert authenticates(lab) == 2


def test_one_proved_account_does_not_serialise_the_fleet(fleet, fleet_lab, scratch):
    lab = fleet_lab()
    scenario = fleet.scenario(targets_of(lab, 30, "good", 1), credentials=two_accounts(scratch),
                              limits="max-in-flight: 30, settle: 0.5")
    result = fleet(scenario, password=None)
    assert result.status == 0, result
    seen = sorted(connections(lab), key=lambda record: record["began_ms"])
    # At some moment at least eight of them were there together.
    most = max(sum(other["began_ms"] <= record["began_ms"] < other["began_ms"] + other["ms"] for other in seen)
               for record in seen)
    assert most >= 8, most


def test_no_more_logons_are_under_way_than_may_fail(fleet, fleet_lab, scratch):
    """Where a server says nothing to a logon, it may have failed; no other one is made meanwhile."""
    lab = fleet_lab("--fault", "nla-auth:hang")
    scenario = fleet.scenario(targets_of(lab, 12, "good", 1), credentials=two_accounts(scratch),
                              limits="max-in-flight: 12", further="deadline: 5")
    result = fleet(scenario, password=None)
    assert result.status == 4 and authenticates(lab) == 2, result
    assert [trial["outcome"]["family"] for trial in result.trials] == ["timeout"] * 2
    assert len(result.of("skipped")) == 10
    # The others were connected to, and given up before their logon: without a trial, and not without a word.
    assert len(connections(lab)) == 2 + result.records[-1]["withdrawn"] > 2


def test_hosts_that_hang_do_not_keep_the_account_from_others(fleet, fleet_lab, scratch):
    """The first hosts never come so far that they need the password: all others have had it before they are over."""
    hanging, lab = fleet_lab("--fault", "negotiate:hang"), fleet_lab()
    targets = targets_of(hanging, 4, "good", 3) + targets_of(lab, 20, "good", 1)
    scenario = fleet.scenario(targets, credentials=two_accounts(scratch), further="deadline: 12",
                              limits="max-in-flight: 6, max-failed-logons: 1")
    result = fleet(scenario, password=None)
    assert result.status == 1, result
    slow = [trial["target"].startswith("127.3.") for trial in result.trials]
    assert slow == [False] * 20 + [True] * 4, slow
    assert authenticates(lab) == 20 and authenticates(hanging) == 0
    assert result.seconds < 2 * 12


def wait_for_a_slow_logon(fleet, fleet_lab, scratch, drip, deadline=20):
    """Five trials at once, one of which may log on, and waits long for the answer: (result, what the labs saw)."""
    # Each lab does one NLA at a time. TLS 1.2 has no tickets behind its handshake, which would take their time, too.
    labs = [fleet_lab("--tls-max", "1.2", "--fault", "nla:slow", "--drip", drip) for _ in range(5)]
    targets = [targets_of(lab, i + 1, "good", 1)[i] for i, lab in enumerate(labs)]
    scenario = fleet.scenario(targets, credentials=two_accounts(scratch),
                              limits="max-in-flight: 5, max-failed-logons: 1",
                              further=f"until: nla\ndeadline: {deadline}")
    result = fleet(scenario, password=None)
    assert result.status == 0 and len(result.trials) == 5, result
    assert [authenticates(lab) for lab in labs] == [1] * 5
    assert all(trial["logons"] == 1 and trial["outcome"]["result"] == "connected" for trial in result.trials)
    return result, [record for lab in labs for record in connections(lab)]


def waits(trials):
    return {trial["target"].split(":")[0]: trial["facts"]["logon"].get("waited_ms", 0) for trial in trials}


def test_a_server_is_not_blamed_for_the_wait(fleet, fleet_lab, scratch):
    """What a trial waits for its account's other trials is in no time of it, but named; its deadline is put off."""
    # An answer takes 1.3 s, and a trial 1.5 s, with the wait for another one's answer 2.8 s.
    result, seen = wait_for_a_slow_logon(fleet, fleet_lab, scratch, 16, 2.4)
    there = {record["local"]: record["ms"] for record in seen}
    waited = waits(result.trials)
    assert sum(ms > 300 for ms in waited.values()) >= 3, waited
    for trial in result.trials:
        address = trial["target"].split(":")[0]
        if waited[address] > 300:
            assert there[address] > waited[address] and trial["ms"] < there[address] - waited[address] / 2, trial
            assert sum(phase["ms"] for phase in trial["phases"]) <= trial["ms"] + 1
    assert any(there[address] > 2400 for address in there), there


def test_a_server_is_not_kept_waiting_for_long(fleet, fleet_lab, scratch):
    """Who would wait too long is left, and tried again once the account is proved."""
    result, seen = wait_for_a_slow_logon(fleet, fleet_lab, scratch, 40)
    withdrawn = result.records[-1]["withdrawn"]
    assert withdrawn >= 3 and len(seen) == 5 + withdrawn, (withdrawn, len(seen))
    assert max(waits(result.trials).values()) < 2500


def test_the_ledger_is_clean_after_a_good_run(fleet, fleet_lab, rdpprobe):
    lab = fleet_lab()
    targets = [f"{address}:{lab.port}" for address in addresses(20)]
    assert fleet(fleet.scenario(targets)).status == 0
    folder = pathlib.Path(rdpprobe.environment["XDG_STATE_HOME"]) / "rdpprobe"
    assert json.loads((folder / "logons.json").read_text())["accounts"] == {}
    assert sorted(path.name for path in folder.iterdir()) == ["accounts.lock", "logons.json", "logons.lock"]


def test_reset_failed_logons(fleet, fleet_lab, scratch):
    lab = fleet_lab()
    scenario = fleet.scenario(targets_of(lab, 3, "bad", 1), credentials=two_accounts(scratch, bad="bob"))
    assert fleet(scenario, password=None).status == 4
    right = two_accounts(scratch, wrong=PASSWORD, bad="bob")
    scenario = fleet.scenario(targets_of(lab, 3, "bad", 1), credentials=right)
    assert fleet(scenario, password=None).status == 4
    assert fleet(scenario, "--reset-failed-logons", password=None).status == 0
