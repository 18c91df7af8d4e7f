# SPDX-License-Identifier: Apache-2.0
"""From the MCS Connect Response to the logon: what `connect` tells of it is what the server did."""

import pytest

ROUND_TRIPS = {  # of a connection to the lab: what the protocol has the client wait for
    "nla": {"resolve": 0, "tcp": 1, "negotiate": 1, "tls": 1, "nla": 2, "mcs": 1, "info": 0, "licensing": 1,
            "capabilities": 0, "finalize": 1},
    "tls": {"resolve": 0, "tcp": 1, "negotiate": 1, "tls": 1, "mcs": 1, "info": 0, "licensing": 1, "capabilities": 0,
            "finalize": 1},
    "rdp": {"resolve": 0, "tcp": 1, "negotiate": 1, "mcs": 1, "info": 0, "licensing": 1, "capabilities": 0,
            "finalize": 1},
}


def round_trips(result):
    return {phase["phase"]: phase["round_trips"] for phase in result.trial["phases"]}


@pytest.mark.parametrize("security", ROUND_TRIPS)
def test_round_trips_of_each_phase(trial, security):
    result, _ = trial([], security=security)
    seen = round_trips(result)
    assert {phase: seen[phase] for phase in ROUND_TRIPS[security]} == ROUND_TRIPS[security]
    assert seen["channels"] >= 1


def test_tls_1_2_needs_one_round_trip_more(trial):
    result, _ = trial([], "--set", "tls=1.2", security="tls")
    assert round_trips(result)["tls"] == 2


def test_a_licence_costs_two_round_trips_more(trial):
    result, _ = trial(["--licensing", "issue"], "--set", "license=clear")
    assert round_trips(result)["licensing"] == 3


def test_round_trips_up_to_a_hang(trial):
    result, _ = trial(["--fault", "licensing:hang"], "--deadline", "2")
    seen = round_trips(result)
    assert (seen["nla"], seen["mcs"], seen["licensing"]) == (2, 1, 0)


# ---- what the server announces ----

def test_server_settings(trial):
    result, _ = trial([], security="tls")
    server = result.trial["facts"]["server"]
    assert (server["version"], server["version_name"]) == (0x80010, "10.11")  # it takes the client's
    assert server["requested"] == ["SSL"] == result.trial["facts"]["negotiation"]["requested"]
    assert server["encryption_method"] == "ENCRYPTION_METHOD_NONE"
    assert result.trial["facts"]["mcs"] == {"result": 0, "result_name": "rt-successful"}


@pytest.mark.parametrize("level, method", [("low", "ENCRYPTION_METHOD_128BIT"), ("high", "ENCRYPTION_METHOD_128BIT")])
def test_rdp_security_names_method_and_level(trial, level, method):
    result, _ = trial(["--rdp-encryption", level], security="rdp")
    server = result.trial["facts"]["server"]
    assert (server["encryption_method"], server["encryption_level"]) == (method, f"ENCRYPTION_LEVEL_{level.upper()}")


def test_mcs_result_by_name(trial):
    result, _ = trial(["--mcs-result", "14"])
    assert result.trial["facts"]["mcs"] == {"result": 14, "result_name": "rt-unspecified-failure"}
    assert "rt-unspecified-failure" in result.trial["outcome"]["detail"]


@pytest.mark.parametrize("security", ["nla", "rdp"])
def test_capability_sets(trial, security):
    result, _ = trial([], security=security)
    facts = result.trial["facts"]["capabilities"]
    assert {"GENERAL", "BITMAP", "ORDER", "POINTER", "INPUT", "VIRTUALCHANNEL", "SHARE"} <= set(facts["sets"])
    bitmap = next(fields for fields in facts["details"] if fields["set"] == "BITMAP")
    assert (bitmap["depth"], bitmap["width"], bitmap["height"]) == (32, 1024, 768)


def test_what_xrdp_announces(xrdp, rdpprobe):
    result = rdpprobe("connect", "--json", "--user", "bob", "--set", "security=tls", xrdp("tls").target)
    facts = result.trial["facts"]
    assert (facts["server"]["version_name"], facts["server"]["requested"]) == ("5.0 to 8.1", ["SSL"])
    general = next(fields for fields in facts["capabilities"]["details"] if fields["set"] == "GENERAL")
    assert (general["os_major"], general["os_minor"]) == ("WINDOWS", "WINDOWS_NT")
    assert facts["licensing"]["transition"] == "ST_NO_TRANSITION"


@pytest.mark.parametrize("alert, name, transition", [
    ("6:1", "ERR_NO_LICENSE_SERVER", "ST_TOTAL_ABORT"), ("8:3", "ERR_INVALID_CLIENT", "ST_RESET_PHASE_TO_START")])
def test_licensing_alerts_by_name(trial, alert, name, transition):
    result, truth = trial(["--license-alert", alert])
    facts = result.trial["facts"]["licensing"]
    assert truth["license_alert_sent"] == facts["error"] == int(alert[0])
    assert (facts["error_name"], facts["transition"]) == (name, transition)


