# SPDX-License-Identifier: Apache-2.0
"""An .rdp file and xfreerdp's arguments as TARGET: what the lab saw is what they say, and nothing hostile gets far."""

import os
import pathlib
import re

import pytest

from fixtures.experiment import NAME
from fixtures.lab import built
from fixtures.process import Process

USER, DOMAIN, PASSWORD = "bob", "LAB", "Baseline-Pw1"
TOKEN = "tsv://MS Terminal Services Plugin.1.Farm"


@pytest.fixture
def rdp(tmp_path):
    """Writes an .rdp file: rdp({"full address": "srv"}) or rdp(b"..."); numbers become type i. Returns its path."""

    def write(content, encoding="utf-8", name="office.rdp"):
        path = tmp_path / name
        if isinstance(content, dict):
            lines = [f"{key}:{'i' if isinstance(value, int) else 's'}:{value}\r\n" for key, value in content.items()]
            content = "".join(lines).encode(encoding)
        path.write_bytes(content)
        return path

    return write


def explained(rdpprobe, *arguments, **start):
    result = rdpprobe("connect", "--explain-baseline", *arguments, **start)
    assert result.status == 0 and result.stderr == "", repr(result)
    return result.stdout


def section(text, heading):
    """The lines of one section, without their indent."""
    lines = text.split(f"\n{heading}\n")[1].split("\n\n")[0].splitlines()
    return [line.strip() for line in lines]


# ---- what the lab saw ----

@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])  # utf-16: little endian with a mark
def test_a_file_is_the_baseline(lab, rdpprobe, rdp, encoding):
    server = lab(user=USER, password=PASSWORD)
    path = rdp({"screen mode id": 2, "full address": server.target, "username": f"{DOMAIN}\\{USER}",
                "enablecredsspsupport": 0, "session bpp": 16, "loadbalanceinfo": TOKEN, "administrative session": 1,
                "networkautodetect": 1, "redirectclipboard": 1}, encoding)
    result = rdpprobe("connect", "--json", path, password=PASSWORD)
    assert result.status == 0 and result.stderr == "", repr(result)
    truth = server.only_connection()
    assert (truth["security"], truth["user"], truth["domain"]) == ("tls", USER, DOMAIN)
    assert (truth["color_depth"], truth["admin"], truth["autodetect"]) == (16, "on", "on")
    assert truth["cookie"] == TOKEN and "cliprdr" in truth["channels"]
    variant = result.trial["variant"]
    assert (variant["security"], variant["color-depth"], variant["admin"]) == ("tls", "16", "on")
    assert result.trial["in_effect"] is True


def test_arguments_are_the_baseline(lab, rdpprobe):
    server = lab(user=USER, password=PASSWORD)
    result = rdpprobe("connect", "--json", "--", f"/v:{server.target}", f"/u:{DOMAIN}\\{USER}", "/sec:nla",
                      "/tls:enforce:1.2", "/bpp:24", "/client-hostname:FRONTDESK7", f"/load-balance-info:{TOKEN}",
                      "/network:auto", "/kbd:layout:0x407", password=PASSWORD)
    assert result.status == 0 and result.stderr == "", repr(result)
    truth = server.only_connection()
    assert (truth["security"], truth["tls"], truth["user"], truth["domain"]) == ("nla", "1.2", USER, DOMAIN)
    assert (truth["color_depth"], truth["client_name"], truth["cookie"]) == (24, "FRONTDESK7", TOKEN)
    assert truth["autodetect"] == "on" and truth["authenticated"] is True
    assert truth["keyboard"] == 0x407
    assert result.trial["variant"]["keyboard"] == "given" and result.trial["in_effect"], repr(result)
    assert result.of("run")[0]["keyboard"] == "0x407"


def test_isolate_starts_from_a_file(lab, rdpprobe, rdp):
    server = lab("--deny-if", "security=tls", user=USER, password=PASSWORD)
    path = rdp({"full address": server.target, "username": USER, "enablecredsspsupport": 0, "session bpp": 16})
    result = rdpprobe("isolate", "--json", "--vary", "security", "--pause", "0", path, password=PASSWORD)
    assert result.status == 1 and result.verdict["verdict"] == "isolated", repr(result)
    assert result.verdict["cause"] == [[{"factor": "security", "level": "tls"}]]
    assert {record["color_depth"] for record in server.connections() if record["color_depth"]} == {16}


