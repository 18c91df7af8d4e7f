# SPDX-License-Identifier: Apache-2.0
"""Everything that both sides of a connection know: the facts of a trial equal the lab's own record, field by field."""

import pytest

PASSWORD = "Lab-Pw1"
SECURITY = {"HYBRID": "nla", "HYBRID_EX": "nla", "SSL": "tls", "RDP": "rdp"}
STATUS = {0x402: "TS_STATUS_LOADING_DESTINATION", 0x501: "TS_STATUS_VM_LOADING"}
AUTODETECT, GFX = 0x80, 0x100  # earlyCapabilityFlags, MS-RDPBCGR 2.2.1.3.2


def fact(trial, path):
    value = trial["facts"]
    for member in path.split("."):
        value = (value or {}).get(member)
    return value


def of(path, convert=lambda value: value):
    def read(trial):
        value = fact(trial, path)
        return None if value is None else convert(value)
    return read


def license_answer(trial):
    messages = fact(trial, "licensing.messages")
    if messages is None:
        return None
    return "stored" if "LICENSE_INFO" in messages else "new" if "NEW_LICENSE_REQUEST" in messages else "none"


def logon_reported(trial):
    if "INFOTYPE_LOGON_PLAINNOTIFY" in (fact(trial, "logon.info") or []):
        return "logged-on"
    return "refused" if fact(trial, "logon.error") == "LOGON_FAILED_BAD_PASSWORD" else None


def credentials(trial):
    return {"verified": True, "refused": False}.get(fact(trial, "logon.credentials"))


def flag(bit):
    return of("client.early_flags", lambda flags: "on" if flags & bit else "off")


def hello(field):
    return of("tls.hello", lambda text: len([number for number in text.split(",")[field].split("-") if number]))


def phase_of_denial(trial):
    return fact(trial, "errinfo.phase") if fact(trial, "errinfo.code") else None


# The lab's field, and the same read from the trial; None: this trial does not show it.
BOTH = {
    "local": of("address.used"),
    "family": of("address.family"),
    "gateway": lambda trial: trial["variant"]["gateway"],
    "negotiation_offered": of("negotiation.offered"),
    "encryption_methods": of("client.encryption_methods"),
    "requested": of("negotiation.requested"),
    "requested_flags": of("negotiation.request_flags"),
    "negotiation_failure": of("negotiation.failure"),
    "cookie": lambda trial: fact(trial, "negotiation.routing_token") or fact(trial, "negotiation.cookie"),
    "security": of("negotiation.selected", SECURITY.get),
    "tls": of("tls.version"),
    "cipher": of("tls.cipher"),
    "hello_suites": hello(1),
    "hello_extensions": hello(2),
    "hello_groups": hello(3),
    "client_version": of("client.version"),
    "info_flags": lambda trial: fact(trial, "client.info_flags") if trial["variant"]["security"] != "rdp" else None,
    "source": lambda trial: fact(trial, "client.source") if trial["variant"]["security"] != "rdp" else None,
    "capability_sets":
        lambda trial: fact(trial, "client.capability_sets") if trial["variant"]["security"] != "rdp" else None,
    "sni": of("tls.sni"),
    # Without TLS no name is presented to the server.
    "address": lambda trial: trial["variant"]["address"] if trial["variant"]["security"] != "rdp" else None,
    "client_name": of("client.name"),
    "client_build": of("client.build"),
    "color_depth": of("client.color_depth"),
    "keyboard": of("client.keyboard"),
    "early_flags": of("client.early_flags"),
    "errinfo": of("errinfo.advertised", lambda asked: "advertised" if asked else "silent"),
    "channels": of("client.channels"),
    "admin": lambda trial: trial["variant"]["admin"],
    "session_asked": of("client.session"),
    "autodetect": flag(AUTODETECT),
    "graphics": of("client.early_flags", lambda flags: "gfx" if flags & GFX else "bitmap"),
    "multitransport": of("client.multitransport", lambda flags: "on" if flags else "off"),
    "restricted_admin": of("negotiation.request_flags", lambda flags: "on" if flags & 1 else "off"),
    "user": of("logon.user"),
    "domain": of("logon.domain"),
    "license": license_answer,
    "license_alert_sent": of("licensing.error"),
    "authenticated": credentials,
    "ntlm_authenticates": lambda trial: trial["logons"] if trial["variant"]["security"] == "nla" else None,
    "authorization_sent": of("credssp.authorization"),
    "client_info_password": lambda trial: None if trial["variant"]["security"] == "nla" or not fact(
        trial, "licensing.messages") else trial["logons"] == 1,
    "logon_reported": logon_reported,
    "ntstatus_sent": of("credssp.ntstatus"),
    "errinfo_sent": of("errinfo.code"),
    "errinfo_at": phase_of_denial,
    "status_sent": of("status.codes"),
    "redirected": of("redirection.address"),
}
# What only the server can know, or what it says of itself.
SERVER_ALONE = {
    "record", "connection", "peer", "peer_port", "began_ms", "ms",  # its own bookkeeping, the client's port
    "segment_size",                                                 # its own socket's: see test_factors.py
    "credssp_version",                                              # the client's
    "license_id", "license_issued",                                 # inside encrypted messages
    "rule", "flaked", "fault", "reached", "ended",                  # what it was told to do; see test_misbehaviour.py
    "network_told", "measured_ms", "measured_bytes", "deactivated_after_ms",  # compared in test_connect_session.py
}