# ---- the logon ----

def test_the_server_reports_the_logon(trial):
    result, truth = trial([], "--until", "logon")
    assert truth["logon_reported"] == "logged-on"
    assert (result.status, result.trial["outcome"]) == (0, {"result": "connected", "phase": "logon"})
    assert result.trial["phases"][-1]["phase"] == "logon"
    logon = result.trial["facts"]["logon"]
    assert (logon["info"], logon["credentials"]) == (["INFOTYPE_LOGON_PLAINNOTIFY"], "verified")


@pytest.mark.parametrize("security", ["tls", "rdp"])
@pytest.mark.parametrize("until", ["active", "logon"])
def test_a_wrong_password_in_client_info_is_a_failed_logon(lab, rdpprobe, security, until):
    server = lab(user="bob", password="Lab-Pw1")
    result = rdpprobe("connect", "--json", "--user", "bob", "--autologon", "--set", f"security={security}", "--until",
                      until, server.target, password="Wrong-Pw1")
    assert server.only_connection()["logon_reported"] == "refused"
    outcome = result.trial["outcome"]
    assert (result.status, outcome["family"], outcome["code"], outcome["name"], outcome["phase"]) == (
        1, "logon", 0, "LOGON_FAILED_BAD_PASSWORD", "active"), result
    logon = result.trial["facts"]["logon"]
    assert (logon["notification"], logon["error"], logon["credentials"]) == (
        "STATUS_LOGON_FAILURE", "LOGON_FAILED_BAD_PASSWORD", "refused")
    assert (result.trial["logons"], result.trial["failed_logons"]) == (1, 1)


def test_a_logon_that_nobody_reports(trial):
    """Without a password there is a logon screen, and the wait for a logon ends at the deadline."""
    result, truth = trial([], "--until", "logon", "--deadline", "2", security="tls", password=None)
    assert truth["logon_reported"] is None
    outcome = result.trial["outcome"]
    assert (result.status, outcome["family"], outcome["phase"]) == (1, "timeout", "active")


def test_credentials_that_nothing_checked(trial):
    result, _ = trial([], security="tls", password=None)
    assert result.status == 0 and result.trial["facts"]["logon"]["credentials"] == "not checked"


# ---- the network, the server's progress, a session that is deactivated ----

@pytest.mark.parametrize("security", ROUND_TRIPS)
def test_what_auto_detection_told(trial, security):
    result, truth = trial(["--network", "7,11,12345"], "--set", "autodetect=on", "--settle", "0.3", security=security)
    assert result.status == 0 and truth["network_told"] and truth["measured_bytes"], result
    assert result.trial["facts"]["autodetect"] == {"base_rtt": 7, "average_rtt": 11, "bandwidth": 12345}


