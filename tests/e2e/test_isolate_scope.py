# SPDX-License-Identifier: Apache-2.0
"""What isolate studies where nothing is said: every factor that speaks before the failure. It names what it left."""

import pytest

from fixtures.experiment import causes
from fixtures.port import free_port

USER, PASSWORD = "bob", "Scope-Pw1"
AFTER_ACTIVATION = ["--errinfo", "0x12", "--at", "post-connect"]
# A rule of the lab that denies one level, and what else the run needs for that level to be the baseline's.
PLANTED = {
    "graphics": ("graphics!=gfx", [], "graphics=none"),
    "admin": ("admin=on", ["--set=admin=on"], "admin=on"),
    "error-info": ("errinfo=advertised", [], "error-info=advertised"),
    "redirection": ("channel=cliprdr", ["--set=redirection=on"], "redirection=on"),
    "color-depth": ("color-depth=16", ["--set=color-depth=16"], "color-depth=16"),
    "autodetect": ("autodetect=on", ["--set=autodetect=on"], "autodetect=on"),
    "multitransport": ("multitransport=on", ["--set=multitransport=on"], "multitransport=on"),
    "client-name": ("client-name=PC-7", ["--client-name=PC-7"], "client-name=given"),
    "client": ("client-build=22621", [], "client=mstsc"),
    "cookie": ("cookie=''", ["--set=cookie=none"], "cookie=none"),
    "load-balance": ("cookie!=bob", ["--load-balance-info=tsv://x"], "load-balance=token"),
    "keyboard": ("keyboard=0", ["--set=keyboard=none"], "keyboard=none"),
}


@pytest.fixture
def isolate(lab, rdpprobe):
    def run(rule, *options, lab_options=()):
        server = lab("--deny-if", rule, *lab_options, user=USER, password=PASSWORD)
        return rdpprobe("isolate", "--json", "--user", USER, "--pause", "0", "--settle", "0.05", *options,
                        server.target, password=PASSWORD, timeout=200)

    return run


@pytest.mark.parametrize("factor", PLANTED)
def test_a_cause_in_any_factor_is_found_without_vary(isolate, factor):
    rule, options, named = PLANTED[factor]
    result = isolate(rule, *options, lab_options=AFTER_ACTIVATION)
    assert (result.status, result.verdict["verdict"]) == (1, "isolated"), repr(result)
    assert causes(result.verdict) == {frozenset([named])}, repr(result)


@pytest.mark.parametrize("lab_options", [[], AFTER_ACTIVATION], ids=["licensing", "active"])
def test_who_denies_everyone_is_not_client_side(isolate, lab_options):
    """Within 40 trials, scans included; what no value was given for stands in the same sentence."""
    result = isolate("true", lab_options=lab_options)
    assert (result.status, result.verdict["verdict"]) == (1, "not-client-side"), repr(result)
    assert len(result.trials) <= 40, repr(result)
    assert "nothing was given for it: gateway, user-form, load-balance, client-name." in result.verdict["reason"]
    varied = {factor for factor in result.trials[0]["variant"]
              if len({trial["variant"][factor] for trial in result.trials if trial["in_effect"]}) > 1}
    # A licence was never spoken of, or is asked for by nobody: no factor's cause.
    assert varied >= {"security", "tls", "address", "auth", "admin", "error-info", "graphics", "redirection",
                      "color-depth", "autodetect", "multitransport", "restricted-admin", "segment-size",
                      "keyboard", "client"}, varied


def test_a_factor_that_speaks_later_is_innocent_without_a_trial(lab, rdpprobe):
    """Denied in the negotiation: nothing of the client's Connect Initial was sent."""
    server = lab("--negotiation-failure", "5", user=USER, password=PASSWORD)
    result = rdpprobe("isolate", "--json", "--user", USER, "--pause", "0", server.target, password=PASSWORD,
                      timeout=100)
    assert result.verdict["verdict"] == "not-client-side", repr(result)
    for factor in ("graphics", "color-depth", "admin"):
        assert result.verdict["factors"][factor] == \
            {"finding": "innocent", "why": "the failure is decided before it is spoken of"}, repr(result)
        assert len({trial["variant"][factor] for trial in result.trials}) == 1, repr(result)


def test_kerberos_without_a_kdc_costs_a_trial(isolate):
    """The first trial that finds no ticket retires the level; without it the run is nearly as long."""
    rule, options, named = PLANTED["graphics"]
    runs = {levels: isolate(rule, *options, f"--vary=auth={levels}", "--vary=graphics", "--vary=redirection",
                            lab_options=AFTER_ACTIVATION) for levels in ("negotiate", "negotiate,kerberos")}
    for result in runs.values():
        assert causes(result.verdict) == {frozenset([named])}, repr(result)
    with_kerberos, without = (len(runs[levels].trials) for levels in ("negotiate,kerberos", "negotiate"))
    assert with_kerberos <= 1.3 * without, f"{with_kerberos} trials instead of {without}\n{runs!r}"


def test_kerberos_without_a_kdc_among_all(isolate):
    rule, options, named = PLANTED["graphics"]
    result = isolate(rule, *options, "--vary=all", lab_options=AFTER_ACTIVATION)
    assert causes(result.verdict) == {frozenset([named])}, repr(result)
    tickets = [trial for trial in result.trials if trial["outcome"].get("name") == "NO_TICKET"]
    assert len(tickets) <= 1, repr(result)


def test_a_withheld_password_is_named(isolate):
    """Under tls the password was not sent: who ends the connection may have missed it."""
    result = isolate("true", "--set=security=tls")
    assert (result.status, result.verdict["verdict"]) == (1, "inconclusive"), repr(result)
    assert "--autologon" in result.verdict["reason"], repr(result)
    told = isolate("true", "--set=security=tls", "--autologon", "--max-failed-logons=100")
    assert told.verdict["verdict"] == "not-client-side", repr(told)


def test_what_vary_leaves_out_is_named(isolate):
    result = isolate("true", "--vary=tls", "--vary=license", "--vary=address", "--vary=security",
                     lab_options=AFTER_ACTIVATION)
    assert result.verdict["verdict"] == "inconclusive", repr(result)
    assert "graphics" in result.verdict["reason"] and "was not varied" in result.verdict["reason"], repr(result)


def test_another_failure_than_the_one_asked_for_proves_nothing(rdpprobe):
    """A closed port neither works nor shows the signature: nothing was reproduced, and nothing refuted."""
    with free_port() as port:
        result = rdpprobe("isolate", "--user", USER, "--pause", "0", "--signature", "0x3/0x70", f"localhost:{port}",
                          password=PASSWORD, timeout=60)
    assert result.status == 1 and "inconclusive" in result.stdout, repr(result)
    rows = [line.split()[1] for line in result.stdout.split("\nTrials\n")[1].splitlines() if line[:2].strip().isdigit()]
    assert rows and "works" not in rows and "FAILS" not in rows, repr(result)
