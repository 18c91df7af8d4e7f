# SPDX-License-Identifier: Apache-2.0
"""Every level of every factor is in effect: what the lab saw is what the variant says, and so does the trial itself."""

import contextlib
import pathlib
import re
import socketserver
import ssl
import threading
import types

import pytest

from fixtures.experiment import NAME, causes, two_families

USER, DOMAIN, PASSWORD = "bob", "LAB", "Factors-Pw1"
TOKEN = "Cookie: msts=2130706433.15629.0000"
CLIENT = "FRONTDESK7"
ALIAS = "dual"  # the target's other name
GIVEN = {"load-balance": ["--load-balance-info", TOKEN], "client-name": ["--client-name", CLIENT],
         "keyboard": ["--keyboard", "0x407"],
         "address": ["--alias", ALIAS], "rdp-encryption": ["--set", "security=rdp"]}
ERRINFO, AUTODETECT, GFX = 0x1, 0x80, 0x100  # earlyCapabilityFlags, MS-RDPBCGR 2.2.1.3.2
REDIRECTED = ["rdpdr", "rdpsnd", "cliprdr", "drdynvc"]
UNREACHED = None  # the level cannot come into effect here: see its test


@contextlib.contextmanager
def tls_stub(certificate):
    """A TLS server that notes the first line of each request and answers 503; yields it with .port and .requests."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.certificate, certificate.key)
    stub = types.SimpleNamespace(requests=[])

    class Handler(socketserver.StreamRequestHandler):
        def handle(self):
            with contextlib.suppress(OSError), context.wrap_socket(self.request, server_side=True) as connection:
                head = connection.recv(4096)
                stub.requests.append(head.split(b"\r\n")[0].decode(errors="replace"))
                connection.sendall(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = allow_reuse_address = True

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        stub.port = server.server_address[1]
        yield stub
        server.shutdown()


def flag(bit, wanted):
    return lambda record: bool(record["early_flags"] & bit) == wanted


def methods(bits):
    return {"security": "rdp", "encryption_methods": bits}


# What the lab's record of the connection must say, for every level of every factor: members and their values, or a
# condition on the record.
ROWS = {
    "security": {level: {"security": level} for level in ("nla", "tls", "rdp")},
    "tls": {"default": {"tls": "1.3"}, **{level: {"tls": level} for level in ("1.0", "1.1", "1.2", "1.3")}},
    "address": {"name": {"address": "name", "sni": NAME},
                "ipv4": {"address": "ipv4", "family": "ipv4"},
                "ipv6": {"address": "ipv6", "family": "ipv6"},
                "alias": {"address": "name", "sni": ALIAS}},
    "gateway": {"off": {"gateway": "off"}, "http": {"gateway": "http"}, "websocket": {"gateway": "websocket"},
                "rpc": UNREACHED},
    "license": {"keep": {"license": "new"}, "clear": {"license": "new"}, "reuse": {"license": "stored"},
                "corrupt": {"license": "foreign"}},
    "auth": {"ntlm": {"ntlm_authenticates": 1}, "negotiate": {"ntlm_authenticates": 1}, "kerberos": UNREACHED},
    "user-form": {"as-given": {"user": USER, "domain": DOMAIN},
                  "upn": {"user": f"{USER}@{DOMAIN}", "domain": ""},
                  "down-level": {"user": USER, "domain": DOMAIN}},
    "admin": {"off": {"admin": "off"}, "on": {"admin": "on"}},
    "load-balance": {"off": {"cookie": f"{DOMAIN}\\{USER}"}, "token": {"cookie": TOKEN}},
    "error-info": {"advertised": {"errinfo": "advertised", "flags": flag(ERRINFO, True)},
                   "silent": {"errinfo": "silent", "flags": flag(ERRINFO, False)}},
    "graphics": {"none": {"graphics": "bitmap", "channels": [], "flags": flag(GFX, False)},
                 "bitmap": {"graphics": "bitmap", "channels": [], "flags": flag(GFX, False)},
                 "gfx": {"graphics": "gfx", "channels": ["drdynvc"], "flags": flag(GFX, True)}},
    "redirection": {"off": {"channels": []}, "on": {"channels": REDIRECTED}},
    "client-name": {"host": {"name": lambda record: record["client_name"] not in ("", CLIENT)},
                    "given": {"client_name": CLIENT}},
    "color-depth": {level: {"color_depth": int(level)} for level in ("32", "24", "16", "15", "8")},
    "autodetect": {"off": {"autodetect": "off", "flags": flag(AUTODETECT, False)},
                   "on": {"autodetect": "on", "flags": flag(AUTODETECT, True)}},
    "multitransport": {"off": {"multitransport": "off"}, "on": {"multitransport": "on"}},
    "segment-size": {"default": {"size": lambda record: record["segment_size"] > 1200},
                     "1200": {"size": lambda record: 1100 < record["segment_size"] <= 1200},
                     "536": {"size": lambda record: 400 < record["segment_size"] <= 536}},
    "restricted-admin": {"off": {"requested_flags": 0, "restricted_admin": "off"},
                         "on": {"requested_flags": 1, "restricted_admin": "on"}},
    "keyboard": {"us": {"keyboard": 0x409}, "none": {"keyboard": 0}, "given": {"keyboard": 0x407}},
    "rdp-encryption": {"any": methods(0x1B), "128": methods(0x02), "56": methods(0x08), "40": methods(0x01),
                       "fips": methods(0x10)},
    # FreeRDP's servers answer to "legacy" with a negotiation that nobody offered, and to "skipped" not at all:
    # test_negotiation.py has other servers for these.
    "negotiation": {"offered": {"negotiation_offered": True}, "legacy": UNREACHED, "skipped": UNREACHED},
    "cookie": {"short": {"cookie": f"{DOMAIN}\\{USER}"}, "user": {"cookie": USER}, "none": {"cookie": ""}},
    "client": {"mstsc": {"client_version": 0x80010, "client_build": 22621, "early_flags": 0xE2F, "hello_suites": 21,
                         "hello_groups": 3, "info_flags": 0x3417B, "source": "MSTSC", "capability_sets": 21},
               "freerdp": {"client_build": 18363, "source": "FREERDP",
                           "suites": lambda record: record["hello_suites"] > 21 and record["hello_groups"] > 3}},
}
LEVELS = [(factor, level) for factor, levels in ROWS.items() for level in levels]

# For every factor beyond the core: a rule that denies one level, the baseline that has it, and what isolate names.
PLANTED = {
    "user-form": ("domain=''", "upn", "upn"),
    "admin": ("admin=on", "on", "on"),
    "load-balance": (f"cookie='{TOKEN}'", "token", "token"),
    "error-info": ("errinfo=advertised", "advertised", "advertised"),
    "graphics": ("graphics=gfx", "gfx", "gfx"),
    "redirection": ("channel=cliprdr", "on", "on"),
    "client-name": (f"client-name={CLIENT}", "given", "given"),
    "color-depth": ("color-depth=16", "16", "16"),
    "autodetect": ("autodetect=on", "on", "on"),
    "multitransport": ("multitransport=on", "on", "on"),
    "restricted-admin": ("restricted-admin=on", "on", "on"),
    "keyboard": ("keyboard=0", "none", "none"),
    "cookie": ("cookie=''", "none", "none"),
    "client": ("early-flags!=0xE2F", "freerdp", "freerdp"),
}
NOT_PLANTED = {"auth": "without a KDC its levels are the same on the wire, or cannot be had",
               "segment-size": "test_segment_size.py plants it in the path",
               "negotiation": "of the lab it can only be offered: test_negotiation.py",
               "rdp-encryption": "test_standard_security.py isolates it"}


def documented(help_text):
    """{factor: (summary, {level: meaning})} as --help lists them."""
    factors, factor, level = {}, None, None
    lines = help_text.split("Factors and their levels\n")[1].split("\n\n")[0].splitlines()
    for line in lines:
        indent, words = len(line) - len(line.lstrip()), line.split(None, 1)
        if indent == 2:
            factor, level = words[0], None
            factors[factor] = (words[1], {})
        elif re.match(r" {19}\S+ +\S", line) and line[19:31].rstrip() in ROWS.get(factor, {}):
            level = words[0]
            factors[factor][1][level] = words[1]
        elif level is None:
            factors[factor] = (f"{factors[factor][0]} {line.strip()}", {})
        else:
            factors[factor][1][level] += f" {line.strip()}"
    return factors


@pytest.fixture
def factors(rdpprobe):
    return documented(rdpprobe("isolate", "--help").stdout)


def test_every_level_has_its_row_here(factors):
    assert {name: list(levels) for name, (_, levels) in factors.items()} == \
        {name: list(levels) for name, levels in ROWS.items()}
    assert set(list(ROWS)[5:]) == set(PLANTED) | set(NOT_PLANTED)


def test_readme_has_the_table(factors):
    """README's table of factors is made from the program's own."""
    text = (pathlib.Path(__file__).parents[2] / "README.md").read_text()
    table = text.split("<!-- factors -->\n")[1].split("<!-- /factors -->")[0]
    rows = [f"| `{name}` | {' '.join(f'`{level}`' for level in levels)} | {summary} |"
            for name, (summary, levels) in factors.items()]
    expected = "\n".join(["| factor | levels | what is changed |", "|---|---|---|", *rows, ""])
    assert table == expected, f"README.md should have\n\n{expected}"


@pytest.fixture
def connect(lab, gateway, rdpprobe, scratch):
    """Trials of `connect` with one level set; returns the last one and the lab's record of it, and the Result."""

    def run(factor, level, *options, seconds=60):
        licensing = "issue" if factor == "license" else "off"
        through = factor == "gateway" and level != "off"
        ports = ["--gateway-port", "http", "--gateway-port", "websocket"] if through else []
        ciphers = ["--rdp-encryption", "client"] if factor == "rdp-encryption" else []
        server = lab("--licensing", licensing, *ports, *ciphers, user=USER, password=PASSWORD)
        words = ["--user", USER, "--domain", DOMAIN, "--pause", "0", *GIVEN.get(factor, []), *options]
        if through:
            via = [f"--via={name}={port}" for name, port in server.gateway_ports.items()]
            words += ["--gateway", f"localhost:{gateway('--map', f'{NAME}=127.0.0.1', *via).port}"]
        result = rdpprobe("connect", "--json", *words, f"--set={factor}={level}", f"{NAME}:{server.port}",
                          password=PASSWORD, environment=two_families(scratch("names"), NAME, ALIAS), timeout=seconds)
        return result.trials[-1], server, result

    return run


