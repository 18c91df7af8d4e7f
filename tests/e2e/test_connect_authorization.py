# SPDX-License-Identifier: Apache-2.0
"""NLA with early user authorization (MS-RDPBCGR 2.2.10.2): offered, its result a fact, its refusal a failure."""

import pytest

PASSWORD = "Lab-Pw1"


def test_it_is_offered_and_a_server_without_it_is_not_worse_off(trial):
    result, truth = trial([])
    negotiation = result.trial["facts"]["negotiation"]
    assert result.status == 0 and result.trial["in_effect"] is True, result
    assert negotiation["requested"] == truth["requested"] == ["SSL", "HYBRID", "HYBRID_EX"]
    assert negotiation["selected"] == "HYBRID" and truth["authorization_sent"] is None
    assert "authorization" not in result.trial["facts"]["credssp"]


def test_allowed(trial):
    result, truth = trial(["--early-authorization", "allow"])
    facts = result.trial["facts"]
    assert (result.status, result.trial["in_effect"], truth["reached"]) == (0, True, "active"), result
    assert facts["negotiation"]["selected"] == "HYBRID_EX"
    assert facts["credssp"]["authorization"] == truth["authorization_sent"] == 0
    assert facts["credssp"]["authorization_name"] == "AUTHZ_SUCCESS"
    assert facts["logon"]["credentials"] == "verified"
    assert result.trial["logons"] == truth["ntlm_authenticates"] == 1
    # NEGOTIATE and CHALLENGE, AUTHENTICATE and public key, credentials and result.
    assert {phase["phase"]: phase["round_trips"] for phase in result.trial["phases"]}["nla"] == 3


def test_denied(trial):
    """The password was right: no failed logon, and nothing of CredSSP's codes or of a mere close."""
    result, truth = trial(["--early-authorization", "deny"])
    outcome, facts = result.trial["outcome"], result.trial["facts"]
    assert (truth["authorization_sent"], truth["reached"], truth["ended"]) == (5, "nla", "server")
    assert (result.status, outcome["phase"], outcome["family"], outcome["code"], outcome["name"]) == (
        1, "nla", "authorization", 5, "AUTHZ_ACCESS_DENIED"), result
    assert "mstsc" not in outcome and "Remote Desktop Users" in outcome["detail"]
    assert (facts["credssp"]["authorization"], facts["credssp"]["authorization_name"]) == (5, "AUTHZ_ACCESS_DENIED")
    assert "ntstatus" not in facts["credssp"]
    assert facts["logon"]["credentials"] == "verified"
    assert (result.trial["logons"], result.trial["failed_logons"], result.trial["connections"]) == (1, 0, 1)


def test_a_result_that_no_specification_names(trial):
    result, truth = trial(["--early-authorization", "0x12345678"])
    outcome = result.trial["outcome"]
    assert (outcome["family"], outcome["code"], outcome.get("name")) == ("authorization", 0x12345678, None), result
    assert truth["authorization_sent"] == 0x12345678


def test_a_wrong_password_comes_first(lab, rdpprobe):
    server = lab("--early-authorization", "deny", user="bob", password=PASSWORD)
    result = rdpprobe("connect", "--json", "--user", "bob", server.target, password="Wrong-Pw1")
    outcome = result.trial["outcome"]
    assert (outcome["family"], outcome["name"]) == ("credssp", "STATUS_LOGON_FAILURE"), result
    assert "authorization" not in result.trial["facts"]["credssp"] and result.trial["failed_logons"] == 1
    assert server.only_connection()["authorization_sent"] is None


@pytest.mark.parametrize("arguments, reached", [(["--until", "nla"], "nla"), (["--until", "nla-challenge"], "nla"),
                                                (["--until", "tls"], "tls")])
def test_a_trial_that_stops_before(lab, rdpprobe, arguments, reached):
    server = lab("--early-authorization", "allow", user="bob", password=PASSWORD)
    result = rdpprobe("connect", "--json", "--user", "bob", *arguments, server.target, password=PASSWORD)
    truth = server.only_connection()
    assert (result.status, truth["reached"]) == (0, reached), result
    seen = result.trial["facts"].get("credssp", {}).get("authorization")
    assert seen == truth["authorization_sent"] == (0 if arguments[1] == "nla" else None)


def test_the_report_tells_it_and_what_to_look_at(lab, rdpprobe):
    server = lab("--early-authorization", "deny", user="bob", password=PASSWORD)
    result = rdpprobe("connect", "--user", "bob", server.target, password=PASSWORD)
    assert "AUTHZ_ACCESS_DENIED" in result.stdout and result.status == 1, result
    result = rdpprobe("isolate", "--user", "bob", "--pause", "0", "--vary", "tls", server.target, password=PASSWORD)
    text = " ".join(result.stdout.split())
    assert "authorization 0x5 AUTHZ_ACCESS_DENIED" in text and "H06 logon right missing, supported" in text, result