@pytest.mark.parametrize("security", ["nla", "rdp"])
def test_the_bandwidth_that_this_client_measured(trial, security):
    """The lab names no bandwidth: what is known is what the client sent to it."""
    result, truth = trial(["--network", "3,4"], "--set", "autodetect=on", "--settle", "0.3", security=security)
    assert truth["measured_ms"] >= 25, truth  # the lab waits for 30
    assert result.trial["facts"]["autodetect"] == {
        "base_rtt": 3, "average_rtt": 4, "bandwidth": truth["measured_bytes"] * 8 // truth["measured_ms"]}


def test_no_auto_detection_without_the_offer(trial):
    result, truth = trial(["--network", "7,11,12345"], "--settle", "0.2")
    assert (result.status, truth["network_told"], truth["autodetect"]) == (0, False, "off")
    assert "autodetect" not in result.trial["facts"]


@pytest.mark.parametrize("security", ROUND_TRIPS)
def test_status_info_by_name(trial, security):
    result, truth = trial(["--status", "0x402", "--status", "0x503", "--status", "0x999"], security=security)
    assert (result.status, truth["status_sent"]) == (0, [0x402, 0x503, 0x999]), result
    assert result.trial["facts"]["status"]["codes"] == [
        "TS_STATUS_LOADING_DESTINATION", "TS_STATUS_VM_STARTING", "0x999"]


@pytest.mark.parametrize("security", ROUND_TRIPS)
def test_a_deactivated_session(trial, security):
    """Deactivate All with the phase and the time since this client's last PDU; the session goes on after it."""
    result, truth = trial(["--reactivate", "80"], "--settle", "0.4", security=security)
    assert (result.status, truth["ended"]) == (0, "client"), result
    facts = result.trial["facts"]["deactivate"]
    assert facts["phase"] == ("logon" if security == "nla" else "active")
    # What was sent last was read a little later, and Deactivate All sent a little earlier than it came.
    assert truth["deactivated_after_ms"] - 1 <= facts["after_ms"] <= truth["deactivated_after_ms"] + 100, (facts, truth)
    assert truth["deactivated_after_ms"] > 20


def test_a_desktop_beyond_all_measure_is_an_outcome(trial):
    result, _ = trial(["--reactivate", "50", "--huge-desktop", "60000", "--no-picture"], "--until", "graphics",
                      "--deadline", "5")
    outcome = result.trial["outcome"]
    assert (outcome["family"], outcome["name"]) == ("local", "DESKTOP_TOO_LARGE"), outcome
    assert "60000 x 60000" in outcome["detail"] and result.trial["peak_kib"] < 512 * 1024


# ---- a broker ----

@pytest.mark.parametrize("security", ROUND_TRIPS)
@pytest.mark.parametrize("moment", ["capabilities", "active"])
def test_a_redirection_ends_the_trial(trial, security, moment):
    result, truth = trial(["--redirect", "host7.example", "--redirect-token", "7.15629.0000", "--redirect-at", moment],
                          security=security)
    assert (truth["redirected"], truth["ended"]) == ("host7.example", "server")
    outcome = result.trial["outcome"]
    assert (result.status, outcome["family"], outcome["name"], outcome["phase"]) == (
        1, "redirection", "REDIRECTED", moment), result
    assert "host7.example" in outcome["detail"] and "mstsc" not in outcome
    assert result.trial["connections"] == 1
    assert result.trial["facts"]["redirection"] == {
        "flags": ["LB_TARGET_NET_ADDRESS", "LB_LOAD_BALANCE_INFO", "LB_USERNAME", "LB_PASSWORD",
                  "LB_DONTSTOREUSERNAME"],
        "session": 5, "address": "host7.example", "load_balance_info": "Cookie: msts=7.15629.0000", "user": "bob"}
    assert "Redirection-Pw1" not in result.stdout + result.stderr


def test_a_redirection_is_followed_on_request(lab, rdpprobe):
    """Two servers at one port of two addresses: the first sends everybody to the second."""
    broker = lab("--bind", "127.0.0.1", "--redirect", "127.0.0.2", user="bob", password="Lab-Pw1")
    host = lab("--bind", "127.0.0.2", user="bob", password="Lab-Pw1", port=broker.port)
    words = ["connect", "--json", "--user", "bob", "--pause", "0"]
    result = rdpprobe(*words, "--follow-redirect", f"127.0.0.1:{broker.port}", password="Lab-Pw1")
    first, second = result.trials
    assert result.status == 0, result
    assert (first["outcome"]["family"], second["outcome"]["result"]) == ("redirection", "connected")
    assert (first.get("redirected_from"), second["redirected_from"]) == (None, first["trial"])
    assert (first["target"], second["target"]) == (f"127.0.0.1:{broker.port}", f"127.0.0.2:{broker.port}")
    assert (first["connections"], second["connections"], first["logons"], second["logons"]) == (1, 1, 1, 1)
    # The packet's session is asked for where it led to, and that is not what mstsc /admin asks for.
    before, after = broker.wait_for(1)[0], host.wait_for(1)[0]
    assert (before["session_asked"], after["session_asked"], after["admin"]) == (None, 5, "off")
    assert first["facts"]["redirection"]["session"] == second["facts"]["client"]["session"] == 5
    assert second["in_effect"] is True and after["logon_reported"] == "logged-on"
    # The report is about where it went, and counts both connections.
    report = rdpprobe(*words[:1], *words[2:], "--follow-redirect", f"127.0.0.1:{broker.port}", password="Lab-Pw1")
    assert "2 trials, 2 connections, 2 logons" in report.stdout
    assert f"127.0.0.2:{broker.port}: connected" in report.stdout
    # Unasked, nobody goes there.
    result = rdpprobe(*words, f"127.0.0.1:{broker.port}", password="Lab-Pw1")
    assert result.status == 1 and len(result.trials) == 1
    assert len(host.wait_for(2)) == 2


def test_a_token_is_brought_back_to_the_broker_and_not_forever(lab, rdpprobe):
    server = lab("--redirect", "127.0.0.2", "--redirect-token", "7.15629.0000", user="bob", password="Lab-Pw1")
    result = rdpprobe("connect", "--json", "--user", "bob", "--pause", "0", "--follow-redirect", server.target,
                      password="Lab-Pw1")
    assert result.status == 1 and len(result.trials) == 6
    assert [trial.get("redirected_from") for trial in result.trials] == [None, 1, 2, 3, 4, 5]
    assert [trial["variant"]["load-balance"] for trial in result.trials] == ["off"] + ["token"] * 5
    assert all(trial["in_effect"] is True for trial in result.trials)
    connections = server.connections()
    assert ["7.15629.0000" in record["cookie"] for record in connections] == [False] + [True] * 5
    assert [record["session_asked"] for record in connections] == [None] + [5] * 5
    assert [trial["facts"]["negotiation"].get("routing_token") for trial in result.trials] == [None] + [
        "Cookie: msts=7.15629.0000"] * 5