@pytest.mark.parametrize("factor,level", [row for row in LEVELS if ROWS[row[0]][row[1]] is not UNREACHED])
def test_a_level_is_in_effect(connect, factor, level):
    trial, server, result = connect(factor, level)
    record = server.connections()[-1]
    assert result.status == 0, repr(result)
    assert trial["variant"][factor] == level and trial["in_effect"], repr(result)
    for member, wanted in ROWS[factor][level].items():
        seen = wanted(record) if callable(wanted) else record[member] == wanted
        assert seen, f"{factor}={level}: {member}\nthe lab saw {record}\n{result!r}"


def test_what_the_client_announced_is_among_the_facts(connect):
    """The group `client` says what the lab read from the same Connect Initial."""
    trial, server, result = connect("redirection", "on", "--set", "admin=on", "--client-name", CLIENT)
    client, record = trial["facts"]["client"], server.only_connection()
    assert {name: client[name] for name in ("name", "build", "color_depth", "early_flags", "channels", "keyboard")} == \
        {"name": record["client_name"], "build": record["client_build"], "color_depth": record["color_depth"],
         "early_flags": record["early_flags"], "channels": record["channels"], "keyboard": record["keyboard"]}, result
    assert client["session"] == 0 and trial["facts"]["logon"]["user"] == USER
    assert trial["facts"]["errinfo"]["advertised"] is True