def test_a_file_and_arguments_after_it(lab, rdpprobe, rdp):
    server = lab(user=USER, password=PASSWORD)
    path = rdp({"full address": server.target, "username": USER})
    result = rdpprobe("connect", "--json", path, "--", "/sec:tls", "/tls:enforce:1.2", "/kbd:layout:0x409")
    assert result.status == 0, repr(result)
    truth = server.only_connection()
    assert (truth["security"], truth["tls"], truth["user"], truth["keyboard"]) == ("tls", "1.2", USER, 0x409)
    assert result.trial["variant"]["keyboard"] == "us" and "keyboard" not in result.of("run")[0], repr(result)


def test_options_override(lab, rdpprobe, rdp):
    server = lab(user=USER, password=PASSWORD)
    path = rdp({"full address": server.target, "username": "CORP\\alice", "enablecredsspsupport": 0,
                "session bpp": 16})
    words = ["--set", "security=nla", "--user", f"{DOMAIN}\\{USER}", path]
    text = explained(rdpprobe, *words)
    assert "enablecredsspsupport (NlaSecurity) = off  overridden by --set" in section(text, "Taken")
    assert "username (Username) = alice  overridden by --user" in section(text, "Taken")
    result = rdpprobe("connect", "--json", *words, password=PASSWORD)
    assert result.status == 0, repr(result)
    truth = server.only_connection()
    assert (truth["security"], truth["user"], truth["domain"], truth["color_depth"]) == ("nla", USER, DOMAIN, 16)


def test_a_gateway_with_its_port(lab, gateway, rdpprobe, rdp):
    """FreeRDP before 3.13 drops the port of /gateway:g:HOST:PORT; here it is used, and said."""
    server = lab("--gateway-port", "http", user=USER, password=PASSWORD)
    front = gateway("--map", f"{NAME}=127.0.0.1", f"--via=http={server.gateway_ports['http']}")
    target = f"{NAME}:{server.port}"
    result = rdpprobe("connect", "--json", "--", f"/v:{target}", f"/u:{USER}", f"/gateway:g:localhost:{front.port}",
                      password=PASSWORD)
    assert result.status == 0, repr(result)
    dropped = ("rdpprobe connect: warning: xfreerdp drops the port of /gateway:g:HOST:PORT and takes "
               f"443; here it is {front.port}\n")
    library = re.match(r"FreeRDP (\d+)\.(\d+)", result.records[0]["libraries"])
    assert result.stderr == (dropped if (int(library[1]), int(library[2])) < (3, 13) else ""), repr(result)
    path = rdp({"full address": target, "username": USER, "gatewayhostname": f"localhost:{front.port}",
                "gatewayusagemethod": 1})
    second = rdpprobe("connect", "--json", path, password=PASSWORD)
    assert second.status == 0 and second.stderr == "", repr(second)
    assert [record["gateway"] for record in server.wait_for(2)] == ["http", "http"]


def test_a_password_among_arguments_works_is_warned_about_and_overwritten(lab, rdpprobe, tmp_path):
    """The one place where a test puts a password into an argument list: the user did."""
    server = lab("--fault", "nla:hang", user=USER, password="Shown-Pw1")
    argv = [str(built("rdpprobe")), "connect", "--json", "--deadline", "4", "--", f"/v:{server.target}", f"/u:{USER}",
            "/p:Shown-Pw1"]
    with Process(argv, tmp_path, dict(rdpprobe.environment)) as process:
        process.wait_ready(lambda: [process.stdout] if "run" in process.stdout else [], 20)
        lists = [path.read_bytes() for path in pathlib.Path("/proc").glob("[0-9]*/cmdline")
                 if path.parent.joinpath("comm").read_text().startswith("rdpprobe")]
        assert lists and not any(b"Shown-Pw1" in words for words in lists)
        process.wait(20)
        process.stop()
        assert "Shown-Pw1" not in process.stdout + process.stderr
        assert process.stderr.count("a password in the arguments can be read by every user") == 1
    good = lab(user=USER, password="Shown-Pw1")
    argv[argv.index(f"/v:{server.target}")] = f"/v:{good.target}"
    with Process(argv, tmp_path, dict(rdpprobe.environment)) as process:
        assert process.wait(20) == 0
        process.stop()
    assert good.only_connection()["authenticated"] is True


