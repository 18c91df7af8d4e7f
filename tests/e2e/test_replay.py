# SPDX-License-Identifier: Apache-2.0
"""What Windows hosts, brokers and proxies send, played from conversations; see tests/lab/replay.c for the format."""

import pytest

from fixtures.replay import replayed


@pytest.fixture
def play(servers, rdpprobe):
    def run(name, *options):
        target = servers.enter_context(replayed(name))
        return rdpprobe("connect", "--json", "--user", "bob", "--set", "security=tls", *options, target)

    return run


def test_a_broker_redirects_without_a_version(play):
    result = play("redirection")
    outcome, facts = result.trial["outcome"], result.trial["facts"]
    assert (result.status, outcome["family"], outcome["name"]) == (1, "redirection", "REDIRECTED"), repr(result)
    assert (facts["redirection"]["address"], facts["redirection"]["load_balance_info"]) == (
        "192.0.2.1", "Cookie: msts=1"), repr(result)
    assert "Redirection-Pw1" not in repr(result)


def test_no_share_pdu_needs_a_version(play):
    result = play("no_version")
    assert (result.status, result.trial["facts"]["connected"]) == (0, {"proof": "logon"}), repr(result)


def test_data_of_a_static_channel_is_the_channels_own(play):
    result = play("channel_data", "--set", "redirection=on")
    facts = result.trial["facts"]
    assert (result.status, facts["connected"]) == (0, {"proof": "logon"}), repr(result)
    assert facts["client"]["channels"] == ["rdpdr", "rdpsnd", "cliprdr", "drdynvc"], repr(result)
    assert facts["licensing"]["messages"] == ["ERROR_ALERT"], repr(result)
    assert "redirection" not in facts and set(facts["errinfo"]) == {"advertised"}, repr(result)


def test_a_logon_that_goes_on_is_waited_for(play):
    result = play("session_continue", "--settle", "0.01")
    logon = result.trial["facts"]["logon"]
    assert (result.status, logon["session"], logon["credentials"]) == (0, 1, "verified"), repr(result)
    assert logon["info"] == ["INFOTYPE_LOGON_EXTENDED_INFO", "INFOTYPE_LOGON_PLAINNOTIFY"], repr(result)
    assert "error" not in logon, repr(result)


@pytest.mark.parametrize("autodetect", ["on", "off"])
def test_round_trips_are_answered_without_an_offer(play, autodetect):
    result = play("round_trips", "--set", "multitransport=on", "--set", f"autodetect={autodetect}")
    assert (result.status, result.trial["facts"]["connected"]) == (0, {"proof": "logon"}), repr(result)


def test_connected_says_how_sure_it_is(play):
    result = play("active_only")
    assert (result.status, result.trial["facts"]["connected"]) == (0, {"proof": "active"}), repr(result)
    result = play("active_only", "--proof", "logon", "--deadline", "2")
    assert (result.status, result.trial["outcome"]["family"]) == (1, "timeout"), repr(result)


def test_an_ultimatum_of_the_server_is_no_users(play):
    outcome = play("ultimatum").trial["outcome"]
    assert (outcome["family"], outcome["code"]) == ("ultimatum", 3)
    assert "not a user, but the server" in outcome["detail"]
