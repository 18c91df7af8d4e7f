# SPDX-License-Identifier: Apache-2.0
"""How the security protocol is come to, and that facts tell only what was on the wire."""

import contextlib
import ssl
import types

import pytest

from fixtures.listener import listening


def test_a_server_can_say_that_it_wants_tls(xrdp, rdpprobe):
    """RDP security is negotiated too: without that a TLS-only server answers with silence, and cuts off in MCS."""
    result = rdpprobe("connect", "--json", "--set", "security=rdp", xrdp("tls").target)
    outcome, facts = result.trial["outcome"], result.trial["facts"]["negotiation"]
    assert (outcome["phase"], outcome["family"], outcome["name"]) == (
        "negotiate", "negotiation", "SSL_REQUIRED_BY_SERVER"), result
    assert (facts["offered"], facts["requested"], facts["answer"]) == (True, ["RDP"], "RDP_NEG_FAILURE"), result


@pytest.mark.parametrize("until", ["negotiate", "active"])
def test_nothing_is_negotiated_with_who_does_not(xrdp, rdpprobe, until):
    """A TLS-only xrdp confirms what offers nothing, and cuts off afterwards: nothing was negotiated or reached."""
    result = rdpprobe("connect", "--json", "--set", "security=rdp", "--set", "negotiation=legacy", "--until", until,
                      xrdp("tls").target)
    outcome, facts = result.trial["outcome"], result.trial["facts"]["negotiation"]
    assert (result.status, outcome["phase"]) == (1, "mcs") and outcome["family"] in ("ultimatum", "closed"), result
    assert (facts["offered"], facts["answer"]) == (False, "none") and result.trial["in_effect"], result
    assert not {"requested", "request_flags", "selected", "flags", "middlebox"} & set(facts), result


@pytest.mark.parametrize("until", ["negotiate", "active"])
def test_rdp_security_without_negotiation(xrdp, rdpprobe, until):
    """What goes on shows that RDP security was meant."""
    result = rdpprobe("connect", "--json", "--set", "security=rdp", "--set", "negotiation=legacy", "--until", until,
                      xrdp("rdp").target)
    assert (result.status, result.trial["outcome"]["phase"]) == (0, until), result
    assert result.trial["facts"]["negotiation"]["answer"] == "none" and result.trial["in_effect"], result


def test_an_offer_for_rdp_security_is_answered(xrdp, rdpprobe):
    result = rdpprobe("connect", "--json", "--set", "security=rdp", "--until", "negotiate", xrdp("rdp").target)
    facts = result.trial["facts"]["negotiation"]
    assert result.status == 0 and (facts["offered"], facts["requested"]) == (True, ["RDP"]), result
    assert (facts["answer"], facts["selected"]) == ("RDP_NEG_RSP", "RDP"), result


@contextlib.contextmanager
def tls_from_the_first_octet(certificate):
    """A server that begins with TLS, notes what comes first in it, and closes; yields it with .port and .seen."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    seen = []

    def serve(connection):
        connection.settimeout(20)
        with context.wrap_socket(connection, server_side=True) as stream:
            seen.append(stream.recv(1000))

    with listening(serve) as port:
        yield types.SimpleNamespace(port=port, seen=seen)


@pytest.mark.parametrize("security, first, phase", [("tls", "0300", "mcs"), ("nla", "30", "nla")])
def test_without_a_connection_request_tls_begins_at_once(rdpprobe, certificate, security, first, phase):
    with tls_from_the_first_octet(certificate) as server:
        result = rdpprobe("connect", "--json", "--user", "bob", "--set", f"security={security}", "--set",
                          "negotiation=skipped", f"127.0.0.1:{server.port}", password="Pw")
    assert result.trial["outcome"]["phase"] == phase and result.trial["in_effect"], result
    assert [seen[:len(first) // 2].hex() for seen in server.seen] == [first], server.seen
    assert "negotiation" not in result.trial["facts"] and "version" in result.trial["facts"]["tls"], result
    assert [row["phase"] for row in result.trial["phases"]][:3] == ["resolve", "tcp", "tls"], result


def test_where_nothing_is_negotiated_no_trial_can_end_there(rdpprobe):
    result = rdpprobe("connect", "--json", "--set", "security=tls", "--set", "negotiation=skipped", "--until",
                      "negotiate", "127.0.0.1:1")
    outcome = result.trial["outcome"]
    assert (outcome["family"], outcome["name"], result.trial["connections"]) == ("local", "NO_NEGOTIATION", 0), result
