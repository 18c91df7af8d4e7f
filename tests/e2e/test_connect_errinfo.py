# SPDX-License-Identifier: Apache-2.0
"""Set Error Info is seen whenever it comes and however it is encrypted, and never seen where none was sent."""

import pytest

SECURITIES = ("nla", "tls", "rdp")
# Moment of the lab, and the phase the client is in: post-connect comes after the server sent the Font Map.
MOMENTS = {"licensing": "licensing", "capabilities": "capabilities", "post-connect": "active", "active": "active"}
DENY = ("--deny-if", "true")


def assert_no_error_info(record):
    """Neither the outcome nor the facts claim a Set Error Info PDU."""
    assert record["outcome"]["family"] != "errinfo"
    assert set(record["facts"]["errinfo"]) == {"advertised"}
    assert record["outcome"].get("mstsc", {}).get("extended", 0) == 0


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("security", SECURITIES)
def test_server_denied_connection(trial, security, moment):
    result, truth = trial([*DENY, "--errinfo", 7, "--at", moment], security=security)
    assert (truth["security"], truth["errinfo_sent"], truth["errinfo_at"]) == (security, 7, moment)
    record, outcome = result.trial, result.trial["outcome"]
    assert result.status == 1
    assert (outcome["result"], outcome["family"], outcome["code"]) == ("failed", "errinfo", 7), result
    assert outcome["name"] == "ERRINFO_SERVER_DENIED_CONNECTION"
    assert outcome["phase"] == MOMENTS[moment], result
    assert outcome["mstsc"] == {"code": 3, "extended": 7, "basis": "documented"}
    assert 0 <= record["facts"]["errinfo"].pop("after_ms") < 5000
    assert record["facts"]["errinfo"] == {"advertised": True, "code": 7, "name": "ERRINFO_SERVER_DENIED_CONNECTION",
                                          "phase": MOMENTS[moment]}
    assert record["connections"] == 1  # the fixture saw to it that the lab, too, had exactly one
    assert record["in_effect"] is True
    # Behind NLA, Client Info holds the password that NLA has proved already: that is one logon and not two.
    seen = truth["ntlm_authenticates"] if security == "nla" else int(truth["client_info_password"])
    assert record["logons"] == seen == int(security == "nla"), result


@pytest.mark.parametrize("moment", ["licensing", "active"])
@pytest.mark.parametrize("security", ["tls", "rdp"])
def test_a_password_in_client_info_is_a_logon(trial, security, moment):
    result, truth = trial([*DENY, "--at", moment], "--autologon", security=security)
    assert truth["client_info_password"] is True and truth["ntlm_authenticates"] == 0
    assert result.trial["logons"] == 1, result
    assert (result.trial["outcome"]["family"], result.trial["outcome"]["code"]) == ("errinfo", 7)


@pytest.mark.parametrize("code, name, mstsc", [
    (0x1, "ERRINFO_RPC_INITIATED_DISCONNECT", (3, 0x1, "documented")),
    (0x9, "ERRINFO_SERVER_INSUFFICIENT_PRIVILEGES", (3, 0x9, "documented")),
    (0x10, "ERRINFO_SERVER_DWM_CRASH", (3, 0x10, "inferred")),
    (0x102, "ERRINFO_LICENSE_NO_LICENSE", (3, 0x102, "documented")),
    (0x2222, None, None),  # no specification names it: the code is told, nothing is claimed about mstsc
])
@pytest.mark.parametrize("moment", ["licensing", "active"])
def test_other_codes(trial, moment, code, name, mstsc):
    result, truth = trial([*DENY, "--errinfo", code, "--at", moment])
    outcome = result.trial["outcome"]
    assert truth["errinfo_sent"] == code
    assert (result.status, outcome["family"], outcome["code"], outcome.get("name")) == (1, "errinfo", code, name)
    shown = outcome.get("mstsc")
    assert (shown and (shown["code"], shown["extended"], shown["basis"])) == mstsc


