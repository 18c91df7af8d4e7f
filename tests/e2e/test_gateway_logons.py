# SPDX-License-Identifier: Apache-2.0
"""Each channel of a gateway's HTTP transport sends the password: no more of them are sent than may fail."""

import json
import pathlib

import pytest

RIGHT = "Gateway-Pw1"
REFUSED_IN_THE_TUNNEL = ("--deny", "authorize=8009030C")  # after HTTP's 200 on each channel


@pytest.fixture
def gate(gateway, certificate, rdpprobe):
    """Runs connect through labgateway as gus, to a target that nobody reaches: run(transport, *options)."""
    def start(*options):
        front = gateway("--certificate", certificate.certificate, "--key", certificate.key, "--auth", "ntlm", "--user",
                        "gus", *options, password=RIGHT)

        def run(transport, *further, password=RIGHT, environment=None):
            return rdpprobe("connect", "--json", "--pause", "0", "--user", "bob", "--gateway",
                            f"localhost:{front.port}", "--gateway-user", "gus", "--gateway-password-file",
                            rdpprobe.password_file(password, "gateway"), "--set", f"gateway={transport}", *further,
                            "127.0.0.1:1", password="Target-Pw1", environment=environment)

        run.authenticates = lambda: sum(record["ntlm_authenticates"]
                                        for record in (*front.records("tunnel"), *front.records("refused")))
        return run

    return start


@pytest.fixture
def failures(rdpprobe):
    path = pathlib.Path(rdpprobe.environment["XDG_STATE_HOME"]) / "rdpprobe" / "logons.json"
    return lambda: {key: entry["failures"] for key, entry in json.loads(path.read_text())["accounts"].items()}


def test_two_channels_are_two_logons(gate, failures):
    run = gate(*REFUSED_IN_THE_TUNNEL)
    first, second = run("http"), run("http")
    assert (first.status, first.trial["logons"], second.status, second.trials) == (1, 2, 4, []), (first, second)
    assert run.authenticates() == 2 and failures() == {"localhost\\gus": 2}


def test_a_second_password_is_withheld_where_one_may_fail(gate, failures):
    run = gate(*REFUSED_IN_THE_TUNNEL)
    result = run("http", "--max-failed-logons", "1")
    outcome = result.trial["outcome"]
    assert (outcome["family"], outcome["name"]) == ("local", "SECOND_LOGON_WITHHELD"), result
    assert "gateway=websocket" in outcome["detail"] and result.trial["logons"] == 1, result
    assert run("websocket", "--max-failed-logons", "1").status == 1
    assert failures() == {"localhost\\gus": 1}
    assert run("http", "--max-failed-logons", "1").status == 4 and run.authenticates() == 2


def test_a_gateway_that_is_trusted_has_proved_the_first(gate, failures, certificate):
    run = gate("--deny", "channel=800759DA")
    trusted = {"SSL_CERT_FILE": certificate.certificate}
    assert run("websocket", password="Wrong-Pw1").status == 1
    # What a gateway says whose certificate nobody trusts clears nothing.
    result = run("websocket")
    assert result.trial["facts"]["gateway"]["credentials"] == "verified" and failures() == {"localhost\\gus": 1}, result
    result = run("http", environment=trusted)
    assert result.trial["facts"]["gateway"]["certificate"]["trusted"] is True, result
    assert (result.trial["outcome"]["code"], result.trial["logons"]) == (0x800759DA, 2), result
    assert failures() == {}