@pytest.mark.parametrize("security", ["tls", "rdp"])
def test_names_and_client_data_without_nla(connect, security):
    trial, server, result = connect("user-form", "upn", "--set", f"security={security}")
    assert trial["in_effect"] and trial["facts"]["logon"]["user"] == f"{USER}@{DOMAIN}", repr(result)
    assert server.only_connection()["user"] == f"{USER}@{DOMAIN}", repr(result)


def test_only_kerberos_without_a_kdc(connect):
    """Nothing of NTLM is sent, and it is this machine that lacks something, not the server."""
    trial, server, result = connect("auth", "kerberos", "--deadline", "30")
    assert trial["outcome"]["result"] == "failed" and trial["outcome"]["phase"] == "nla", repr(result)
    assert trial["outcome"]["family"] in ("local", "timeout"), repr(result)
    assert server.only_connection()["ntlm_authenticates"] == 0 and trial["logons"] == 0, repr(result)
    assert "mechanism" not in trial["facts"].get("credssp", {}), repr(result)


def test_gateway_by_rpc(lab, rdpprobe, certificate):
    """RPC over HTTP is asked for at the gateway, on an in and an out channel, and by nothing else."""
    with tls_stub(certificate) as stub:
        result = rdpprobe("connect", "--json", "--user", USER, "--gateway", f"localhost:{stub.port}",
                          "--set=gateway=rpc", "--deadline", "8", "srv.example", password=PASSWORD, timeout=30)
        methods = {line.split()[0] for line in stub.requests}
    assert methods and methods <= {"RPC_IN_DATA", "RPC_OUT_DATA"}, f"{stub.requests}\n{result!r}"
    assert result.trial["outcome"]["phase"] == "gateway", repr(result)
    assert result.trial["connections"] <= 2 and "transport" not in result.trial["facts"]["gateway"], repr(result)


