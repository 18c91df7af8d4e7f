# SPDX-License-Identifier: Apache-2.0
"""What a file or arguments ask for and this program does not do: said, kept, and no verdict goes past it."""

import json

import pytest

USER, PASSWORD = "bob", "Winter-28!"
REMOTE_APP = {"remoteapplicationmode": 1, "remoteapplicationprogram": "||calc", "alternate shell": "rdpinit.exe"}


@pytest.fixture
def rdp(tmp_path):
    """Writes an .rdp file for a target; returns its path."""
    def write(target, settings):
        settings = {"full address": target, "username": USER, **settings}
        path = tmp_path / "office.rdp"
        path.write_text("".join(f"{name}:{'i' if isinstance(value, int) else 's'}:{value}\r\n"
                                for name, value in settings.items()))
        return path
    return write


def isolated(rdpprobe, journal, *words):
    result = rdpprobe("isolate", "--json", "--pause", "0", "--settle", "0.02", "--seed", "5", "--journal", journal,
                      *words, password=PASSWORD)
    records = [json.loads(line) for line in journal.read_text().splitlines()]
    return result, records[0], records[-1]


@pytest.mark.parametrize("deny, verdict", (("true", "inconclusive"), ("security=rdp", "inconclusive"),
                                           ("security=nla", "isolated")))
def test_a_verdict_says_so(deny, verdict, lab, rdpprobe, rdp, tmp_path):
    server = lab("--deny-if", deny, "--errinfo", "7", "--at", "licensing", user=USER, password=PASSWORD)
    journal = tmp_path / "journal"
    result, run, last = isolated(rdpprobe, journal, "--vary=security=nla,tls", "--vary=error-info",
                                 rdp(server.target, REMOTE_APP))
    assert last["record"] == "verdict" and last["verdict"] == verdict, repr(result)
    assert "a RemoteApp" in last["reason"] and "was not done" in last["reason"], last["reason"]
    assert "a RemoteApp" in run["not_done"] and run["not_done"] == run["experiment"]["not_done"], run
    again = rdpprobe("isolate", "--json", "--from", journal)
    assert json.loads(again.stdout.splitlines()[-1]) == last


def test_what_is_the_default_is_done(lab, rdpprobe, rdp, tmp_path):
    """The settings that every file of a portal has, at values that ask for nothing."""
    server = lab(user=USER, password=PASSWORD)
    path = rdp(server.target, {"remoteapplicationmode": 0, "enablerdsaadauth": 0, "use multimon": 0, "pcb": "",
                               "alternate shell": "", "audiomode": 0})
    result = rdpprobe("connect", path, password=PASSWORD)
    assert result.status == 0 and "not done" not in result.stdout, repr(result)


@pytest.mark.parametrize("words, what", ((["/sec:aad"], "RDS AAD"), (["/app:program:||calc"], "RemoteApp"),
                                         (["/pcb:abc"], "preconnection PDU"), (["/shell:cmd.exe"], "program"),
                                         (["/proxy:http://p.example:8080"], "a proxy"),
                                         (["/smartcard-logon"], "smart card"), (["/multimon"], "several monitors")))
def test_arguments_are_told(words, what, rdpprobe):
    text = " ".join(rdpprobe("connect", "--explain-baseline", "--", "/v:srv.example", *words).stdout.split())
    assert what in text.partition("Not done ")[2], text


def test_connect_says_so(lab, rdpprobe, rdp):
    server = lab(user=USER, password=PASSWORD)
    result = rdpprobe("connect", rdp(server.target, REMOTE_APP), password=PASSWORD)
    assert "which was not done." in " ".join(result.stdout.split()), repr(result)