# ---- --explain-baseline ----

@pytest.mark.parametrize("arguments,level", [(["/kbd:layout:0x407"], "keyboard=given"),
                                             (["/kbd:layout:0x409"], "keyboard=us")])
def test_the_layout_of_a_keyboard(rdpprobe, arguments, level):
    rows = section(explained(rdpprobe, "--", "/v:srv", *arguments), "Taken")
    assert [row.split("  ")[1] for row in rows if row.startswith("KeyboardLayout")] == [level], rows


def test_other_settings_of_a_keyboard_say_no_layout(rdpprobe):
    assert "KeyboardLayout" not in explained(rdpprobe, "--", "/v:srv", "/kbd:type:4")


@pytest.mark.parametrize("address, settings, target", (
    ("2001:db8::5", {}, "[2001:db8::5]:3389"), ("fd00::abcd", {}, "[fd00::abcd]:3389"),
    ("[2001:db8::5]", {}, "[2001:db8::5]:3389"), ("[2001:db8::5]:3390", {}, "[2001:db8::5]:3390"),
    ("2001:db8::5", {"server port": 3391}, "[2001:db8::5]:3391"), ("[fe80::1%lo]:3390", {}, "[fe80::1%lo]:3390"),
    ("192.0.2.1:3390", {}, "192.0.2.1:3390"), ("srv.example", {}, "srv.example:3389")))
def test_an_address_and_its_port(address, settings, target, rdpprobe, rdp):
    """FreeRDP's parser takes the end of an IPv6 address for a port; what stands behind it must not move."""
    path = rdp({"full address": address, **settings, "session bpp": 16})
    text = explained(rdpprobe, path)
    assert text.startswith(f"Target   {target}\n") and "color-depth=16" in text, text


@pytest.mark.parametrize("value, level", (("none,kerberos", "kerberos"), ("!ntlm", "kerberos"), ("none,ntlm", "ntlm"),
                                          ("!kerberos", "ntlm")))
def test_the_packages_of_a_logon(value, level, rdpprobe):
    rows = section(explained(rdpprobe, "--", "/v:srv", f"/auth-pkg-list:{value}"), "Taken")
    assert f"auth={level}" in str(rows), rows


@pytest.mark.parametrize("old, new", (("/g:gw", "/gateway:g:HOST[:PORT]"), ("/cert-ignore", "/cert:ignore"),
                                      ("/sec-tls", "/sec:tls"), ("/kbd:0x407", "/kbd:layout:0x407"),
                                      ("/tls-seclevel:0", "/tls:seclevel:0"), ("/v:2001:db8::5", "[2001:db8::5]")))
def test_older_arguments_are_told_in_the_newer_form(old, new, rdpprobe):
    result = rdpprobe("connect", "--explain-baseline", "--", "/v:srv", old)
    assert result.status == 2 and new in result.stderr and result.stderr.count("\n") == 1, repr(result)