@pytest.mark.parametrize("factor", PLANTED)
def test_a_planted_level_is_named(lab, rdpprobe, scratch, factor):
    rule, baseline, named = PLANTED[factor]
    server = lab("--deny-if", rule, user=USER, password=PASSWORD)
    result = rdpprobe("isolate", "--json", "--user", USER, "--domain", DOMAIN, "--pause", "0", "--settle", "0.05",
                      *GIVEN.get(factor, []), f"--set={factor}={baseline}", f"--vary={factor}",
                      f"localhost:{server.port}", password=PASSWORD, timeout=120)
    assert (result.status, result.verdict["verdict"]) == (1, "isolated"), repr(result)
    assert causes(result.verdict) == {frozenset([f"{factor}={named}"])}, repr(result)


@pytest.mark.parametrize("security", ["nla", "tls"])
def test_shadow_takes_channels(rdpprobe, shadow, security):
    """Channels with nothing behind them do not keep a session from becoming active."""
    server = shadow(security)
    for setting in ("redirection=on", "graphics=gfx", "autodetect=on", "multitransport=on", "color-depth=16"):
        result = rdpprobe("connect", "--json", "--user", server.user, f"--set=security={security}", f"--set={setting}",
                          "--settle", "1", server.target, password=server.password)
        assert result.status == 0 and result.trial["in_effect"], repr(result)


@pytest.mark.parametrize("setting", ["redirection=on", "graphics=gfx", "autodetect=on", "multitransport=on",
                                     "color-depth=24", "color-depth=16", "color-depth=15", "color-depth=8"])
def test_xrdp_takes_them(rdpprobe, xrdp, setting):
    server = xrdp("tls")
    result = rdpprobe("connect", "--json", "--set=security=tls", f"--set={setting}", "--settle", "1", server.target)
    assert result.status == 0 and result.trial["in_effect"], repr(result)


@pytest.mark.parametrize("level", ["ntlm", "negotiate"])
def test_shadow_authenticates(rdpprobe, shadow, level):
    server = shadow("nla")
    result = rdpprobe("connect", "--json", "--user", server.user, f"--set=auth={level}", server.target,
                      password=server.password)
    assert result.status == 0 and result.trial["in_effect"], repr(result)
    assert result.trial["facts"]["credssp"]["mechanism"] == "NTLM", repr(result)


def test_the_option_and_the_factor_are_the_same(lab, rdpprobe):
    server = lab(user=USER, password=PASSWORD)
    result = rdpprobe("connect", "--json", "--user", USER, "--no-error-info", server.target, password=PASSWORD)
    assert result.trial["variant"]["error-info"] == "silent" and result.trial["in_effect"], repr(result)
    assert server.only_connection()["errinfo"] == "silent"