@pytest.mark.parametrize("security", SECURITIES)
def test_a_session_that_goes_well_has_no_error_info(trial, security):
    result, truth = trial([], security=security)
    assert result.status == 0 and result.trial["outcome"] == {"result": "connected", "phase": "active"}
    assert truth["errinfo_sent"] is None and set(result.trial["facts"]["errinfo"]) == {"advertised"}


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("security", SECURITIES)
def test_bare_ultimatum_is_not_error_info(trial, security, moment):
    result, truth = trial([*DENY, "--at", moment, "--deny-ultimatum-only"], security=security)
    outcome = result.trial["outcome"]
    assert (truth["ended"], truth["errinfo_sent"]) == ("denied", None)
    # FreeRDP itself makes ERRINFO_RPC_INITIATED_DISCONNECT of it, which no server sent.
    assert_no_error_info(result.trial)
    assert (result.status, outcome["family"], outcome["phase"]) == (1, "ultimatum", MOMENTS[moment]), result
    assert (outcome["code"], outcome["name"]) == (1, "rn-provider-initiated")
    assert result.trial["facts"]["ultimatum"] == {"reason": "rn-provider-initiated"}
    assert "mstsc" not in outcome


@pytest.mark.parametrize("security, moment", [("nla", "licensing"), ("nla", "post-connect"), ("tls", "capabilities"),
                                              ("rdp", "licensing"), ("rdp", "active")])
def test_denial_with_no_reason_is_closed(trial, security, moment):
    result, truth = trial([*DENY, "--errinfo", 0, "--at", moment], security=security)
    outcome = result.trial["outcome"]
    assert (truth["ended"], truth["errinfo_sent"]) == ("denied", None)
    assert_no_error_info(result.trial)
    assert (result.status, outcome["family"], outcome["phase"]) == (1, "closed", MOMENTS[moment]), result
    assert "ultimatum" not in result.trial["facts"]


@pytest.mark.parametrize("moment", ["licensing", "active"])
@pytest.mark.parametrize("security", SECURITIES)
def test_error_info_counts_without_an_ultimatum(trial, security, moment):
    result, truth = trial([*DENY, "--at", moment, "--no-ultimatum"], security=security)
    assert truth["errinfo_sent"] == 7
    assert (result.trial["outcome"]["family"], result.trial["outcome"]["code"]) == ("errinfo", 7), result
    assert "ultimatum" not in result.trial["facts"]


@pytest.mark.parametrize("security", SECURITIES)
def test_the_flag_is_advertised_by_default(trial, security):
    # This server keeps its reason from clients that did not ask, as Windows does.
    result, truth = trial([*DENY, "--strict-errinfo"], security=security)
    assert (truth["errinfo"], truth["errinfo_sent"]) == ("advertised", 7)
    assert (result.trial["outcome"]["family"], result.trial["outcome"]["code"]) == ("errinfo", 7)
    assert result.trial["facts"]["errinfo"]["advertised"] is True


@pytest.mark.parametrize("security", SECURITIES)
def test_without_the_flag_there_is_no_error_info(trial, security):
    result, truth = trial([*DENY, "--strict-errinfo"], "--no-error-info", security=security)
    assert (truth["errinfo"], truth["errinfo_sent"]) == ("silent", None)
    assert_no_error_info(result.trial)
    assert result.trial["outcome"]["family"] == "ultimatum"
    assert result.trial["facts"]["errinfo"] == {"advertised": False}


def test_settling_decides_whether_a_late_denial_is_seen(trial):
    """--settle is how long a session must last: a denial 400 ms after activation is behind the default of 100 ms."""
    late = [*DENY, "--at", "active+400"]
    result, truth = trial(late)
    assert (result.status, truth["ended"]) == (0, "client")
    result, truth = trial(late, "--settle", "5")
    assert (result.status, truth["errinfo_sent"]) == (1, 7)
    assert (result.trial["outcome"]["family"], result.trial["outcome"]["phase"]) == ("errinfo", "logon")


def test_the_report_says_so(lab, rdpprobe):
    server = lab(*DENY, user="bob", password="Lab-Pw1")
    result = rdpprobe("connect", "--user", "bob", server.target, password="Lab-Pw1")
    assert result.status == 1 and result.stderr == ""
    for text in ("ERRINFO_SERVER_DENIED_CONNECTION", "0x3", "0x7", "documented", "failed here"):
        assert text in result.stdout, result
    assert server.only_connection()["errinfo_sent"] == 7