def test_the_explanation_of_a_file(rdpprobe, rdp):
    path = rdp({"full address": "srv.example:3390", "alternate full address": "alt.example", "username": "CORP\\bob",
                "enablecredsspsupport": 0, "negotiate security layer": 0, "gatewayhostname": "gw.example:8443",
                "gatewayusagemethod": 1, "gatewaycredentialssource": 4, "authentication level": 1, "session bpp": 15,
                "use redirection server name": 1, "frobnicate": "x", "signature": "AQAB"})
    assert explained(rdpprobe, path) == """\
Target   alt.example:3389
User     CORP\\bob
Gateway  gw.example:8443
Variant  security=tls tls=default address=name gateway=http license=keep
         color-depth=15 negotiation=skipped

Taken
  alternate full address (ServerHostname) = alt.example
  username (Username) = bob
  Domain = CORP
  session bpp (ColorDepth) = 15  color-depth=15
  enablecredsspsupport (NlaSecurity) = off  security=tls
  negotiate security layer (NegotiateSecurityLayer) = off  negotiation=skipped
  authentication level (AuthenticationLevel) = 1  1 is as --cert-policy require, all else as report
  gatewayusagemethod (GatewayUsageMethod) = 1  gateway=http
  GatewayPort = 8443
  gatewayhostname (GatewayHostname) = gw.example
  GatewayEnabled = on  gateway=http

Not used
  gatewaycredentialssource = 4  FreeRDP does nothing with it; the gateway gets a password or a token
  use redirection server name = 1  FreeRDP reads it and does nothing with it
  frobnicate = x  FreeRDP's parser does not know it
  signature = (not shown)  the file is signed; nobody checks the signature here

Warning  'alternate full address' replaces 'full address' (srv.example:3390),
         and its port too
"""


def test_the_explanation_of_arguments(rdpprobe):
    text = explained(rdpprobe, "--", "/v:[::1]:4000", "/sec:tls", "/tls:seclevel:0", "/tls:enforce:1.2",
                     "/timeout:1000", "+multitransport", "/cert:deny", "/size:1600x900")
    assert text.startswith("Target   [::1]:4000\nVariant  security=tls tls=1.2 ")
    assert "ServerHostname = ::1" in section(text, "Taken")
    assert "SupportMultitransport = on  multitransport=on" in section(text, "Taken")
    assert "AutoDenyCertificate = on  as --cert-policy require" in section(text, "Taken")
    overridden = section(text, "Overridden by the probe")
    assert "TcpAckTimeout = 1000  --deadline limits a trial" in overridden
    assert "DesktopWidth = 1600  always 1024" in overridden
    # Of repeated /tls: arguments FreeRDP's parser keeps the last one.
    assert not any(line.startswith("TlsSecLevel") for line in overridden)


@pytest.mark.parametrize("arguments, security", [
    (["/sec:nla"], "nla"), (["/sec:rdp"], "rdp"), (["/sec:nla:off"], "tls"), (["/sec:tls,rdp"], "nla"), ([], "nla")])
def test_security_levels(rdpprobe, arguments, security):
    assert f"security={security} " in explained(rdpprobe, "--", "/v:h", *arguments)


def test_values_reach_no_terminal_as_control_characters(rdpprobe, rdp):
    path = rdp({"full address": "srv", "username": "b\x1b[2Job", "evil\x1b[2J": "\x1b]0;x\x07"})
    text = explained(rdpprobe, path)
    assert "\x1b" not in text and "\x07" not in text


# ---- hostile files, no prompts, errors ----