def test_the_run_header_names_what_was_given(lab, rdpprobe, scratch):
    server = lab(user=USER, password=PASSWORD)
    file = scratch("token") / "token"
    file.write_text(TOKEN + "\r\n")
    result = rdpprobe("connect", "--json", "--user", USER, "--client-name", CLIENT, f"--load-balance-info=@{file}",
                      server.target, password=PASSWORD)
    run = result.of("run")[0]
    assert (run["client_name"], run["load_balance_info"]) == (CLIENT, TOKEN), repr(result)
    assert PASSWORD not in result.stdout
    variant = result.trial["variant"]
    assert (variant["client-name"], variant["load-balance"]) == ("given", "token"), repr(result)
    assert server.only_connection()["cookie"] == TOKEN


def test_a_licence_belongs_to_a_name(lab, rdpprobe):
    """Under another name another licence is looked for: one that was issued to this machine's is not presented."""
    server = lab("--licensing", "issue", user=USER, password=PASSWORD)
    result = rdpprobe("connect", "--json", "--user", USER, "--pause", "0", "--client-name", CLIENT,
                      "--set=license=reuse", server.target, password=PASSWORD)
    records = server.connections()
    assert [record["license"] for record in records] == ["new", "stored"], repr(result)
    assert {record["client_name"] for record in records} == {CLIENT}, records


def test_vary_all_says_what_it_cannot_vary(rdpprobe, lab):
    """Each factor that this run has not the means for is named, with why."""
    server = lab("--deny-if", "true", user=USER, password=PASSWORD)
    result = rdpprobe("isolate", "--json", "--user", USER, "--pause", "0", "--vary", "all", "--max-trials", "2",
                      f"127.0.0.1:{server.port}", password=PASSWORD, timeout=120)
    findings = {name: finding for name, finding in result.verdict["factors"].items()
                if finding["finding"] == "not-tested"}
    for factor, why in {"address": "given as an address", "gateway": "--gateway", "user-form": "--domain",
                        "load-balance": "--load-balance-info", "client-name": "--client-name"}.items():
        assert why in findings[factor]["why"], repr(result)


def test_mstscs_cookie_is_cut_with_its_domain(lab, rdpprobe):
    """Nine characters, DOMAIN\\ counted; the whole name where that is asked for, and none."""
    server = lab("--domain", "LAB-NET", user="administrator", password=PASSWORD)
    for level, wanted in {"short": "LAB-NET\\a", "user": "administrator", "none": None}.items():
        result = rdpprobe("connect", "--json", "--user", "administrator", "--domain", "LAB-NET",
                          f"--set=cookie={level}", server.target, password=PASSWORD)
        assert result.status == 0 and result.trial["in_effect"], repr(result)
        assert result.trial["facts"]["negotiation"].get("cookie") == wanted, repr(result)
    assert [record["cookie"] for record in server.connections()] == ["LAB-NET\\a", "administrator", ""]


def test_what_looks_at_the_client_hello_is_named(lab, rdpprobe):
    """A middlebox that resets what offers more groups than mstsc: only the client's kind takes the failure away."""
    server = lab("--fault", "tls:rst", "--fault-if", "tls-groups>3", user=USER, password=PASSWORD)
    result = rdpprobe("isolate", "--json", "--user", USER, "--pause", "0", "--settle", "0.05", "--set=client=freerdp",
                      "--vary=client", "--vary=cookie", f"127.0.0.1:{server.port}", password=PASSWORD, timeout=120)
    assert (result.status, result.verdict["verdict"]) == (1, "isolated"), repr(result)
    assert causes(result.verdict) == {frozenset(["client=freerdp"])}, repr(result)


def test_mstscs_name_is_hidden_by_rdp_security(connect):
    """What is encrypted before it can be changed stays FreeRDP's, and the facts say so."""
    trial, _, result = connect("client", "mstsc", "--set=security=rdp")
    assert result.status == 0 and trial["in_effect"], repr(result)
    assert (trial["facts"]["client"]["build"], trial["facts"]["client"]["source"]) == (22621, "FREERDP"), repr(result)