CASES = {
    "nla": ([], []),
    "nla-1.2": ([], ["--set", "tls=1.2"]),
    "tls": ([], ["--set", "security=tls"]),
    "rdp": ([], ["--set", "security=rdp"]),
    "autologon": ([], ["--set", "security=tls", "--autologon", "--until", "logon"]),
    "autologon-rdp": ([], ["--set", "security=rdp", "--autologon"]),
    "domain": (["--domain", "CORP"], ["--domain", "CORP"]),
    "down-level": ([], ["--set", "address=ipv4", "--set", "color-depth=16", "--client-name", "LOADING-DOCK-7"]),
    "client": ([], ["--set", "redirection=on", "--set", "admin=on", "--set", "autodetect=on", "--set",
                    "multitransport=on", "--set", "graphics=gfx", "--set", "error-info=silent"]),
    "restricted": ([], ["--set", "restricted-admin=on"]),
    "token": ([], ["--load-balance-info", "Cookie: msts=7.15629.0000", "--set", "load-balance=token"]),
    "authorized": (["--early-authorization", "allow"], []),
    "not-authorized": (["--early-authorization", "deny"], []),
    "refused": (["--negotiation-failure", "2"], []),
    "ntstatus": (["--ntstatus", "C0000234"], []),
    "licence": (["--licensing", "issue"], ["--set", "license=clear"]),
    "licence-rdp": (["--licensing", "issue"], ["--set", "license=clear", "--set", "security=rdp"]),
    "license-alert": (["--license-alert", "6:1"], []),
    "status": (["--status", "0x402", "--status", "0x501"], []),
    "denied": (["--deny-if", "true", "--errinfo", "9"], []),
    "denied-later": (["--deny-if", "true", "--errinfo", "7", "--at", "active"], ["--set", "security=rdp"]),
    "redirected": (["--redirect", "host7.example"], []),
    "hang": (["--fault", "mcs:hang"], ["--deadline", "1"]),
}
COMPARED = set()


@pytest.mark.parametrize("name", CASES)
def test_the_facts_are_the_truth(trial, name):
    server, arguments = CASES[name]
    result, truth = trial(server, *arguments)
    unknown = set(truth) - set(BOTH) - SERVER_ALONE
    unknown = {field for field in unknown if not field.startswith("upstream")}
    assert not unknown, f"the lab records {unknown}: what does the probe say of it?"
    different = {}
    for field, read in BOTH.items():
        mine, theirs = read(result.trial), truth[field]
        if field == "status_sent":
            theirs = [STATUS[code] for code in theirs] or None
        if field == "ntlm_authenticates" and truth["security"] is None:
            continue
        if mine is None or theirs is None or (field == "tls" and theirs == "none"):
            # What one side does not have, the other does not either, but for what came after this client was gone.
            if field in ("negotiation_failure", "ntstatus_sent", "errinfo_sent", "license_alert_sent", "redirected",
                         "authorization_sent", "session_asked", "logon_reported") and mine != theirs:
                different[field] = (mine, theirs)
            continue
        COMPARED.add(field)
        if mine != theirs:
            different[field] = (mine, theirs)
    assert different == {}, result


def test_every_field_was_compared():
    if len(COMPARED) < 5:
        pytest.skip("the other tests did not run in this process")
    assert set(BOTH) - COMPARED == set()