HOSTILE = {
    "a line of a megabyte": (b"full address:s:" + b"a" * 1_000_000, "has a host name that is too long"),
    "too large": (b"full address:s:a\r\n" * 80_000, "is larger than 1 MiB"),
    "very many settings": (b"full address:s:a\r\n" + b"a:s:\r\n" * 100_000, "has more than 5000 settings"),
    "NULs": (b"full address:s:a\0b\r\n", "holds a NUL character"),
    "NULs in UTF-16": (b"\xff\xfef\0\0\0", "holds a NUL character"),
    "UTF-16 without a mark": ("full address:s:a\r\n".encode("utf-16-le"), "holds a NUL character"),
    "no text": (b"full address:s:\xe9\xff\r\n", "neither UTF-8 nor UTF-16LE"),
    "a number that is none": (b"full address:s:a\r\nsession bpp:i:many\r\n",
                              "line 2: 'session bpp' takes a number from 0 to 2147483647"),
    "a port that is none": (b"full address:s:a\r\nserver port:i:70000\r\n", "has a port that is no number"),
    "no address": (b"username:s:bob\r\n", "has no 'full address'"),
    "empty": (b"", "holds no setting"),
    "arguments alone": (b"/v:evil\r\n/from-stdin:force\r\n", "holds no setting"),
    "a token with a line end": (b"full address:s:a\r\nloadbalanceinfo:s:a\x01b\r\n", "not printable ASCII"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_are_one_sentence(rdpprobe, rdp, case):
    content, sentence = HOSTILE[case]
    result = rdpprobe("connect", rdp(content), timeout=20)
    assert result.status == 2 and result.stdout == "", repr(result)[:2000]
    assert sentence in result.stderr and result.stderr.count("\n") == 1 and len(result.stderr) < 700, result.stderr


def test_arguments_and_unknown_names_inside_a_file(rdpprobe, rdp, tmp_path):
    """FreeRDP would read lines with a '/' as arguments: a file could change the log, or name itself."""
    own = tmp_path / "office.rdp"
    lines = [f"/args-from:{own}", "/v:evil.example", "/log-level:TRACE", "/tls:secrets-file:" + str(tmp_path / "k"),
             "full address:s:srv", *[f"unknown {i}:s:{i}" for i in range(3000)]]
    text = explained(rdpprobe, rdp("\n".join(lines).encode()))
    assert text.startswith("Target   srv:3389\n") and not (tmp_path / "k").exists()
    unused = section(text, "Not used")
    assert len(unused) == 3004 and sum("an argument of xfreerdp inside the file" in line for line in unused) == 4


@pytest.mark.parametrize("arguments, sentence", [
    (["/v:h", "/from-stdin"], "xfreerdp's argument /from-stdin is not taken"),
    (["/v:h", "/from-stdin:force"], "xfreerdp's argument /from-stdin is not taken"),
    (["/args-from:stdin"], "xfreerdp's argument /args-from is not taken"),
    (["/v:h", "/log-level:TRACE"], "xfreerdp's argument /log-level is not taken"),
    (["/version"], "xfreerdp's argument /version is not taken"),
    (["/v:h", "/bogus:geheim"], "xfreerdp does not know the argument /bogus, or does not take its value"),
    (["/v:h", "/sec:geheim"], "xfreerdp does not know the argument /sec, or does not take its value"),
    (["/v:h", "geheim"], "argument 2 after -- is none of xfreerdp's"),
    (["/u:bob"], "the arguments after --: no host is named: /v:HOST is missing"),
    (["srv", "/v:other"], "a TARGET was given before xfreerdp's arguments, and /v: among them"),
    (["absent.rdp"], "absent.rdp: No such file or directory"),
])
def test_arguments_that_are_not_taken(rdpprobe, arguments, sentence):
    result = rdpprobe("isolate", "--", *arguments, timeout=20)
    assert result.status == 2 and result.stdout == "" and "geheim" not in result.stderr, repr(result)
    assert sentence in result.stderr and result.stderr.count("\n") == 1, result.stderr


@pytest.mark.parametrize("stdin", ["closed", "silent"])
def test_nobody_is_asked_and_nothing_is_left(rdpprobe, rdp, tmp_path, stdin):
    path = rdp({"full address": "127.0.0.1:1", "prompt for credentials": 1, "username": "bob", "drivestoredirect": "*"})
    before = sorted(str(entry) for entry in rdpprobe.home.rglob("*"))
    read, write = os.pipe()
    if stdin == "closed":
        os.close(write)
    try:
        result = rdpprobe("connect", "--until", "nla-challenge", path, timeout=20,
                          **({"stdin": ""} if stdin == "closed" else {}))
        silent = Process([str(built("rdpprobe")), "connect", "--explain-baseline", str(path)], tmp_path,
                         dict(rdpprobe.environment), stdin=read)
        with silent as process:
            assert process.wait(20) == 0
            process.stop()
            assert process.stdout.startswith("Target   127.0.0.1:1\n")
    finally:
        os.close(read)
        if stdin == "silent":
            os.close(write)
    assert result.status == 1 and "tcp" in result.stdout and result.stderr == "", repr(result)
    after = sorted(str(entry) for entry in rdpprobe.home.rglob("*"))
    assert [entry for entry in after if entry not in before and "/state/" not in entry] == []
